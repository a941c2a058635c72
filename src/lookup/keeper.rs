//! The cache of outcomes: one resolution of a name at a time however many ask, bounded by bytes.

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use moka::sync::Cache;
use tokio::sync::watch;
use tracing::Instrument;

use super::outcome::{Body, Outcome};
use super::verdict::Verdict;
use crate::clock::Clock;
use crate::config::LookupSettings;
use crate::ens::Name;

/// So many names are noted as changed; behind that they are not written down before they change again. It takes a database
/// that does not answer for long.
const MAX_CHANGES: usize = 200_000;
/// What an entry takes beside its outcome: the key, the cache's own bookkeeping, the allocations.
const OVERHEAD: usize = 520;

/// An outcome that is kept.
#[derive(Debug)]
pub struct Kept<B> {
    /// What was found.
    pub outcome: Outcome<B>,
    /// When the resolution began, in unix seconds.
    pub resolved_at: u64,
    /// Until when it is good, in unix seconds.
    pub expires_at: u64,
    /// When what callers act on became what it is, in unix seconds; as far as is known here.
    pub changed_at: u64,
    /// When it was last tried in vain to look again, in unix seconds, and why it was. Held for a look at it only.
    failure: Mutex<Option<(u64, String)>>,
}

/// Outcomes by name.
#[derive(Debug)]
pub struct Keeper<B: Body> {
    entries: Cache<Name, Arc<Kept<B>>>,
    /// The resolutions that are under way. Held for a look into the map only.
    flights: Mutex<HashMap<Name, Flight<B>>>,
    /// Names of which something else is kept than before; `None`: nobody wants to know.
    changes: Option<Arc<Mutex<HashSet<Name>>>>,
    flown: AtomicU64,
    settings: LookupSettings,
    clock: Clock,
}

type Landing<B> = watch::Receiver<Option<Arc<Kept<B>>>>;

#[derive(Debug)]
struct Flight<B> {
    id: u64,
    begun: u64,
    landing: Landing<B>,
}

/// What somebody asks for: as it was at this time, in unix seconds, or later.
#[derive(Debug)]
pub struct Demand<'a, B> {
    /// The oldest that will do.
    pub oldest: u64,
    /// What they have seen in the cache, and do not want.
    pub seen: Option<&'a Arc<Kept<B>>>,
}

impl<B> Default for Demand<'_, B> {
    fn default() -> Self {
        Self { oldest: 0, seen: None }
    }
}

impl<B> Kept<B> {
    /// Of an outcome that is told and not kept.
    pub fn of(outcome: Outcome<B>, now: u64) -> Self {
        Self { outcome, resolved_at: now, expires_at: now, changed_at: now, failure: Mutex::default() }
    }

    /// Notes that looking again failed.
    pub fn fail(&self, now: u64, reason: &str) {
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, reason.to_owned()));
    }

    /// When and why looking again failed last.
    pub fn failure(&self) -> Option<(u64, String)> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// With other times than that of its resolution.
    pub const fn dated(mut self, expires_at: u64, changed_at: u64) -> Self {
        self.expires_at = expires_at;
        self.changed_at = changed_at;
        self
    }

    /// Whether less than a fifth of its life is left: who asks now gets it, and has it looked up again.
    pub const fn is_due(&self, now: u64) -> bool {
        let lifetime = self.expires_at.saturating_sub(self.resolved_at);
        self.expires_at.saturating_sub(now) < lifetime.div_ceil(5)
    }
}

impl<B: Body> Keeper<B> {
    pub fn new(settings: &LookupSettings, bytes: u64, clock: Clock) -> Self {
        let weigh = |name: &Name, kept: &Arc<Kept<B>>| {
            let weight = OVERHEAD + 2 * name.as_str().len() + kept.outcome.weight();
            u32::try_from(weight).unwrap_or(u32::MAX)
        };
        let mut entries = Cache::builder().max_capacity(bytes).weigher(weigh);
        let changes = settings.keep.then(Arc::<Mutex<HashSet<Name>>>::default);
        if let Some(changes) = changes.clone() {
            entries = entries.eviction_listener(move |name: Arc<Name>, kept: Arc<Kept<B>>, cause| {
                if cause.was_evicted() && kept.outcome.lifetime.basis.is_empty() {
                    note(&changes, &name);
                }
            });
        }
        Self {
            entries: entries.build(),
            changes,
            flights: Mutex::default(),
            flown: AtomicU64::new(0),
            settings: settings.clone(),
            clock,
        }
    }

