//! The codes of problems.

use std::fmt;

use serde::Serialize;
use utoipa::ToSchema;

/// What clients tell problems apart by. A code, once given out, stays.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// A part of the request is not what it should be.
    Malformed,
    /// Not an ENS name in normal form; `normalForm` tells what to write instead, where there is one.
    InvalidName,
    /// The body could not be read, or is too large.
    Body,
    /// The state is that of another name than the path's.
    OtherName,
    /// The state is for another chain.
    OtherChain,
    /// The message is not for a contract that this gateway answers for.
    OtherDomain,
    /// `validUntil`, or `expirationTimestamp`, is too far ahead.
    ValidForTooLong,
    /// The proof does not prove that the state may be.
    Proof,
    /// Not one label under its zone.
    NotOneLabel,
    /// The zone has address names only.
    NotAnAddress,
    /// Another account's address name.
    BelongsToAddress,
    /// A label like an address, where that could mislead.
    LikeAnAddress,
    /// The zone's operator keeps the label.
    Reserved,
    /// The label is too short.
    TooShort,
    /// The owner holds as many names as it may.
    Quota,
    /// Somebody else decides about the name.
    NotOwner,
    /// Nothing is served under this path.
    NoSuchRoute,
    /// The name is outside of all zones.
    NoSuchZone,
    /// Nobody ever claimed a name with this node.
    UnknownNode,
    /// Nobody holds the name; `nextVersion` and `previous` are what a claim has to say.
    Unclaimed,
    /// Something is served under this path, but not by this method.
    MethodNotAllowed,
    /// The name is taken, or the version is not the next one; tells the current one.
    Conflict,
    /// Nobody holds the name that is to be released.
    NothingToRelease,
    /// `validUntil`, `expirationTimestamp`, or the time of a message, has passed.
    Expired,
    /// A record that cannot be.
    InvalidRecord,
    /// The name has been changed as often as it may be in a day.
    TooOften,
    /// Something failed in the gateway.
    Internal,
    /// The database does not answer.
    Database,
    /// The signer of answers does not sign.
    Signer,
    /// The chain does not answer.
    Chain,
    /// Something that a profile is looked up with does not answer.
    Unreachable,
    /// No valid token of a session.
    Session,
    /// Not the operator's token.
    Operator,
    /// The delivery service keeps no accounts here.
    NoSuchService,
    /// The message is for another delivery service.
    OtherService,
    /// The account's name has no profile here.
    NoProfile,
    /// The delivery service has no such account.
    NoAccount,
    /// The delivery service has this account already.
    AccountExists,
    /// The message has counted before, or a younger one has.
    Seen,
    /// Spam rules that cannot be.
    InvalidSpamRules,
    /// There are more requests than the gateway takes at a time.
    Overloaded,
    /// The request took too long.
    Timeout,
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(formatter)
    }
}
