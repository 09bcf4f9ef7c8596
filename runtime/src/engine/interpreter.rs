//! The interpreter: from the start of a rule to the first call that has no outcome yet.
//!
//! A run has no other state than its event and its journal. Each time it goes on, its steps are gone through from the
//! beginning; calls with a recorded outcome are taken over, expressions are evaluated anew (they are pure). So a run
//! after a restart is the same as one that was never interrupted.

use std::collections::HashMap;

use jiff::Timestamp;
use ondo_compiler::eval::{self, Failure, Frame, Scope};
use ondo_compiler::ir::{ExprId, LocalId, Program, Rule, Step};
use ondo_compiler::source::Place;
use ondo_compiler::value::Value;

use super::ResolvedAccount;
use super::loops::Loop;
use super::prepare::{self, PreparedCall};
use super::state::CallPlace;
use crate::store::{Record, RecordKind, Run, RunState};

/// Calls of one run. Each time a run goes on it is gone through from the beginning, so its cost grows with their square.
pub(super) const CALLS_MAX: usize = 1_000;
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
    /// `step_time()` of a call that is made for the first time, and what is too late is compared with it.
    pub(super) now: Timestamp,
    /// When the store was restored, if it was: what a run that is checked first noted before may be less than happened.
    pub(super) restored_at: Option<Timestamp>,
    /// The end of `valid for`.
    pub(super) valid_until: Option<Timestamp>,
    /// Calls that were let go and have not ended.
    pub(super) under_way: &'a [CallPlace],
}

/// What a run does next.
#[derive(Debug)]
pub(super) enum Next {
    /// It makes these calls, or waits for those under way.
    Calls(Calls),
    /// Nobody knows whether this step's call happened.
    InDoubt(Halted),
    /// It is over.
    End(Ended),
}

/// The calls at which a run stands.
#[derive(Debug)]
pub(super) struct Calls {
    /// Those that are due, each as soon as what it waits for is over. In the order of the rule.
    pub(super) due: Vec<PreparedCall>,
    /// What nobody knows of a loop whose other iterations go on.
    pub(super) doubt: Option<Halted>,
}

/// A step at which a run stands, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Halted {
    pub(super) step: String,
    /// The index in each enclosing loop.
    pub(super) iteration: String,
    /// `connector.action` of its call.
    pub(super) action: String,
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
    /// It stands at calls that are due or under way. `ending`: a loop has ended but for them, and no loop around it
    /// begins anything new.
    Calls {
        ending: bool,
    },
    InDoubt(Halted),
    /// `valid for` has passed.
    Expired(Halted),
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
    replay.doubt = None;
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
    pub(super) iteration: Vec<usize>,
    pub(super) prefix: &'static str,
    pub(super) calls: usize,
    /// Enclosing loops whose iterations are under way at the same time.
    pub(super) loops: usize,
    /// Calls that are due.
    pub(super) due: Vec<PreparedCall>,
    /// Calls that were let go and have not ended.
    pub(super) under_way: usize,
    /// A call that waits for another one with the same key.
    pub(super) held: Option<Halted>,
    /// What nobody knows of a loop whose other iterations go on.
    pub(super) doubt: Option<Halted>,
    /// Calls and ends that were come to, in order; for coverage.
    pub(super) reached: Vec<Place>,
    pub(super) by_step: HashMap<(&'a str, &'a str), Vec<&'a Record>>,
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
            loops: 0,
            due: Vec::new(),
            under_way: 0,
            held: None,
            doubt: None,
            reached: Vec::new(),
            by_step,
        }
    }

    fn halted(&mut self, halt: Halt) -> Next {
        match halt {
            Halt::Calls { .. } => {
                let due = std::mem::take(&mut self.due);
                match self.held.take() {
                    // What it waits for will never be known.
                    Some(held) if due.is_empty() && self.under_way == 0 => Next::InDoubt(held),
                    _ => Next::Calls(Calls {
                        due,
                        doubt: self.doubt.take(),
                    }),
                }
            }
            Halt::InDoubt(halted) => Next::InDoubt(halted),
            Halt::Expired(Halted { step, reason, .. }) => {
                Next::End(end(RunState::Expired, Some(step), Some(reason)))
            }
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
                parallel,
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
                if *parallel > 1 {
                    let of = Loop {
                        var: *var,
                        items: &items,
                        wanted,
                        parallel: *parallel as usize,
                    };
                    return self.in_parallel(&of, body);
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
}

pub(super) fn too_many_calls() -> Halt {
    let message = format!("a run makes at most {CALLS_MAX} calls");
    Error::halt(RunState::Failed, "too-many-calls", None, message)
}

/// An unhandled failure of an expression.
pub(super) fn failed(failure: &Failure, step: Option<&str>) -> Halt {
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
