//! What to do: a checked bundle without sugar. The engine sees this and values, never the tree.
//!
//! Nothing that is stored refers to positions in here: journals speak of rules and steps by name.

use std::sync::Arc;

use crate::builtins::Builtin;
use crate::catalog::Catalog;
use crate::source::{Place, Sources};
use crate::types::{Name, Type, TypeTable};
use crate::value::Value;

/// Number of an expression in its [`Exprs`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExprId(pub u32);

/// Number of a local value within a rule or function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LocalId(pub u32);

/// Number of a slot of the event, an index into [`ReadSet::paths`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SlotId(pub u32);

/// Number of a function of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FnId(pub u32);

/// Number of a table of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TableId(pub u32);

/// Number of an account of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AccountId(pub u32);

/// Expressions with the places they come from. A bundle has one, each connector has one.
#[derive(Debug, Clone, Default)]
pub struct Exprs {
    /// By [`ExprId`].
    pub nodes: Vec<Expr>,
    /// Where each stands, for failures.
    pub places: Vec<Place>,
}

impl Exprs {
    /// Adds an expression.
    pub fn add(&mut self, expr: Expr, place: Place) -> ExprId {
        self.nodes.push(expr);
        self.places.push(place);
        ExprId(self.nodes.len() as u32 - 1)
    }

    /// The expression with this number.
    pub fn get(&self, id: ExprId) -> &Expr {
        &self.nodes[id.0 as usize]
    }

    /// Where it stands.
    pub fn place(&self, id: ExprId) -> Place {
        self.places[id.0 as usize]
    }
}

/// An expression without sugar.
#[derive(Debug, Clone)]
pub enum Expr {
    /// A literal.
    Const(Value),
    /// A field of the event.
    Slot(SlotId),
    /// A local value: `let`, a loop's name, a parameter, the value of a call.
    Local(LocalId),
    /// In connector definitions: a setting, an argument, `token`, `status`, `answer`, … by name.
    Input(Name),
    /// An account as a value.
    Account(AccountId),
    /// `base.name`. A null base yields null: the checker allowed it only where that is meant.
    Field {
        /// The object.
        base: ExprId,
        /// The field.
        name: Name,
    },
    /// `base[index]` of a list: null outside. Negative counts from the end.
    Index {
        /// The list.
        base: ExprId,
        /// An int.
        index: ExprId,
    },
    /// `a?.b…`: null if the value is null, else the rest of the chain with the value bound.
    Chain {
        /// The part before `?`.
        value: ExprId,
        /// Where `then` finds it.
        bind: LocalId,
        /// The rest of the chain.
        then: ExprId,
    },
    /// `t[x]` of a table.
    Lookup {
        /// The table.
        table: TableId,
        /// The key.
        key: ExprId,
    },
    /// A function of the bundle.
    Call {
        /// Which.
        function: FnId,
        /// One for each parameter.
        args: Vec<ExprId>,
    },
    /// A built-in function.
    Builtin {
        /// Which.
        builtin: &'static Builtin,
        /// One for each parameter; none where the caller left an optional one out.
        args: Vec<Option<ExprId>>,
    },
    /// `not x`
    Not(ExprId),
    /// `-x`
    Neg(ExprId),
    /// Arithmetic and comparison.
    Binary {
        /// Which.
        op: Op,
        /// Left.
        left: ExprId,
        /// Right.
        right: ExprId,
    },
    /// `a and b`: the right side only if the left is true.
    And(ExprId, ExprId),
    /// `a or b`: the right side only if the left is false.
    Or(ExprId, ExprId),
    /// `a ?? b`
    Coalesce(ExprId, ExprId),
    /// `a catch b`
    Catch(ExprId, ExprId),
    /// `x in xs`
    In(ExprId, ExprId),
    /// `x matches r'…'`
    Matches {
        /// The text.
        value: ExprId,
        /// Compiled once.
        regex: Arc<regex::Regex>,
    },
    /// `if c then a else b`
    If(ExprId, ExprId, ExprId),
    /// `match`
    Match {
        /// What is compared.
        subject: ExprId,
        /// Tried in order; equal to any of the values.
        arms: Vec<(Vec<Value>, ExprId)>,
        /// `else`; a failure without it.
        otherwise: Option<ExprId>,
    },
    /// `[a, b]`
    List(Vec<ExprId>),
    /// `[value for x in list if cond]`
    Comprehension {
        /// The loop's name.
        var: LocalId,
        /// The list.
        list: ExprId,
        /// The filter.
        cond: Option<ExprId>,
        /// The element.
        value: ExprId,
    },
    /// `{ … }`
    Object(Vec<Entry>),
    /// `"Order {number}"`
    Text(Vec<ExprId>),
    /// `fail "why"`
    Fail(ExprId),
    /// `x as T`, and the checked conversion of `json`.
    Cast {
        /// The value.
        value: ExprId,
        /// To what.
        ty: Type,
    },
    /// `money(x)` of a number literal where money is wanted, and other conversions that the checker decided.
    Convert {
        /// The value.
        value: ExprId,
        /// To what.
        to: Conversion,
    },
    /// `first(x, path)`, `all(x, path)`, `one(x, path)`
    JsonPath {
        /// The JSON.
        base: ExprId,
        /// How many are wanted.
        take: Take,
        /// RFC 9535, checked.
        path: Name,
    },
    /// `present(x)`: a null that was sent counts, an absent field does not.
    Present(ExprId),
    /// `omit`
    Omit,
    /// `now()`
    Now,
    /// `step_time()`
    StepTime,
}

