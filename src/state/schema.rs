//! How values are written in JSON, for the API's description. Nothing is parsed here: the library's types do that.

use utoipa::ToSchema;

/// An account or a contract.
#[derive(Debug, ToSchema)]
#[schema(pattern = "^0x[0-9a-fA-F]{40}$", examples("0x7e5f4552091a69125d5dfcb7b8c2659029395bdf"))]
pub struct Address(pub String);

/// 32 bytes.
#[derive(Debug, ToSchema)]
#[schema(
    pattern = "^0x[0-9a-fA-F]{64}$",
    examples("0xbc270bf24f802319e3b8a25ddc1849548b3d9dbd62b806aa6293516ccaec7df8")
)]
pub struct Hash(pub String);

/// Any number of bytes; `0x` is none.
#[derive(Debug, ToSchema)]
#[schema(pattern = "^0x([0-9a-fA-F]{2})*$", examples("0x", "0xe301017012"))]
pub struct Bytes(pub String);

/// An ENS name in normal form (ENSIP-15), at most 255 bytes in DNS wire form.
#[derive(Debug, ToSchema)]
#[schema(min_length = 1, max_length = 253, examples("alice.user.dm3.eth"))]
pub struct Name(pub String);

/// RFC 3339 in UTC, to the second.
#[derive(Debug, ToSchema)]
#[schema(format = DateTime, pattern = "Z$", examples("2026-11-20T08:00:00Z"))]
pub struct Time(pub String);
