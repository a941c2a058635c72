//! `deploy`: puts the resolver on a chain.

use std::collections::BTreeSet;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use alloy::primitives::{Address, B256, U256};
use alloy::providers::{DynProvider, Provider};
use url::Url;

use super::client::{Client, Info, http_client, parse_name};
use super::deployer::DeployerArgs;
use super::error::CliError;
use super::priced_plan::PricedPlan;
use super::terminal;
use crate::chain::deploy::{
    Cost, DeployError, Place, Plan, STANDARD_JSON, Sent, Wanted, Zone, check_signers, find_twin, plan, send,
};
use crate::chain::ens::Ens;
use crate::chain::{ChainError, connect};
use crate::config::ZoneKind;
use crate::doctor::is_this_machine;
use crate::ens::Name;

/// Put the resolver on a chain, or bring the one that is there up to date
///
/// What is missing is found out first: the resolver itself (at an address that its arguments and the chain id decide),
/// its signers and gateways, the marks of address zones, and the zones' resolver in ENS. Then it is said what will be
/// sent and what it costs at most, and asked. Called again, it does only what is missing.
///
/// What the deployer may not send is printed, for those who may; the command fails then.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  dm3-gateway deploy --rpc-url https://sepolia.example --gateway https://gw.example --key-file deployer.key --dry-run
  dm3-gateway deploy --rpc-url https://mainnet.example --gateway https://gw.example --ledger --owner 0x…
  dm3-gateway deploy --rpc-url http://127.0.0.1:8545 --url https://gw.example --signer 0x… --zone user.dm3.eth \\
    --address-zone addr.dm3.eth --keystore deployer.json --password-file password.txt --yes
  dm3-gateway deploy --standard-json Dm3Resolver.json")]
pub struct Args {
    /// JSON-RPC endpoint of the chain
    #[arg(
        long,
        env = "DM3_RPC_URL",
        value_name = "URL",
        hide_env_values = true,
        required_unless_present = "standard_json"
    )]
    rpc_url: Option<Url>,
    /// A running gateway, whose public URL, signer and zones are taken where the flags below say nothing
    #[arg(long, env = "DM3_GATEWAY", value_name = "URL")]
    gateway: Option<Url>,
    #[command(flatten)]
    deployer: DeployerArgs,
    #[command(flatten)]
    wanted: WantedArgs,
    /// JSON-RPC endpoint of another chain on which this gateway has a resolver: a signer that is one there is refused
    #[arg(long = "other-rpc-url", value_name = "URL")]
    other_rpc_urls: Vec<Url>,
    /// Where the ENS registry is [default: where it is on mainnet and Sepolia]
    #[arg(long, value_name = "ADDRESS")]
    registry: Option<Address>,
    /// Say what would be sent, and send nothing
    #[arg(long)]
    dry_run: bool,
    /// Send without asking
    #[arg(long)]
    yes: bool,
    /// Write the compiler's input to this file, with which Etherscan and Sourcify verify the contract
    #[arg(long, value_name = "FILE")]
    standard_json: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What there should be.
#[derive(clap::Args, Debug)]
struct WantedArgs {
    /// Base URL under which clients reach a gateway; several in the order in which they are tried [default: the
    /// public URL of --gateway]
    #[arg(long = "url", value_name = "URL")]
    urls: Vec<String>,
    /// Account whose answers the resolver accepts [default: the signer of --gateway]
    #[arg(long = "signer", value_name = "ADDRESS")]
    signers: Vec<Address>,
    /// Account whose answers the resolver accepts no longer: the last step of a rotation
    #[arg(long = "remove-signer", value_name = "ADDRESS")]
    removed_signers: Vec<Address>,
    /// Name that gets the resolver [default: the zones of --gateway]
    #[arg(long = "zone", value_name = "NAME", value_parser = parse_name)]
    zones: Vec<Name>,
    /// Name that gets the resolver and is marked as an address zone [default: the zones of --gateway]
    #[arg(long = "address-zone", value_name = "NAME", value_parser = parse_name)]
    address_zones: Vec<Name>,
    /// Owner of a new resolver, who alone can change it [default: the deployer]
    #[arg(long, value_name = "ADDRESS")]
    owner: Option<Address>,
    /// Account that can remove signers beside the owner
    #[arg(long, value_name = "ADDRESS")]
    guardian: Option<Address>,
    /// Salt of the resolver's address, 32 bytes in hex [default: the chain id]
    #[arg(long, value_name = "SALT", conflicts_with = "resolver")]
    salt: Option<B256>,
    /// Bring this resolver up to date; what is not said stays as it is [default: the one that the zones have, if it is
    /// one of ours]
    #[arg(long, value_name = "ADDRESS")]
    resolver: Option<Address>,
}

