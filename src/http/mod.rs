//! The routes, the server, one error type and one mapping to statuses.

mod accounts;
mod availability;
mod ccip;
mod ccip_failure;
mod code;
mod codecs;
mod dm3_auth;
mod dm3_failure;
mod dm3_profile;
mod erc7884;
mod examples;
mod health;
mod html;
mod info;
mod lookups;
mod middleware;
mod name_resources;
mod names;
mod openapi;
mod page;
mod problem;
mod router;
mod server;
mod spam_rules;
mod zones;

use std::sync::Arc;

use tokio::sync::{Semaphore, watch};

pub use openapi::document;
pub use server::{Server, StartError};

use crate::config::Limits;
use crate::ens::Name;
use crate::gateway::Gateway;
use crate::lookup::Lookups;
use crate::registry::Registry;
use crate::session::Sessions;

/// What the handlers share.
#[derive(Debug)]
pub(crate) struct App {
    registry: Arc<Registry>,
    gateway: Gateway,
    sessions: Sessions,
    lookups: Arc<Lookups>,
    watches: Arc<Semaphore>,
    /// Ends when the server stops.
    stopping: watch::Receiver<()>,
    /// SHA-256 of the operator's token.
    purge_token: Option<[u8; 32]>,
    delivery_services: Vec<Name>,
    public_url: url::Url,
    limits: Limits,
}

type Shared = Arc<App>;
