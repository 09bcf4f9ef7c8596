//! The tree of what was written: every declaration, statement and expression with its place in the text.
//!
//! The tree says nothing about meaning. A piece that could not be read is an `Error` node, so that the rest of a file
//! can still be checked. Every expression has an id; the compiler keeps names and types in tables beside the tree.

/// A piece of the source text, in bytes from its start. Never contains blanks or comments at its ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// From the first byte of `self` to the last byte of `other`.
    pub fn to(self, other: Span) -> Span {
        Span {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// The text that the span covers.
    pub fn text(self, source: &str) -> &str {
        source
            .get(self.start as usize..self.end as usize)
            .unwrap_or("")
    }
}

/// A name as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name without quotes.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// A plain text without interpolation: a caption, a path, a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Str {
    /// The text after escapes.
    pub text: String,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// Dotted names: `crm.order`, `retailcrm.OrderItem`, `order`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// At least one name.
    pub names: Vec<Name>,
    /// The whole path.
    pub span: Span,
}

/// Number of an expression within its file. Dense from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExprId(pub u32);

/// One source file.
#[derive(Debug, Clone, Default)]
pub struct File {
    /// The declarations in the order of the text.
    pub items: Vec<Item>,
    /// How many expression ids were given out.
    pub expr_count: u32,
}

/// One declaration.
#[derive(Debug, Clone)]
pub struct Item {
    /// The whole declaration.
    pub span: Span,
    /// What it declares.
    pub kind: ItemKind,
}

/// What can stand at the top of a file. Connector definitions may also stand inside `connector NAME { … }`.
#[derive(Debug, Clone)]
pub enum ItemKind {
    /// `bundle pizza { version: "1.4.0", … }`
    Bundle(Bundle),
    /// `use "lib/common.ondo" as common`
    Use(Use),
    /// `account crm = retailcrm { … }`
    Account(Account),
    /// `allow personal -> plazius, rkeeper`
    Allow(Allow),
    /// `const CASHBACK = 5%`
    Const(Const),
    /// `table pay_type: A -> B { … }`, `table skus from "skus.csv" key "article"`
    Table(Table),
    /// `type SiteLead = { … }`
    Type(TypeDecl),
    /// `extend crm.order { … }`
    Extend(Extend),
    /// `fn net(i: retailcrm.OrderItem) -> money = …`
    Fn(Fn),
    /// `rule NAME "caption": on … do …`, or a bare `on … do …`
    Rule(Box<Rule>),
    /// `test "…" { … }`
    Test(Test),
    /// `connector plazius "…" { … }`
    Connector(Connector),
    /// A part of a connector definition.
    Definition(Definition),
    /// Could not be read; a syntax error was reported for it.
    Error,
}

/// `bundle NAME { field: expr, … }`
#[derive(Debug, Clone)]
pub struct Bundle {
    /// The bundle's name.
    pub name: Name,
    /// `version`, `timezone`, `currency`, …
    pub fields: Vec<Setting>,
}

/// `name: expr` in `bundle` and `account`.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The setting's name.
    pub name: Name,
    /// Its value; may be `env "X"` or `secret "X"`.
    pub value: Expr,
}

/// `use "path" as alias`
#[derive(Debug, Clone)]
pub struct Use {
    /// The path, relative to the directory of bundles.
    pub path: Str,
    /// `as NAME`.
    pub alias: Option<Name>,
}

/// `account NAME = CONNECTOR { … }`
#[derive(Debug, Clone)]
pub struct Account {
    /// The name that rules use.
    pub name: Name,
    /// The connector.
    pub connector: Name,
    /// Its settings.
    pub settings: Vec<Setting>,
}

/// `allow personal -> a, b`
#[derive(Debug, Clone)]
pub struct Allow {
    /// `personal`.
    pub what: Name,
    /// Connectors that may receive it.
    pub targets: Vec<Name>,
}

/// `const NAME: type = expr`
#[derive(Debug, Clone)]
pub struct Const {
    /// The name.
    pub name: Name,
    /// The declared type, if written.
    pub ty: Option<TypeExpr>,
    /// The value.
    pub value: Expr,
}

/// A mapping table.
#[derive(Debug, Clone)]
pub struct Table {
    /// The name.
    pub name: Name,
    /// Type of the keys, if written.
    pub from: Option<TypeExpr>,
    /// Type of the values, if written.
    pub to: Option<TypeExpr>,
    /// The rows, or the file they come from.
    pub source: TableSource,
}

