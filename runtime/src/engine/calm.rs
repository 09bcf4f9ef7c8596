//! `debounce D per EXPR`: of events that follow each other closely only the last one goes on.
//!
//! Each event makes a run that waits, and ends the one that waited before it, whatever `when` would say of it. When the
//! silence is over, the other gates are asked about the run that is left, and the store decides who takes a `once` key:
//! the run goes on, or ends as filtered. It is a row with its moment, so a restart goes on waiting where the last process
//! stopped.

use jiff::{SignedDuration, Timestamp};
use ondo_compiler::eval::{self, Failure, Frame};
use ondo_compiler::ir::{Program, Rule};
use ondo_compiler::types::Name;
use ondo_compiler::value::Value;

use super::account::later;
use super::interpreter::Ended;
use super::machine::Machine;
use super::routing::{self, Judgement};
use super::runs::{order_of, rule_of, slots};
use super::state::{After, Bundle, Phase};
use super::{Notice, paces};
use crate::store::{Event, Routed, Run, RunId, RunState, Write};

/// The step of a run that waits here, for people and for the next process.
pub(super) const GATE: &str = "debounce";
/// The last event goes on after this many times the silence, however many follow.
const LENGTHS_MAX: i32 = 10;

/// Bundle, rule, value of `per`.
pub(super) type CalmKey = (String, Name, String);

/// The run that waits for silence.
#[derive(Debug)]
pub(super) struct Calm {
    run: RunId,
    /// When the first event of those that followed each other came.
    first: Timestamp,
}

/// Whether the run waited here and its silence is over.
pub(super) fn is_over(run: &Run, now: Timestamp) -> bool {
    run.step.as_deref() == Some(GATE) && run.due.is_none_or(|due| due <= now)
}

/// The value of `per` and the silence; none if the rule has no `debounce`.
pub(super) fn key_of(
    program: &Program,
    rule: &Rule,
    slots: &[Value],
    now: Timestamp,
) -> Result<Option<(CalmKey, SignedDuration)>, Failure> {
    let Some((silence, per)) = rule.debounce else {
        return Ok(None);
    };
    let text = match per {
        Some(per) => {
            let scope = routing::scope(program, rule, slots, now);
            let mut frame = Frame::new(rule.local_count);
            eval::key_text(&eval::eval(&scope, &mut frame, per)?)?
        }
        None => String::new(),
    };
    let key = (program.bundle.to_string(), rule.name.clone(), text);
    Ok(Some((key, silence)))
}

impl Machine {
    /// Another event came: the run that waited for silence ends. Yields when the first event of them came.
    pub(super) fn end_calm(&mut self, key: &CalmKey, event: &Event) -> Option<Timestamp> {
        let calm = self.calm.remove(key)?;
        let ended = Ended {
            state: RunState::Superseded,
            step: Some(GATE.to_owned()),
            reason: Some(format!("{} came within the time of `debounce`", event.id)),
        };
        self.finish(&calm.run, ended);
        Some(calm.first)
    }

    /// Lets a new run wait for silence.
    pub(super) fn begin_calm(
        &mut self,
        key: CalmKey,
        run: &mut Run,
        silence: SignedDuration,
        first: Option<Timestamp>,
    ) {
        let first = first.unwrap_or(self.now);
        let latest = later(first, silence.saturating_mul(LENGTHS_MAX));
        run.state = RunState::Waiting;
        run.due = Some(later(self.now, silence).min(latest));
        run.reason = Some(format!("`debounce {silence:#}`"));
        run.step = Some(GATE.to_owned());
        let calm = Calm {
            run: run.id.clone(),
            first,
        };
        self.calm.insert(key, calm);
    }

