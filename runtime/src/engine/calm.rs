//! `debounce D per EXPR`: of events that follow each other closely only the last one goes on.
//!
//! Each event makes a run that waits, and ends the one that waited before it. The run is a row with its moment, so a
//! restart goes on waiting where the last process stopped.

use jiff::{SignedDuration, Timestamp};
use ondo_compiler::eval::{self, Failure, Frame, Scope};
use ondo_compiler::ir::Rule;
use ondo_compiler::types::Name;

use super::account::later;
use super::interpreter::Ended;
use super::machine::Machine;
use super::runs::slots;
use super::state::Bundle;
use crate::store::{Event, Run, RunId, RunState};

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

/// The value of `per`; none if the rule has no `debounce`.
pub(super) fn key_of(
    bundle: &Bundle,
    rule: &Rule,
    event: &Event,
    now: Timestamp,
) -> Result<Option<CalmKey>, Failure> {
    let Some((_, per)) = rule.debounce else {
        return Ok(None);
    };
    let program = &bundle.program;
    let text = match per {
        Some(per) => {
            let slots = slots(bundle, rule, event)?;
            let scope = Scope {
                exprs: &program.exprs,
                program: Some(program),
                inputs: &[],
                slots: &slots,
                read_set: Some(&rule.read_set),
                now,
                step_time: now,
                zone: &program.timezone,
            };
            let mut frame = Frame::new(rule.local_count);
            eval::key_text(&eval::eval(&scope, &mut frame, per)?)?
        }
        None => String::new(),
    };
    Ok(Some((program.bundle.to_string(), rule.name.clone(), text)))
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
        let latest = later(first, silence * LENGTHS_MAX);
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
        let Some((silence, _)) = rule.debounce else {
            return;
        };
        let Some(due) = run.due.filter(|due| *due > self.now) else {
            return;
        };
        let Ok(Some(key)) = key_of(bundle, rule, event, run.created_at) else {
            return;
        };
        // A moment sooner than the silence is the latest one.
        let first = if due < later(run.created_at, silence) {
            later(due, -(silence * LENGTHS_MAX))
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
}
