//! What transactions cost.

use alloy::network::TransactionBuilder;
use alloy::primitives::utils::format_ether;
use alloy::primitives::{Address, U256};
use alloy::providers::{DynProvider, Provider};
use alloy::rpc::types::TransactionRequest;

use super::{DeployError, Step};
use crate::chain::error::ChainError;

/// More than any call of the resolver needs whose cost the chain cannot tell yet, because it is not there.
const GAS_OF_DEPENDENT_STEP: u64 = 100_000;

/// What gas costs at most.
#[derive(Clone, Copy, Debug)]
pub struct Fees {
    /// Wei for a unit of gas.
    pub max_per_gas: u128,
    /// Of that for whoever makes the block; `None` on a chain without EIP-1559.
    pub priority_per_gas: Option<u128>,
}

/// What one transaction costs at most.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cost {
    /// Units of gas.
    pub gas: u64,
    /// Wei.
    pub wei: U256,
}

impl Cost {
    /// In ether, as people write it.
    pub fn ether(&self) -> String {
        let text = format_ether(self.wei);
        let kept = text.find('.').map_or(text.len(), |point| (point + 10).min(text.len()));
        text.get(..kept).unwrap_or(&text).to_owned()
    }
}

impl Fees {
    /// Those of now, with room for a few blocks.
    ///
    /// # Errors
    /// See [`ChainError`].
    pub async fn now(provider: &DynProvider) -> Result<Self, ChainError> {
        match provider.estimate_eip1559_fees().await {
            Ok(fees) => Ok(Self {
                max_per_gas: fees.max_fee_per_gas,
                priority_per_gas: Some(fees.max_priority_fee_per_gas),
            }),
            Err(_) => Ok(Self { max_per_gas: provider.get_gas_price().await?, priority_per_gas: None }),
        }
    }

    /// What a step costs at most. Steps that rest on others are estimated from above.
    ///
    /// # Errors
    /// [`DeployError::WouldFail`] when the chain says so.
    pub async fn cost(
        &self,
        provider: &DynProvider,
        step: &Step,
        from: Address,
    ) -> Result<Cost, DeployError> {
        let gas = if step.is_dependent {
            GAS_OF_DEPENDENT_STEP
        } else {
            let transaction = transaction(step, from);
            let estimate = provider.estimate_gas(transaction).await;
            with_room(estimate.map_err(|error| would_fail(step, error))?)
        };
        Ok(Cost { gas, wei: U256::from(gas) * U256::from(self.max_per_gas) })
    }

    pub(super) fn apply(&self, transaction: TransactionRequest) -> TransactionRequest {
        match self.priority_per_gas {
            Some(priority) => {
                transaction.with_max_fee_per_gas(self.max_per_gas).with_max_priority_fee_per_gas(priority)
            }
            None => transaction.with_gas_price(self.max_per_gas),
        }
    }
}

pub(super) fn transaction(step: &Step, from: Address) -> TransactionRequest {
    TransactionRequest::default().with_from(from).with_to(step.to).with_input(step.data.clone())
}

/// What a block changes between estimate and transaction is little.
pub(super) const fn with_room(gas: u64) -> u64 {
    gas + gas / 10
}

pub(super) fn would_fail(step: &Step, error: impl Into<ChainError>) -> DeployError {
    match error.into() {
        unreachable @ ChainError::Unreachable(_) => DeployError::Chain(unreachable),
        reason => DeployError::WouldFail { what: step.what.clone(), reason },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ether_is_shown_to_the_gwei() {
        let shown = |wei: u128| Cost { gas: 0, wei: U256::from(wei) }.ether();
        assert_eq!(shown(1_234_567_890_123_456_789), "1.234567890");
        assert_eq!(shown(0), "0.000000000");
    }
}