    /// What is kept for a name, however old.
    pub fn peek(&self, name: &Name) -> Option<Arc<Kept<B>>> {
        self.entries.get(name)
    }

    /// Forgets a name; a resolution that is under way is not kept either.
    pub fn purge(&self, name: &Name) {
        // Under the lock, so that a resolution which lands now is either forgotten too or not kept.
        let mut flights = self.lock();
        flights.remove(name);
        self.entries.invalidate(name);
        drop(flights);
        self.note(name);
    }

    /// Puts back what was kept before a restart, unless it is too old, or there is no room for it.
    pub fn restore(&self, name: &Name, kept: Kept<B>) -> bool {
        let now = self.clock.now();
        if kept.resolved_at > now || !self.may_be_stale(&kept, now) {
            return false;
        }
        // The settings may have changed meanwhile.
        let expires_at = kept.resolved_at.saturating_add(self.lifetime(&kept.outcome, kept.resolved_at));
        let kept = Kept { expires_at: expires_at.min(kept.expires_at), ..kept };
        self.entries.insert(name.clone(), Arc::new(kept));
        true
    }

    /// What was looked up before this time, in unix seconds, is never served any more.
    pub fn oldest_stale(&self) -> u64 {
        self.clock.now().saturating_sub(self.settings.stale_seconds)
    }

    /// Notes that something else is kept of a name than before.
    pub fn note(&self, name: &Name) {
        if let Some(changes) = &self.changes {
            note(changes, name);
        }
    }

    /// Some of the names that were noted, which are forgotten with that.
    pub fn take_changes(&self, limit: usize) -> Vec<Name> {
        let Some(changes) = &self.changes else { return Vec::new() };
        // Evictions are noted when the cache gets to them.
        self.entries.run_pending_tasks();
        let mut changes = changes.lock().unwrap_or_else(PoisonError::into_inner);
        let taken: Vec<_> = changes.iter().take(limit).cloned().collect();
        taken.iter().for_each(|name| {
            changes.remove(name);
        });
        taken
    }

    /// How many resolutions were begun.
    pub fn flown(&self) -> u64 {
        self.flown.load(Ordering::Relaxed)
    }

    /// How many bytes the cache takes, by its own count.
    pub fn bytes(&self) -> u64 {
        self.entries.run_pending_tasks();
        self.entries.weighted_size()
    }

    /// Whether what is kept may be served although its time is over.
    pub fn may_be_stale(&self, kept: &Kept<B>, now: u64) -> bool {
        kept.outcome.verdict != Verdict::Unreachable
            && now < kept.resolved_at.saturating_add(self.settings.stale_seconds)
    }

    /// Whether looking again failed so short a time ago that it is not tried yet.
    pub fn has_just_failed(&self, kept: &Kept<B>, now: u64) -> bool {
        let failed_at = kept.failure().map(|(failed_at, _)| failed_at);
        failed_at.is_some_and(|failed_at| now < failed_at.saturating_add(self.settings.unreachable_seconds))
    }

