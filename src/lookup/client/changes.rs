//! A stream of changes that goes on where it broke.

use std::pin::Pin;
use std::time::Duration;

use axum::body::Bytes;
use eventsource_stream::{Event, EventStreamError, Eventsource};
use futures_util::stream::{Stream, StreamExt, try_unfold};
use reqwest::Response;

use super::{Client, ClientError, accepted};
use crate::ens::Name;
use crate::lookup::{Change, News};

/// Before a stream that broke is asked for again.
const PAUSE: Duration = Duration::from_secs(1);

type Events = Pin<Box<dyn Stream<Item = Result<Event, EventStreamError<reqwest::Error>>> + Send>>;

/// What becomes of names that a service watches: see [`Client::changes`].
pub struct Changes {
    client: Client,
    names: String,
    cursor: Option<u64>,
    /// `None` when there is no connection.
    events: Option<Events>,
}

impl Changes {
    pub(super) fn new(client: Client, names: &[Name], cursor: Option<u64>) -> Self {
        let names: Vec<_> = names.iter().map(Name::as_str).collect();
        Self { client, names: names.join(","), cursor, events: None }
    }

    /// The next news; waits until there is some. When the connection breaks, this connects again and goes on from
    /// where it was: what was told just before may be told a second time, nothing is left out.
    ///
    /// # Errors
    /// When the gateway cannot be reached, or refuses. The next call tries again, from the same place.
    pub async fn next(&mut self) -> Result<Change, ClientError> {
        loop {
            let events = match &mut self.events {
                Some(events) => events,
                None => self.events.insert(connect(&self.client, &self.names, self.cursor).await?),
            };
            match events.next().await {
                Some(Ok(event)) => {
                    if let Some(change) = read(&event)? {
                        self.cursor = Some(change.cursor);
                        return Ok(change);
                    }
                }
                None | Some(Err(_)) => {
                    self.events = None;
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
}

async fn connect(client: &Client, names: &str, cursor: Option<u64>) -> Result<Events, ClientError> {
    let mut url = client.url(&["v1", "changes"]);
    url.query_pairs_mut().append_pair("names", names);
    if let Some(cursor) = cursor {
        url.query_pairs_mut().append_pair("cursor", &cursor.to_string());
    }
    let response = accepted(client.http.get(url).send().await?).await?;
    Ok(Box::pin(try_unfold(response, next_bytes).eventsource()))
}

async fn next_bytes(mut response: Response) -> Result<Option<(Bytes, Response)>, reqwest::Error> {
    Ok(response.chunk().await?.map(|bytes| (bytes, response)))
}

/// `None` for an event of a kind that only later gateways know.
fn read(event: &Event) -> Result<Option<Change>, ClientError> {
    let fault = |what: &str| ClientError::Stream(format!("{what} in an event '{}'", event.event));
    let news = match event.event.as_str() {
        "profile" => {
            let lookup = serde_json::from_str(&event.data);
            News::Profile(lookup.map_err(|error| fault(&error.to_string()))?)
        }
        "complete" => News::Complete,
        _ => return Ok(None),
    };
    let cursor = event.id.parse().map_err(|_| fault("no time as id"))?;
    Ok(Some(Change { news, cursor }))
}

impl std::fmt::Debug for Changes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Changes of {} after {:?}", self.names, self.cursor)
    }
}
