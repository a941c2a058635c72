//! Structured logs on standard error.

use std::io::IsTerminal;

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;

use super::error::CliError;

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum LogFormat {
    /// For people on a terminal, JSON otherwise
    #[default]
    Auto,
    /// For people
    Text,
    /// One JSON object a line
    Json,
}

/// Begins to log. `filter` is in the syntax of tracing's `EnvFilter`, such as `info` or `dm3_gateway=debug`.
pub fn init(format: LogFormat, filter: &str) -> Result<(), CliError> {
    let filter = EnvFilter::try_new(filter).map_err(|error| {
        CliError::new(format!("DM3_LOG: {error}")).next("try DM3_LOG=info, or debug for every request")
    })?;
    // Its spans hold the URL of the RPC endpoint, which often has a key in it.
    let quiet = "alloy_transport_http=off".parse().map_err(CliError::new)?;
    let filter = filter.add_directive(quiet);
    let is_text = match format {
        LogFormat::Auto => std::io::stderr().is_terminal(),
        LogFormat::Text => true,
        LogFormat::Json => false,
    };
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if is_text {
        subscriber.with_target(false).compact().init();
    } else {
        subscriber.json().flatten_event(true).init();
    }
    Ok(())
}
