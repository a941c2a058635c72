//! The server: from settings to open connections, and back.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use alloy::primitives::Address;
use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use sha2::{Digest, Sha256};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot, watch};
use tokio::task::JoinHandle;
use tokio_io_timeout::TimeoutStream;

use super::router::router;
use super::{App, Shared};
use crate::chain::{ContractAccounts, Signatures};
use crate::clock::Clock;
use crate::config::{Limits, RpcUrl, SessionSecretSettings, Settings, SignerSettings};
use crate::ens::{Name, NameError};
use crate::fetch::{Fetcher, choose_tls};
use crate::gateway::{Gateway, Signer, SignerLoadError};
use crate::lookup::{LookupParts, Lookups};
use crate::registry::{Registry, RegistryError};
use crate::session::{SessionSecretError, SessionSecrets, Sessions};
use crate::store::{Store, StoreError};

/// Requests at a time on one HTTP/2 connection.
const STREAMS: u32 = 32;

/// How long a stopping server waits for connections that are still busy.
const STOP_TIMEOUT: Duration = Duration::from_secs(20);

/// A running gateway.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    app: Shared,
    made_key: Option<PathBuf>,
    made_secret: Option<PathBuf>,
    stop: oneshot::Sender<()>,
    /// Streams end when it is dropped.
    streaming: watch::Sender<()>,
    task: JoinHandle<()>,
}

