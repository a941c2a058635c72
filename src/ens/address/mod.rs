//! Addresses: the text that each chain's people write, and the binary form that resolvers store and answer (ENSIP-9,
//! for EVM chains ENSIP-11). One file a family of forms. What is accepted, and what it becomes, is what
//! `@ensdomains/address-encoder` does with addresses that their own chain would take.

mod base58;
mod bech32;
mod bitcoin;
mod cashaddr;
mod evm;
mod stellar;

use super::CoinType;
use bitcoin::Network;

/// Longer texts than this are refused before they are looked at: the longest address has 90 characters, and decoding
/// Base58 takes time that grows with the square of its length.
const MAX_CHARACTERS: usize = 128;

/// Why a text is not the address of a coin.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
pub enum AddressError {
    /// A text that the coin's own people would not take for an address.
    #[error("this is no address of {coin}: {fault} (expected: {expected})")]
    Form {
        /// Of which coin.
        coin: CoinType,
        /// What is wrong with it.
        fault: Fault,
        /// What would be right.
        expected: &'static str,
    },
    /// The text form of this coin's addresses is not known here.
    #[error("how addresses of coin {0} are written is not known here: its binary form is expected, as 0x…")]
    NoTextForm(CoinType),
    /// Begins with `0x`, but is not hex.
    #[error("0x is followed by what is not an even number of hex digits")]
    Hex,
}

/// What is wrong with a text.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
pub enum Fault {
    /// It has characters that the encoding does not know, or mixes cases where that is forbidden.
    #[error("it has characters that have no place in it")]
    Characters,
    /// The checksum does not match.
    #[error("its checksum is wrong, so something in it is mistyped")]
    Checksum,
    /// Too short or too long.
    #[error("its length is wrong")]
    Length,
    /// Well formed, but for another network, or another kind of thing than an address.
    #[error("it is of another network or kind")]
    Kind,
}

/// How the addresses of a coin are written.
struct Codec {
    /// An address as an error message describes it.
    expected: &'static str,
    /// From text to the binary form.
    parse: fn(&str) -> Result<Vec<u8>, Fault>,
    /// From the binary form to text; `None` for what is no address. Need not refuse all that `parse` could not give.
    format: fn(&[u8]) -> Option<String>,
}

/// The binary form of an address in the text form of its coin. For other coins than those of EVM chains, and for those
/// without a text form here, also the binary form in hex, which is not looked into. `0x` and the empty text are the
/// empty address: set, to nothing.
///
/// # Errors
/// See [`AddressError`].
pub fn parse(coin: CoinType, text: &str) -> Result<Vec<u8>, AddressError> {
    let codec = codec(coin);
    if matches!(text, "" | "0x") {
        return Ok(Vec::new());
    }
    if let (Some(digits), false) = (text.strip_prefix("0x"), coin.is_evm()) {
        return hex::decode(digits).map_err(|_| AddressError::Hex);
    }
    let Codec { expected, parse, .. } = codec.ok_or(AddressError::NoTextForm(coin))?;
    let fits = text.len() <= MAX_CHARACTERS;
    let parsed = if fits { parse(text) } else { Err(Fault::Length) };
    parsed.map_err(|fault| AddressError::Form { coin, fault, expected })
}

/// The text form of an address in its binary form; hex, beginning with `0x`, where there is none. Text is given only if
/// [`parse`] makes the same bytes of it again.
pub fn format(coin: CoinType, bytes: &[u8]) -> String {
    let text = codec(coin).and_then(|codec| (codec.format)(bytes));
    text.filter(|text| parse(coin, text).is_ok_and(|parsed| parsed == bytes))
        .unwrap_or_else(|| format!("0x{}", hex::encode(bytes)))
}

