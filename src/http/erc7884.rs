//! Writes that begin at a resolver contract (ERC-7884): what it had somebody sign is posted here.

use alloy::primitives::{self, Address, U256};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::schema::OneOfBuilder;
use utoipa::openapi::{ObjectBuilder, Schema, Type};

use super::code::Code;
use super::name_resources::NameResource;
use super::problem::Problem;
use super::{Shared, examples};
use crate::ens::wire::WireError;
use crate::ens::write::WriteCallError;
use crate::registry::MessageError;
use crate::state::{MessageDomain, SignedMessage, schema, strict_hex};

/// A signed message, in either of the forms that clients send.
// Serde would tell the forms apart, but not say what is wrong with the one that was meant.
#[derive(Deserialize, ToSchema)]
#[schema(as = Erc7884Body)]
#[serde(untagged)]
enum Body {
    Flat(FlatBody),
    Nested(NestedBody),
}

/// What the contract's error has, in its order, and the signature.
#[derive(Deserialize, ToSchema)]
#[schema(as = Erc7884Message)]
#[serde(deny_unknown_fields)]
struct FlatBody {
    /// The domain.
    sender: DomainBody,
    /// The message.
    data: MessageBody,
    /// The sender's: 65 bytes `r ‖ s ‖ v`, or what a contract account takes (ERC-1271, ERC-6492).
    #[serde(deserialize_with = "strict_hex::deserialize")]
    #[schema(value_type = schema::Bytes)]
    signature: primitives::Bytes,
}

/// What Blockful's client and its ensjs send: a lookup by POST, with domain and message beside the signature.
#[derive(Deserialize, ToSchema)]
#[schema(as = Erc7884Nested)]
#[serde(deny_unknown_fields)]
struct NestedBody {
    /// The message's `data`.
    #[serde(deserialize_with = "strict_hex::deserialize")]
    #[schema(value_type = schema::Bytes)]
    data: primitives::Bytes,
    /// The message's `sender`.
    #[serde(deserialize_with = "strict_hex::deserialize")]
    #[schema(value_type = schema::Address)]
    sender: Address,
    /// All that was signed.
    signature: NestedSignature,
}

/// A signature, with what it was made over.
#[derive(Deserialize, ToSchema)]
#[schema(as = Erc7884Signature)]
#[serde(deny_unknown_fields)]
struct NestedSignature {
    /// The message.
    message: MessageBody,
    /// The domain.
    domain: DomainBody,
    /// As in the other form.
    #[serde(deserialize_with = "strict_hex::deserialize")]
    #[schema(value_type = schema::Bytes)]
    signature: primitives::Bytes,
}

/// The EIP-712 domain.
#[derive(Deserialize, ToSchema)]
#[schema(as = Erc7884Domain)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DomainBody {
    /// `dm3-gateway`.
    name: String,
    /// `1`.
    version: String,
    /// The chain of the contract.
    #[schema(schema_with = integer)]
    chain_id: U256,
    /// The contract.
    #[serde(deserialize_with = "strict_hex::deserialize")]
    #[schema(value_type = schema::Address)]
    verifying_contract: Address,
}

/// The EIP-712 message.
#[derive(Deserialize, ToSchema)]
#[schema(as = Erc7884Data)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct MessageBody {
    /// A call of `setText`, `setAddr`, `setContenthash`, `register` or `transferFrom`, as Solidity encodes it.
    #[serde(deserialize_with = "strict_hex::deserialize")]
    #[schema(value_type = schema::Bytes)]
    data: primitives::Bytes,
    /// Who signs.
    #[serde(deserialize_with = "strict_hex::deserialize")]
    #[schema(value_type = schema::Address)]
    sender: Address,
    /// Unix seconds after which the message is not taken.
    #[schema(schema_with = integer)]
    expiration_timestamp: U256,
}

/// Clients send large integers as text, because JavaScript's JSON has none.
fn integer() -> Schema {
    let number = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0));
    let text = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^([0-9]+|0x[0-9a-fA-F]+)$"));
    OneOfBuilder::new().item(number).item(text).build().into()
}

