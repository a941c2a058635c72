//! What a resolver is asked: the inner call of ENSIP-10's `resolve`.

use alloy::primitives::{B256, U256};
use alloy::sol_types::abi::token::{DynSeqToken, PackedSeqToken, WordToken};
use alloy::sol_types::{SolCall, SolError};

use super::abi::{
    self, ABICall, UnsupportedResolverProfile, addr_0Call, addr_1Call, contenthashCall, dataCall,
    hasAddrCall, interfaceImplementerCall, multicallCall, nameCall, pubkeyCall, textCall,
};
use super::{CoinType, Node};

/// A parsed resolver call.
#[derive(Debug, PartialEq, Eq)]
pub enum ResolverCall {
    /// One record of one name.
    One(RecordCall),
    /// `multicall`: an entry that cannot be answered keeps its error and spoils no other.
    Many(Vec<Result<RecordCall, CallError>>),
}

/// A call that asks for one record.
#[derive(Debug, PartialEq, Eq)]
pub struct RecordCall {
    /// The namehash that the caller put into the call. Not compared with any name here.
    pub node: Node,
    /// What is asked for.
    pub record: RecordKey,
}

/// Which record, and by which function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordKey {
    /// `addr(bytes32)`.
    Addr,
    /// `addr(bytes32,uint256)`; `None` is a coin type under which nothing can be stored.
    AddrOf(Option<CoinType>),
    /// `text(bytes32,string)`.
    Text(String),
    /// `contenthash(bytes32)`.
    Contenthash,
    /// `name(bytes32)`.
    Name,
    /// `pubkey(bytes32)`.
    Pubkey,
    /// `ABI(bytes32,uint256)`, with the content types that are acceptable, a bit each.
    Abi(U256),
    /// `interfaceImplementer(bytes32,bytes4)`.
    Interface([u8; 4]),
    /// `data(bytes32,string)`.
    Data(String),
    /// `hasAddr(bytes32,uint256)`.
    HasAddr(Option<CoinType>),
}

/// Why a call cannot be answered. All of these are the caller's doing.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CallError {
    /// A call begins with a four-byte selector.
    #[error("the resolver call has {0} bytes, a function selector takes 4")]
    NoSelector(usize),
    /// No resolver function that this gateway knows.
    #[error("the resolver function 0x{} is not supported", hex::encode(.0))]
    UnknownFunction([u8; 4]),
    /// The arguments are not what the function takes.
    #[error("the arguments of {function} are malformed: {reason}")]
    Malformed {
        /// The function's signature.
        function: &'static str,
        /// What is wrong with them.
        reason: String,
    },
    /// A multicall inside a multicall.
    #[error("multicalls cannot be nested")]
    Nested,
    /// More entries than allowed.
    #[error("the multicall has {calls} calls, {limit} are allowed")]
    TooManyCalls {
        /// How many there are.
        calls: usize,
        /// How many may be.
        limit: usize,
    },
    /// The call is about another name than the one beside it.
    #[error("the call asks for node {asked}, the namehash of {name} is {expected}")]
    WrongNode {
        /// The name that was asked about.
        name: String,
        /// Its namehash.
        expected: Node,
        /// What the call has instead.
        asked: Node,
    },
}

