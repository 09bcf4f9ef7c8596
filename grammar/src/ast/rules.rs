//! Rules: triggers, gates, steps and what may follow a call.

use super::{Arg, Expr, Name, Path, Pattern, Span, Str, TypeExpr};

/// A rule: what starts it, what holds it back, what it does.
#[derive(Debug, Clone)]
pub struct Rule {
    /// `rule NAME`; none for a bare `on … do …`.
    pub name: Option<Name>,
    /// The caption behind the name.
    pub caption: Option<Str>,
    /// What starts it.
    pub trigger: Trigger,
    /// `when`, `once per`, … in the order of the text.
    pub gates: Vec<Gate>,
    /// The steps. `do call(…)` is a block of one statement.
    pub body: Block,
    /// `on error as e { … }`
    pub on_error: Option<OnError>,
    /// From `on` (or `every`, `cron`) to the end of the trigger.
    pub trigger_span: Span,
}

/// What starts a rule.
#[derive(Debug, Clone)]
pub enum Trigger {
    /// `on crm.order as order`, `on webhook.post("/site") as lead: SiteLead`
    Event {
        /// Source and event. A single name is an error of the checker, with the missing dot explained.
        path: Path,
        /// Arguments of the event, for example the path of a webhook.
        args: Vec<Arg>,
        /// `as NAME`.
        alias: Option<Name>,
        /// `: TYPE` of the payload.
        ty: Option<TypeExpr>,
    },
    /// `every 5m`
    Every(Expr),
    /// `cron "0 4 * * *" in "Europe/Moscow"`
    Cron {
        /// The five fields.
        spec: Str,
        /// The zone; the bundle's without it.
        zone: Option<Str>,
    },
    /// Could not be read.
    Error,
}

/// One condition between the trigger and the steps.
#[derive(Debug, Clone)]
pub struct Gate {
    /// The whole clause.
    pub span: Span,
    /// What it asks.
    pub kind: GateKind,
}

/// The gates of a rule.
#[derive(Debug, Clone)]
pub enum GateKind {
    /// `when EXPR`
    When(Expr),
    /// `once per event`
    OncePerEvent,
    /// `once per EXPR within D`
    OncePer {
        /// The key.
        key: Expr,
        /// For ever without it.
        within: Option<Expr>,
    },
    /// `at most N per D`
    AtMost {
        /// How many.
        count: Expr,
        /// In which time.
        per: Expr,
    },
    /// `ordered by EXPR`
    OrderedBy(Expr),
    /// `debounce D per EXPR`
    Debounce {
        /// Silence to wait for.
        silence: Expr,
        /// The key.
        per: Option<Expr>,
    },
    /// `poll every D`
    PollEvery(Expr),
    /// `valid for D`
    ValidFor(Expr),
    /// `misfire skip|once|all`
    Misfire(Name),
    /// `overlap skip|queue`
    Overlap(Name),
}

/// `on error as e { … }`
#[derive(Debug, Clone)]
pub struct OnError {
    /// `as NAME`.
    pub alias: Option<Name>,
    /// The steps.
    pub block: Block,
    /// The whole clause.
    pub span: Span,
}

/// Steps between braces, or the single step after `do`.
#[derive(Debug, Clone, Default)]
pub struct Block {
    /// The steps in order.
    pub stmts: Vec<Stmt>,
    /// The whole block, braces included.
    pub span: Span,
}

/// One step.
#[derive(Debug, Clone)]
pub struct Stmt {
    /// The whole statement with its clauses.
    pub span: Span,
    /// What it does.
    pub kind: StmtKind,
}

/// The kinds of steps.
#[derive(Debug, Clone)]
pub enum StmtKind {
    /// `let x = EXPR CLAUSES`; clauses only after a call of an action.
    Let {
        /// The binding.
        name: Name,
        /// `: TYPE`.
        ty: Option<TypeExpr>,
        /// A value or a call of an action.
        value: Expr,
        /// `timeout`, `retry`, `key`, `on OUTCOME`.
        clauses: Vec<Clause>,
    },
    /// `account.action(…) CLAUSES`
    Call {
        /// The call.
        call: Expr,
        /// `timeout`, `retry`, `key`, `on OUTCOME`.
        clauses: Vec<Clause>,
    },
    /// `if c { … } else { … }`; `else if` is a block of one `If`.
    If {
        /// The condition.
        cond: Expr,
        /// Steps when true.
        then: Block,
        /// Steps when false.
        otherwise: Option<Block>,
    },
    /// `match x { "a" -> step  else -> { … } }`
    Match {
        /// What is compared.
        subject: Expr,
        /// The arms.
        arms: Vec<StmtArm>,
    },
    /// `for x in xs if c parallel 4 { … }`
    For {
        /// The loop's name.
        var: Name,
        /// The list.
        list: Expr,
        /// `if c`.
        cond: Option<Expr>,
        /// `parallel N`.
        parallel: Option<Expr>,
        /// The steps.
        body: Block,
    },
    /// `stop "why"`
    Stop(Option<Expr>),
    /// `fail "why"`
    Fail(Expr),
    /// Could not be read.
    Error,
}

/// One arm of a `match` of steps.
#[derive(Debug, Clone)]
pub struct StmtArm {
    /// The whole arm.
    pub span: Span,
    /// Empty for `else`.
    pub patterns: Vec<Pattern>,
    /// A single step is a block of one.
    pub body: Block,
}

/// What may follow a call.
#[derive(Debug, Clone)]
pub struct Clause {
    /// The whole clause.
    pub span: Span,
    /// What it says.
    pub kind: ClauseKind,
}

/// The clauses of a call.
#[derive(Debug, Clone)]
pub enum ClauseKind {
    /// `timeout 150s`
    Timeout(Expr),
    /// `retry 5 backoff 2s..5m when transient, rate_limited`; `backoff A..B` alone has no count.
    Retry {
        /// How many repetitions.
        count: Option<Expr>,
        /// Shortest and longest pause.
        backoff: Option<(Expr, Expr)>,
        /// Outcomes; all that may be repeated without it.
        when: Vec<Name>,
    },
    /// `retry never`
    RetryNever,
    /// `key "{order.id}/{p.id}"`
    Key(Expr),
    /// `on rejected as r { … }`
    OnOutcome {
        /// The outcome.
        outcome: Name,
        /// `as NAME`.
        alias: Option<Name>,
        /// The steps.
        block: Block,
    },
}
