//! `profile`: anybody's verified dm3 profile.

use super::client::{GatewayArgs, parse_name};
use super::error::CliError;
use super::terminal::{self, shown, told};
use crate::ens::Name;
use crate::lookup::{Client, ClientError, ProfileLookup, Verdict};

/// Look up anybody's dm3 profile, verified, through a gateway
///
/// Ends 0 when the profile is verified, 1 when it is absent, invalid or unreachable.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  dm3-gateway profile alice.user.dm3.eth
  dm3-gateway profile vitalik.eth --max-age 0
  dm3-gateway profile alice.eth --json | jq .evidence")]
pub struct Args {
    /// Any ENS name
    #[arg(value_parser = parse_name)]
    name: Name,
    /// Look it up again if that was so many seconds ago or more; 0: in any case
    #[arg(long, value_name = "SECONDS")]
    max_age: Option<u64>,
    #[command(flatten)]
    gateway: GatewayArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub async fn run(args: Args) -> Result<(), CliError> {
    let client = Client::new(args.gateway.url().clone()).map_err(|error| explain(&error))?;
    let lookup = client.profile(&args.name, args.max_age).await.map_err(|error| explain(&error))?;
    if args.json {
        terminal::print(serde_json::to_string_pretty(&lookup)?)?;
    } else {
        terminal::print(describe(&lookup))?;
    }
    match lookup.verdict {
        Verdict::Verified => Ok(()),
        Verdict::Absent => Err(refused(&lookup, "there is no dm3 profile").next("its owner can publish one")),
        Verdict::Invalid => {
            Err(refused(&lookup, "the dm3 profile must not be used").next("its owner has to publish it anew"))
        }
        Verdict::Unreachable => Err(refused(&lookup, "whether there is a dm3 profile is not known")
            .next("try again; --json tells what was reached")),
    }
}

fn refused(lookup: &ProfileLookup, what: &str) -> CliError {
    let reason = lookup.reason.as_deref().unwrap_or("no reason is given");
    CliError::new(format!("{}: {what}: {}", told(&lookup.name), told(reason)))
}

fn explain(error: &ClientError) -> CliError {
    let message = CliError::new(told(&error.to_string()));
    match error {
        ClientError::Url(_) | ClientError::Http(_) | ClientError::Stream(_) => {
            message.next("check --gateway; is it running there?")
        }
        ClientError::Refused { .. } => message,
    }
}

fn lower(word: &impl std::fmt::Debug) -> String {
    format!("{word:?}").to_lowercase()
}

/// A line for each thing there is to know.
fn describe(lookup: &ProfileLookup) -> String {
    let mut lines = vec![
        ("name", lookup.name.clone()),
        ("verdict", lower(&lookup.verdict)),
        ("freshness", format!("{}, looked up {}", lower(&lookup.freshness), lookup.resolved_at)),
    ];
    lines.extend(lookup.address.map(|address| ("account", address.to_string())));
    if let Some(profile) = &lookup.profile {
        lines.push(("signing key", profile.public_signing_key.clone()));
        lines.push(("encryption key", profile.public_encryption_key.clone()));
    }
    for service in &lookup.delivery_services {
        let what = match (&service.profile, &service.reason) {
            (Some(profile), _) => profile.url.clone(),
            (None, Some(reason)) => format!("{}: {reason}", lower(&service.verdict)),
            (None, None) => lower(&service.verdict),
        };
        lines.push(("delivery service", format!("{} {what}", service.name)));
    }
    let line = |(label, value): &(&str, String)| format!("{label:16}  {}", shown(value));
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}
