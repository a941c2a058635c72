//! An answer: who signed it, until when it is valid, and what the contract makes of it.

use std::time::UNIX_EPOCH;

use alloy::primitives::Address;

use super::gateway::Gateway;
use super::info::Info;
use super::lookup::Lookup;
use super::probe::Reply;
use super::report::Report;
use crate::chain::ChainError;
use crate::chain::contracts::Dm3Resolver;
use crate::chain::deploy::what_signer_has;
use crate::gateway::answer::{VerifiedAnswer, verify};

/// What clocks may differ without anybody minding, in seconds.
const TOLERANCE: u64 = 30;
/// The lifetime of answers when the gateway does not tell it, in seconds.
const USUAL_TTL: u64 = 300;
/// The longest that settings allow, in seconds.
const MAX_TTL: u64 = 86_400;

/// Checks the answer to a lookup.
pub async fn examine(
    gateway: &Gateway<'_>,
    lookup: &Lookup,
    reply: &Reply,
    response: &[u8],
    info: Option<&Info>,
    report: &mut Report,
) {
    let Gateway { path, base, .. } = gateway;
    match lookup.verify(&path.provider, response).await {
        Ok(Ok(())) => report.ok("answer.accepted", base, "the contract accepts its answer"),
        Ok(Err(reason)) => {
            let next = "the checks of the answer's signer and expiry say why; if they are fine, is it another contract's gateway?";
            report.broken(
                "answer.accepted",
                base,
                format!("the contract refuses its answer: {reason}"),
                next,
            );
        }
        Err(error) => report.broken("answer.accepted", base, error, "check --rpc-url"),
    }
    match verify(path.resolver, &lookup.question, response, 0) {
        Ok(answer) => {
            signer(gateway, &answer, report).await;
            expiry(gateway, &answer, report);
            clock(gateway, &answer, reply, info, report);
        }
        Err(error) => {
            let next = "is a dm3-gateway, or another gateway of the ENS protocol, behind this URL?";
            report.broken("answer.signer", base, error, next);
        }
    }
}

async fn signer(gateway: &Gateway<'_>, answer: &VerifiedAnswer, report: &mut Report) {
    let Gateway { path, base, .. } = gateway;
    let (check, signer) = ("answer.signer", answer.signer);
    if path.is_ours {
        match Dm3Resolver::new(path.resolver, &path.provider).isSigner(signer).call().await {
            Ok(true) => report.ok(check, base, format!("signs with {signer}, which the contract knows")),
            Ok(false) => {
                let next =
                    format!("add it: dm3-gateway deploy --resolver {} --signer {signer}", path.resolver);
                report.broken(
                    check,
                    base,
                    format!("signs with {signer}, which is no signer of the contract"),
                    next,
                );
            }
            Err(error) => report.broken(check, base, ChainError::from(error), "check --rpc-url"),
        }
    }
    account(gateway, signer, report).await;
}

/// Anybody can send a signer ether; what it did itself is worse.
async fn account(gateway: &Gateway<'_>, signer: Address, report: &mut Report) {
    let check = "signer.account";
    let next = "move what it has, and rotate to a key that was never used for anything else";
    match what_signer_has(&gateway.path.provider, signer).await {
        Ok(faults) if faults.is_empty() => {
            report.ok(check, signer, "holds nothing and has done nothing on this chain")
        }
        Ok(faults) => {
            let is_a_gift = faults.len() == 1 && faults.iter().all(|fault| fault.starts_with("it holds"));
            let message = format!("is a signer, which should have nothing else to do: {}", faults.join(", "));
            if is_a_gift {
                report.warn(check, signer, message, next);
            } else {
                report.broken(check, signer, message, next);
            }
        }
        Err(error) => report.broken(check, signer, error, "check --rpc-url"),
    }
}

fn expiry(gateway: &Gateway<'_>, answer: &VerifiedAnswer, report: &mut Report) {
    let Gateway { path, base, .. } = gateway;
    let (check, expires, now) = ("answer.expiry", answer.expires, path.chain_time);
    if expires < now {
        let message = format!("its answer expired {} s ago by the chain's time", now - expires);
        report.broken(check, base, message, "set the clock of the gateway's machine by NTP");
    } else if expires - now < TOLERANCE {
        let message = format!("its answer expires in {} s by the chain's time", expires - now);
        report.warn(
            check,
            base,
            message,
            "raise answers.ttl_seconds, or set the clock of the gateway's machine by NTP",
        );
    } else if expires - now > MAX_TTL + TOLERANCE {
        let message = format!("its answer is valid for {} s", expires - now);
        let next = "set the clock of the gateway's machine by NTP, and check answers.ttl_seconds: so long can an old answer be replayed";
        report.warn(check, base, message, next);
    } else {
        report.ok(check, base, format!("its answer is valid for {} s more", expires - now));
    }
}

/// The gateway's clock shows twice: in the header that HTTP servers send, and in when answers expire. A cached answer is
/// given out while half of its life is left.
fn clock(
    gateway: &Gateway<'_>,
    answer: &VerifiedAnswer,
    reply: &Reply,
    info: Option<&Info>,
    report: &mut Report,
) {
    let (check, base, now) = ("gateway.clock", gateway.base, gateway.examination.clock.now());
    let ttl = info.map_or(USUAL_TTL, |info| info.ttl_seconds);
    let date = reply.header("date").and_then(|date| httpdate::parse_http_date(date).ok());
    let date = date.and_then(|date| date.duration_since(UNIX_EPOCH).ok()).map(|date| date.as_secs());
    let by_date = date.map_or(0, |date| signed_difference(date, now));
    let by_expiry = match info {
        Some(_) if answer.expires > now + ttl => signed_difference(answer.expires, now + ttl),
        Some(_) if answer.expires < now + ttl / 2 => signed_difference(answer.expires, now + ttl / 2),
        _ => 0,
    };
    let off = if by_expiry.unsigned_abs() > by_date.unsigned_abs() { by_expiry } else { by_date };
    let direction = if off > 0 { "ahead of" } else { "behind" };
    let message = format!("its clock is {} s {direction} this machine's", off.unsigned_abs());
    let next = "set the clock of the gateway's machine by NTP; if this machine's is the wrong one, set that";
    match off.unsigned_abs() {
        0..=TOLERANCE => report.ok(check, base, "its clock agrees with this machine's"),
        off if off <= ttl / 2 => report.warn(check, base, message, next),
        _ => report.broken(check, base, message, next),
    }
}

fn signed_difference(left: u64, right: u64) -> i64 {
    i64::try_from(i128::from(left) - i128::from(right)).unwrap_or(i64::MAX)
}
