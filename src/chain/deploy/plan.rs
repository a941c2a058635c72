//! What is missing on a chain.

use std::collections::HashSet;

use alloy::primitives::{Address, B256, Bytes, keccak256};
use alloy::providers::{DynProvider, Provider};
use alloy::sol_types::SolCall;

use super::create2::{CREATE2_DEPLOYER, address_of, creation_code, default_salt};
use super::{DeployError, Place, Step, Wanted, names};
use crate::chain::contracts::Dm3Resolver::{self, Dm3ResolverInstance};
use crate::chain::ens::Ens;

/// What is missing on a chain, in the order in which it has to be done.
#[derive(Debug)]
pub struct Plan {
    /// The chain.
    pub chain_id: u64,
    /// Where the resolver is, or will be.
    pub resolver: Address,
    /// Whose it is, or will be.
    pub owner: Address,
    /// The constructor's arguments, ABI-encoded, when it is deployed here; explorers ask for them.
    pub constructor_arguments: Option<Bytes>,
    /// What the deployer sends.
    pub steps: Vec<Step>,
    /// What somebody else has to send.
    pub for_others: Vec<Step>,
    /// What no transaction of ours mends.
    pub obstacles: Vec<String>,
}

/// A resolver that is there already.
struct Existing<'a> {
    contract: Dm3ResolverInstance<&'a DynProvider>,
    owner: Address,
}

/// Compares what there is with what there should be. Nothing is sent.
///
/// # Errors
/// See [`DeployError`].
pub async fn plan(provider: &DynProvider, ens: &Ens, wanted: &Wanted) -> Result<Plan, DeployError> {
    if let Some(both) = wanted.retired_signers.iter().find(|signer| wanted.signers.contains(signer)) {
        return Err(DeployError::ContradictorySigner(*both));
    }
    let chain_id = provider.get_chain_id().await?;
    let owner = wanted.owner.unwrap_or(wanted.deployer);
    let code = creation_code(owner, &wanted.gateways, &wanted.signers);
    let salt = match wanted.place {
        Place::Salt(salt) => salt,
        Place::Usual | Place::At(_) => default_salt(chain_id),
    };
    let resolver = place(provider, ens, wanted, address_of(salt, &code)).await?;
    let existing = existing(provider, resolver).await?;
    let mut plan = Plan {
        chain_id,
        resolver,
        owner: existing.as_ref().map_or(owner, |existing| existing.owner),
        constructor_arguments: existing
            .is_none()
            .then(|| code.get(Dm3Resolver::BYTECODE.len()..).unwrap_or_default().to_vec().into()),
        steps: Vec::new(),
        for_others: Vec::new(),
        obstacles: Vec::new(),
    };
    match &existing {
        Some(existing) => {
            if let Some(other) = wanted.owner.filter(|owner| *owner != existing.owner) {
                return Err(DeployError::OtherOwner { resolver, owner: existing.owner, wanted: other });
            }
            plan.update_contract(existing, wanted).await?;
        }
        None => plan.deploy(provider, salt, &code, wanted).await?,
    }
    plan.administer(existing.as_ref(), wanted).await?;
    // Last, so that nobody is led to a resolver that is not ready.
    let mut zones: Vec<_> = wanted.zones.iter().collect();
    zones.sort_by_key(|zone| zone.name.as_str().split('.').count());
    for zone in zones {
        names::point(&mut plan, ens, wanted, &zone.name).await?;
    }
    Ok(plan)
}

/// Which contract it is.
async fn place(
    provider: &DynProvider,
    ens: &Ens,
    wanted: &Wanted,
    computed: Address,
) -> Result<Address, DeployError> {
    match wanted.place {
        Place::At(address) if is_ours(provider, address).await? => return Ok(address),
        Place::At(address) => return Err(DeployError::NotOurs(address)),
        Place::Usual if !is_ours(provider, computed).await? => {}
        Place::Usual | Place::Salt(_) => return Ok(computed),
    }
    for zone in &wanted.zones {
        let set = ens.resolver(zone.name.node()).await?;
        if !set.is_zero() && is_ours(provider, set).await? {
            return Ok(set);
        }
    }
    Ok(computed)
}

/// Whether the code of our resolver is there. It has no immutables, so it is the same everywhere.
async fn is_ours(provider: &DynProvider, address: Address) -> Result<bool, DeployError> {
    let code = provider.get_code_at(address).await?;
    Ok(keccak256(&code) == keccak256(&Dm3Resolver::DEPLOYED_BYTECODE))
}