/// Where a table's rows are.
#[derive(Debug, Clone)]
pub enum TableSource {
    /// `{ "cash", "courier-cash" -> "cash"  else -> fail "…" }`
    Rows(Vec<Arm>),
    /// `from "skus.csv" key "article"`
    Csv {
        /// File beside the bundle.
        file: Str,
        /// Column whose value is the key.
        key: Str,
    },
}

/// `type NAME = …`
#[derive(Debug, Clone)]
pub struct TypeDecl {
    /// The name.
    pub name: Name,
    /// The vendor's caption, in connector definitions.
    pub caption: Option<Str>,
    /// What it stands for.
    pub ty: TypeExpr,
}

/// `extend crm.order { customFields: { utm: string? } }`
#[derive(Debug, Clone)]
pub struct Extend {
    /// Account and event.
    pub path: Path,
    /// An object type.
    pub fields: TypeExpr,
}

/// `fn NAME(params) -> type = expr`
#[derive(Debug, Clone)]
pub struct Fn {
    /// The name.
    pub name: Name,
    /// Parameters in order.
    pub params: Vec<Param>,
    /// The result's type.
    pub result: TypeExpr,
    /// The body.
    pub body: Expr,
}

/// `name: type = default`
#[derive(Debug, Clone)]
pub struct Param {
    /// The name.
    pub name: Name,
    /// Its type.
    pub ty: TypeExpr,
    /// Used when the caller leaves it out.
    pub default: Option<Expr>,
}

// ---------------------------------------------------------------------------------------------------------------- rules

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

// ---------------------------------------------------------------------------------------------------------- expressions

/// An expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// Its number in the file.
    pub id: ExprId,
    /// Its text.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// The kinds of expressions. Numbers keep their text: no digit is lost before the checker sees it.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// `42` (digits, `_` removed)
    Int(String),
    /// `0.5`
    Decimal(String),
    /// `5%`: the digits before the sign.
    Percent(String),
    /// `500 RUB`
    Money {
        /// Digits.
        amount: String,
        /// The code.
        currency: Name,
    },
    /// `10s`, `1h30m`, `2d`: the text as written.
    Duration(String),
    /// `"Order {number}"`, also `"""…"""`.
    Text(Vec<TextPart>),
    /// `r'…'`
    Raw(String),
    /// A JSONPath in backticks.
    JsonPath(String),
    /// A name.
    Name(String),
    /// `omit`
    Omit,
    /// `secret "NAME"`
    Secret(Str),
    /// `env "NAME"`
    Env(Str),
    /// `base.name`, `base?.name`
    Field {
        /// Left of the dot.
        base: Box<Expr>,
        /// Right of it.
        name: Name,
        /// Written with `?.`.
        optional: bool,
    },
    /// `base[index]`, `base?[index]`
    Index {
        /// The list, table or JSON.
        base: Box<Expr>,
        /// The index or key.
        index: Box<Expr>,
        /// Written with `?[`.
        optional: bool,
    },
    /// `f(a, name: b)`; `x.f(a)` has a `Field` as callee.
    Call {
        /// What is called.
        callee: Box<Expr>,
        /// The arguments in order.
        args: Vec<Arg>,
    },
    /// `-x`, `not x`
    Unary {
        /// Which.
        op: UnaryOp,
        /// Of what.
        operand: Box<Expr>,
    },
    /// `a + b`, `a ?? b`, `a catch b`, …
    Binary {
        /// Which.
        op: BinaryOp,
        /// The operator's own place.
        op_span: Span,
        /// Left side.
        left: Box<Expr>,
        /// Right side.
        right: Box<Expr>,
    },
    /// `if c then a else b`
    If {
        /// The condition.
        cond: Box<Expr>,
        /// When true.
        then: Box<Expr>,
        /// When false.
        otherwise: Box<Expr>,
    },
    /// `match x { "a", "b" -> v  else -> w }`
    Match {
        /// What is compared.
        subject: Box<Expr>,
        /// The arms.
        arms: Vec<Arm>,
    },
    /// `[a, b]`
    List(Vec<Expr>),
    /// `[f(x) for x in xs if c]`, or without brackets as the argument of `sum`, `any`, …
    Comprehension {
        /// The value of each element.
        value: Box<Expr>,
        /// The loop's name.
        var: Name,
        /// The list.
        list: Box<Expr>,
        /// `if c`.
        cond: Option<Box<Expr>>,
        /// Written in `[ ]`.
        bracketed: bool,
    },
    /// `{ field: expr, short, ...base }`
    Object(Vec<Entry>),
    /// `fail "why"`
    Fail(Box<Expr>),
    /// `x as T`
    Cast {
        /// The value.
        value: Box<Expr>,
        /// The type.
        ty: TypeExpr,
    },
    /// Could not be read.
    Error,
}

