//! `serve`: runs the gateway.

use std::env::VarError;
use std::io::IsTerminal;

use zeroize::Zeroizing;

use super::client::gateway_flag;
use super::error::CliError;
use super::logging::{self, LogFormat};
use super::stop::StopSignal;
use crate::clock::Clock;
use crate::config::{Secrets, ServeArgs, Settings};
use crate::http::{Server, StartError};
use crate::store::StoreError;

/// Run the gateway
///
/// With nothing set it listens on 127.0.0.1:8080, keeps names in ./dm3-gateway.db, makes ./signer.key on first start,
/// and serves the zones addr.dm3.eth and user.dm3.eth.
///
/// SIGHUP has the key that signs answers read anew. Started on a terminal, the gateway ends with it: it was closed then.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  dm3-gateway serve
  dm3-gateway serve --config gateway.toml
  DM3_LISTEN=0.0.0.0:80 DM3_DATABASE_URL=sqlite:///var/lib/dm3/names.db dm3-gateway serve")]
pub struct Args {
    #[command(flatten)]
    settings: ServeArgs,
    /// How log lines look
    #[arg(long, env = "DM3_LOG_FORMAT", value_enum, default_value_t)]
    log_format: LogFormat,
    /// What is logged: error, warn, info, or debug for every request
    #[arg(long, env = "DM3_LOG", value_name = "FILTER", default_value = "info")]
    log: String,
}

/// Runs the command.
pub async fn run(args: Args, clock: Clock) -> Result<(), CliError> {
    logging::init(args.log_format, &args.log)?;
    let (mut stop, mut reload) = StopSignal::with_reload()?;
    let settings = load_settings(&args.settings)?;
    let server = Server::start(&settings, clock).await.map_err(|error| explain(&error))?;
    if let Some(path) = server.made_key() {
        tracing::info!(file = %path.display(), signer = %server.signer(), "made the key that signs answers");
    }
    if let Some(path) = server.made_secret() {
        tracing::info!(file = %path.display(), "made the secret of sessions");
    }
    let zones = server.zones().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    tracing::info!(url = %server.public_url(), listen = %server.address(), signer = %server.signer(), %zones, "serving");
    if std::io::stderr().is_terminal() {
        eprintln!("{}", what_to_try(&server));
    }
    loop {
        tokio::select! {
            () = stop.asked() => break,
            () = reload.asked() => reload_signer(&server, &args.settings).await,
        }
    }
    tracing::info!("stopping: finishing what has begun; a second signal stops at once");
    tokio::select! {
        () = server.stop() => {}
        () = stop.asked() => return Err(CliError::new("stopped before everything was finished")),
    }
    tracing::info!("stopped");
    Ok(())
}

fn load_settings(args: &ServeArgs) -> Result<Settings, CliError> {
    let [signer_key, session_secret, purge_token] =
        ["DM3_SIGNER_KEY", "DM3_SESSIONS_SECRET", "DM3_LOOKUPS_PURGE_TOKEN"].map(secret);
    let (signer_key, session_secret, purge_token) = (signer_key?, session_secret?, purge_token?);
    let secrets = Secrets {
        signer_key: signer_key.as_deref().map(String::as_str),
        session_secret: session_secret.as_deref().map(String::as_str),
        purge_token: purge_token.as_deref().map(String::as_str),
    };
    Ok(Settings::load(args.clone(), secrets)?)
}

/// Of the settings only the signer is read anew. Whatever is wrong with it, the gateway goes on as before.
async fn reload_signer(server: &Server, args: &ServeArgs) {
    let reloaded = match load_settings(args) {
        Ok(settings) => server.reload_signer(&settings.signer).await.map_err(CliError::from),
        Err(error) => Err(error),
    };
    match reloaded {
        Ok(()) => tracing::info!(signer = %server.signer(), "read the signer anew"),
        Err(error) => {
            tracing::error!(signer = %server.signer(), %error, "cannot read the signer anew; the one before signs on");
        }
    }
}

/// A secret in the environment.
fn secret(variable: &str) -> Result<Option<Zeroizing<String>>, CliError> {
    match std::env::var(variable) {
        Ok(text) => Ok(Some(Zeroizing::new(text))),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(CliError::new(format!("{variable} is not text"))),
    }
}

fn what_to_try(server: &Server) -> String {
    let example = server.zones().last().map_or_else(String::new, |zone| format!("alice.{zone}"));
    let program = std::env::args().next().unwrap_or_else(|| env!("CARGO_PKG_NAME").into());
    let gateway = gateway_flag(server.public_url());
    let url = server.public_url();
    format!(
        "\nTry, in another terminal:\n  {program} key new --out wallet.key\n  \
         {program} claim {example} --key-file wallet.key{gateway}\n  \
         {program} resolve {example}{gateway}\n\n\
         Or claim a name in a browser that has a wallet: {url}\n\nCtrl-C stops the gateway.\n"
    )
}

/// What to do when the gateway does not start.
fn explain(error: &StartError) -> CliError {
    let told = CliError::new(error);
    match error {
        StartError::Listen { .. } => {
            told.next("choose another address with --listen, for example 127.0.0.1:8081")
        }
        StartError::Store(StoreError::OtherChain { stored, .. }) => {
            told.next(format!("set chain_id = {stored}, or choose another database_url"))
        }
        StartError::Store(StoreError::Database(_) | StoreError::Open { .. }) => {
            told.next("check that the directory of database_url exists and can be written to")
        }
        _ => told,
    }
}
