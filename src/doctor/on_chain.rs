//! The part of the path that is on the chain.

use alloy::primitives::{Address, FixedBytes, keccak256};
use alloy::providers::{DynProvider, Provider};
use url::Url;

use super::lookup::{Lookup, LookupFailure};
use super::report::Report;
use super::{Examination, probe};
use crate::chain::contracts::Dm3Resolver;
use crate::chain::contracts::ens::Introspection;
use crate::chain::ens::Ens;
use crate::chain::{ChainError, UniversalError, UniversalResolver, connect};
use crate::ens::call::{RecordCall, RecordKey};
use crate::gateway::Query;

/// A block is never from further ahead than this, in seconds.
const MAX_AHEAD: u64 = 60;
/// An older block says that nothing comes in, in seconds.
const MAX_BEHIND: u64 = 300;
/// ERC-7996's feature of ENSIP-22.
const RESOLVE_MULTICALL: FixedBytes<4> = FixedBytes([0x96, 0xb6, 0x2d, 0xb8]);

/// Where a name leads.
#[derive(Debug)]
pub struct Path {
    pub provider: DynProvider,
    pub ens: Ens,
    pub chain_id: u64,
    /// The time by which the contract measures answers, in unix seconds.
    pub chain_time: u64,
    pub resolver: Address,
    /// Whether the contract is the one of this program.
    pub is_ours: bool,
    /// Base URLs.
    pub gateways: Vec<String>,
    /// What every gateway is asked first.
    pub lookup: Lookup,
    /// The chain is on this machine, so gateways may be, too.
    pub is_local: bool,
}

/// What clients ask. Not the address, which a resolver may know by itself.
pub fn usual_question(examination: &Examination) -> RecordCall {
    RecordCall { node: examination.name.node(), record: RecordKey::Text("url".to_owned()) }
}

/// Follows the name to its gateways. `None` when the path ends before them, for a reason that is in the report.
pub async fn examine(examination: &Examination, http: reqwest::Client, report: &mut Report) -> Option<Path> {
    let provider = connect(examination.rpc_url.clone(), http, None);
    let (chain_id, chain_time) = match chain(&provider).await {
        Ok(found) => found,
        Err(error) => {
            report.broken("chain.endpoint", "JSON-RPC endpoint", error, "check --rpc-url");
            return None;
        }
    };
    report.ok("chain.endpoint", "JSON-RPC endpoint", format!("answers for chain {chain_id}"));
    clock(examination, chain_time, report);
    let ens = match Ens::new(provider.clone(), examination.registry).await {
        Ok(ens) => ens,
        Err(error) => {
            let next = "is --rpc-url that of a chain with ENS? --registry says where its registry is";
            report.broken("ens.registry", format!("chain {chain_id}"), error, next);
            return None;
        }
    };
    report.ok("ens.registry", ens.registry(), "is there");
    let resolver = resolver(examination, &ens, report).await?;
    let is_ours = code(&provider, resolver, report).await?;
    interfaces(&provider, resolver, report).await;
    if is_ours {
        owner(&provider, resolver, report).await;
    }
    let lookup = lookup(examination, &provider, resolver, report).await?;
    let gateways = match is_ours {
        true => Dm3Resolver::new(resolver, &provider).gateways().call().await.unwrap_or_default(),
        false => lookup.templates.iter().map(|template| base_of(template, resolver)).collect(),
    };
    let is_local = probe::is_this_machine(&examination.rpc_url);
    Some(Path { provider, ens, chain_id, chain_time, resolver, is_ours, gateways, lookup, is_local })
}

async fn chain(provider: &DynProvider) -> Result<(u64, u64), ChainError> {
    let chain_id = provider.get_chain_id().await?;
    let latest = provider.get_block_by_number(alloy::eips::BlockNumberOrTag::Latest).await?;
    let latest = latest.ok_or_else(|| ChainError::Unexpected("there is no latest block".to_owned()))?;
    Ok((chain_id, latest.header.timestamp))
}

fn clock(examination: &Examination, chain_time: u64, report: &mut Report) {
    let (check, subject, now) = ("chain.clock", "latest block", examination.clock.now());
    if chain_time > now + MAX_AHEAD {
        let message = format!("is {} s ahead of this machine's clock", chain_time - now);
        report.broken(
            check,
            subject,
            message,
            "set this machine's clock by NTP; if it is right, ask another endpoint",
        );
    } else if chain_time + MAX_BEHIND < now {
        let message = format!("is {} s old", now - chain_time);
        report.warn(
            check,
            subject,
            message,
            "ask another endpoint: this one does not keep up with its chain",
        );
    } else {
        report.ok(check, subject, "agrees with this machine's clock");
    }
}

async fn resolver(examination: &Examination, ens: &Ens, report: &mut Report) -> Option<Address> {
    let (check, name) = ("ens.resolver", &examination.name);
    match ens.find_resolver(name).await {
        Ok(Some((at, resolver))) => {
            report.ok(check, name, format!("has the resolver {resolver}, set for {at}"));
            Some(resolver)
        }
        Ok(None) => {
            let next = "set it: dm3-gateway deploy --zone NAME for the zone of this name";
            report.broken(check, name, "has no resolver in ENS, and none above it has", next);
            None
        }
        Err(error) => {
            report.broken(check, name, error, "check --rpc-url and --registry");
            None
        }
    }
}

