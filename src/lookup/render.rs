//! From what is kept to what is told.

use std::sync::Arc;

use super::keeper::Kept;
use super::outcome::{Body, Lifetime, Outcome};
use super::verdict::{
    DeliveryServiceBody, DeliveryServiceLookup, Evidence, Freshness, ProfileBody, ProfileLookup, Verdict,
};
use crate::clock::rfc3339;
use crate::dm3::{DeliveryServiceProfile, SignedUserProfile, UserProfile};
use crate::ens::Name;

/// A profile with its delivery services.
pub fn profile(
    name: &Name,
    kept: &Kept<SignedUserProfile>,
    freshness: Freshness,
    delivery_services: Vec<DeliveryServiceLookup>,
) -> ProfileLookup {
    let Outcome { verdict, reason, address, body, evidence, .. } = &kept.outcome;
    ProfileLookup {
        name: name.to_string(),
        verdict: *verdict,
        reason: reason.clone(),
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
    let Outcome { verdict, reason, body, evidence, .. } = &kept.outcome;
    DeliveryServiceLookup {
        name: name.to_string(),
        verdict: *verdict,
        reason: reason.clone(),
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

/// A delivery service of a profile that names too many.
pub fn only_named(name: &Name, limit: usize, of: &Kept<SignedUserProfile>) -> DeliveryServiceLookup {
    DeliveryServiceLookup {
        name: name.to_string(),
        verdict: Verdict::Unreachable,
        reason: Some(format!("not looked up: the first {limit} delivery services of a profile are")),
        profile: None,
        freshness: Freshness::Live,
        resolved_at: rfc3339(of.resolved_at),
        expires_at: rfc3339(of.resolved_at),
        evidence: Evidence { chain_id: of.outcome.evidence.chain_id, ..Evidence::default() },
    }
}

/// A profile for which a caller did not want to wait longer.
pub fn not_yet(name: &Name, chain_id: u64, now: u64) -> ProfileLookup {
    let reason = "it is still being looked up: ask again";
    let kept = Kept::of(unreachable(reason, chain_id), now);
    profile(name, &kept, Freshness::Live, Vec::new())
}

/// What is told when a resolution has ended without any result, which is a bug.
pub fn failed<B: Body>(chain_id: u64, now: u64) -> Arc<Kept<B>> {
    Arc::new(Kept::of(unreachable("the lookup failed: ask again", chain_id), now))
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