    /// Joins the resolution of a name that is under way, if it began late enough for the demand, or begins one. It is
    /// finished whether or not anybody waits.
    pub fn fly(
        self: &Arc<Self>,
        name: &Name,
        demand: &Demand<'_, B>,
        resolve: impl Future<Output = Outcome<B>> + Send + 'static,
    ) -> Landing<B> {
        let mut flights = self.lock();
        let begun = self.clock.now();
        if let Some(flight) = flights.get(name).filter(|flight| flight.begun >= demand.oldest) {
            return flight.landing.clone();
        }
        // One may have landed since the caller looked into the cache.
        if let Some(landed) = self.peek(name).filter(|kept| demand.takes(kept, begun)) {
            return watch::channel(Some(landed)).1;
        }
        let id = self.flown.fetch_add(1, Ordering::Relaxed);
        let (tell, landing) = watch::channel(None);
        flights.insert(name.clone(), Flight { id, begun, landing: landing.clone() });
        drop(flights);
        let (keeper, name) = (self.clone(), name.clone());
        let task = async move {
            // Ends with the task, whatever happens to it: a name must not stay blocked.
            let _end = EndOfFlight { keeper: keeper.clone(), name: name.clone(), id };
            let outcome = resolve.await;
            let kept = keeper.keep(&name, id, outcome, begun);
            tell.send_replace(Some(kept));
        };
        tokio::spawn(task.in_current_span());
        landing
    }

    fn keep(&self, name: &Name, id: u64, outcome: Outcome<B>, resolved_at: u64) -> Arc<Kept<B>> {
        let before = self.peek(name);
        let now = self.clock.now();
        let changed_at = match (&before, outcome.lifetime.changed_at) {
            (Some(before), _) if before.outcome.fingerprint() == outcome.fingerprint() => before.changed_at,
            // Nobody has seen it otherwise, and nothing but a write could have changed it.
            (None, Some(written_at)) => written_at,
            _ => resolved_at,
        };
        let is_unreachable = outcome.verdict == Verdict::Unreachable;
        let expires_at = now.saturating_add(self.lifetime(&outcome, now));
        let kept = Arc::new(Kept { outcome, resolved_at, expires_at, changed_at, failure: Mutex::default() });
        let flights = self.lock();
        let is_wanted = flights.get(name).is_some_and(|flight| flight.id == id);
        // What rests on other versions of our names is good for nobody any more.
        let rests_on_the_same =
            |before: &Kept<B>| before.outcome.lifetime.basis == kept.outcome.lifetime.basis;
        match before {
            _ if !is_wanted => {}
            Some(before)
                if is_unreachable && self.may_be_stale(&before, now) && rests_on_the_same(&before) =>
            {
                before.fail(now, kept.outcome.reason.as_deref().unwrap_or_default());
            }
            _ => {
                self.entries.insert(name.clone(), kept.clone());
                if kept.outcome.lifetime.basis.is_empty() {
                    self.note(name);
                }
            }
        }
        drop(flights);
        kept
    }

    /// For how many seconds an outcome may be kept: whatever is shortest, but a second at least.
    fn lifetime(&self, outcome: &Outcome<B>, now: u64) -> u64 {
        let of_verdict = match outcome.verdict {
            Verdict::Verified | Verdict::Invalid => self.settings.ttl_seconds,
            Verdict::Absent => self.settings.absent_seconds,
            Verdict::Unreachable => return self.settings.unreachable_seconds,
        };
        let of_answers = outcome.lifetime.answers_expire.map(|expires| expires.saturating_sub(now));
        let bounds = [outcome.lifetime.ens_ttl, of_answers];
        bounds.into_iter().flatten().fold(of_verdict, u64::min).max(1)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Name, Flight<B>>> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn note(changes: &Mutex<HashSet<Name>>, name: &Name) {
    let mut changes = changes.lock().unwrap_or_else(PoisonError::into_inner);
    if changes.len() < MAX_CHANGES {
        changes.insert(name.clone());
    }
}

impl<B> Demand<'_, B> {
    fn takes(&self, kept: &Arc<Kept<B>>, now: u64) -> bool {
        let is_seen = self.seen.is_some_and(|seen| Arc::ptr_eq(seen, kept));
        !is_seen && kept.resolved_at >= self.oldest && kept.resolved_at <= now && now < kept.expires_at
    }
}

struct EndOfFlight<B: Body> {
    keeper: Arc<Keeper<B>>,
    name: Name,
    id: u64,
}

impl<B: Body> Drop for EndOfFlight<B> {
    fn drop(&mut self) {
        let mut flights = self.keeper.lock();
        if flights.get(&self.name).is_some_and(|flight| flight.id == self.id) {
            flights.remove(&self.name);
        }
    }
}
