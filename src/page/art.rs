//! The picture of a name.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use maud::{Markup, html};

use crate::ens::Name;

/// What an `avatar` record may hold to be shown. Everything else would have to be asked for elsewhere, which tells others
/// who looks at the page; and only pixels: an SVG is a document.
const KINDS: [&str; 5] = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"];

/// The picture in the name's `avatar`, if it is all there; else one drawn from the name.
pub fn avatar(name: &Name, record: &str) -> Markup {
    html! {
        @if is_picture(record) {
            img.avatar src=(record) alt={ "Avatar of " (name.as_str()) } width="88" height="88" decoding="async";
        } @else {
            (drawn(name))
        }
    }
}

/// Whether a record holds a picture of a kind that is shown.
pub fn is_picture(record: &str) -> bool {
    let data = record.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"));
    data.is_some_and(|(kind, data)| {
        KINDS.contains(&kind) && !data.is_empty() && BASE64_STANDARD.decode(data).is_ok()
    })
}

/// Two colours and a place for the light that follow from the node, and the first character.
fn drawn(name: &Name) -> Markup {
    let [a, b, c, d, ..] = name.node().as_bytes().0;
    let hue = u32::from(a) * 360 / 256;
    let other = (hue + 40 + u32::from(b) * 60 / 256) % 360;
    let (x, y) = (16 + u32::from(c) / 8, 10 + u32::from(d) / 10);
    let initial: String =
        name.as_str().chars().next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    let colour = |hue: u32, light: u32| format!("oklch({light}% 0.11 {hue})");
    html! {
        svg.avatar viewBox="0 0 88 88" width="88" height="88" aria-hidden="true" {
            defs {
                radialGradient id="art" gradientUnits="userSpaceOnUse" cx=(x) cy=(y) r="92" {
                    stop offset="0" stop-color=(colour(other, 66)) {}
                    stop offset="1" stop-color=(colour(hue, 40)) {}
                }
            }
            rect width="88" height="88" fill="url(#art)" {}
            text x="44" y="57" text-anchor="middle" font-size="38" fill="#fff" { (initial) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pictures_that_are_all_there_are_shown() {
        assert!(is_picture("data:image/png;base64,iVBORw0KGgo="));
        for record in [
            "",
            "https://example.com/a.png",
            "data:image/svg+xml;base64,PHN2Zy8+",
            "data:text/html;base64,PHA+",
            "data:image/png,raw",
            "data:image/png;base64,",
            "data:image/png;base64,\"onerror=\"alert(1)",
            "data:image/png;charset=x;base64,iVBORw0KGgo=",
            "DATA:image/png;base64,iVBORw0KGgo=",
        ] {
            assert!(!is_picture(record), "{record}");
        }
    }
}
