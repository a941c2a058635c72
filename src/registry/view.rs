//! What a name answers: its own records, then those of its owner's address name.

use std::sync::Arc;

use alloy::primitives::{Address, Bytes, U256};

use crate::dm3;
use crate::ens::{CoinType, Node};
use crate::state::Records;
use crate::store::Entry;

/// A name's entry together with what it inherits and what the settings add.
#[derive(Debug, Default)]
pub struct NameView {
    owner: Option<Address>,
    /// The name's own entry, then that of its owner's address name.
    sources: Vec<(Node, Arc<Entry>)>,
    /// Of a zone's own name.
    zone_records: Option<Arc<Records>>,
    fallback: Option<Arc<Records>>,
}

impl NameView {
    /// A name that nobody can claim.
    pub(super) fn nothing() -> Self {
        Self::default()
    }

    /// A zone's own name.
    pub(super) fn of_zone(records: Arc<Records>) -> Self {
        Self { zone_records: Some(records), ..Self::default() }
    }

    pub(super) fn new(
        node: Node,
        owner: Option<Address>,
        own: Arc<Entry>,
        inherited: Option<(Node, Arc<Entry>)>,
        fallback: Option<Arc<Records>>,
    ) -> Self {
        let sources = std::iter::once((node, own)).chain(inherited).collect();
        Self { owner, sources, zone_records: None, fallback }
    }

    /// Who holds the name.
    pub const fn owner(&self) -> Option<Address> {
        self.owner
    }

    /// The entries that this rests on: the name's own, then that of its owner's address name.
    pub fn states(&self) -> impl Iterator<Item = (Node, &Entry)> {
        self.sources.iter().map(|(node, entry)| (*node, entry.as_ref()))
    }

    /// The nodes whose entries this rests on, with their versions.
    pub fn basis(&self) -> impl Iterator<Item = (Node, u64)> {
        self.sources.iter().map(|(node, entry)| (*node, entry.version))
    }

    /// The value of a text record; empty when not set.
    pub fn text(&self, key: &str) -> &str {
        self.records().text(key)
    }

    /// `addr(bytes32)`: the account of the name; `None` when nobody holds it or it says so.
    pub fn account(&self) -> Option<Address> {
        self.records().account()
    }

    /// The address of a coin in its binary form; empty when not set.
    pub fn address(&self, coin: CoinType) -> Bytes {
        self.records().address(coin)
    }

    /// Whether a coin has an address, without any default.
    pub fn has_address(&self, coin: CoinType) -> bool {
        self.records().has_address(coin)
    }

    /// The content hash; empty when not set.
    pub fn contenthash(&self) -> Bytes {
        self.records().contenthash()
    }

    /// The value of a data record; empty when not set.
    pub fn data(&self, key: &str) -> Bytes {
        self.records().data(key).cloned().unwrap_or_default()
    }

    /// The ABI (ENSIP-4) of the lowest of these content types, a bit each, that has one.
    pub fn abi(&self, content_types: U256) -> Option<(U256, Bytes)> {
        let records = self.records();
        let acceptable = (0..64).filter(|&bit| content_types.bit(bit)).map(|bit| 1u64 << bit);
        let find = |kind: u64| {
            let value = records.data(&format!("ens:abi:{kind}")).filter(|value| !value.is_empty())?;
            Some((U256::from(kind), value.clone()))
        };
        acceptable.into_iter().find_map(find)
    }

    /// Whether this is a zone's own name.
    pub const fn is_zone(&self) -> bool {
        self.zone_records.is_some()
    }

    pub(super) fn records(&self) -> LayeredRecords<'_> {
        let layer = |at: usize| self.sources.get(at).map(|(_, entry)| &entry.records);
        LayeredRecords {
            owner: self.owner,
            own: self.zone_records.as_deref().or_else(|| layer(0)),
            inherited: layer(1),
            fallback: self.fallback.as_deref(),
        }
    }
}

/// Records of a name over those of its owner's address name, over those that its zone adds.
#[derive(Clone, Copy, Debug)]
pub struct LayeredRecords<'a> {
    /// Who holds the name.
    pub owner: Option<Address>,
    /// The name's own.
    pub own: Option<&'a Records>,
    /// The address name's.
    pub inherited: Option<&'a Records>,
    /// The zone's; they hold no addresses and no profile.
    pub fallback: Option<&'a Records>,
}

