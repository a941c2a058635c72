//! The chain of a name's states, newest first.

use alloy::primitives::Address;
use maud::{Markup, html};

use super::failure::encoded;
use super::text::{account, day};
use crate::ens::Name;
use crate::state::Proof;
use crate::store::HistoryItem;

/// So many states are shown; all of them are in the API.
pub const SHOWN: usize = 10;

/// The last states of a name. `history` is oldest first, and may begin with one more than is shown, so that what the
/// next one changed can be told.
pub fn chain(root: &str, name: &Name, history: &[HistoryItem]) -> Markup {
    let first = history.len().saturating_sub(SHOWN);
    let before = |at: usize| at.checked_sub(1).and_then(|at| history.get(at));
    let version = history.last().map_or(0, |last| last.state.version);
    html! {
        section aria-labelledby="chain-title" {
            h2 #chain-title { "History" }
            p.about {
                "Every change is a signed state that names the one before it. None can be left out or slipped in unseen."
            }
            ol.chain reversed {
                @for (at, item) in history.iter().enumerate().skip(first).rev() {
                    li data-version=(item.state.version) {
                        span.version { (item.state.version) }
                        div {
                            p { (what(before(at), item)) }
                            p.small { (day(item.created_at)) }
                            p.small {
                                span.mark data-mark="state" data-version=(item.state.version) { (vouched(item)) }
                                code.hash title=(item.state_hash.to_string()) { (item.state_hash.to_string()) }
                            }
                        }
                    }
                }
            }
            p.small {
                a href={ (root) "v1/names/" (encoded(name.as_str())) "/history" } {
                    @if version > SHOWN as u64 { "All " (version) " states" } @else { "All states" } " with their proofs (JSON)"
                }
            }
        }
    }
}

/// The kind of a proof, whichever there are.
pub fn kind_of(proof: &Proof) -> String {
    let kind = serde_json::to_value(proof).ok();
    kind.as_ref().and_then(|proof| proof.get("kind")?.as_str()).unwrap_or("unknown").to_owned()
}

fn vouched(item: &HistoryItem) -> Markup {
    let kind = kind_of(&item.proof);
    html! {
        (vouched_by(&kind))
        @if item.state.records.is_none() { ", records erased" }
    }
}

/// What a kind of proof says, to people. Kinds that are newer than this page are named.
pub fn vouched_by(kind: &str) -> Markup {
    html! {
        @match kind {
            "eip712" => { "signed by the owner" }
            "erc7884" => { "signed by the owner, for the resolver contract" }
            "dm3-profile" => { "signed by the owner, as a dm3 profile" }
            "dm3-alias" | "dm3-remove" => { "signed with the owner’s dm3 profile" }
            _ => { "vouched for by: " (kind) }
        }
    }
}

/// What a state did.
fn what(before: Option<&HistoryItem>, item: &HistoryItem) -> Markup {
    let owner = |item: &HistoryItem| Some(item.state.owner).filter(|owner| *owner != Address::ZERO);
    let unknown = before.is_none() && item.state.version > 1;
    match (before.and_then(owner), owner(item)) {
        (_, None) => html! { "Released" },
        (None, Some(_)) if unknown => html! { "Changed" },
        (None, Some(new)) => html! { "Claimed by " (account(new)) },
        (Some(old), Some(new)) if old == new => html! { "Changed" },
        (Some(_), Some(new)) => html! { "Transferred to " (account(new)) },
    }
}
