//! Places at an account: who may call now, who waits in its queue, and what people see of that.

use jiff::{SignedDuration, Timestamp};
use ondo_compiler::types::Name;

use ondo_compiler::wire::Observed;

use super::account::{Account, Admission, Caller};
use super::circuit::Circuit;
use super::machine::Machine;
use super::state::{CallPlace, Flight, Making, Purpose, Stage, Timer, Work};
use super::{Command, attempts};
use crate::store::{RunId, RunState};

/// A wait for the account that is at least this long is shown as the run's state.
const SHOWN_WAIT_MIN: SignedDuration = SignedDuration::from_secs(1);

impl Machine {
    /// Stands in the account's queue.
    pub(super) fn want_place(&mut self, caller: Caller, identity: &Name) {
        let now = self.now;
        let account = self
            .accounts
            .entry(identity.clone())
            .or_insert_with(|| Account::new(&[]));
        let admission = account.admission(now);
        account.waiters.push_back(caller.clone());
        match (admission, &caller) {
            (Admission::Until(until, why), Caller::Run(id, place))
                if until.duration_since(now) >= SHOWN_WAIT_MIN =>
            {
                self.show_queue(id, place, Some(until), why);
            }
            (Admission::Held(reason), Caller::Run(id, place)) => {
                self.show_queue(id, place, None, &reason);
            }
            _ => {}
        }
        self.work.push_back(Work::Pump(identity.clone()));
    }

    /// Lets people see that a run waits for its account, unless another call of it is on its way.
    fn show_queue(&mut self, id: &RunId, place: &CallPlace, until: Option<Timestamp>, why: &str) {
        let Some(slot) = self.runs.get(id) else {
            return;
        };
        let is_on_its_way =
            |making: &Making| matches!(making.stage, Stage::Sending(_) | Stage::Calling);
        let is_shown = slot.run.state == RunState::Waiting && slot.run.due == until;
        if is_shown || slot.calls.values().any(is_on_its_way) {
            return;
        }
        if let Some(Making { call, .. }) = slot.calls.get(place) {
            let reason = match until {
                Some(_) => format!("{why} of {}", call.connector),
                None => format!("the account of {} is {why}", call.connector),
            };
            let step = call.step.clone();
            self.move_run(id, RunState::Waiting, until, Some(reason), Some(step));
        }
    }

    /// Gives places to those who wait, as long as there are any.
    pub(super) fn pump(&mut self, identity: &Name) {
        if self.draining {
            return;
        }
        let now = self.now;
        self.unpark(identity);
        loop {
            let Some(account) = self.accounts.get_mut(identity) else {
                return;
            };
            if account.waiters.is_empty() {
                return;
            }
            match account.admission(now) {
                Admission::Go => {}
                Admission::Until(until, _) => {
                    self.timers
                        .insert((until, Timer::Account(identity.clone())));
                    return;
                }
                Admission::Full | Admission::Held(_) => return,
            }
            let is_probe = account.health.circuit(now) == Circuit::Probing;
            let next = match is_probe {
                true => self.next_probe(identity),
                false => account.waiters.pop_front(),
            };
            let Some(caller) = next else {
                return self.probe(identity);
            };
            let Some(account) = self.accounts.get_mut(identity) else {
                return;
            };
            account.enter(now);
            if self.wants_place(&caller) {
                self.has_place(caller, identity);
            } else {
                self.leave_place(identity);
            }
        }
    }

    /// Takes the first who waits and whose call may be repeated out of the queue.
    fn next_probe(&mut self, identity: &Name) -> Option<Caller> {
        let waiters = &self.accounts.get(identity)?.waiters;
        let may_be_repeated = |caller: &Caller| {
            let call = self.call_of(caller);
            // Those that do not want their place any more are let by.
            call.is_none_or(|(_, call)| attempts::repeatable(call.class))
        };
        let place = waiters.iter().position(may_be_repeated)?;
        self.accounts.get_mut(identity)?.waiters.remove(place)
    }

    /// Only calls wait that must not be tried out: a connection is made, and nothing is sent.
    fn probe(&mut self, identity: &Name) {
        let first = self
            .accounts
            .get(identity)
            .and_then(|account| account.waiters.front());
        let call = first.and_then(|caller| self.call_of(caller));
        let Some(url) = call.map(|(_, call)| call.request.url.clone()) else {
            return;
        };
        let number = self.number();
        if let Some(account) = self.accounts.get_mut(identity) {
            account.probing = true;
        }
        self.commands.push(Command::Probe {
            call: number,
            url,
            identity: identity.clone(),
        });
        self.calls.insert(
            number,
            Flight {
                identity: identity.clone(),
                purpose: Purpose::Probe,
            },
        );
    }

    /// A connection could be made, or not.
    pub(super) fn probed(&mut self, identity: &Name, observed: &Observed) {
        let now = self.now;
        let Some(account) = self.accounts.get_mut(identity) else {
            return;
        };
        account.probing = false;
        let news = match observed {
            Observed::Answer(_) => {
                account.health.probed(now);
                account.health.connected().then_some(None)
            }
            Observed::NotSent { reason }
            | Observed::NoAnswer { reason }
            | Observed::NotAllowed { reason } => {
                account.health.connect_failed(now).then_some(Some(reason))
            }
        };
        if let Some(reason) = news {
            self.tell_of(identity, reason.map(String::as_str));
        }
        self.work.push_back(Work::Pump(identity.clone()));
    }

    /// Gives a place back.
    pub(super) fn leave_place(&mut self, identity: &Name) {
        if let Some(account) = self.accounts.get_mut(identity) {
            account.leave();
            self.work.push_back(Work::Pump(identity.clone()));
        }
    }

    /// Whether a caller still stands in the queue: its run may have gone on without it.
    fn wants_place(&self, caller: &Caller) -> bool {
        match caller {
            Caller::Run(id, place) => {
                let making = self.runs.get(id).and_then(|slot| slot.calls.get(place));
                making.is_some_and(|making| matches!(making.stage, Stage::Place))
            }
            Caller::Event(_) | Caller::Poll(_) => self.call_of(caller).is_some(),
        }
    }
}
