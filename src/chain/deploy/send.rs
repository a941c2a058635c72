//! Sending one transaction after the other, and waiting for each.

use std::time::Duration;

use alloy::network::TransactionBuilder;
use alloy::primitives::{Address, B256};
use alloy::providers::{DynProvider, Provider};

use super::cost::{Fees, transaction, with_room, would_fail};
use super::{DeployError, Step};

/// How long a transaction may wait to be mined.
const MINING_TIMEOUT: Duration = Duration::from_secs(600);

/// A transaction that is on the chain.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    /// Its hash.
    pub hash: B256,
    /// What it used.
    pub gas_used: u64,
    /// What that cost, in wei.
    pub wei: u128,
}

/// Sends a step and waits until it is mined.
///
/// # Errors
/// See [`DeployError`].
pub async fn send(
    provider: &DynProvider,
    step: &Step,
    from: Address,
    fees: &Fees,
) -> Result<Sent, DeployError> {
    let transaction = fees.apply(transaction(step, from));
    // The chain can tell now, for what was sent before is there.
    let gas = provider.estimate_gas(transaction.clone()).await.map_err(|error| would_fail(step, error))?;
    let transaction = transaction.with_gas_limit(with_room(gas));
    let pending = provider.send_transaction(transaction).await.map_err(|error| would_fail(step, error))?;
    let hash = *pending.tx_hash();
    let receipt = pending
        .with_timeout(Some(MINING_TIMEOUT))
        .get_receipt()
        .await
        .map_err(|error| DeployError::NotMined { what: step.what.clone(), hash, reason: error.into() })?;
    if !receipt.status() {
        return Err(DeployError::Failed { what: step.what.clone(), hash });
    }
    let wei = u128::from(receipt.gas_used) * receipt.effective_gas_price;
    Ok(Sent { hash, gas_used: receipt.gas_used, wei })
}