/// Change a name with a message that a resolver contract made (ERC-7884, ENSIP-20)
///
/// The contract tells a wallet what to sign, and to post it here. Each message counts once, for an hour. A record that is
/// set to the empty value answers nothing. A registration has no price, no end and no commitment; `duration` and `secret`
/// can be anything. A name that changes its owner loses its records.
#[utoipa::path(post, path = "/v1/erc7884", tag = "names", operation_id = "apply_message",
    request_body(content = Body, example = json!(examples::message())),
    responses(
        (status = 200, description = "It is so; also when it was the message before", body = NameResource),
        (status = 400, description = "`malformed`, `invalid-name`, `other-domain`, `valid-for-too-long`, `body`"),
        (status = 401, description = "`proof`"),
        (status = 403, description = "`not-owner`, `not-one-label`, `not-an-address`, `belongs-to-address`, \
            `like-an-address`, `reserved`, `too-short`, `quota`"),
        (status = 404, description = "`unknown-node`, `unclaimed`, `no-such-zone`"),
        (status = 409, description = "`conflict`: taken; `seen`"),
        (status = 410, description = "`expired`"),
        (status = 413, description = "`body`"),
        (status = 422, description = "`invalid-record`"),
        (status = 429, description = "`too-often`"),
        Problem,
    ))]
pub async fn apply(
    State(app): State<Shared>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let body = body.map_err(|error| Problem::new(error.status(), Code::Body, error.body_text()))?;
    let (domain, message) = parse(&body)?;
    let (name, entry) = app.registry.apply_message(&domain, message).await?;
    let zones = app.registry.zones();
    let zone = zones.place(&name).map(|place| place.zone()).ok_or_else(|| Problem::no_such_zone(&name))?;
    let resource = NameResource::of(&name, zone, app.registry.chain_id(), &entry)
        .ok_or_else(|| Problem::unclaimed(&name, &entry))?;
    Ok(([(header::CACHE_CONTROL, "no-cache")], Json(resource)).into_response())
}

fn parse(body: &[u8]) -> Result<(MessageDomain, SignedMessage), Problem> {
    let whole: Value = read(body)?;
    let is_nested = whole.get("signature").is_some_and(Value::is_object);
    // Read again, because errors in what was read before do not say where they are.
    let body = if is_nested { Body::Nested(read(body)?) } else { Body::Flat(read(body)?) };
    let FlatBody { sender: domain, data: message, signature } = body.flattened()?;
    let DomainBody { name, version, chain_id, verifying_contract } = domain;
    // Larger numbers than fit are refused for being too large.
    let domain = MessageDomain { name, version, chain_id: chain_id.saturating_to(), verifying_contract };
    let MessageBody { data, sender, expiration_timestamp } = message;
    let message = SignedMessage {
        resolver: verifying_contract,
        data,
        sender,
        expiration_timestamp: expiration_timestamp.saturating_to(),
        signature,
        accepted_at: None,
    };
    Ok((domain, message))
}

impl Body {
    fn flattened(self) -> Result<FlatBody, Problem> {
        let NestedBody { data, sender, signature } = match self {
            Self::Flat(body) => return Ok(body),
            Self::Nested(body) => body,
        };
        let NestedSignature { message, domain, signature } = signature;
        if data == message.data && sender == message.sender {
            Ok(FlatBody { sender: domain, data: message, signature })
        } else {
            Err(Problem::malformed("data and sender are not those of the message that was signed"))
        }
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| {
        Problem::malformed(format!(
            "the body is not a signed message (ERC-7884), {{\"sender\": domain, \"data\": message, \"signature\": \
             \"0x…\"}}: {error}"
        ))
    })
}

impl From<MessageError> for Problem {
    fn from(error: MessageError) -> Self {
        let detail = error.to_string();
        let new = |status, code| Self::new(status, code, detail.clone());
        match error {
            MessageError::OtherDomain { .. } => new(StatusCode::BAD_REQUEST, Code::OtherDomain),
            MessageError::ValidForTooLong { .. } => new(StatusCode::BAD_REQUEST, Code::ValidForTooLong),
            MessageError::Expired { .. } => new(StatusCode::GONE, Code::Expired),
            MessageError::Call(WriteCallError::Name(WireError::Name(error))) => error.into(),
            MessageError::Call(WriteCallError::CoinType(_)) => {
                new(StatusCode::UNPROCESSABLE_ENTITY, Code::InvalidRecord)
            }
            MessageError::Call(_) | MessageError::Argument(_) => {
                new(StatusCode::BAD_REQUEST, Code::Malformed)
            }
            MessageError::OtherOwner { .. } | MessageError::NotOwner { .. } => {
                new(StatusCode::FORBIDDEN, Code::NotOwner)
            }
            MessageError::UnknownNode(_) => new(StatusCode::NOT_FOUND, Code::UnknownNode),
            MessageError::Unclaimed { name, current } => Self::unclaimed(&name, &current),
            MessageError::Seen(..) => new(StatusCode::CONFLICT, Code::Seen),
            MessageError::Apply(error) => error.into(),
        }
    }
}
