//! Coin types of address records (ENSIP-9, ENSIP-11, ENSIP-19).

use std::fmt;
use std::str::FromStr;

use alloy::primitives::U256;
use serde::{Deserialize, Serialize};

/// A coin type below 2^53, so that JSON numbers carry it exactly.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct CoinType(u64);

/// A coin type that is too large to be stored.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("coin types stay below 2^53")]
pub struct CoinTypeTooLarge;

/// Why a text names no coin type.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
pub enum CoinTypeError {
    /// Neither a number nor a known name.
    #[error(
        "'{0}' is no known coin: its number (SLIP-44) is expected, evm:<chain id>, or a name such as btc, eth or base"
    )]
    Unknown(String),
    /// A number under which nothing can be stored.
    #[error("coin types stay below 2^53, {0} does not")]
    TooLarge(String),
    /// Not the number of an EVM chain that has a coin type (ENSIP-11).
    #[error("'{0}' is no chain id that has a coin type: a number from 1 to 2147483647 is expected")]
    ChainId(String),
}

/// The names of coins, in lower case: what `@ensdomains/address-encoder` calls them, then other usual ones. The first
/// name of a coin is the one that is shown.
const NAMES: [(&str, u64); 47] = [
    ("btc", 0),
    ("bitcoin", 0),
    ("ltc", 2),
    ("litecoin", 2),
    ("doge", 3),
    ("dogecoin", 3),
    ("eth", 60),
    ("ether", 60),
    ("ethereum", 60),
    ("atom", 118),
    ("cosmos", 118),
    ("xrp", 144),
    ("ripple", 144),
    ("bch", 145),
    ("bitcoincash", 145),
    ("xlm", 148),
    ("stellar", 148),
    ("trx", 195),
    ("tron", 195),
    ("dot", 354),
    ("polkadot", 354),
    ("sol", 501),
    ("solana", 501),
    ("default", evm(0)),
    ("op", evm(10)),
    ("optimism", evm(10)),
    ("bsc", evm(56)),
    ("gnosis", evm(100)),
    ("gno", evm(100)),
    ("polygon", evm(137)),
    ("matic", evm(137)),
    ("pol", evm(137)),
    ("zksync", evm(324)),
    ("base", evm(8453)),
    ("arbitrum", evm(42161)),
    ("arb1", evm(42161)),
    ("arb", evm(42161)),
    ("celo", evm(42220)),
    ("avalanche", evm(43114)),
    ("avaxc", evm(43114)),
    ("linea", evm(59144)),
    ("scroll", evm(534_352)),
    ("scr", evm(534_352)),
    ("mantle", evm(5000)),
    ("mnt", evm(5000)),
    ("sepolia", evm(11_155_111)),
    ("holesky", evm(17_000)),
];

/// The coin type of an EVM chain other than mainnet (ENSIP-11). The caller knows that the id is below 2^31.
const fn evm(chain_id: u64) -> u64 {
    CoinType::DEFAULT_EVM.0 | chain_id
}

impl CoinType {
    /// Ether, by SLIP-44: what `addr(bytes32)` asks for.
    pub const ETH: Self = Self(60);
    /// The default address of every EVM chain (ENSIP-19).
    pub const DEFAULT_EVM: Self = Self(0x8000_0000);

    const LIMIT: u64 = 1 << 53;

    /// Whether this stands for an EVM chain, or for the default of all of them (ENSIP-11, ENSIP-19).
    pub fn is_evm(self) -> bool {
        self == Self::ETH || (Self::DEFAULT_EVM.0..=u64::from(u32::MAX)).contains(&self.0)
    }

    /// The coin type of an EVM chain by its id (ENSIP-11); mainnet's is Ether's.
    ///
    /// # Errors
    /// For an id that is not from 1 to 2^31 - 1: ENSIP-11 has no coin type for it.
    pub fn of_evm_chain(chain_id: u64) -> Result<Self, CoinTypeError> {
        match chain_id {
            1 => Ok(Self::ETH),
            2..0x8000_0000 => Ok(Self(evm(chain_id))),
            _ => Err(CoinTypeError::ChainId(chain_id.to_string())),
        }
    }

    /// The coin type of a call; `None` when nothing can be stored under it.
    pub fn from_word(word: U256) -> Option<Self> {
        u64::try_from(word).ok().and_then(|number| Self::try_from(number).ok())
    }
}

