//! Watching names: who watches them hears of each change, also of those while they were away.
//!
//! A cursor is a time up to which everything was told. Whoever comes back with one is told of every name that has
//! changed since, perhaps a second time, never not at all; so nothing has to be remembered for anybody, and a restart
//! changes nothing.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast::{self, error::RecvError};

use super::Lookups;
use super::keeper::Kept;
use super::verdict::ProfileLookup;
use crate::dm3::SignedUserProfile;
use crate::ens::{Name, Node};

/// How often names that this gateway does not keep are looked at; their cached lookup decides whether anybody is asked.
const ROUND: Duration = Duration::from_secs(10);
/// A resolution can take so many seconds, and its result counts from its beginning.
const SLACK_SECONDS: u64 = 20;

/// A name that is not what it was.
#[derive(Debug)]
pub struct Change {
    /// What it is now.
    pub lookup: ProfileLookup,
    /// To come back with: everything before this time, in unix seconds, was told.
    pub cursor: u64,
}

/// Names that somebody watches.
#[derive(Debug)]
pub struct Watch {
    lookups: Arc<Lookups>,
    names: Vec<Name>,
    /// What was told of each name.
    told: HashMap<Name, String>,
    /// The nodes of this gateway that these names rest on.
    basis: HashSet<Node>,
    writes: Option<broadcast::Receiver<Node>>,
    /// Of names that have changed before this, nothing is told in the first round.
    since: Option<u64>,
    cursor: u64,
    pending: VecDeque<ProfileLookup>,
    has_begun: bool,
}

impl Watch {
    /// Watches names, from the time of a cursor on; without one, what each name is now is told first.
    pub fn new(lookups: Arc<Lookups>, names: Vec<Name>, since: Option<u64>) -> Self {
        let writes = lookups.resolver.registry.as_ref().map(|registry| registry.writes());
        let cursor = since.unwrap_or_default();
        Self {
            lookups,
            names,
            told: HashMap::new(),
            basis: HashSet::new(),
            writes,
            since,
            cursor,
            pending: VecDeque::new(),
            has_begun: false,
        }
    }

    /// The next change; waits until there is one.
    pub async fn next(&mut self) -> Change {
        loop {
            if let Some(lookup) = self.pending.pop_front() {
                return Change { lookup, cursor: self.cursor };
            }
            if self.has_begun {
                self.wait().await;
            }
            self.look_at_all().await;
            self.has_begun = true;
        }
    }

    /// Until a write concerns one of the names, or it is time to look at those of others.
    async fn wait(&mut self) {
        let round = tokio::time::sleep(ROUND);
        tokio::pin!(round);
        loop {
            let Some(writes) = &mut self.writes else { return round.await };
            tokio::select! {
                () = &mut round => return,
                write = writes.recv() => match write {
                    Ok(node) if !self.basis.contains(&node) => {}
                    // Too many writes to follow one by one: look at everything.
                    Ok(_) | Err(RecvError::Lagged(_)) => return,
                    Err(RecvError::Closed) => self.writes = None,
                },
            }
        }
    }

    async fn look_at_all(&mut self) {
        let begun = self.lookups.clock.now();
        for name in self.names.clone() {
            let served = self.lookups.served_profile(&name, None).await;
            self.basis.extend(served.kept.outcome.lifetime.basis.iter().map(|(node, _)| *node));
            if self.is_news(&name, &served.kept) {
                let lookup = self.lookups.with_services(&name, served, None).await;
                self.pending.push_back(lookup);
            }
        }
        self.since = None;
        self.cursor = self.cursor.max(begun.saturating_sub(SLACK_SECONDS));
    }

    fn is_news(&mut self, name: &Name, kept: &Kept<SignedUserProfile>) -> bool {
        let fingerprint = kept.outcome.fingerprint();
        match self.told.insert(name.clone(), fingerprint.clone()) {
            Some(told) => told != fingerprint,
            None => self.since.is_none_or(|since| kept.changed_at >= since),
        }
    }
}
