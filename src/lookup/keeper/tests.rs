//! With a clock that stands still: how long what is kept, and what becomes of it when somebody looks again.

use std::sync::atomic::AtomicU64;

use proptest::prelude::*;
use tokio::sync::oneshot;

use super::*;
use crate::dm3::DeliveryServiceProfile;
use crate::ens::Node;
use crate::lookup::outcome::Lifetime;
use crate::lookup::verdict::Evidence;

const NOW: u64 = 1_795_000_000;
const SETTINGS: (u64, u64, u64, u64) = (300, 60, 5, 1000);

type Found = Outcome<DeliveryServiceProfile>;
type Subject = Keeper<DeliveryServiceProfile>;

fn keeper_with(change: impl FnOnce(&mut LookupSettings)) -> (Arc<Subject>, Arc<AtomicU64>) {
    let (ttl_seconds, absent_seconds, unreachable_seconds, stale_seconds) = SETTINGS;
    let mut settings = LookupSettings {
        ttl_seconds,
        absent_seconds,
        unreachable_seconds,
        stale_seconds,
        ..LookupSettings::default()
    };
    change(&mut settings);
    let (clock, hand) = Clock::held(NOW);
    (Arc::new(Keeper::new(&settings, 1 << 20, clock)), hand)
}

fn keeper() -> (Arc<Subject>, Arc<AtomicU64>) {
    keeper_with(|_| {})
}

fn name() -> Name {
    Name::parse("alice.eth").unwrap()
}

fn found(verdict: Verdict) -> Found {
    let (evidence, lifetime) = (Evidence::default(), Lifetime::default());
    Outcome { verdict, reason: None, address: None, body: None, evidence, lifetime }
}

fn living(verdict: Verdict, ens_ttl: Option<u64>, answers_expire: Option<u64>) -> Found {
    Outcome { lifetime: Lifetime { ens_ttl, answers_expire, ..Lifetime::default() }, ..found(verdict) }
}

/// What nobody has seen yet, however old.
fn unseen<'a>() -> Demand<'a, DeliveryServiceProfile> {
    Demand::default()
}

/// One resolution, with this outcome.
async fn resolve(keeper: &Arc<Subject>, outcome: Found) -> Arc<Kept<DeliveryServiceProfile>> {
    let seen = keeper.peek(&name());
    let demand = Demand { oldest: 0, seen: seen.as_ref() };
    let mut landing = keeper.fly(&name(), &demand, async { outcome });
    landing.wait_for(Option::is_some).await.unwrap().clone().unwrap()
}

fn lifetime(outcome: &Found) -> u64 {
    keeper().0.lifetime(outcome, NOW)
}

#[test]
fn the_shortest_of_setting_ttl_and_expiry_decides() {
    for verdict in [Verdict::Verified, Verdict::Invalid] {
        assert_eq!(lifetime(&living(verdict, None, None)), 300);
        assert_eq!(lifetime(&living(verdict, Some(100), None)), 100);
        assert_eq!(lifetime(&living(verdict, Some(100), Some(NOW + 50))), 50);
        assert_eq!(lifetime(&living(verdict, Some(20), Some(NOW + 50))), 20);
        assert_eq!(lifetime(&living(verdict, Some(10_000), Some(NOW + 10_000))), 300);
    }
}

#[test]
fn what_is_absent_lives_shorter_and_what_is_unreachable_shortest() {
    assert_eq!(lifetime(&living(Verdict::Absent, Some(10_000), None)), 60);
    assert_eq!(lifetime(&living(Verdict::Absent, Some(7), None)), 7);
    // Nobody answered: that there was a TTL once says nothing.
    assert_eq!(lifetime(&living(Verdict::Unreachable, Some(1), Some(NOW + 1))), 5);
}

#[test]
fn an_answer_that_has_expired_is_kept_for_a_second() {
    assert_eq!(lifetime(&living(Verdict::Verified, None, Some(NOW - 10))), 1);
}

proptest! {
    #[test]
    fn no_lifetime_is_longer_than_anything_that_bounds_it(
        ens_ttl: Option<u32>, answers: Option<u32>, is_absent: bool,
    ) {
        let (ens_ttl, answers) = (ens_ttl.map(u64::from), answers.map(u64::from));
        let verdict = if is_absent { Verdict::Absent } else { Verdict::Verified };
        let lifetime = lifetime(&living(verdict, ens_ttl, answers.map(|seconds| NOW + seconds)));
        let setting = if is_absent { 60 } else { 300 };
        prop_assert!((1..=setting).contains(&lifetime));
        for bound in [ens_ttl, answers].into_iter().flatten() {
            prop_assert!(lifetime <= bound.max(1));
        }
    }

    #[test]
    fn what_is_due_is_in_the_last_fifth_of_its_life(length in 1_u64..100_000, passed in 0_u64..100_000) {
        let passed = passed.min(length);
        let kept = Kept::of(found(Verdict::Verified), NOW).dated(NOW + length, NOW);
        let left = length - passed;
        prop_assert_eq!(kept.is_due(NOW + passed), left < length.div_ceil(5));
        prop_assert!(kept.is_due(NOW + length) && !kept.is_due(NOW));
    }
}

