//! Signals: when to end (Ctrl-C, SIGTERM, a terminal that was closed), and when to read the signer anew.

use std::io::IsTerminal;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Hears of signals from when it is made, also of those that come while nobody waits.
#[derive(Debug)]
pub struct StopSignal {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Option<Signal>,
}

/// SIGHUP, where it does not say that a terminal was closed: what supervisors send to have settings read anew.
#[derive(Debug)]
pub struct ReloadSignal(Option<Signal>);

impl StopSignal {
    /// Begins to listen; from now on signals do not end the process by themselves.
    pub fn new() -> std::io::Result<Self> {
        Ok(Self { hang_up: Some(signal(SignalKind::hangup())?), ..Self::without_hang_up()? })
    }

    /// Begins to listen as a process does that may run without a terminal: then SIGHUP is the other signal.
    pub fn with_reload() -> std::io::Result<(Self, ReloadSignal)> {
        let on_terminal = std::io::stdin().is_terminal()
            || std::io::stdout().is_terminal()
            || std::io::stderr().is_terminal();
        if on_terminal {
            return Ok((Self::new()?, ReloadSignal(None)));
        }
        Ok((Self::without_hang_up()?, ReloadSignal(Some(signal(SignalKind::hangup())?))))
    }

    fn without_hang_up() -> std::io::Result<Self> {
        let (interrupt, terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        Ok(Self { interrupt, terminate, hang_up: None })
    }

    /// Waits until somebody wants the process to end.
    pub async fn asked(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            () = received(self.hang_up.as_mut()) => {}
        }
    }
}

impl ReloadSignal {
    /// Waits until somebody wants the signer to be read anew.
    pub async fn asked(&mut self) {
        received(self.0.as_mut()).await;
    }
}

/// Waits for ever where there is nothing to wait for.
async fn received(signal: Option<&mut Signal>) {
    match signal {
        Some(signal) => {
            signal.recv().await;
        }
        None => std::future::pending().await,
    }
}