/// Runs the command.
pub async fn run(args: Args) -> Result<(), CliError> {
    if let Some(file) = &args.standard_json {
        std::fs::write(file, STANDARD_JSON)
            .map_err(|error| CliError::new(format!("cannot write {}: {error}", file.display())))?;
        eprintln!("wrote the compiler's input to {}", file.display());
    }
    let Some(rpc_url) = args.rpc_url.clone() else { return Ok(()) };
    let http = http_client()?;
    let deployer = args.deployer.open().await?;
    let provider = connect(rpc_url, http.clone(), deployer.wallet());
    let chain_id = provider.get_chain_id().await.map_err(|error| explain_chain(ChainError::from(error)))?;
    let wanted = wanted(&args, deployer.address(), chain_id).await?;
    let ens = Ens::new(provider.clone(), args.registry).await.map_err(explain_chain)?;
    let plan = plan(&provider, &ens, &wanted).await.map_err(explain)?;
    refuse_bad_signers(&provider, &ens, &wanted, &plan).await?;
    for other in &args.other_rpc_urls {
        refuse_twins(&connect(other.clone(), http.clone(), None), &wanted).await?;
    }
    let priced = PricedPlan::of(&provider, &plan, deployer.address()).await.map_err(explain)?;
    let sent = if plan.steps.is_empty() || args.dry_run {
        if args.dry_run && !args.json {
            terminal::print(priced.tell())?;
        }
        Vec::new()
    } else {
        eprintln!("{}", priced.tell());
        priced.check_balance()?;
        confirm(&args, plan.steps.len())?;
        send_all(&provider, &priced).await?
    };
    report(&args, &wanted, &priced, &sent)
}

/// What the flags say, and the gateway where they say nothing.
async fn wanted(args: &Args, deployer: Address, chain_id: u64) -> Result<Wanted, CliError> {
    let flags = &args.wanted;
    let info = match &args.gateway {
        Some(url) => Some(Client::new(url.clone())?.info().await?),
        None => None,
    };
    if let Some(info) = info.as_ref().filter(|info| info.chain_id != chain_id) {
        let message =
            format!("the gateway is for chain {}, and --rpc-url is chain {chain_id}", info.chain_id);
        return Err(CliError::new(message).next(
            "set chain_id for the gateway, or pass the other chain's endpoint; each chain has a gateway and a signer of its own",
        ));
    }
    let mut gateways = flags.urls.clone();
    let mut signers = flags.signers.clone();
    if let Some(info) = &info {
        if gateways.is_empty() {
            refuse_own_machine(args, &info.public_url)?;
            gateways.push(info.public_url.clone());
        }
        if signers.is_empty() {
            signers.push(info.signer);
        }
    }
    for gateway in &mut gateways {
        *gateway = gateway_base(gateway)?;
    }
    let zones = zones(flags, info.as_ref())?;
    for (is_missing, what, flag) in [
        (gateways.is_empty(), "no gateway is given", "--url"),
        (signers.is_empty(), "no signer is given", "--signer"),
        (zones.is_empty(), "no zone is given", "--zone or --address-zone"),
    ] {
        // A resolver that is there already keeps what is not said.
        if is_missing && flags.resolver.is_none() {
            return Err(
                CliError::new(what).next(format!("pass {flag}, or --gateway URL to ask a running gateway"))
            );
        }
    }
    Ok(Wanted {
        deployer,
        owner: flags.owner,
        guardian: flags.guardian,
        gateways,
        signers: unique(signers),
        retired_signers: unique(flags.removed_signers.clone()),
        zones,
        place: match (flags.resolver, flags.salt) {
            (Some(address), _) => Place::At(address),
            (None, Some(salt)) => Place::Salt(salt),
            (None, None) => Place::Usual,
        },
    })
}

