//! Messages that a resolver contract had somebody sign (ERC-7884), and the calls in them.

use alloy::primitives::{Address, B256, Bytes, U256};
use alloy::sol_types::SolCall;
use dm3_gateway::ens::abi::{RegisterRequest, registerCall, setAddr_1Call, setTextCall, transferFromCall};
use dm3_gateway::ens::{Name, wire};
use dm3_gateway::state::SignedMessage;
use serde_json::{Value, json};

use crate::harness::{NOW, RESOLVER, Wallet, to_hex};

/// What the contract says: an hour from its block on.
pub const HOUR: u64 = 3600;

/// A call of the contract that somebody has signed, before it is put into JSON.
pub struct Message {
    pub data: Vec<u8>,
    pub sender: Address,
    pub expires: u64,
}

impl Message {
    pub fn of(wallet: &Wallet, data: Vec<u8>) -> Self {
        Self { data, sender: wallet.address(), expires: NOW + HOUR }
    }

    pub fn expiring(self, expires: u64) -> Self {
        Self { expires, ..self }
    }

    /// In the form of ERC-7884.
    pub fn signed_by(&self, wallet: &Wallet) -> Value {
        let signed = SignedMessage {
            resolver: RESOLVER,
            data: self.data.clone().into(),
            sender: self.sender,
            expiration_timestamp: self.expires,
            signature: Bytes::new(),
            accepted_at: None,
        };
        let signature = wallet.0.sign(signed.signing_digest(1));
        json!({
            "sender": { "name": "dm3-gateway", "version": "1", "chainId": 1, "verifyingContract": RESOLVER },
            "data": { "data": to_hex(&self.data), "sender": self.sender, "expirationTimestamp": self.expires },
            "signature": to_hex(signature.as_bytes()),
        })
    }
}

/// Signs a call, an hour ahead.
pub fn signed(wallet: &Wallet, data: Vec<u8>) -> Value {
    Message::of(wallet, data).signed_by(wallet)
}

pub fn node(name: &str) -> B256 {
    *Name::parse(name).unwrap().node().as_bytes()
}

fn wire(name: &str) -> Bytes {
    wire::encode(&Name::parse(name).unwrap()).into()
}

pub fn set_text(name: &str, key: &str, value: &str) -> Vec<u8> {
    setTextCall { node: node(name), key: key.into(), value: value.into() }.abi_encode()
}

pub fn set_addr(name: &str, coin: u64, value: &[u8]) -> Vec<u8> {
    setAddr_1Call { node: node(name), coinType: U256::from(coin), value: value.to_vec().into() }.abi_encode()
}

pub fn request(name: &str, owner: Address) -> RegisterRequest {
    RegisterRequest {
        name: wire(name),
        owner,
        duration: U256::from(1),
        secret: B256::repeat_byte(1),
        resolver: RESOLVER,
        extraData: Bytes::new(),
    }
}

pub fn register(name: &str, owner: Address) -> Vec<u8> {
    registerCall { request: request(name, owner) }.abi_encode()
}

pub fn transfer(name: &str, owner: Address, new_owner: Address) -> Vec<u8> {
    transferFromCall { name: wire(name), owner, newOwner: new_owner }.abi_encode()
}
