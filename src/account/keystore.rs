//! Encrypted key files: JSON keystores (Web3 Secret Storage, version 3), as geth, Foundry and ethers write them.

use std::io::Write;
use std::path::{Path, PathBuf};

use alloy::signers::local::LocalSigner;
use serde::Deserialize;
use tempfile::NamedTempFile;
use zeroize::{Zeroize, Zeroizing};

use super::SecretKey;

/// The most memory that deriving the key may take: eight times what is usual.
const MAX_SCRYPT_BYTES: u128 = 2 << 30;

/// Why a keystore gives no key.
#[derive(Debug, thiserror::Error)]
pub enum KeystoreError {
    /// It cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is something else.
    #[error("{path} is no keystore of version 3: {reason}")]
    Form {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// Another password.
    #[error("the password does not open {0}")]
    Password(PathBuf),
}

/// The parts on which decrypting rests without looking.
#[derive(Deserialize)]
struct Keystore {
    version: u8,
    #[serde(alias = "Crypto")]
    crypto: Crypto,
}

#[derive(Deserialize)]
struct Crypto {
    cipher: String,
    ciphertext: String,
    cipherparams: CipherParams,
    kdfparams: KdfParams,
}

#[derive(Deserialize)]
struct CipherParams {
    iv: String,
}

#[derive(Deserialize)]
struct KdfParams {
    dklen: usize,
    #[serde(default)]
    n: Option<u32>,
    #[serde(default)]
    r: Option<u32>,
}

/// Opens a keystore. Takes a second or so and much memory: that is what keeps guesses out.
///
/// # Errors
/// See [`KeystoreError`].
pub fn read_keystore(path: &Path, password: &str) -> Result<SecretKey, KeystoreError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| KeystoreError::Read { path: path.to_owned(), source })?;
    let form = |reason: String| KeystoreError::Form { path: path.to_owned(), reason };
    check(&text).map_err(form)?;
    // ethers writes `Crypto`, alloy reads `crypto`, and from a file only. What is in it stays encrypted.
    let spelled = || -> std::io::Result<NamedTempFile> {
        let mut file = NamedTempFile::new()?;
        file.write_all(text.replacen("\"Crypto\"", "\"crypto\"", 1).as_bytes())?;
        Ok(file)
    };
    let file = spelled().map_err(|source| KeystoreError::Read { path: path.to_owned(), source })?;
    let signer = LocalSigner::decrypt_keystore(file.path(), password)
        .map_err(|_| KeystoreError::Password(path.to_owned()))?;
    let mut bytes = signer.to_bytes();
    let digits = Zeroizing::new(hex::encode(bytes));
    bytes.0.zeroize();
    digits.parse().map_err(|_| form("its key is none of secp256k1".to_owned()))
}

fn check(text: &str) -> Result<(), String> {
    let Keystore { version, crypto } = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let is_of = |digits: &str, bytes| hex::decode(digits).is_ok_and(|decoded| decoded.len() == bytes);
    let memory =
        128 * u128::from(crypto.kdfparams.n.unwrap_or(0)) * u128::from(crypto.kdfparams.r.unwrap_or(0));
    for (is_right, expected) in [
        (version == 3, "its version is another"),
        (crypto.cipher == "aes-128-ctr", "its cipher is not aes-128-ctr"),
        (is_of(&crypto.ciphertext, 32), "its ciphertext has not 32 bytes"),
        (is_of(&crypto.cipherparams.iv, 16), "its iv has not 16 bytes"),
        (crypto.kdfparams.dklen == 32, "its dklen is not 32"),
        (memory <= MAX_SCRYPT_BYTES, "its scrypt needs more than 2 GiB"),
    ] {
        if !is_right {
            return Err(expected.to_owned());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with ethers 6.17: `encryptKeystoreJsonSync({address, privateKey: 0x11…11}, "hunter2", {scrypt: {N: 1024}})`.
    const KEYSTORE: &str = include_str!("keystore.test.json");

    fn open(text: &str, password: &str) -> Result<SecretKey, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let path = file.path().display().to_string();
        read_keystore(file.path(), password).map_err(|error| error.to_string().replace(&path, "FILE"))
    }

    #[test]
    fn a_keystore_of_ethers_opens_with_its_password_only() {
        let key = open(KEYSTORE, "hunter2").unwrap();
        assert_eq!(*key.to_hex(), format!("0x{}", "11".repeat(32)));
        assert_eq!(open(KEYSTORE, "hunter3").unwrap_err(), "the password does not open FILE");
    }

    #[test]
    fn what_is_no_keystore_is_told_so_and_decrypts_nothing() {
        for (from, to, says) in [
            ("\"version\":3", "\"version\":4", "its version"),
            ("\"dklen\":32", "\"dklen\":8", "dklen"),
            ("aes-128-ctr", "aes-128-cbc", "cipher"),
            ("\"n\":1024", "\"n\":4294967295", "2 GiB"),
            ("\"iv\":\"", "\"iv\":\"00", "its iv"),
            ("\"ciphertext\":\"", "\"ciphertext\":\"00", "ciphertext"),
            ("{", "[", "expected"),
        ] {
            let changed = KEYSTORE.replacen(from, to, 1);
            assert_ne!(changed, KEYSTORE, "{from}");
            let error = open(&changed, "hunter2").unwrap_err();
            assert!(error.starts_with("FILE is no keystore") && error.contains(says), "{error}");
        }
    }
}
