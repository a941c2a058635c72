//! The routes, the server, one error type and one mapping to statuses.

mod ccip;
mod health;
mod info;
mod middleware;
mod names;
mod page;
mod problem;
mod router;
mod server;
mod zones;

use std::sync::Arc;

pub use server::{Server, StartError};

use crate::config::Limits;
use crate::ens::Name;
use crate::gateway::Gateway;
use crate::registry::Registry;

/// What the handlers share.
#[derive(Debug)]
pub(crate) struct App {
    registry: Arc<Registry>,
    gateway: Gateway,
    delivery_services: Vec<Name>,
    public_url: url::Url,
    limits: Limits,
}

type Shared = Arc<App>;
