//! What was found.

use serde::Serialize;

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// As it should be.
    Ok,
    /// Names resolve, but not for everybody, or not for long.
    Warning,
    /// Names do not resolve, or what protects them does not.
    Broken,
}

/// The outcome of one check.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// Which check. Stays the same from version to version.
    pub check: &'static str,
    /// What was checked: a gateway, a contract, a name, an account.
    pub subject: String,
    /// How bad it is.
    pub status: Status,
    /// What was found.
    pub message: String,
    /// What to do about it.
    pub next: Option<String>,
}

/// The outcomes about one subject or several.
#[derive(Debug, Default)]
pub struct Report {
    findings: Vec<Finding>,
}

impl Report {
    /// As it should be.
    pub fn ok(&mut self, check: &'static str, subject: impl ToString, message: impl ToString) {
        self.add(check, subject, Status::Ok, message, None);
    }

    /// Not as it should be, and what to do.
    pub fn warn(
        &mut self,
        check: &'static str,
        subject: impl ToString,
        message: impl ToString,
        next: impl ToString,
    ) {
        self.add(check, subject, Status::Warning, message, Some(next.to_string()));
    }

    /// Broken, and what to do.
    pub fn broken(
        &mut self,
        check: &'static str,
        subject: impl ToString,
        message: impl ToString,
        next: impl ToString,
    ) {
        self.add(check, subject, Status::Broken, message, Some(next.to_string()));
    }

    /// Takes over what another report has.
    pub fn append(&mut self, mut other: Self) {
        self.findings.append(&mut other.findings);
    }

    /// What was found, in the order in which it was checked.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// How many are that bad.
    pub fn count(&self, status: Status) -> usize {
        self.findings.iter().filter(|finding| finding.status == status).count()
    }

    fn add(
        &mut self,
        check: &'static str,
        subject: impl ToString,
        status: Status,
        message: impl ToString,
        next: Option<String>,
    ) {
        let (subject, message) = (subject.to_string(), shorten(&message.to_string()));
        self.findings.push(Finding { check, subject, status, message, next });
    }
}

/// Other people's words, in one line that is not too long.
fn shorten(message: &str) -> String {
    const KEPT: usize = 400;
    let line: String = message.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match line.char_indices().nth(KEPT) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}
