//! `resolve`: asks as an ENS client would, and checks the answer as the resolver contract would.

use std::time::{Duration, UNIX_EPOCH};

use alloy::primitives::{Address, Bytes};
use alloy::sol_types::SolValue;
use serde_json::{Value, json};

use url::Url;

use super::client::{GatewayArgs, http_client, parse_name};
use super::error::CliError;
use super::terminal::{self, shown};
use crate::chain::{UniversalError, UniversalResolver};
use crate::clock::Clock;
use crate::ens::call::{RecordCall, RecordKey};
use crate::ens::{CoinType, Name, address, contenthash};
use crate::gateway::{Query, answer};

/// Resolve a record of a name through a gateway, verifying the signed answer as the resolver contract would
///
/// With --rpc-url any ENS name, through the Universal Resolver of that chain as other clients do it.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  dm3-gateway resolve alice.user.dm3.eth
  dm3-gateway resolve alice.user.dm3.eth --text network.dm3.profile
  dm3-gateway resolve alice.user.dm3.eth --coin btc
  dm3-gateway resolve alice.user.dm3.eth --rpc-url http://127.0.0.1:8545")]
pub struct Args {
    /// The name
    #[arg(value_parser = parse_name)]
    name: Name,
    #[command(flatten)]
    record: RecordArgs,
    #[command(flatten)]
    gateway: GatewayArgs,
    /// The resolver contract for which the answer is signed; any address will do to try a gateway without one
    #[arg(long, value_name = "ADDRESS", default_value = "0x0000000000000000000000000000000000000000")]
    resolver: Address,
    /// Who has to have signed [default: the signer that the gateway names]
    #[arg(long, value_name = "ADDRESS")]
    signer: Option<Address>,
    /// Resolve through a chain: its JSON-RPC endpoint. No gateway is asked but those that the resolver contract names
    #[arg(long, value_name = "URL", conflicts_with_all = ["resolver", "signer"])]
    rpc_url: Option<Url>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Which record. Without any of these, the address.
#[derive(clap::Args, Debug)]
#[group(multiple = false)]
struct RecordArgs {
    /// A text record
    #[arg(long, value_name = "KEY")]
    text: Option<String>,
    /// The address of a coin: its name, such as btc or base, its number, or evm:<chain id>
    #[arg(long, value_name = "COIN")]
    coin: Option<CoinType>,
    /// The content hash
    #[arg(long)]
    contenthash: bool,
    /// A data record
    #[arg(long, value_name = "KEY")]
    data: Option<String>,
}

impl RecordArgs {
    fn key(&self) -> RecordKey {
        match self {
            Self { text: Some(key), .. } => RecordKey::Text(key.clone()),
            Self { coin: Some(coin), .. } => RecordKey::AddrOf(Some(*coin)),
            Self { data: Some(key), .. } => RecordKey::Data(key.clone()),
            Self { contenthash: true, .. } => RecordKey::Contenthash,
            _ => RecordKey::Addr,
        }
    }
}

/// A record in a form for people.
struct Decoded {
    /// `None` when it is not set.
    text: Option<String>,
    /// The bytes that the text stands for, where there are any.
    raw: Option<Bytes>,
}

/// A value, and what vouches for it.
struct Resolution {
    value: Decoded,
    evidence: Value,
    told: String,
}

/// Runs the command.
pub async fn run(args: Args, clock: &Clock) -> Result<(), CliError> {
    let call = RecordCall { node: args.name.node(), record: args.record.key() };
    let resolution = match &args.rpc_url {
        Some(rpc_url) => through_chain(&args.name, &call, rpc_url).await?,
        None => through_gateway(&args, &call, clock).await?,
    };
    let Resolution { value, evidence, told } = resolution;
    if args.json {
        let mut printed = json!({ "name": args.name.as_str(), "value": value.text });
        if let (Some(printed), Value::Object(evidence)) = (printed.as_object_mut(), evidence) {
            printed.extend(value.raw.map(|raw| ("raw".into(), json!(raw))));
            printed.extend(evidence);
        }
        terminal::print(printed)?;
    } else {
        match value.text {
            Some(text) => terminal::print(shown(&text))?,
            None => eprintln!("not set"),
        }
        eprintln!("{told}");
    }
    Ok(())
}

/// Through the Universal Resolver of a chain, which has the resolver contract verify the gateway's answer.
async fn through_chain(name: &Name, call: &RecordCall, rpc_url: &Url) -> Result<Resolution, CliError> {
    let resolver = UniversalResolver::new(rpc_url.clone(), http_client()?);
    let resolved = resolver.resolve(name, call).await.map_err(|error| {
        let told = CliError::new(&error);
        match error {
            UniversalError::NoUniversalResolver => told.next("is --rpc-url that of a chain with ENS on it?"),
            UniversalError::NoResolver(_) => {
                told.next("set the resolver contract as the resolver of the zone's name")
            }
            UniversalError::Chain(_) => told.next("check --rpc-url"),
            UniversalError::NotAContract { .. } => told.next("set a resolver contract for the name in ENS"),
            UniversalError::Unsupported(_) => told.next("ask for another record"),
            UniversalError::Gateway { .. } => told.next("ask whoever runs the gateways of this resolver"),
            UniversalError::Refused { .. } => told.next(
                "if you run the resolver: does it know the signer of its gateway, and are the clocks right?",
            ),
        }
    })?;
    Ok(Resolution {
        value: decode(&call.record, &resolved.result)?,
        evidence: json!({ "resolver": resolved.resolver }),
        told: format!("answered by resolver {}", resolved.resolver),
    })
}

/// From a gateway directly, checking the answer as the contract would.
async fn through_gateway(args: &Args, call: &RecordCall, clock: &Clock) -> Result<Resolution, CliError> {
    let client = args.gateway.client()?;
    let request = Query::encode(&args.name, call);
    let response = client.look_up(args.resolver, &request).await?;
    let verified = answer::verify(args.resolver, &request, &response, clock.now()).map_err(|error| {
        CliError::new(format!("a resolver contract would refuse this answer: {error}"))
            .next("is the clock of this machine, and of the gateway, right?")
    })?;
    let expected = match args.signer {
        Some(signer) => signer,
        None => client.info().await?.signer,
    };
    if verified.signer != expected {
        let message = format!("the answer is signed by {}, not by {expected}", verified.signer);
        return Err(
            CliError::new(message).next("a contract that knows only that signer refuses it; check --signer")
        );
    }
    let expires =
        humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_secs(verified.expires)).to_string();
    Ok(Resolution {
        value: decode(&call.record, &verified.result)?,
        told: format!("signed by {} for contract {}, valid until {expires}", verified.signer, args.resolver),
        evidence: json!({ "signer": verified.signer, "resolver": args.resolver, "expires": expires }),
    })
}

