//! Somebody with one of dm3's own clients: everything that such a client sends.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use dm3_gateway::dm3::{ProfileKeys, SignedUserProfile, UserProfile};
use dm3_gateway::ens::Name;
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::harness::Wallet;

pub struct Dm3User {
    pub wallet: Wallet,
    signing_key: SigningKey,
}

impl Dm3User {
    pub fn new(number: u64) -> Self {
        let wallet = Wallet::new(number);
        // The library keeps the private key; here it is derived once more, from the same signature.
        let message = ProfileKeys::message(wallet.address());
        let signature = format!("0x{}", hex::encode(wallet.0.sign_message(&message).as_bytes()));
        let signing_key = SigningKey::from_bytes(&Sha256::digest(signature.as_bytes()).into());
        Self { wallet, signing_key }
    }

    /// With the capitals of its checksum, as clients write it.
    pub fn address(&self) -> String {
        self.wallet.address().to_string()
    }

    pub fn address_name(&self) -> String {
        self.wallet.address_name()
    }

    /// The same account with another signing key.
    pub fn with_another_key(number: u64) -> Self {
        Self { signing_key: SigningKey::from_bytes(&[7; 32]), ..Self::new(number) }
    }

    pub fn profile(&self, delivery_service: &str) -> SignedUserProfile {
        let keys = ProfileKeys::of_wallet(&self.wallet.0);
        let profile = UserProfile {
            public_signing_key: self.signing_key.verifying_key().to_bytes().into(),
            public_encryption_key: keys.public_encryption_key(),
            delivery_services: vec![Name::parse(delivery_service).unwrap()],
        };
        profile.sign(&self.wallet.0)
    }

    /// With the profile's signing key.
    pub fn sign(&self, message: &str) -> String {
        BASE64_STANDARD.encode(self.signing_key.sign(message.as_bytes()).to_bytes())
    }

    /// The body of `POST /profile/address`.
    pub fn publication(&self, delivery_service: &str) -> Value {
        let profile: Value = serde_json::from_str(&self.profile(delivery_service).to_json()).unwrap();
        json!({ "address": self.address(), "signedUserProfile": profile, "subdomain": ".addr.dm3.eth" })
    }

    /// The body of `POST /profile/name`.
    pub fn claim(&self, name: &str) -> Value {
        let address_name = format!("{}.addr.dm3.eth", self.address());
        json!({ "dm3Name": name, "addressName": address_name, "signature": self.sign(&format!("alias: {name}")) })
    }

    /// The body of `POST /profile/deleteName`.
    pub fn removal(&self, name: &str) -> Value {
        json!({ "dm3Name": name, "signature": self.sign(&format!("remove: {name}")) })
    }

    /// The body of `POST /v1/delivery-services/{service}/accounts`.
    pub fn account_message(&self, url: &str, name: &str, topic: &str, timestamp: u64) -> Value {
        let message = json!({
            "deliveryServiceUrl": url, "ensName": name, "timestamp": timestamp, "topic": topic,
        });
        self.signed(message)
    }

    /// The body of `PUT /v1/delivery-services/{service}/accounts/{name}/spam-rules`.
    pub fn spam_rules_message(&self, url: &str, name: &str, rules: &Value, timestamp: u64) -> Value {
        self.signed(json!({
            "deliveryServiceUrl": url, "ensName": name, "spamRules": rules, "timestamp": timestamp,
            "topic": "setSpamRules",
        }))
    }

    /// A message with its signature.
    pub fn signed(&self, message: Value) -> Value {
        // The keys are sorted already, as canonical JSON has them.
        let signature = self.sign(&message.to_string());
        json!({ "message": message, "signature": signature })
    }
}
