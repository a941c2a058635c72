//! Messages that create and delete an account at a delivery service, signed by the profile's signing key.

use serde::{Deserialize, Serialize};

/// What is signed, as canonical JSON.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
// Field order is the alphabetical one of canonical JSON.
pub struct AccountMessage {
    /// The `url` of the delivery service's profile, so that no other service can use the message.
    pub delivery_service_url: String,
    /// The ENS name that is the account.
    pub ens_name: String,
    /// Unix seconds.
    pub timestamp: u64,
    /// What it is for.
    pub topic: AccountTopic,
}

/// What a message asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AccountTopic {
    /// A new account.
    CreateAccount,
    /// No account any more.
    DeleteAccount,
}

impl AccountMessage {
    /// What is signed: keys sorted, no white space.
    pub fn to_json(&self) -> String {
        // Strings and numbers always serialise; nobody signs an empty text.
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_is_canonical() {
        let message = AccountMessage {
            delivery_service_url: "https://ds.example".into(),
            ens_name: "alice.user.dm3.eth".into(),
            timestamp: 1_795_000_000,
            topic: AccountTopic::DeleteAccount,
        };
        assert_eq!(
            message.to_json(),
            r#"{"deliveryServiceUrl":"https://ds.example","ensName":"alice.user.dm3.eth","timestamp":1795000000,"topic":"deleteAccount"}"#
        );
    }
}
