//! What time it is. Tests hold a clock in their hand: pausing the runtime moves neither a signature's expiry nor
//! the system time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A source of the current time in unix seconds.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// A clock that stands still until somebody sets it.
    Held(Arc<AtomicU64>),
}

impl Clock {
    /// A clock that stands at `unix_seconds`, and the hand to move it with.
    pub fn held(unix_seconds: u64) -> (Self, Arc<AtomicU64>) {
        let hand = Arc::new(AtomicU64::new(unix_seconds));
        (Self::Held(hand.clone()), hand)
    }

    /// Unix seconds.
    pub fn now(&self) -> u64 {
        match self {
            Self::System => {
                SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
            }
            Self::Held(hand) => hand.load(Ordering::SeqCst),
        }
    }
}

/// RFC 3339 in UTC, to the second.
pub fn rfc3339(unix_seconds: u64) -> String {
    // The last second of the year 9999, behind which the format has no words.
    const LAST: u64 = 253_402_300_799;
    humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_secs(unix_seconds.min(LAST))).to_string()
}