/// A piece of a text.
#[derive(Debug, Clone)]
pub enum TextPart {
    /// Characters, after escapes.
    Chars(String),
    /// `{expr}`
    Expr(Expr),
}

/// An argument, named or by position.
#[derive(Debug, Clone)]
pub struct Arg {
    /// `name:`.
    pub name: Option<Name>,
    /// The value.
    pub value: Expr,
}

/// A part of an object.
#[derive(Debug, Clone)]
pub enum Entry {
    /// `name: expr`, or `name` alone.
    Field {
        /// The field.
        name: Name,
        /// The value; for the short form a `Name` expression at the same place.
        value: Expr,
        /// Written without a value.
        short: bool,
    },
    /// `...expr`
    Spread(Expr),
}

/// An arm of a value `match` or a row of a table.
#[derive(Debug, Clone)]
pub struct Arm {
    /// The whole arm.
    pub span: Span,
    /// Empty for `else`.
    pub patterns: Vec<Pattern>,
    /// The value.
    pub value: Expr,
}

/// What an arm is compared with.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: PatternKind,
}

/// The kinds of patterns.
#[derive(Debug, Clone, PartialEq)]
pub enum PatternKind {
    /// `"cash"`
    Text(String),
    /// `42`, `-1`
    Int(String),
    /// `0.5`
    Decimal(String),
    /// `true`
    Bool(bool),
    /// `null`
    Null,
    /// A name of an enum.
    Name(String),
    /// Could not be read.
    Error,
}

/// Operators before their operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOp {
    /// `-x`
    Neg,
    /// `not x`
    Not,
}

/// Operators between their operands, loosest first: `catch`, `??`, `or`, `and`, comparisons and `in` and `matches`,
/// `+ -`, `* /`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOp {
    /// `a catch b`
    Catch,
    /// `a ?? b`
    Coalesce,
    /// `a or b`
    Or,
    /// `a and b`
    And,
    /// `a == b`
    Eq,
    /// `a != b`
    Ne,
    /// `a < b`
    Lt,
    /// `a <= b`
    Le,
    /// `a > b`
    Gt,
    /// `a >= b`
    Ge,
    /// `a in b`
    In,
    /// `a not in b`
    NotIn,
    /// `a matches r'…'`
    Matches,
    /// `a + b`
    Add,
    /// `a - b`
    Sub,
    /// `a * b`
    Mul,
    /// `a / b`
    Div,
}

// ---------------------------------------------------------------------------------------------------------------- types

/// A type as written.
#[derive(Debug, Clone)]
pub struct TypeExpr {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: TypeKind,
}

/// The kinds of types.
#[derive(Debug, Clone)]
pub enum TypeKind {
    /// `string`, `SiteLead`, `retailcrm.OrderItem`
    Name(Path),
    /// `money in currency` (a sibling field) or `money in RUB`.
    MoneyIn(Name),
    /// `T?`
    Nullable(Box<TypeExpr>),
    /// `[T]`
    List(Box<TypeExpr>),
    /// `{ [string]: T }`
    Map(Box<TypeExpr>),
    /// `{ name: T, … }`
    Object(ObjectType),
    /// `"new"`
    Text(String),
    /// `1`
    Int(String),
    /// `true`
    Bool(bool),
    /// `A | B`
    Union(Vec<TypeExpr>),
    /// Could not be read.
    Error,
}

/// The fields of an object type.
#[derive(Debug, Clone, Default)]
pub struct ObjectType {
    /// In order.
    pub members: Vec<Member>,
}

/// A part of an object type.
#[derive(Debug, Clone)]
pub enum Member {
    /// `name: T …`
    Field(Box<Field>),
    /// `...T`: all fields of another type.
    Spread(TypeExpr),
    /// `one of sync, async`: exactly one of them is sent.
    OneOf(Vec<Name>),
}

