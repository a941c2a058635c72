//! Who sends transactions: a key, or a Ledger.

use std::fmt;

use alloy::network::EthereumWallet;
use alloy::primitives::{Address, B256};
use alloy::providers::{DynProvider, Provider, ProviderBuilder};
use alloy::signers::ledger::{HDPath, LedgerError, LedgerSigner};
use alloy::signers::local::PrivateKeySigner;
use url::Url;

use crate::account::SecretKey;

/// An account that can send transactions.
#[derive(Clone)]
pub struct Wallet {
    address: Address,
    signer: EthereumWallet,
}

/// Why there is no wallet.
#[derive(Debug, thiserror::Error)]
pub enum WalletError {
    /// The device.
    #[error("no Ledger answers: {0}")]
    Ledger(#[from] LedgerError),
    /// No device can be.
    #[error("no Ledger answers: this machine gives no access to USB devices")]
    NoUsb,
    /// A key of ours is always one of alloy's.
    #[error("alloy does not take the key")]
    Key,
}

impl Wallet {
    /// The account of a key.
    ///
    /// # Errors
    /// Never with a key that was parsed.
    pub fn of_key(key: &SecretKey) -> Result<Self, WalletError> {
        let mut bytes = B256::ZERO;
        hex::decode_to_slice(key.to_hex().trim_start_matches("0x"), bytes.as_mut_slice())
            .map_err(|_| WalletError::Key)?;
        let signer = PrivateKeySigner::from_bytes(&bytes).map_err(|_| WalletError::Key);
        zeroize::Zeroize::zeroize(&mut bytes.0);
        Ok(Self { address: key.address(), signer: EthereumWallet::from(signer?) })
    }

    /// An account of the Ledger that is plugged in and unlocked, with its Ethereum app open. `path` is its derivation
    /// path; `None` takes the first account of Ledger Live.
    ///
    /// # Errors
    /// When there is none.
    pub async fn of_ledger(path: Option<String>) -> Result<Self, WalletError> {
        let path = path.map_or(HDPath::LedgerLive(0), HDPath::Other);
        // Where there is no USB at all, the library panics, and says so where nobody understands it.
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        let found = tokio::spawn(LedgerSigner::new(path, None)).await;
        std::panic::set_hook(hook);
        let signer = found.map_err(|_| WalletError::NoUsb)??;
        let address = alloy::signers::Signer::address(&signer);
        Ok(Self { address, signer: EthereumWallet::from(signer) })
    }

    /// The account.
    pub const fn address(&self) -> Address {
        self.address
    }
}

impl fmt::Debug for Wallet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Wallet(of {})", self.address)
    }
}

/// A chain, over its JSON-RPC endpoint; with a wallet transactions can be sent. `http` bounds how long a question may
/// take.
pub fn connect(rpc_url: Url, http: reqwest::Client, wallet: Option<&Wallet>) -> DynProvider {
    match wallet {
        Some(wallet) => {
            ProviderBuilder::new().wallet(wallet.signer.clone()).connect_reqwest(http, rpc_url).erased()
        }
        None => ProviderBuilder::new().connect_reqwest(http, rpc_url).erased(),
    }
}
