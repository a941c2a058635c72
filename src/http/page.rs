//! Pages of long lists: `{"items": […], "next": cursor or null}`.

use serde::Serialize;
use utoipa::ToSchema;

use super::problem::Problem;

/// How many items a page has when nobody says so.
const DEFAULT_LIMIT: u32 = 50;
/// How many it may have.
const MAX_LIMIT: u32 = 200;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// What is on it.
    items: Vec<T>,
    /// The `cursor` of the page after it; null on the last one.
    #[schema(required)]
    next: Option<String>,
}

impl<T> Page<T> {
    /// A page; `next` is the cursor behind its last item, if more may follow.
    pub const fn new(items: Vec<T>, next: Option<String>) -> Self {
        Self { items, next }
    }

    /// A list that is short by its nature.
    pub const fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }
}

/// How many items to give, when a caller asks for `wanted`.
///
/// # Errors
/// When that is out of range.
pub fn limit(wanted: Option<u32>) -> Result<u32, Problem> {
    match wanted.unwrap_or(DEFAULT_LIMIT) {
        limit @ 1..=MAX_LIMIT => Ok(limit),
        limit => Err(Problem::malformed(format!("limit is {limit}, 1 to {MAX_LIMIT} are allowed"))),
    }
}
