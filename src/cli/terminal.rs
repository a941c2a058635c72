//! Other people's text on a terminal.

use std::io::{IsTerminal, stdout};

/// Text that plays no tricks on a terminal: control characters are replaced where standard output is one. What goes into
/// a pipe or a file stays as it is.
pub fn shown(text: &str) -> String {
    if stdout().is_terminal() { without_controls(text) } else { text.to_owned() }
}

fn without_controls(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_lose_their_escape() {
        assert_eq!(without_controls("\u{1b}[2Jhello\u{7}\u{9b}"), "\u{fffd}[2Jhello\u{fffd}\u{fffd}");
        assert_eq!(without_controls("plain text, ümläute, 😀"), "plain text, ümläute, 😀");
    }
}
