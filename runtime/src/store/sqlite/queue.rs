//! Batches on their way to the writer, and the limit on those that may be refused.
//!
//! Deliveries come from outside in any number: beyond the limit they are told to come again. Everything else comes from
//! the engine, which has only so many calls in flight, and always has room: an outcome must never be turned away.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use super::Options;
use super::room::Room;
use crate::store::{Done, Error, Event, Record, Write};

/// At most this many batches share one flush.
const GROUP_BATCHES_MAX: usize = 64;
/// A group is closed when it holds this much: one huge batch must not delay the answers to many small ones further.
const GROUP_BYTES_MAX: usize = 1 << 20;
/// What a write takes beside its bodies, roughly.
const WRITE_BYTES: usize = 512;

/// What the writer does by itself, between two groups: it is given the connection, or why there is none. An error that it
/// returns stops the writer.
pub(super) type Job = Box<dyn FnOnce(Result<&Connection, Error>) -> Result<(), Error> + Send>;

/// Something that waits.
pub(super) enum Work {
    Batch(Batch),
    Job(Job),
}

/// A batch that waits.
pub(super) struct Batch {
    pub(super) writes: Vec<Write>,
    pub(super) done: Done,
    bytes: usize,
    pub(super) is_delivery: bool,
}

/// What the writer does next.
pub(super) enum Next {
    /// Batches that share a flush.
    Group(Vec<Batch>),
    Job(Job),
    /// Closed, and nothing is left.
    End,
}

/// The batches that wait for the writer.
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
    room: Arc<Room>,
    deliveries_max: usize,
    deliveries_bytes_max: usize,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Work>,
    deliveries: usize,
    deliveries_bytes: usize,
    closed: bool,
    /// Why nothing may be written any more.
    failed: Option<String>,
}

impl Queue {
    pub(super) fn new(options: &Options, room: Arc<Room>) -> Queue {
        Queue {
            state: Mutex::default(),
            changed: Condvar::new(),
            room,
            deliveries_max: options.deliveries_waiting_max,
            deliveries_bytes_max: options.deliveries_waiting_bytes_max,
        }
    }

    /// Adds a batch, or answers it at once if it cannot be taken.
    pub(super) fn push(&self, writes: Vec<Write>, done: Done) {
        let bytes = writes.iter().map(bytes_of).sum();
        let is_delivery = !writes.is_empty() && writes.iter().all(is_delivery);
        let mut state = self.state();
        if state.closed {
            drop(state);
            return done(Err(Error::Closed));
        }
        if is_delivery {
            if self.room.is_low() {
                drop(state);
                return done(Err(Error::Full));
            }
            let too_many = state.deliveries >= self.deliveries_max;
            let too_much = state.deliveries_bytes.saturating_add(bytes) > self.deliveries_bytes_max;
            if too_many || (too_much && state.deliveries > 0) {
                drop(state);
                return done(Err(Error::Busy));
            }
            state.deliveries += 1;
            state.deliveries_bytes += bytes;
        }
        state.waiting.push_back(Work::Batch(Batch {
            writes,
            done,
            bytes,
            is_delivery,
        }));
        drop(state);
        self.changed.notify_one();
    }

    /// Adds a job, done after what waits now.
    pub(super) fn push_job(&self, job: Job) {
        let mut state = self.state();
        if state.closed {
            drop(state);
            refuse(job, Error::Closed);
            return;
        }
        state.waiting.push_back(Work::Job(job));
        drop(state);
        self.changed.notify_one();
    }

    /// Waits for something to do, and takes the batches that shall share a flush.
    pub(super) fn take(&self) -> Next {
        let mut state = self.state();
        while state.waiting.is_empty() && !state.closed {
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        let mut group = Vec::new();
        let mut bytes = 0;
        while group.len() < GROUP_BATCHES_MAX && bytes < GROUP_BYTES_MAX {
            let batch = match state.waiting.pop_front() {
                None => break,
                Some(Work::Job(job)) if group.is_empty() => return Next::Job(job),
                Some(job @ Work::Job(_)) => {
                    state.waiting.push_front(job);
                    break;
                }
                Some(Work::Batch(batch)) => batch,
            };
            bytes += batch.bytes;
            if batch.is_delivery {
                state.deliveries -= 1;
                state.deliveries_bytes -= batch.bytes;
            }
            group.push(batch);
        }
        match group.is_empty() {
            true => Next::End,
            false => Next::Group(group),
        }
    }

    /// Takes no more batches; those that wait are still written.
    pub(super) fn close(&self) {
        self.state().closed = true;
        self.changed.notify_all();
    }

    /// Takes no more batches, and writes none of those that wait: they are returned. SQLite would carry on after a
    /// failed flush, with pages that the system may have thrown away.
    pub(super) fn fail(&self, message: &str) -> Vec<Work> {
        let mut state = self.state();
        state.closed = true;
        state.failed.get_or_insert_with(|| message.to_string());
        state.deliveries = 0;
        state.deliveries_bytes = 0;
        let waiting = state.waiting.drain(..).collect();
        drop(state);
        self.changed.notify_all();
        waiting
    }

    /// Why nothing may be written any more, if so.
    pub(super) fn failure(&self) -> Option<String> {
        self.state().failed.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells a job that it is not done. That it fails is no news then.
pub(super) fn refuse(job: Job, error: Error) {
    let _ = job(Err(error));
}

fn is_delivery(write: &Write) -> bool {
    matches!(
        write,
        Write::Ingest(_) | Write::Poll { .. } | Write::Reject(_)
    )
}

fn bytes_of_event(event: &Event) -> usize {
    event.body.len() + event.payload.as_ref().map_or(0, Vec::len)
}

fn bytes_of_record(record: &Record) -> usize {
    let request = record.request.as_ref();
    let request = request.map_or(0, |request| request.body.len());
    request + record.answer.as_ref().map_or(0, Vec::len)
}

fn bytes_of(write: &Write) -> usize {
    let held = match write {
        Write::Ingest(event) => bytes_of_event(event),
        Write::Poll { events, .. } => events
            .iter()
            .map(|event| bytes_of_event(event) + WRITE_BYTES)
            .sum(),
        Write::Reject(reject) => reject.body.len(),
        Write::Payload { payload, .. } => payload.len(),
        Write::Journal(record) => bytes_of_record(record),
        Write::Activate { sources, .. } => sources.len(),
        Write::Route { runs, passed, .. } => (runs.len() + passed.len()) * WRITE_BYTES,
        Write::Redrive { journal, .. } => journal.iter().map(bytes_of_record).sum(),
        Write::RunState { .. }
        | Write::Admit { .. }
        | Write::Claim { .. }
        | Write::Settle { .. }
        | Write::Release { .. }
        | Write::CheckFirst
        | Write::Audit(_)
        | Write::Pause(_)
        | Write::Unpause(_)
        | Write::Forget { .. } => 0,
    };
    held + WRITE_BYTES
}
