//! Addresses and content hashes: what is shown reads back as the same bytes, and what is read has one text.

#![no_main]

use dm3_gateway::ens::{CoinType, address, contenthash};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let coins =
        ["btc", "ltc", "doge", "bch", "sol", "xrp", "trx", "atom", "dot", "xlm", "eth", "evm:10", "99"];
    let Some((&first, rest)) = data.split_first() else { return };
    let coin: CoinType = coins[usize::from(first) % coins.len()].parse().expect("a coin");
    let shown = address::format(coin, rest);
    // An EVM chain has no other addresses than those of 20 bytes; what else is shown is not read.
    if !rest.is_empty() && (!coin.is_evm() || rest.len() == 20) {
        assert_eq!(address::parse(coin, &shown).expect("what is shown is read"), rest);
        assert_eq!(contenthash::parse(&contenthash::format(rest)).expect("what is shown is read"), rest);
    }
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let _ = text.parse::<CoinType>();
    if let Ok(bytes) = address::parse(coin, text) {
        let again = address::parse(coin, &address::format(coin, &bytes)).expect("what is shown is read");
        assert_eq!(again, bytes);
    }
    if let Ok(bytes) = contenthash::parse(text) {
        assert_eq!(contenthash::parse(&contenthash::format(&bytes)).expect("what is shown is read"), bytes);
    }
});