impl ResolverCall {
    /// Parses calldata.
    ///
    /// # Errors
    /// See [`CallError`].
    pub fn parse(data: &[u8], multicall_limit: usize) -> Result<Self, CallError> {
        let (selector, arguments) = split_selector(data)?;
        if selector != multicallCall::SELECTOR {
            return RecordCall::parse(data).map(Self::One);
        }
        check_multicall_count(arguments, multicall_limit)?;
        let (calls,): (DynSeqToken<PackedSeqToken<'_>>,) = read(multicallCall::SIGNATURE, arguments)?;
        let calls: Vec<_> = calls.as_slice().iter().map(|call| RecordCall::parse(call.as_slice())).collect();
        // Not an entry that cannot be answered, but a way around the limit.
        if calls.contains(&Err(CallError::Nested)) { Err(CallError::Nested) } else { Ok(Self::Many(calls)) }
    }
}

/// Looks at the number of entries that a multicall declares, before memory is spent on any of them.
fn check_multicall_count(arguments: &[u8], limit: usize) -> Result<(), CallError> {
    let word = |at: usize| {
        let bytes = arguments.get(at..at.checked_add(32)?)?;
        usize::try_from(U256::from_be_slice(bytes)).ok()
    };
    // Where the count cannot be read, the decoder says what is wrong.
    let calls = word(0).and_then(word).unwrap_or(0);
    if calls > limit { Err(CallError::TooManyCalls { calls, limit }) } else { Ok(()) }
}

impl RecordCall {
    fn parse(data: &[u8]) -> Result<Self, CallError> {
        let (selector, arguments) = split_selector(data)?;
        let (node, record) = match selector {
            addr_0Call::SELECTOR => {
                let (node,): (WordToken,) = read(addr_0Call::SIGNATURE, arguments)?;
                (node, RecordKey::Addr)
            }
            addr_1Call::SELECTOR => {
                let (node, coin): (WordToken, WordToken) = read(addr_1Call::SIGNATURE, arguments)?;
                (node, RecordKey::AddrOf(CoinType::from_word(U256::from_be_bytes(coin.0.0))))
            }
            textCall::SELECTOR => {
                let (node, key) = read_key(textCall::SIGNATURE, arguments)?;
                (node, RecordKey::Text(key))
            }
            contenthashCall::SELECTOR => {
                let (node,): (WordToken,) = read(contenthashCall::SIGNATURE, arguments)?;
                (node, RecordKey::Contenthash)
            }
            nameCall::SELECTOR => {
                let (node,): (WordToken,) = read(nameCall::SIGNATURE, arguments)?;
                (node, RecordKey::Name)
            }
            pubkeyCall::SELECTOR => {
                let (node,): (WordToken,) = read(pubkeyCall::SIGNATURE, arguments)?;
                (node, RecordKey::Pubkey)
            }
            ABICall::SELECTOR => {
                let (node, types): (WordToken, WordToken) = read(ABICall::SIGNATURE, arguments)?;
                (node, RecordKey::Abi(U256::from_be_bytes(types.0.0)))
            }
            interfaceImplementerCall::SELECTOR => {
                let (node, id): (WordToken, WordToken) =
                    read(interfaceImplementerCall::SIGNATURE, arguments)?;
                let [a, b, c, d, ..] = id.0.0;
                (node, RecordKey::Interface([a, b, c, d]))
            }
            dataCall::SELECTOR => {
                let (node, key) = read_key(dataCall::SIGNATURE, arguments)?;
                (node, RecordKey::Data(key))
            }
            hasAddrCall::SELECTOR => {
                let (node, coin): (WordToken, WordToken) = read(hasAddrCall::SIGNATURE, arguments)?;
                (node, RecordKey::HasAddr(CoinType::from_word(U256::from_be_bytes(coin.0.0))))
            }
            multicallCall::SELECTOR => return Err(CallError::Nested),
            unknown => return Err(CallError::UnknownFunction(unknown)),
        };
        Ok(Self { node: Node::from(node.0), record })
    }

