//! What a resolver contract is told to change: the functions that set records, and those of ENSIP-20.

use alloy::primitives::{Address, Bytes};
use alloy::sol_types::SolCall;

use super::abi::{
    RegisterRequest, registerCall, setAddr_0Call, setAddr_1Call, setContenthashCall, setTextCall,
    transferFromCall,
};
use super::wire::{self, WireError};
use super::{CoinType, Name, Node};

/// A parsed call that changes a name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum WriteCall {
    /// `setText`, `setAddr` (both) or `setContenthash`.
    SetRecord {
        /// The namehash of the name.
        node: Node,
        /// What the record is to answer.
        record: RecordValue,
    },
    /// ENSIP-20's `register`.
    Register {
        /// The name.
        name: Name,
        /// Who is to have it.
        owner: Address,
        /// The contract that it begins at; zero where the caller did not say.
        resolver: Address,
    },
    /// ENSIP-20's `transferFrom`.
    TransferFrom {
        /// The name.
        name: Name,
        /// Who has it.
        owner: Address,
        /// Who is to have it.
        new_owner: Address,
    },
}

/// A record and its value. Empty means that it is to answer nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RecordValue {
    /// ENSIP-5.
    Text {
        /// The key.
        key: String,
        /// The value.
        value: String,
    },
    /// ENSIP-9, in binary form.
    Address {
        /// The chain.
        coin: CoinType,
        /// The address.
        value: Bytes,
    },
    /// ENSIP-7.
    Contenthash(Bytes),
}

