//! The claim page. What a wallet is needed for begins in the browser; everything that can be said before is said here.

use maud::{Markup, html};
use serde_json::json;

use super::Site;
use super::layout::{self, Head};
use crate::registry::{OpenRules, Zone, ZoneRules};

const DESCRIPTION: &str = "Claim a free ENS name with a dm3 profile: people find you and write to you under it. All it \
    takes is a wallet and a few signatures; it costs nothing.";

/// The page at `/`.
pub fn claim_page(site: &Site<'_>) -> Markup {
    let open: Vec<_> = site.zones.iter().filter_map(open_rules).collect();
    let services: Vec<_> = site.delivery_services.iter().map(crate::ens::Name::as_str).collect();
    let zones: Vec<_> = open.iter().map(|(zone, rules)| zone_data(zone, rules)).collect();
    let main = html! {
        main #main.narrow data-page="claim" data-root="./" data-chain-id=(site.chain_id)
            data-zones=(json!(zones)) data-services=(json!(services))
        {
            header.hero {
                h1 { "A name that is yours" }
                p.lead {
                    "It works wherever ENS names work, and people can write to you under it. You need a wallet and a \
                     minute. It costs nothing."
                }
            }
            @if open.is_empty() {
                p.notice {
                    "Names are not given out on this page: this gateway has no zone in which everybody may claim one."
                }
            } @else {
                noscript {
                    p.notice {
                        "Claiming needs JavaScript, because your wallet signs in this page. Without it there is the \
                         command " code { "dm3-gateway claim" } ". The pages of names can be read without it."
                    }
                }
                ol.steps {
                    (choose(&open))
                    (step("wallet", "Connect your wallet", "Your account will own the name. Connecting shows this page \
                        your address, and nothing else."))
                    (step("services", "Say where messages reach you", "Delivery services keep messages for you while \
                        you are away. The first one is tried first."))
                    (step("sign", "Sign", "A signature is not a transaction: it costs nothing and moves nothing."))
                }
                section #done hidden tabindex="-1" aria-labelledby="done-title" {}
            }
        }
    };
    let url = site.public_url.as_str();
    let title = "Claim a name – dm3 names";
    let head = Head { title, description: DESCRIPTION, url: Some(url), kind: "website", unlisted: false };
    layout::page("./", &head, &main)
}

fn open_rules(zone: &Zone) -> Option<(&Zone, &OpenRules)> {
    match zone.rules() {
        ZoneRules::Open(rules) => Some((zone, rules)),
        ZoneRules::Address => None,
    }
}

/// What the script has to know about a zone.
fn zone_data(zone: &Zone, rules: &OpenRules) -> serde_json::Value {
    let inherit_from = rules.inherit_from.as_ref().map(ToString::to_string);
    json!({ "name": zone.name().as_str(), "inheritFrom": inherit_from, "minLabelLength": rules.min_label_length })
}

fn choose(open: &[(&Zone, &OpenRules)]) -> Markup {
    html! {
        li.step #step-name data-state="open" {
            h2 { "Choose your name" }
            form.picker #picker novalidate {
                label for="label" { "Name" }
                div.field {
                    input #label name="label" type="text" autocomplete="off" autocapitalize="none" spellcheck="false"
                        placeholder="alice" maxlength="250" aria-describedby="availability" disabled;
                    @match open {
                        [(zone, _)] => { span.suffix { "." (zone.name().as_str()) } }
                        _ => {
                            select #zone name="zone" aria-label="Zone" disabled {
                                @for (zone, _) in open {
                                    option value=(zone.name().as_str()) { "." (zone.name().as_str()) }
                                }
                            }
                        }
                    }
                }
                p #availability.says role="status" {
                    @if let [(_, rules), ..] = open {
                        "At least " (rules.min_label_length) " characters: letters, digits, hyphens, even emoji."
                    }
                }
            }
        }
    }
}

fn step(id: &str, title: &str, about: &str) -> Markup {
    html! {
        li.step id={ "step-" (id) } data-state="later" {
            h2 { (title) }
            p.about { (about) }
            div.body {}
        }
    }
}
