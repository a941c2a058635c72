//! `release`: gives a name up.

use alloy::primitives::Address;

use super::claim::random_salt;
use super::client::{Author, GatewayArgs, NameStatus, parse_name};
use super::error::CliError;
use super::terminal;
use super::wallet::WalletArgs;
use crate::clock::Clock;
use crate::ens::Name;
use crate::state::RecordsBody;

/// Give a name up: its records are gone from the answers at once, and anybody can claim it
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  dm3-gateway release alice.user.dm3.eth --key-file wallet.key")]
pub struct Args {
    /// The name
    #[arg(value_parser = parse_name)]
    name: Name,
    #[command(flatten)]
    wallet: WalletArgs,
    #[command(flatten)]
    gateway: GatewayArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub async fn run(args: Args, clock: &Clock) -> Result<(), CliError> {
    let key = args.wallet.key()?;
    let client = args.gateway.client()?;
    let chain_id = client.info().await?.chain_id;
    let status = client.name(&args.name).await?;
    match status {
        NameStatus::Free(_) => return Err(CliError::new(format!("nobody holds {}", args.name))),
        NameStatus::Held(ref held) if held.owner != key.address() => {
            return Err(CliError::new(format!(
                "{} is held by {}, not by {}",
                args.name,
                held.owner,
                key.address()
            ))
            .next("use the key of its owner"));
        }
        NameStatus::Held(_) => {}
    }
    let records = RecordsBody::empty(random_salt()?);
    let author = Author { key: &key, clock, chain_id };
    let released = client.put(&author.sign(&args.name, status.next(), Address::ZERO, records)?).await?;
    if args.json {
        terminal::print(released)
    } else {
        terminal::print(format_args!("{} is released", args.name))
    }
}
