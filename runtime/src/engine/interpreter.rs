//! The interpreter: from the start of a rule to the first call that has no outcome yet.
//!
//! A run has no other state than its event and its journal. Each time it goes on, its steps are gone through from the
//! beginning; calls with a recorded outcome are taken over, expressions are evaluated anew (they are pure). So a run
//! after a restart is the same as one that was never interrupted.

use std::collections::HashMap;

use jiff::Timestamp;
use ondo_compiler::eval::{self, Failure, Frame, Scope};
use ondo_compiler::ir::{Call, ExprId, LocalId, Program, Rule, Step};
use ondo_compiler::source::Place;
use ondo_compiler::value::Value;

use super::ResolvedAccount;
use super::attempts::{self, Policy, Standing};
use super::prepare::{self, PreparedCall};
use crate::store::{Record, RecordKind, Run, RunState};

/// Calls of one run. Each time a run goes on it is gone through from the beginning, so its cost grows with their square.
const CALLS_MAX: usize = 1_000;
/// Prefix of the steps of `on error`.
pub(super) const ON_ERROR: &str = "on_error.";

/// What a replay sees. None of it changes while it runs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cx<'a> {
    pub(super) program: &'a Program,
    pub(super) accounts: &'a [ResolvedAccount],
    pub(super) rule: &'a Rule,
    pub(super) run: &'a Run,
    pub(super) slots: &'a [Value],
    pub(super) journal: &'a [Record],
    /// `step_time()` of a call that is made for the first time. Nothing else sees it.
    pub(super) now: Timestamp,
}

/// What a run does next.
#[derive(Debug)]
pub(super) enum Next {
    /// This call is due.
    Call(Box<PreparedCall>),
    /// An intent has no outcome: the call is under way.
    Open,
    /// Nobody knows whether this step's call happened.
    InDoubt(Halted),
    /// It is over.
    End(Ended),
}

/// A step at which a run stands, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Halted {
    pub(super) step: String,
    pub(super) reason: String,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ended {
    pub(super) state: RunState,
    pub(super) step: Option<String>,
    pub(super) reason: Option<String>,
}

/// Why the steps were not gone through to the end.
pub(super) enum Halt {
    Call(Box<PreparedCall>),
    Open,
    InDoubt(Halted),
    Stop(Option<String>),
    Error(Box<Error>),
}

impl Halt {
    /// What fails between the calls of an action made of steps fails at the step that calls the action.
    fn at_step(mut self, step: &str) -> Self {
        if let Halt::Error(error) = &mut self {
            error.step.get_or_insert_with(|| step.to_owned());
        }
        self
    }
}

/// An error as `on error as e` sees it.
#[derive(Debug, Clone)]
pub(super) struct Error {
    /// [`RunState::Failed`] or [`RunState::Dead`].
    state: RunState,
    /// A failure's code or an outcome's name.
    kind: String,
    step: Option<String>,
    message: String,
}

impl Error {
    pub(super) fn halt(
        state: RunState,
        kind: impl Into<String>,
        step: Option<&str>,
        message: impl Into<String>,
    ) -> Halt {
        Halt::Error(Box::new(Error {
            state,
            kind: kind.into(),
            step: step.map(str::to_owned),
            message: message.into(),
        }))
    }

    fn value(&self) -> Value {
        Value::object(vec![
            ("kind".into(), Value::text(self.kind.as_str())),
            (
                "step".into(),
                Value::text(self.step.as_deref().unwrap_or_default()),
            ),
            ("message".into(), Value::text(self.message.as_str())),
        ])
    }
}

/// Goes through the run's steps.
pub(super) fn next(cx: Cx<'_>) -> Next {
    go_through(&mut Replay::new(cx))
}

/// The calls and ends that a run has come to.
pub(super) fn reached(cx: Cx<'_>) -> Vec<Place> {
    let mut replay = Replay::new(cx);
    go_through(&mut replay);
    replay.reached
}

fn go_through(replay: &mut Replay<'_>) -> Next {
    let rule = replay.cx.rule;
    let error = match replay.steps(&rule.body) {
        Ok(()) => return Next::End(end(RunState::Done, None, None)),
        Err(Halt::Error(error)) => error,
        Err(halt) => return replay.halted(halt),
    };
    let Some((local, steps)) = &rule.on_error else {
        return Next::End(end(error.state, error.step, Some(error.message)));
    };
    replay.prefix = ON_ERROR;
    replay.iteration.clear();
    replay.calls = 0;
    replay.set(*local, error.value());
    let message = match replay.steps(steps) {
        Ok(()) | Err(Halt::Stop(_)) => error.message,
        Err(Halt::Error(second)) => {
            format!(
                "{}; `on error` failed too: {}",
                error.message, second.message
            )
        }
        Err(halt) => return replay.halted(halt),
    };
    Next::End(end(error.state, error.step, Some(message)))
}

