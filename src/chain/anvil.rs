//! Anvil as a child that never outlives us.

use std::env;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::{Instant, sleep, timeout};
use url::Url;

/// How long a port may stay in use after a predecessor died.
const PORT_TIMEOUT: Duration = Duration::from_secs(5);
/// Seconds between blocks when nobody sends anything: what a contract takes for the time is that of its block.
const BLOCK_SECONDS: &str = "12";
/// How long anvil may take to listen; a fork has to fetch its first block.
const READY_TIMEOUT: Duration = Duration::from_secs(60);
/// How long anvil may take to end.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// A shell that runs anvil and ends it as soon as its own standard input closes. The other end of that pipe is ours, so
/// the operating system closes it however we end, by `kill -9` too. Everything is in a process group of its own:
/// Ctrl-C on the terminal reaches only us, and we end things in order.
const SUPERVISOR: &str = r#"
exec 3<&0
"$@" </dev/null 3<&- &
anvil=$!
(cat <&3 >/dev/null; kill -TERM 0) &
wait "$anvil"
kill -TERM 0
"#;

/// A running anvil.
#[derive(Debug)]
pub struct Anvil {
    supervisor: Child,
    /// Closing it ends anvil.
    lifeline: Option<ChildStdin>,
    url: Url,
}

/// What anvil is started with.
#[derive(Debug)]
pub struct AnvilSettings {
    /// The port of its JSON-RPC endpoint; 0 for one that is free.
    pub port: u16,
    /// The chain id; `None` takes that of the fork.
    pub chain_id: Option<u64>,
    /// The endpoint of a chain to fork.
    pub fork_url: Option<Url>,
}

/// Why there is no local chain.
#[derive(Debug, thiserror::Error)]
pub enum AnvilError {
    /// Not installed.
    #[error("anvil is neither in node_modules/.bin nor on PATH")]
    NotFound,
    /// Somebody else has the port.
    #[error("port {0} is in use")]
    PortInUse(u16),
    /// It ended before it listened.
    #[error("anvil ended before it listened")]
    Ended,
    /// It does not listen.
    #[error("anvil does not listen after {} s", READY_TIMEOUT.as_secs())]
    Silent,
    /// It does not start.
    #[error("cannot start anvil: {0}")]
    Start(#[from] std::io::Error),
}

impl Anvil {
    /// Starts anvil, and waits until it listens.
    pub async fn start(settings: &AnvilSettings) -> Result<Self, AnvilError> {
        let begun = Instant::now();
        loop {
            match Self::try_start(settings).await {
                Err(AnvilError::Ended) if is_in_use(settings.port) => {
                    // By a predecessor, perhaps, that is about to end.
                    if begun.elapsed() > PORT_TIMEOUT {
                        return Err(AnvilError::PortInUse(settings.port));
                    }
                    sleep(Duration::from_millis(100)).await;
                }
                outcome => return outcome,
            }
        }
    }

    async fn try_start(settings: &AnvilSettings) -> Result<Self, AnvilError> {
        let program = find().ok_or(AnvilError::NotFound)?;
        let mut command = Command::new("sh");
        command.args(["-c", SUPERVISOR, "anvil"]).arg(program);
        command.args(["--host", "127.0.0.1", "--port", &settings.port.to_string()]);
        command.args(["--mixed-mining", "--block-time", BLOCK_SECONDS]);
        if let Some(chain_id) = settings.chain_id {
            command.args(["--chain-id", &chain_id.to_string()]);
        }
        if let Some(fork_url) = &settings.fork_url {
            command.args(["--fork-url", fork_url.as_str()]);
        }
        command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut supervisor = command.spawn()?;
        let lifeline = supervisor.stdin.take();
        let output = supervisor.stdout.take().ok_or(AnvilError::Ended)?;
        // Its own word, because anybody else may answer on a port that was thought to be free.
        let url = timeout(READY_TIMEOUT, listening(output)).await.map_err(|_| AnvilError::Silent)??;
        Ok(Self { supervisor, lifeline, url })
    }

    /// Its JSON-RPC endpoint.
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// Waits until it has ended by itself.
    pub async fn ended(&mut self) -> std::io::Result<ExitStatus> {
        self.supervisor.wait().await
    }

    /// Ends it, and waits until the shell that runs it is gone.
    pub async fn stop(mut self) {
        drop(self.lifeline.take());
        if timeout(STOP_TIMEOUT, self.supervisor.wait()).await.is_err() {
            // Nothing is left to do if even this fails.
            let _ = self.supervisor.kill().await;
        }
    }
}

/// The anvil that npm installed here, or the one on PATH.
fn find() -> Option<PathBuf> {
    let installed = PathBuf::from("node_modules/.bin");
    let path = env::var_os("PATH").unwrap_or_default();
    let directories = std::iter::once(installed).chain(env::split_paths(&path));
    directories.map(|directory| directory.join("anvil")).find(|program| program.is_file())
}

/// Reads what anvil prints until it tells where it listens; from then on it is read and forgotten, so that anvil never
/// waits for us.
async fn listening(output: ChildStdout) -> Result<Url, AnvilError> {
    let mut lines = BufReader::new(output).lines();
    while let Some(line) = lines.next_line().await? {
        let Some(address) = line.strip_prefix("Listening on ") else { continue };
        let url = format!("http://{}", address.trim()).parse().map_err(|_| AnvilError::Ended)?;
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        return Ok(url);
    }
    Err(AnvilError::Ended)
}

fn is_in_use(port: u16) -> bool {
    port != 0 && TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_err()
}