async fn code(provider: &DynProvider, resolver: Address, report: &mut Report) -> Option<bool> {
    let check = "resolver.code";
    match provider.get_code_at(resolver).await {
        Ok(code) if code.is_empty() => {
            let next = "set the right resolver: dm3-gateway deploy says which one that is";
            report.broken(check, resolver, "is not a contract", next);
            None
        }
        Ok(code) if keccak256(&code) == keccak256(&Dm3Resolver::DEPLOYED_BYTECODE) => {
            report.ok(check, resolver, "is the resolver of this version");
            Some(true)
        }
        Ok(_) => {
            let next = "if it should be, deploy it; what only that one has is not checked here";
            report.warn(check, resolver, "is another contract than the resolver of this version", next);
            Some(false)
        }
        Err(error) => {
            report.broken(check, resolver, ChainError::from(error), "check --rpc-url");
            None
        }
    }
}

async fn interfaces(provider: &DynProvider, resolver: Address, report: &mut Report) {
    let contract = Introspection::new(resolver, provider);
    let mut missing = Vec::new();
    for (id, name) in [
        ([0x01, 0xff, 0xc9, 0xa7], "ERC-165"),
        ([0x90, 0x61, 0xb9, 0x23], "IExtendedResolver (ENSIP-10)"),
        ([0x58, 0x2d, 0xe3, 0xe7], "ERC-7996"),
    ] {
        if !contract.supportsInterface(FixedBytes(id)).call().await.unwrap_or(false) {
            missing.push(name);
        }
    }
    if !contract.supportsFeature(RESOLVE_MULTICALL).call().await.unwrap_or(false) {
        missing.push("multicall through resolve (ENSIP-22)");
    }
    let check = "resolver.interfaces";
    if missing.is_empty() {
        report.ok(check, resolver, "announces ERC-165, ENSIP-10, ERC-7996 and multicalls");
    } else if missing.iter().any(|name| name.contains("ENSIP-10")) {
        let message = format!("does not announce {}", missing.join(", "));
        report.broken(
            check,
            resolver,
            message,
            "clients do not ask it about names below its own: set another resolver",
        );
    } else {
        let message = format!("does not announce {}", missing.join(", "));
        report.warn(
            check,
            resolver,
            message,
            "clients ask it one record at a time; this program's resolver takes many",
        );
    }
}

async fn owner(provider: &DynProvider, resolver: Address, report: &mut Report) {
    let contract = Dm3Resolver::new(resolver, provider);
    let check = "resolver.owner";
    let Ok(owner) = contract.owner().call().await else { return };
    if owner.is_zero() {
        let next =
            "only a guardian can stop a stolen signer now; to change anything, deploy another resolver";
        report.warn(check, resolver, "belongs to nobody: its gateways, signers and zones are fixed", next);
    } else if contract.isSigner(owner).call().await.unwrap_or(false) {
        let next = "rotate the signer: a signer signs answers and nothing else";
        report.broken(check, resolver, format!("belongs to {owner}, which is a signer, too"), next);
    } else {
        report.ok(check, resolver, format!("belongs to {owner}"));
    }
}

async fn lookup(
    examination: &Examination,
    provider: &DynProvider,
    resolver: Address,
    report: &mut Report,
) -> Option<Lookup> {
    let check = "resolver.lookup";
    let request = Query::encode(&examination.name, &usual_question(examination));
    let lookup = match Lookup::of(provider, resolver, &request).await {
        Ok(lookup) => lookup,
        Err(error @ LookupFailure::OnChain) => {
            report.warn(check, resolver, error, "there is no gateway to check for this name");
            return None;
        }
        Err(error) => {
            report.broken(check, resolver, error, "is it a resolver with gateways (ERC-3668)?");
            return None;
        }
    };
    let segment = format!("0x{}", hex::encode(resolver));
    let foreign = lookup.templates.iter().find(|template| {
        let filled = template.replace("{sender}", &segment).to_lowercase();
        !filled.contains(&segment)
    });
    if lookup.templates.is_empty() {
        report.broken(check, resolver, "names no gateway", "set one: dm3-gateway deploy --url URL");
        return None;
    }
    match foreign {
        Some(template) => {
            let next = "put {sender} or the contract's address into the URL";
            report.broken(check, resolver, format!("its URL {template} does not name it"), next);
        }
        None => report.ok(
            check,
            resolver,
            format!("sends clients to {} gateway(s), by URLs that name it", lookup.templates.len()),
        ),
    }
    Some(lookup)
}

/// What stands before the contract in a URL.
fn base_of(template: &str, resolver: Address) -> String {
    let segment = format!("0x{}", hex::encode(resolver));
    let filled = template.replace("{sender}", &segment);
    let end = filled.to_lowercase().find(&segment).or_else(|| filled.find("{data}")).unwrap_or(filled.len());
    filled.get(..end).unwrap_or(&filled).trim_end_matches('/').to_owned()
}

/// Through the Universal Resolver, as most clients go.
pub async fn resolve_as_clients_do(examination: &Examination, http: reqwest::Client, report: &mut Report) {
    let check = "universal.resolve";
    let universal = UniversalResolver::new(Url::clone(&examination.rpc_url), http);
    match universal.resolve(&examination.name, &usual_question(examination)).await {
        Ok(_) => report.ok(check, &examination.name, "resolves through the Universal Resolver"),
        Err(error @ UniversalError::NoUniversalResolver) => {
            report.warn(check, &examination.name, error, "current clients resolve nothing on this chain");
        }
        Err(error) => {
            report.broken(check, &examination.name, error, "mend what is broken above, then look again")
        }
    }
}