/// A field of an object type, with what a connector says about its wire form.
#[derive(Debug, Clone)]
pub struct Field {
    /// The whole field.
    pub span: Span,
    /// Its name; may be quoted.
    pub name: Name,
    /// `: T`. None for a computed field (`objectId = objectId`).
    pub ty: Option<TypeExpr>,
    /// With a type: the default when the caller gives none. Without: the value that is always sent.
    pub value: Option<Expr>,
    /// `personal`, `as …`, `since …`, in the order of the text.
    pub attrs: Vec<Attr>,
    /// The vendor's own words.
    pub caption: Option<Str>,
}

/// Something said about a field.
#[derive(Debug, Clone)]
pub struct Attr {
    /// Where it stands.
    pub span: Span,
    /// What it says.
    pub kind: AttrKind,
}

/// What can be said about a field.
#[derive(Debug, Clone)]
pub enum AttrKind {
    /// `as hundredths`, `as pattern("%Y-%m-%d %H:%M:%S")`: the wire form.
    Codec {
        /// The codec.
        name: Name,
        /// Its arguments.
        args: Vec<Arg>,
    },
    /// `personal`: names, phones, e-mails.
    Personal,
    /// `since "2.7.9.1"`
    Since(Str),
    /// `where amount > 0`
    Where(Expr),
    /// `required if EXPR`
    RequiredIf(Expr),
    /// `ignored if EXPR`
    IgnoredIf(Expr),
    /// `alias "еarnedBonuses"`: a second spelling that is read.
    Alias(Str),
    /// `-> name`: in a request the argument's name, in an answer the field of the outcome.
    Hole(Name),
    /// `-> ...`: the fields of this object are arguments (or fields of the outcome) themselves.
    HoleSpread,
}

// ---------------------------------------------------------------------------------------------------------------- tests

/// `test "…" { … }`
#[derive(Debug, Clone)]
pub struct Test {
    /// What it shows.
    pub name: Str,
    /// Its lines.
    pub steps: Vec<TestStep>,
}

/// A line of a test.
#[derive(Debug, Clone)]
pub struct TestStep {
    /// Where it stands.
    pub span: Span,
    /// What it says.
    pub kind: TestStepKind,
}

/// The lines of a test.
#[derive(Debug, Clone)]
pub enum TestStepKind {
    /// `at "2026-11-21T10:00:00+03:00"`
    At(Str),
    /// `after 20m`
    After(Expr),
    /// `given crm.order from "file.json" with { … }`
    Given {
        /// Source and event.
        event: Path,
        /// Arguments of the event.
        args: Vec<Arg>,
        /// `from "file"`.
        from: Option<Str>,
        /// `with { … }`, or the whole payload without `from`.
        with: Option<Expr>,
    },
    /// `reply tver.createOrder -> ok { … } then timeout`
    Reply {
        /// Account and action.
        action: Path,
        /// One for each call, in order.
        replies: Vec<Reply>,
    },
    /// `expect loyalty.addBonus(amount: 64.53) once`
    ExpectCall {
        /// Account and action.
        action: Path,
        /// Arguments that must have been sent.
        args: Vec<Arg>,
        /// How often.
        occurs: Occurs,
    },
    /// `expect no staff.send`
    ExpectNo(Path),
    /// `expect run done`
    ExpectRun(Name),
    /// Could not be read.
    Error,
}

/// How often a call is expected.
#[derive(Debug, Clone)]
pub enum Occurs {
    /// At least once.
    Any,
    /// `once`
    Once,
    /// `3 times`
    Times(Expr),
    /// `in order`: after the calls of earlier `in order` lines.
    InOrder,
}

/// What a simulated vendor answers.
#[derive(Debug, Clone)]
pub struct Reply {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: ReplyKind,
}

/// The replies of a test.
#[derive(Debug, Clone)]
pub enum ReplyKind {
    /// `ok { … }`, `rejected { … }`
    Outcome {
        /// The outcome.
        name: Name,
        /// Its value.
        value: Option<Expr>,
    },
    /// `applied` before `then timeout`: the vendor has it.
    Applied,
    /// `timeout`
    Timeout,
    /// `reset`
    Reset,
    /// `status 400 { … }`
    Status {
        /// The code.
        code: Expr,
        /// The raw body.
        body: Option<Expr>,
    },
}

