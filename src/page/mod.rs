//! The pages that people see: the claim page and the page of a name, as HTML that can be read without a script, and the
//! built front end that brings them to life (`page/`, whose output is embedded here).
//!
//! Everything that others wrote goes through [`maud`], which escapes it, and where it is a record's value through
//! [`text::shown`], which also shows the characters that would otherwise change how the rest reads.

mod art;
mod asset;
mod chain;
mod claim;
mod failure;
mod layout;
mod name;
mod records;
mod text;

pub use asset::{Asset, compressed};
pub use claim::claim_page;
pub use failure::{Failure, failure_page};
pub use maud::Markup;
pub use name::{NamePage, Standing};

use url::Url;

use crate::ens::Name;
use crate::registry::Zones;

/// What every page tells about the gateway.
#[derive(Clone, Copy, Debug)]
pub struct Site<'a> {
    /// Where others reach it.
    pub public_url: &'a Url,
    /// The chain whose ENS the names live in.
    pub chain_id: u64,
    /// Where names can be claimed.
    pub zones: &'a Zones,
    /// For new profiles whose owner chooses none.
    pub delivery_services: &'a [Name],
}

impl Site<'_> {
    /// The address of a name's page, for previews elsewhere.
    fn url_of(&self, name: &str) -> String {
        let mut url = self.public_url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["names", name]);
        }
        url.to_string()
    }
}