/// Why calldata is no call that changes a name.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum WriteCallError {
    /// No function that changes a name.
    #[error(
        "the function 0x{} is not one of setText, setAddr, setContenthash, register and transferFrom",
        hex::encode(.0)
    )]
    UnknownFunction(Vec<u8>),
    /// The arguments are not what the function takes.
    #[error("the arguments of {function} are malformed: {reason}")]
    Malformed {
        /// The function's signature.
        function: &'static str,
        /// What is wrong with them.
        reason: String,
    },
    /// The same call can be written in one way only, so that what was signed is what is read.
    #[error(
        "the arguments of {0} are not as Solidity encodes them: parts out of order, bytes behind them, padding that is \
         not zero, or text that is not UTF-8"
    )]
    NotCanonical(&'static str),
    /// A coin type that is too large.
    #[error("the coin type is {0}: coin types stay below 2^53")]
    CoinType(String),
    /// The name.
    #[error("the name in the call: {0}")]
    Name(#[from] WireError),
    /// `extraData` that nobody here would read.
    #[error("extraData of the registration has {0} bytes, none are expected")]
    ExtraData(usize),
}

impl WriteCall {
    /// Parses calldata.
    ///
    /// # Errors
    /// See [`WriteCallError`].
    pub fn parse(data: &[u8]) -> Result<Self, WriteCallError> {
        let selector = data.first_chunk().copied().unwrap_or_default();
        match selector {
            setTextCall::SELECTOR => {
                let setTextCall { node, key, value } = read(data)?;
                Ok(Self::SetRecord { node: node.into(), record: RecordValue::Text { key, value } })
            }
            setAddr_0Call::SELECTOR => {
                let setAddr_0Call { node, account } = read(data)?;
                // The zero address is what `addr` answers when there is none.
                let value = if account.is_zero() { Bytes::new() } else { account.0.into() };
                let record = RecordValue::Address { coin: CoinType::ETH, value };
                Ok(Self::SetRecord { node: node.into(), record })
            }
            setAddr_1Call::SELECTOR => {
                let setAddr_1Call { node, coinType, value } = read(data)?;
                let coin = CoinType::from_word(coinType)
                    .ok_or_else(|| WriteCallError::CoinType(coinType.to_string()))?;
                Ok(Self::SetRecord { node: node.into(), record: RecordValue::Address { coin, value } })
            }
            setContenthashCall::SELECTOR => {
                let setContenthashCall { node, hash } = read(data)?;
                Ok(Self::SetRecord { node: node.into(), record: RecordValue::Contenthash(hash) })
            }
            registerCall::SELECTOR => {
                // Names here last until they are given up, and nobody commits to one before.
                let registerCall { request } = read(data)?;
                let RegisterRequest { name, owner, duration: _, secret: _, resolver, extraData: extra } =
                    request;
                // ensjs fills it with one word of zeros.
                if extra.len() > 32 || extra.iter().any(|&byte| byte != 0) {
                    return Err(WriteCallError::ExtraData(extra.len()));
                }
                Ok(Self::Register { name: wire::decode(&name)?, owner, resolver })
            }
            transferFromCall::SELECTOR => {
                let transferFromCall { name, owner, newOwner: new_owner } = read(data)?;
                Ok(Self::TransferFrom { name: wire::decode(&name)?, owner, new_owner })
            }
            _ => Err(WriteCallError::UnknownFunction(data.iter().take(4).copied().collect())),
        }
    }
}

/// A call in its canonical form.
fn read<C: SolCall>(data: &[u8]) -> Result<C, WriteCallError> {
    let function = C::SIGNATURE;
    let call = C::abi_decode(data)
        .map_err(|error| WriteCallError::Malformed { function, reason: error.to_string() })?;
    if call.abi_encode() == data { Ok(call) } else { Err(WriteCallError::NotCanonical(function)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::primitives::{B256, U256};
    use proptest::prelude::*;

    const NODE: B256 = B256::repeat_byte(7);
    const SOMEBODY: Address = Address::repeat_byte(1);

    fn wire(name: &str) -> Bytes {
        wire::encode(&Name::parse(name).unwrap()).into()
    }

    fn registration(extra: &[u8]) -> Vec<u8> {
        let request = RegisterRequest {
            name: wire("alice.user.dm3.eth"),
            owner: SOMEBODY,
            duration: U256::from(31_536_000),
            secret: B256::repeat_byte(9),
            resolver: Address::ZERO,
            extraData: extra.to_vec().into(),
        };
        registerCall { request }.abi_encode()
    }

    /// One of each.
    fn calls() -> Vec<Vec<u8>> {
        vec![
            setTextCall { node: NODE, key: "url".into(), value: "https://example.com".into() }.abi_encode(),
            setAddr_0Call { node: NODE, account: SOMEBODY }.abi_encode(),
            setAddr_1Call { node: NODE, coinType: U256::ZERO, value: vec![0, 20].into() }.abi_encode(),
            setContenthashCall { node: NODE, hash: vec![0xe3, 1].into() }.abi_encode(),
            registration(&[]),
            transferFromCall { name: wire("a.eth"), owner: SOMEBODY, newOwner: Address::ZERO }.abi_encode(),
        ]
    }

    #[test]
    fn selectors_are_those_of_the_contract() {
        let expected = ["10f13a8c", "d5fa2b00", "8b95dd71", "304e6ade", "f43c313a", "79f0ee86"];
        let selectors: Vec<_> = calls().iter().map(|call| hex::encode(&call[..4])).collect();
        assert_eq!(selectors, expected);
    }

    #[test]
    fn each_function_says_what_it_changes() {
        let record = |value: RecordValue| WriteCall::SetRecord { node: Node::from(NODE), record: value };
        let address = |coin: u64, value: &[u8]| {
            let coin = CoinType::try_from(coin).unwrap();
            record(RecordValue::Address { coin, value: value.to_vec().into() })
        };
        let expected = [
            record(RecordValue::Text { key: "url".into(), value: "https://example.com".into() }),
            address(60, SOMEBODY.as_slice()),
            address(0, &[0, 20]),
            record(RecordValue::Contenthash(vec![0xe3, 1].into())),
            WriteCall::Register {
                name: Name::parse("alice.user.dm3.eth").unwrap(),
                owner: SOMEBODY,
                resolver: Address::ZERO,
            },
            WriteCall::TransferFrom {
                name: Name::parse("a.eth").unwrap(),
                owner: SOMEBODY,
                new_owner: Address::ZERO,
            },
        ];
        for (call, expected) in calls().iter().zip(expected) {
            assert_eq!(WriteCall::parse(call), Ok(expected));
        }
        let none = setAddr_0Call { node: NODE, account: Address::ZERO }.abi_encode();
        assert_eq!(WriteCall::parse(&none), Ok(address(60, &[])));
        assert!(WriteCall::parse(&registration(&[0; 32])).is_ok());
    }

    #[test]
    fn what_is_no_such_call_is_refused() {
        let refusal = |data: &[u8]| WriteCall::parse(data).unwrap_err();
        assert_eq!(refusal(&[]), WriteCallError::UnknownFunction(vec![]));
        assert_eq!(refusal(&[0x10, 0xf1, 0x3a]), WriteCallError::UnknownFunction(vec![0x10, 0xf1, 0x3a]));
        assert!(matches!(refusal(&[0xac, 0x96, 0x50, 0xd8, 0]), WriteCallError::UnknownFunction(_)));
        for call in calls() {
            assert!(matches!(refusal(&call[..call.len() - 32]), WriteCallError::Malformed { .. }));
            assert!(matches!(refusal(&[&call[..], &[0; 32]].concat()), WriteCallError::NotCanonical(_)));
        }
        let coin = setAddr_1Call { node: NODE, coinType: U256::from(1u64 << 53), value: Bytes::new() };
        assert_eq!(refusal(&coin.abi_encode()), WriteCallError::CoinType("9007199254740992".into()));
        for extra in [&[1u8][..], &[0; 33]] {
            assert_eq!(refusal(&registration(extra)), WriteCallError::ExtraData(extra.len()));
        }
        let mut not_utf8 = calls().remove(0);
        let at = not_utf8.windows(3).position(|bytes| bytes == b"url").unwrap();
        not_utf8[at] = 0xff;
        assert!(matches!(refusal(&not_utf8), WriteCallError::NotCanonical(_)));
        let call = transferFromCall { name: vec![1, b'A', 0].into(), owner: SOMEBODY, newOwner: SOMEBODY };
        assert!(matches!(refusal(&call.abi_encode()), WriteCallError::Name(_)));
    }

    proptest! {
        /// A call with some of it overwritten says something else, or nothing: never the same in another form.
        #[test]
        fn one_call_has_one_encoding(which in 0usize..6, at in 0usize..1000, new in proptest::collection::vec(any::<u8>(), 1..40)) {
            let call = calls().remove(which);
            let mut other = call.clone();
            let at = at % call.len();
            let end = (at + new.len()).min(call.len());
            other.splice(at..end, new);
            // The two that nobody here reads.
            let reads_all = which != 4;
            if reads_all && other != call && let Ok(parsed) = WriteCall::parse(&other) {
                prop_assert_ne!(parsed, WriteCall::parse(&call).unwrap());
            }
        }
    }
}