// ----------------------------------------------------------------------------------------------------------- connectors

/// `connector NAME "caption" { … }`
#[derive(Debug, Clone)]
pub struct Connector {
    /// The name.
    pub name: Name,
    /// What people call it.
    pub caption: Option<Str>,
    /// Definitions and types. More may stand in the other files of the folder.
    pub items: Vec<Item>,
}

/// A part of a connector.
#[derive(Debug, Clone)]
pub enum Definition {
    /// `setting apiKey: secret identity "…"`
    Setting(SettingDef),
    /// `auth token { … }`
    Auth(Auth),
    /// `hook { … }`: how the vendor's webhooks prove who they are, and what they want to hear.
    Hook(Hook),
    /// `answer rejected refused status 400 json { … }`
    Answer(Answer),
    /// `code "3007" "Гость не найден"`
    Code(Code),
    /// `limit rate 10 per 1s burst 20 concurrency 4`
    Limit(Limit),
    /// `event order "…" { … }`
    Event(Box<EventDef>),
    /// `action addBonus "…" { … }`
    Action(Box<ActionDef>),
    /// `sandbox { … }`
    Sandbox(Sandbox),
}

/// `setting NAME: TYPE [identity] [= default] ["caption"]`
#[derive(Debug, Clone)]
pub struct SettingDef {
    /// The name.
    pub name: Name,
    /// `secret`, `url`, `string`, `int`, … with `?` when it may be absent.
    pub ty: TypeExpr,
    /// Part of the account's identity at run time.
    pub identity: bool,
    /// Used when the account says nothing.
    pub default: Option<Expr>,
    /// What it is.
    pub caption: Option<Str>,
}

/// `auth NAME { … }`
#[derive(Debug, Clone)]
pub struct Auth {
    /// `token`, `key`, …: a name for messages.
    pub name: Name,
    /// Its parts.
    pub parts: Vec<AuthPart>,
}

/// A part of `auth`.
#[derive(Debug, Clone)]
pub enum AuthPart {
    /// `request POST "/…" …`: the token exchange.
    Request(Request),
    /// `token answer.token lives 15m`
    Token {
        /// Where the token stands in the answer.
        value: Expr,
        /// How long it may be used.
        lives: Option<Expr>,
    },
    /// `send headers { … } query { … }`: what every request carries. `token` is the token.
    Send(Vec<Section>),
    /// `renew when status == 401`
    Renew(Expr),
}

/// `hook { … }`
#[derive(Debug, Clone)]
pub struct Hook {
    /// Its parts.
    pub parts: Vec<HookPart>,
    /// The whole definition.
    pub span: Span,
}

/// A part of `hook`.
#[derive(Debug, Clone)]
pub enum HookPart {
    /// `secret in path hookSecret`: the URL ends with this setting's value.
    SecretInPath(Name),
    /// `verify EXPR`: a condition over `header("Name")`, `query("name")`, `body` (bytes) and settings.
    Verify(Expr),
    /// `answer 200 json { result: true }`: what a stored delivery is answered.
    Answer {
        /// The status.
        status: Expr,
        /// The body.
        body: Option<Section>,
    },
}

/// `METHOD "path" sections`
#[derive(Debug, Clone)]
pub struct Request {
    /// Where it stands.
    pub span: Span,
    /// `GET`, `POST`, …; or `{expr}`.
    pub method: Method,
    /// `"/orders/{id}/edit"`: a text whose holes are arguments. A path that begins with a hole is a whole URL.
    pub path: Expr,
    /// `path`, `query`, `headers`, `form`, `json`.
    pub sections: Vec<Section>,
}

/// The method of a request.
#[derive(Debug, Clone)]
pub enum Method {
    /// `POST`
    Fixed(Name),
    /// `{method}`
    Computed(Expr),
}

/// `json { … }`, `form { … }`, `headers { … }`, `json Order`, `empty`
#[derive(Debug, Clone)]
pub struct Section {
    /// Which part of the message.
    pub place: Place,
    /// The word's place.
    pub span: Span,
    /// Its pattern; none for `empty`.
    pub pattern: Option<TypeExpr>,
    /// `json [Order] -> items`: the whole body is one hole.
    pub hole: Option<Name>,
}

