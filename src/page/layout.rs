//! What all pages have around them.

use maud::{DOCTYPE, Markup, html};

use super::asset::Asset;
use super::text::trusted;

/// What a page says about itself, to search engines and previews.
#[derive(Debug)]
pub struct Head<'a> {
    /// Its title.
    pub title: &'a str,
    /// In a sentence or two.
    pub description: &'a str,
    /// Its address, where previews link to.
    pub url: Option<&'a str>,
    /// Of previews: `website` or `profile`.
    pub kind: &'static str,
    /// Whether search engines are to leave it out.
    pub unlisted: bool,
}

/// The sign of the gateway: two circles that meet.
const SIGN: &str = "<svg viewBox=\"0 0 24 24\" width=\"22\" height=\"22\" aria-hidden=\"true\"><circle cx=\"9\" cy=\"12\" r=\"6.5\" \
    fill=\"none\" stroke=\"currentColor\" stroke-width=\"2.5\"/><circle cx=\"16\" cy=\"12\" r=\"6.5\" fill=\"currentColor\" \
    opacity=\".55\"/></svg>";
/// The same for the browser's tab, in a colour that stands out from light and dark.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'%3E%3Ccircle cx='9' \
    cy='12' r='6.5' fill='none' stroke='%2317907c' stroke-width='2.5'/%3E%3Ccircle cx='16' cy='12' r='6.5' \
    fill='%2317907c' opacity='.6'/%3E%3C/svg%3E";

/// A whole page. `root` leads from it to the root of the gateway: links are relative, so that a gateway can live below
/// any path.
pub fn page(root: &str, head: &Head<'_>, main: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="theme-color" content="#faf9f7" media="(prefers-color-scheme: light)";
                meta name="theme-color" content="#12161a" media="(prefers-color-scheme: dark)";
                title { (head.title) }
                meta name="description" content=(head.description);
                @if head.unlisted { meta name="robots" content="noindex"; }
                meta property="og:title" content=(head.title);
                meta property="og:description" content=(head.description);
                meta property="og:type" content=(head.kind);
                meta property="og:site_name" content="dm3 names";
                @if let Some(url) = head.url {
                    meta property="og:url" content=(url);
                    link rel="canonical" href=(url);
                }
                meta name="twitter:card" content="summary";
                link rel="icon" href=(ICON);
                link rel="stylesheet" href={ (root) (Asset::style().path()) };
                script type="module" src={ (root) (Asset::script().path()) } {}
            }
            body {
                a.skip href="#main" { "Skip to the content" }
                header.top {
                    a.brand href={ (root) "./" } { (trusted(SIGN)) span { "dm3 names" } }
                }
                (main)
                footer.bottom {
                    p {
                        "Served by dm3-gateway " (env!("CARGO_PKG_VERSION")) ". This page asks nobody else for anything."
                    }
                    nav aria-label="About this gateway" {
                        a href={ (root) "openapi.json" } { "API" }
                        a href={ (root) "v1/info" } { "Signer and zones" }
                    }
                }
            }
        }
    }
}