/// A gateway without a public URL names its own machine, which is another one for each client.
fn refuse_own_machine(args: &Args, public_url: &str) -> Result<(), CliError> {
    let is_local = |url: &Url| is_this_machine(url);
    if args.rpc_url.as_ref().is_some_and(is_local) || !public_url.parse().is_ok_and(|url| is_local(&url)) {
        return Ok(());
    }
    let message =
        format!("the gateway says that others reach it at {public_url}, where each client finds itself");
    Err(CliError::new(message).next("set public_url for the gateway (DM3_PUBLIC_URL), or pass --url"))
}

fn unique(accounts: Vec<Address>) -> Vec<Address> {
    let mut known = BTreeSet::new();
    accounts.into_iter().filter(|account| known.insert(*account)).collect()
}

fn zones(flags: &WantedArgs, info: Option<&Info>) -> Result<Vec<Zone>, CliError> {
    let zone = |name: &Name, is_address_zone| Zone { name: name.clone(), is_address_zone };
    let mut zones: Vec<_> = flags.address_zones.iter().map(|name| zone(name, true)).collect();
    zones.extend(flags.zones.iter().map(|name| zone(name, false)));
    if let (true, Some(info)) = (zones.is_empty(), info) {
        for known in &info.zones {
            zones.push(zone(&Name::parse(&known.name)?, known.kind == ZoneKind::Address));
        }
    }
    let mut names = BTreeSet::new();
    match zones.iter().find(|zone| !names.insert(zone.name.as_str())) {
        Some(twice) => Err(CliError::new(format!("{} is given twice as a zone", twice.name))),
        None => Ok(zones),
    }
}

/// A base URL as the contract takes it.
fn gateway_base(text: &str) -> Result<String, CliError> {
    let base = text.trim_end_matches('/');
    let parsed: Url =
        base.parse().map_err(|error| CliError::new(format!("the gateway URL '{text}': {error}")))?;
    let is_plain = parsed.query().is_none()
        && parsed.fragment().is_none()
        && parsed.username().is_empty()
        && !base.contains(['{', '}'])
        && base.is_ascii();
    if !matches!(parsed.scheme(), "http" | "https") || !is_plain {
        return Err(CliError::new(format!("'{text}' is no base URL of a gateway")).next(
            "give it as https://gw.example, without placeholders: the contract adds its address and {data}",
        ));
    }
    Ok(base.to_owned())
}

/// A signer that is something else too would give its thief more than the answers.
async fn refuse_bad_signers(
    provider: &DynProvider,
    ens: &Ens,
    wanted: &Wanted,
    plan: &Plan,
) -> Result<(), CliError> {
    for found in check_signers(provider, ens, wanted, plan).await.map_err(explain_chain)? {
        let message = format!("{} must not be a signer: {}", found.signer, found.faults.join(", "));
        if found.is_new {
            return Err(CliError::new(message).next(
                "a signer signs answers and nothing else: make a new key for the gateway (dm3-gateway key new --out signer.key)",
            ));
        }
        eprintln!("warning: {message}; it is one already, so plan to rotate it");
    }
    Ok(())
}

async fn refuse_twins(other: &DynProvider, wanted: &Wanted) -> Result<(), CliError> {
    for &signer in &wanted.signers {
        if let Some(twin) = find_twin(other, wanted, signer).await.map_err(explain_chain)? {
            let chain = other.get_chain_id().await.map_err(|error| explain_chain(error.into()))?;
            let message = format!("{signer} is a signer of the resolver {twin} on chain {chain} already");
            return Err(CliError::new(message).next(
                "what a signer signs names no chain, so each chain needs a gateway with a signer of its own",
            ));
        }
    }
    Ok(())
}

