//! The examples of the API's description. Together they are a story: the name is claimed by the operation, and then
//! looked up.

use serde_json::{Value, json};

/// A name.
pub const NAME: &str = "alice.user.dm3.eth";
/// The zone that it is in.
pub const ZONE: &str = "user.dm3.eth";
/// The account that holds it: that of the private key 1.
pub const OWNER: &str = "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf";
/// A resolver contract.
pub const RESOLVER: &str = "0xc0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0";
/// `resolve(bytes,bytes)` of the name and `addr(bytes32)`.
pub const CALLDATA: &str = "\
    0x9061b92300000000000000000000000000000000000000000000000000000000000000400000000000000000000000\
    000000000000000000000000000000000000000080000000000000000000000000000000000000000000000000000000\
    000000001405616c696365047573657203646d3303657468000000000000000000000000000000000000000000000000\
    0000000000000000000000000000000000000000243b3b57deedc59955d48d4280a4d80555f7f37053acc4bdce494b53\
    d8ecc44769cc12af1200000000000000000000000000000000000000000000000000000000";

/// The first operation of the name, which ethers 6.17 has signed.
pub fn operation() -> Value {
    let (previous, salt) = (format!("0x{}", "00".repeat(32)), format!("0x{}", "22".repeat(32)));
    let bitcoin = format!("0x0014{}", "11".repeat(20));
    json!({
        "state": {
            "name": NAME,
            "chainId": 1,
            "version": 1,
            "previous": previous,
            "owner": OWNER,
            "records": {
                "texts": [{ "key": "url", "value": "https://example.com" }],
                "addresses": [{ "coinType": 0, "value": bitcoin }],
                "data": [],
                "contenthash": "0x",
                "salt": salt,
            },
            "validUntil": 1_800_000_000,
        },
        "proof": {
            "kind": "eip712",
            "signature": "0x114639af16ca3da148eab4c99ecffe448dd83e978b88b3bb2daf722ba99090f1\
                443872631b24548bbaaecee11bbb9e1b4a12ac83d4b007aaca8bf7c2e05f043e1b",
        },
    })
}

/// A message that sets a text record of the name, which ethers 6.17 has signed.
pub fn message() -> Value {
    json!({
        "sender": {
            "name": "dm3-gateway",
            "version": "1",
            "chainId": 1,
            "verifyingContract": RESOLVER,
        },
        "data": {
            "data": "0x10f13a8cedc59955d48d4280a4d80555f7f37053acc4bdce494b53d8ecc44769cc12af1200000000000000\
                0000000000000000000000000000000000000000000000006000000000000000000000000000000000000000\
                000000000000000000000000a000000000000000000000000000000000000000000000000000000000000000\
                0b6465736372697074696f6e0000000000000000000000000000000000000000000000000000000000000000\
                0000000000000000000000000000000000000000174d65737361676573207265616368206d6520686572652e\
                000000000000000000",
            "sender": OWNER,
            "expirationTimestamp": 1_800_000_000,
        },
        "signature": "0xaa03a7dc72b78e2f2e1988943864b68c0c2533d8f1f32469255a68c9ce55c80a\
            088022b24466f9287f84b0088cae86d092f880e2e7cd750245f4eca1a953171a1b",
    })
}

/// A lookup by POST.
pub fn lookup() -> Value {
    json!({ "data": CALLDATA, "sender": RESOLVER })
}

/// A delivery service.
pub const SERVICE: &str = "ds.example.eth";
/// Another account, that of the private key 2. dm3's library has signed everything for it.
pub const DM3_OWNER: &str = "0x2B5AD5c4795c026514f8317c7a215E218DcCD6cF";
/// The name that it claims.
pub const DM3_NAME: &str = "bob.user.dm3.eth";

/// A profile, published.
pub fn publication() -> Value {
    json!({
        "address": DM3_OWNER,
        "signedUserProfile": {
            "profile": {
                "deliveryServices": [SERVICE],
                "publicEncryptionKey": "bTU4pvG7sCAcgufjwyi2SH/qoNKmBCYZnCScV2oWNlk=",
                "publicSigningKey": "TS/VjxzotaxJo1u6w0u/yWVEhX74SuDnyCmY/Mqt1j8=",
            },
            "signature": "0x0713cccafa1c6fab148d6a0edc7ef54a07a8a33b05f7132e9db8b86b98626c70\
                675805928739853261c453d340891609180b1596790c9837c04d6238d884384f1b",
        },
        "subdomain": "addr.dm3.eth",
    })
}

/// A name, claimed by a profile.
pub fn alias() -> Value {
    json!({
        "dm3Name": DM3_NAME,
        "addressName": format!("{}.addr.dm3.eth", DM3_OWNER.to_lowercase()),
        "signature": "wZmalYkD4ts2p3DT7649EXP5Xi6AnkGSj7E1L9SNqcF+5FNRF8ue7KyvGLLaJ3kWjVrApUIeV0lCECMJBdwuDw==",
    })
}

/// A name, given up by a profile.
pub fn removal() -> Value {
    json!({
        "dm3Name": DM3_NAME,
        "signature": "ataQQsGx7st7CKL6lxVGwKArErYpPbmN8jmNs8RX9pwd9vF6bMBRsgcP5fp9U0ZksOYueY9dqqDgVsGZ4WP0AQ==",
    })
}

/// An account at a delivery service, created.
pub fn account() -> Value {
    json!({
        "message": {
            "deliveryServiceUrl": "https://ds.example",
            "ensName": DM3_NAME,
            "timestamp": 1_799_999_400,
            "topic": "createAccount",
        },
        "signature": "j0KD4ucI6Y0b2K991wylNLAXRZkTOuPnYDKuTzC4G7eKwPxY6u1L/Ny0FQsIosdsVcelywT+bjNmlTAX+o9vCw==",
    })
}

/// What the account demands of senders.
pub fn spam_rules() -> Value {
    json!({
        "message": {
            "deliveryServiceUrl": "https://ds.example",
            "ensName": DM3_NAME,
            "spamRules": {
                "blockedNames": ["spam.user.dm3.eth"],
                "minBalance": "10000000000000000",
                "minNonce": 1,
            },
            "timestamp": 1_799_999_401,
            "topic": "setSpamRules",
        },
        "signature": "Gfqum020Ul2em6+c5Oc+35XZ0a1WeFA0Uzo/OG7Ncoh7cgLS42c9fHLACnZSlQFht508JVA8ZcbXqazujlIBDw==",
    })
}