/// A part of an HTTP message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// Holes of the path.
    Path,
    /// The query string.
    Query,
    /// Headers.
    Headers,
    /// `application/x-www-form-urlencoded`
    Form,
    /// JSON.
    Json,
    /// Plain text.
    Text,
    /// No body.
    Empty,
}

/// `answer NAME VERDICT status S BODY [when EXPR]`
#[derive(Debug, Clone)]
pub struct Answer {
    /// The whole definition.
    pub span: Span,
    /// The outcome's name.
    pub name: Name,
    /// `applied`, `refused`, `not_sent`, `pending`, `unknown`.
    pub verdict: Name,
    /// `status 200`, `status 500..599`, `status 429, 503`: inclusive ranges. Empty: any.
    pub statuses: Vec<(u16, u16)>,
    /// The body; none means any body.
    pub body: Option<Section>,
    /// A predicate over the body's holes, `status` and `header("Name")`.
    pub when: Option<Expr>,
    /// What it means.
    pub caption: Option<Str>,
}

/// `code "3007" "Гость не найден"`
#[derive(Debug, Clone)]
pub struct Code {
    /// The vendor's code.
    pub code: Str,
    /// Its meaning.
    pub caption: Str,
}

/// `limit rate 10 per 1s burst 20 concurrency 4`
#[derive(Debug, Clone)]
pub struct Limit {
    /// The whole definition.
    pub span: Span,
    /// Calls.
    pub rate: Option<Expr>,
    /// In this time.
    pub per: Option<Expr>,
    /// How many at once after a pause.
    pub burst: Option<Expr>,
    /// How many in flight.
    pub concurrency: Option<Expr>,
}

/// `event NAME "caption" { … }`
#[derive(Debug, Clone)]
pub struct EventDef {
    /// The name.
    pub name: Name,
    /// `is order`: rules on the parent see it too.
    pub parent: Option<Name>,
    /// `post(path: string)`: arguments that a rule gives.
    pub params: Vec<Param>,
    /// The vendor's words.
    pub caption: Option<Str>,
    /// Its parts.
    pub parts: Vec<EventPart>,
    /// The whole definition.
    pub span: Span,
}

/// A part of `event`.
#[derive(Debug, Clone)]
pub enum EventPart {
    /// `payload Order`
    Payload(TypeExpr),
    /// `accept post json { order: Order -> payload } when …`
    Accept(Box<Accept>),
    /// `key EXPR`: this very delivery.
    Key(Expr),
    /// `entity EXPR`: what `once` hangs on.
    Entity(Expr),
    /// `ordered by EXPR`
    OrderedBy(Expr),
    /// `poll { … }`
    Poll(Poll),
    /// `example "order.json"`
    Example(Str),
}

/// One way in which a delivery can look. The first that fits is taken.
#[derive(Debug, Clone)]
pub struct Accept {
    /// The whole clause.
    pub span: Span,
    /// `get`, `post`, `any`, …
    pub method: Name,
    /// Body or query.
    pub section: Section,
    /// A condition over the pattern's holes.
    pub when: Option<Expr>,
    /// `then getOrder(id: id, by: "id") -> order`: a read that yields the payload.
    pub then: Option<(Expr, Option<Name>)>,
    /// `each items`: the hole holds a list, every element is an event.
    pub each: Option<Name>,
}

/// `poll { … }`
#[derive(Debug, Clone)]
pub struct Poll {
    /// The whole clause.
    pub span: Span,
    /// Its parts.
    pub parts: Vec<PollPart>,
}

/// A part of `poll`.
#[derive(Debug, Clone)]
pub enum PollPart {
    /// `every 10s`: without a rule's own `poll every`.
    Every(Expr),
    /// `read getOrders(since: cursor) -> orders`: a read of this connector.
    Read {
        /// The call.
        call: Expr,
        /// The field with the list.
        items: Option<Name>,
    },
    /// `payload EXPR`: from one `item` to the payload.
    Payload(Expr),
    /// `cursor EXPR`: the new cursor, over `items`, `answer`, `cursor`.
    Cursor(Expr),
    /// `start now`, `start waiting`
    Start(Name),
    /// `keeps 5m`: how long the vendor holds what was not fetched.
    Keeps(Expr),
    /// `more EXPR`: another page follows.
    More(Expr),
    /// `skip EXPR`: our own changes.
    Skip(Expr),
}