#[tokio::test]
async fn however_many_ask_there_is_one_resolution_at_a_time() {
    let (keeper, _) = keeper();
    let (land, landed) = oneshot::channel::<()>();
    let mut first = keeper.fly(&name(), &unseen(), async {
        landed.await.unwrap();
        found(Verdict::Absent)
    });
    let others: Vec<_> =
        (0..100).map(|_| keeper.fly(&name(), &unseen(), async { found(Verdict::Verified) })).collect();
    land.send(()).unwrap();
    first.wait_for(Option::is_some).await.unwrap();
    for mut other in others {
        let kept = other.wait_for(Option::is_some).await.unwrap().clone().unwrap();
        assert_eq!(kept.outcome.verdict, Verdict::Absent);
    }
    assert_eq!(keeper.flown(), 1);
}

#[tokio::test]
async fn a_resolution_is_finished_and_kept_although_nobody_waits() {
    let (keeper, _) = keeper();
    let (land, landed) = oneshot::channel::<()>();
    drop(keeper.fly(&name(), &unseen(), async {
        landed.await.unwrap();
        found(Verdict::Absent)
    }));
    let mut joined = keeper.fly(&name(), &unseen(), async { found(Verdict::Verified) });
    land.send(()).unwrap();
    joined.wait_for(Option::is_some).await.unwrap();
    assert_eq!(keeper.peek(&name()).unwrap().outcome.verdict, Verdict::Absent);
}

#[tokio::test]
async fn what_expires_is_counted_from_the_end_of_the_resolution_and_what_is_old_from_its_beginning() {
    let (keeper, hand) = keeper();
    let (land, landed) = oneshot::channel::<()>();
    let (begin, begun) = oneshot::channel::<()>();
    let mut landing = keeper.fly(&name(), &unseen(), async {
        begin.send(()).unwrap();
        landed.await.unwrap();
        found(Verdict::Verified)
    });
    begun.await.unwrap();
    hand.fetch_add(10, Ordering::SeqCst);
    land.send(()).unwrap();
    landing.wait_for(Option::is_some).await.unwrap();
    let kept = keeper.peek(&name()).unwrap();
    assert_eq!((kept.resolved_at, kept.expires_at), (NOW, NOW + 310));
}

#[tokio::test]
async fn a_resolution_that_reaches_nobody_keeps_what_there_was_and_marks_it() {
    let (keeper, hand) = keeper();
    let before = resolve(&keeper, found(Verdict::Verified)).await;
    assert!(!keeper.has_just_failed(&before, NOW));
    hand.store(NOW + 400, Ordering::SeqCst);
    let failed = resolve(&keeper, found(Verdict::Unreachable)).await;
    assert_eq!(failed.outcome.verdict, Verdict::Unreachable);
    let kept = keeper.peek(&name()).unwrap();
    assert_eq!((kept.outcome.verdict, kept.resolved_at), (Verdict::Verified, NOW));
    assert!(keeper.has_just_failed(&kept, NOW + 404) && !keeper.has_just_failed(&kept, NOW + 405));
    // Until it is too old to be given at all.
    assert!(keeper.may_be_stale(&kept, NOW + 999) && !keeper.may_be_stale(&kept, NOW + 1000));
    hand.store(NOW + 1000, Ordering::SeqCst);
    resolve(&keeper, found(Verdict::Unreachable)).await;
    assert_eq!(keeper.peek(&name()).unwrap().outcome.verdict, Verdict::Unreachable);
}

#[tokio::test]
async fn what_was_never_reached_is_nothing_to_fall_back_on() {
    let (keeper, _) = keeper();
    let kept = resolve(&keeper, found(Verdict::Unreachable)).await;
    assert!(!keeper.may_be_stale(&kept, NOW));
    resolve(&keeper, found(Verdict::Unreachable)).await;
    assert!(!keeper.has_just_failed(&keeper.peek(&name()).unwrap(), NOW));
}

