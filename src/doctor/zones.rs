//! The gateways' zones, compared with the contract and with ENS.

use std::collections::BTreeMap;

use super::info::{Info, ZoneInfo};
use super::on_chain::Path;
use super::report::Report;
use crate::chain::ChainError;
use crate::chain::contracts::Dm3Resolver;
use crate::config::ZoneKind;
use crate::ens::Name;

/// Each zone of any gateway, once.
pub async fn examine(path: &Path, infos: &[Info], report: &mut Report) {
    let zones: BTreeMap<_, _> =
        infos.iter().flat_map(|info| &info.zones).map(|zone| (zone.name.as_str(), zone)).collect();
    for zone in zones.into_values() {
        points_here(path, zone, report).await;
        if path.is_ours {
            is_marked_right(path, zone, report).await;
        }
    }
}

async fn points_here(path: &Path, zone: &ZoneInfo, report: &mut Report) {
    let check = "zones.resolver";
    let Ok(name) = Name::parse(&zone.name) else { return };
    match path.ens.find_resolver(&name).await {
        Ok(Some((_, resolver))) if resolver == path.resolver => {
            report.ok(check, &name, format!("has the resolver {resolver}, too"));
        }
        found => {
            let message = match found {
                Ok(Some((at, resolver))) => format!("has another resolver in ENS: {resolver}, set for {at}"),
                Ok(None) => "has no resolver in ENS".to_owned(),
                Err(error) => error.to_string(),
            };
            let flag = if zone.kind == ZoneKind::Address { "--address-zone" } else { "--zone" };
            let next = format!("set it: dm3-gateway deploy --resolver {} {flag} {name}", path.resolver);
            report.broken(check, &name, message, next);
        }
    }
}

async fn is_marked_right(path: &Path, zone: &ZoneInfo, report: &mut Report) {
    let check = "zones.mark";
    let is_address_zone = zone.kind == ZoneKind::Address;
    let contract = Dm3Resolver::new(path.resolver, &path.provider);
    let by_owner =
        |enabled| format!("as the resolver's owner, call setAddressZone({}, {enabled})", zone.node);
    match contract.isAddressZone(zone.node).call().await.map_err(ChainError::from) {
        Ok(is_marked) if is_marked == is_address_zone => {
            let marked =
                if is_marked { "is marked as an address zone" } else { "is not marked as an address zone" };
            report.ok(check, &zone.name, format!("{marked}, as it should be"));
        }
        Ok(false) => {
            let next =
                format!("mark it: dm3-gateway deploy --address-zone {}, or {}", zone.name, by_owner(true));
            report.broken(
                check,
                &zone.name,
                "is not marked as an address zone, so the contract does not protect it",
                next,
            );
        }
        Ok(true) => {
            let message = "is marked as an address zone, and is none: the contract refuses its names";
            report.broken(check, &zone.name, message, format!("unmark it: {}", by_owner(false)));
        }
        Err(error) => report.broken(check, &zone.name, error, "check --rpc-url"),
    }
}
