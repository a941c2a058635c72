//! Zones and their policies.

use alloy::primitives::B256;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::Shared;
use super::page::Page;
use super::problem::Problem;
use crate::registry::{OpenRules, Zone, ZoneRules};
use crate::state::schema;

/// A zone, and who may claim there.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Zone)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum ZoneResource {
    /// The account whose address the label is, and nobody else.
    Address {
        /// The zone's own name.
        #[schema(value_type = schema::Name)]
        name: String,
        /// Its namehash.
        #[schema(value_type = schema::Hash)]
        node: B256,
    },
    /// Whoever comes first.
    #[serde(rename_all = "camelCase")]
    Open {
        /// The zone's own name.
        #[schema(value_type = schema::Name)]
        name: String,
        /// Its namehash.
        #[schema(value_type = schema::Hash)]
        node: B256,
        /// The address zone from which names take what they do not set.
        #[schema(value_type = Option<schema::Name>, required)]
        inherit_from: Option<String>,
        /// How many names an account may hold; null for any number.
        #[schema(required)]
        names_per_owner: Option<u32>,
        /// The shortest label, in characters.
        min_label_length: usize,
        /// Labels that nobody can claim.
        reserved: Vec<String>,
    },
}

/// Zones and their policies
#[utoipa::path(get, path = "/v1/zones", tag = "names", operation_id = "list_zones",
    responses((status = 200, description = "All zones of this gateway", body = Page<ZoneResource>), Problem))]
pub async fn list(State(app): State<Shared>) -> Json<Page<ZoneResource>> {
    Json(Page::whole(app.registry.zones().iter().map(ZoneResource::of).collect()))
}

impl ZoneResource {
    /// What the API says about a zone.
    pub fn of(zone: &Zone) -> Self {
        let (name, node) = (zone.name().to_string(), *zone.name().node().as_bytes());
        match zone.rules() {
            ZoneRules::Address => Self::Address { name, node },
            ZoneRules::Open(OpenRules { inherit_from, names_per_owner, min_label_length, reserved }) => {
                let mut reserved: Vec<_> = reserved.iter().cloned().collect();
                reserved.sort();
                Self::Open {
                    name,
                    node,
                    inherit_from: inherit_from.as_ref().map(ToString::to_string),
                    names_per_owner: *names_per_owner,
                    min_label_length: *min_label_length,
                    reserved,
                }
            }
        }
    }
}
