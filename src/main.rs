//! Starts; everything else is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    dm3_gateway::cli::run()
}
