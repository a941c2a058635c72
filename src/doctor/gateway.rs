//! One gateway, asked in every way in which clients ask.

use super::info::Info;
use super::on_chain::{Path, usual_question};
use super::probe::{Http, ProbeError, Reply, is_this_machine};
use super::report::Report;
use super::{Examination, answer, certificate};
use crate::ens::Name;
use crate::ens::call::{RecordCall, RecordKey};
use crate::gateway::Query;

/// The longest URL that the resolver contract makes, in characters.
const MAX_URL: usize = 2000;
/// What proxies commonly allow for a request line, in characters; contracts of others may ask that much by GET.
const USUAL_REQUEST_LINE: usize = 8000;
/// A long question, of the 32 KiB that a gateway takes, in bytes.
const LONG_QUESTION: usize = 30_000;
/// How long before its end a certificate is warned about, in seconds.
const RENEWAL: u64 = 14 * 86_400;

/// A gateway of a resolver, as it is examined.
#[derive(Clone, Copy, Debug)]
pub struct Gateway<'a> {
    pub examination: &'a Examination,
    pub path: &'a Path,
    pub http: &'a Http,
    /// Its base URL.
    pub base: &'a str,
    /// Which of the contract's gateways it is.
    pub at: usize,
}

impl Gateway<'_> {
    /// What was found, and what the gateway says of itself.
    pub async fn examine(&self) -> (Report, Option<Info>) {
        let mut report = Report::default();
        self.url(&mut report);
        let Some(reply) = self.first_answer(&mut report).await else {
            return (report, None);
        };
        let info = self.info(&mut report).await;
        self.zone(info.as_ref(), &mut report);
        let Some(response) = self.get(&reply, &mut report) else {
            return (report, info);
        };
        self.cors(&reply, &mut report).await;
        answer::examine(self, &self.path.lookup, &reply, &response, info.as_ref(), &mut report).await;
        self.post(&mut report).await;
        self.lengths(&mut report).await;
        self.writes(&mut report).await;
        (report, info)
    }

    fn url(&self, report: &mut Report) {
        let check = "gateway.url";
        let Ok(url) = self.base.parse::<url::Url>() else {
            report.broken(check, self.base, "is no URL", "set the gateways: dm3-gateway deploy --url URL");
            return;
        };
        if is_this_machine(&url) && !self.path.is_local {
            let next = "give clients an address of the Internet: dm3-gateway deploy --url https://…";
            report.broken(check, self.base, "leads every client to its own machine", next);
        } else if url.scheme() == "http" && !self.path.is_local {
            let next = "put TLS in front of the gateway: dm3-gateway deploy --url https://…";
            report.warn(check, self.base, "is not encrypted: pages that are may not ask it", next);
        } else {
            report.ok(check, self.base, "is one that clients can follow");
        }
    }

    /// Whatever comes back from the usual question, if anything does and it is no redirect.
    async fn first_answer(&self, report: &mut Report) -> Option<Reply> {
        let url = self.path.lookup.url(self.path.lookup.templates.get(self.at)?);
        match self.http.get(&url).await {
            Ok(reply) if reply.is_redirect() => {
                let target = reply.header("location").unwrap_or("nowhere").to_owned();
                let target = target.split("/0x").next().unwrap_or_default();
                let next = format!(
                    "clients in browsers stop there: set the URL that it leads to, dm3-gateway deploy --url {target}"
                );
                report.broken(
                    "gateway.redirect",
                    self.base,
                    format!("redirects ({}) to {target}", reply.status),
                    next,
                );
                None
            }
            Ok(reply) => {
                report.ok("gateway.redirect", self.base, "answers by itself");
                self.certificate(&reply, report);
                Some(reply)
            }
            Err(error @ ProbeError::Certificate(_)) => {
                let next = "get one that is publicly trusted, for this name, and send its chain with it";
                report.broken("gateway.tls", self.base, error, next);
                None
            }
            Err(error) => {
                let next = "is it running, does its name lead to it, does a firewall let clients in?";
                report.broken("gateway.get", self.base, error, next);
                None
            }
        }
    }

    fn certificate(&self, reply: &Reply, report: &mut Report) {
        let Some(certificate) = &reply.certificate else { return };
        let now = self.examination.clock.now();
        match certificate::not_after(certificate).map(|end| end.saturating_sub(now)) {
            Some(left) if left < RENEWAL => {
                let message = format!("its certificate ends in {} days", left / 86_400);
                report.warn("gateway.tls", self.base, message, "renew it");
            }
            Some(left) => {
                let message =
                    format!("its certificate is trusted, and valid for {} days more", left / 86_400);
                report.ok("gateway.tls", self.base, message);
            }
            None => report.ok("gateway.tls", self.base, "its certificate is trusted"),
        }
    }

    /// What a dm3-gateway says of itself; others say nothing.
    async fn info(&self, report: &mut Report) -> Option<Info> {
        let check = "gateway.info";
        let reply = self.http.get(&format!("{}/v1/info", self.base)).await.ok();
        let info: Option<Info> = reply.and_then(|reply| serde_json::from_slice(&reply.body).ok());
        let Some(info) = info else {
            let next = "if it is a dm3-gateway, let its proxy pass /v1/info; else its zones are not checked";
            report.warn(check, self.base, "does not say what it is", next);
            return None;
        };
        report.ok(check, self.base, format!("is a dm3-gateway {}", info.version));
        let chain_id = self.path.chain_id;
        if info.chain_id == chain_id {
            report.ok("gateway.chain", self.base, format!("is for chain {chain_id}"));
        } else {
            let message = format!("is for chain {}, and this is chain {chain_id}", info.chain_id);
            let next = "give each chain a gateway of its own, with its chain_id and its signer";
            report.broken("gateway.chain", self.base, message, next);
        }
        Some(info)
    }

    fn zone(&self, info: Option<&Info>, report: &mut Report) {
        let (check, name) = ("gateway.zone", &self.examination.name);
        let Some(info) = info else { return };
        let zone = info
            .zones
            .iter()
            .filter_map(|zone| Name::parse(&zone.name).ok())
            .find(|zone| name.is_within(zone));
        match zone {
            Some(zone) => report.ok(check, self.base, format!("has the zone {zone}")),
            None => {
                let message = format!("has no zone that {name} is in");
                report.broken(
                    check,
                    self.base,
                    message,
                    "add the zone to the gateway's settings ([[zones]])",
                );
            }
        }
    }

    fn get(&self, reply: &Reply, report: &mut Report) -> Option<Vec<u8>> {
        let check = "gateway.get";
        match reply.data() {
            Some(data) if reply.status == 200 => {
                report.ok(check, self.base, "answers GET");
                Some(data)
            }
            _ => {
                let next = match reply.status {
                    200 => "that is no answer of a gateway: is the URL right?",
                    403 => "does answers.resolvers have this contract, and does a proxy let clients in?",
                    400..500 => "is the URL right, path and port included, and has the gateway the zone?",
                    _ => "the gateway's log says what is wrong with it",
                };
                report.broken(check, self.base, reply.in_words(), next);
                None
            }
        }
    }

    async fn cors(&self, reply: &Reply, report: &mut Report) {
        let next = "let every proxy pass the gateway's CORS headers on, and set none of its own";
        if reply.is_readable_by_pages() {
            report.ok("gateway.cors", self.base, "lets any page read its answers");
        } else {
            let message = "does not let pages read its answers (no Access-Control-Allow-Origin: *)";
            report.broken("gateway.cors", self.base, message, next);
        }
        let fault = match self.http.preflight(&self.post_url()).await {
            Err(error) => Some(error.to_string()),
            Ok(reply) if !(200..300).contains(&reply.status) => Some(reply.in_words()),
            Ok(reply)
                if !reply.is_readable_by_pages()
                    || !reply.allows("access-control-allow-headers", "content-type") =>
            {
                Some("it does not allow a POST of JSON".to_owned())
            }
            Ok(_) => None,
        };
        match fault {
            None => report.ok("gateway.preflight", self.base, "lets any page send long questions"),
            Some(fault) => {
                let message = format!("does not let pages send long questions (preflight): {fault}");
                report.broken("gateway.preflight", self.base, message, next);
            }
        }
    }

    async fn post(&self, report: &mut Report) {
        let next = "let every proxy pass POST: long questions, such as of many records, go out by it";
        let request = Query::encode(&self.examination.name, &usual_question(self.examination));
        match self.http.post(&self.post_url(), &self.sender(), &request).await {
            Ok(reply) if reply.status == 200 && reply.data().is_some() => {
                if reply.is_readable_by_pages() {
                    report.ok("gateway.post", self.base, "answers POST, to any page");
                } else {
                    report.broken(
                        "gateway.post",
                        self.base,
                        "answers POST, but lets no page read it",
                        "let every proxy pass the gateway's CORS headers on",
                    );
                }
            }
            Ok(reply) => {
                report.broken("gateway.post", self.base, format!("by POST {}", reply.in_words()), next)
            }
            Err(error) => report.broken("gateway.post", self.base, format!("by POST {error}"), next),
        }
    }

    /// What proxies in between allow.
    async fn lengths(&self, report: &mut Report) {
        let next = "raise what the proxies in between allow for a request line and for headers";
        let (short, usual) = (self.longest_url(MAX_URL), self.longest_url(USUAL_REQUEST_LINE));
        let takes = |url: &str| format!("takes URLs of {} characters", url.len());
        let takes_not = |url: &str, why, fault| {
            format!("does not take URLs of {} characters, as {why}: {fault}", url.len())
        };
        match accept(self.http.get(&short).await) {
            Ok(()) => report.ok("gateway.long-get", self.base, takes(&short)),
            Err(fault) => {
                let message = takes_not(&short, "the contract makes them", fault);
                report.broken("gateway.long-get", self.base, message, next);
            }
        }
        match accept(self.http.get(&usual).await) {
            Ok(()) => report.ok("gateway.request-line", self.base, takes(&usual)),
            Err(fault) => {
                let message = takes_not(&usual, "contracts of others may make them", fault);
                report.warn("gateway.request-line", self.base, message, next);
            }
        }
        let question = self.long_question(LONG_QUESTION);
        let length = question.len();
        match accept(self.http.post(&self.post_url(), &self.sender(), &question).await) {
            Ok(()) => report.ok("gateway.long-post", self.base, format!("takes questions of {length} bytes")),
            Err(fault) => {
                let message = format!("does not take questions of {length} bytes: {fault}");
                let next = "raise what the proxies in between allow for a body, to 1 MiB";
                report.broken("gateway.long-post", self.base, message, next);
            }
        }
    }

    /// Whether it takes what wallets sign for the contract (ERC-7884), which sends them to the first gateway. What is posted
    /// here is no message, and is told so.
    async fn writes(&self, report: &mut Report) {
        if !self.path.is_ours || self.at > 0 {
            return;
        }
        let check = "gateway.writes";
        let fault = match self.http.post(&format!("{}/v1/erc7884", self.base), &self.sender(), &[]).await {
            Ok(reply) if reply.status != 400 || reply.code().as_deref() != Some("malformed") => {
                reply.in_words()
            }
            Ok(reply) if !reply.is_readable_by_pages() => "it lets no page read its answers".to_owned(),
            Ok(_) => {
                report.ok(check, self.base, "takes writes that begin at the contract (ERC-7884)");
                return;
            }
            Err(error) => error.to_string(),
        };
        let message = format!("does not take writes that begin at the contract (ERC-7884): {fault}");
        let next = "let every proxy pass POST /v1/erc7884, and the gateway's CORS headers";
        report.warn(check, self.base, message, next);
    }

    /// The longest question whose URL has at most that many characters.
    fn longest_url(&self, characters: usize) -> String {
        let fixed = self.post_url().len() + "/0x.json".len();
        let question = self.long_question(characters.saturating_sub(fixed) / 2);
        format!("{}/0x{}.json", self.post_url(), hex::encode(question))
    }

    /// A question of about that many bytes, and not more.
    fn long_question(&self, bytes: usize) -> Vec<u8> {
        let question = |key: usize| {
            let record = RecordKey::Text("x".repeat(key));
            Query::encode(&self.examination.name, &RecordCall { node: self.examination.name.node(), record })
        };
        let least = question(0).len();
        let mut key = bytes.saturating_sub(least);
        // The key's length is rounded up to words, twice.
        while key > 0 && question(key).len() > bytes {
            key -= 1;
        }
        question(key)
    }

    fn post_url(&self) -> String {
        format!("{}/{}", self.base, self.sender())
    }

    fn sender(&self) -> String {
        format!("0x{}", hex::encode(self.path.resolver))
    }
}

fn accept(reply: Result<Reply, ProbeError>) -> Result<(), String> {
    let reply = reply.map_err(|error| error.to_string())?;
    if reply.status == 200 && reply.data().is_some() { Ok(()) } else { Err(reply.in_words()) }
}
