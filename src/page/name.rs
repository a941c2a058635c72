//! The page of a name.

use alloy::primitives::Address;
use maud::{Markup, html};

use super::Site;
use super::art::avatar;
use super::chain::{SHOWN, chain, kind_of};
use super::failure::encoded;
use super::layout::{self, Head};
use super::records::{Kinds, records};
use super::text::{account, beginning, day, shown};
use crate::ens::Name;
use crate::registry::NameView;
use crate::store::{Entry, HistoryItem};

/// How a name stands.
#[derive(Debug)]
pub enum Standing<'a> {
    /// Somebody holds it.
    Held {
        /// Who, and since when.
        owner: Address,
        /// What it holds.
        entry: &'a Entry,
        /// Its last states, oldest first.
        history: &'a [HistoryItem],
    },
    /// Nobody does, and anybody may.
    Free,
    /// It belongs to an account that has published nothing under it.
    OfAddress(Address),
    /// It is a zone's own.
    Zone,
    /// It is not given to anybody; why.
    NotGiven(String),
}

/// What the page of a name is made from.
#[derive(Debug)]
pub struct NamePage<'a> {
    /// The gateway.
    pub site: Site<'a>,
    /// The name.
    pub name: &'a Name,
    /// The zone that it is in.
    pub zone: &'a Name,
    /// Whether that zone gives names to everybody, and lets them go to others.
    pub is_open: bool,
    /// How it stands.
    pub standing: Standing<'a>,
    /// What it answers.
    pub view: &'a NameView,
    /// The address name that it inherits from, with the newest state of that.
    pub inherited: Option<(String, Option<HistoryItem>)>,
}

/// The way from the page to the root of the gateway.
const ROOT: &str = "../";

impl NamePage<'_> {
    /// So many states have to be in a [`Standing::Held`].
    pub const HISTORY: u32 = SHOWN as u32 + 1;

    /// The page.
    pub fn render(&self) -> Markup {
        let main = match &self.standing {
            Standing::Held { owner, entry, history } => self.held(*owner, entry, history),
            Standing::OfAddress(account) => self.of_address(*account),
            Standing::Zone => self.of_zone(),
            Standing::Free => self.free(),
            Standing::NotGiven(why) => self.not_given(why),
        };
        let (title, description) = (self.title(), self.description());
        let url = self.site.url_of(self.name.as_str());
        let unlisted = !matches!(self.standing, Standing::Held { .. } | Standing::Zone);
        let head =
            Head { title: &title, description: &description, url: Some(&url), kind: "profile", unlisted };
        layout::page(ROOT, &head, &main)
    }

    fn title(&self) -> String {
        match self.standing {
            Standing::Free => format!("{} is free", self.name),
            _ => self.name.to_string(),
        }
    }

    fn description(&self) -> String {
        let name = self.name;
        match self.standing {
            Standing::Held { owner, .. } => match self.view.text("description") {
                "" => format!("{name} is an ENS name of {owner}, with a dm3 profile that can be checked."),
                description => beginning(description),
            },
            Standing::Free => format!("Nobody holds {name} yet. Claim it with a wallet; it costs nothing."),
            Standing::OfAddress(account) => format!("{name} is the address name of {account}."),
            Standing::Zone => format!("{name}: claim a name of your own in it."),
            Standing::NotGiven(_) => format!("{name} cannot be claimed."),
        }
    }

    /// What the script starts from.
    fn main(&self, owner: Option<Address>, version: u64, content: &Markup) -> Markup {
        let owner = owner.map(|owner| owner.to_string());
        let account = self.view.account().map(|account| account.to_string());
        let inherited = self.inherited.as_ref().map(|(name, _)| name.as_str());
        html! {
            main #main data-page="name" data-root=(ROOT) data-chain-id=(self.site.chain_id) data-name=(self.name.as_str())
                data-zone=(self.zone.as_str()) data-version=(version) data-owner=[owner] data-account=[account] data-address-name=[inherited] data-open=(self.is_open)
            {
                (content)
            }
        }
    }

    fn hero(&self, below: &Markup) -> Markup {
        html! {
            header.hero.of-name {
                (avatar(self.name, self.view.text("avatar")))
                div {
                    (self.heading())
                    (below)
                }
            }
        }
    }

    /// The label, and the zone behind it.
    fn heading(&self) -> Markup {
        let (label, zone) = self.name.split_first();
        html! { h1.name { bdi { (label) } @if !zone.is_empty() { span.zone { "." (zone) } } } }
    }

    fn held(&self, owner: Address, entry: &Entry, history: &[HistoryItem]) -> Markup {
        let own = history.last().map(|item| kind_of(&item.proof));
        let inherited = self.inherited.as_ref().and_then(|(_, item)| Some(kind_of(&item.as_ref()?.proof)));
        let kinds = Kinds { own: own.as_deref(), inherited: inherited.as_deref() };
        let below = html! {
            p.lead { "held by " (account(owner)) }
            p.small { "Claimed " (day(entry.created_at)) @if entry.updated_at > entry.created_at { ", changed " (day(entry.updated_at)) } ". " a href="#manage" { "Is it yours?" } }
        };
        let content = html! {
            (self.hero(&below))
            p #verdict.verdict role="status" data-verdict="open" {
                "Signed by its owner, says this gateway."
                noscript { " A browser that runs JavaScript checks it." }
            }
            (records(self.view, kinds))
            (chain(ROOT, self.name, history))
            (manage("Is this your name?", "Connect the wallet that holds it to change, transfer or release it."))
        };
        self.main(Some(owner), entry.version, &content)
    }

    fn of_address(&self, owner: Address) -> Markup {
        let below = html! {
            p.lead { "belongs to " (account(owner)) }
            p.small { "It answers that address, and nobody else can ever have it. Nothing is published under it yet." }
        };
        let content = html! {
            (self.hero(&below))
            (records(self.view, Kinds::default()))
            p { a.button href={ (ROOT) "./" } { "Claim a name with a profile" } }
        };
        self.main(None, 0, &content)
    }

    fn of_zone(&self) -> Markup {
        let below = html! { p.lead { "is a zone of this gateway: names are given out below it." } };
        let content = html! {
            (self.hero(&below))
            p { a.button href={ (ROOT) "./" } { "Claim a name" } }
            (records(self.view, Kinds::default()))
        };
        self.main(None, 0, &content)
    }

    fn free(&self) -> Markup {
        let below = html! { p.lead { "is free. It can be yours in a minute, and costs nothing." } };
        let content = html! {
            (self.hero(&below))
            p { a.button href={ (ROOT) "./?name=" (encoded(self.name.as_str())) } { "Claim this name" } }
        };
        self.main(None, 0, &content)
    }

    fn not_given(&self, why: &str) -> Markup {
        let below = html! { p.lead { "cannot be claimed: " (shown(why)) "." } };
        let content = html! {
            (self.hero(&below))
            p { a.button href={ (ROOT) "./" } { "Claim another name" } }
        };
        self.main(None, 0, &content)
    }
}

/// Where the owner works.
fn manage(title: &str, about: &str) -> Markup {
    html! {
        section #manage aria-labelledby="manage-title" {
            h2 #manage-title { (title) }
            p.about { (about) }
            noscript { p.notice { "That needs JavaScript, because your wallet signs in this page." } }
            div.body {}
        }
    }
}
