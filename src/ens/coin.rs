//! Coin types of address records (ENSIP-9, ENSIP-11, ENSIP-19).

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

#[cfg(test)]
mod tests {
    use super::*;

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
}
