//! What a receiver demands of senders, with the fields of dm3's delivery services, and whom it does not want at all.

use std::collections::BTreeSet;

use alloy::primitives::{Address, U256};
use serde::{Deserialize, Serialize};

use crate::ens::{Name, NameError};

/// How many names, and how many accounts, can be blocked.
const MAX_BLOCKED: usize = 500;
/// JSON has no exact numbers behind it.
const MAX_NONCE: u64 = (1 << 53) - 1;

/// What a receiver demands of senders. The default demands nothing.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SpamRules {
    /// How many transactions the sender's account has to have sent.
    pub min_nonce: Option<u64>,
    /// What the sender's account has to have, in wei.
    pub min_balance: Option<U256>,
    /// What the sender's account has to have of a token.
    pub min_token_balance: Option<MinTokenBalance>,
    /// Names that the receiver does not want to hear from.
    pub blocked_names: BTreeSet<Name>,
    /// Accounts that the receiver does not want to hear from, whatever name they have.
    pub blocked_accounts: BTreeSet<Address>,
}

/// What an account has to have of a token (ERC-20).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MinTokenBalance {
    /// The token's contract.
    pub address: Address,
    /// In the token's smallest unit.
    pub amount: U256,
}

/// The rules in JSON, as they were written: what is signed must not change by being read.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
// Field order is the alphabetical one of canonical JSON.
pub struct SpamRulesBody {
    /// 0x and 40 hex digits each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked_accounts: Option<Vec<String>>,
    /// ENS names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked_names: Option<Vec<String>>,
    /// Decimal, in wei.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_balance: Option<String>,
    /// A number of transactions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_nonce: Option<u64>,
    /// An amount of a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_token_balance: Option<MinTokenBalanceBody>,
}

/// An amount of a token in JSON.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MinTokenBalanceBody {
    /// 0x and 40 hex digits.
    pub address: String,
    /// Decimal, in the token's smallest unit.
    pub amount: String,
}

/// What is wrong with rules.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SpamRulesError {
    /// A number that JSON cannot carry everywhere.
    #[error("minNonce: {0} is too large, at most {MAX_NONCE} is allowed")]
    Nonce(u64),
    /// Not an amount.
    #[error(
        "{field}: '{text}' is no amount; decimal digits without a leading zero are expected, below 2^256"
    )]
    Amount {
        /// The field's name in JSON.
        field: &'static str,
        /// What stands there.
        text: String,
    },
    /// Not an account or a contract.
    #[error("{field}: '{text}' is no address; 0x and 40 hex digits are expected")]
    Address {
        /// The field's name in JSON.
        field: &'static str,
        /// What stands there.
        text: String,
    },
    /// Not an ENS name.
    #[error("blockedNames[{index}]: {reason}")]
    Name {
        /// Its place in the list.
        index: usize,
        /// What is wrong.
        reason: NameError,
    },
    /// Too long a list.
    #[error("{field} has {found} entries, at most {MAX_BLOCKED} are allowed")]
    TooMany {
        /// The field's name in JSON.
        field: &'static str,
        /// How many there are.
        found: usize,
    },
}

impl SpamRules {
    /// Reads rules that somebody has written.
    ///
    /// # Errors
    /// See [`SpamRulesError`].
    pub fn parse(body: &SpamRulesBody) -> Result<Self, SpamRulesError> {
        let SpamRulesBody { blocked_accounts, blocked_names, min_balance, min_nonce, min_token_balance } =
            body;
        let names = bounded("blockedNames", blocked_names)?.iter().enumerate();
        let accounts = bounded("blockedAccounts", blocked_accounts)?.iter();
        if let Some(nonce) = min_nonce.filter(|&nonce| nonce > MAX_NONCE) {
            return Err(SpamRulesError::Nonce(nonce));
        }
        Ok(Self {
            min_nonce: *min_nonce,
            min_balance: min_balance.as_deref().map(|text| amount("minBalance", text)).transpose()?,
            min_token_balance: min_token_balance.as_ref().map(MinTokenBalance::parse).transpose()?,
            blocked_names: names
                .map(|(index, name)| {
                    Name::parse(name).map_err(|reason| SpamRulesError::Name { index, reason })
                })
                .collect::<Result<_, _>>()?,
            blocked_accounts: accounts
                .map(|text| address("blockedAccounts", text))
                .collect::<Result<_, _>>()?,
        })
    }

    /// The one way to write them: sorted, everything once, nothing where nothing is demanded.
    pub fn to_body(&self) -> SpamRulesBody {
        let names = self.blocked_names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let accounts = self.blocked_accounts.iter().map(lower_case).collect::<Vec<_>>();
        let some = |list: Vec<String>| Some(list).filter(|list| !list.is_empty());
        SpamRulesBody {
            blocked_accounts: some(accounts),
            blocked_names: some(names),
            ..self.to_public_body()
        }
    }

    /// What everybody may know: what a sender needs. Whom somebody has blocked is nobody's business.
    pub fn to_public_body(&self) -> SpamRulesBody {
        let token = |MinTokenBalance { address, amount }: MinTokenBalance| MinTokenBalanceBody {
            address: lower_case(&address),
            amount: amount.to_string(),
        };
        SpamRulesBody {
            blocked_accounts: None,
            blocked_names: None,
            min_balance: self.min_balance.map(|amount| amount.to_string()),
            min_nonce: self.min_nonce,
            min_token_balance: self.min_token_balance.map(token),
        }
    }
}