/// Asks, where there is somebody to ask.
fn confirm(args: &Args, count: usize) -> Result<(), CliError> {
    if args.yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        return Err(
            CliError::new("nobody is here to be asked").next("pass --yes to send, or --dry-run to look only")
        );
    }
    eprint!("Send {count} transaction{}? [y/N] ", if count == 1 { "" } else { "s" });
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    match answer.trim() {
        "y" | "Y" | "yes" => Ok(()),
        _ => Err(CliError::new("nothing was sent")),
    }
}

async fn send_all(provider: &DynProvider, priced: &PricedPlan<'_>) -> Result<Vec<Sent>, CliError> {
    let (steps, mut sent) = (&priced.plan.steps, Vec::new());
    for (at, step) in steps.iter().enumerate() {
        eprintln!("{}/{}: {}", at + 1, steps.len(), step.what);
        let done = send(provider, step, priced.deployer, &priced.fees).await.map_err(|error| {
            let sent = format!("{at} of {} transactions are on the chain", steps.len());
            CliError::new(format!("{error} ({sent})"))
                .next("run the command again: it goes on where this one stopped")
        })?;
        let cost = Cost { gas: done.gas_used, wei: U256::from(done.wei) };
        eprintln!("    {} cost {} ETH", done.hash, cost.ether());
        sent.push(done);
    }
    Ok(sent)
}

/// The result, and whether everything is in place with it.
fn report(args: &Args, wanted: &Wanted, priced: &PricedPlan<'_>, sent: &[Sent]) -> Result<(), CliError> {
    let plan = priced.plan;
    if args.json {
        terminal::print(priced.describe(wanted, sent, args.dry_run))?;
    } else if !args.dry_run {
        terminal::print(format!("resolver {} on chain {}", plan.resolver, plan.chain_id))?;
    }
    let left = plan.for_others.len() + plan.obstacles.len();
    if left > 0 && !args.dry_run {
        if sent.is_empty() {
            eprintln!("{}", priced.tell());
        }
        return Err(CliError::new(format!("{left} thing{} left that this account cannot do", plural(left)))
            .next("have those above sent by whom they name, then run the command again to see that nothing is missing"));
    }
    if let (Some(zone), false) = (wanted.zones.first(), args.dry_run) {
        let done = if sent.is_empty() { "nothing was missing" } else { "everything is in place" };
        eprintln!("{done}; see that it works: dm3-gateway doctor {} --rpc-url URL", zone.name);
    }
    Ok(())
}

const fn plural(count: usize) -> &'static str {
    if count == 1 { " is" } else { "s are" }
}

fn explain_chain(error: ChainError) -> CliError {
    explain(error.into())
}

/// What to do when a plan cannot be made.
fn explain(error: DeployError) -> CliError {
    let told = CliError::new(&error);
    match error {
        DeployError::Chain(ChainError::Unreachable(_)) => told.next("check --rpc-url"),
        DeployError::Chain(ChainError::Unexpected(_)) => {
            told.next("is it a chain with ENS? --registry says where its registry is")
        }
        DeployError::NoDeployer => told.next(
            "it is put there by one transaction that everybody can send: see github.com/Arachnid/deterministic-deployment-proxy",
        ),
        DeployError::NotOurs(_) => told.next("check --resolver, or leave it out to deploy a new one"),
        DeployError::OtherOwner { .. } => told.next(
            "leave --owner out; the owner hands it over with transferOwnership, and the next one takes it with acceptOwnership",
        ),
        DeployError::ContradictorySigner(_) => {
            told.next("let the gateway sign with its new key first, then remove the old one; if that was stolen, leave --gateway out and name the contract with --resolver")
        }
        DeployError::WouldFail { .. } => told.next("nothing was sent; check the arguments that it rests on"),
        _ => told,
    }
}
