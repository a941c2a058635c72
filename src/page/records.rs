//! What a name answers, each answer with what vouches for it.

use maud::{Markup, html};

use super::chain::vouched_by;
use super::text::{account, plain, shown, value};
use crate::dm3::{self, SignedUserProfile};
use crate::ens::{CoinType, address, contenthash};
use crate::registry::{Listed, NameView, Source};

/// Which proof the states behind the answers have.
#[derive(Clone, Copy, Debug, Default)]
pub struct Kinds<'a> {
    /// That of the name itself.
    pub own: Option<&'a str>,
    /// That of its owner's address name.
    pub inherited: Option<&'a str>,
}

/// Everything that a name answers.
pub fn records(view: &NameView, kinds: Kinds<'_>) -> Markup {
    let texts = view.texts();
    let (profiles, others): (Vec<_>, Vec<_>) =
        texts.into_iter().partition(|text| dm3::is_profile_record(text.key));
    html! {
        (profile(view, &profiles, kinds))
        (others_section(&others, kinds))
        (addresses(&view.addresses(), kinds))
        (content(view, kinds))
    }
}

fn profile(view: &NameView, profiles: &[Listed<&str, &str>], kinds: Kinds<'_>) -> Markup {
    html! {
        section.records aria-labelledby="profile-title" {
            h2 #profile-title { "dm3 profile" }
            @match profiles.first() {
                None => {
                    p.none { "None: nobody can write to this name yet." }
                }
                Some(record) => { (profile_record(view, record, kinds)) }
            }
        }
    }
}

fn profile_record(view: &NameView, record: &Listed<&str, &str>, kinds: Kinds<'_>) -> Markup {
    match dm3::read_inline_profile(record.value) {
        Some(profile) => {
            let is_by_key = view.account().is_some_and(|account| profile.verify(account).is_ok());
            inline_profile(&profile, is_by_key, record, kinds)
        }
        None => html! {
            dl { (row("Where it is", None, &value(record.key, record.value), &mark(record.source, kinds, record.key))) }
        },
    }
}

fn inline_profile(
    signed: &SignedUserProfile,
    is_by_key: bool,
    record: &Listed<&str, &str>,
    kinds: Kinds<'_>,
) -> Markup {
    let profile = signed.profile();
    let services = html! {
        @if profile.delivery_services.is_empty() {
            span.none { "None: nobody can write to this name yet." }
        } @else {
            ol.services { @for service in &profile.delivery_services { li { (shown(service.as_str())) } } }
        }
    };
    let key = |key: String| html! { code { (key) } };
    let published = match record.source {
        Source::Inherited => "under the owner’s address, for all of their names",
        _ => "under this name",
    };
    let marks = html! {
        span.mark data-mark="profile" {
            "signed by the account, as a profile"
            // The signature of a contract account, which only the chain can check.
            @if !is_by_key { ", as the chain has told this gateway" }
        }
        (mark(record.source, kinds, record.key))
    };
    html! {
        dl {
            (row("Delivery services", None, &services, &html! {}))
            (row("Encryption key", None, &key(profile.public_encryption_key.to_string()), &html! {}))
            (row("Signing key", None, &key(profile.public_signing_key.to_string()), &html! {}))
            (row("Published", None, &html! { (published) }, &marks))
        }
    }
}

fn others_section(texts: &[Listed<&str, &str>], kinds: Kinds<'_>) -> Markup {
    html! {
        @if !texts.is_empty() {
            section.records aria-labelledby="texts-title" {
                h2 #texts-title { "About" }
                dl {
                    @for text in texts {
                        (row(label_of(text.key).unwrap_or_default(), Some(text.key), &value(text.key, text.value),
                            &mark(text.source, kinds, text.key)))
                    }
                }
            }
        }
    }
}

fn addresses(addresses: &[Listed<CoinType, alloy::primitives::Bytes>], kinds: Kinds<'_>) -> Markup {
    html! {
        @if !addresses.is_empty() {
            section.records aria-labelledby="addresses-title" {
                h2 #addresses-title { "Addresses" }
                dl {
                    @for Listed { key, value, source } in addresses {
                        @let name = key.to_string();
                        @let written = html! {
                            @match alloy::primitives::Address::try_from(value.as_ref()) {
                                Ok(evm) if key.is_evm() => { (account(evm)) }
                                _ => { code { (address::format(*key, value)) } }
                            }
                        };
                        (row(coin_label(*key).unwrap_or_default(), Some(&name), &written, &mark_of(*source, kinds, None, Some(*key))))
                    }
                }
            }
        }
    }
}

