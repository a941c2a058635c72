//! dm3's keys are derived from one signature of the wallet, so that the same wallet always has the same keys.

use alloy::primitives::Address;
use blake2::Blake2b;
use blake2::digest::consts::U32;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::public_key::PublicKey;
use crate::account::{SecretKey, Signature};

/// The seed of a profile's two key pairs. It opens everything that is encrypted to the profile; its `Debug` shows
/// nothing.
pub struct ProfileKeys {
    seed: Zeroizing<[u8; 32]>,
}

impl ProfileKeys {
    /// What the wallet of `account` signs (EIP-191) to derive its keys with dm3's default nonce.
    ///
    /// Format: `getStorageKeyCreationMessage` of `@dm3-org/dm3-lib-crypto`.
    pub fn message(account: Address) -> String {
        let nonce = hex::encode(Sha256::digest(b"dm3_default_nonce"));
        format!(
            "dm3.chat wants you to sign in with your Ethereum account:\n{account}\n\n\
             Connect the DM3 MESSENGER with your wallet. Keys for secure communication are derived from this \
             signature.\n\n(There is no paid transaction initiated. The signature is used off-chain only.)\n\n\
             URI: https://dm3.chat\nVersion: 1\nNonce: 0x{nonce}"
        )
    }

    /// The keys that follow from the wallet's signature over [`message`](Self::message).
    ///
    /// Format: `createStorageKey` hashes the signature's 0x-hex text, `createProfileKeys` seeds both pairs with it.
    pub fn from_signature(signature: &Signature) -> Self {
        let text = Zeroizing::new(format!("0x{}", hex::encode(signature.as_bytes())));
        Self { seed: Zeroizing::new(Sha256::digest(text.as_bytes()).into()) }
    }

    /// The keys of the wallet that holds `key`.
    pub fn of_wallet(key: &SecretKey) -> Self {
        Self::from_signature(&key.sign_message(&Self::message(key.address())))
    }

    /// X25519; libsodium's `crypto_kx_seed_keypair`, where BLAKE2b of the seed is the private key.
    pub fn public_encryption_key(&self) -> PublicKey {
        let secret: Zeroizing<[u8; 32]> = Zeroizing::new(Blake2b::<U32>::digest(self.seed.as_slice()).into());
        let secret = x25519_dalek::StaticSecret::from(*secret);
        PublicKey::from(x25519_dalek::PublicKey::from(&secret).to_bytes())
    }

    /// Ed25519; libsodium's `crypto_sign_seed_keypair`.
    pub fn public_signing_key(&self) -> PublicKey {
        PublicKey::from(ed25519_dalek::SigningKey::from_bytes(&self.seed).verifying_key().to_bytes())
    }
}

impl std::fmt::Debug for ProfileKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ProfileKeys(…)")
    }
}
