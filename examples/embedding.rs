//! A delivery service that embeds the gateway's library, and decides about each message before it takes it:
//!
//! ```sh
//! cargo run --example embedding -- https://rpc.example ds.example.eth receiver.eth sender.eth
//! ```
//!
//! It needs a JSON-RPC endpoint of Ethereum's mainnet, and nothing else: no database, no gateway. Everything is verified
//! in this process.

use std::error::Error;
use std::time::Duration;

use dm3_gateway::config::{LookupSettings, RpcUrl};
use dm3_gateway::dm3::{SpamRules, SpamRulesBody};
use dm3_gateway::ens::Name;
use dm3_gateway::lookup::{Freshness, Lookups, ProfileLookup, Verdict};

/// How long somebody who hands in a message waits for a decision.
const PATIENCE: Duration = Duration::from_secs(8);

/// A delivery service: its own name, and the way to everybody's profile.
struct DeliveryService {
    name: Name,
    /// One for the whole process: it has the cache, and asks once however many messages are about the same name.
    lookups: Lookups,
}

/// What becomes of a message.
#[derive(Debug)]
enum Decision {
    /// It is for the receiver's mailbox. Its signature is to be checked with this key of the sender.
    Take { sender_signing_key: String },
    /// It is refused for good, and the sender is told why.
    Refuse(String),
    /// Something that has to be asked does not answer: the sender may try again. Never take such a message, and never tell
    /// its sender that it was refused.
    Later(String),
}

impl DeliveryService {
    fn new(name: Name, rpc_url: RpcUrl) -> Result<Self, Box<dyn Error>> {
        // How long what is kept for how long, how much memory the cache has, which IPFS gateways are asked: the defaults
        // suit most services. Records in IPFS need gateways.
        let settings = LookupSettings {
            ipfs_gateways: vec!["https://trustless-gateway.link".parse()?],
            ..LookupSettings::default()
        };
        Ok(Self { name, lookups: Lookups::of_chain(1, rpc_url, &settings)? })
    }

    /// What to do with a message from `sender` for `receiver`, whose rules these are.
    async fn decide(&self, receiver: &Name, sender: &Name, rules: &SpamRules) -> Decision {
        // Both profiles at the same time, and what the rules ask of the sender's account. Profiles that are at most a
        // minute old will do; `None` would leave that to the settings.
        let check = self.lookups.check_sender(rules, receiver, sender, Some(60), PATIENCE).await;
        if let Some(decision) = self.turn_away(&check.receiver) {
            return decision;
        }
        let sender_signing_key = match signing_key(&check.sender) {
            Ok(key) => key,
            Err(decision) => return decision,
        };
        // Three answers, as the four verdicts of a lookup never one for another: what is not known has not passed.
        match check.accepted {
            Some(true) => Decision::Take { sender_signing_key },
            Some(false) => {
                let reasons: Vec<_> = check.rules.into_iter().filter_map(|rule| rule.reason).collect();
                Decision::Refuse(format!("the receiver's rules: {}", reasons.join("; ")))
            }
            None => Decision::Later("what the receiver demands cannot be checked just now".into()),
        }
    }

    /// Whether the message should not have come here at all.
    fn turn_away(&self, receiver: &ProfileLookup) -> Option<Decision> {
        match receiver.verdict {
            Verdict::Verified => {}
            Verdict::Unreachable => return Some(later(receiver)),
            Verdict::Absent | Verdict::Invalid => return Some(refuse(receiver)),
        }
        // In the profile's order, the preferred first. The lookup has looked each of them up, too: with its URL and keys a
        // service forwards what is not for itself.
        let is_here = receiver.delivery_services.iter().any(|service| service.name == self.name.as_str());
        (!is_here).then(|| Decision::Refuse(format!("{} has no mailbox at {}", receiver.name, self.name)))
    }
}

/// The key that the sender's messages are signed with.
fn signing_key(sender: &ProfileLookup) -> Result<String, Decision> {
    match (sender.verdict, &sender.profile) {
        // An old profile can have a key that was replaced because it was stolen. Which risk to take is the service's to
        // decide, for reading and for writing differently; this one waits.
        (Verdict::Verified, _) if sender.freshness == Freshness::Stale => Err(later(sender)),
        (Verdict::Verified, Some(profile)) => Ok(profile.public_signing_key.clone()),
        (Verdict::Unreachable, _) => Err(later(sender)),
        (Verdict::Verified | Verdict::Absent | Verdict::Invalid, _) => Err(refuse(sender)),
    }
}

fn refuse(lookup: &ProfileLookup) -> Decision {
    Decision::Refuse(format!("{}: {}", lookup.name, lookup.reason.as_deref().unwrap_or("no profile")))
}

fn later(lookup: &ProfileLookup) -> Decision {
    Decision::Later(format!(
        "{}: {}",
        lookup.name,
        lookup.reason.as_deref().unwrap_or("what is known is old")
    ))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [rpc_url, service, receiver, sender] = arguments.as_slice() else {
        return Err("usage: embedding RPC_URL SERVICE RECEIVER SENDER".into());
    };
    // Names are parsed once. Only names in ENS's normal form exist behind this line.
    let (service, receiver, sender) = (Name::parse(service)?, Name::parse(receiver)?, Name::parse(sender)?);
    let service = DeliveryService::new(service, rpc_url.parse()?)?;
    // As the receiver has set them. A gateway keeps them with the receiver's account, and sees to the message that sets
    // them; a service that has its own accounts keeps them there.
    let rules = SpamRulesBody { min_nonce: Some(1), ..SpamRulesBody::default() };
    let rules = SpamRules::parse(&rules)?;
    match service.decide(&receiver, &sender, &rules).await {
        Decision::Take { sender_signing_key } => {
            println!("taken; the sender signs with {sender_signing_key}")
        }
        Decision::Refuse(reason) => println!("refused: {reason}"),
        Decision::Later(reason) => println!("try again later: {reason}"),
    }
    Ok(())
}
