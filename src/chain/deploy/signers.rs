//! What a signer's key must not be: anybody else.

use alloy::primitives::utils::format_ether;
use alloy::primitives::{Address, U256};
use alloy::providers::{DynProvider, Provider};

use super::create2::{address_of, creation_code, default_salt};
use super::{Plan, Wanted, Zone};
use crate::chain::contracts::Dm3Resolver;
use crate::chain::ens::{Ens, node_of, parent_of};
use crate::chain::error::ChainError;

/// What an account has or did, on this chain, that a signer's account must not: a thief of the key would get that too.
///
/// # Errors
/// See [`ChainError`].
pub async fn what_signer_has(provider: &DynProvider, signer: Address) -> Result<Vec<String>, ChainError> {
    let mut faults = Vec::new();
    let balance = provider.get_balance(signer).await?;
    if balance > U256::ZERO {
        faults.push(format!("it holds {} ether", format_ether(balance)));
    }
    let sent = provider.get_transaction_count(signer).await?;
    if sent > 0 {
        faults.push(format!("it has sent {sent} transactions"));
    }
    if !provider.get_code_at(signer).await?.is_empty() {
        faults.push("it is a contract, or has delegated to one".to_owned());
    }
    Ok(faults)
}

/// A signer that is something else too.
#[derive(Debug)]
pub struct SignerFaults {
    /// The signer.
    pub signer: Address,
    /// What it is, has, or did.
    pub faults: Vec<String>,
    /// Whether the resolver does not know it yet, so that nothing rests on it.
    pub is_new: bool,
}

/// The signers of a plan that are something else too: what they have on the chain, and the parts that they play in the
/// plan.
///
/// # Errors
/// See [`ChainError`].
pub async fn check_signers(
    provider: &DynProvider,
    ens: &Ens,
    wanted: &Wanted,
    plan: &Plan,
) -> Result<Vec<SignerFaults>, ChainError> {
    let mut found = Vec::new();
    for &signer in &wanted.signers {
        let faults = what_new_signer_has(provider, ens, wanted, plan.owner, signer).await?;
        if !faults.is_empty() {
            let is_new = plan.constructor_arguments.is_some()
                || !Dm3Resolver::new(plan.resolver, provider).isSigner(signer).call().await?;
            found.push(SignerFaults { signer, faults, is_new });
        }
    }
    Ok(found)
}

async fn what_new_signer_has(
    provider: &DynProvider,
    ens: &Ens,
    wanted: &Wanted,
    owner: Address,
    signer: Address,
) -> Result<Vec<String>, ChainError> {
    let mut faults = what_signer_has(provider, signer).await?;
    for (account, part) in [
        (Some(wanted.deployer), "it deploys the resolver"),
        (Some(owner), "it owns the resolver"),
        (wanted.guardian, "it guards the resolver"),
    ] {
        if account == Some(signer) {
            faults.push(part.to_owned());
        }
    }
    for Zone { name, .. } in &wanted.zones {
        let mut rest = name.as_str();
        while rest.contains('.') {
            if ens.holder(node_of(rest)).await?.account() == signer {
                faults.push(format!("it owns {rest}"));
            }
            rest = parent_of(rest);
        }
    }
    Ok(faults)
}

/// The resolver of the same gateway on another chain, if it takes this signer's answers: the one that the zones have
/// there, or the one that this deployment would make there.
///
/// # Errors
/// See [`ChainError`].
pub async fn find_twin(
    other: &DynProvider,
    wanted: &Wanted,
    signer: Address,
) -> Result<Option<Address>, ChainError> {
    let chain_id = other.get_chain_id().await?;
    let owner = wanted.owner.unwrap_or(wanted.deployer);
    let code = creation_code(owner, &wanted.gateways, &wanted.signers);
    let mut candidates = vec![address_of(default_salt(chain_id), &code)];
    // A chain without ENS has resolvers at most for something else.
    if let Ok(ens) = Ens::new(other.clone(), None).await {
        for zone in &wanted.zones {
            candidates.extend(ens.find_resolver(&zone.name).await?.map(|(_, resolver)| resolver));
        }
    }
    for candidate in candidates {
        if other.get_code_at(candidate).await?.is_empty() {
            continue;
        }
        // Other resolvers have no such function, and revert.
        if Dm3Resolver::new(candidate, other).isSigner(signer).call().await.unwrap_or(false) {
            return Ok(Some(candidate));
        }
    }
    Ok(None)
}
