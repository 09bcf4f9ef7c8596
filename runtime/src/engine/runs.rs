//! What happens to a run between two calls: it begins, waits, goes on, ends.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use ondo_compiler::ir::{Program, Rule};
use ondo_compiler::types::Name;
use ondo_compiler::value::Value;
use ondo_compiler::wire;

use super::account::later;
use super::interpreter::{self, Cx, Ended, Halted, Next};
use super::machine::Machine;
use super::parked::Coming;
use super::prepare::PreparedCall;
use super::state::{After, Body, Bundle, CallPlace, OrderKey, Phase, Slot, Stage, Work};
use super::{Notice, calm, states};
use crate::store::{EffectState, Event, Record, RecordKind, Run, RunId, RunState, Write};

/// The rule of a run.
pub(super) fn rule_of<'a>(program: &'a Program, name: &str) -> Option<&'a Rule> {
    program.rules.iter().find(|rule| &*rule.name == name)
}

/// The slots that a rule reads of an event.
pub(super) fn slots(
    bundle: &Bundle,
    rule: &Rule,
    event: &Event,
) -> Result<Vec<Value>, ondo_compiler::eval::Failure> {
    let program = &bundle.program;
    let settings: &[(Name, Value)] = bundle
        .accounts
        .iter()
        .find(|account| *account.name == *event.account)
        .map_or(&[], |account| &account.settings);
    let text_setting = |wanted: &str| {
        settings.iter().find_map(|(name, value)| match value {
            Value::Text(text) if &**name == wanted => Some(text.clone()),
            _ => None,
        })
    };
    let zone = text_setting("timezone").unwrap_or_else(|| program.timezone.clone());
    let currency = text_setting("currency").or_else(|| program.currency.clone());
    let bytes = event.payload.as_deref().unwrap_or(&event.body);
    wire::decode(
        bytes,
        &rule.read_set,
        &program.types,
        &zone,
        currency.as_ref(),
    )
}

impl Machine {
    /// Puts a run into memory, and behind the others of its order key.
    pub(super) fn keep(
        &mut self,
        run: Run,
        bundle: Option<Arc<Bundle>>,
        body: Option<Body>,
        phase: Phase,
    ) {
        if let Some(order) = order_of(&run) {
            let order = self.orders.entry(order).or_default();
            order.add(&run.id);
            if run.state != RunState::Queued {
                order.take_turn(&run.id);
            }
        }
        self.bodies += usize::from(body.is_some());
        // One that was away is counted already.
        let was_away = self.coming.get(&run.id).is_some_and(Coming::was_away);
        if !was_away {
            let version = (run.bundle.clone(), run.version.clone());
            *self.used.entry(version).or_default() += 1;
        }
        let slot = Slot {
            run,
            bundle,
            body,
            phase,
            unflushed: 0,
            calls: BTreeMap::new(),
            questions: BTreeMap::new(),
            held: BTreeMap::new(),
            cancel: None,
        };
        self.runs.insert(slot.run.id.clone(), slot);
    }

    /// Takes a run out of memory and lets the next one of its order key go on.
    pub(super) fn forget(&mut self, id: &RunId) {
        let Some(slot) = self.runs.remove(id) else {
            return;
        };
        self.has_come(id);
        self.bodies -= usize::from(slot.body.is_some());
        if let Some(order) = order_of(&slot.run)
            && let Some(waiting) = self.orders.get_mut(&order)
        {
            match waiting.remove(id) {
                Some(next) => self.work.push_back(Work::Advance(next.clone())),
                None => {
                    self.orders.remove(&order);
                }
            }
        }
        if let Some(cancel) = slot.cancel {
            self.not_cancelled(cancel);
        }
        // The last run of a version that is no longer active: nobody needs it any more.
        let version = (slot.run.bundle, slot.run.version);
        let Some(used) = self.used.get_mut(&version) else {
            return;
        };
        *used -= 1;
        if *used == 0 {
            self.used.remove(&version);
            if self.active.get(&version.0) != Some(&version.1) && !self.recovering {
                self.bundles.remove(&version);
            }
        }
    }

    /// The run that this one has to wait for.
    pub(super) fn head_before(&self, run: &Run) -> Option<&RunId> {
        let head = self.orders.get(&order_of(run)?)?.head()?;
        (*head != run.id).then_some(head)
    }

    pub(super) fn unload(&mut self, id: &RunId) {
        if let Some(slot) = self.runs.get_mut(id)
            && slot.body.take().is_some()
        {
            self.bodies -= 1;
        }
    }

    pub(super) fn set_phase(&mut self, id: &RunId, phase: Phase) {
        if let Some(slot) = self.runs.get_mut(id) {
            slot.phase = phase;
        }
    }

    /// Appends to the journal, in memory and on disk.
    pub(super) fn record(&mut self, id: &RunId, record: Record) {
        if let Some(body) = self.runs.get_mut(id).and_then(|slot| slot.body.as_mut()) {
            body.journal.push(record.clone());
        }
        if record.kind == RecordKind::Outcome {
            self.after(After::Tell(Box::new(Notice::Attempt(record.clone()))));
        }
        self.write_of(id, Write::Journal(record));
    }

