//! All that a name answers, and where each answer comes from.

use alloy::primitives::Bytes;

use super::view::{LayeredRecords, NameView};
use crate::ens::CoinType;
use crate::state::Records;

/// Where an answer comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    /// A state of the name.
    Own,
    /// A state of its owner's address name.
    Inherited,
    /// The settings of the zone.
    Zone,
    /// Nothing is set, and the name answers who holds it.
    Owner,
}

/// An answer that is not empty.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed<K, V> {
    /// The key or coin.
    pub key: K,
    /// The value.
    pub value: V,
    /// Where it comes from.
    pub source: Source,
}

impl NameView {
    /// Every text record that has an answer, in the order of the states that set them.
    pub fn texts(&self) -> Vec<Listed<&str, &str>> {
        let layers = self.layers();
        let mut listed = Vec::new();
        for (layer, source) in &layers {
            for record in layer.texts() {
                let key = record.key.as_str();
                // Not what the layer has: a profile may be there and not count.
                let value = self.text(key);
                let decides = deciding(&layers, |records| records.text(key).is_some()) == Some(*source);
                if decides && !value.is_empty() {
                    listed.push(Listed { key, value, source: *source });
                }
            }
        }
        listed
    }

    /// Every coin that has an address of its own, after Ether's, which follows from the owner when it is not set.
    pub fn addresses(&self) -> Vec<Listed<CoinType, Bytes>> {
        let layers = self.layers();
        let mut coins = vec![CoinType::ETH];
        for (layer, _) in &layers {
            coins.extend(layer.addresses().iter().map(|record| record.coin_type));
        }
        let mut listed: Vec<Listed<CoinType, Bytes>> = Vec::new();
        for key in coins {
            let value = self.address(key);
            if !value.is_empty() && listed.iter().all(|other| other.key != key) {
                let sets = |records: &Records| LayeredRecords::set_in(records, key).is_some();
                let source = deciding(&layers, sets).unwrap_or(Source::Owner);
                listed.push(Listed { key, value, source });
            }
        }
        listed
    }

    /// Every data record that has an answer.
    pub fn data_records(&self) -> Vec<Listed<&str, Bytes>> {
        let layers = self.layers();
        let mut listed = Vec::new();
        for (layer, source) in &layers {
            for record in layer.data() {
                let key = record.key.as_str();
                let value = self.data(key);
                let decides =
                    deciding(&layers, |records| records.data_record(key).is_some()) == Some(*source);
                if decides && !value.is_empty() {
                    listed.push(Listed { key, value, source: *source });
                }
            }
        }
        listed
    }

    /// Where the content hash comes from.
    pub fn contenthash_source(&self) -> Option<Source> {
        deciding(&self.layers(), |records| !records.contenthash().is_empty())
    }

    /// From the one that decides first to the one that decides last.
    fn layers(&self) -> Vec<(&Records, Source)> {
        let LayeredRecords { own, inherited, fallback, .. } = self.records();
        let own_source = if self.is_zone() { Source::Zone } else { Source::Own };
        [(own, own_source), (inherited, Source::Inherited), (fallback, Source::Zone)]
            .into_iter()
            .filter_map(|(records, source)| Some((records?, source)))
            .collect()
    }
}

fn deciding(layers: &[(&Records, Source)], sets: impl Fn(&Records) -> bool) -> Option<Source> {
    layers.iter().find(|(records, _)| sets(records)).map(|(_, source)| *source)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dm3;
    use crate::ens::Node;
    use crate::store::Entry;
    use alloy::primitives::{Address, B256};
    use serde_json::{Value, json};
    use std::sync::Arc;

    const OWNER: Address = Address::repeat_byte(1);

    fn records(texts: &[(&str, &str)], addresses: &[(u64, &str)], contenthash: &str) -> Records {
        let texts: Vec<Value> =
            texts.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
        let addresses: Vec<Value> =
            addresses.iter().map(|(coin, value)| json!({ "coinType": coin, "value": value })).collect();
        let salt = format!("0x{}", "00".repeat(32));
        let body = json!({
            "texts": texts, "addresses": addresses, "contenthash": contenthash, "salt": salt,
            "data": [{ "key": "k", "value": contenthash }],
        });
        Records::stored(serde_json::from_value(body).unwrap())
    }

    fn entry(records: Records) -> Arc<Entry> {
        Arc::new(Entry {
            version: 1,
            state_hash: B256::ZERO,
            owner: Some(OWNER),
            counts_for: None,
            takes_unversioned: false,
            records,
            created_at: 0,
            updated_at: 0,
        })
    }

    fn view(own: Records, inherited: Records, fallback: Records) -> NameView {
        let inherited = Some((Node::ROOT, entry(inherited)));
        NameView::new(Node::ROOT, Some(OWNER), entry(own), inherited, Some(Arc::new(fallback)))
    }

    #[test]
    fn each_answer_is_listed_once_with_the_layer_that_decides_it() {
        let view = view(
            records(&[("a", "own"), ("off", "")], &[], "0x"),
            records(&[("a", "no"), ("b", "inherited"), ("off", "no")], &[], "0x01"),
            records(&[("b", "no"), ("c", "zone")], &[], "0x02"),
        );
        let texts: Vec<_> = view.texts().iter().map(|text| (text.key, text.value, text.source)).collect();
        let expected =
            [("a", "own", Source::Own), ("b", "inherited", Source::Inherited), ("c", "zone", Source::Zone)];
        assert_eq!(texts, expected);
        assert_eq!(view.contenthash_source(), Some(Source::Inherited));
        assert!(view.data_records().is_empty(), "the name sets it to nothing");
    }

    #[test]
    fn a_profile_is_listed_only_where_it_counts() {
        let profile = [(dm3::PROFILE_RECORD, "inherited")];
        let none = || records(&[], &[], "0x");
        let counts = view(none(), records(&profile, &[], "0x"), none());
        assert_eq!(counts.texts().len(), 1);
        let other = records(&[], &[(60, &OWNER.to_string().replace("01", "02"))], "0x");
        assert!(view(other, records(&profile, &[], "0x"), none()).texts().is_empty());
    }

    #[test]
    fn addresses_are_those_that_are_answered() {
        let (mine, other) = (OWNER.to_string(), format!("0x{}", "02".repeat(20)));
        let own = records(&[], &[(0x8000_0000, &other), (0, "0x")], "0x");
        let inherited = records(&[], &[(0x8000_000a, &mine), (0, "0x0014")], "0x");
        let listed = view(own, inherited, records(&[], &[], "0x"));
        let shown: Vec<_> = listed
            .addresses()
            .iter()
            .map(|address| (u64::from(address.key), address.value.len(), address.source))
            .collect();
        let expected =
            [(60, 20, Source::Owner), (0x8000_0000, 20, Source::Own), (0x8000_000a, 20, Source::Own)];
        assert_eq!(shown, expected);
        for address in listed.addresses() {
            assert_eq!(address.value, listed.address(address.key));
        }
    }
}