impl<'a> LayeredRecords<'a> {
    /// A profile counts only if the account that the name answers has signed it. The name's own was checked against
    /// that account when it was written; an inherited one is its owner's.
    fn text(self, key: &str) -> &'a str {
        let own = self.own.and_then(|records| records.text(key));
        let inherited = self.inherited.and_then(|records| records.text(key));
        if !dm3::is_profile_record(key) {
            let fallback = || self.fallback.and_then(|records| records.text(key));
            return own.or(inherited).or_else(fallback).unwrap_or_default();
        }
        match (self.account(), own) {
            (Some(_), Some(own)) => own,
            (account, None) if account.is_some() && account == self.owner => inherited.unwrap_or_default(),
            _ => "",
        }
    }

    /// The name's account: its coin 60, else its owner.
    pub fn account(self) -> Option<Address> {
        match self.set_address(CoinType::ETH) {
            Some(value) => Address::try_from(value.as_ref()).ok(),
            None => self.owner,
        }
    }

    fn address(self, coin: CoinType) -> Bytes {
        if coin == CoinType::ETH {
            return self
                .account()
                .map(|account| Bytes::copy_from_slice(account.as_slice()))
                .unwrap_or_default();
        }
        self.set_address(coin).cloned().unwrap_or_default()
    }

    /// What is set for a coin. An EVM chain without an address of its own has the default one (ENSIP-19); `addr(60)`
    /// is the owner instead.
    fn set_address(self, coin: CoinType) -> Option<&'a Bytes> {
        let set = |records: &'a Records| Self::set_in(records, coin);
        self.own.and_then(set).or_else(|| self.inherited.and_then(set))
    }

    /// What one layer sets for a coin.
    pub(super) fn set_in(records: &Records, coin: CoinType) -> Option<&Bytes> {
        let has_default = coin.is_evm() && coin != CoinType::ETH;
        let default = || has_default.then(|| records.address(CoinType::DEFAULT_EVM)).flatten();
        records.address(coin).or_else(default)
    }

    fn has_address(self, coin: CoinType) -> bool {
        let set = |records: &'a Records| records.address(coin);
        match self.own.and_then(set).or_else(|| self.inherited.and_then(set)) {
            Some(value) => !value.is_empty(),
            None => coin == CoinType::ETH && self.owner.is_some(),
        }
    }

    fn data(self, key: &str) -> Option<&'a Bytes> {
        let set = |records: &'a Records| records.data_record(key);
        [self.own, self.inherited, self.fallback].into_iter().flatten().find_map(set)
    }

    fn contenthash(self) -> Bytes {
        let layers = [self.own, self.inherited, self.fallback].into_iter().flatten();
        layers.map(Records::contenthash).find(|hash| !hash.is_empty()).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const OWNER: Address = Address::repeat_byte(1);
    const OTHER: Address = Address::repeat_byte(2);

    fn records(texts: serde_json::Value, addresses: serde_json::Value) -> Records {
        let salt = format!("0x{}", "00".repeat(32));
        let body =
            json!({"texts": texts, "addresses": addresses, "data": [], "contenthash": "0x", "salt": salt});
        Records::stored(serde_json::from_value(body).unwrap())
    }

    fn profile(value: &str) -> serde_json::Value {
        json!([{"key": dm3::PROFILE_RECORD, "value": value}])
    }

    #[test]
    fn an_inherited_profile_counts_only_for_its_own_account() {
        let inherited = records(profile("inherited"), json!([]));
        let text = |own: &Records| {
            let layers = LayeredRecords {
                owner: Some(OWNER),
                own: Some(own),
                inherited: Some(&inherited),
                fallback: None,
            };
            layers.text(dm3::PROFILE_RECORD).to_owned()
        };
        assert_eq!(text(&records(json!([]), json!([]))), "inherited");
        assert_eq!(text(&records(profile(""), json!([]))), "");
        assert_eq!(text(&records(json!([]), json!([{"coinType": 60, "value": OTHER}]))), "");
        assert_eq!(text(&records(json!([]), json!([{"coinType": 60, "value": OWNER}]))), "inherited");
        assert_eq!(text(&records(profile("own"), json!([{"coinType": 60, "value": OTHER}]))), "own");
        assert_eq!(text(&records(profile("own"), json!([{"coinType": 60, "value": "0x"}]))), "");
    }

    #[test]
    fn evm_chains_fall_back_to_the_default_and_ether_to_the_owner() {
        let own = records(json!([]), json!([{"coinType": 0x8000_0000_u64, "value": OTHER}]));
        let inherited = records(json!([]), json!([{"coinType": 0x8000_000a_u64, "value": OWNER}]));
        let layers = LayeredRecords {
            owner: Some(OWNER),
            own: Some(&own),
            inherited: Some(&inherited),
            fallback: None,
        };
        let address = |coin: u64| layers.address(CoinType::try_from(coin).unwrap());
        assert_eq!(address(60), OWNER.to_vec());
        assert_eq!(address(0x8000_0000), OTHER.to_vec());
        assert_eq!(address(0x8000_000a), OTHER.to_vec());
        assert_eq!(address(0), Bytes::new());
    }
}
