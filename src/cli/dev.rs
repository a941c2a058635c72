//! `dev`: a local chain with ENS, our resolver and the gateway, all together.

use std::path::{Path, PathBuf};

use alloy::primitives::Address;
use serde_json::json;
use tempfile::TempDir;
use url::Url;

use super::error::CliError;
use super::logging::{self, LogFormat};
use super::serve::stop_signal;
use crate::chain::AnvilError;
use crate::chain::contracts::{ENS_REGISTRY, UNIVERSAL_RESOLVER};
use crate::chain::dev::{DevChain, DevError, DevSettings};
use crate::clock::Clock;
use crate::config::{ServeArgs, Settings, SignerSettings, ZoneKind};
use crate::http::Server;

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

/// Runs the command.
pub async fn run(args: Args, clock: Clock) -> Result<(), CliError> {
    logging::init(LogFormat::Auto, "warn")?;
    let (directory, _temporary) = directory(args.directory.as_deref())?;
    let mut settings = settings(&args, &directory)?;
    let chain_settings = DevSettings {
        rpc_port: args.rpc_port,
        chain_id: args.chain_id.or(args.fork_url.is_none().then_some(1)),
        fork_url: args.fork_url,
    };
    eprintln!("starting a local chain");
    let mut chain = DevChain::start(&chain_settings).await.map_err(|error| explain(&error))?;
    settings.chain_id = chain.chain_id();
    let outcome = run_on(&mut chain, &settings, clock, args.json).await;
    chain.stop().await;
    outcome
}

async fn run_on(
    chain: &mut DevChain,
    settings: &Settings,
    clock: Clock,
    as_json: bool,
) -> Result<(), CliError> {
    eprintln!("starting the gateway");
    let server = Server::start(settings, clock).await.map_err(|error| super::serve::explain(&error))?;
    let outcome = serve_on(chain, settings, &server, as_json).await;
    eprintln!("stopping");
    server.stop().await;
    outcome
}

/// Deploys, tells, and waits for the end.
async fn serve_on(
    chain: &mut DevChain,
    settings: &Settings,
    server: &Server,
    as_json: bool,
) -> Result<(), CliError> {
    eprintln!("deploying the resolver");
    let kinds = settings.zones.iter().map(|zone| zone.kind == ZoneKind::Address);
    let resolver = tokio::select! {
        deployed = chain.deploy(server.public_url(), server.signer(), server.zones().zip(kinds)) => deployed?,
        signal = stop_signal() => return signal,
    };
    if as_json {
        println!("{}", describe_json(chain, server, resolver));
    } else {
        println!("{}", describe(chain, server, resolver));
    }
    tokio::select! {
        signal = stop_signal() => signal,
        () = chain.ended() => Err(CliError::new("anvil has ended").next("start again")),
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
    let mut settings = Settings::load(file, None)?;
    settings.listen = ([127, 0, 0, 1], args.port).into();
    settings.public_url = None;
    settings.database_url = format!("sqlite://{}", directory.join("names.db").display());
    settings.signer = SignerSettings::KeyFile(directory.join("signer.key"));
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

fn describe(chain: &DevChain, server: &Server, resolver: Address) -> String {
    let (rpc, gateway, id) = (rpc_url(chain), server.public_url(), chain.chain_id());
    let program = std::env::args().next().unwrap_or_else(|| env!("CARGO_PKG_NAME").into());
    let zone = server.zones().last().map(ToString::to_string).unwrap_or_default();
    let dns =
        zone.split('.').map(|label| format!("{:02x}{}", label.len(), hex::encode(label))).collect::<String>();
    let flag = super::client::gateway_flag(gateway);
    format!(
        r#"
RPC URL              {rpc} (chain {id})
gateway              {gateway}
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
