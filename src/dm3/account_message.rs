//! Messages that create an account at a delivery service, set its spam rules and delete it, signed by the profile's
//! signing key.

use serde::{Deserialize, Serialize};

use super::spam_rules::SpamRulesBody;

/// What is signed, as canonical JSON.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
// Field order is the alphabetical one of canonical JSON.
pub struct AccountMessage {
    /// The `url` of the delivery service's profile, so that no other service can use the message.
    pub delivery_service_url: String,
    /// The ENS name that is the account.
    pub ens_name: String,
    /// The rules, where the message is about them. They take the place of all that there were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spam_rules: Option<SpamRulesBody>,
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
    /// Other spam rules.
    SetSpamRules,
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
            spam_rules: None,
            timestamp: 1_795_000_000,
            topic: AccountTopic::DeleteAccount,
        };
        assert_eq!(
            message.to_json(),
            r#"{"deliveryServiceUrl":"https://ds.example","ensName":"alice.user.dm3.eth","timestamp":1795000000,"topic":"deleteAccount"}"#
        );
    }

    /// Capitals and order in the rules are the signer's.
    #[test]
    fn what_is_signed_is_what_was_written() {
        let json = r#"{"deliveryServiceUrl":"https://ds.example","ensName":"alice.user.dm3.eth","spamRules":{"blockedAccounts":["0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"],"blockedNames":["b.eth","a.eth"],"minNonce":0},"timestamp":1795000000,"topic":"setSpamRules"}"#;
        assert_eq!(serde_json::from_str::<AccountMessage>(json).unwrap().to_json(), json);
    }
}