/// Conversions that change no meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conversion {
    /// int to decimal.
    Decimal,
    /// A number literal to money of this currency; none: unnamed.
    Money(Option<Name>),
}

/// Which matches of a JSONPath are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// The first, or null.
    First,
    /// All.
    All,
    /// Exactly one, else a failure.
    One,
}

/// Binary operators on evaluated sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
}

/// A part of an object expression.
#[derive(Debug, Clone)]
pub enum Entry {
    /// `name: value`
    Field {
        /// The field.
        name: Name,
        /// Its value.
        value: ExprId,
        /// Leave the field out when the value is null. False for a literal `null` and required fields.
        omit_null: bool,
    },
    /// `...value`
    Spread(ExprId),
}

/// Exactly which fields of the event a rule can read.
#[derive(Debug, Clone, Default)]
pub struct ReadSet {
    /// Each path is one slot. An empty path is the whole event.
    pub paths: Vec<ReadPath>,
}

/// One field that is read.
#[derive(Debug, Clone)]
pub struct ReadPath {
    /// Names from the payload down; an absent or null object on the way gives null.
    pub path: Vec<Name>,
    /// The type of what stands there (`Nullable` if anything on the way can be absent).
    pub ty: Type,
    /// Wire form of the last field.
    pub codecs: Vec<crate::types::Codec>,
    /// Other spellings of the last field that are read.
    pub aliases: Vec<Name>,
}

/// A whole bundle, ready to run.
#[derive(Debug, Clone)]
pub struct Program {
    /// The bundle's name.
    pub bundle: Name,
    /// `version: "1.4.0"`, if written.
    pub version: Option<Name>,
    /// IANA name; `UTC` if not written.
    pub timezone: Name,
    /// The bundle's currency.
    pub currency: Option<Name>,
    /// By [`AccountId`].
    pub accounts: Vec<Account>,
    /// By [`FnId`].
    pub functions: Vec<Function>,
    /// By [`TableId`].
    pub tables: Vec<Table>,
    /// In the order of the text.
    pub rules: Vec<Rule>,
    /// In the order of the text. Nothing but `ondo test` looks at them.
    pub tests: Vec<Test>,
    /// All expressions of the bundle.
    pub exprs: Exprs,
    /// The bundle's own types; the connectors' are in the catalog.
    pub types: TypeTable,
    /// What the connectors offer.
    pub catalog: Arc<Catalog>,
    /// The texts, for places.
    pub sources: Sources,
}

/// A test of the bundle.
#[derive(Debug, Clone)]
pub struct Test {
    /// What it shows.
    pub name: Name,
    /// Its lines.
    pub steps: Vec<TestStep>,
    /// How many locals its expressions use.
    pub local_count: u32,
    /// Where it stands.
    pub place: Place,
}

/// A line of a test.
#[derive(Debug, Clone)]
pub struct TestStep {
    /// Where it stands.
    pub place: Place,
    /// What it says.
    pub kind: TestStepKind,
}

