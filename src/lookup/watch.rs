//! Watching names: who watches them hears of each change, also of those while they were away.
//!
//! A cursor is a time up to which everything was told. Whoever comes back with one is told of every name that has
//! changed since, perhaps a second time, never not at all; so nothing has to be remembered for anybody, and a restart
//! changes nothing. All names are looked at in rounds; a write to one of ours has what rests on it looked at at once. A
//! name that takes long holds nobody else up.

use std::collections::{HashMap, HashSet, VecDeque};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use alloy::primitives::B256;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::time::{Instant, Sleep};

use super::verdict::ProfileLookup;
use super::{Lookups, Seen};
use crate::ens::{Name, Node};

/// How often all names are looked at; whether anybody is asked, their cached lookup decides.
const ROUND: Duration = Duration::from_secs(10);
/// A change counts from the beginning of the resolution that found it, which may have been so many seconds ago.
const SLACK_SECONDS: u64 = 20;
/// So many names are looked at at the same time.
const CONCURRENT: usize = 16;

/// What somebody who watches is told.
#[derive(Debug)]
pub enum News {
    /// A name that is not what it was.
    Profile(Box<ProfileLookup>),
    /// Everything up to the cursor was told.
    Complete,
}

/// News, and where to go on.
#[derive(Debug)]
pub struct Change {
    /// What is new.
    pub news: News,
    /// To come back with: everything before this time, in unix seconds, was told.
    pub cursor: u64,
}

type Look = Pin<Box<dyn Future<Output = (Name, Seen)> + Send>>;

/// Names that somebody watches.
pub struct Watch {
    lookups: Arc<Lookups>,
    names: Vec<Name>,
    /// What was told of each name.
    told: HashMap<Name, B256>,
    /// The names that rest on a node of ours.
    resting: HashMap<Node, HashSet<Name>>,
    writes: Option<broadcast::Receiver<Node>>,
    /// Of names that have changed before this, nothing is told the first time that they are looked at.
    since: Option<u64>,
    cursor: u64,
    /// To be looked at.
    due: VecDeque<Name>,
    looking: FuturesUnordered<Look>,
    /// Being looked at.
    looked_at: HashSet<Name>,
    /// Written meanwhile.
    again: HashSet<Name>,
    /// What is left of the round, and when that began in unix seconds.
    left: HashSet<Name>,
    begun: u64,
    next_round: Pin<Box<Sleep>>,
}

enum Event {
    Looked(Box<(Name, Seen)>),
    Written(Result<Node, RecvError>),
    Round,
}

impl Watch {
    /// Watches names, from the time of a cursor on; without one, what each name is now is told first.
    pub fn new(lookups: Arc<Lookups>, names: Vec<Name>, since: Option<u64>) -> Self {
        let writes = lookups.resolver.registry.as_ref().map(|registry| registry.writes());
        // A cursor from the future would hide what happens until then.
        let since = since.map(|since| since.min(lookups.clock.now()));
        let mut watch = Self {
            lookups,
            names,
            told: HashMap::new(),
            resting: HashMap::new(),
            writes,
            since,
            cursor: since.unwrap_or_default(),
            due: VecDeque::new(),
            looking: FuturesUnordered::new(),
            looked_at: HashSet::new(),
            again: HashSet::new(),
            left: HashSet::new(),
            begun: 0,
            next_round: Box::pin(tokio::time::sleep(ROUND)),
        };
        watch.begin_round();
        watch
    }

    /// The next news; waits until there is some.
    pub async fn next(&mut self) -> Change {
        loop {
            self.look();
            let news = match self.event().await {
                Event::Looked(looked) => self.judge(*looked),
                Event::Written(written) => {
                    self.note(written);
                    None
                }
                Event::Round => {
                    self.begin_round();
                    None
                }
            };
            if let Some(lookup) = news {
                // Before the round's end nobody knows what else has changed by then.
                return Change { news: News::Profile(Box::new(lookup)), cursor: self.cursor };
            }
            if self.ends_round() {
                return Change { news: News::Complete, cursor: self.cursor };
            }
        }
    }

    async fn event(&mut self) -> Event {
        let written = async {
            match &mut self.writes {
                Some(writes) => writes.recv().await,
                None => std::future::pending().await,
            }
        };
        let is_over = self.left.is_empty();
        tokio::select! {
            Some(looked) = self.looking.next(), if !self.looking.is_empty() => Event::Looked(Box::new(looked)),
            written = written => Event::Written(written),
            () = &mut self.next_round, if is_over => Event::Round,
        }
    }

    fn begin_round(&mut self) {
        self.begun = self.lookups.clock.now();
        self.left = self.names.iter().cloned().collect();
        self.due.extend(self.names.iter().cloned());
    }

    /// Whether the last name of a round was looked at just now.
    fn ends_round(&mut self) -> bool {
        if !self.left.is_empty() || self.begun == 0 {
            return false;
        }
        self.cursor = self.cursor.max(self.begun.saturating_sub(SLACK_SECONDS));
        self.begun = 0;
        self.next_round.as_mut().reset(Instant::now() + ROUND);
        true
    }

    fn look(&mut self) {
        while self.looking.len() < CONCURRENT {
            let Some(name) = self.due.pop_front() else { return };
            if !self.looked_at.insert(name.clone()) {
                continue;
            }
            let lookups = self.lookups.clone();
            self.looking.push(Box::pin(async move {
                let question = lookups.question(None, lookups.patience);
                let seen = lookups.seen(&name, question).await;
                (name, seen)
            }));
        }
    }

    fn judge(&mut self, (name, seen): (Name, Seen)) -> Option<ProfileLookup> {
        let Seen { lookup, fingerprint, changed_at, basis } = seen;
        self.looked_at.remove(&name);
        self.left.remove(&name);
        if self.again.remove(&name) {
            self.due.push_front(name.clone());
        }
        for node in basis {
            self.resting.entry(node).or_default().insert(name.clone());
        }
        let is_news = match self.told.insert(name, fingerprint) {
            Some(told) => told != fingerprint,
            None => self.since.is_none_or(|since| changed_at >= since),
        };
        is_news.then_some(lookup)
    }

    fn note(&mut self, written: Result<Node, RecvError>) {
        let names: Vec<Name> = match written {
            Ok(node) => self.resting.get(&node).into_iter().flatten().cloned().collect(),
            // Too many writes to follow one by one: look at everything.
            Err(RecvError::Lagged(_)) => self.names.clone(),
            Err(RecvError::Closed) => {
                self.writes = None;
                return;
            }
        };
        for name in names {
            if self.looked_at.contains(&name) {
                self.again.insert(name);
            } else {
                self.due.push_front(name);
            }
        }
    }
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Watch({} names)", self.names.len())
    }
}
