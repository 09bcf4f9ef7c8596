//! Runs behind the full queue of an account. A vendor that is down for half a day makes millions of them: each is in the
//! store, and here only its number, 16 bytes.
//!
//! ```text
//! the queue is full            -> the run waits by name (parked)
//! its wait is on disk          -> it leaves the memory (away), unless it has an order key
//! the queue is half empty      -> the first come back: they are read from the store and stand in the queue
//! a person cancels one         -> it is read from the store and ends
//! ```

use std::collections::VecDeque;

use ondo_compiler::types::Name;

use super::interpreter::Calls;
use super::machine::Machine;
use super::state::{Phase, Work};
use crate::store::{RunId, RunState};

/// First come, first served.
#[derive(Debug, Clone, Default)]
pub(super) struct Parked(VecDeque<[u8; 16]>);

impl Parked {
    fn pop(&mut self) -> Option<RunId> {
        let id = self.0.pop_front()?;
        if self.0.len() < self.0.capacity() / 4 {
            self.0.shrink_to(self.0.len() * 2);
        }
        Some(RunId::of_bytes(id))
    }
}

/// A run that comes back from where it waited.
#[derive(Debug, Default)]
pub(super) struct Coming {
    /// It was not in memory when its turn came.
    was_away: bool,
    /// The account whose queue it comes to.
    identity: Option<Name>,
}

impl Coming {
    pub(super) fn was_away(&self) -> bool {
        self.was_away
    }
}

impl Machine {
    /// Lets a run wait by name behind the queue of its account, if that is full. Yields whether it does.
    pub(super) fn park(&mut self, id: &RunId, calls: &Calls) -> bool {
        let now = self.now;
        let Some(call) = calls.due.iter().find(|call| self.due_of(id, call) <= now) else {
            return false;
        };
        let Some(identity) = self.identity_of(id, call) else {
            return false;
        };
        let (Some(account), Some(bytes)) = (self.accounts.get_mut(&identity), id.bytes()) else {
            return false;
        };
        if account.waiters.len() < self.limits.waiters_max {
            return false;
        }
        account.parked.0.push_back(bytes);
        let reason = format!("calls of other runs wait for {} before it", call.connector);
        let step = call.step.clone();
        let is_shown = self
            .runs
            .get(id)
            .is_some_and(|slot| slot.run.reason.as_ref() == Some(&reason));
        self.unload(id);
        if !is_shown {
            self.move_run(id, RunState::Waiting, None, Some(reason), Some(step));
        }
        self.set_phase(id, Phase::Parked);
        self.put_away(id);
        true
    }

    /// Takes a parked run out of memory, when all that it wrote is on disk and nothing here needs it.
    pub(super) fn put_away(&mut self, id: &RunId) {
        let may_go = self.runs.get(id).is_some_and(|slot| {
            matches!(slot.phase, Phase::Parked)
                && slot.unflushed == 0
                && slot.run.order_key.is_none()
                && slot.cancel.is_none()
                && slot.calls.is_empty()
                && slot.body.is_none()
        });
        if may_go {
            self.runs.remove(id);
        }
    }

    /// Those who wait by name come forward as the queue gets shorter.
    pub(super) fn unpark(&mut self, identity: &Name) {
        let half = (self.limits.waiters_max / 2).max(1);
        let Some(account) = self.accounts.get_mut(identity) else {
            return;
        };
        // What was let forward stands in the queue when it has been read.
        let room = half.saturating_sub(account.waiters.len() + account.coming);
        let forward: Vec<RunId> = (0..room.min(account.parked.0.len()))
            .filter_map(|_| account.parked.pop())
            .collect();
        for id in forward {
            match self.runs.get_mut(&id) {
                Some(slot) if matches!(slot.phase, Phase::Parked) => {
                    slot.phase = Phase::Committing;
                    self.work.push_back(Work::Advance(id.clone()));
                    self.comes(id, false, Some(identity));
                }
                // It was cancelled, and is under way to its end.
                Some(_) => {}
                None => {
                    if self.comes(id.clone(), true, Some(identity)) {
                        self.to_load.push_back(id);
                    }
                }
            }
        }
    }

    /// Asks for a run that is not in memory. Never twice at the same time: the second answer could be of a moment before the
    /// run had ended, and would make it go on.
    pub(super) fn fetch(&mut self, id: RunId) {
        if self.comes(id.clone(), false, None) {
            self.to_load.push_back(id);
        }
    }

    /// Yields whether nobody had let it come before.
    fn comes(&mut self, id: RunId, was_away: bool, identity: Option<&Name>) -> bool {
        let is_new = !self.coming.contains_key(&id);
        let coming = self.coming.entry(id).or_default();
        coming.was_away |= was_away;
        if let (None, Some(identity)) = (&coming.identity, identity)
            && let Some(account) = self.accounts.get_mut(identity)
        {
            account.coming += 1;
            coming.identity = Some(identity.clone());
        }
        is_new
    }

    /// A run that was let come is here, or will never be. It may not want its place any more: the next may come then.
    pub(super) fn has_come(&mut self, id: &RunId) {
        let coming = self.coming.remove(id);
        if let Some(identity) = coming.and_then(|coming| coming.identity)
            && let Some(account) = self.accounts.get_mut(&identity)
        {
            account.coming -= 1;
            self.work.push_back(Work::Pump(identity));
        }
    }

    /// What was asked for is not in the store.
    pub(super) fn gone(&mut self, id: &RunId) {
        self.has_come(id);
        if let Some(cancel) = self.cancels.remove(id) {
            self.not_cancelled(cancel);
        }
    }
}