#[tokio::test]
async fn the_same_again_has_not_changed_and_something_else_has() {
    let (keeper, hand) = keeper();
    resolve(&keeper, found(Verdict::Absent)).await;
    hand.store(NOW + 100, Ordering::SeqCst);
    let same = resolve(&keeper, found(Verdict::Absent)).await;
    assert_eq!((same.resolved_at, same.changed_at), (NOW + 100, NOW));
    hand.store(NOW + 200, Ordering::SeqCst);
    assert_eq!(resolve(&keeper, found(Verdict::Invalid)).await.changed_at, NOW + 200);
    // When it was written counts where nothing was kept before. Who saw something else is told of it as of now.
    let written = |verdict| Outcome {
        lifetime: Lifetime { changed_at: Some(7), ..Lifetime::default() },
        ..found(verdict)
    };
    assert_eq!(resolve(&keeper, written(Verdict::Absent)).await.changed_at, NOW + 200);
    let (keeper, _) = self::keeper();
    assert_eq!(resolve(&keeper, written(Verdict::Absent)).await.changed_at, 7);
}

#[tokio::test]
async fn what_is_forgotten_during_a_resolution_is_not_kept_after_it() {
    let (keeper, _) = keeper();
    let (land, landed) = oneshot::channel::<()>();
    let mut old = keeper.fly(&name(), &unseen(), async {
        landed.await.unwrap();
        found(Verdict::Verified)
    });
    keeper.purge(&name());
    // Who asks now gets a new one, which the old one does not disturb.
    let new = resolve(&keeper, found(Verdict::Absent)).await;
    land.send(()).unwrap();
    let told = old.wait_for(Option::is_some).await.unwrap().clone().unwrap();
    assert_eq!((told.outcome.verdict, new.outcome.verdict), (Verdict::Verified, Verdict::Absent));
    assert_eq!(keeper.peek(&name()).unwrap().outcome.verdict, Verdict::Absent);
    keeper.purge(&name());
    assert!(keeper.peek(&name()).is_none());
}

#[tokio::test]
async fn a_resolution_that_panics_frees_the_name() {
    let (keeper, _) = keeper();
    let mut broken = keeper.fly(&name(), &unseen(), async { panic!("on purpose") });
    assert!(broken.wait_for(Option::is_some).await.is_err(), "who waits is not left waiting");
    assert_eq!(resolve(&keeper, found(Verdict::Absent)).await.outcome.verdict, Verdict::Absent);
}

#[tokio::test]
async fn only_what_changes_of_names_that_others_keep_is_noted_and_only_where_somebody_wants_to_know() {
    let (quiet, _) = keeper();
    resolve(&quiet, found(Verdict::Absent)).await;
    assert!(quiet.take_changes(10).is_empty());

    let (keeper, hand) = keeper_with(|settings| settings.keep = true);
    let basis = vec![(Node::ROOT, 1)];
    let own = Outcome { lifetime: Lifetime { basis, ..Lifetime::default() }, ..found(Verdict::Absent) };
    resolve(&keeper, own).await;
    assert!(keeper.take_changes(10).is_empty(), "its own versions say whether it is good");
    resolve(&keeper, found(Verdict::Absent)).await;
    assert_eq!(keeper.take_changes(10), [name()]);
    assert!(keeper.take_changes(10).is_empty(), "they are told once");
    hand.store(NOW + 400, Ordering::SeqCst);
    resolve(&keeper, found(Verdict::Unreachable)).await;
    assert!(keeper.take_changes(10).is_empty(), "what is kept is what it was");
    keeper.purge(&name());
    assert_eq!(keeper.take_changes(10), [name()]);
}

#[tokio::test]
async fn what_the_cache_has_no_room_for_is_noted_too() {
    let settings = LookupSettings { keep: true, ..LookupSettings::default() };
    let keeper: Subject = Keeper::new(&settings, 10_000, Clock::held(NOW).0);
    for number in 0..100 {
        let name = Name::parse(&format!("n{number}.eth")).unwrap();
        assert!(keeper.restore(&name, Kept::of(found(Verdict::Absent), NOW)));
    }
    let noted = keeper.take_changes(100);
    assert!(keeper.bytes() <= 10_000 && noted.len() > 50, "{} bytes, {} noted", keeper.bytes(), noted.len());
    assert!(noted.iter().all(|name| keeper.peek(name).is_none()));
}

#[test]
fn what_is_put_back_is_neither_too_old_nor_from_the_future_nor_good_for_longer_than_now_is_allowed() {
    let (keeper, _) = keeper();
    let kept = |at: u64, verdict| Kept::of(found(verdict), at).dated(at + 100_000, at);
    for (at, verdict) in
        [(NOW - 1000, Verdict::Absent), (NOW + 1, Verdict::Absent), (NOW, Verdict::Unreachable)]
    {
        assert!(!keeper.restore(&name(), kept(at, verdict)), "{at} {verdict:?}");
    }
    assert!(keeper.peek(&name()).is_none());
    assert!(keeper.restore(&name(), kept(NOW - 100, Verdict::Verified)));
    let back = keeper.peek(&name()).unwrap();
    assert_eq!((back.resolved_at, back.expires_at, back.changed_at), (NOW - 100, NOW + 200, NOW - 100));
}
