//! `show`: what a gateway knows about a name.

use serde::Deserialize;

use super::client::{GatewayArgs, HeldName, parse_name};
use super::error::CliError;
use super::terminal::{self, shown};
use crate::ens::{Name, address, contenthash as content_uri};
use crate::state::RecordsBody;

/// Show what a name holds: its owner, its version and its records
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  dm3-gateway show alice.user.dm3.eth")]
pub struct Args {
    /// The name
    #[arg(value_parser = parse_name)]
    name: Name,
    #[command(flatten)]
    gateway: GatewayArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub async fn run(args: Args) -> Result<(), CliError> {
    let shown = args.gateway.client()?.name_json(&args.name).await?;
    if args.json {
        terminal::print(shown)
    } else {
        let held = HeldName::deserialize(&shown)?;
        terminal::print(describe(&args.name, &held))
    }
}

/// A line for each thing there is to know.
fn describe(name: &Name, held: &HeldName) -> String {
    let line = |label: &str, value: &dyn ToString| (shown(label), shown(&value.to_string()));
    let mut lines = vec![
        line("name", name),
        line("owner", &held.owner),
        line("version", &held.version),
        line("state", &held.state_hash),
        line("claimed", &held.created_at),
        line("changed", &held.updated_at),
    ];
    let RecordsBody { texts, addresses, data, contenthash, salt: _ } = &held.records;
    lines.extend(texts.iter().map(|record| line(&format!("text {}", record.key), &record.value)));
    lines.extend(addresses.iter().map(|record| {
        let text = address::format(record.coin_type, &record.value);
        line(&format!("address {}", record.coin_type), &text)
    }));
    lines.extend(data.iter().map(|record| line(&format!("data {}", record.key), &record.value)));
    if !contenthash.is_empty() {
        lines.push(line("contenthash", &content_uri::format(contenthash)));
    }
    let width = lines.iter().map(|(label, _)| label.chars().count()).max().unwrap_or_default();
    lines.iter().map(|(label, value)| format!("{label:width$}  {value}")).collect::<Vec<_>>().join("\n")
}
