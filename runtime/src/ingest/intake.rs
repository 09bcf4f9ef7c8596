//! Between the hook server and the engine: events are on disk before anybody hears of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use arc_swap::ArcSwap;
use tokio::sync::{Semaphore, mpsc};

use super::Hooks;
use crate::engine::Input;
use crate::failpoints::{self, Plant};
use crate::store::{self, Event, EventId, Reject, Store, Write, Written};

/// Events that the engine has been given and has not taken yet. Beyond it deliveries are answered 503: they are safer
/// with the vendor, who sends them again, than in our memory.
const BACKLOG_MAX: usize = 10_000;

/// Whether deliveries are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Bundles are not loaded yet.
    Starting,
    /// Yes.
    Ready,
    /// The process ends.
    Draining,
    /// The store failed.
    Broken,
}

/// What the hook server needs of the rest.
pub struct Intake {
    /// The hooks of the active versions.
    pub hooks: ArcSwap<Hooks>,
    store: Arc<dyn Store>,
    engine: mpsc::UnboundedSender<Input>,
    backlog: Arc<AtomicUsize>,
    state: AtomicU8,
    pub(super) deliveries: Semaphore,
    /// See [`super::room`].
    pub(super) body_room: Semaphore,
}

/// Why a delivery was not stored.
#[derive(Debug)]
pub(super) enum Refused {
    /// Not now.
    State(State),
    /// The engine has more to do than it can hold.
    Overloaded,
    /// The store failed.
    Store(store::Error),
}

impl Intake {
    /// An intake that is not ready yet. `backlog` is counted down by the engine's loop.
    pub fn new(
        store: Arc<dyn Store>,
        engine: mpsc::UnboundedSender<Input>,
        backlog: Arc<AtomicUsize>,
        deliveries_max: usize,
    ) -> Self {
        Self {
            hooks: ArcSwap::default(),
            store,
            engine,
            backlog,
            state: AtomicU8::new(State::Starting as u8),
            deliveries: Semaphore::new(deliveries_max),
            body_room: Semaphore::new(super::room::UNITS),
        }
    }

    /// Whether the disk has room for deliveries.
    pub(super) fn has_room(&self) -> bool {
        self.store.has_room()
    }

    /// Opens or closes the door. `Broken` stays.
    pub fn set_state(&self, state: State) {
        let _ = self
            .state
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |now| {
                (now != State::Broken as u8).then_some(state as u8)
            });
    }

    /// Whether deliveries are taken.
    pub fn state(&self) -> State {
        match self.state.load(Ordering::Acquire) {
            0 => State::Starting,
            1 => State::Ready,
            2 => State::Draining,
            _ => State::Broken,
        }
    }

    /// Stores the events of one delivery together and gives them to the engine. Ids in the order of the events: the
    /// first event's where the key was known; true where all were.
    pub(super) async fn store_events(
        &self,
        events: Vec<Event>,
    ) -> Result<(Vec<EventId>, bool), Refused> {
        if self.state() != State::Ready {
            return Err(Refused::State(self.state()));
        }
        if self.backlog.load(Ordering::Acquire) + events.len() > BACKLOG_MAX {
            return Err(Refused::Overloaded);
        }
        let writes = events.iter().cloned().map(Write::Ingest).collect();
        let written = match failpoints::is_planted(Plant::AnswerBeforeCommit) {
            false => self.commit(writes).await?,
            true => {
                self.store.commit(writes, Box::new(|_| {}));
                let ids = events.iter().map(|event| event.id.clone());
                ids.map(Written::Ingested).collect()
            }
        };
        let (ids, new) = ids_of(written, events);
        let all_known = new.is_empty();
        for event in new {
            self.backlog.fetch_add(1, Ordering::AcqRel);
            // The engine is gone only when the process ends; the event is on disk and goes on after the start.
            let _ = self.engine.send(Input::Event(event));
        }
        Ok((ids, all_known))
    }

    /// Keeps what could not be read. That it could not be kept is no reason for another answer.
    pub(super) async fn keep_reject(&self, reject: Reject) {
        if let Err(error) = self.commit(vec![Write::Reject(reject)]).await {
            tracing::warn!(?error, "a reject could not be kept");
        }
    }

    async fn commit(&self, writes: Vec<Write>) -> Result<Vec<Written>, Refused> {
        let result = store::commit_and_wait(&*self.store, writes).await;
        result.map_err(|error| {
            if matches!(error, store::Error::Io(_)) {
                self.set_state(State::Broken);
                // The writer has stopped. Nobody else may write for long, and the process must not stay up for nothing.
                let _ = self.engine.send(Input::Committed {
                    commit: 0,
                    result: Err(error.clone()),
                });
            }
            Refused::Store(error)
        })
    }
}

fn ids_of(written: Vec<Written>, events: Vec<Event>) -> (Vec<EventId>, Vec<Event>) {
    let mut ids = Vec::with_capacity(events.len());
    let mut new = Vec::new();
    for (written, event) in written.into_iter().zip(events) {
        match written {
            Written::Duplicate(first) => ids.push(first),
            _ => {
                ids.push(event.id.clone());
                new.push(event);
            }
        }
    }
    (ids, new)
}
