//! The account that puts the resolver on a chain. No key and no password comes from an argument.

use std::path::PathBuf;

use alloy::primitives::Address;
use zeroize::Zeroizing;

use super::error::CliError;
use super::wallet::WalletArgs;
use crate::account::read_keystore;
use crate::chain::Wallet;

/// Where the deployer's key is.
#[derive(clap::Args, Debug)]
pub struct DeployerArgs {
    #[command(flatten)]
    wallet: WalletArgs,
    /// Encrypted JSON keystore with the key; its password comes from --password-file or the environment variable
    /// DM3_KEYSTORE_PASSWORD
    #[arg(long, value_name = "FILE", conflicts_with_all = ["key_file", "ledger"])]
    keystore: Option<PathBuf>,
    /// File with the keystore's password; a line end behind it does not count
    #[arg(long, value_name = "FILE", requires = "keystore")]
    password_file: Option<PathBuf>,
    /// Sign on a Ledger, unlocked and with its Ethereum app open; takes a derivation path [default: m/44'/60'/0'/0/0]
    #[arg(long, value_name = "PATH", num_args = 0..=1, conflicts_with = "key_file")]
    ledger: Option<Option<String>>,
    /// Only the deployer's address: enough to say what would be sent
    #[arg(long, value_name = "ADDRESS", requires = "dry_run", conflicts_with_all = ["key_file", "keystore", "ledger"])]
    deployer: Option<Address>,
}

/// The deployer's account, and what signs for it.
#[derive(Debug)]
pub enum Deployer {
    /// Signs.
    Wallet(Wallet),
    /// Signs nothing.
    Watched(Address),
}

impl Deployer {
    /// The account.
    pub const fn address(&self) -> Address {
        match self {
            Self::Wallet(wallet) => wallet.address(),
            Self::Watched(address) => *address,
        }
    }

    /// What signs for it.
    pub const fn wallet(&self) -> Option<&Wallet> {
        match self {
            Self::Wallet(wallet) => Some(wallet),
            Self::Watched(_) => None,
        }
    }
}

impl DeployerArgs {
    /// Opens the key, or finds the device.
    pub async fn open(&self) -> Result<Deployer, CliError> {
        if let Some(address) = self.deployer {
            return Ok(Deployer::Watched(address));
        }
        if let Some(path) = &self.ledger {
            eprintln!("looking for a Ledger; transactions are confirmed on it");
            let wallet = Wallet::of_ledger(path.clone()).await.map_err(|error| {
                CliError::new(error).next("plug it in, unlock it, and open its Ethereum app")
            })?;
            return Ok(Deployer::Wallet(wallet));
        }
        let key = match &self.keystore {
            Some(path) => read_keystore(path, &self.password()?)?,
            None => self.wallet.key()?,
        };
        Ok(Deployer::Wallet(Wallet::of_key(&key)?))
    }

    fn password(&self) -> Result<Zeroizing<String>, CliError> {
        match &self.password_file {
            Some(path) => {
                let text = Zeroizing::new(std::fs::read_to_string(path).map_err(|error| {
                    CliError::new(format!("cannot read the password file {}: {error}", path.display()))
                })?);
                Ok(Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned()))
            }
            None => std::env::var("DM3_KEYSTORE_PASSWORD").map(Zeroizing::new).map_err(|_| {
                CliError::new("the keystore's password is not given")
                    .next("pass --password-file FILE, or set DM3_KEYSTORE_PASSWORD")
            }),
        }
    }
}
