//! What went wrong with a JSON-RPC endpoint, in words that can be logged: its URL, which often has a key in it, is not
//! among them.

use alloy::transports::{RpcError, TransportError, TransportErrorKind};

/// A fault in words.
#[derive(Clone, Debug)]
pub struct Fault(pub String);

impl From<&str> for Fault {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<TransportError> for Fault {
    fn from(error: TransportError) -> Self {
        let text = match error {
            RpcError::ErrorResp(response) => format!("{} (code {})", response.message, response.code),
            RpcError::Transport(TransportErrorKind::HttpError(error)) => {
                format!("HTTP status {}", error.status)
            }
            RpcError::Transport(TransportErrorKind::Custom(error)) => {
                match error.downcast::<reqwest::Error>() {
                    Ok(error) => innermost(&error.without_url()),
                    Err(_) => "the request failed".to_owned(),
                }
            }
            RpcError::Transport(_) => "the request failed".to_owned(),
            _ => "its answer is not one of JSON-RPC".to_owned(),
        };
        Self(shorten(&text))
    }
}

/// The cause that people understand stands at the end of the chain: "connection refused".
fn innermost(error: &dyn std::error::Error) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}

/// Messages of gateways and endpoints can hold a whole question.
pub fn shorten(message: &str) -> String {
    const KEPT: usize = 300;
    match message.char_indices().nth(KEPT) {
        Some((end, _)) => format!("{}…", message.get(..end).unwrap_or_default()),
        None => message.to_owned(),
    }
}
