//! What others wrote, shown so that it can only be read as what it is.

use std::fmt::Write;
use std::time::{Duration, UNIX_EPOCH};

use alloy::primitives::Address;
use maud::{Markup, PreEscaped, Render, html};
use url::Url;

/// From so many characters on a value scrolls in a box of its own.
const LONG: usize = 280;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Text of others, isolated from the direction of the text around it, with the characters that show nothing and change
/// how the rest reads (controls, marks of direction) named.
pub fn shown(text: &str) -> Markup {
    html! { bdi { (Visible(text)) } }
}

/// A record's value: a link where it is the address of a page, a box to scroll in where it is long.
pub fn value(key: &str, text: &str) -> Markup {
    let is_long = text.len() > LONG;
    html! {
        @if let Some(url) = web_address(text) {
            a.value href=(url) rel="noopener noreferrer nofollow ugc" { (shown(text)) }
        } @else if is_long {
            div.value.long tabindex="0" role="group" aria-label={ "Value of " (plain(key)) } { (shown(text)) }
        } @else {
            span.value { (shown(text)) }
        }
    }
}

/// For places that have text only, such as titles.
pub fn plain(text: &str) -> String {
    text.chars().map(|character| if is_hidden(character) { '\u{fffd}' } else { character }).collect()
}

/// The beginning of a text, for previews.
pub fn beginning(text: &str) -> String {
    const CHARACTERS: usize = 200;
    let mut short: String = plain(text).chars().take(CHARACTERS).collect();
    if text.chars().nth(CHARACTERS).is_some() {
        short.push('…');
    }
    short
}

/// An account, in full with its checksum, and on small screens in short.
pub fn account(account: Address) -> Markup {
    let full = account.to_string();
    let (head, rest) = full.split_at(6);
    let (middle, tail) = rest.split_at(rest.len() - 4);
    html! { code.account title=(full) { (head) span { (middle) } (tail) } }
}

/// A day, for people.
pub fn day(unix_seconds: u64) -> Markup {
    // The last second of the year 9999, behind which the format has no words.
    const LAST: u64 = 253_402_300_799;
    let time = UNIX_EPOCH + Duration::from_secs(unix_seconds.min(LAST));
    let full = humantime::format_rfc3339_seconds(time).to_string();
    let mut parts = full.split(['-', 'T']);
    let year = parts.next().unwrap_or_default();
    let month = parts.next().and_then(|month| month.parse::<usize>().ok()).unwrap_or_default();
    let month = MONTHS.get(month.wrapping_sub(1)).copied().unwrap_or_default();
    let day = parts.next().unwrap_or_default().trim_start_matches('0');
    html! { time datetime=(full) title=(full) { (day) " " (month) " " (year) } }
}

/// The address of a page, and of nothing else that a browser would follow.
fn web_address(text: &str) -> Option<Url> {
    if text.chars().any(is_hidden) {
        return None;
    }
    Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

struct Visible<'a>(&'a str);

impl Render for Visible<'_> {
    fn render_to(&self, buffer: &mut String) {
        for character in self.0.chars() {
            if is_hidden(character) {
                let name = format!("U+{:04X}", u32::from(character));
                buffer.push_str(&html! { span.hidden-character { (name) } }.into_string());
            } else {
                // Writing to a string does not fail.
                let _ = maud::Escaper::new(buffer).write_char(character);
            }
        }
    }
}

/// Controls but for line ends and tabs, and what changes the direction or the joining of text. Not the joiner that emoji
/// are made with.
const fn is_hidden(character: char) -> bool {
    matches!(
        character,
        '\0'..='\u{8}'
            | '\u{b}'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{ad}'
            | '\u{61c}'
            | '\u{200b}'
            | '\u{200e}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
    )
}

/// Joins what follows without looking at it. For what is made here, never for what came from outside.
pub const fn trusted(html: &'static str) -> PreEscaped<&'static str> {
    PreEscaped(html)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn html(text: &str) -> String {
        value("key", text).into_string()
    }

    #[test]
    fn only_web_addresses_become_links() {
        assert!(html("https://example.com/a?b=c&d").contains("href=\"https://example.com/a?b=c&amp;d\""));
        for text in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            " javascript:alert(1)",
            "data:text/html,<script>alert(1)</script>",
            "vbscript:x",
            "//example.com",
            "example.com",
            "https://",
            "mailto:a@b",
            "https://example.com/\u{202e}gpj.exe",
        ] {
            assert!(!html(text).contains("href"), "{text}");
        }
    }

    #[test]
    fn hidden_characters_are_named() {
        assert_eq!(
            shown("a\u{202e}b").into_string(),
            "<bdi>a<span class=\"hidden-character\">U+202E</span>b</bdi>"
        );
        assert_eq!(shown("👩\u{200d}👧\n").into_string(), "<bdi>👩\u{200d}👧\n</bdi>");
        assert_eq!(plain("a\u{0}b"), "a\u{fffd}b");
    }

    #[test]
    fn days_are_written_for_people() {
        assert!(day(1_795_000_000).into_string().contains(">18 November 2026<"));
        assert!(day(0).into_string().contains(">1 January 1970<"));
        assert!(day(u64::MAX).into_string().contains(">31 December 9999<"));
    }

    #[test]
    fn previews_are_short() {
        assert_eq!(beginning("short"), "short");
        assert_eq!(beginning(&"😀".repeat(300)).chars().count(), 201);
    }

    proptest! {
        #[test]
        fn no_text_gets_out_of_its_element(text in "[<>\"'&/a-z\u{202e}]{0,60}") {
            let shown = shown(&text).into_string();
            let inside = shown.strip_prefix("<bdi>").and_then(|rest| rest.strip_suffix("</bdi>")).unwrap();
            let inside = inside.replace("<span class=\"hidden-character\">U+202E</span>", "");
            prop_assert!(!inside.contains(['<', '>', '"']));
        }
    }
}
