//! Why nothing was fetched, and whose fault it is.

use std::time::Duration;

use super::resolve::NotPublic;

/// Why nothing was fetched. No text holds more of a URL than host and port: the rest may be a secret.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// A URL that is never asked.
    #[error("{0}")]
    Url(&'static str),
    /// The operator has not listed it.
    #[error("this gateway does not fetch from {0}")]
    NotAllowed(String),
    /// An address that is not public, or a name that leads to one. Which one is not told: names inside are nobody's
    /// business.
    #[error("{0} is not a public address, nor does it lead to one")]
    Inside(String),
    /// A port on which other protocols are spoken.
    #[error("port {0} is not one that HTTP is spoken on")]
    Port(u16),
    /// Too many others are being fetched, from this host or altogether.
    #[error("too much is being fetched at the moment: try again later")]
    Busy,
    /// It was not over in time.
    #[error("no answer: it was not complete within {} seconds", .0.as_secs_f32())]
    Timeout(Duration),
    /// No such name, no connection, no certificate, an answer that broke off.
    #[error("no answer: {0}")]
    NoAnswer(String),
    /// The other side said no, or something else than an answer.
    #[error("it answered {status}: {body}")]
    Status {
        /// Its HTTP status.
        status: u16,
        /// The beginning of what it said.
        body: String,
    },
    /// Too much.
    #[error("it answered more than {0} bytes")]
    TooLong(usize),
    /// A body in an encoding that was not asked for, such as a compressed one. It is not unpacked.
    #[error("it answered in the encoding {0}, which it was not asked for")]
    Encoding(String),
}

impl FetchError {
    /// Whether we have refused to ask: that will be so next time as well.
    pub const fn is_refused(&self) -> bool {
        matches!(self, Self::Url(_) | Self::NotAllowed(_) | Self::Inside(_) | Self::Port(_))
    }

    /// Whether nothing was learnt, and it may go better another time: no answer, or one (5xx, 408, 429) that says so.
    pub const fn is_unreachable(&self) -> bool {
        match self {
            Self::Busy | Self::Timeout(_) | Self::NoAnswer(_) => true,
            Self::Status { status, .. } => matches!(*status, 408 | 429 | 500..),
            _ => false,
        }
    }

    /// Whether there was an answer, and it is the other side that is wrong or says no.
    pub const fn is_faulty(&self) -> bool {
        !self.is_refused() && !self.is_unreachable()
    }

    pub(super) fn status(status: u16, body: &str) -> Self {
        Self::Status { status, body: body.to_owned() }
    }

    /// `place` is host and port.
    pub(super) fn of_client(error: reqwest::Error, place: &str) -> Self {
        let error = error.without_url();
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
        while let Some(this) = cause {
            if this.is::<NotPublic>() {
                return Self::Inside(place.to_owned());
            }
            cause = this.source();
        }
        Self::NoAnswer(root_cause(&error))
    }
}

/// What is behind an error of the HTTP client: the outermost one only says that there was one.
pub fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

/// The beginning of what others wrote, as one line.
pub(super) fn printable(bytes: &[u8], limit: usize) -> String {
    let text = String::from_utf8_lossy(bytes.get(..limit).unwrap_or(bytes));
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.trim().to_owned()
}
