//! Checks the whole path of a name: the chain, ENS, the resolver contract, its gateways as browsers and other clients ask
//! them, the answers, their signer, the zones.
//!
//! Everything is looked at from outside, as clients do. Each question has a time limit, so that a monitor always gets its
//! report.

mod answer;
mod certificate;
mod gateway;
mod info;
mod lookup;
mod on_chain;
mod probe;
mod report;
mod zones;

use std::time::Duration;

use alloy::primitives::Address;
use futures_util::future::join_all;
use url::Url;

use crate::clock::Clock;
use crate::ens::Name;

pub use probe::is_this_machine;
pub use report::{Finding, Report, Status};

use gateway::Gateway;
use probe::Http;

/// What to check, and how.
#[derive(Debug)]
pub struct Examination {
    /// The name.
    pub name: Name,
    /// The JSON-RPC endpoint of the chain.
    pub rpc_url: Url,
    /// Where the ENS registry is, if not where it usually is.
    pub registry: Option<Address>,
    /// How long each question may take.
    pub timeout: Duration,
    /// The time here.
    pub clock: Clock,
}

impl Examination {
    /// Checks everything.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub async fn run(&self) -> Result<Report, reqwest::Error> {
        let mut report = Report::default();
        let http = Http::new(self.timeout)?;
        let rpc_client = reqwest::Client::builder().timeout(self.timeout).build()?;
        let Some(path) = on_chain::examine(self, rpc_client.clone(), &mut report).await else {
            return Ok(report);
        };
        let gateways = path.gateways.iter().enumerate().map(|(at, base)| {
            let gateway = Gateway { examination: self, path: &path, http: &http, base, at };
            async move { gateway.examine().await }
        });
        let mut infos = Vec::new();
        for (found, info) in join_all(gateways).await {
            report.append(found);
            infos.extend(info);
        }
        zones::examine(&path, &infos, &mut report).await;
        on_chain::resolve_as_clients_do(self, rpc_client, &mut report).await;
        Ok(report)
    }
}