/// Why the gateway does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The zones or the account stores of the settings.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The delivery services of the settings.
    #[error("delivery_services: {0}")]
    DeliveryService(#[from] NameError),
    /// The signer.
    #[error(transparent)]
    Signer(#[from] SignerLoadError),
    /// The file with the secret of sessions holds none.
    #[error("the session secret file {path}: {source}")]
    SessionSecret {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: SessionSecretError,
    },
    /// The file with the secret of sessions cannot be read or made.
    #[error("the session secret file {path}: {source}")]
    SessionFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The client for batches, or for the chain.
    #[error("cannot make an HTTP client: {0}")]
    Client(#[from] reqwest::Error),
    /// The address to listen on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
}

impl Server {
    /// Opens the database, loads or makes the signer's key, and takes requests.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn start(settings: &Settings, clock: Clock) -> Result<Self, StartError> {
        let delivery_services =
            settings.delivery_services.iter().map(|name| Name::parse(name)).collect::<Result<_, _>>()?;
        let store = Store::open(&settings.database_url, settings.chain_id).await?;
        let signatures = Arc::new(Signatures::new(contract_accounts(settings)?));
        let registry = Arc::new(Registry::new(store, settings, signatures.clone(), clock.clone())?);
        let lookups = Lookups::new(LookupParts {
            chain_id: settings.chain_id,
            rpc_url: settings.rpc_url.clone(),
            registry: Some(registry.clone()),
            signatures,
            settings: &settings.lookups,
            // The answer has to be out before the request's own time is over.
            patience: Duration::from_secs(settings.limits.request_seconds) * 4 / 5,
            clock: clock.clone(),
        })?;
        let lookups = Arc::new(lookups);
        if settings.lookups.keep {
            lookups.remember().await;
        } else {
            registry.forget_lookups(u64::MAX).await?;
        }
        let (signer, made_key) = Signer::load_or_make(&settings.signer).await?;
        let listen_error = |source| StartError::Listen { address: settings.listen, source };
        let listener = TcpListener::bind(settings.listen).await.map_err(listen_error)?;
        let address = listener.local_addr().map_err(listen_error)?;
        let public_url = settings.public_url.clone().unwrap_or_else(|| local_url(address));
        let (secrets, made_secret) = load_session_secrets(&settings.sessions.secret)?;
        let audience = settings.sessions.audience.clone();
        let audience = audience.unwrap_or_else(|| public_url.as_str().trim_end_matches('/').to_owned());
        let sessions = Sessions::new(&secrets, audience, clock.clone());
        let fetcher = Fetcher::listed(&settings.answers.batch_hosts)?;
        let gateway = Gateway::new(registry.clone(), signer, fetcher, public_url.clone(), settings, clock);
        let (streaming, stopping) = watch::channel(());
        let app = Arc::new(App {
            registry,
            gateway,
            sessions,
            lookups,
            watches: Arc::new(Semaphore::new(settings.lookups.watches)),
            stopping,
            purge_token: settings
                .lookups
                .purge_token
                .as_ref()
                .map(|token| Sha256::digest(token.as_str()).into()),
            delivery_services,
            public_url,
            limits: settings.limits,
        });
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(accept(listener, router(app.clone()), settings.limits, stopped));
        Ok(Self { address, app, made_key, made_secret, stop, streaming, task })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base URL under which others reach it.
    pub fn public_url(&self) -> &str {
        self.app.public_url.as_str().trim_end_matches('/')
    }

    /// Its lookups of profiles.
    pub fn lookups(&self) -> &Arc<Lookups> {
        &self.app.lookups
    }

    /// The account that signs its answers.
    pub fn signer(&self) -> Address {
        self.app.gateway.signer()
    }

    /// Reads the signer anew, and signs with it from now on. When that fails everything stays as it is.
    ///
    /// # Errors
    /// See [`SignerLoadError`].
    pub async fn reload_signer(&self, settings: &SignerSettings) -> Result<(), SignerLoadError> {
        self.app.gateway.switch_signer(Signer::load(settings).await?);
        Ok(())
    }

    /// The key file that was made by this start, if there was none.
    pub fn made_key(&self) -> Option<&Path> {
        self.made_key.as_deref()
    }

    /// The file with the secret of sessions, if this start made it.
    pub fn made_secret(&self) -> Option<&Path> {
        self.made_secret.as_deref()
    }

    /// The names of its zones.
    pub fn zones(&self) -> impl Iterator<Item = &Name> {
        self.app.registry.zones().iter().map(|zone| zone.name())
    }

    /// Takes no more connections, finishes the requests that have begun, and closes the database.
    pub async fn stop(self) {
        // The task is gone already only if it panicked; there is nothing left to stop then.
        drop(self.streaming);
        let _ = self.stop.send(());
        let _ = self.task.await;
        self.app.lookups.write_down().await;
        self.app.registry.close().await;
    }
}

/// A URL under which this machine reaches a server that listens on `address`.
fn local_url(address: SocketAddr) -> url::Url {
    let mut reachable = address;
    if address.ip().is_unspecified() {
        reachable.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    #[expect(clippy::expect_used, reason = "a socket address is a host and a port")]
    format!("http://{reachable}").parse().expect("a URL")
}

async fn accept(listener: TcpListener, router: Router, limits: Limits, mut stopped: oneshot::Receiver<()>) {
    let service = TowerToHyperService::new(router);
    let connection_slots = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    let idle = Duration::from_secs(limits.idle_seconds);
    loop {
        let slot = connection_slots.clone().acquire_owned();
        let next = async { (slot.await, listener.accept().await) };
        let (slot, accepted) = tokio::select! {
            next = next => next,
            _ = &mut stopped => break,
        };
        match accepted {
            Ok((stream, _)) => {
                let connection = serve(stream, service.clone(), graceful.watcher(), idle);
                tokio::spawn(async move {
                    connection.await;
                    drop(slot);
                });
            }
            // Out of file descriptors, mostly: connections that end make room.
            Err(error) => {
                tracing::error!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    drop(listener);
    // Requests have their own time limit; this ends connections that do not read their answer.
    let _ = tokio::time::timeout(STOP_TIMEOUT, graceful.shutdown()).await;
}

async fn serve(stream: TcpStream, service: TowerToHyperService<Router>, watcher: Watcher, idle: Duration) {
    // Answers are small and complete: waiting to fill a packet only costs time.
    let _ = stream.set_nodelay(true);
    // Under hyper's own time limit, because that begins only when it knows which HTTP is spoken, and ends with the head.
    let mut stream = TimeoutStream::new(stream);
    stream.set_read_timeout(Some(idle));
    stream.set_write_timeout(Some(idle));
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(idle);
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(idle).max_concurrent_streams(STREAMS);
    let connection = builder.serve_connection(TokioIo::new(Box::pin(stream)), service).into_owned();
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// Without an endpoint nobody is asked.
fn contract_accounts(settings: &Settings) -> Result<Option<ContractAccounts>, StartError> {
    let Some(url) = settings.rpc_url.as_ref().map(RpcUrl::url) else { return Ok(None) };
    choose_tls();
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    Ok(Some(ContractAccounts::new(url, http, settings.chain_id)))
}

fn load_session_secrets(
    settings: &SessionSecretSettings,
) -> Result<(SessionSecrets, Option<PathBuf>), StartError> {
    let path = match settings {
        SessionSecretSettings::Secrets(secrets) => return Ok((secrets.clone(), None)),
        SessionSecretSettings::File(path) => path,
    };
    let file_error = |source| StartError::SessionFile { path: path.clone(), source };
    match SessionSecrets::read(path) {
        Ok(secrets) => {
            let secrets =
                secrets.map_err(|source| StartError::SessionSecret { path: path.clone(), source })?;
            Ok((secrets, None))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Ok((SessionSecrets::make(path).map_err(file_error)?, Some(path.clone())))
        }
        Err(error) => Err(file_error(error)),
    }
}
