//! Giving a name the resolver, whoever decides about it.

use alloy::primitives::{Address, Bytes, U256};
use alloy::sol_types::SolCall;

use super::{DeployError, Plan, Step, Wanted};
use crate::chain::contracts::ens::{NameWrapper, Registry, RegistryV2};
use crate::chain::ens::{Ens, Holder, label_hash, node_of, parent_of};
use crate::ens::Name;

/// The fuse of a wrapped name whose resolver cannot be set any more.
const CANNOT_SET_RESOLVER: u32 = 8;
/// The fuse of a wrapped name below which nothing can be made any more.
const CANNOT_CREATE_SUBDOMAIN: u32 = 32;

/// Adds what gives the name the resolver, if it has another one or none.
pub async fn point(plan: &mut Plan, ens: &Ens, wanted: &Wanted, name: &Name) -> Result<(), DeployError> {
    let holder = ens.holder(name.node()).await?;
    if holder == Holder::Nobody {
        return create(plan, ens, wanted, name).await;
    }
    let current = ens.resolver(name.node()).await?;
    if current == plan.resolver {
        return Ok(());
    }
    let (node, resolver) = (*name.node().as_bytes(), plan.resolver);
    let (to, data) = match holder {
        Holder::Wrapped { owner, .. } if owner.is_zero() => {
            plan.obstacles.push(format!("{name} is wrapped, and has expired: renew it"));
            return Ok(());
        }
        Holder::Wrapped { fuses, .. } if fuses & CANNOT_SET_RESOLVER != 0 => {
            plan.obstacles.push(format!(
                "the resolver of {name} is fixed for good (its fuse CANNOT_SET_RESOLVER is burnt)"
            ));
            return Ok(());
        }
        Holder::Wrapped { wrapper, .. } => {
            (wrapper, NameWrapper::setResolverCall { node, resolver }.abi_encode())
        }
        _ => (ens.registry(), Registry::setResolverCall { node, resolver }.abi_encode()),
    };
    let instead = if current.is_zero() { String::new() } else { format!(" in place of {current}") };
    let from = sender(ens, wanted, name.as_str(), holder).await?;
    let what = format!("make it the resolver of {name}{instead}");
    plan.add(wanted, Step { what, from, to, data: data.into(), is_dependent: false });
    Ok(())
}

/// Makes a name that the registry does not have, and those between it and one that it has.
async fn create(plan: &mut Plan, ens: &Ens, wanted: &Wanted, name: &Name) -> Result<(), DeployError> {
    let mut missing = vec![name.as_str()];
    let mut above = parent_of(name.as_str());
    let mut holder = ens.holder(node_of(above)).await?;
    while holder == Holder::Nobody && !above.is_empty() {
        missing.push(above);
        above = parent_of(above);
        holder = ens.holder(node_of(above)).await?;
    }
    let is_permitted = ens.may_change(wanted.deployer, node_of(above), holder).await?;
    if !above.contains('.') && !is_permitted {
        // Names of that height are registered, not made.
        let registrable = missing.last().copied().unwrap_or_default();
        return not_registered(plan, ens, name, registrable).await;
    }
    if let Holder::Wrapped { fuses, owner, .. } = holder
        && (fuses & CANNOT_CREATE_SUBDOMAIN != 0 || owner.is_zero())
    {
        plan.obstacles.push(format!("{name} cannot be made: its parent {above} is wrapped, and has expired or allows no names below it any more"));
        return Ok(());
    }
    let from = sender(ens, wanted, above, holder).await?;
    for (at, new) in missing.iter().rev().enumerate() {
        let is_zone = wanted.zones.iter().any(|zone| zone.name.as_str() == *new);
        let resolver = if is_zone { plan.resolver } else { Address::ZERO };
        let (to, data) = creation(ens, holder, new, resolver);
        let what = if is_zone {
            format!("make the name {new}, with the resolver")
        } else {
            format!("make the name {new}")
        };
        plan.add(wanted, Step { what, from, to, data, is_dependent: at > 0 });
    }
    Ok(())
}

/// Recipient and calldata that make a name, with a resolver, for the holder of the name above it.
fn creation(ens: &Ens, holder: Holder, name: &str, resolver: Address) -> (Address, Bytes) {
    let (label, above) = name.split_once('.').unwrap_or((name, ""));
    let (node, owner) = (*node_of(above).as_bytes(), holder.account());
    match holder {
        Holder::Wrapped { wrapper, .. } => {
            let call = NameWrapper::setSubnodeRecordCall {
                parentNode: node,
                label: label.to_owned(),
                owner,
                resolver,
                ttl: 0,
                // Nothing given up, so there is nothing that expires.
                fuses: 0,
                expiry: 0,
            };
            (wrapper, call.abi_encode().into())
        }
        Holder::Account(_) | Holder::Nobody => {
            let call =
                Registry::setSubnodeRecordCall { node, label: label_hash(label), owner, resolver, ttl: 0 };
            (ens.registry(), call.abi_encode().into())
        }
    }
}

/// The deployer where that may, else the holder.
async fn sender(
    ens: &Ens,
    wanted: &Wanted,
    name: &str,
    holder: Holder,
) -> Result<Option<Address>, DeployError> {
    let is_permitted = ens.may_change(wanted.deployer, node_of(name), holder).await?;
    Ok(Some(if is_permitted { wanted.deployer } else { holder.account() }))
}

/// Nobody has it in the registry. ENSv2 may.
async fn not_registered(
    plan: &mut Plan,
    ens: &Ens,
    name: &Name,
    registrable: &str,
) -> Result<(), DeployError> {
    match ens.registry_v2(name).await? {
        Some(registry) => {
            let label = name.split_first().0;
            let any_id = U256::from_be_bytes(label_hash(label).0);
            let data = RegistryV2::setResolverCall { anyId: any_id, resolver: plan.resolver }.abi_encode();
            plan.for_others.push(Step {
                what: format!("set the resolver of {name} in ENSv2, which is where its parent's registry is"),
                from: None,
                to: registry,
                data: data.into(),
                is_dependent: false,
            });
        }
        None => plan.obstacles.push(format!(
            "{registrable} is not in the ENS registry {}: register it first (on app.ens.domains); if it is registered in \
             ENSv2, set {} as its resolver there",
            ens.registry(),
            plan.resolver
        )),
    }
    Ok(())
}