impl MinTokenBalance {
    fn parse(
        MinTokenBalanceBody { address: contract, amount: least }: &MinTokenBalanceBody,
    ) -> Result<Self, SpamRulesError> {
        Ok(Self {
            address: address("minTokenBalance.address", contract)?,
            amount: amount("minTokenBalance.amount", least)?,
        })
    }
}

fn bounded<'a>(field: &'static str, list: &'a Option<Vec<String>>) -> Result<&'a [String], SpamRulesError> {
    let list = list.as_deref().unwrap_or_default();
    if list.len() > MAX_BLOCKED {
        Err(SpamRulesError::TooMany { field, found: list.len() })
    } else {
        Ok(list)
    }
}

fn amount(field: &'static str, text: &str) -> Result<U256, SpamRulesError> {
    let is_decimal =
        text == "0" || (!text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit()));
    let amount = Some(text)
        .filter(|text| is_decimal && !text.is_empty())
        .and_then(|text| U256::from_str_radix(text, 10).ok());
    amount.ok_or_else(|| SpamRulesError::Amount { field, text: excerpt(text) })
}

fn address(field: &'static str, text: &str) -> Result<Address, SpamRulesError> {
    let address = Some(text).filter(|text| text.starts_with("0x")).and_then(|text| text.parse().ok());
    address.ok_or_else(|| SpamRulesError::Address { field, text: excerpt(text) })
}

/// An error need not repeat all that somebody has written.
fn excerpt(text: &str) -> String {
    text.chars().take(100).collect()
}

fn lower_case(address: &Address) -> String {
    format!("{address:#x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(json: &str) -> Result<SpamRules, SpamRulesError> {
        SpamRules::parse(&serde_json::from_str(json).unwrap())
    }

    #[test]
    fn rules_are_written_in_one_way_however_they_were_written() {
        let rules = read(
            r#"{ "minTokenBalance": { "amount": "7", "address": "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf" },
                 "minNonce": 1, "minBalance": "1000000000000000000", "blockedNames": ["b.eth", "a.eth", "b.eth"],
                 "blockedAccounts": ["0xFFffFFffFFffFFffFFffFFffFFffFFffFFffFFff", "0x0000000000000000000000000000000000000001"] }"#,
        )
        .unwrap();
        assert_eq!(
            serde_json::to_string(&rules.to_body()).unwrap(),
            r#"{"blockedAccounts":["0x0000000000000000000000000000000000000001","0xffffffffffffffffffffffffffffffffffffffff"],"blockedNames":["a.eth","b.eth"],"minBalance":"1000000000000000000","minNonce":1,"minTokenBalance":{"address":"0x7e5f4552091a69125d5dfcb7b8c2659029395bdf","amount":"7"}}"#
        );
        assert_eq!(SpamRules::parse(&rules.to_body()).unwrap(), rules);
    }

    #[test]
    fn who_is_blocked_is_not_public() {
        let rules = read(
            r#"{ "minNonce": 3, "blockedNames": ["a.eth"], "blockedAccounts": ["0x0000000000000000000000000000000000000001"] }"#,
        );
        let public = serde_json::to_string(&rules.unwrap().to_public_body()).unwrap();
        assert_eq!(public, r#"{"minNonce":3}"#);
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        let most = U256::MAX.to_string();
        assert_eq!(amount("minBalance", &most), Ok(U256::MAX));
        let beyond = "115792089237316195423570985008687907853269984665640564039457584007913129639936";
        for text in
            ["", "00", "01", "-1", "+1", "1.5", "0x1", "1e3", " 1", "1_000", "١", beyond, &"9".repeat(5000)]
        {
            let fault = amount("minBalance", text).unwrap_err().to_string();
            assert!(fault.starts_with("minBalance") && fault.len() < 300, "{text}");
        }
    }

    #[test]
    fn what_is_no_address_and_what_is_no_name_is_refused() {
        for text in ["", "0x", "7e5f4552091a69125d5dfcb7b8c2659029395bdf", "0x7e5f", "alice.eth"] {
            assert!(read(&format!(r#"{{ "blockedAccounts": ["{text}"] }}"#)).is_err(), "{text}");
        }
        let fault = read(r#"{ "blockedNames": ["a.eth", "A.eth"] }"#).unwrap_err();
        assert!(matches!(fault, SpamRulesError::Name { index: 1, .. }));
    }

    #[test]
    fn lists_and_numbers_have_bounds() {
        let list = |length: usize| SpamRulesBody {
            blocked_names: Some((0..length).map(|n| format!("n{n}.eth")).collect()),
            ..SpamRulesBody::default()
        };
        assert_eq!(SpamRules::parse(&list(500)).unwrap().blocked_names.len(), 500);
        let fault = SpamRules::parse(&list(501)).unwrap_err();
        assert_eq!(fault, SpamRulesError::TooMany { field: "blockedNames", found: 501 });
        let nonce =
            |nonce| SpamRules::parse(&SpamRulesBody { min_nonce: Some(nonce), ..SpamRulesBody::default() });
        assert!(nonce(MAX_NONCE).is_ok() && nonce(MAX_NONCE + 1).is_err());
    }

    proptest! {
        #[test]
        fn every_amount_is_read_as_it_was_written(limbs: [u64; 4]) {
            let number = U256::from_limbs(limbs);
            prop_assert_eq!(amount("minBalance", &number.to_string()), Ok(number));
        }

        #[test]
        fn no_text_makes_the_reader_fail(text in "\\PC*") {
            let _ = amount("minBalance", &text);
            let _ = address("blockedAccounts", &text);
        }
    }
}
