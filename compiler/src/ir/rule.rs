//! Rules: triggers, gates, steps and calls.

use super::*;
use crate::source::Place;
use crate::types::{Name, Type};
use crate::value::Value;

/// A rule, ready to run.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its name, unique in the bundle.
    pub name: Name,
    /// The caption behind the name.
    pub caption: Option<Name>,
    /// What starts it.
    pub trigger: Trigger,
    /// What it reads of the event.
    pub read_set: ReadSet,
    /// `when`
    pub when: Option<When>,
    /// `once …`, written or implied.
    pub once: Once,
    /// `ordered by`
    pub ordered_by: Option<ExprId>,
    /// `at most N per D`
    pub at_most: Option<(u64, jiff::SignedDuration)>,
    /// `debounce D per EXPR`
    pub debounce: Option<(jiff::SignedDuration, Option<ExprId>)>,
    /// `valid for D`
    pub valid_for: Option<jiff::SignedDuration>,
    /// `poll every D`
    pub poll_every: Option<jiff::SignedDuration>,
    /// `overlap queue`; skip without it, unless all missed times are made up for (`misfire all`).
    pub overlap_queue: bool,
    /// `misfire …`
    pub misfire: Misfire,
    /// The steps.
    pub body: Vec<Step>,
    /// `on error as e { … }`: where the error is bound, and the steps.
    pub on_error: Option<(LocalId, Vec<Step>)>,
    /// How many locals it uses.
    pub local_count: u32,
    /// Where it stands.
    pub place: Place,
}

/// What starts a rule.
#[derive(Debug, Clone)]
pub enum Trigger {
    /// An event of an account.
    Event {
        /// Whose.
        account: AccountId,
        /// The event's name in the connector.
        event: Name,
        /// Arguments, for example `path` of a webhook.
        args: Vec<(Name, Value)>,
        /// The payload's type: the connector's, or the author's.
        payload: Type,
        /// The event's entity key over the read set, if the connector declares one.
        entity: Option<ExprId>,
    },
    /// `every D`
    Every(jiff::SignedDuration),
    /// `cron`
    Cron {
        /// The five fields.
        spec: Name,
        /// IANA name.
        zone: Name,
    },
}

/// A condition, cut into the terms joined by `and`, so that the first false one can be named.
#[derive(Debug, Clone)]
pub struct When {
    /// Each with its own text.
    pub terms: Vec<(ExprId, Name)>,
}

/// How often a rule acts.
#[derive(Debug, Clone)]
pub enum Once {
    /// For each event that comes (no unsafe or keyed action, or `once per event`).
    PerEvent,
    /// Once for each value.
    Per {
        /// The key.
        key: ExprId,
        /// For ever without it.
        within: Option<jiff::SignedDuration>,
        /// Not written: implied by an unsafe or keyed action.
        implied: bool,
    },
}

/// What happens to schedules that were missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misfire {
    /// None of them.
    Skip,
    /// One run for all of them.
    Once,
    /// Each.
    All,
}

/// One step.
#[derive(Debug, Clone)]
pub enum Step {
    /// `let x = value`
    Let {
        /// Where it is kept.
        local: LocalId,
        /// The value.
        value: ExprId,
    },
    /// A call of an action.
    Call(Box<Call>),
    /// A call of an action that is made of steps.
    Composite(Box<Composite>),
    /// `if`
    If {
        /// The condition.
        cond: ExprId,
        /// When true.
        then: Vec<Step>,
        /// When false.
        otherwise: Vec<Step>,
    },
    /// `match`
    Match {
        /// What is compared.
        subject: ExprId,
        /// Tried in order.
        arms: Vec<(Vec<Value>, Vec<Step>)>,
        /// `else`
        otherwise: Vec<Step>,
    },
    /// `for`
    For {
        /// The loop's name.
        var: LocalId,
        /// The list.
        list: ExprId,
        /// The filter.
        cond: Option<ExprId>,
        /// How many at once, from 1.
        parallel: u32,
        /// The steps.
        body: Vec<Step>,
    },
    /// `stop "why"`
    Stop(Option<ExprId>, Place),
    /// `fail "why"`
    Fail(ExprId, Place),
}

/// A call of an action.
#[derive(Debug, Clone)]
pub struct Call {
    /// The step's id: its binding or the action's name, with the prefix of handlers it stands in.
    pub id: Name,
    /// Yields `Value::Account`.
    pub account: ExprId,
    /// The connector.
    pub connector: Name,
    /// The action.
    pub action: Name,
    /// Arguments by name. What is not here has the connector's default.
    pub args: Vec<Arg>,
    /// Where the value of `ok` is kept.
    pub bind: Option<LocalId>,
    /// `timeout`
    pub timeout: Option<jiff::SignedDuration>,
    /// `retry`, `backoff`
    pub retry: Retry,
    /// `key`
    pub key: Option<ExprId>,
    /// `on OUTCOME as r { … }`
    pub handlers: Vec<Handler>,
    /// What repeating does. `http.request` with a literal GET or HEAD is a read.
    pub class: Class,
    /// Where it stands.
    pub place: Place,
}

/// A call of an action that is made of steps, with its steps: they have locals and ids of their own, so that journal,
/// repetitions and doubts are those of the calls in it.
#[derive(Debug, Clone)]
pub struct Composite {
    /// The step's id. The ids of the calls in it begin with it: `createOrder.findOffer`.
    pub id: Name,
    /// The connector.
    pub connector: Name,
    /// The action.
    pub action: Name,
    /// Its parameters as `let`, its own steps, and its value as the last `let`.
    pub steps: Vec<Step>,
    /// Where it is called.
    pub place: Place,
}

/// An argument of a call.
#[derive(Debug, Clone)]
pub struct Arg {
    /// The argument.
    pub name: Name,
    /// Its value.
    pub value: ExprId,
    /// Leave it out when null.
    pub omit_null: bool,
}

/// What repeating an action does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// Changes nothing.
    Read,
    /// May happen twice without harm.
    Harmless,
    /// Twice is the same as once.
    Idempotent,
    /// The vendor knows the key and does it once.
    Keyed,
    /// Happens each time; whether it happened can be read back.
    UnsafeReadback,
    /// Happens each time.
    Unsafe,
}

/// `retry` of a call.
#[derive(Debug, Clone, Default)]
pub struct Retry {
    /// `retry never`
    pub never: bool,
    /// Number of repetitions; the engine's schedule without it.
    pub count: Option<u32>,
    /// Shortest and longest pause.
    pub backoff: Option<(jiff::SignedDuration, jiff::SignedDuration)>,
    /// Only these outcomes; empty: all that may be repeated.
    pub when: Vec<Name>,
}

/// `on OUTCOME as r { … }`
#[derive(Debug, Clone)]
pub struct Handler {
    /// The outcome.
    pub outcome: Name,
    /// Where its value is kept.
    pub bind: Option<LocalId>,
    /// The steps.
    pub body: Vec<Step>,
}
