//! The forms in which dm3's own clients sign: a profile of an account, and a name claimed or given up with the profile's
//! signing key. They say no version, so each counts once for a name, and none counts once the name's owner has signed a
//! state in another way. What they ask for becomes the next state of the name, which the gateway makes itself.

use std::sync::Arc;

use alloy::primitives::{Address, B256};

use super::Registry;
use super::apply::{ApplyError, Decided};
use super::made::{Wish, decide};
use super::zone::{Place, Zone, ZoneRules, address_label};
use crate::account::{KeyFault, check_key};
use crate::dm3::{self, PROFILE_RECORD, SignedUserProfile, SigningKeyError};
use crate::ens::Name;
use crate::keccak::keccak256;
use crate::state::{NameState, Proof, RecordsBody, SignedByProfile, TextRecord};
use crate::store::{Entry, StoreError};

/// Why something that a dm3 client signed does not count.
#[derive(Debug, thiserror::Error)]
pub enum UnversionedError {
    /// The zone of the request.
    #[error("{0} is not an address zone of this gateway")]
    NotAnAddressZone(Name),
    /// The name of the request.
    #[error("{0} is not a name that can be claimed here: one label under a zone of names is expected")]
    NotAnAlias(Name),
    /// The address name of the request.
    #[error("{0} is not an address name of this gateway")]
    NotAnAddressName(Name),
    /// Nobody could have signed.
    #[error(
        "there is no profile of an account with a key under {0}: publish one first, or use PUT /v1/names"
    )]
    NoProfile(Name),
    /// Not the account's signature.
    #[error("the profile's signature: {0}")]
    Profile(#[from] KeyFault),
    /// Not the signing key's signature.
    #[error(transparent)]
    SigningKey(#[from] SigningKeyError),
    /// Nobody holds what is to be given up.
    #[error("nobody holds {0}")]
    NotHeld(Name),
    /// Somebody else holds it.
    #[error("{0} is taken")]
    Taken(Name),
    /// The owner has signed in another way before.
    #[error("the owner of {0} has signed in another way since (EIP-712): change it at PUT /v1/names/{0}")]
    Versioned(Name),
    /// The next state is not taken.
    #[error(transparent)]
    Apply(#[from] ApplyError),
}

impl From<StoreError> for UnversionedError {
    fn from(error: StoreError) -> Self {
        ApplyError::from(error).into()
    }
}

/// What a dm3 client asks for.
#[derive(Clone, Debug)]
enum Dm3Wish {
    Publish { account: Address, profile: SignedUserProfile },
    Claim { address_name: Name, signature: String },
    Remove { signature: String },
}

impl Wish for Dm3Wish {
    type Error = UnversionedError;

    async fn decide<'a>(
        &'a self,
        registry: &'a Registry,
        name: &'a Name,
        place: &'a Place<'a>,
        current: &'a Arc<Entry>,
    ) -> Result<Option<Decided<'a>>, UnversionedError> {
        let step = match self {
            Self::Publish { account, profile } => {
                registry.publish(name, place, current, *account, profile)?
            }
            Self::Claim { address_name, signature } => {
                registry.claim(name, place, current, address_name, signature).await?
            }
            Self::Remove { signature } => registry.remove(name, place, current, signature).await?,
        };
        if step.is_some() && !current.takes_unversioned {
            return Err(UnversionedError::Versioned(name.clone()));
        }
        Ok(step)
    }
}

impl Registry {
    /// Publishes the profile of an account under its address name in `zone`.
    ///
    /// # Errors
    /// See [`UnversionedError`].
    pub async fn publish_profile(
        self: &Arc<Self>,
        zone: &Name,
        account: Address,
        profile: SignedUserProfile,
    ) -> Result<(), UnversionedError> {
        let name = self.zones.address_name(zone, account);
        let name = name.ok_or_else(|| UnversionedError::NotAnAddressZone(zone.clone()))?;
        self.fulfil(name, Dm3Wish::Publish { account, profile }).await.map(drop)
    }

    /// Claims a name for the account of an address name, signed by that account's profile.
    ///
    /// # Errors
    /// See [`UnversionedError`].
    pub async fn claim_alias(
        self: &Arc<Self>,
        name: Name,
        address_name: Name,
        signature: String,
    ) -> Result<(), UnversionedError> {
        self.fulfil(name, Dm3Wish::Claim { address_name, signature }).await.map(drop)
    }

    /// Gives a name up, signed by the profile of its owner.
    ///
    /// # Errors
    /// See [`UnversionedError`].
    pub async fn remove_alias(
        self: &Arc<Self>,
        name: Name,
        signature: String,
    ) -> Result<(), UnversionedError> {
        self.fulfil(name, Dm3Wish::Remove { signature }).await.map(drop)
    }

