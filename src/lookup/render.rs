//! From what is kept to what is told.

use std::sync::Arc;

use super::keeper::Kept;
use super::outcome::{Lifetime, Outcome};
use super::verdict::{
    DeliveryServiceBody, DeliveryServiceLookup, Evidence, Freshness, ProfileBody, ProfileLookup, Verdict,
};
use crate::clock::rfc3339;
use crate::dm3::{DeliveryServiceProfile, SignedUserProfile, UserProfile};
use crate::ens::{Name, NameError};

/// A profile with its delivery services.
pub fn profile(
    name: &Name,
    kept: &Kept<SignedUserProfile>,
    freshness: Freshness,
    delivery_services: Vec<DeliveryServiceLookup>,
) -> ProfileLookup {
    let Outcome { verdict, address, body, evidence, .. } = &kept.outcome;
    ProfileLookup {
        name: name.to_string(),
        verdict: *verdict,
        reason: reason(kept, freshness),
        address: *address,
        profile: body.as_ref().map(|signed| profile_body(signed.profile())),
        signature: body.as_ref().map(|signed| signed.signature().clone()),
        delivery_services,
        freshness,
        resolved_at: rfc3339(kept.resolved_at),
        expires_at: rfc3339(kept.expires_at),
        evidence: evidence.clone(),
    }
}

/// A delivery service.
pub fn delivery_service(
    name: &Name,
    kept: &Kept<DeliveryServiceProfile>,
    freshness: Freshness,
) -> DeliveryServiceLookup {
    let Outcome { verdict, body, evidence, .. } = &kept.outcome;
    DeliveryServiceLookup {
        name: name.to_string(),
        verdict: *verdict,
        reason: reason(kept, freshness),
        profile: body.as_ref().map(|profile| DeliveryServiceBody {
            public_encryption_key: profile.public_encryption_key.to_string(),
            public_signing_key: profile.public_signing_key.to_string(),
            url: profile.url.to_string(),
        }),
        freshness,
        resolved_at: rfc3339(kept.resolved_at),
        expires_at: rfc3339(kept.expires_at),
        evidence: evidence.clone(),
    }
}

/// What is told to somebody who did not want to wait longer.
pub fn not_yet<B>(chain_id: u64, now: u64) -> Arc<Kept<B>> {
    Arc::new(Kept::of(unreachable("it is still being looked up: ask again", chain_id), now))
}

/// A profile in an answer that is large enough already.
pub fn no_room(name: &Name, chain_id: u64, now: u64) -> ProfileLookup {
    let reason = "the answer is as large as one may be: ask for this name in another request";
    profile(name, &Kept::of(unreachable(reason, chain_id), now), Freshness::Live, Vec::new())
}

/// A text that is no name.
pub fn no_name(text: &str, error: &NameError, chain_id: u64, now: u64) -> ProfileLookup {
    ProfileLookup {
        name: text.to_owned(),
        verdict: Verdict::Invalid,
        reason: Some(error.to_string()),
        address: None,
        profile: None,
        signature: None,
        delivery_services: Vec::new(),
        freshness: Freshness::Live,
        resolved_at: rfc3339(now),
        expires_at: rfc3339(now),
        evidence: Evidence { chain_id, ..Evidence::default() },
    }
}

/// Of what is stale, the reason is why nothing newer is known.
fn reason<B>(kept: &Kept<B>, freshness: Freshness) -> Option<String> {
    match (freshness, kept.failure()) {
        (Freshness::Stale, Some((_, why))) => Some(why),
        _ => kept.outcome.reason.clone(),
    }
}

fn unreachable<B>(reason: &str, chain_id: u64) -> Outcome<B> {
    Outcome {
        verdict: Verdict::Unreachable,
        reason: Some(reason.to_owned()),
        address: None,
        body: None,
        evidence: Evidence { chain_id, ..Evidence::default() },
        lifetime: Lifetime::default(),
    }
}

fn profile_body(profile: &UserProfile) -> ProfileBody {
    ProfileBody {
        delivery_services: profile.delivery_services.iter().map(ToString::to_string).collect(),
        public_encryption_key: profile.public_encryption_key.to_string(),
        public_signing_key: profile.public_signing_key.to_string(),
    }
}