    /// Moves a run, in memory and on disk.
    pub(super) fn move_run(
        &mut self,
        id: &RunId,
        state: RunState,
        due: Option<Timestamp>,
        reason: Option<String>,
        step: Option<String>,
    ) {
        let at = self.now;
        let Some(slot) = self.runs.get_mut(id) else {
            return;
        };
        debug_assert!(
            states::may_move(slot.run.state, state),
            "{id} moves from {:?} to {state:?}",
            slot.run.state
        );
        slot.run.state = state;
        slot.run.due = due;
        slot.run.reason = reason.clone();
        slot.run.step = step.clone();
        slot.run.ended_at = state.is_ended().then_some(at);
        let notice = Notice::RunMoved(slot.run.clone());
        self.after(After::Tell(Box::new(notice)));
        self.write_of(
            id,
            Write::RunState {
                run: id.clone(),
                state,
                due,
                reason,
                step,
                at,
            },
        );
        self.alert(id);
    }

    /// All writes of a run are on disk, or one batch more is.
    pub(super) fn settled(&mut self, id: &RunId) {
        let Some(slot) = self.runs.get_mut(id) else {
            return;
        };
        slot.unflushed = slot.unflushed.saturating_sub(1);
        if slot.unflushed > 0 {
            return;
        }
        let mut written = Vec::new();
        for making in slot.calls.values_mut() {
            match std::mem::replace(&mut making.stage, Stage::Calling) {
                Stage::Sending(outgoing) => written.push(*outgoing),
                stage => making.stage = stage,
            }
        }
        match slot.phase {
            Phase::Committing => self.work.push_back(Work::Advance(id.clone())),
            Phase::Ended => return self.forget(id),
            Phase::Parked => return self.put_away(id),
            _ => {}
        }
        for outgoing in written {
            self.intended(outgoing);
        }
    }

    /// Lets a run go on, if nothing stands in its way.
    pub(super) fn advance(&mut self, id: &RunId) {
        self.go_on(id);
        // One that came forward and stays here for another reason must not keep the place of the next.
        let is_here = self
            .runs
            .get(id)
            .is_some_and(|slot| !matches!(slot.phase, Phase::Loading | Phase::Committing));
        if is_here {
            self.has_come(id);
        }
    }

    fn go_on(&mut self, id: &RunId) {
        let now = self.now;
        self.works_on(&id.0);
        let Some(slot) = self.runs.get_mut(id) else {
            return;
        };
        match slot.phase {
            Phase::Committing
            | Phase::Calling
            | Phase::Timer
            | Phase::Queued
            | Phase::NoVersion => {}
            _ => return,
        }
        if slot.unflushed > 0 {
            slot.phase = Phase::Committing;
            return;
        }
        if slot.cancel.is_some() && self.end_if_cancelled(id) {
            return;
        }
        if self.is_poison(&id.0) {
            return self.quarantine(id);
        }
        let Some(slot) = self.runs.get_mut(id) else {
            return;
        };
        if slot.bundle.is_none() {
            let version = (slot.run.bundle.clone(), slot.run.version.clone());
            slot.bundle = self.bundles.get(&version).cloned();
            if slot.bundle.is_none() {
                slot.phase = Phase::NoVersion;
                return;
            }
        }
        if !self.runs[id].calls.is_empty() {
            // It is past its gates.
            if let Some(next) = self.replay(id) {
                self.halt(id, next);
            }
            return;
        }
        let run = &self.runs[id].run;
        let may_be_behind = run.order_key.is_some() && self.runs[id].journal().is_empty();
        if !self.recovered
            && (run.state == RunState::Queued || may_be_behind || calm::is_over(run, now))
        {
            // Whose turn it is, is known when all runs of earlier processes are.
            self.unload(id);
            return self.set_phase(id, Phase::Queued);
        }
        if let Some(head) = self.head_before(run) {
            let reason = format!("waits behind {head}");
            let known = run.state == RunState::Queued;
            let step = run.step.clone();
            self.unload(id);
            self.set_phase(id, Phase::Queued);
            if !known {
                self.move_run(id, RunState::Queued, None, Some(reason), step);
            }
            return;
        }
        if let Some(order) = order_of(run) {
            self.orders.entry(order).or_default().take_turn(id);
        }
        let run = &self.runs[id].run;
        if let Some(due) = run.due
            && due > now
        {
            if run.state == RunState::Queued {
                // Nobody is before it any more, but a gate holds it until then.
                let step = run.step.clone();
                self.move_run(id, RunState::Waiting, Some(due), step.clone(), step);
                self.set_phase(id, Phase::Committing);
                return;
            }
            self.wait_until(id, due);
            return;
        }
        if let Some(reason) = self.pause_of(run).cloned() {
            return self.stand_still(id, reason);
        }
        let run = &self.runs[id].run;
        let calmed = calm::is_over(run, now);
        if calmed {
            self.calmed(id);
        }
        if self.runs[id].body.is_none() {
            self.set_phase(id, Phase::Loading);
            self.to_load.push_back(id.clone());
            return;
        }
        if calmed {
            return self.let_through(id);
        }
        if let Some(next) = self.replay(id) {
            self.halt(id, next);
        }
    }