    /// `None` when it is published already.
    fn publish<'a>(
        &self,
        name: &Name,
        place: &Place<'a>,
        current: &Arc<Entry>,
        account: Address,
        profile: &SignedUserProfile,
    ) -> Result<Option<Decided<'a>>, UnversionedError> {
        let digest = profile.profile().signing_digest(account);
        check_key(account, digest, profile.signature())?;
        let published = current.records.text(PROFILE_RECORD).and_then(dm3::read_inline_profile);
        if published.is_some_and(|published| published.profile() == profile.profile()) {
            return Ok(None);
        }
        let text = TextRecord { key: PROFILE_RECORD.into(), value: dm3::inline_record(profile) };
        let state = self.next_state(name, current, account, Some(text))?;
        let proof = Proof::Dm3Profile { signature: profile.signature().clone() };
        Ok(Some(decide(place, current, state, proof, digest)?))
    }

    /// `None` when the account holds it already.
    async fn claim<'a>(
        &self,
        name: &Name,
        place: &Place<'a>,
        current: &Arc<Entry>,
        address_name: &Name,
        signature: &str,
    ) -> Result<Option<Decided<'a>>, UnversionedError> {
        let zone = zone_of_aliases(name, place)?;
        let account = self.zones.place(address_name).and_then(|place| place.address());
        let account = account.ok_or_else(|| UnversionedError::NotAnAddressName(address_name.clone()))?;
        let source = self.entry(address_name.node()).await?;
        let signed =
            vouched(&source, account).ok_or_else(|| UnversionedError::NoProfile(address_name.clone()))?;
        let message = format!("alias: {name}");
        signed.profile().public_signing_key.verify(&message, signature)?;
        match current.owner {
            Some(owner) if owner == account => return Ok(None),
            Some(_) => return Err(UnversionedError::Taken(name.clone())),
            None => {}
        }
        // Where the name does not inherit from that address name, it holds the profile itself.
        let inherits = zone.inherited_node(Some(account)) == Some(address_name.node());
        let text = TextRecord { key: PROFILE_RECORD.into(), value: dm3::inline_record(&signed) };
        let state = self.next_state(name, current, account, (!inherits).then_some(text))?;
        let (proof, digest) = signed_by_profile(account, &signed, &message, signature);
        Ok(Some(decide(place, current, state, Proof::Dm3Alias(proof), digest)?))
    }

    /// `None` when the same signature gave it up.
    async fn remove<'a>(
        &self,
        name: &Name,
        place: &Place<'a>,
        current: &Arc<Entry>,
        signature: &str,
    ) -> Result<Option<Decided<'a>>, UnversionedError> {
        zone_of_aliases(name, place)?;
        let Some(owner) = current.owner else {
            let newest = self.store.history(name.node(), current.version.saturating_sub(1), 1, 0).await?;
            return match newest.first().map(|item| &item.proof) {
                Some(Proof::Dm3Remove(proof)) if proof.signature == signature => Ok(None),
                _ => Err(UnversionedError::NotHeld(name.clone())),
            };
        };
        let signed = self.current_profile(current, owner).await?;
        let signed = signed.ok_or_else(|| UnversionedError::NoProfile(name.clone()))?;
        let message = format!("remove: {name}");
        signed.profile().public_signing_key.verify(&message, signature)?;
        let state = self.next_state(name, current, Address::ZERO, None)?;
        let (proof, digest) = signed_by_profile(owner, &signed, &message, signature);
        Ok(Some(decide(place, current, state, Proof::Dm3Remove(proof), digest)?))
    }

    /// The profile that an owner has published last: under their address name, and only where that has none, with the
    /// name itself, where it may be an old copy.
    async fn current_profile(
        &self,
        current: &Entry,
        owner: Address,
    ) -> Result<Option<SignedUserProfile>, StoreError> {
        for name in self.zones.address_names(owner) {
            if let Some(signed) = vouched(&*self.entry(name.node()).await?, owner) {
                return Ok(Some(signed));
            }
        }
        Ok(vouched(current, owner))
    }

    /// The state after `current`, with one text record or none.
    fn next_state(
        &self,
        name: &Name,
        current: &Entry,
        owner: Address,
        text: Option<TextRecord>,
    ) -> Result<NameState, ApplyError> {
        let records = RecordsBody { texts: text.into_iter().collect(), ..RecordsBody::empty(B256::ZERO) };
        self.make_state(name, current, owner, records, self.clock.now())
    }
}

/// dm3's aliases are names in zones that are not of addresses.
fn zone_of_aliases<'a>(name: &Name, place: &Place<'a>) -> Result<&'a Zone, UnversionedError> {
    match *place {
        Place::Label { zone, label } if address_label(label).is_none() => match zone.rules() {
            ZoneRules::Open(_) => Ok(zone),
            ZoneRules::Address => Err(UnversionedError::NotAnAlias(name.clone())),
        },
        _ => Err(UnversionedError::NotAnAlias(name.clone())),
    }
}

/// The profile in an entry's own records that the key of `account` has signed.
fn vouched(entry: &Entry, account: Address) -> Option<SignedUserProfile> {
    let profile = entry.records.text(PROFILE_RECORD).and_then(dm3::read_inline_profile)?;
    profile.verify(account).is_ok().then_some(profile)
}

/// The proof, and the digest by which it counts once.
fn signed_by_profile(
    account: Address,
    signed: &SignedUserProfile,
    message: &str,
    signature: &str,
) -> (SignedByProfile, B256) {
    let key = signed.profile().public_signing_key;
    let digest = keccak256(&[account.as_slice(), key.as_bytes(), message.as_bytes()]);
    let (signature, signed_profile) = (signature.to_owned(), signed.to_json());
    (SignedByProfile { signature, account, signed_profile }, digest)
}
