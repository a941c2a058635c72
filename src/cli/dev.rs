//! `dev`: a local chain with ENS, our resolver and the gateway, all together.

use std::path::{Path, PathBuf};

use alloy::primitives::Address;
use serde_json::json;
use tempfile::TempDir;
use url::Url;

use super::error::CliError;
use super::logging::{self, LogFormat};
use super::stop::StopSignal;
use super::terminal;
use crate::chain::AnvilError;
use crate::chain::contracts::{ENS_REGISTRY, UNIVERSAL_RESOLVER};
use crate::chain::dev::{DevChain, DevError, DevSettings};
use crate::clock::Clock;
use crate::config::{Secrets, ServeArgs, SessionSecretSettings, Settings, SignerSettings, ZoneKind};
use crate::http::{Server, StartError};
use crate::store::StoreError;

/// Run a local chain with ENS, the resolver contract and the gateway together, to try and test every client
///
/// Everything is new with each start, unless --directory keeps the names. Ctrl-C ends all of it.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  dm3-gateway dev
  dm3-gateway dev --chain-id 31337 --rpc-port 0 --port 0 --json
  dm3-gateway dev --fork-url https://rpc.example")]
pub struct Args {
    /// Port of the chain's JSON-RPC endpoint; 0 for one that is free
    #[arg(long, value_name = "PORT", default_value_t = 8545)]
    rpc_port: u16,
    /// Port of the gateway; 0 for one that is free
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    port: u16,
    /// Chain id [default: 1, because clients know where ENS is there; of a fork, its own]
    #[arg(long, value_name = "ID")]
    chain_id: Option<u64>,
    /// JSON-RPC endpoint of a chain to fork
    #[arg(long, value_name = "URL")]
    fork_url: Option<Url>,
    /// Settings file of the gateway (TOML); its zones get the resolver
    #[arg(long, env = "DM3_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where to keep names and the signer's key between starts [default: a temporary directory]
    #[arg(long, value_name = "DIR")]
    directory: Option<PathBuf>,
    /// Print what runs where as JSON, once it does
    #[arg(long)]
    json: bool,
}

/// What runs.
struct Dev {
    chain: DevChain,
    server: Server,
}

/// Runs the command.
pub async fn run(args: Args, clock: Clock) -> Result<(), CliError> {
    logging::init(LogFormat::Auto, "warn")?;
    let mut stop = StopSignal::new()?;
    let (directory, _temporary) = directory(args.directory.as_deref())?;
    let mut settings = settings(&args, &directory)?;
    let chain_settings = DevSettings {
        rpc_port: args.rpc_port,
        chain_id: args.chain_id.or(args.fork_url.is_none().then_some(1)),
        fork_url: args.fork_url,
    };
    eprintln!("starting a local chain");
    let chain = tokio::select! {
        started = DevChain::start(&chain_settings) => started.map_err(|error| explain(&error))?,
        () = stop.asked() => return Ok(()),
    };
    settings.chain_id = chain.chain_id();
    settings.rpc_url = chain.rpc_url().clone().try_into().ok();
    eprintln!("starting the gateway");
    let server = match Server::start(&settings, clock).await {
        Ok(server) => server,
        Err(error) => {
            chain.stop().await;
            return Err(explain_gateway(&error));
        }
    };
    let mut dev = Dev { chain, server };
    let outcome = tokio::select! {
        outcome = dev.deploy_and_wait(&settings, args.json) => outcome,
        () = stop.asked() => Ok(()),
    };
    eprintln!("stopping; a second signal stops at once");
    tokio::select! {
        () = dev.end() => outcome,
        () = stop.asked() => Err(CliError::new("stopped before everything was finished")),
    }
}

impl Dev {
    /// Deploys, tells, and waits for anvil's end, which nobody wants.
    async fn deploy_and_wait(&mut self, settings: &Settings, as_json: bool) -> Result<(), CliError> {
        eprintln!("deploying the resolver");
        let Self { chain, server } = self;
        let kinds = settings.zones.iter().map(|zone| zone.kind == ZoneKind::Address);
        let zones = server.zones().zip(kinds);
        let resolver = chain
            .deploy(server.public_url(), server.signer(), zones)
            .await
            .map_err(|error| explain(&error))?;
        if as_json {
            terminal::print(describe_json(chain, server, resolver))?;
        } else {
            terminal::print(describe(chain, server, settings, resolver))?;
        }
        chain.ended().await;
        Err(CliError::new("anvil has ended").next("start again"))
    }

    async fn end(self) {
        self.server.stop().await;
        self.chain.stop().await;
    }
}

fn directory(chosen: Option<&Path>) -> Result<(PathBuf, Option<TempDir>), CliError> {
    match chosen {
        Some(directory) => {
            std::fs::create_dir_all(directory)?;
            Ok((directory.to_owned(), None))
        }
        None => {
            let temporary = tempfile::Builder::new().prefix("dm3-gateway-dev-").tempdir()?;
            Ok((temporary.path().to_owned(), Some(temporary)))
        }
    }
}

