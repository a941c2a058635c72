//! Names in ENSIP-15 normal form.

use std::fmt;
use std::sync::Arc;

use super::node::Node;

/// The longest name, in the bytes of its DNS wire form.
pub const MAX_WIRE_BYTES: usize = 255;

/// A name of at least one label, in ENSIP-15 normal form, at most 255 bytes on the wire, and its node.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    text: Arc<str>,
    node: Node,
}

/// Why a text is not a name.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
pub enum NameError {
    /// The root has no name.
    #[error("the name is empty")]
    Empty,
    /// Valid, but written differently from its normal form.
    #[error("'{given}' is not in normal form, which is '{normal_form}'")]
    NotNormal {
        /// What was given.
        given: String,
        /// What to write instead (ENSIP-15).
        normal_form: String,
    },
    /// Not a valid name at all.
    #[error("'{given}' is not a valid ENS name: {reason}")]
    Invalid {
        /// What was given.
        given: String,
        /// What ENSIP-15 says about it.
        reason: String,
    },
    /// Longer than DNS allows.
    #[error("the name takes {0} bytes in DNS wire form, {MAX_WIRE_BYTES} are allowed")]
    TooLong(usize),
}

impl Name {
    /// Takes a text that is in normal form already.
    ///
    /// # Errors
    /// See [`NameError`]; [`NameError::NotNormal`] tells the normal form.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        // Before the normalisation, so that its cost is bounded. Every label costs a length byte, the root another.
        let wire_bytes = text.len() + 2;
        if wire_bytes > MAX_WIRE_BYTES {
            return Err(NameError::TooLong(wire_bytes));
        }
        match ens_normalize::ens_normalize(text) {
            Ok(normal_form) if normal_form == text => Ok(Self { node: Node::of(text), text: text.into() }),
            Ok(normal_form) => Err(NameError::NotNormal { given: text.into(), normal_form }),
            Err(error) => Err(NameError::Invalid { given: text.into(), reason: error.message().into() }),
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its namehash.
    pub const fn node(&self) -> Node {
        self.node
    }

    /// The first label and the rest; the rest is empty for a name of one label.
    pub fn split_first(&self) -> (&str, &str) {
        self.text.split_once('.').unwrap_or((&self.text, ""))
    }

    /// Whether this is `ancestor` or below it.
    pub fn is_within(&self, ancestor: &Self) -> bool {
        self.text.strip_suffix(&*ancestor.text).is_some_and(|below| below.is_empty() || below.ends_with('.'))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The rules of `contracts/src/libraries/AsciiName.sol`: what that takes has to be a name here.
    fn is_name_by_the_contract(text: &str) -> bool {
        let is_label = |label: &str| {
            let plain = label.trim_start_matches('_');
            let known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "$-".contains(c);
            !label.is_empty() && plain.chars().all(known) && label.get(2..4) != Some("--")
        };
        text.len() <= 253 && text.split('.').all(is_label)
    }

    #[test]
    fn ascii_names_follow_the_rules_of_the_contract() {
        for name in "a eth ds.dm3.eth _ __a _- - --- a--b ab- -a.a- $ 0.1 _.a a._b".split(' ') {
            assert!(Name::parse(name).is_ok() && is_name_by_the_contract(name), "{name:?}");
        }
        let others = ",.,a.,.a,a..b,A,a_b,a_,_a_,ab--,xn--a,----,__--,a.ab--c,a b,a'b";
        for text in others.split(',') {
            assert!(Name::parse(text).is_err() && !is_name_by_the_contract(text), "{text:?}");
        }
        for length in [253, 254] {
            let text = "a".repeat(length);
            assert_eq!(Name::parse(&text).is_ok(), is_name_by_the_contract(&text));
        }
    }

    proptest! {
        #[test]
        fn ascii_is_judged_as_by_the_contract(text in prop_oneof!["[ -~]{1,8}", "[ab.$_-]{1,12}", "[a-z0-9.-]{1,260}"]) {
            prop_assert_eq!(Name::parse(&text).is_ok(), is_name_by_the_contract(&text), "{:?}", text);
        }
    }

    #[test]
    fn normal_forms_are_taken_and_others_are_told_theirs() {
        assert!(Name::parse("alice.user.dm3.eth").is_ok());
        assert!(Name::parse("💩.eth").is_ok());
        assert_eq!(
            Name::parse("Alice.eth"),
            Err(NameError::NotNormal { given: "Alice.eth".into(), normal_form: "alice.eth".into() })
        );
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in ["a..eth", ".eth", "eth.", "a b.eth", "ab--c.eth", "a\u{202e}b.eth", "[00].eth"] {
            assert!(matches!(Name::parse(text), Err(NameError::Invalid { .. })), "{text:?}");
        }
        assert_eq!(Name::parse(""), Err(NameError::Empty));
        assert_eq!(Name::parse(&format!("{}.eth", "a".repeat(250))), Err(NameError::TooLong(256)));
        assert!(Name::parse(&format!("{}.eth", "a".repeat(249))).is_ok());
    }

    #[test]
    fn a_name_is_within_its_ancestors_and_itself_only() {
        let name = |text| Name::parse(text).unwrap();
        assert!(name("a.b.eth").is_within(&name("b.eth")));
        assert!(name("b.eth").is_within(&name("b.eth")));
        assert!(!name("ab.eth").is_within(&name("b.eth")));
        assert!(!name("eth").is_within(&name("b.eth")));
    }
}
