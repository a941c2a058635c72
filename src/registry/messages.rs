//! Messages that a resolver contract had somebody sign, to change a name (ERC-7884, ENSIP-20). They name no version: each
//! counts once, and what it changes becomes the next state of the name, which the gateway makes itself.

use std::sync::Arc;

use alloy::primitives::{Address, B256};

use super::Registry;
use super::apply::{ApplyError, Decided};
use super::made::{Wish, decide};
use super::zone::Place;
use crate::ens::write::{RecordValue, WriteCall, WriteCallError};
use crate::ens::{Name, Node};
use crate::state::{AddressRecord, MessageDomain, Proof, RecordsBody, SignedMessage, TextRecord};
use crate::store::{Entry, StoreError};

/// For how long a message can be sent: what the contract says, `LIFETIME` in `OffchainWrites.sol`.
const LIFETIME_SECONDS: u64 = 3_600;
/// By how much the clock of the chain may be ahead.
const SKEW_SECONDS: u64 = 60;
/// By how much a message may be older than another one that has counted for the name: the nodes of a chain can be some
/// blocks apart, and several messages under way at once. What is older than that was held back by somebody.
const DISORDER_SECONDS: u64 = 60;

/// Why a message does not count.
#[derive(Debug, thiserror::Error)]
pub enum MessageError {
    /// The domain is not that of a contract that this gateway answers for.
    #[error("the domain's {field} is {found}, {expected} is expected")]
    OtherDomain {
        /// `name`, `version`, `chainId` or `verifyingContract`.
        field: &'static str,
        /// In the domain.
        found: String,
        /// What it should be.
        expected: String,
    },
    /// It can be sent for too long.
    #[error("expirationTimestamp is {found}, at most {limit} is allowed: an hour ahead")]
    ValidForTooLong {
        /// In the message.
        found: u64,
        /// The latest that is allowed.
        limit: u64,
    },
    /// It could be sent before.
    #[error(
        "expirationTimestamp was {found}, it is {now} now: ask the contract again, and sign what it says"
    )]
    Expired {
        /// In the message.
        found: u64,
        /// Our time.
        now: u64,
    },
    /// The call.
    #[error(transparent)]
    Call(#[from] WriteCallError),
    /// Nobody ever claimed a name of this node here.
    #[error(
        "no name with the node {0} was ever claimed here: register it first; for an unclaimed address name, its own \
         account is the sender"
    )]
    UnknownNode(Node),
    /// ENSIP-20's calls are made by the owner that they name.
    #[error("the owner in the call is {owner}, the sender {sender}: they have to be the same")]
    OtherOwner {
        /// In the call.
        owner: Address,
        /// In the message.
        sender: Address,
    },
    /// An argument of ENSIP-20's calls.
    #[error("{0}")]
    Argument(String),
    /// Somebody else decides about the name.
    #[error("{name} is held by {owner}, the sender is {sender}")]
    NotOwner {
        /// The name.
        name: Name,
        /// Who holds it.
        owner: Address,
        /// Who has signed.
        sender: Address,
    },
    /// Nobody holds the name.
    #[error("nobody holds {name}: register it first")]
    Unclaimed {
        /// The name.
        name: Name,
        /// What it holds now.
        current: Arc<Entry>,
    },
    /// It has counted before, or a younger message has.
    #[error("{0} for {1}: ask the contract again, and sign what it says")]
    Seen(&'static str, Name),
    /// The next state is not taken.
    #[error(transparent)]
    Apply(ApplyError),
}

impl From<ApplyError> for MessageError {
    fn from(error: ApplyError) -> Self {
        match error {
            ApplyError::Seen(name) => Self::Seen("this message has counted before", name),
            error => Self::Apply(error),
        }
    }
}

impl From<StoreError> for MessageError {
    fn from(error: StoreError) -> Self {
        ApplyError::from(error).into()
    }
}

impl Registry {
    /// Does what the call in a message says; gives the name that it is about, and what that holds then. A message that
    /// has made the name's current state counts as if it did so now.
    ///
    /// # Errors
    /// See [`MessageError`].
    pub async fn apply_message(
        self: &Arc<Self>,
        domain: &MessageDomain,
        message: SignedMessage,
    ) -> Result<(Name, Arc<Entry>), MessageError> {
        self.check_domain(domain)?;
        check_time(message.expiration_timestamp, self.clock.now())?;
        let call = WriteCall::parse(&message.data)?;
        check_arguments(&call, &message)?;
        let name = match &call {
            WriteCall::SetRecord { node, .. } => self.name_of(*node, message.sender).await?,
            WriteCall::Register { name, .. } | WriteCall::TransferFrom { name, .. } => name.clone(),
        };
        let entry = self.fulfil(name.clone(), MessageWish { message, call }).await?;
        Ok((name, entry))
    }

    fn check_domain(&self, domain: &MessageDomain) -> Result<(), MessageError> {
        let MessageDomain { name, version, chain_id, verifying_contract } = domain;
        let expected = MessageDomain::of(*verifying_contract, self.chain_id);
        let other = |field, found: &dyn ToString, expected: &dyn ToString| {
            Err(MessageError::OtherDomain { field, found: found.to_string(), expected: expected.to_string() })
        };
        if *name != expected.name {
            return other("name", name, &expected.name);
        }
        if *version != expected.version {
            return other("version", version, &expected.version);
        }
        if *chain_id != expected.chain_id {
            return other("chainId", chain_id, &expected.chain_id);
        }
        if !self.resolvers.is_empty() && !self.resolvers.contains(verifying_contract) {
            return other(
                "verifyingContract",
                verifying_contract,
                &"a contract that this gateway answers for",
            );
        }
        Ok(())
    }

