//! `key`: makes keys, and tells whose they are.

use std::path::PathBuf;

use serde_json::json;

use super::error::CliError;
use super::terminal;
use super::wallet::WalletArgs;
use crate::account::{SecretKey, write_key_file};

/// Make a private key, or tell the address of one
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Make a new private key, readable by you only
    #[command(after_help = "Example:\n  dm3-gateway key new --out wallet.key")]
    New {
        /// Where to put it; an existing file is never overwritten
        #[arg(long, value_name = "FILE", default_value = "wallet.key")]
        out: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Tell the address of a private key
    #[command(after_help = "Example:\n  dm3-gateway key address --key-file wallet.key")]
    Address {
        #[command(flatten)]
        wallet: WalletArgs,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Runs the command.
pub fn run(command: Command) -> Result<(), CliError> {
    match command {
        Command::New { out, json } => {
            let key = SecretKey::generate()?;
            write_key_file(&out, &key).map_err(|error| {
                CliError::new(format!("cannot make {}: {error}", out.display()))
                    .next("choose another file with --out; keys are never overwritten")
            })?;
            print_address(&key, json)?;
            eprintln!(
                "Its key is in {}. Whoever has this file is this account: keep it safe.",
                out.display()
            );
        }
        Command::Address { wallet, json } => print_address(&wallet.key()?, json)?,
    }
    Ok(())
}

fn print_address(key: &SecretKey, as_json: bool) -> Result<(), CliError> {
    if as_json {
        terminal::print(json!({ "address": key.address() }))
    } else {
        terminal::print(key.address())
    }
}