async fn existing(provider: &DynProvider, address: Address) -> Result<Option<Existing<'_>>, DeployError> {
    if !is_ours(provider, address).await? {
        return Ok(None);
    }
    let contract = Dm3Resolver::new(address, provider);
    let owner = contract.owner().call().await?;
    Ok(Some(Existing { contract, owner }))
}

impl Plan {
    async fn deploy(
        &mut self,
        provider: &DynProvider,
        salt: B256,
        code: &[u8],
        wanted: &Wanted,
    ) -> Result<(), DeployError> {
        let deployer = provider.get_code_at(CREATE2_DEPLOYER).await?;
        if deployer.is_empty() {
            return Err(DeployError::NoDeployer);
        }
        self.steps.push(Step {
            what: format!("deploy the resolver to {}", self.resolver),
            from: Some(wanted.deployer),
            to: CREATE2_DEPLOYER,
            data: [salt.as_slice(), code].concat().into(),
            is_dependent: false,
        });
        Ok(())
    }

    /// Signers and gateways, which a new contract gets from its constructor.
    async fn update_contract(&mut self, existing: &Existing<'_>, wanted: &Wanted) -> Result<(), DeployError> {
        let mut missing = Vec::new();
        for signer in &wanted.signers {
            if !existing.contract.isSigner(*signer).call().await? {
                missing.push(*signer);
            }
        }
        if !missing.is_empty() {
            let what = format!("add the signer {}", list(&missing));
            self.by_owner(wanted, what, Dm3Resolver::addSignersCall { signers: missing });
        }
        let gateways = existing.contract.gateways().call().await?;
        if gateways != wanted.gateways && !wanted.gateways.is_empty() {
            let what = format!("set the gateways to {}", list(&wanted.gateways));
            self.by_owner(
                wanted,
                what,
                Dm3Resolver::setGatewaysCall { newGateways: wanted.gateways.clone() },
            );
        }
        Ok(())
    }

    /// What no constructor does.
    async fn administer(
        &mut self,
        existing: Option<&Existing<'_>>,
        wanted: &Wanted,
    ) -> Result<(), DeployError> {
        for zone in wanted.zones.iter().filter(|zone| zone.is_address_zone) {
            let node = *zone.name.node().as_bytes();
            let is_marked = match existing {
                Some(existing) => existing.contract.isAddressZone(node).call().await?,
                None => false,
            };
            if !is_marked {
                let what = format!("mark {} as an address zone", zone.name);
                self.by_owner(wanted, what, Dm3Resolver::setAddressZoneCall { node, enabled: true });
            }
        }
        if let Some(guardian) = wanted.guardian {
            let current = match existing {
                Some(existing) => existing.contract.guardian().call().await?,
                None => Address::ZERO,
            };
            if current != guardian {
                let what = format!("set the guardian to {guardian}");
                self.by_owner(wanted, what, Dm3Resolver::setGuardianCall { newGuardian: guardian });
            }
        }
        let mut retired = Vec::new();
        for signer in &wanted.retired_signers {
            if let Some(existing) = existing
                && existing.contract.isSigner(*signer).call().await?
            {
                retired.push(*signer);
            }
        }
        if !retired.is_empty() {
            let guardian = match existing {
                Some(existing) => existing.contract.guardian().call().await?,
                None => Address::ZERO,
            };
            let what = format!("remove the signer {}", list(&retired));
            let data = Dm3Resolver::removeSignersCall { signers: retired }.abi_encode().into();
            let from = if guardian == wanted.deployer { guardian } else { self.owner };
            self.add(wanted, Step { what, from: Some(from), to: self.resolver, data, is_dependent: false });
        }
        Ok(())
    }

    /// A call of the resolver that only its owner may make.
    fn by_owner(&mut self, wanted: &Wanted, what: String, call: impl SolCall) {
        let is_dependent = self.constructor_arguments.is_some();
        let data = call.abi_encode().into();
        self.add(wanted, Step { what, from: Some(self.owner), to: self.resolver, data, is_dependent });
    }

    /// Puts a transaction where it belongs, once.
    pub(super) fn add(&mut self, wanted: &Wanted, step: Step) {
        let steps = if step.from == Some(wanted.deployer) { &mut self.steps } else { &mut self.for_others };
        let known: HashSet<_> = steps.iter().map(|step| (step.to, &step.data)).collect();
        if !known.contains(&(step.to, &step.data)) {
            steps.push(step);
        }
    }
}

fn list(items: &[impl ToString]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