/// `action NAME "caption" { … }`
#[derive(Debug, Clone)]
pub struct ActionDef {
    /// The name.
    pub name: Name,
    /// The vendor's words.
    pub caption: Option<Str>,
    /// `action f(a: T) -> R { … }`: parameters of a composite action.
    pub params: Vec<Param>,
    /// Result of a composite action.
    pub result: Option<TypeExpr>,
    /// Its parts.
    pub parts: Vec<ActionPart>,
    /// The whole definition.
    pub span: Span,
}

/// A part of `action`.
#[derive(Debug, Clone)]
pub enum ActionPart {
    /// `request POST "/…" json { … }`
    Request(Request),
    /// `answer ok applied status 200 empty`
    Answer(Answer),
    /// `effect unsafe readback …`
    Effect(Effect),
    /// `raises order`
    Raises(Name),
    /// `timeout 30s`
    Timeout(Expr),
    /// `since "2.5.4.10"`
    Since(Str),
    /// `example "file.json"`
    Example(Str),
    /// `job { … }`: submit, ask, fetch.
    Job(Job),
    /// `do { … return EXPR }`: a composite action; the value of the last `return`.
    Steps {
        /// The steps.
        block: Block,
        /// `return EXPR`.
        result: Option<Expr>,
    },
}

/// What repeating a call does.
#[derive(Debug, Clone)]
pub struct Effect {
    /// The whole clause.
    pub span: Span,
    /// `read`, `harmless`, `idempotent`, `keyed`, `unsafe`.
    pub class: Name,
    /// `keyed withRkId`: the argument that is the key.
    pub key: Option<Path>,
    /// `as uuid5`: how the key is made.
    pub key_form: Option<Name>,
    /// `window 24h`: how long the vendor remembers the key.
    pub window: Option<Expr>,
    /// `readback …`
    pub readback: Option<Box<Readback>>,
}

/// How to find out whether an unsafe call happened.
#[derive(Debug, Clone)]
pub struct Readback {
    /// `getBonusHistory(guest, organization, …)`
    pub call: Expr,
    /// `marker comment suffix`: argument and manner.
    pub marker: Option<(Name, Name)>,
    /// `found EXPR`
    pub found: Option<Expr>,
    /// `complete when EXPR`
    pub complete: Option<Expr>,
    /// `settle 10s`
    pub settle: Option<Expr>,
}

/// `job { id …  ask …  every …  give up after … }`
#[derive(Debug, Clone)]
pub struct Job {
    /// The whole clause.
    pub span: Span,
    /// `id answer.taskGuid`
    pub id: Option<Expr>,
    /// `ask getTaskResponse(taskGuid: id)`
    pub ask: Option<Expr>,
    /// `every 2s`
    pub every: Option<Expr>,
    /// `give up after 3m`
    pub give_up: Option<Expr>,
}

/// `sandbox { action addBonus { … } }`
#[derive(Debug, Clone)]
pub struct Sandbox {
    /// The whole definition.
    pub span: Span,
    /// What each action does to the simulated vendor.
    pub actions: Vec<SandboxAction>,
}

/// State of one action in the sandbox.
#[derive(Debug, Clone)]
pub struct SandboxAction {
    /// The action.
    pub action: Name,
    /// Its verbs in order.
    pub verbs: Vec<SandboxVerb>,
}

/// The five verbs of the sandbox.
#[derive(Debug, Clone)]
pub enum SandboxVerb {
    /// `keep ROW in SET by KEY`
    Keep {
        /// The row.
        row: Expr,
        /// The set.
        set: Name,
        /// Its key.
        key: Expr,
    },
    /// `find SET by KEY as NAME`
    Find {
        /// The set.
        set: Name,
        /// The key.
        key: Expr,
        /// The binding.
        alias: Name,
    },
    /// `refuse "3007" if COND`
    Refuse {
        /// The code.
        code: Str,
        /// When.
        cond: Expr,
    },
    /// `add N to SET.FIELD by KEY`
    Add {
        /// How much.
        amount: Expr,
        /// Set and field.
        target: Path,
        /// The key.
        key: Expr,
    },
    /// `after D VERB…`
    After {
        /// How long.
        delay: Expr,
        /// What then.
        verbs: Vec<SandboxVerb>,
    },
    /// `reply { … }`: the answer's value.
    Reply(Expr),
}
