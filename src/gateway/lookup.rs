//! What arrives: for which contract, and which calldata.

use alloy::primitives::Address;
use serde::Deserialize;
use utoipa::ToSchema;

use super::protocol::Entrance;
use crate::state::schema;

/// A lookup as ERC-3668 sends it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Lookup {
    /// Through which door it came.
    pub entrance: Entrance,
    /// The contract that will verify the answer.
    pub resolver: Address,
    /// The whole calldata that it asked to be looked up.
    pub calldata: Vec<u8>,
}

/// Why a request is not a lookup.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum LookupError {
    /// The contract's address.
    #[error("'{0}' is not the address of a resolver contract: 0x and 40 hex digits are expected")]
    Resolver(String),
    /// A POST without a contract in its path, nor in its body.
    #[error("the body names no sender, and the path no resolver contract")]
    NoResolver,
    /// The calldata.
    #[error("the calldata is not hex: {0}; 0x and an even number of hex digits are expected")]
    Calldata(String),
    /// More calldata than allowed.
    #[error("the calldata has {bytes} bytes, {limit} are allowed")]
    TooLong {
        /// How many there are.
        bytes: usize,
        /// How many may be.
        limit: usize,
    },
    /// The body of a POST.
    #[error("the body is not a lookup: {0}; {{\"data\": \"0x…\", \"sender\": \"0x…\"}} is expected")]
    Body(String),
}

impl LookupError {
    /// The HTTP status that says this.
    pub const fn status(&self) -> u16 {
        match self {
            Self::TooLong { .. } => 413,
            _ => 400,
        }
    }
}

/// A lookup by POST. Unknown fields are other clients' business.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Lookup)]
pub struct LookupBody {
    /// What the contract asked.
    #[schema(value_type = schema::Bytes)]
    data: String,
    /// The contract that will verify the answer, where the path does not name it.
    #[schema(value_type = Option<schema::Address>)]
    sender: Option<String>,
}

impl Lookup {
    /// A GET: both parts come from the path, the calldata with or without `.json` after it.
    ///
    /// # Errors
    /// See [`LookupError`].
    pub fn from_path(
        entrance: Entrance,
        resolver: &str,
        calldata: &str,
        limit: usize,
    ) -> Result<Self, LookupError> {
        let calldata = calldata.strip_suffix(".json").unwrap_or(calldata);
        Ok(Self { entrance, resolver: parse_resolver(resolver)?, calldata: parse_calldata(calldata, limit)? })
    }

    /// A POST: an address in the path beats the body's `sender`, which is the Universal Resolver's where that one
    /// asks on behalf of the resolver (ENSIP-23).
    ///
    /// # Errors
    /// See [`LookupError`].
    pub fn from_body(
        entrance: Entrance,
        resolver: Option<&str>,
        body: &[u8],
        limit: usize,
    ) -> Result<Self, LookupError> {
        let body: LookupBody =
            serde_json::from_slice(body).map_err(|error| LookupError::Body(error.to_string()))?;
        let resolver = resolver.or(body.sender.as_deref()).ok_or(LookupError::NoResolver)?;
        Ok(Self {
            entrance,
            resolver: parse_resolver(resolver)?,
            calldata: parse_calldata(&body.data, limit)?,
        })
    }

    /// About how much memory it takes.
    pub(super) const fn weight(&self) -> usize {
        self.calldata.len() + size_of::<Self>()
    }
}

fn parse_resolver(text: &str) -> Result<Address, LookupError> {
    let mut bytes = [0u8; 20];
    text.strip_prefix("0x")
        .and_then(|digits| hex::decode_to_slice(digits, &mut bytes).ok())
        .map(|()| Address::from(bytes))
        .ok_or_else(|| LookupError::Resolver(text.chars().take(80).collect()))
}

fn parse_calldata(text: &str, limit: usize) -> Result<Vec<u8>, LookupError> {
    let digits =
        text.strip_prefix("0x").ok_or_else(|| LookupError::Calldata("it does not begin with 0x".into()))?;
    // Before the decoding, so that its cost is bounded.
    let bytes = digits.len().div_ceil(2);
    if bytes > limit {
        return Err(LookupError::TooLong { bytes, limit });
    }
    hex::decode(digits).map_err(|error| LookupError::Calldata(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LIMIT: usize = 40;

    proptest! {
        #[test]
        fn any_path_is_a_lookup_or_refused(resolver in ".{0,60}", hex in "(0x)?[0-9a-fA-Fx.]{0,100}", odd in ".{0,60}") {
            for calldata in [&hex, &odd] {
                if let Ok(lookup) = Lookup::from_path(Entrance::Main, &resolver, calldata, LIMIT) {
                    prop_assert!(lookup.calldata.len() <= LIMIT);
                }
            }
            let resolver = "0xAbababababababababababababababababababab";
            if let Ok(lookup) = Lookup::from_path(Entrance::Tor, resolver, &hex, LIMIT) {
                let digits = hex::encode(&lookup.calldata);
                prop_assert_eq!(format!("0x{digits}"), hex.strip_suffix(".json").unwrap_or(&hex).to_lowercase());
            }
        }

        #[test]
        fn any_body_is_a_lookup_or_refused(body in proptest::collection::vec(any::<u8>(), 0..200), data in ".{0,90}", sender in ".{0,50}") {
            let _ = Lookup::from_body(Entrance::Main, None, &body, LIMIT);
            let body = serde_json::json!({ "data": data, "sender": sender }).to_string();
            if let Ok(lookup) = Lookup::from_body(Entrance::Main, None, body.as_bytes(), LIMIT) {
                prop_assert!(lookup.calldata.len() <= LIMIT);
            }
        }
    }
}
