//! Pages that say why there is nothing to see.

use maud::{Markup, html};

use super::layout::{self, Head};
use super::text::shown;

/// Why a page cannot be shown, and what to do.
#[derive(Debug)]
pub struct Failure {
    /// In a few words.
    pub title: &'static str,
    /// What is wrong here.
    pub detail: String,
    /// The name that was meant, perhaps.
    pub instead: Option<String>,
}

/// A page about a failure.
pub fn failure_page(root: &str, failure: &Failure) -> Markup {
    let Failure { title, detail, instead } = failure;
    let main = html! {
        main #main.narrow data-page="failure" {
            h1 { (title) }
            p.lead { (shown(detail)) }
            @if let Some(name) = instead {
                p { "Did you mean " a href={ (root) "names/" (encoded(name)) } { (shown(name)) } "?" }
            }
            p { a.button href={ (root) "./" } { "Claim a name" } }
        }
    };
    let head = Head { title, description: title, url: None, kind: "website", unlisted: true };
    layout::page(root, &head, &main)
}

/// A name in a path.
pub fn encoded(name: &str) -> String {
    url::form_urlencoded::byte_serialize(name.as_bytes()).collect::<String>().replace('+', "%20")
}