    /// The name of a node: an address name of this account, claimed or not, or one that somebody claimed.
    async fn name_of(&self, node: Node, account: Address) -> Result<Name, MessageError> {
        if let Some(name) = self.zones.address_names(account).find(|name| name.node() == node) {
            return Ok(name);
        }
        self.store.name_of(node).await?.ok_or(MessageError::UnknownNode(node))
    }

    /// Whether a message has made the current state of a name.
    async fn is_newest(
        &self,
        name: &Name,
        current: &Entry,
        message: &SignedMessage,
    ) -> Result<bool, StoreError> {
        let newest = self.store.history(name.node(), current.version.saturating_sub(1), 1, 0).await?;
        Ok(
            matches!(newest.first().map(|item| &item.proof), Some(Proof::Erc7884(one)) if one.is_same(message)),
        )
    }
}

/// A message, and the call in it.
#[derive(Debug)]
struct MessageWish {
    message: SignedMessage,
    call: WriteCall,
}

impl Wish for MessageWish {
    type Error = MessageError;

    async fn decide<'a>(
        &'a self,
        registry: &'a Registry,
        name: &'a Name,
        place: &'a Place<'a>,
        current: &'a Arc<Entry>,
    ) -> Result<Option<Decided<'a>>, MessageError> {
        let Self { message, call } = self;
        if registry.is_newest(name, current, message).await? {
            return Ok(None);
        }
        let (owner, records) = change(call, message.sender, name, place, current)?;
        let last = registry.store.last_unversioned(name.node()).await?.unwrap_or(0);
        if message.expiration_timestamp + DISORDER_SECONDS < last {
            return Err(MessageError::Seen("a younger message has counted", name.clone()));
        }
        let digest = message.signing_digest(registry.chain_id);
        let accepted_at = registry.check_signature(message.sender, digest, &message.signature).await?;
        let state = registry.make_state(name, current, owner, records, message.expiration_timestamp)?;
        let proof = Proof::Erc7884(SignedMessage { accepted_at, ..message.clone() });
        Ok(Some(decide(place, current, state, proof, digest)?))
    }
}

fn check_time(expiration: u64, now: u64) -> Result<(), MessageError> {
    let limit = now + LIFETIME_SECONDS + SKEW_SECONDS;
    if expiration < now {
        Err(MessageError::Expired { found: expiration, now })
    } else if expiration > limit {
        Err(MessageError::ValidForTooLong { found: expiration, limit })
    } else {
        Ok(())
    }
}

/// What can be said of a call without looking at the name.
fn check_arguments(call: &WriteCall, message: &SignedMessage) -> Result<(), MessageError> {
    let (sender, begun_at) = (message.sender, message.resolver);
    let argument = |text: String| Err(MessageError::Argument(text));
    match *call {
        WriteCall::Register { owner, .. } | WriteCall::TransferFrom { owner, .. } if owner != sender => {
            Err(MessageError::OtherOwner { owner, sender })
        }
        WriteCall::Register { resolver, .. } if !resolver.is_zero() && resolver != begun_at => {
            argument(format!(
                "resolver is {resolver}: {begun_at}, whose message this is, is expected, or the zero address"
            ))
        }
        WriteCall::TransferFrom { owner, new_owner, .. } if new_owner.is_zero() || new_owner == owner => {
            argument(format!("newOwner is {new_owner}: an account that is not the owner is expected"))
        }
        _ => Ok(()),
    }
}

/// Owner and records of a name after a call, if its sender may make it.
fn change(
    call: &WriteCall,
    sender: Address,
    name: &Name,
    place: &Place<'_>,
    current: &Arc<Entry>,
) -> Result<(Address, RecordsBody), MessageError> {
    let nothing = RecordsBody::empty(B256::ZERO);
    match call {
        WriteCall::Register { .. } if current.owner.is_some() => {
            Err(ApplyError::Conflict { name: name.clone(), current: current.clone() }.into())
        }
        WriteCall::Register { owner, .. } => Ok((*owner, nothing)),
        WriteCall::TransferFrom { new_owner, .. } => {
            check_holder(sender, name, place, current).map(|()| (*new_owner, nothing))
        }
        WriteCall::SetRecord { record, .. } => {
            check_holder(sender, name, place, current)?;
            let mut records = current.records.body().clone();
            set(&mut records, record.clone());
            Ok((sender, records))
        }
    }
}

/// An address name has its owner before anybody claims it.
fn check_holder(
    sender: Address,
    name: &Name,
    place: &Place<'_>,
    current: &Arc<Entry>,
) -> Result<(), MessageError> {
    match current.owner.or_else(|| place.address()) {
        Some(owner) if owner == sender => Ok(()),
        Some(owner) => Err(MessageError::NotOwner { name: name.clone(), owner, sender }),
        None => Err(MessageError::Unclaimed { name: name.clone(), current: current.clone() }),
    }
}

/// Sets a record where it is, or behind the others. An empty value stays in its place, so that the record answers
/// nothing, whatever the name would inherit.
fn set(records: &mut RecordsBody, record: RecordValue) {
    match record {
        RecordValue::Text { key, value } => match records.texts.iter_mut().find(|text| text.key == key) {
            Some(text) => text.value = value,
            None => records.texts.push(TextRecord { key, value }),
        },
        RecordValue::Address { coin: coin_type, value } => {
            match records.addresses.iter_mut().find(|address| address.coin_type == coin_type) {
                Some(address) => address.value = value,
                None => records.addresses.push(AddressRecord { coin_type, value }),
            }
        }
        RecordValue::Contenthash(hash) => records.contenthash = hash,
    }
}
