//! What happens to a run between two calls: it begins, waits, goes on, ends.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use ondo_compiler::ir::{Program, Rule};
use ondo_compiler::types::Name;
use ondo_compiler::value::Value;
use ondo_compiler::wire;

use super::account::{Caller, later};
use super::attempts::Wait;
use super::interpreter::{self, Cx, Ended, Halted, Next};
use super::machine::Machine;
use super::prepare::PreparedCall;
use super::state::{After, Body, Bundle, OrderKey, Phase, Slot, Timer, Work};
use super::{Notice, calm, retry};
use crate::store::{Event, Record, RecordKind, Run, RunId, RunState, Write};

/// A run that waits longer than this leaves its journal in the store.
const KEEP_BODY_FOR: SignedDuration = SignedDuration::from_secs(30);

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
            self.orders.entry(order).or_default().insert(run.id.clone());
        }
        self.bodies += usize::from(body.is_some());
        let slot = Slot {
            run,
            bundle,
            body,
            phase,
            unflushed: 0,
            prepared: None,
        };
        self.runs.insert(slot.run.id.clone(), slot);
    }

    /// Takes a run out of memory and lets the next one of its order key go on.
    pub(super) fn forget(&mut self, id: &RunId) {
        let Some(slot) = self.runs.remove(id) else {
            return;
        };
        self.bodies -= usize::from(slot.body.is_some());
        if let Some(order) = order_of(&slot.run)
            && let Some(waiting) = self.orders.get_mut(&order)
        {
            waiting.remove(id);
            match waiting.first() {
                Some(next) => self.work.push_back(Work::Advance(next.clone())),
                None => {
                    self.orders.remove(&order);
                }
            }
        }
        // The last run of a version that is no longer active: nobody needs it any more.
        let version = (slot.run.bundle, slot.run.version);
        if slot
            .bundle
            .is_some_and(|bundle| Arc::strong_count(&bundle) == 2)
            && self.active.get(&version.0) != Some(&version.1)
        {
            self.bundles.remove(&version);
        }
    }

    /// The run that this one has to wait for.
    pub(super) fn head_before(&self, run: &Run) -> Option<&RunId> {
        let head = self.orders.get(&order_of(run)?)?.first()?;
        (*head < run.id).then_some(head)
    }

    fn unload(&mut self, id: &RunId) {
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
        match slot.phase {
            Phase::Committing => self.work.push_back(Work::Advance(id.clone())),
            Phase::Sending(_) => {
                if let Phase::Sending(outgoing) = std::mem::replace(&mut slot.phase, Phase::Calling)
                {
                    self.intended(*outgoing);
                }
            }
            Phase::Ended => self.forget(id),
            _ => {}
        }
    }

    /// Lets a run go on, if nothing stands in its way.
    pub(super) fn advance(&mut self, id: &RunId) {
        let now = self.now;
        let Some(slot) = self.runs.get_mut(id) else {
            return;
        };
        match slot.phase {
            Phase::Committing | Phase::Timer | Phase::Queued | Phase::NoVersion => {}
            _ => return,
        }
        if slot.unflushed > 0 {
            slot.phase = Phase::Committing;
            return;
        }
        if slot.bundle.is_none() {
            let version = (slot.run.bundle.clone(), slot.run.version.clone());
            slot.bundle = self.bundles.get(&version).cloned();
            if slot.bundle.is_none() {
                slot.phase = Phase::NoVersion;
                return;
            }
        }
        let run = &self.runs[id].run;
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
        if run.step.as_deref() == Some(calm::GATE) {
            self.calmed(id);
        }
        if self.runs[id].body.is_none() {
            self.set_phase(id, Phase::Loading);
            self.to_load.push_back(id.clone());
            return;
        }
        match self.replay(id) {
            Some(Next::Call(call)) => self.call_due(id, call),
            Some(next) => self.halt(id, next),
            None => {}
        }
    }

    fn wait_until(&mut self, id: &RunId, due: Timestamp) {
        if due.duration_since(self.now) > KEEP_BODY_FOR {
            self.unload(id);
        }
        self.set_phase(id, Phase::Timer);
        self.timers.insert((due, Timer::Run(id.clone())));
    }

    fn replay(&self, id: &RunId) -> Option<Next> {
        let slot = self.runs.get(id)?;
        let (bundle, body) = (slot.bundle.as_ref()?, slot.body.as_ref()?);
        let rule = rule_of(&bundle.program, &slot.run.rule)?;
        Some(interpreter::next(Cx {
            program: &bundle.program,
            accounts: &bundle.accounts,
            rule,
            run: &slot.run,
            slots: &body.slots,
            journal: &body.journal,
            now: self.now,
        }))
    }

    /// Goes on after an outcome that is not on disk yet: an end and a wait are written with it, a call comes later.
    pub(super) fn after_attempt(&mut self, id: &RunId) {
        match self.replay(id) {
            Some(Next::Call(call)) => match call.wait {
                Some(Wait::Schedule(repetition)) => self.wait_for_repetition(id, &call, repetition),
                Some(Wait::RateLimit) => self.wait_for_account(id, &call),
                Some(Wait::Token) | None => self.set_phase(id, Phase::Committing),
            },
            Some(next) => self.halt(id, next),
            None => {}
        }
    }

    fn wait_for_repetition(&mut self, id: &RunId, call: &PreparedCall, repetition: u32) {
        let Some(slot) = self.runs.get(id) else {
            return;
        };
        let valid_for = slot
            .bundle
            .as_ref()
            .and_then(|bundle| rule_of(&bundle.program, &slot.run.rule))
            .and_then(|rule| rule.valid_for);
        let last = slot.body.as_ref().and_then(|body| body.journal.last());
        let message = last
            .and_then(|record| record.message.clone())
            .unwrap_or_default();
        let longest = retry::pause_max(&call.retry, repetition, valid_for);
        let pause = retry::jittered(&call.retry, longest, self.ids.next_u64());
        let due = later(self.now, pause);
        let reason = format!("attempt {} follows: {message}", call.attempt);
        self.move_run(
            id,
            RunState::Waiting,
            Some(due),
            Some(reason),
            Some(call.step.clone()),
        );
        self.set_phase(id, Phase::Committing);
    }

    fn wait_for_account(&mut self, id: &RunId, call: &PreparedCall) {
        let identity = self.identity_of(id, call);
        let paused_until = identity
            .and_then(|identity| self.accounts.get(&identity))
            .and_then(|account| account.paused_until());
        let due = paused_until
            .filter(|until| *until > self.now)
            .unwrap_or(self.now);
        let reason = format!("rate limit of {}", call.connector);
        self.move_run(
            id,
            RunState::Waiting,
            Some(due),
            Some(reason),
            Some(call.step.clone()),
        );
        self.set_phase(id, Phase::Committing);
    }

    /// The identity of the account that a run's call goes to.
    pub(super) fn identity_of(&self, id: &RunId, call: &PreparedCall) -> Option<Name> {
        let bundle = self.runs.get(id)?.bundle.as_ref()?;
        let account = bundle.accounts.get(call.account.0 as usize)?;
        Some(account.identity.clone())
    }

    fn call_due(&mut self, id: &RunId, call: Box<PreparedCall>) {
        if self.draining {
            return;
        }
        if let Some(next) = self.too_late(id, &call) {
            return self.halt(id, next);
        }
        let Some(identity) = self.identity_of(id, &call) else {
            return;
        };
        if let Some(slot) = self.runs.get_mut(id) {
            slot.prepared = Some(call);
            slot.phase = Phase::Place;
        }
        self.want_place(Caller::Run(id.clone()), &identity);
    }

    /// Why a call must not be sent any more. Asked when it is due, and again when its turn at the account has come.
    pub(super) fn too_late(&self, id: &RunId, call: &PreparedCall) -> Option<Next> {
        let slot = self.runs.get(id)?;
        let (bundle, body) = (slot.bundle.as_ref()?, slot.body.as_ref()?);
        let valid_for = rule_of(&bundle.program, &slot.run.rule)?.valid_for;
        // What `on error` says is not perishable: people have to hear it.
        if let Some(valid_for) = valid_for
            && !call.step.starts_with(interpreter::ON_ERROR)
            && self.now > later(body.event_at, valid_for)
        {
            return Some(Next::End(Ended {
                state: RunState::Expired,
                reason: Some(format!("`valid for` passed before {} was sent", call.step)),
                step: Some(call.step.clone()),
            }));
        }
        if call.key_ends.is_some_and(|ends| ends <= self.now) {
            let reason =
                "nobody knows whether it happened, and the vendor may have forgotten its key";
            return Some(Next::InDoubt(Halted {
                step: call.step.clone(),
                reason: reason.to_owned(),
            }));
        }
        None
    }

    pub(super) fn halt(&mut self, id: &RunId, next: Next) {
        match next {
            Next::InDoubt(Halted { step, reason }) => {
                self.move_run(id, RunState::InDoubt, None, Some(reason), Some(step));
                self.set_phase(id, Phase::InDoubt);
                self.unload(id);
            }
            Next::End(ended) => self.finish(id, ended),
            // The intent's outcome is missing: `resume` writes it before anybody comes here.
            Next::Open | Next::Call(_) => {}
        }
    }

    /// Ends a run.
    pub(super) fn finish(&mut self, id: &RunId, ended: Ended) {
        let seq = self
            .runs
            .get(id)
            .and_then(|slot| slot.body.as_ref())
            .map_or(0, |body| body.journal.len() as u32);
        if ended.state != RunState::Done {
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
        self.move_run(id, ended.state, None, ended.reason, ended.step);
        self.set_phase(id, Phase::Ended);
        self.unload(id);
    }
}

fn order_of(run: &Run) -> Option<OrderKey> {
    let key = run.order_key.clone()?;
    Some((run.bundle.clone(), run.rule.clone(), key))
}