    /// The calldata of this call.
    pub fn encode(&self) -> Vec<u8> {
        let node: B256 = *self.node.as_bytes();
        let word = |coin: &Option<CoinType>| coin.map_or(U256::MAX, |coin| U256::from(u64::from(coin)));
        match &self.record {
            RecordKey::Addr => addr_0Call { node }.abi_encode(),
            RecordKey::AddrOf(coin) => addr_1Call { node, coinType: word(coin) }.abi_encode(),
            RecordKey::Text(key) => textCall { node, key: key.clone() }.abi_encode(),
            RecordKey::Contenthash => contenthashCall { node }.abi_encode(),
            RecordKey::Name => nameCall { node }.abi_encode(),
            RecordKey::Pubkey => pubkeyCall { node }.abi_encode(),
            RecordKey::Abi(types) => ABICall { node, contentTypes: *types }.abi_encode(),
            RecordKey::Interface(id) => {
                interfaceImplementerCall { node, interfaceID: id.into() }.abi_encode()
            }
            RecordKey::Data(key) => dataCall { node, key: key.clone() }.abi_encode(),
            RecordKey::HasAddr(coin) => hasAddrCall { node, coinType: word(coin) }.abi_encode(),
        }
    }
}

impl CallError {
    /// The error as an entry of a multicall's result. Its length is no multiple of 32, by which ENSIP-23 tells errors
    /// from results.
    pub fn to_entry(&self) -> Vec<u8> {
        match self {
            Self::UnknownFunction(selector) => {
                UnsupportedResolverProfile { selector: (*selector).into() }.abi_encode()
            }
            other => abi::Error { message: other.to_string() }.abi_encode(),
        }
    }
}

fn split_selector(data: &[u8]) -> Result<([u8; 4], &[u8]), CallError> {
    data.split_first_chunk()
        .map(|(selector, rest)| (*selector, rest))
        .ok_or(CallError::NoSelector(data.len()))
}

fn read<'a, T: alloy::sol_types::abi::TokenSeq<'a>>(
    function: &'static str,
    arguments: &'a [u8],
) -> Result<T, CallError> {
    abi::arguments(arguments).map_err(|error| CallError::Malformed { function, reason: error.to_string() })
}

/// The arguments of the functions that take a node and a key.
fn read_key(function: &'static str, arguments: &[u8]) -> Result<(WordToken, String), CallError> {
    let (node, key): (WordToken, PackedSeqToken<'_>) = read(function, arguments)?;
    let key = std::str::from_utf8(key.as_slice()).map_err(|error| CallError::Malformed {
        function,
        reason: format!("the key is not UTF-8: {error}"),
    })?;
    Ok((node, key.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn call(record: RecordKey) -> RecordCall {
        RecordCall { node: Node::from(B256::repeat_byte(7)), record }
    }

    #[test]
    fn selectors_are_those_of_the_ensips() {
        let selectors = [
            (addr_0Call::SELECTOR, "3b3b57de"),
            (addr_1Call::SELECTOR, "f1cb7e06"),
            (textCall::SELECTOR, "59d1d43c"),
            (contenthashCall::SELECTOR, "bc1c58d1"),
            (nameCall::SELECTOR, "691f3431"),
            (pubkeyCall::SELECTOR, "c8690233"),
            (ABICall::SELECTOR, "2203ab56"),
            (interfaceImplementerCall::SELECTOR, "124a319c"),
            (dataCall::SELECTOR, "ecbfada3"),
            (hasAddrCall::SELECTOR, "32f111d7"),
            (multicallCall::SELECTOR, "ac9650d8"),
            (abi::resolveCall::SELECTOR, "9061b923"),
            (UnsupportedResolverProfile::SELECTOR, "7b1c461b"),
        ];
        for (selector, expected) in selectors {
            assert_eq!(hex::encode(selector), expected);
        }
    }

    #[test]
    fn calls_survive_the_round_trip() {
        for record in [
            RecordKey::Addr,
            RecordKey::AddrOf(Some(CoinType::DEFAULT_EVM)),
            RecordKey::AddrOf(None),
            RecordKey::Text("network.dm3.profile".into()),
            RecordKey::Contenthash,
            RecordKey::Name,
            RecordKey::Pubkey,
            RecordKey::Abi(U256::from(5)),
            RecordKey::Interface([1, 2, 3, 4]),
            RecordKey::Data("agent".into()),
            RecordKey::HasAddr(Some(CoinType::ETH)),
        ] {
            let call = call(record);
            assert_eq!(ResolverCall::parse(&call.encode(), 64), Ok(ResolverCall::One(call)));
        }
    }

    #[test]
    fn an_entry_that_cannot_be_answered_spoils_no_other() {
        let good = call(RecordKey::Contenthash).encode();
        let entries = vec![good.clone(), vec![1, 2, 3, 4], vec![0x3b], vec![], good];
        let data = multicallCall { data: entries.into_iter().map(Into::into).collect() }.abi_encode();
        let Ok(ResolverCall::Many(calls)) = ResolverCall::parse(&data, 5) else { panic!("a multicall") };
        assert!(calls[0].is_ok() && calls[4].is_ok());
        assert_eq!(calls[1], Err(CallError::UnknownFunction([1, 2, 3, 4])));
        assert_eq!(calls[2], Err(CallError::NoSelector(1)));
        assert_eq!(calls[3], Err(CallError::NoSelector(0)));
        for error in calls.iter().filter_map(|call| call.as_ref().err()) {
            assert_eq!(error.to_entry().len() % 32, 4, "{error}");
        }
        assert_eq!(ResolverCall::parse(&data, 4), Err(CallError::TooManyCalls { calls: 5, limit: 4 }));
    }

    #[test]
    fn multicalls_are_not_nested() {
        let inner = multicallCall { data: vec![] }.abi_encode();
        let outer =
            multicallCall { data: vec![call(RecordKey::Addr).encode().into(), inner.into()] }.abi_encode();
        assert_eq!(ResolverCall::parse(&outer, 64), Err(CallError::Nested));
    }

    #[test]
    fn a_count_that_lies_is_refused_before_memory_is_spent() {
        let mut data = multicallCall::SELECTOR.to_vec();
        data.extend_from_slice(&U256::from(32).to_be_bytes::<32>());
        let parse = |count: u64| {
            let data = [&data[..], &U256::from(count).to_be_bytes::<32>()].concat();
            ResolverCall::parse(&data, 64)
        };
        assert!(matches!(parse(60), Err(CallError::Malformed { .. })));
        assert_eq!(parse(1 << 40), Err(CallError::TooManyCalls { calls: 1 << 40, limit: 64 }));
    }

    proptest! {
        #[test]
        fn any_bytes_are_parsed_or_refused(data in proptest::collection::vec(any::<u8>(), 0..400), which in 0usize..9) {
            let selectors: [&[u8]; 9] = [
                &[], &addr_0Call::SELECTOR, &addr_1Call::SELECTOR, &textCall::SELECTOR, &contenthashCall::SELECTOR,
                &ABICall::SELECTOR, &interfaceImplementerCall::SELECTOR, &dataCall::SELECTOR, &multicallCall::SELECTOR,
            ];
            let _ = ResolverCall::parse(&[selectors[which], &data].concat(), 64);
        }
    }
}
