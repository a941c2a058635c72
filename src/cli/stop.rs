//! When to end: Ctrl-C, SIGTERM, or a terminal that was closed.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Hears of signals from when it is made, also of those that come while nobody waits.
#[derive(Debug)]
pub struct StopSignal {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
}

impl StopSignal {
    /// Begins to listen; from now on signals do not end the process by themselves.
    pub fn new() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// Waits until somebody wants the process to end.
    pub async fn asked(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hang_up.recv() => {}
        }
    }
}
