//! `doctor`: checks the whole path of a name.

use std::time::Duration;

use alloy::primitives::Address;
use serde_json::json;
use url::Url;

use super::client::parse_name;
use super::error::CliError;
use super::terminal::{self, shown};
use crate::clock::Clock;
use crate::doctor::{Examination, Finding, Report, Status};
use crate::ens::Name;

/// Check the whole path of a name, from the chain to the gateways' answers, and say how to mend what is broken
///
/// A line for each check. Ends with 0 when nothing is broken, also with warnings, and with 1 otherwise.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  dm3-gateway doctor alice.user.dm3.eth --rpc-url https://rpc.example
  dm3-gateway doctor user.dm3.eth --rpc-url https://rpc.example --json --timeout-seconds 5")]
pub struct Args {
    /// A name of one of the zones, claimed or not, or a zone itself
    #[arg(value_parser = parse_name)]
    name: Name,
    /// JSON-RPC endpoint of the chain
    #[arg(long, env = "DM3_RPC_URL", value_name = "URL", hide_env_values = true)]
    rpc_url: Url,
    /// Where the ENS registry is [default: where it is on mainnet and Sepolia]
    #[arg(long, value_name = "ADDRESS")]
    registry: Option<Address>,
    /// How long each question may take
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=300))]
    timeout_seconds: u64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub async fn run(args: Args, clock: Clock) -> Result<(), CliError> {
    let examination = Examination {
        name: args.name,
        rpc_url: args.rpc_url,
        registry: args.registry,
        timeout: Duration::from_secs(args.timeout_seconds),
        clock,
    };
    let report = examination.run().await?;
    let (broken, warnings) = (report.count(Status::Broken), report.count(Status::Warning));
    if args.json {
        terminal::print(json!({
            "name": examination.name.as_str(),
            "healthy": broken == 0,
            "broken": broken,
            "warnings": warnings,
            "checks": report.findings(),
        }))?;
    } else {
        terminal::print(describe(&report))?;
    }
    match broken {
        0 => Ok(()),
        1 => Err(CliError::new("1 check found something broken")),
        _ => Err(CliError::new(format!("{broken} checks found something broken"))),
    }
}

fn describe(report: &Report) -> String {
    let width = report.findings().iter().map(|finding| finding.check.len()).max().unwrap_or_default();
    report.findings().iter().map(|finding| line(finding, width)).collect::<Vec<_>>().join("\n")
}

fn line(finding: &Finding, width: usize) -> String {
    let Finding { check, subject, status, message, next } = finding;
    let status = match status {
        Status::Ok => "ok",
        Status::Warning => "warning",
        Status::Broken => "broken",
    };
    let next = next.as_ref().map_or_else(String::new, |next| format!("; next: {next}"));
    shown(&format!("{status:7}  {check:width$}  {subject} {message}{next}"))
}
