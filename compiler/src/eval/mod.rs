//! The evaluator: pure, total, bounded.
//!
//! `eval(&Scope, &mut Frame, expr)` yields a value or a [`Failure`]. There is no I/O, no recursion of functions, and a
//! budget of steps and bytes ([`limits`]).
//!
//! Equality, order and the texts of values are here too, since the engine's gates and tests need the same ones:
//! [`equals`], [`compare`], [`display`], [`key_text`], and [`from_json`], [`to_json`], [`cast`].

mod access;
mod calls;
mod cast;
mod compare;
mod failure;
mod json;
mod json_path;
pub mod limits;
mod machine;
mod operators;
mod quotient;
mod text;
pub mod time;

#[cfg(test)]
mod tests;

pub use cast::cast;
pub use compare::{compare, equals};
pub use json::{from_json, to_json};
pub use json_path::select;
pub use text::{display, key_text};

pub(crate) use failure::kind;
pub(crate) use machine::elements;
pub(crate) use operators::add;
pub use text::hex;
pub(crate) use text::seconds as span_seconds;

use crate::ir::{ExprId, Exprs, Program, ReadSet};
use crate::source::Place;
use crate::types::Name;
use crate::value::Value;

/// What an expression can see that does not change while it runs.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// Where the expression lives.
    pub exprs: &'a Exprs,
    /// Functions and tables of the bundle; none for a connector's expressions.
    pub program: Option<&'a Program>,
    /// Named inputs of a connector's expressions: settings, arguments, `token`, `status`, …
    pub inputs: &'a [(Name, Value)],
    /// Fields of the event, by slot.
    pub slots: &'a [Value],
    /// What the slots are, for messages.
    pub read_set: Option<&'a ReadSet>,
    /// `now()`: fixed when the run is created.
    pub now: jiff::Timestamp,
    /// `step_time()`: fixed when the step's first attempt is recorded.
    pub step_time: jiff::Timestamp,
    /// Zone of dates without one (IANA name).
    pub zone: &'a str,
}

/// What changes while an expression runs.
#[derive(Debug, Clone)]
pub struct Frame {
    /// By `LocalId`.
    pub locals: Vec<Value>,
    /// Steps left before the expression is stopped as `too-much-work`.
    pub budget: u64,
}

/// Why an expression has no value.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// Stable name: `fail`, `not-a-number`, `inexact`, `no-row`, `currency-mismatch`, `too-much-work`, …
    pub code: &'static str,
    /// One line without personal data or secrets, except for the author's own `fail` text.
    pub message: String,
    /// Where.
    pub place: Option<Place>,
}

/// What the expression yields.
///
/// # Errors
/// What nobody caught with `catch`, or `too-much-work`. The place is that of the innermost expression.
///
/// ```text
/// order.payments[0]?.type ?? "cash"
/// ```
pub fn eval(scope: &Scope<'_>, frame: &mut Frame, id: ExprId) -> Result<Value, Failure> {
    machine::Machine::new(scope, frame).run(id)
}

impl Frame {
    /// Room for this many locals, and the usual budget.
    pub fn new(local_count: u32) -> Frame {
        Frame {
            locals: vec![Value::Absent; local_count as usize],
            budget: limits::STEPS_MAX,
        }
    }
}

/// Arguments of a built-in function.
#[derive(Debug)]
pub struct Args<'a, 'f> {
    /// The scope of the call.
    pub scope: &'a Scope<'f>,
    /// One for each parameter; `Absent` where an optional one was left out.
    pub values: Vec<Value>,
}