/// The record that a resolver function gave.
fn decode(record: &RecordKey, result: &[u8]) -> Result<Decoded, CliError> {
    Ok(match record {
        RecordKey::Addr => {
            let account = Address::abi_decode(result)?;
            let bytes = if account.is_zero() { Bytes::new() } else { account.to_vec().into() };
            decoded(bytes, |bytes| address::format(CoinType::ETH, bytes))
        }
        RecordKey::Text(_) => {
            Decoded { text: Some(String::abi_decode(result)?).filter(|text| !text.is_empty()), raw: None }
        }
        RecordKey::AddrOf(Some(coin)) => {
            decoded(Bytes::abi_decode(result)?, |bytes| address::format(*coin, bytes))
        }
        RecordKey::Contenthash => decoded(Bytes::abi_decode(result)?, contenthash::format),
        RecordKey::Data(_) => decoded(Bytes::abi_decode(result)?, to_hex),
        // No flag asks for the others.
        _ => decoded(Bytes::copy_from_slice(result), to_hex),
    })
}

/// No bytes are no value.
fn decoded(bytes: Bytes, text: impl FnOnce(&[u8]) -> String) -> Decoded {
    if bytes.is_empty() {
        Decoded { text: None, raw: None }
    } else {
        Decoded { text: Some(text(&bytes)), raw: Some(bytes) }
    }
}

fn to_hex(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}