    /// Its rule is paused: it begins nothing, and people see why.
    fn stand_still(&mut self, id: &RunId, reason: String) {
        let run = &self.runs[id].run;
        let is_shown = run.state == RunState::Waiting && run.reason.as_ref() == Some(&reason);
        let (due, step) = (run.due, run.step.clone());
        self.unload(id);
        if !is_shown {
            self.move_run(id, RunState::Waiting, due, Some(reason), step);
        }
        self.set_phase(id, Phase::Paused);
    }

    pub(super) fn replay(&self, id: &RunId) -> Option<Next> {
        let slot = self.runs.get(id)?;
        let (bundle, body) = (slot.bundle.as_ref()?, slot.body.as_ref()?);
        let rule = rule_of(&bundle.program, &slot.run.rule)?;
        let under_way: Vec<CallPlace> = slot
            .calls
            .iter()
            .filter(|(_, making)| matches!(making.stage, Stage::Sending(_) | Stage::Calling))
            .map(|(place, _)| place.clone())
            .collect();
        Some(interpreter::next(Cx {
            program: &bundle.program,
            accounts: &bundle.accounts,
            rule,
            run: &slot.run,
            slots: &body.slots,
            journal: &body.journal,
            now: self.now,
            restored_at: self.restored.map(|restored| restored.at),
            valid_until: self.valid_until(id),
            under_way: &under_way,
        }))
    }

    /// The end of `valid for`, if the run's rule has it.
    pub(super) fn valid_until(&self, id: &RunId) -> Option<Timestamp> {
        let slot = self.runs.get(id)?;
        let (bundle, body) = (slot.bundle.as_ref()?, slot.body.as_ref()?);
        let valid_for = rule_of(&bundle.program, &slot.run.rule)?.valid_for?;
        Some(later(body.event_at, valid_for))
    }

    /// The identity of the account that a run's call goes to.
    pub(super) fn identity_of(&self, id: &RunId, call: &PreparedCall) -> Option<Name> {
        let bundle = self.runs.get(id)?.bundle.as_ref()?;
        let account = bundle.accounts.get(call.account.0 as usize)?;
        Some(account.identity.clone())
    }

    /// The identity of the account that the call at a place of a run goes to.
    pub(super) fn identity_at(&self, id: &RunId, place: &CallPlace) -> Option<Name> {
        let making = self.runs.get(id)?.calls.get(place)?;
        self.identity_of(id, &making.call)
    }

    /// Does what comes next.
    pub(super) fn halt(&mut self, id: &RunId, next: Next) {
        match next {
            Next::InDoubt(Halted { step, reason, .. }) => {
                self.withdraw_all(id);
                self.move_run(id, RunState::InDoubt, None, Some(reason), Some(step));
                self.set_phase(id, Phase::InDoubt);
                self.unload(id);
            }
            Next::End(ended) => self.finish(id, ended),
            Next::Calls(calls) => self.make_calls(id, calls),
        }
    }

    /// Calls that stand in a queue are not made any more.
    fn withdraw_all(&mut self, id: &RunId) {
        if let Some(slot) = self.runs.get_mut(id) {
            slot.calls.clear();
        }
    }

    /// Ends a run.
    pub(super) fn finish(&mut self, id: &RunId, ended: Ended) {
        self.withdraw_all(id);
        let seq = self
            .runs
            .get(id)
            .map_or(0, |slot| slot.journal().len() as u32);
        let is_loaded = self.runs.get(id).is_some_and(|slot| slot.body.is_some());
        // A run that is cancelled while it waits has its journal in the store; what is said of its end stands with it.
        if ended.state != RunState::Done && is_loaded {
            self.record(
                id,
                Record {
                    run: id.clone(),
                    seq,
                    at: self.now,
                    kind: RecordKind::End,
                    step: ended.step.clone().unwrap_or_default(),
                    iteration: String::new(),
                    attempt: 0,
                    digest: String::new(),
                    key: String::new(),
                    identity: String::new(),
                    action: String::new(),
                    request: None,
                    outcome: None,
                    verdict: None,
                    status: None,
                    answer: None,
                    message: ended.reason.clone(),
                },
            );
        }
        // What a person ends in doubt, nobody will ever know. What ended by itself may be repeated: unsafe calls do not.
        let doubts = match ended.state {
            RunState::Cancelled => EffectState::Skipped,
            RunState::Dead if self.is_poison(&id.0) => EffectState::Skipped,
            _ => EffectState::Absent,
        };
        let run = id.clone();
        self.write_of(id, Write::Release { run, doubts });
        self.move_run(id, ended.state, None, ended.reason, ended.step);
        self.set_phase(id, Phase::Ended);
        self.unload(id);
        self.wake_effect_waiters(id);
    }
}

/// What the run has to wait for others by.
pub(super) fn order_of(run: &Run) -> Option<OrderKey> {
    let key = run.order_key.clone()?;
    Some((run.bundle.clone(), run.rule.clone(), key))
}
