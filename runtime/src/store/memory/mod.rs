//! A store in memory: for tests, and as the plainest telling of what a store does.
//!
//! Without other threads, `done` has been called when `commit` returns, so tests need not wait. A `commit` from inside a
//! `done` is applied right after it, still in order.

mod effects;
mod keeping;
mod tables;

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::{
    Audit, Backup, Cursor, Done, Effect, EffectFilter, Erase, Erased, Erasure, Error, Event,
    EventId, EventState, Passed, Pause, Record, Reject, Run, RunFilter, RunId, Store, Version,
    Write,
};
use tables::Tables;

/// A store that forgets everything when it is dropped.
#[derive(Default)]
pub struct Memory {
    tables: Mutex<Tables>,
    waiting: Mutex<Waiting>,
}

impl Memory {
    /// An empty store.
    pub fn new() -> Memory {
        Memory::default()
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Batches that were given and not yet applied.
#[derive(Default)]
struct Waiting {
    batches: VecDeque<(Vec<Write>, Done)>,
    /// Whether somebody is applying them; then others only add theirs.
    applying: bool,
    closed: bool,
}

impl Store for Memory {
    fn commit(&self, batch: Vec<Write>, done: Done) {
        let mut waiting = self.waiting();
        if waiting.closed {
            drop(waiting);
            return done(Err(Error::Closed));
        }
        waiting.batches.push_back((batch, done));
        if waiting.applying {
            return;
        }
        waiting.applying = true;
        while let Some((batch, done)) = waiting.batches.pop_front() {
            drop(waiting);
            let written = self.tables().apply_batch(batch);
            done(written);
            waiting = self.waiting();
        }
        waiting.applying = false;
    }

    fn event(&self, id: &EventId) -> Result<Option<Event>, Error> {
        let tables = self.tables();
        Ok(tables
            .event_places
            .get(id)
            .map(|place| tables.events[*place].clone()))
    }

    fn events(&self, limit: usize) -> Result<Vec<Event>, Error> {
        Ok(self
            .tables()
            .events
            .iter()
            .rev()
            .take(limit)
            .cloned()
            .collect())
    }

    fn last_key(&self, identity: &str) -> Result<Option<String>, Error> {
        let of_identity = |event: &&Event| event.identity == identity;
        let tables = self.tables();
        let keys = tables.events.iter().filter(of_identity);
        Ok(keys.filter_map(|event| event.key.clone()).max())
    }

    fn cursors(&self) -> Result<Vec<Cursor>, Error> {
        Ok(self.tables().cursors.values().cloned().collect())
    }

    fn unfinished_events(&self, limit: usize) -> Result<Vec<EventId>, Error> {
        let is_unfinished =
            |event: &&Event| matches!(event.state, EventState::Received | EventState::Enriching);
        Ok(self
            .tables()
            .events
            .iter()
            .filter(is_unfinished)
            .take(limit)
            .map(|event| event.id.clone())
            .collect())
    }

    fn run(&self, id: &RunId) -> Result<Option<Run>, Error> {
        let tables = self.tables();
        Ok(tables
            .run_places
            .get(id)
            .map(|place| tables.runs[*place].clone()))
    }

    fn unfinished_runs(&self, after: Option<&RunId>, limit: usize) -> Result<Vec<RunId>, Error> {
        let tables = self.tables();
        let place = after.and_then(|run| tables.run_places.get(run));
        let begin = place.map_or(0, |place| place + 1);
        let unfinished = tables.runs[begin..]
            .iter()
            .filter(|run| !run.state.is_ended());
        Ok(unfinished.take(limit).map(|run| run.id.clone()).collect())
    }

    fn runs(&self, filter: &RunFilter) -> Result<Vec<Run>, Error> {
        let tables = self.tables();
        let mut found: Vec<&Run> = tables
            .runs
            .iter()
            .rev()
            .filter(|run| tables.wanted(run, filter))
            .collect();
        found.sort_by_key(|run| std::cmp::Reverse(run.created_at));
        Ok(found.into_iter().take(filter.limit).cloned().collect())
    }

    fn runs_of(&self, event: &EventId) -> Result<Vec<Run>, Error> {
        let tables = self.tables();
        let places = tables.runs_of_event.get(event);
        let runs = places.into_iter().flatten();
        Ok(runs.map(|place| tables.runs[*place].clone()).collect())
    }

    fn passed(&self, event: &EventId) -> Result<Vec<Passed>, Error> {
        Ok(self.tables().passed.get(event).cloned().unwrap_or_default())
    }

    fn journal(&self, run: &RunId) -> Result<Vec<Record>, Error> {
        Ok(self.tables().journals.get(run).cloned().unwrap_or_default())
    }

    fn rejects(&self, limit: usize) -> Result<Vec<Reject>, Error> {
        Ok(self
            .tables()
            .rejects
            .iter()
            .rev()
            .take(limit)
            .cloned()
            .collect())
    }

    fn active(&self) -> Result<Vec<(String, Version)>, Error> {
        Ok(self
            .tables()
            .active
            .iter()
            .map(|(bundle, version)| (bundle.clone(), version.clone()))
            .collect())
    }

    fn sources(&self, version: &Version) -> Result<Option<String>, Error> {
        let tables = self.tables();
        Ok(tables.versions.get(version).map(|(text, _)| text.clone()))
    }

    fn effect(&self, identity: &str, action: &str, key: &str) -> Result<Option<Effect>, Error> {
        let key = (identity.to_owned(), action.to_owned(), key.to_owned());
        Ok(self.tables().effects.get(&key).cloned())
    }

    fn effects_of(&self, run: &RunId) -> Result<Vec<Effect>, Error> {
        let tables = self.tables();
        let held = tables.effects.values().filter(|effect| effect.run == *run);
        Ok(held.cloned().collect())
    }

    fn effects(&self, filter: &EffectFilter) -> Result<Vec<Effect>, Error> {
        Ok(self.tables().effects_by(filter))
    }

    fn runs_named(&self, part: &str, limit: usize) -> Result<Vec<RunId>, Error> {
        let tables = self.tables();
        let is_named = |id: &&RunId| id.0.starts_with(part) || id.0.ends_with(part);
        let mut ids: Vec<RunId> = tables.run_places.keys().filter(is_named).cloned().collect();
        ids.sort_by(|a, b| b.cmp(a));
        ids.truncate(limit);
        Ok(ids)
    }

    fn audit(&self, limit: usize) -> Result<Vec<Audit>, Error> {
        let tables = self.tables();
        Ok(tables.audit.iter().rev().take(limit).cloned().collect())
    }

    fn recovered_at(&self) -> Result<Option<Timestamp>, Error> {
        let tables = self.tables();
        let recovered = tables
            .audit
            .iter()
            .filter(|audit| audit.what == Audit::RECOVERED);
        Ok(recovered.map(|audit| audit.at).max())
    }

    fn pauses(&self) -> Result<Vec<Pause>, Error> {
        let mut pauses: Vec<Pause> = self.tables().pauses.values().cloned().collect();
        pauses.sort_by(|a, b| a.what.cmp(&b.what));
        Ok(pauses)
    }

    fn erasures(&self, limit: usize) -> Result<Vec<Erasure>, Error> {
        let tables = self.tables();
        Ok(tables.erasures.iter().rev().take(limit).cloned().collect())
    }

    fn erase(&self, erase: &Erase) -> Result<Erased, Error> {
        if self.waiting().closed {
            return Err(Error::Closed);
        }
        self.tables().erase(erase)
    }

    fn backup(&self, _to: &Path) -> Result<Backup, Error> {
        Err(Error::Refused("this store is in memory".to_owned()))
    }

    fn has_room(&self) -> bool {
        true
    }

    fn close(&self) -> Result<(), Error> {
        self.waiting().closed = true;
        Ok(())
    }
}