impl TryFrom<u64> for CoinType {
    type Error = CoinTypeTooLarge;

    fn try_from(number: u64) -> Result<Self, Self::Error> {
        if number < Self::LIMIT { Ok(Self(number)) } else { Err(CoinTypeTooLarge) }
    }
}

impl From<CoinType> for u64 {
    fn from(coin: CoinType) -> Self {
        coin.0
    }
}

/// A number, a name in any case, or `evm:<chain id>`.
impl FromStr for CoinType {
    type Err = CoinTypeError;

    fn from_str(text: &str) -> Result<Self, CoinTypeError> {
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            let number = text.parse::<u64>().ok().and_then(|number| Self::try_from(number).ok());
            return number.ok_or_else(|| CoinTypeError::TooLarge(text.to_owned()));
        }
        let name = text.to_ascii_lowercase();
        if let Some(id) = name.strip_prefix("evm:") {
            let id = id.parse().map_err(|_| CoinTypeError::ChainId(id.to_owned()))?;
            return Self::of_evm_chain(id);
        }
        let found = NAMES.iter().find(|(known, _)| *known == name);
        found.map(|(_, number)| Self(*number)).ok_or_else(|| CoinTypeError::Unknown(text.to_owned()))
    }
}

/// The name, `evm:<chain id>`, or the number; each of them can be parsed again.
impl fmt::Display for CoinType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((name, _)) = NAMES.iter().find(|(_, number)| *number == self.0) {
            return f.write_str(name);
        }
        match self.0.checked_sub(Self::DEFAULT_EVM.0) {
            // Mainnet is coin 60; 0x80000001 is another coin type, which has no name.
            Some(chain_id @ 2..0x8000_0000) => write!(f, "evm:{chain_id}"),
            _ => write!(f, "{}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn evm_chains_are_told_from_other_coins() {
        let coin = |n: u64| CoinType::try_from(n).unwrap();
        for evm in [60, 0x8000_0000, 0x8000_000a, 0xffff_ffff] {
            assert!(coin(evm).is_evm(), "{evm}");
        }
        for other in [0, 2, 501, 0x7fff_ffff, 0x1_0000_0000] {
            assert!(!coin(other).is_evm(), "{other}");
        }
    }

    #[test]
    fn coin_types_end_below_two_to_the_53() {
        assert!(CoinType::try_from((1 << 53) - 1).is_ok());
        assert_eq!(CoinType::try_from(1 << 53), Err(CoinTypeTooLarge));
        assert_eq!(CoinType::from_word(U256::MAX), None);
    }

    #[test]
    fn coins_go_by_number_name_and_chain() {
        for (text, number) in [
            ("0", 0),
            ("btc", 0),
            ("BTC", 0),
            ("eth", 60),
            ("evm:1", 60),
            ("default", 0x8000_0000),
            ("optimism", 0x8000_000a),
            ("op", 0x8000_000a),
            ("evm:10", 0x8000_000a),
            ("base", 0x8000_2105),
            ("matic", 0x8000_0089),
            ("evm:2147483647", 0xffff_ffff),
        ] {
            assert_eq!(text.parse::<CoinType>().map(u64::from), Ok(number), "{text}");
        }
        for (text, error) in [
            ("", CoinTypeError::Unknown(String::new())),
            ("btcc", CoinTypeError::Unknown("btcc".into())),
            ("-1", CoinTypeError::Unknown("-1".into())),
            ("9007199254740992", CoinTypeError::TooLarge("9007199254740992".into())),
            ("evm:0", CoinTypeError::ChainId("0".into())),
            ("evm:2147483648", CoinTypeError::ChainId("2147483648".into())),
            ("evm:base", CoinTypeError::ChainId("base".into())),
        ] {
            assert_eq!(text.parse::<CoinType>(), Err(error), "{text}");
        }
    }

    #[test]
    fn no_name_stands_for_two_coins() {
        let mut names: Vec<_> = NAMES.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), NAMES.len());
    }

    proptest! {
        #[test]
        fn what_is_shown_can_be_parsed(number in prop_oneof![0..1_u64 << 53, 0x8000_0000..0x8010_0000_u64, 0..600_u64]) {
            let coin = CoinType::try_from(number).unwrap();
            prop_assert_eq!(coin.to_string().parse(), Ok(coin));
        }
    }
}
