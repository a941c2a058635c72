//! Standard output: results, and other people's text in them.

use std::fmt::Display;
use std::io::{ErrorKind, IsTerminal, Write, stdout};

use super::error::CliError;

/// Prints a result and a line end. Who reads only the beginning of it, as `head` does, has what they want: that is no
/// error.
pub fn print(result: impl Display) -> Result<(), CliError> {
    match writeln!(stdout(), "{result}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// The same for what goes to standard error.
pub fn told(text: &str) -> String {
    if std::io::stderr().is_terminal() { without_controls(text) } else { text.to_owned() }
}

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