fn codec(coin: CoinType) -> Option<Codec> {
    Some(match u64::from(coin) {
        0 => Codec {
            expected: "bc1…, 1… or 3…",
            parse: |text| bitcoin::parse(&Network::BITCOIN, text),
            format: |bytes| bitcoin::format(&Network::BITCOIN, bytes),
        },
        2 => Codec {
            expected: "ltc1…, L…, M… or 3…",
            parse: |text| bitcoin::parse(&Network::LITECOIN, text),
            format: |bytes| bitcoin::format(&Network::LITECOIN, bytes),
        },
        3 => Codec {
            expected: "D…, 9… or A…",
            parse: |text| bitcoin::parse(&Network::DOGECOIN, text),
            format: |bytes| bitcoin::format(&Network::DOGECOIN, bytes),
        },
        118 => Codec { expected: "cosmos1…", parse: bech32::parse_cosmos, format: bech32::format_cosmos },
        144 => Codec { expected: "r… or X…", parse: base58::parse_xrp, format: base58::format_xrp },
        145 => Codec {
            expected: "bitcoincash:q… or bitcoincash:p…",
            parse: cashaddr::parse,
            format: cashaddr::format,
        },
        148 => Codec { expected: "G…", parse: stellar::parse, format: stellar::format },
        195 => Codec { expected: "T…", parse: base58::parse_tron, format: base58::format_tron },
        354 => Codec { expected: "1…", parse: base58::parse_polkadot, format: base58::format_polkadot },
        501 => Codec {
            expected: "a public key in Base58",
            parse: base58::parse_solana,
            format: base58::format_solana,
        },
        _ if coin.is_evm() => Codec {
            expected: "0x and 40 hex digits, all in one case or with the checksum of EIP-55",
            parse: evm::parse,
            format: evm::format,
        },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CODED: [&str; 13] =
        ["btc", "ltc", "doge", "bch", "sol", "xrp", "trx", "atom", "dot", "xlm", "eth", "default", "evm:77"];

    fn coin(text: &str) -> CoinType {
        text.parse().unwrap()
    }

    /// Both directions.
    #[track_caller]
    fn is(coin_name: &str, text: &str, bytes: &str) {
        let expected = hex::decode(bytes).unwrap();
        assert_eq!(parse(coin(coin_name), text), Ok(expected.clone()), "{text}");
        assert_eq!(format(coin(coin_name), &expected), text);
    }

    #[track_caller]
    fn is_refused(coin_name: &str, text: &str, expected: Fault) {
        match parse(coin(coin_name), text) {
            Err(AddressError::Form { fault, .. }) => assert_eq!(fault, expected, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }

    /// From ENSIP-9, the tests of `@ensdomains/address-encoder`, and the chains' own documentation.
    #[test]
    fn addresses_are_those_that_others_publish() {
        is("btc", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "76a91462e907b15cbf27d5425399ebf6f0fb50ebb88f1888ac");
        is("btc", "3Ai1JZ8pdJb2ksieUV8FsxSNVJCpoPi8W6", "a91462e907b15cbf27d5425399ebf6f0fb50ebb88f1887");
        is(
            "btc",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
            "0014751e76e8199196d454941c45d1b3a323f1433bd6",
        );
        is("ltc", "LaMT348PWRnrqeeWArpwQPbuanpXDZGEUz", "76a914a5f4d12ce3685781b227c1f39548ddef429e978388ac");
        is("ltc", "MQMcJhpWHYVeQArcZR3sBgyPZxxRtnH441", "a914b48297bff5dadecc5f36145cec6a5f20d57c8f9b87");
        is(
            "ltc",
            "ltc1qdp7p2rpx4a2f80h7a4crvppczgg4egmv5c78w8",
            "0014687c150c26af5493befeed7036043812115ca36c",
        );
        is(
            "doge",
            "DBXu2kgc3xtvCUWFcxFE3r9hEYgmuaaCyD",
            "76a9144620b70031f0e9437e374a2100934fba4911046088ac",
        );
        is("doge", "AF8ekvSf6eiSBRspJjnfzK6d1EM6pnPq3G", "a914f8f5d99a9fc21aa676e74d15e7b8134557615bda87");
        is("xrp", "rf1BiGeXwwQoi8Z2ueFYTEXSwuJYfV2Jpn", "004b4e9c06f24296074f7bc48f92a97916c6dc5ea9");
        is(
            "xrp",
            "X7qvLs7gSnNoKvZzNWUT2e8st17QPY64PPe7zriLNuJszeg",
            "05444b4e9c06f24296074f7bc48f92a97916c6dc5ea9000000000000000000",
        );
        is(
            "bch",
            "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a",
            "76a91476a04053bda0a88bda5177b86a15c3b29f55987388ac",
        );
        is(
            "xlm",
            "GAI3GJ2Q3B35AOZJ36C4ANE3HSS4NK7WI6DNO4ZSHRAX6NG7BMX6VJER",
            "11b32750d877d03b29df85c0349b3ca5c6abf64786d773323c417f34df0b2fea",
        );
        is("trx", "TLa2f6VPqDgRE67v1736s7bJ8Ray5wYjU7", "4174472e7d35395a6b5add427eecb7f4b62ad2b071");
        is(
            "dot",
            "1FRMM8PEiWXYax7rpS6X4XZX1aAAxSWx1CrKTyrVYhV24fg",
            "0aff6865635ae11013a83835c019d44ec3f865145943f487ae82a8e7bed3a66b",
        );
        is(
            "sol",
            "So11111111111111111111111111111111111111112",
            "069b8857feab8184fb687f634618c035dac439dc1aeb3b5598a0f00000000001",
        );
        is(
            "atom",
            "cosmos1depk54cuajgkzea6zpgkq36tnjwdzv4afc3d27",
            "6e436a571cec916167ba105160474b9c9cd132bd",
        );
        is("eth", "0x314159265dD8dbb310642f98f50C066173C1259b", "314159265dd8dbb310642f98f50c066173c1259b");
    }

    #[test]
    fn segwit_addresses_are_those_of_bip_350() {
        for (text, script) in [
            (
                "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
                "512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
            ),
            (
                "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y",
                "5128751e76e8199196d454941c45d1b3a323f1433bd6751e76e8199196d454941c45d1b3a323f1433bd6",
            ),
            ("bc1sw50qgdz25j", "6002751e"),
            ("bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs", "5210751e76e8199196d454941c45d1b3a323"),
        ] {
            is("btc", text, script);
            assert_eq!(parse(coin("btc"), &text.to_uppercase()), Ok(hex::decode(script).unwrap()));
        }
        // Version 1 with the checksum of version 0, and the other way round.
        is_refused("btc", "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd", Fault::Checksum);
        is_refused("btc", "BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL", Fault::Checksum);
        is_refused("btc", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh", Fault::Checksum);
        // A length that version 0 does not have; other networks; mixed case.
        is_refused("btc", "BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P", Fault::Length);
        is_refused("btc", "bc1pw5dgrnzv", Fault::Length);
        is_refused("btc", "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx", Fault::Characters);
        is_refused("btc", "ltc1qdp7p2rpx4a2f80h7a4crvppczgg4egmv5c78w8", Fault::Characters);
        is_refused("btc", "bc1qW508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", Fault::Characters);
    }

    #[test]
    fn cash_addresses_are_those_of_their_specification() {
        for (legacy, cash) in [
            ("1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu", "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a"),
            ("1KXrWXciRDZUpQwQmuM1DbwsKDLYAYsVLR", "bitcoincash:qr95sy3j9xwd2ap32xkykttr4cvcu7as4y0qverfuy"),
            ("3CWFddi6m4ndiGyKqzYvsFYagqDLPVMTzC", "bitcoincash:ppm2qsznhks23z7629mms6s4cwef74vcwvn0h829pq"),
            ("3LDsS579y7sruadqu11beEJoTjdFiFCdX4", "bitcoincash:pr95sy3j9xwd2ap32xkykttr4cvcu7as4yc93ky28e"),
        ] {
            // The published list gives each hash in both forms.
            let script = parse(coin("bch"), legacy).unwrap();
            assert_eq!(parse(coin("bch"), cash).ok(), Some(script), "{cash}");
        }
        is_refused("bch", "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6q", Fault::Checksum);
    }

    #[test]
    fn evm_checksums_are_those_of_eip_55() {
        for text in [
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
            "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
            "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
        ] {
            let bytes = text[2..].to_lowercase();
            for name in ["eth", "default", "base", "evm:77"] {
                is(name, text, &bytes);
                assert!(parse(coin(name), &format!("0x{bytes}")).is_ok());
                assert!(parse(coin(name), &format!("0x{}", bytes.to_uppercase())).is_ok());
                let last = text.len() - 1;
                is_refused(name, &text[..last], Fault::Length);
                is_refused(name, &format!("{}g", &text[..last]), Fault::Characters);
            }
        }
        is_refused("eth", "0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed", Fault::Checksum);
        is_refused("eth", "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", Fault::Characters);
    }

    #[test]
    fn what_is_no_address_is_shown_in_hex() {
        // Scripts that nobody has an address for, and bytes of a wrong length.
        for (name, bytes) in [
            ("btc", "0014"),
            ("btc", "6a0568656c6c6f"),
            ("btc", "76a91362e907b15cbf27d5425399ebf6f0fb50ebb88f88ac"),
            ("btc", "0010751e76e8199196d454941c45d1b3a323"),
            ("doge", "0014751e76e8199196d454941c45d1b3a323f1433bd6"),
            ("sol", "00"),
            ("eth", "00"),
            ("trx", "0074472e7d35395a6b5add427eecb7f4b62ad2b071"),
            ("9999", "0123"),
            ("btc", ""),
        ] {
            assert_eq!(format(coin(name), &hex::decode(bytes).unwrap()), format!("0x{bytes}"), "{name}");
        }
    }

    #[test]
    fn hex_is_taken_as_it_is_where_it_is_not_the_text_form() {
        assert_eq!(parse(coin("btc"), "0x0014"), Ok(vec![0, 0x14]));
        assert_eq!(parse(coin("btc"), "0x001"), Err(AddressError::Hex));
        assert_eq!(parse(coin("9999"), "0x0014"), Ok(vec![0, 0x14]));
        assert_eq!(parse(coin("9999"), "abc"), Err(AddressError::NoTextForm(coin("9999"))));
        for name in CODED {
            assert_eq!(parse(coin(name), "0x"), Ok(vec![]), "{name}");
        }
        is_refused("eth", "0x0014", Fault::Length);
    }

    #[test]
    fn secrets_and_other_kinds_are_refused() {
        // A Bitcoin private key and a Ripple seed have the same encoding as an address, and must not become public.
        is_refused("btc", "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ", Fault::Kind);
        is_refused("xrp", "snoPBrXtMeMyMHUVTgbuqAfg1SUTb", Fault::Kind);
        // The same account on another network of Polkadot's.
        is_refused("dot", "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY", Fault::Kind);
        is_refused("btc", "LaMT348PWRnrqeeWArpwQPbuanpXDZGEUz", Fault::Kind);
    }

    proptest! {
        #[test]
        fn any_bytes_survive_being_shown(
            name in proptest::sample::select(&CODED[..]),
            bytes in proptest::collection::vec(any::<u8>(), 0..80),
        ) {
            let shown = format(coin(name), &bytes);
            // An EVM chain's addresses of another length are shown, but cannot be set.
            if !coin(name).is_evm() || bytes.len() == 20 || bytes.is_empty() {
                prop_assert_eq!(parse(coin(name), &shown), Ok(bytes));
            } else {
                prop_assert_eq!(shown, format!("0x{}", hex::encode(bytes)));
            }
        }

        #[test]
        fn any_text_is_parsed_or_refused(name in proptest::sample::select(&CODED[..]), text in "\\PC{0,140}") {
            if let Ok(bytes) = parse(coin(name), &text) {
                prop_assert_eq!(parse(coin(name), &format(coin(name), &bytes)), Ok(bytes));
            }
        }

        #[test]
        fn texts_that_look_like_addresses_are_parsed_or_refused(
            name in proptest::sample::select(&CODED[..]),
            text in "(bc1|ltc1|cosmos1|bitcoincash:|0x|1|3|G|X|r|T|D)[0-9a-zA-Z]{0,100}",
        ) {
            if let Ok(bytes) = parse(coin(name), &text) {
                prop_assert_eq!(parse(coin(name), &format(coin(name), &bytes)), Ok(bytes));
            }
        }
    }
}
