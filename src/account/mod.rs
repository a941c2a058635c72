//! Accounts: secp256k1 keys, their signatures and the addresses these recover to.
//!
//! Signatures are taken and given in one form only: 65 bytes `r ‖ s ‖ v`, `v` 27 or 28, `s` in the lower half of the
//! group order. Whatever passes here passes in OpenZeppelin's `ECDSA` too.

mod key_file;

use std::fmt;
use std::str::FromStr;

use alloy::primitives::{Address, B256};
use k256::ecdsa::{RecoveryId, SigningKey, VerifyingKey};
use zeroize::Zeroizing;

use crate::keccak::keccak256;

pub use key_file::{read_key_file, write_key_file, write_secret_file};

/// A secp256k1 private key. Its `Debug` shows the address only.
#[derive(Clone)]
pub struct SecretKey {
    key: SigningKey,
    address: Address,
}

/// What is wrong with the text of a private key.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "not a private key: 32 bytes in hex are expected, with or without 0x, between 1 and the order of secp256k1"
)]
pub struct SecretKeyError;

impl SecretKey {
    /// A new key from the operating system's randomness.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn generate() -> Result<Self, getrandom::Error> {
        loop {
            let mut bytes = Zeroizing::new([0u8; 32]);
            getrandom::fill(bytes.as_mut())?;
            // Not every 32 bytes are a key; one draw in 2^128 is repeated.
            if let Ok(key) = SigningKey::from_slice(bytes.as_ref()) {
                return Ok(Self::new(key));
            }
        }
    }

    fn new(key: SigningKey) -> Self {
        let address = address_of(key.verifying_key());
        Self { key, address }
    }

    /// The account that this key signs for.
    pub const fn address(&self) -> Address {
        self.address
    }

    /// The key as 0x-prefixed hex, for a key file. Handle with care.
    pub fn to_hex(&self) -> Zeroizing<String> {
        let bytes = Zeroizing::new(self.key.to_bytes());
        Zeroizing::new(format!("0x{}", hex::encode(bytes.as_slice())))
    }

    /// Signs a 32-byte digest as it is (RFC 6979 nonce, low `s`).
    pub fn sign(&self, digest: B256) -> Signature {
        let (signature, id) = self.key.sign_prehash_recoverable(digest.as_slice());
        let mut bytes = [0u8; 65];
        let (rs, v) = bytes.split_at_mut(64);
        rs.copy_from_slice(&signature.to_bytes());
        v.fill(27 + u8::from(id.is_y_odd()));
        Signature(bytes)
    }

    /// Signs a text as an EIP-191 personal message.
    pub fn sign_message(&self, text: &str) -> Signature {
        self.sign(personal_digest(text.as_bytes()))
    }
}

impl FromStr for SecretKey {
    type Err = SecretKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let mut bytes = Zeroizing::new([0u8; 32]);
        hex::decode_to_slice(text.strip_prefix("0x").unwrap_or(text), bytes.as_mut())
            .map_err(|_| SecretKeyError)?;
        SigningKey::from_slice(bytes.as_ref()).map(Self::new).map_err(|_| SecretKeyError)
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey(of {})", self.address)
    }
}

/// A signature in the one accepted form. That it is by anybody in particular is not checked until [`recover`].
///
/// [`recover`]: Self::recover
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Signature([u8; 65]);

/// Why bytes are not a signature in the accepted form, or nobody's.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
pub enum SignatureError {
    /// Compact (EIP-2098) and contract signatures have other lengths.
    #[error("a signature has 65 bytes (r, s, v), this has {0}")]
    Length(usize),
    /// Raw recovery ids (0, 1) and EIP-155 values are not taken.
    #[error("the last byte of a signature is 27 or 28, here it is {0}")]
    V(u8),
    /// The malleable twin of a valid signature.
    #[error("the signature's s is in the upper half of the group order; its low-s twin is expected")]
    HighS,
    /// `r` or `s` is zero or not below the group order, or no key fits.
    #[error("no key can have made this signature")]
    Nobody,
}

impl Signature {
    /// Parses `r ‖ s ‖ v`.
    ///
    /// # Errors
    /// See [`SignatureError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, SignatureError> {
        let signature = Self(bytes.try_into().map_err(|_| SignatureError::Length(bytes.len()))?);
        let [.., v] = signature.0;
        if v != 27 && v != 28 {
            return Err(SignatureError::V(v));
        }
        let parsed = signature.ecdsa()?;
        if parsed.normalize_s() != parsed {
            return Err(SignatureError::HighS);
        }
        Ok(signature)
    }

    /// The one accepted form of a signature that others write in other forms: compact (EIP-2098), with a raw recovery id
    /// (0, 1), or with `s` in the upper half. `None` when it has none of these forms.
    pub fn normalize(bytes: &[u8]) -> Option<Self> {
        let (rs, is_odd) = match bytes {
            [rs @ .., v @ (0 | 1 | 27 | 28)] if rs.len() == 64 => {
                (<[u8; 64]>::try_from(rs).ok()?, v % 27 == 1)
            }
            // Compact: the highest bit of s, which a low s does not need, tells which of the two keys it was.
            _ => {
                let mut rs = <[u8; 64]>::try_from(bytes).ok()?;
                let y_and_s = rs.get_mut(32)?;
                let is_odd = *y_and_s & 0x80 != 0;
                *y_and_s &= 0x7f;
                (rs, is_odd)
            }
        };
        let parsed = k256::ecdsa::Signature::from_slice(&rs).ok()?;
        let low = parsed.normalize_s();
        let mut normal = [0u8; 65];
        let (low_rs, v) = normal.split_at_mut(64);
        low_rs.copy_from_slice(&low.to_bytes());
        v.fill(27 + u8::from(is_odd != (low != parsed)));
        Some(Self(normal))
    }

    /// The account whose key signed `digest`.
    ///
    /// # Errors
    /// [`SignatureError::Nobody`] when no public key fits.
    pub fn recover(&self, digest: B256) -> Result<Address, SignatureError> {
        let [.., v] = self.0;
        let id = RecoveryId::new(v == 28, false);
        VerifyingKey::recover_from_prehash(digest.as_slice(), &self.ecdsa()?, id)
            .map(|key| address_of(&key))
            .map_err(|_| SignatureError::Nobody)
    }

    /// `r ‖ s ‖ v`.
    pub const fn as_bytes(&self) -> &[u8; 65] {
        &self.0
    }

    fn ecdsa(&self) -> Result<k256::ecdsa::Signature, SignatureError> {
        let (rs, _) = self.0.split_at(64);
        k256::ecdsa::Signature::from_slice(rs).map_err(|_| SignatureError::Nobody)
    }
}

