//! The command line: one file a command.

mod claim;
mod client;
mod dev;
mod error;
mod key;
mod logging;
mod openapi;
mod profile;
mod release;
mod resolve;
mod serve;
mod show;
mod stop;
mod terminal;
mod wallet;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::clock::Clock;
use error::CliError;

/// Offchain ENS resolver gateway: free names with dm3 profiles, served as signed answers.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "Examples:
  dm3-gateway serve
  dm3-gateway key new --out wallet.key
  dm3-gateway claim alice.user.dm3.eth --key-file wallet.key
  dm3-gateway show alice.user.dm3.eth
  dm3-gateway resolve alice.user.dm3.eth --text network.dm3.profile
  dm3-gateway profile alice.user.dm3.eth
  dm3-gateway dev";

#[derive(Debug, Subcommand)]
enum Command {
    Serve(Box<serve::Args>),
    Dev(dev::Args),
    Claim(claim::Args),
    Show(show::Args),
    Release(release::Args),
    Resolve(resolve::Args),
    Profile(profile::Args),
    #[command(subcommand)]
    Key(key::Command),
    Openapi(openapi::Args),
}

/// Runs the command that the process was started with. 0: done, 1: failed, 2: wrong usage.
pub fn run() -> ExitCode {
    let command = Cli::parse().command;
    crate::fetch::choose_tls();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return CliError::new(format!("cannot start: {error}")).report(),
    };
    match runtime.block_on(dispatch(command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => error.report(),
    }
}

async fn dispatch(command: Command) -> Result<(), CliError> {
    let clock = Clock::System;
    match command {
        Command::Serve(args) => serve::run(*args, clock).await,
        Command::Dev(args) => dev::run(args, clock).await,
        Command::Claim(args) => claim::run(args, &clock).await,
        Command::Show(args) => show::run(args).await,
        Command::Release(args) => release::run(args, &clock).await,
        Command::Resolve(args) => resolve::run(args, &clock).await,
        Command::Profile(args) => profile::run(args).await,
        Command::Key(command) => key::run(command),
        Command::Openapi(args) => openapi::run(args),
    }
}
