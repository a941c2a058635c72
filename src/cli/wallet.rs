//! The wallet of whoever runs a command. Its key never comes from an argument, which other users of the machine and
//! the shell's history would see.

use std::io::Read;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::error::CliError;
use crate::account::{SecretKey, read_key_file};

/// Where the wallet's key comes from.
#[derive(clap::Args, Debug)]
pub struct WalletArgs {
    /// File with the wallet's private key in hex, or - for standard input. The key itself can be given in the
    /// environment variable DM3_WALLET_KEY instead
    #[arg(long, env = "DM3_WALLET_KEY_FILE", value_name = "FILE")]
    key_file: Option<PathBuf>,
}

impl WalletArgs {
    /// Reads the key.
    pub fn key(&self) -> Result<SecretKey, CliError> {
        match &self.key_file {
            Some(path) if path == Path::new("-") => {
                let mut text = Zeroizing::new(String::new());
                // A key has 66 characters; whatever is longer is none.
                std::io::stdin().take(1024).read_to_string(&mut text)?;
                text.parse().map_err(|error| CliError::new(format!("standard input: {error}")))
            }
            Some(path) => read_key_file(path)
                .map_err(|error| no_key(&format!("cannot read {}: {error}", path.display())))?
                .map_err(|error| CliError::new(format!("{}: {error}", path.display()))),
            None => match std::env::var("DM3_WALLET_KEY").map(Zeroizing::new) {
                Ok(text) => text.parse().map_err(|error| CliError::new(format!("DM3_WALLET_KEY: {error}"))),
                Err(_) => Err(no_key("no wallet key is given")),
            },
        }
    }
}

fn no_key(message: &str) -> CliError {
    CliError::new(message).next(
        "pass --key-file FILE, pipe the key in with --key-file -, or set DM3_WALLET_KEY; \
         `dm3-gateway key new --out wallet.key` makes a new one",
    )
}
