//! `openapi`: the API in a form that programs read.

use super::error::CliError;
use super::terminal;
use crate::http;

/// Print the OpenAPI document of the gateway's API, as GET /openapi.json serves it
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  dm3-gateway openapi > openapi.json")]
pub struct Args {
    /// Print JSON; it always does
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(Args { json: _ }: Args) -> Result<(), CliError> {
    terminal::print(http::document().to_pretty_json()?)
}