    /// A run of an earlier process goes on waiting for silence.
    pub(super) fn calm_again(&mut self, run: &Run, bundle: &Bundle, rule: &Rule, event: &Event) {
        let Some(due) = run.due.filter(|due| *due > self.now) else {
            return;
        };
        let key = slots(bundle, rule, event)
            .and_then(|slots| key_of(&bundle.program, rule, &slots, run.created_at));
        let Ok(Some((key, silence))) = key else {
            return;
        };
        // A moment sooner than the silence is the latest one.
        let first = if due < later(run.created_at, silence) {
            later(due, -silence.saturating_mul(LENGTHS_MAX))
        } else {
            run.created_at
        };
        let calm = Calm {
            run: run.id.clone(),
            first,
        };
        self.calm.insert(key, calm);
    }

    /// The silence was long enough: nothing takes the run's place any more.
    pub(super) fn calmed(&mut self, id: &RunId) {
        self.calm.retain(|_, calm| calm.run != *id);
    }

    /// Asks the other gates about a run whose silence is over.
    pub(super) fn let_through(&mut self, id: &RunId) {
        let Some(slot) = self.runs.get(id) else {
            return;
        };
        let (Some(bundle), Some(body)) = (slot.bundle.clone(), &slot.body) else {
            return;
        };
        let Some(rule) = rule_of(&bundle.program, &slot.run.rule) else {
            return;
        };
        let created_at = slot.run.created_at;
        match routing::judge(&bundle.program, rule, &body.slots, created_at, self.now) {
            Judgement::Filtered(term) => self.held_back(id, format!("`{term}` was false")),
            Judgement::Failed(reason) => {
                let ended = Ended {
                    state: RunState::Failed,
                    step: None,
                    reason: Some(reason),
                };
                self.finish(id, ended);
            }
            Judgement::Acts {
                once_key,
                once_until,
                order_key,
            } => self.admit(id, rule, (once_key, once_until), order_key),
        }
    }

    fn admit(
        &mut self,
        id: &RunId,
        rule: &Rule,
        (once_key, once_until): (Option<String>, Option<Timestamp>),
        order_key: Option<String>,
    ) {
        let Some(mut run) = self.runs.get(id).map(|slot| slot.run.clone()) else {
            return;
        };
        run.once_key = once_key;
        run.order_key = order_key;
        run.state = RunState::Ready;
        (run.due, run.reason, run.step) = (None, None, None);
        if let Some((due, reason)) = self.pace(&run.bundle, rule) {
            run.state = RunState::Waiting;
            run.due = Some(due);
            run.reason = Some(reason);
            run.step = Some(paces::GATE.to_owned());
        }
        let begins = run.due.unwrap_or(self.now);
        if let Some(order) = order_of(&run) {
            self.orders.entry(order).or_default().add(id);
        }
        if let Some(head) = self.head_before(&run) {
            run.state = RunState::Queued;
            run.reason = Some(format!("waits behind {head}"));
        } else if let Some(order) = order_of(&run) {
            self.orders.entry(order).or_default().take_turn(id);
        }
        if let Some(slot) = self.runs.get_mut(id) {
            slot.run = run.clone();
            slot.phase = Phase::Committing;
        }
        let write = self.write(Write::Admit {
            run: Box::new(run),
            once_until,
            at: self.now,
        });
        self.touch(id);
        self.after(After::Admitted {
            write,
            run: id.clone(),
            begins,
        });
    }

    /// The store has decided whether a run goes on behind `debounce`.
    pub(super) fn admitted(&mut self, id: &RunId, begins: Timestamp, decided: Option<&Routed>) {
        let Some(run) = self.runs.get(id).map(|slot| slot.run.clone()) else {
            return;
        };
        let Some(Routed::Duplicate(first)) = decided else {
            self.commands
                .push(super::Command::Tell(Notice::RunMoved(run)));
            return;
        };
        self.give_back_pace(&run, begins);
        let key = run.once_key.unwrap_or_default();
        self.held_back(id, format!("`{key}` was taken by {first}"));
    }

    fn held_back(&mut self, id: &RunId, reason: String) {
        let ended = Ended {
            state: RunState::Filtered,
            step: None,
            reason: Some(reason),
        };
        self.finish(id, ended);
    }
}