fn settings(args: &Args, directory: &Path) -> Result<Settings, CliError> {
    let file = ServeArgs { config: args.config.clone(), ..ServeArgs::default() };
    let mut settings = Settings::load(file, Secrets::default())?;
    settings.listen = ([127, 0, 0, 1], args.port).into();
    settings.public_url = None;
    settings.database_url = format!("sqlite://{}", directory.join("names.db").display());
    settings.signer = SignerSettings::KeyFile(directory.join("signer.key"));
    settings.sessions.secret = SessionSecretSettings::File(directory.join("session.secret"));
    Ok(settings)
}

fn explain(error: &DevError) -> CliError {
    let told = CliError::new(error);
    match error {
        DevError::Anvil(AnvilError::NotFound) => {
            told.next("npm ci (in a clone of this repository), or install Foundry from https://getfoundry.sh")
        }
        DevError::Anvil(AnvilError::PortInUse(_)) => {
            told.next("choose another one with --rpc-port; 0 takes one that is free")
        }
        DevError::Anvil(AnvilError::Ended | AnvilError::Silent) => {
            told.next("what anvil said is above; with --fork-url, check that the chain answers there")
        }
        DevError::Anvil(AnvilError::Start(_)) => told.next("is there a shell called sh?"),
        DevError::Refused(_) => {
            told.next("start again; with --fork-url, check that it is a chain with ENS on it")
        }
    }
}

fn explain_gateway(error: &StartError) -> CliError {
    let told = CliError::new(error);
    match error {
        StartError::Listen { .. } => told.next("choose another port with --port; 0 takes one that is free"),
        StartError::Store(StoreError::OtherChain { stored, .. }) => {
            told.next(format!("pass --chain-id {stored}, or choose another --directory"))
        }
        StartError::Store(StoreError::InUse(_) | StoreError::Url | StoreError::Open { .. }) => {
            told.next("choose another --directory")
        }
        _ => told,
    }
}

fn describe_json(chain: &DevChain, server: &Server, resolver: Address) -> serde_json::Value {
    json!({
        "rpcUrl": rpc_url(chain),
        "chainId": chain.chain_id(),
        "gatewayUrl": server.public_url(),
        "resolver": resolver,
        "signer": server.signer(),
        "owner": chain.account(),
        "ensRegistry": ENS_REGISTRY,
        "universalResolver": UNIVERSAL_RESOLVER,
        "zones": server.zones().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn describe(chain: &DevChain, server: &Server, settings: &Settings, resolver: Address) -> String {
    let (rpc, gateway, id) = (rpc_url(chain), server.public_url(), chain.chain_id());
    let program = std::env::args().next().unwrap_or_else(|| env!("CARGO_PKG_NAME").into());
    // Names of address zones are given; only those of an open zone can be chosen.
    let open = settings.zones.iter().find(|zone| zone.kind == ZoneKind::Open);
    let zone = open.map_or("a-zone-of-kind-open.eth", |zone| zone.name.as_str());
    let dns =
        zone.split('.').map(|label| format!("{:02x}{}", label.len(), hex::encode(label))).collect::<String>();
    let flag = super::client::gateway_flag(gateway);
    format!(
        r#"
RPC URL              {rpc} (chain {id})
gateway              {gateway} (open it to claim names in a browser that has a wallet)
resolver             {resolver}
Universal Resolver   {UNIVERSAL_RESOLVER}
ENS registry         {ENS_REGISTRY}

Claim a name, and resolve it through the chain:
  {program} key new --out wallet.key
  {program} claim alice.{zone} --key-file wallet.key --text url=https://example.com{flag}
  {program} resolve alice.{zone} --rpc-url {rpc}

cast, which does not follow CCIP read by itself:
  question=$(cast calldata "text(bytes32,string)" $(cast namehash alice.{zone}) url)
  request=$(cast calldata "resolve(bytes,bytes)" 0x05616c696365{dns}00 $question)
  answer=$(curl -s {gateway}/{resolver}/$request.json | cut -d '"' -f 4)
  result=$(cast call {resolver} "resolveWithProof(bytes,bytes)(bytes)" $answer $request --rpc-url {rpc})
  cast abi-decode "text()(string)" $result

viem:
  import {{ createPublicClient, http }} from "viem";
  import {{ mainnet }} from "viem/chains";
  const client = createPublicClient({{ chain: {{ ...mainnet, id: {id} }}, transport: http("{rpc}") }});
  console.log(await client.getEnsText({{ name: "alice.{zone}", key: "url" }}));

ethers:
  import {{ JsonRpcProvider }} from "ethers";
  const provider = new JsonRpcProvider("{rpc}", 1, {{ staticNetwork: true }});
  console.log(await (await provider.getResolver("alice.{zone}")).getText("url"));

Ctrl-C ends all of it."#
    )
}

fn rpc_url(chain: &DevChain) -> &str {
    chain.rpc_url().as_str().trim_end_matches('/')
}
