//! How many fetches there are at a time, altogether and from one host.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

#[derive(Debug)]
pub struct Places {
    all: Arc<Semaphore>,
    per_host: usize,
    /// Those that somebody is in, or waits for.
    hosts: Mutex<HashMap<String, Arc<Semaphore>>>,
}

/// A place. Leaving it lets the next one in.
#[derive(Debug)]
pub struct Place<'a> {
    places: &'a Places,
    host: &'a str,
    of_host: Option<Arc<Semaphore>>,
    permits: Vec<OwnedSemaphorePermit>,
}

impl Places {
    pub fn new(at_once: usize, per_host: usize) -> Self {
        Self { all: Arc::new(Semaphore::new(at_once)), per_host, hosts: Mutex::default() }
    }

    /// Waits for a place. First for one of the host's: whoever waits for a slow host takes nobody else's.
    pub async fn enter<'a>(&'a self, host: &'a str) -> Place<'a> {
        let of_host = {
            let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
            let made = hosts.entry(host.to_owned());
            made.or_insert_with(|| Arc::new(Semaphore::new(self.per_host))).clone()
        };
        // Made before the first wait, so that the host is forgotten also when that is given up.
        let mut place = Place { places: self, host, of_host: Some(of_host.clone()), permits: Vec::new() };
        for semaphore in [of_host, self.all.clone()] {
            // An error would mean that the semaphore is closed, and nobody closes these.
            place.permits.extend(semaphore.acquire_owned().await.ok());
        }
        place
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut hosts = self.places.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        self.permits.clear();
        self.of_host = None;
        // Everybody else who is in, or waits, holds another one; and a new one is only taken under the lock.
        if hosts.get(self.host).is_some_and(|semaphore| Arc::strong_count(semaphore) == 1) {
            hosts.remove(self.host);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn is_pending<F: Future>(future: std::pin::Pin<&mut F>) -> bool {
        matches!(future.poll(&mut Context::from_waker(Waker::noop())), Poll::Pending)
    }

    #[tokio::test]
    async fn a_host_has_its_places_and_all_have_theirs() {
        let places = Places::new(3, 2);
        let first = places.enter("a:443").await;
        let _second = places.enter("a:443").await;
        let mut third = pin!(places.enter("a:443"));
        assert!(is_pending(third.as_mut()));
        // One that waits for a slow host is in nobody else's way.
        let _other = places.enter("b:443").await;
        assert!(is_pending(pin!(places.enter("c:443"))));
        drop(first);
        let _third = third.await;
        assert_eq!(places.hosts.lock().unwrap().len(), 2);
    }

    #[tokio::test]
    async fn a_host_that_nobody_asks_is_forgotten() {
        let places = Places::new(1, 1);
        let place = places.enter("a:443").await;
        let mut given_up = Box::pin(places.enter("b:443"));
        assert!(is_pending(given_up.as_mut()));
        assert_eq!(places.hosts.lock().unwrap().len(), 2);
        drop(given_up);
        drop(place);
        assert!(places.hosts.lock().unwrap().is_empty());
    }
}
