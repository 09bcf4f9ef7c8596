//! When the calls of a run are due, and what people see of a run that waits.
//!
//! The moment of a repetition follows from the journal, so it is the same in every process and there may be several of
//! them. What people see is the earliest one.

use jiff::{SignedDuration, Timestamp};

use super::account::{Caller, later};
use super::attempts::Wait;
use super::interpreter::Calls;
use super::machine::Machine;
use super::prepare::{Asks, PreparedCall};
use super::retry;
use super::runs::rule_of;
use super::state::{Making, Phase, Slot, Stage, Timer, Work};
use crate::store::{RunId, RunState};

/// A run that waits longer than this leaves its journal in the store.
const KEEP_BODY_FOR: SignedDuration = SignedDuration::from_secs(30);

impl Machine {
    /// Goes on after an outcome that is not on disk yet: an end and a wait are written with it, a call comes later.
    pub(super) fn after_attempt(&mut self, id: &RunId) {
        let is_cancelled = self.runs.get(id).is_some_and(|slot| slot.cancel.is_some());
        if is_cancelled || self.is_poison(&id.0) {
            // Its last outcome is being written; it ends behind it.
            self.set_phase(id, Phase::Committing);
            return self.work.push_back(Work::Advance(id.clone()));
        }
        match self.replay(id) {
            Some(super::interpreter::Next::Calls(calls)) => {
                self.withdraw(id, &calls);
                self.set_phase(id, Phase::Committing);
                self.show_wait(id, &calls);
                let unflushed = self.runs.get(id).map_or(0, |slot| slot.unflushed);
                if unflushed == 0 {
                    // Nothing was written, so nobody says that it is on disk.
                    self.work.push_back(Work::Advance(id.clone()));
                }
            }
            Some(next) => self.halt(id, next),
            None => {}
        }
    }

    /// Makes the calls that are due, and lets the others wait.
    pub(super) fn make_calls(&mut self, id: &RunId, calls: Calls) {
        if self.draining {
            return;
        }
        self.withdraw(id, &calls);
        let idle = self.runs.get(id).is_none_or(|slot| slot.calls.is_empty());
        if idle && self.show_wait(id, &calls) {
            return self.set_phase(id, Phase::Committing);
        }
        if idle && self.park(id, &calls) {
            return;
        }
        let mut next: Option<Timestamp> = None;
        for call in calls.due {
            let due = self.due_of(id, &call);
            let place = call.place();
            let Some(slot) = self.runs.get_mut(id) else {
                return;
            };
            if due > self.now {
                next = Some(next.map_or(due, |next| next.min(due)));
                continue;
            }
            if slot.calls.contains_key(&place) {
                continue;
            }
            let making = Making {
                call: Box::new(call),
                stage: Stage::Place,
                claimed: false,
            };
            slot.calls.insert(place.clone(), making);
            if let Some(identity) = self.identity_at(id, &place) {
                self.want_place(Caller::Run(id.clone(), place), &identity);
            }
        }
        if idle && self.runs.get(id).is_some_and(|slot| slot.calls.is_empty()) {
            // What is shown is what it waits for already.
            if let Some(due) = next {
                self.wait_until(id, due);
            }
            return;
        }
        self.set_phase(id, Phase::Calling);
        if let Some(due) = next {
            self.timers.insert((due, Timer::Run(id.clone())));
        }
    }

    /// Calls that stand in a queue and are no longer wanted: an iteration beside theirs has ended the loop.
    fn withdraw(&mut self, id: &RunId, calls: &Calls) {
        if let Some(slot) = self.runs.get_mut(id) {
            slot.calls.retain(|place, making| {
                let is_sent = matches!(making.stage, Stage::Sending(_) | Stage::Calling);
                is_sent || calls.due.iter().any(|call| call.is_at(place))
            });
        }
    }

    /// Lets people see what a run waits for, if nothing of it goes on before. Yields whether there was anything to write.
    fn show_wait(&mut self, id: &RunId, calls: &Calls) -> bool {
        let now = self.now;
        let Some(slot) = self.runs.get(id) else {
            return false;
        };
        if !slot.calls.is_empty() {
            return false;
        }
        let dues = calls.due.iter().map(|call| (self.due_of(id, call), call));
        let Some((due, call)) = dues.min_by_key(|(due, _)| *due) else {
            return false;
        };
        if due <= now || (slot.run.state == RunState::Waiting && slot.run.due == Some(due)) {
            return false;
        }
        let mut reason = self.reason_of(id, call);
        if calls.due.len() > 1 {
            reason.push_str(&format!("; {} calls wait", calls.due.len()));
        }
        if let Some(doubt) = &calls.doubt {
            reason = format!("{} is in doubt, the others go on: {reason}", doubt.step);
        }
        let step = call.step.clone();
        self.move_run(id, RunState::Waiting, Some(due), Some(reason), Some(step));
        true
    }

    /// Why a call is not made at once.
    fn reason_of(&self, id: &RunId, call: &PreparedCall) -> String {
        match (&call.question, call.wait) {
            (Some(question), _) => question.reason(),
            (None, _) if self.held_at(id, call).is_some() => {
                let held = self.held_at(id, call);
                held.map(|held| held.reason.clone()).unwrap_or_default()
            }
            (None, Some(Wait::RateLimit)) => format!("rate limit of {}", call.connector),
            _ => {
                let journal = self.runs.get(id).map_or(&[][..], Slot::journal);
                let last = journal
                    .iter()
                    .rfind(|record| record.step == call.step && record.iteration == call.iteration);
                let message = last.and_then(|record| record.message.clone());
                let message = message.unwrap_or_default();
                format!("attempt {} follows: {message}", call.attempt)
            }
        }
    }

    /// When a call may be made.
    pub(super) fn due_of(&self, id: &RunId, call: &PreparedCall) -> Timestamp {
        let now = self.now;
        let Some(slot) = self.runs.get(id) else {
            return now;
        };
        if let Some(held) = slot.held.get(&call.place()) {
            return held.until;
        }
        match call.wait {
            None | Some(Wait::Token | Wait::Absent | Wait::Ordered) => now,
            Some(Wait::RateLimit) => self
                .identity_of(id, call)
                .and_then(|identity| self.accounts.get(&identity)?.paused_until())
                .unwrap_or(now)
                .max(now),
            Some(Wait::Result) => {
                let first = call.question.as_ref().map(Asks::first_at);
                let next = slot.questions.get(&call.place()).copied();
                next.or(first).unwrap_or(now)
            }
            Some(Wait::Schedule { repetition, after }) => {
                let valid_for = slot
                    .bundle
                    .as_ref()
                    .and_then(|bundle| rule_of(&bundle.program, &slot.run.rule))
                    .and_then(|rule| rule.valid_for);
                let longest = retry::pause_max(&call.retry, repetition, valid_for);
                let attempt = call.attempt.to_string();
                let chance = retry::chance(&[&id.0, &call.step, &call.iteration, &attempt]);
                later(after, retry::jittered(&call.retry, longest, chance))
            }
        }
    }

    pub(super) fn wait_until(&mut self, id: &RunId, due: Timestamp) {
        // Who waits for another run must not take the room that the other one needs.
        if due.duration_since(self.now) > KEEP_BODY_FOR || !self.to_load.is_empty() {
            self.unload(id);
        }
        self.set_phase(id, Phase::Timer);
        self.timers.insert((due, Timer::Run(id.clone())));
    }
}
