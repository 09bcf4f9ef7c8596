//! Connector definitions.

use super::{Block, Expr, Item, Name, Param, Path, Span, Str, TypeExpr};

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
    /// `on demand`: only where a rule has a `poll every` of its own.
    OnDemand,
    /// `read getOrders(since: cursor) -> orders`: a read of this connector.
    Read {
        /// The call.
        call: Expr,
        /// The field with the list.
        items: Option<Name>,
    },
    /// `payload EXPR`: from one `item` to the payload.
    Payload(Expr),
    /// `then getOrder(id: item.order.id) -> order`: a read that yields the payload of one `item`.
    Then(Expr, Option<Name>),
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
    /// `refuse "9004" if wrong`: the code for requests that are not as the definition says.
    pub wrong: Option<Str>,
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

/// The verbs of the sandbox.
#[derive(Debug, Clone)]
pub enum SandboxVerb {
    /// `let NAME = VALUE`
    Let {
        /// The name.
        name: Name,
        /// What it stands for.
        value: Expr,
    },
    /// `keep ROW in SET by KEY`
    Keep {
        /// The row.
        row: Expr,
        /// The set.
        set: Name,
        /// Its key.
        key: Expr,
    },
    /// `replace ROW in SET by KEY`
    Replace {
        /// The row.
        row: Expr,
        /// The set.
        set: Name,
        /// Its key.
        key: Expr,
    },
    /// `forget SET by KEY`
    Forget {
        /// The set.
        set: Name,
        /// The key.
        key: Expr,
    },
    /// `find SET by KEY within D as NAME`
    Find {
        /// The set.
        set: Name,
        /// The key. `None`: all rows of the set.
        key: Option<Expr>,
        /// Only rows that are not older.
        within: Option<Expr>,
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
    /// `reply OUTCOME { … } if COND`
    Reply {
        /// The answer. `None`: the first that says it was done.
        outcome: Option<Name>,
        /// Its value.
        value: Option<Expr>,
        /// When. `None`: always.
        cond: Option<Expr>,
    },
}
