//! Whether a receiver's spam rules let a sender through.

use std::sync::Arc;
use std::time::Duration;

use alloy::primitives::{Address, U256};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use utoipa::ToSchema;

use super::Lookups;
use super::verdict::{BlockEvidence, Freshness, ProfileLookup, Verdict};
use crate::chain::{Age, Holdings};
use crate::clock::rfc3339;
use crate::dm3::SpamRules;
use crate::ens::Name;
use crate::state::schema;

/// Whether a receiver's rules let a sender through, with both of their profiles.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SenderCheck {
    /// Whether every rule lets the sender through; false as soon as one does not; null: that is not known now. It is
    /// about the rules only: whether the sender's profile is verified, `sender` says.
    pub accepted: Option<bool>,
    /// The receiver's rules, each by itself. Empty: there are none.
    pub rules: Vec<RuleCheck>,
    /// What was read from the chain for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub holdings: Option<HoldingsEvidence>,
    /// The sender.
    pub sender: ProfileLookup,
    /// The receiver.
    pub receiver: ProfileLookup,
}

/// What one rule says of a sender.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RuleCheck {
    /// The rule.
    pub rule: SpamRule,
    /// What it says.
    pub result: RuleResult,
    /// Why it does not let the sender through, or why that is not known.
    pub reason: Option<String>,
}

/// A kind of rule.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum SpamRule {
    /// The sender's account has sent so many transactions.
    MinNonce,
    /// It has so much ether.
    MinBalance,
    /// It has so much of a token.
    MinTokenBalance,
    /// The sender's name is not on a list.
    BlockedNames,
    /// The sender's account is not on a list.
    BlockedAccounts,
}

/// What a rule says.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RuleResult {
    /// The sender may write.
    Passed,
    /// The sender may not.
    Failed,
    /// Something that has to be asked does not answer.
    Unknown,
}

/// What the sender's account has, at one block.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HoldingsEvidence {
    /// The sender's account.
    #[schema(value_type = schema::Address)]
    pub account: Address,
    /// The block.
    pub block: BlockEvidence,
    /// How many transactions it has sent.
    pub nonce: u64,
    /// In wei, decimal.
    #[schema(pattern = "^[0-9]+$")]
    pub balance: String,
    /// Of the rule's token, in its smallest unit, decimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, pattern = "^[0-9]+$")]
    pub token_balance: Option<String>,
    /// How this was answered. A reading is good for some seconds.
    pub freshness: Freshness,
    /// When it was read.
    #[schema(value_type = schema::Time)]
    pub read_at: String,
}

/// What is known of the sender's account.
enum Account {
    Known(Address),
    /// The name answers none.
    None,
    /// It cannot be told which one the name answers.
    Unknown(String),
}

/// Why there is nothing to compare a rule with.
#[derive(Clone)]
enum Gap {
    Failed(String),
    Unknown(String),
}

impl Lookups {
    /// Whether the rules of `receiver` let `sender` through. The account that counts is the one that the sender's name
    /// answers. What is not known within `patience` is told to be unknown, never passed.
    pub async fn check_sender(
        &self,
        rules: &SpamRules,
        receiver: &Name,
        sender: &Name,
        max_age: Option<u64>,
        patience: Duration,
    ) -> SenderCheck {
        let deadline = Instant::now() + patience;
        let question = self.question(max_age, patience / 2);
        let (sender_found, receiver_found) =
            tokio::join!(self.profile_within(sender, question), self.profile_within(receiver, question),);
        let account = Account::of(&sender_found);
        let read = self.holdings(rules, &account, deadline).await;
        let holdings = match (&read, &account) {
            (Ok(Some((holdings, age))), Account::Known(account)) => Some(evidence(*account, holdings, age)),
            _ => None,
        };
        let rules = judge(rules, sender, &account, &read.map(|read| read.map(|(holdings, _)| holdings)));
        let accepted = accepted(&rules);
        SenderCheck { accepted, rules, holdings, sender: sender_found, receiver: receiver_found }
    }

    /// `None` when no rule asks for it.
    async fn holdings(
        &self,
        rules: &SpamRules,
        account: &Account,
        deadline: Instant,
    ) -> Result<Option<(Arc<Holdings>, Age)>, Gap> {
        if rules.min_nonce.is_none() && rules.min_balance.is_none() && rules.min_token_balance.is_none() {
            return Ok(None);
        }
        let account = match account {
            Account::Known(account) => *account,
            Account::None => return Err(Gap::Failed("the sender's name answers no account".into())),
            Account::Unknown(reason) => return Err(Gap::Unknown(reason.clone())),
        };
        let Some(balances) = &self.balances else {
            return Err(Gap::Unknown("this gateway asks no chain: its operator has set no rpc_url".into()));
        };
        let token = rules.min_token_balance.map(|rule| rule.address);
        match tokio::time::timeout_at(deadline, balances.of(account, token)).await {
            Ok(Ok(read)) => Ok(Some(read)),
            Ok(Err(error)) => Err(Gap::Unknown(error.to_string())),
            Err(_) => Err(Gap::Unknown("the chain has not answered in time: ask again".into())),
        }
    }
}