fn end(state: RunState, step: Option<String>, reason: Option<String>) -> Ended {
    Ended {
        state,
        step,
        reason,
    }
}

/// A replay under way.
pub(super) struct Replay<'a> {
    pub(super) cx: Cx<'a>,
    frame: Frame,
    /// The index in each enclosing loop, outermost first.
    iteration: Vec<usize>,
    prefix: &'static str,
    calls: usize,
    /// Calls and ends that were come to, in order; for coverage.
    pub(super) reached: Vec<Place>,
    by_step: HashMap<(&'a str, &'a str), Vec<&'a Record>>,
}

impl<'a> Replay<'a> {
    fn new(cx: Cx<'a>) -> Self {
        let mut by_step: HashMap<(&'a str, &'a str), Vec<&'a Record>> = HashMap::new();
        for record in cx.journal {
            if record.kind != RecordKind::End {
                by_step
                    .entry((&record.step, &record.iteration))
                    .or_default()
                    .push(record);
            }
        }
        Self {
            cx,
            frame: Frame::new(cx.rule.local_count),
            iteration: Vec::new(),
            prefix: "",
            calls: 0,
            reached: Vec::new(),
            by_step,
        }
    }

    fn halted(&self, halt: Halt) -> Next {
        match halt {
            Halt::Call(call) => Next::Call(call),
            Halt::Open => Next::Open,
            Halt::InDoubt(halted) => Next::InDoubt(halted),
            Halt::Stop(reason) => Next::End(end(RunState::Stopped, None, reason)),
            Halt::Error(error) => Next::End(end(error.state, error.step, Some(error.message))),
        }
    }

    pub(super) fn set(&mut self, local: LocalId, value: Value) {
        if let Some(slot) = self.frame.locals.get_mut(local.0 as usize) {
            *slot = value;
        }
    }

    /// Evaluates an expression. `step_time` matters only within a call.
    pub(super) fn eval(&mut self, expr: ExprId, step_time: Timestamp) -> Result<Value, Failure> {
        let program = self.cx.program;
        let scope = Scope {
            exprs: &program.exprs,
            program: Some(program),
            inputs: &[],
            slots: self.cx.slots,
            read_set: Some(&self.cx.rule.read_set),
            now: self.cx.run.created_at,
            step_time,
            zone: &program.timezone,
        };
        eval::eval(&scope, &mut self.frame, expr)
    }

    fn value(&mut self, expr: ExprId) -> Result<Value, Halt> {
        self.eval(expr, self.cx.run.created_at)
            .map_err(|failure| failed(&failure, None))
    }

    fn condition(&mut self, expr: ExprId) -> Result<bool, Halt> {
        Ok(self.value(expr)? == Value::Bool(true))
    }

    pub(super) fn steps(&mut self, steps: &'a [Step]) -> Result<(), Halt> {
        for step in steps {
            self.step(step)?;
        }
        Ok(())
    }