/// Why a signature is not that of an account with a key.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
pub enum KeyFault {
    /// Not in the accepted form, or nobody's.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// Somebody else's, or over something else.
    #[error("the signature is by {signer} over this content, but {expected} has to sign it")]
    Signer {
        /// Whom it recovers to.
        signer: Address,
        /// Whose it should be.
        expected: Address,
    },
}

/// Checks that the key of `account` signed `digest`.
///
/// # Errors
/// See [`KeyFault`].
pub fn check_key(account: Address, digest: B256, signature: &[u8]) -> Result<(), KeyFault> {
    let signer = Signature::parse(signature)?.recover(digest)?;
    if signer == account { Ok(()) } else { Err(KeyFault::Signer { signer, expected: account }) }
}

/// The digest of an EIP-191 personal message (version 0x45).
pub fn personal_digest(message: &[u8]) -> B256 {
    let length = message.len().to_string();
    keccak256(&[b"\x19Ethereum Signed Message:\n", length.as_bytes(), message])
}

fn address_of(key: &VerifyingKey) -> Address {
    let point = key.to_sec1_point(false);
    let coordinates = point.as_bytes().get(1..).unwrap_or_default();
    Address::from_word(keccak256(&[coordinates]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u8) -> SecretKey {
        format!("{n:064x}").parse().unwrap()
    }

    #[test]
    fn the_first_key_has_its_well_known_address() {
        assert_eq!(key(1).address().to_string(), "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf");
    }

    #[test]
    fn debug_shows_the_address_and_nothing_of_the_key() {
        assert_eq!(format!("{:?}", key(1)), "SecretKey(of 0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf)");
    }

    #[test]
    fn a_signature_recovers_to_its_signer_and_to_nobody_else_for_another_digest() {
        let digest = keccak256(&[b"something"]);
        let signature = key(7).sign(digest);
        assert_eq!(signature.recover(digest), Ok(key(7).address()));
        assert_ne!(signature.recover(keccak256(&[b"else"])).ok(), Some(key(7).address()));
        assert_eq!(Signature::parse(signature.as_bytes()), Ok(signature));
    }

    #[test]
    fn other_forms_of_a_valid_signature_are_refused() {
        let bytes = *key(7).sign(B256::repeat_byte(3)).as_bytes();
        assert_eq!(Signature::parse(&bytes[..64]), Err(SignatureError::Length(64)));
        let mut raw_v = bytes;
        raw_v[64] -= 27;
        assert_eq!(Signature::parse(&raw_v), Err(SignatureError::V(raw_v[64])));
        let low = k256::ecdsa::Signature::from_slice(&bytes[..64]).unwrap();
        let (r, s) = low.split_scalars();
        let high = k256::ecdsa::Signature::from_scalars(r.to_bytes(), (-*s).to_bytes()).unwrap();
        let mut twin = [0u8; 65];
        twin[..64].copy_from_slice(&high.to_bytes());
        twin[64] = if bytes[64] == 27 { 28 } else { 27 };
        assert_eq!(Signature::parse(&twin), Err(SignatureError::HighS));
        let mut zero = bytes;
        zero[..32].fill(0);
        assert_eq!(Signature::parse(&zero), Err(SignatureError::Nobody));
    }

    #[test]
    fn all_forms_of_a_signature_have_one_normal_form() {
        for number in 1..20 {
            let signature = key(number).sign(B256::repeat_byte(number));
            let mut raw_v = *signature.as_bytes();
            raw_v[64] -= 27;
            let mut compact = signature.as_bytes()[..64].to_vec();
            compact[32] |= raw_v[64] << 7;
            let (r, s) =
                k256::ecdsa::Signature::from_slice(&signature.as_bytes()[..64]).unwrap().split_scalars();
            let high = k256::ecdsa::Signature::from_scalars(r.to_bytes(), (-*s).to_bytes()).unwrap();
            let high = [high.to_bytes().as_slice(), &[28 - raw_v[64]]].concat();
            for form in [signature.as_bytes().to_vec(), raw_v.to_vec(), compact, high] {
                assert_eq!(Signature::normalize(&form), Some(signature), "{form:02x?}");
            }
        }
        for length in [0, 1, 63, 66, 130] {
            assert_eq!(Signature::normalize(&vec![1; length]), None);
        }
        assert_eq!(Signature::normalize(&[29; 65]), None);
    }

    #[test]
    fn keys_out_of_range_are_refused() {
        for text in ["", "0x", "00", &"0".repeat(64), &"f".repeat(64), "zz"] {
            assert_eq!(text.parse::<SecretKey>().err(), Some(SecretKeyError), "{text}");
        }
    }
}
