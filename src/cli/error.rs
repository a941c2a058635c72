//! What went wrong, and what to do next.

use std::fmt::{self, Display};
use std::process::ExitCode;

/// An error that ends a command.
#[derive(Debug)]
pub struct CliError {
    message: String,
    next: Option<String>,
}

impl CliError {
    pub fn new(message: impl Display) -> Self {
        Self { message: message.to_string(), next: None }
    }

    /// Adds the next step.
    pub fn next(mut self, step: impl Into<String>) -> Self {
        self.next = Some(step.into());
        self
    }

    /// Tells it on standard error.
    pub fn report(&self) -> ExitCode {
        eprintln!("{self}");
        ExitCode::FAILURE
    }
}

impl Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        self.next.as_ref().map_or(Ok(()), |next| write!(f, "\n next: {next}"))
    }
}

/// Errors that need no further words.
impl<E: std::error::Error> From<E> for CliError {
    fn from(error: E) -> Self {
        Self::new(error)
    }
}