    fn step(&mut self, step: &'a Step) -> Result<(), Halt> {
        match step {
            Step::Let { local, value } => {
                let value = self.value(*value)?;
                self.set(*local, value);
                Ok(())
            }
            Step::Call(call) => self.call(call),
            Step::Composite(composite) => {
                self.reached.push(composite.place);
                let done = self.steps(&composite.steps);
                done.map_err(|halt| halt.at_step(&composite.id))
            }
            Step::If {
                cond,
                then,
                otherwise,
            } => {
                let chosen = if self.condition(*cond)? {
                    then
                } else {
                    otherwise
                };
                self.steps(chosen)
            }
            Step::Match {
                subject,
                arms,
                otherwise,
            } => {
                let subject = self.value(*subject)?;
                let arm = arms.iter().find(|(patterns, _)| {
                    patterns
                        .iter()
                        .any(|pattern| eval::equals(pattern, &subject))
                });
                self.steps(arm.map_or(otherwise, |(_, steps)| steps))
            }
            Step::For {
                var,
                list,
                cond,
                body,
                // The calls of a loop are made one after the other: what a rule may do in parallel, it may do in turn.
                parallel: _,
            } => {
                let items = match self.value(*list)? {
                    Value::List(items) => items,
                    Value::Null | Value::Absent => return Ok(()),
                    _ => {
                        let message = "`for` needs a list";
                        return Err(Error::halt(RunState::Failed, "not-a-list", None, message));
                    }
                };
                let mut wanted = Vec::new();
                for (index, item) in items.iter().enumerate() {
                    self.set(*var, item.clone());
                    if match cond {
                        Some(cond) => self.condition(*cond)?,
                        None => true,
                    } {
                        wanted.push(index);
                    }
                }
                // Found out before the first call, so that nothing is left half done.
                if wanted.len() > CALLS_MAX {
                    return Err(too_many_calls());
                }
                for index in wanted {
                    self.set(*var, items[index].clone());
                    self.iteration.push(index);
                    self.steps(body)?;
                    self.iteration.pop();
                }
                Ok(())
            }
            Step::Stop(reason, place) => {
                self.reached.push(*place);
                let reason = match reason {
                    Some(reason) => Some(text_of(&self.value(*reason)?)),
                    None => None,
                };
                Err(Halt::Stop(reason))
            }
            Step::Fail(reason, place) => {
                self.reached.push(*place);
                let reason = text_of(&self.value(*reason)?);
                Err(Error::halt(RunState::Failed, "fail", None, reason))
            }
        }
    }

    /// The step's id and iteration as the journal has them.
    fn step_key(&self, call: &Call) -> (String, String) {
        let step = if call.id.starts_with(self.prefix) {
            call.id.to_string()
        } else {
            format!("{}{}", self.prefix, call.id)
        };
        let indexes: Vec<String> = self.iteration.iter().map(usize::to_string).collect();
        (step, indexes.join("."))
    }

    fn call(&mut self, call: &'a Call) -> Result<(), Halt> {
        self.reached.push(call.place);
        self.calls += 1;
        if self.calls > CALLS_MAX {
            return Err(too_many_calls());
        }
        let (step, iteration) = self.step_key(call);
        let records = self
            .by_step
            .get(&(step.as_str(), iteration.as_str()))
            .cloned()
            .unwrap_or_default();
        let action = self
            .cx
            .program
            .catalog
            .connectors
            .get(&call.connector)
            .and_then(|connector| connector.actions.get(&call.action));
        let policy = Policy {
            class: call.class,
            retry: &call.retry,
            window: action.and_then(|action| action.effect.window),
        };
        let halted = |record: usize, reason: &str| {
            let message = records[record].message.as_deref().unwrap_or("no message");
            Halt::InDoubt(Halted {
                step: step.clone(),
                reason: format!("{reason}: {message}"),
            })
        };
        let wait = match attempts::standing(policy, &records) {
            Standing::Final { record, used_up } => {
                return self.outcome(call, &step, records[record], used_up);
            }
            Standing::ResultLost { record } => {
                return self.result_lost(call, &step, records[record]);
            }
            Standing::Open => return Err(Halt::Open),
            Standing::InDoubt { record } => {
                return Err(halted(record, "nobody knows whether it happened"));
            }
            Standing::Pending { record } => {
                return Err(halted(
                    record,
                    "accepted, but waiting for a later result is not supported yet",
                ));
            }
            Standing::Fresh => None,
            Standing::Again(wait) => Some(wait),
        };
        let place = prepare::StepPlace {
            step: &step,
            iteration: &iteration,
            records: &records,
            wait,
        };
        let prepared =
            prepare::prepare(self, call, place).map_err(|failure| failed(&failure, Some(&step)))?;
        if wait.is_none()
            && let Some(twin) = self.twin(call, &prepared)
        {
            return self.outcome(call, &step, twin, false);
        }
        Err(Halt::Call(Box::new(prepared)))
    }
}

fn too_many_calls() -> Halt {
    let message = format!("a run makes at most {CALLS_MAX} calls");
    Error::halt(RunState::Failed, "too-many-calls", None, message)
}

/// An unhandled failure of an expression.
fn failed(failure: &Failure, step: Option<&str>) -> Halt {
    let state = if failure.code == prepare::DIGEST_CHANGED {
        RunState::Dead
    } else {
        RunState::Failed
    };
    Error::halt(state, failure.code, step, failure.message.clone())
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Text(text) => text.to_string(),
        _ => String::new(),
    }
}