impl Account {
    fn of(lookup: &ProfileLookup) -> Self {
        match (lookup.address, lookup.verdict) {
            (Some(address), _) => Self::Known(address),
            (None, Verdict::Unreachable) => Self::Unknown(format!(
                "which account the sender's name answers is not known: {}",
                lookup.reason.as_deref().unwrap_or_default()
            )),
            (None, _) => Self::None,
        }
    }
}

fn judge(
    rules: &SpamRules,
    sender: &Name,
    account: &Account,
    holdings: &Result<Option<Arc<Holdings>>, Gap>,
) -> Vec<RuleCheck> {
    let read = |what: &dyn Fn(&Holdings) -> Result<U256, Gap>| match holdings {
        Ok(Some(holdings)) => what(holdings),
        // Whoever has such a rule has had it read.
        Ok(None) => Err(Gap::Unknown("it was not read".into())),
        Err(gap) => Err(gap.clone()),
    };
    let mut checks = Vec::new();
    if let Some(least) = rules.min_nonce {
        let found = read(&|holdings| Ok(U256::from(holdings.nonce)));
        checks.push(at_least(SpamRule::MinNonce, U256::from(least), found, "transactions sent"));
    }
    if let Some(least) = rules.min_balance {
        checks.push(at_least(SpamRule::MinBalance, least, read(&|holdings| Ok(holdings.balance)), "wei"));
    }
    if let Some(rule) = rules.min_token_balance {
        let found = read(&|holdings| match &holdings.token {
            Some(Ok(balance)) => Ok(*balance),
            Some(Err(fault)) => Err(Gap::Failed(fault.to_string())),
            None => Err(Gap::Unknown("it was not read".into())),
        });
        checks.push(at_least(SpamRule::MinTokenBalance, rule.amount, found, "of the token's smallest unit"));
    }
    if !rules.blocked_names.is_empty() {
        let is_blocked = rules.blocked_names.contains(sender);
        let found =
            if is_blocked { Err(Gap::Failed("the receiver has blocked the name".into())) } else { Ok(()) };
        checks.push(RuleCheck::of(SpamRule::BlockedNames, found));
    }
    if !rules.blocked_accounts.is_empty() {
        let found = match account {
            Account::Known(account) if rules.blocked_accounts.contains(account) => {
                Err(Gap::Failed("the receiver has blocked the account".into()))
            }
            Account::Known(_) | Account::None => Ok(()),
            Account::Unknown(reason) => Err(Gap::Unknown(reason.clone())),
        };
        checks.push(RuleCheck::of(SpamRule::BlockedAccounts, found));
    }
    checks
}

fn at_least(rule: SpamRule, least: U256, found: Result<U256, Gap>, unit: &str) -> RuleCheck {
    let enough = found.and_then(|found| {
        let too_little = || Gap::Failed(format!("{found} {unit}, {least} are demanded"));
        if found >= least { Ok(()) } else { Err(too_little()) }
    });
    RuleCheck::of(rule, enough)
}

/// One that fails decides; else one that is not known does.
fn accepted(rules: &[RuleCheck]) -> Option<bool> {
    let has = |result| rules.iter().any(|check| check.result == result);
    if has(RuleResult::Failed) {
        return Some(false);
    }
    if has(RuleResult::Unknown) { None } else { Some(true) }
}

fn evidence(account: Address, holdings: &Holdings, age: &Age) -> HoldingsEvidence {
    let Holdings { block, read_at, nonce, balance, token } = holdings;
    HoldingsEvidence {
        account,
        block: BlockEvidence { number: block.number, hash: block.hash },
        nonce: *nonce,
        balance: balance.to_string(),
        token_balance: token.as_ref().and_then(|token| token.as_ref().ok()).map(ToString::to_string),
        freshness: match age {
            Age::Live => Freshness::Live,
            Age::Remembered => Freshness::Cached,
            Age::Stale(_) => Freshness::Stale,
        },
        read_at: rfc3339(*read_at),
    }
}

impl RuleCheck {
    fn of(rule: SpamRule, found: Result<(), Gap>) -> Self {
        let (result, reason) = match found {
            Ok(()) => (RuleResult::Passed, None),
            Err(Gap::Failed(reason)) => (RuleResult::Failed, Some(reason)),
            Err(Gap::Unknown(reason)) => (RuleResult::Unknown, Some(reason)),
        };
        Self { rule, result, reason }
    }
}
