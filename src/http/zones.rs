//! Zones and their policies.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::Shared;
use super::page::Page;
use crate::registry::{OpenRules, Zone, ZoneRules};

/// `GET /v1/zones`.
pub async fn list(State(app): State<Shared>) -> Json<Page<Value>> {
    Json(Page::whole(app.registry.zones().iter().map(resource).collect()))
}

/// A zone: `namesPerOwner` is null where an account may hold any number of names.
pub fn resource(zone: &Zone) -> Value {
    let (name, node) = (zone.name().as_str(), zone.name().node().to_string());
    match zone.rules() {
        ZoneRules::Address => json!({ "name": name, "node": node, "kind": "address" }),
        ZoneRules::Open(OpenRules { inherit_from, names_per_owner, min_label_length, reserved }) => {
            let mut reserved: Vec<_> = reserved.iter().collect();
            reserved.sort();
            json!({
                "name": name,
                "node": node,
                "kind": "open",
                "inheritFrom": inherit_from.as_ref().map(|zone| zone.as_str()),
                "namesPerOwner": names_per_owner,
                "minLabelLength": min_label_length,
                "reserved": reserved,
            })
        }
    }
}
