//! Batches on their way to the writer, and the limit on those that may be refused.
//!
//! Deliveries come from outside in any number: beyond the limit they are told to come again. Everything else comes from
//! the engine, which has only so many calls in flight, and always has room: an outcome must never be turned away.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::Options;
use crate::store::{Done, Error, Event, Record, Write};

/// At most this many batches share one flush.
const GROUP_BATCHES_MAX: usize = 64;
/// A group is closed when it holds this much: one huge batch must not delay the answers to many small ones further.
const GROUP_BYTES_MAX: usize = 1 << 20;
/// What a write takes beside its bodies, roughly.
const WRITE_BYTES: usize = 512;

/// A batch that waits.
pub(super) struct Batch {
    pub(super) writes: Vec<Write>,
    pub(super) done: Done,
    bytes: usize,
    is_delivery: bool,
}

/// The batches that wait for the writer.
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
    deliveries_max: usize,
    deliveries_bytes_max: usize,
}

#[derive(Default)]
struct State {
    batches: VecDeque<Batch>,
    deliveries: usize,
    deliveries_bytes: usize,
    closed: bool,
    /// Why nothing may be written any more.
    failed: Option<String>,
}

impl Queue {
    pub(super) fn new(options: &Options) -> Queue {
        Queue {
            state: Mutex::default(),
            changed: Condvar::new(),
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
            let too_many = state.deliveries >= self.deliveries_max;
            let too_much = state.deliveries_bytes.saturating_add(bytes) > self.deliveries_bytes_max;
            if too_many || (too_much && state.deliveries > 0) {
                drop(state);
                return done(Err(Error::Busy));
            }
            state.deliveries += 1;
            state.deliveries_bytes += bytes;
        }
        state.batches.push_back(Batch {
            writes,
            done,
            bytes,
            is_delivery,
        });
        drop(state);
        self.changed.notify_one();
    }

    /// Waits for batches and takes those that shall share a flush. Empty: closed, and nothing is left.
    pub(super) fn take_group(&self) -> Vec<Batch> {
        let mut state = self.state();
        while state.batches.is_empty() && !state.closed {
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        let mut group = Vec::new();
        let mut bytes = 0;
        while group.len() < GROUP_BATCHES_MAX && bytes < GROUP_BYTES_MAX {
            let Some(batch) = state.batches.pop_front() else {
                break;
            };
            bytes += batch.bytes;
            if batch.is_delivery {
                state.deliveries -= 1;
                state.deliveries_bytes -= batch.bytes;
            }
            group.push(batch);
        }
        group
    }

    /// Takes no more batches; those that wait are still written.
    pub(super) fn close(&self) {
        self.state().closed = true;
        self.changed.notify_all();
    }

    /// Takes no more batches, and writes none of those that wait: they are returned. SQLite would carry on after a
    /// failed flush, with pages that the system may have thrown away.
    pub(super) fn fail(&self, message: &str) -> Vec<Batch> {
        let mut state = self.state();
        state.closed = true;
        state.failed.get_or_insert_with(|| message.to_string());
        state.deliveries = 0;
        state.deliveries_bytes = 0;
        let waiting = state.batches.drain(..).collect();
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
        | Write::Unpause(_) => 0,
    };
    held + WRITE_BYTES
}