/// What a line of a test says.
#[derive(Debug, Clone)]
pub enum TestStepKind {
    /// `at "…"`: the clock shows this moment.
    At(jiff::Timestamp),
    /// `after D`: the clock goes on by so much.
    After(jiff::SignedDuration),
    /// `given …`: an event comes in.
    Given(Box<TestGiven>),
    /// `reply … -> …`: how the simulated vendor answers the next calls.
    Reply {
        /// Whose calls.
        action: CalledAction,
        /// One for each call, in order.
        replies: Vec<TestReply>,
    },
    /// `expect CALL(partial)`
    ExpectCall {
        /// Which action.
        action: CalledAction,
        /// What must have been sent; objects are partial.
        args: Vec<(Name, ExprId)>,
        /// How often.
        occurs: Occurs,
    },
    /// `expect no ACTION`
    ExpectNo(CalledAction),
    /// `expect run STATE`
    ExpectRun(Name),
    /// `expect no run`
    ExpectNoRun,
}

/// An event of a test.
#[derive(Debug, Clone)]
pub struct TestGiven {
    /// Whose.
    pub account: AccountId,
    /// Its name in the connector.
    pub event: Name,
    /// Arguments of the event, for example `path` of a webhook.
    pub args: Vec<(Name, Value)>,
    /// Type of the payload.
    pub payload: Type,
    /// The file with the payload, from the bundle's folder; the connector's example without it.
    pub from: Option<Name>,
    /// What is laid over it: an object with some of the payload's fields.
    pub with: Option<ExprId>,
}

/// An action of an account, as a test speaks of it.
#[derive(Debug, Clone)]
pub struct CalledAction {
    /// Whose.
    pub account: AccountId,
    /// The action's name in the connector.
    pub action: Name,
    /// As written: `loyalty.addBonus`.
    pub title: Name,
}

/// How often a call is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occurs {
    /// At least once.
    Any,
    /// Exactly so often.
    Times(u64),
    /// After the calls of earlier lines `in order`.
    InOrder,
}

/// What a simulated vendor answers to one call of a test.
#[derive(Debug, Clone)]
pub enum TestReply {
    /// An outcome; what its value does not say is filled in by type.
    Outcome {
        /// Which.
        name: Name,
        /// Some of its fields.
        value: Option<ExprId>,
    },
    /// As the connector's definition has it.
    Applied,
    /// Silence. `applied`: but the vendor has it.
    Timeout {
        /// Whether it happened.
        applied: bool,
    },
    /// The connection is reset. `applied`: but the vendor has it.
    Reset {
        /// Whether it happened.
        applied: bool,
    },
    /// The connection cannot be made.
    NotSent,
    /// This status with this body.
    Status {
        /// The status.
        code: u16,
        /// A text as it is, anything else as JSON.
        body: Option<ExprId>,
    },
}

/// An account as declared, or `default` for one that is not.
#[derive(Debug, Clone)]
pub struct Account {
    /// The name that rules use.
    pub name: Name,
    /// The connector.
    pub connector: Name,
    /// Given settings. What is not given has the connector's default, or comes from the environment for `default`.
    pub settings: Vec<(Name, SettingValue)>,
    /// Declared in the text. False: its settings come from the environment (`RETAILCRM_APIKEY`).
    pub declared: bool,
    /// Where it is declared or first used.
    pub place: Place,
}

/// The value of a setting.
#[derive(Debug, Clone)]
pub enum SettingValue {
    /// A literal or constant expression.
    Value(Value),
    /// `env "NAME"`
    Env(Name),
    /// `secret "NAME"`
    Secret(Name),
}

/// A function of the bundle.
#[derive(Debug, Clone)]
pub struct Function {
    /// Its name.
    pub name: Name,
    /// Where it finds its arguments.
    pub params: Vec<LocalId>,
    /// Its body.
    pub body: ExprId,
    /// How many locals it uses.
    pub local_count: u32,
}

/// A mapping table.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its name.
    pub name: Name,
    /// Keys and values.
    pub rows: Vec<(Vec<Value>, ExprId)>,
    /// `else`.
    pub otherwise: Option<ExprId>,
}

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
