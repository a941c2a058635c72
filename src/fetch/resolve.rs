//! Names to addresses.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::Semaphore;

use super::address::is_public;

/// Threads that wait for the system's resolver. A name whose server is slow keeps one for longer than its fetch lasts.
const THREADS: usize = 64;
/// Of the addresses of a name, so many are tried.
const ADDRESSES: usize = 16;

/// A name leads to an address that is not public.
#[derive(Debug, thiserror::Error)]
#[error("the name leads to an address that is not public")]
pub struct NotPublic;

/// The system's resolver. A call of it cannot be ended from outside, so the number of those is bounded here.
pub struct System {
    threads: Arc<Semaphore>,
}

impl Default for System {
    fn default() -> Self {
        Self { threads: Arc::new(Semaphore::new(THREADS)) }
    }
}

impl Resolve for System {
    fn resolve(&self, name: Name) -> Resolving {
        let threads = self.threads.clone();
        Box::pin(async move {
            let thread = threads.acquire_owned().await?;
            let look_up = move || -> io::Result<Vec<SocketAddr>> {
                let _thread = thread;
                Ok((name.as_str(), 0).to_socket_addrs()?.collect())
            };
            let found = tokio::task::spawn_blocking(look_up).await??;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Resolves names to public addresses only. The connection goes to what was resolved here, so that a second answer of
/// the name's server changes nothing. One inside address among public ones is enough to refuse: no honest name has that.
pub struct PublicOnly(pub Arc<dyn Resolve>);

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let found = self.0.resolve(name);
        Box::pin(async move {
            let found: Vec<SocketAddr> = found.await?.collect();
            if found.iter().any(|address| !is_public(address.ip())) {
                return Err(NotPublic.into());
            }
            Ok(Box::new(found.into_iter().take(ADDRESSES)) as Addrs)
        })
    }
}