fn content(view: &NameView, kinds: Kinds<'_>) -> Markup {
    let (hash, data) = (view.contenthash(), view.data_records());
    html! {
        @if let Some(source) = view.contenthash_source() {
            section.records aria-labelledby="content-title" {
                h2 #content-title { "Content" }
                dl {
                    (row("Content hash", None, &html! { code { (contenthash::format(&hash)) } },
                        &mark(source, kinds, "contenthash")))
                }
            }
        }
        @if !data.is_empty() {
            section.records aria-labelledby="data-title" {
                h2 #data-title { "Data" }
                dl {
                    @for Listed { key, value: bytes, source } in &data {
                        (row("", Some(key), &value(key, &format!("0x{}", hex::encode(bytes))), &mark(*source, kinds, key)))
                    }
                }
            }
        }
    }
}

/// A record. What has no label for people goes by its key.
fn row(label: &str, key: Option<&str>, value: &Markup, mark: &Markup) -> Markup {
    html! {
        div.record {
            dt title=[key.filter(|_| !label.is_empty()).map(plain)] {
                @match key {
                    Some(key) if label.is_empty() => { (shown(key)) }
                    _ => { (label) }
                }
            }
            dd { (value) (mark) }
        }
    }
}

/// What vouches for an answer, as far as this gateway says. The browser checks it, and says so in the same place.
fn mark(source: Source, kinds: Kinds<'_>, key: &str) -> Markup {
    mark_of(source, kinds, Some(key), None)
}

fn mark_of(source: Source, kinds: Kinds<'_>, key: Option<&str>, coin: Option<CoinType>) -> Markup {
    let signed = |kind: Option<&str>| vouched_by(kind.unwrap_or("eip712"));
    let (mark, says) = match source {
        Source::Own => ("own", signed(kinds.own)),
        Source::Inherited => ("inherited", html! { (signed(kinds.inherited)) ", for all of their names" }),
        Source::Zone => ("zone", html! { "set by this gateway" }),
        Source::Owner => ("owner", html! { "follows from the owner" }),
    };
    html! { span.mark data-mark=(mark) data-key=[key] data-coin=[coin.map(u64::from)] { (says) } }
}

/// What people call a text record (ENSIP-5, ENSIP-18).
fn label_of(key: &str) -> Option<&'static str> {
    Some(match key {
        "avatar" => "Picture",
        "header" => "Header picture",
        "name" | "display" => "Goes by",
        "description" => "Description",
        "url" => "Website",
        "email" => "Email",
        "mail" => "Post",
        "phone" => "Phone",
        "location" => "Place",
        "keywords" => "Keywords",
        "notice" => "Notice",
        "com.github" => "GitHub",
        "com.twitter" => "X (Twitter)",
        "com.discord" => "Discord",
        "com.reddit" => "Reddit",
        "org.telegram" => "Telegram",
        _ => return None,
    })
}

/// What people call a coin.
fn coin_label(coin: CoinType) -> Option<&'static str> {
    Some(match coin.to_string().as_str() {
        "btc" => "Bitcoin",
        "ltc" => "Litecoin",
        "doge" => "Dogecoin",
        "eth" => "Ethereum",
        "atom" => "Cosmos",
        "xrp" => "XRP",
        "bch" => "Bitcoin Cash",
        "xlm" => "Stellar",
        "trx" => "Tron",
        "dot" => "Polkadot",
        "sol" => "Solana",
        "default" => "Any EVM chain",
        "op" => "Optimism",
        "bsc" => "BNB Smart Chain",
        "gnosis" => "Gnosis",
        "polygon" => "Polygon",
        "base" => "Base",
        "arbitrum" => "Arbitrum",
        "celo" => "Celo",
        "avalanche" => "Avalanche",
        "linea" => "Linea",
        "scroll" => "Scroll",
        "zksync" => "ZKsync",
        "mantle" => "Mantle",
        _ => return None,
    })
}
