//! `resolve`: asks as an ENS client would, and checks the answer as the resolver contract would.

use std::time::{Duration, UNIX_EPOCH};

use alloy::primitives::{Address, Bytes};
use alloy::sol_types::SolValue;
use serde_json::{Value, json};

use super::client::{Client, GatewayArgs, parse_name};
use super::error::CliError;
use crate::clock::Clock;
use crate::ens::call::{RecordCall, RecordKey};
use crate::ens::{CoinType, Name};
use crate::gateway::{Query, answer};

/// Resolve a record of a name through a gateway, verifying the signed answer as the resolver contract would
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  dm3-gateway resolve alice.user.dm3.eth
  dm3-gateway resolve alice.user.dm3.eth --text network.dm3.profile
  dm3-gateway resolve alice.user.dm3.eth --coin 0")]
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
    /// The address of a coin type, in its binary form
    #[arg(long, value_name = "N")]
    coin: Option<u64>,
    /// The content hash
    #[arg(long)]
    contenthash: bool,
}

impl RecordArgs {
    fn key(&self) -> Result<RecordKey, CliError> {
        Ok(match (&self.text, self.coin, self.contenthash) {
            (Some(key), ..) => RecordKey::Text(key.clone()),
            (None, Some(coin), _) => RecordKey::AddrOf(Some(CoinType::try_from(coin)?)),
            (None, None, true) => RecordKey::Contenthash,
            (None, None, false) => RecordKey::Addr,
        })
    }
}

/// Runs the command.
pub async fn run(args: Args, clock: &Clock) -> Result<(), CliError> {
    let client = args.gateway.client()?;
    let call = RecordCall { node: args.name.node(), record: args.record.key()? };
    let request = Query::encode(&args.name, &call);
    let response = client.look_up(args.resolver, &request).await?;
    let verified = answer::verify(args.resolver, &request, &response, clock.now()).map_err(|error| {
        CliError::new(format!("a resolver contract would refuse this answer: {error}"))
            .next("is the clock of this machine, and of the gateway, right?")
    })?;
    let expected = expected_signer(&args, &client).await?;
    if verified.signer != expected {
        let message = format!("the answer is signed by {}, not by {expected}", verified.signer);
        return Err(
            CliError::new(message).next("a contract that knows only that signer refuses it; check --signer")
        );
    }
    let value = decode(&call.record, &verified.result)?;
    let expires = humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_secs(verified.expires));
    if args.json {
        println!(
            "{}",
            json!({ "name": args.name.as_str(), "value": value, "signer": verified.signer,
                "resolver": args.resolver, "expires": expires.to_string() })
        );
    } else {
        match value.as_str() {
            Some(text) => println!("{text}"),
            None => eprintln!("not set"),
        }
        eprintln!("signed by {} for contract {}, valid until {expires}", verified.signer, args.resolver);
    }
    Ok(())
}

async fn expected_signer(args: &Args, client: &Client) -> Result<Address, CliError> {
    match args.signer {
        Some(signer) => Ok(signer),
        None => Ok(client.info().await?.signer),
    }
}

/// The record in a form for people; null when it is not set.
fn decode(record: &RecordKey, result: &[u8]) -> Result<Value, CliError> {
    let bytes = |bytes: Bytes| (!bytes.is_empty()).then(|| json!(bytes));
    let value = match record {
        RecordKey::Addr => {
            let address = Address::abi_decode(result)?;
            (!address.is_zero()).then(|| json!(address.to_string()))
        }
        RecordKey::Text(_) => {
            Some(String::abi_decode(result)?).filter(|text| !text.is_empty()).map(Value::from)
        }
        RecordKey::AddrOf(_) | RecordKey::Contenthash => bytes(Bytes::abi_decode(result)?),
    };
    Ok(value.unwrap_or_default())
}
