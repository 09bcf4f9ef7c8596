//! What the outside systems offer: built from connector texts by the same parser and checker as bundles.
//!
//! [`build`] never fails: what a definition says wrongly is a diagnostic, and the rest of the connector is there.
//! The engine sees plain data and [`Exprs`], never the tree.

mod actions;
mod answers;
mod build;
mod codecs;
mod common;
mod errors;
mod events;
mod exprs;
mod fingerprint;
mod literals;
mod lookup;
mod requests;
mod sandbox;
mod sound;
mod types;

pub use build::{ConnectorSource, build};
pub use codecs::wire_forms;
pub use common::CERTIFICATE;
pub use fingerprint::Fingerprint;
pub use literals::duration;
pub use lookup::Outcome;
pub use requests::CALL_TIMEOUT;
pub use sandbox::{BODY, CALL_NUMBER, EXAMPLE};
pub use types::{TypeCx, in_order_of_use, lower_type};

use std::sync::Arc;

use indexmap::IndexMap;

use crate::diagnostic::Diagnostic;
use crate::ir::{Class, ExprId, Exprs};
use crate::source::{Place, Sources};
use crate::types::{Name, ObjectType, Type, TypeTable};

/// The connector whose events the engine raises itself, about runs. It has no account, no hook and no vendor.
pub const ENGINE: &str = "ondo";

/// What is wrong when a bundle brings a definition that takes the engine's place.
pub fn taken_from_engine(catalog: &Catalog) -> Option<Diagnostic> {
    let taken = catalog.connectors.get(ENGINE)?;
    Some(crate::errors::names::engine_connector(taken.place))
}

/// All connectors.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    /// By name.
    pub connectors: IndexMap<Name, Connector>,
    /// Types of all connectors, by qualified name (`retailcrm.Order`).
    pub types: TypeTable,
    /// The connectors' texts; a bundle's own files are numbered after them.
    pub sources: Sources,
}

/// One outside system.
#[derive(Debug, Clone)]
pub struct Connector {
    /// Its name.
    pub name: Name,
    /// What people call it.
    pub caption: Option<Name>,
    /// By name.
    pub settings: IndexMap<Name, Setting>,
    /// How requests prove who we are.
    pub auth: Option<Auth>,
    /// How webhooks prove who they are.
    pub hook: Option<Hook>,
    /// Answers that any action may get, after the action's own.
    pub answers: Vec<Answer>,
    /// The vendor's error codes with their meaning.
    pub codes: Vec<(Name, Name)>,
    /// Shared by all calls of an account.
    pub limits: Vec<Limit>,
    /// By name.
    pub events: IndexMap<Name, Event>,
    /// By name.
    pub actions: IndexMap<Name, Action>,
    /// What actions do to the simulated vendor, by action.
    pub sandbox: IndexMap<Name, Vec<SandboxVerb>>,
    /// The vendor's code for requests that are not as the definition says.
    pub wrong_request: Option<Name>,
    /// Expressions of this definition. `Expr::Input` names a setting, an argument, a hole, `token`, `status`, `answer`,
    /// `header NAME` (lower case), `query NAME`.
    pub exprs: Exprs,
    /// How many locals any one of these expressions uses.
    pub local_count: u32,
    /// Where it is declared.
    pub place: Place,
}

/// A setting of an account.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Its type; `Secret` for secrets. Nullable: may be left out.
    pub ty: Type,
    /// Must be a URL.
    pub url: bool,
    /// Part of the account's identity at run time.
    pub identity: bool,
    /// Used when the account says nothing.
    pub default: Option<ExprId>,
    /// What it is.
    pub caption: Option<Name>,
    /// Where it is declared.
    pub place: Place,
}

/// How requests prove who we are.
#[derive(Debug, Clone)]
pub struct Auth {
    /// The token exchange.
    pub exchange: Option<TokenExchange>,
    /// Computed headers of every request; `token` is the token.
    pub headers: Vec<(Name, ExprId)>,
    /// Computed query values of every request.
    pub query: Vec<(Name, ExprId)>,
    /// When an answer means that the token is used up, over `status`.
    pub renew: Option<ExprId>,
}

/// A request whose answer holds a token.
#[derive(Debug, Clone)]
pub struct TokenExchange {
    /// The request.
    pub request: Request,
    /// The token, over `answer`.
    pub token: ExprId,
    /// How long it may be used.
    pub lives: Option<jiff::SignedDuration>,
}

/// How webhooks prove who they are, and what they want to hear.
#[derive(Debug, Clone)]
pub struct Hook {
    /// The setting whose value ends the URL.
    pub path_secret: Option<Name>,
    /// A condition over `header("Name")`, `query("name")`, `body` and settings.
    pub verify: Option<ExprId>,
    /// What a stored delivery is answered: status and JSON body.
    pub answer: Option<(u16, Option<Type>)>,
}

/// A request.
#[derive(Debug, Clone)]
pub struct Request {
    /// `Const` text, or computed.
    pub method: ExprId,
    /// A text over arguments and settings. Absolute if the definition begins with a hole; else behind the setting `base`
    /// (or `url`).
    pub path: ExprId,
    /// Its parts. The body is the one that is form, JSON or text.
    pub sections: Vec<Section>,
}

/// A part of a message as a pattern that is written and read.
#[derive(Debug, Clone)]
pub struct Section {
    /// Which part.
    pub place: ondo_grammar::ast::Place,
    /// Its shape. Holes are on its fields.
    pub ty: Type,
    /// The whole section is this hole.
    pub hole: Option<Name>,
}

/// One way in which a vendor answers.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The outcome's name.
    pub name: Name,
    /// What it says about the effect.
    pub verdict: Verdict,
    /// Inclusive ranges; empty: any.
    pub statuses: Vec<(u16, u16)>,
    /// The body; none: any.
    pub body: Option<Section>,
    /// A condition over the holes, `status`, `header("Name")`.
    pub when: Option<ExprId>,
    /// Type of the outcome's value: the record of the holes. `Null` without holes. See [`Connector::outcomes`] for an
    /// outcome that several answers share.
    pub value: Type,
    /// The value has a field `status` too, because the answer stands for several statuses.
    pub with_status: bool,
    /// What it means.
    pub caption: Option<Name>,
    /// Where it is declared.
    pub place: Place,
}

/// What an answer says about the effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It happened.
    Applied,
    /// It did not, and will not when repeated.
    Refused,
    /// It never reached the vendor.
    NotSent,
    /// Accepted; the result comes later.
    Pending,
    /// Nobody knows.
    Unknown,
}

/// A limit on calls.
#[derive(Debug, Clone)]
pub struct Limit {
    /// Calls in `per`.
    pub rate: Option<(u64, jiff::SignedDuration)>,
    /// How many at once after a pause.
    pub burst: Option<u64>,
    /// How many in flight.
    pub concurrency: Option<u64>,
}

/// An event of a system.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its name.
    pub name: Name,
    /// `is order`: rules on the parent see it too.
    pub parent: Option<Name>,
    /// Arguments that a rule gives: `path` of a webhook.
    pub params: Vec<Param>,
    /// The vendor's words.
    pub caption: Option<Name>,
    /// The payload's type. `Json` where the rule names a type of its own.
    pub payload: Type,
    /// Shapes of a delivery, tried in order.
    pub accepts: Vec<Accept>,
    /// This very delivery, over the payload's fields.
    pub key: Option<ExprId>,
    /// What `once` hangs on, as written over the payload (names resolved in the rule that needs it).
    pub entity: Option<Entity>,
    /// Order of deliveries of one thing.
    pub ordered_by: Option<ExprId>,
    /// How it is polled.
    pub poll: Option<Poll>,
    /// Example payloads (file names under the connector's `examples/`).
    pub examples: Vec<Name>,
    /// Where it is declared.
    pub place: Place,
}

/// The expression that names the thing an event is about.
#[derive(Debug, Clone)]
pub struct Entity {
    /// As written; names are fields of the payload.
    pub expr: ondo_grammar::ast::Expr,
    /// The same over `Expr::Input` of the payload's fields.
    pub lowered: ExprId,
    /// Where it is declared.
    pub place: Place,
}

/// How a source is asked for events. Expressions see settings, `cursor` (null until there is one), `since` (when it was
/// asked for the first time), `page` (from 0); those about an answer also `answer` and `items`, those about one item `item`.
#[derive(Debug, Clone)]
pub struct Poll {
    /// Without a rule's own `poll every`.
    pub every: Option<jiff::SignedDuration>,
    /// Only where a rule has a `poll every` of its own.
    pub on_demand: bool,
    /// The read.
    pub read: Invocation,
    /// The field of its answer with the list.
    pub items: Option<Name>,
    /// From one `item` to the payload; the item itself without it.
    pub payload: Option<ExprId>,
    /// The read that yields the payload of one `item`, whose list holds only parts of it.
    pub then: Option<Enrich>,
    /// The new cursor.
    pub cursor: Option<ExprId>,
    /// Begin with what is waiting; else with what comes from now on.
    pub start_waiting: bool,
    /// How long the vendor holds what was not fetched.
    pub keeps: Option<jiff::SignedDuration>,
    /// Another page follows.
    pub more: Option<ExprId>,
    /// Our own changes, over `item`.
    pub skip: Option<ExprId>,
}

impl Poll {
    /// Whether the read is told the number of the page. Then all pages of one question share a cursor, which moves with
    /// the last of them; else the cursor alone leads from one page to the next.
    pub fn counts_pages(&self, exprs: &Exprs) -> bool {
        let mut args = self.read.args.iter();
        args.any(|(_, value)| exprs.inputs(*value).iter().any(|name| &**name == "page"))
    }
}

/// A call of an action of the same connector.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// The action.
    pub action: Name,
    /// Its arguments by name. What is not here has its default.
    pub args: Vec<(Name, ExprId)>,
    /// Where it stands.
    pub place: Place,
}

/// A parameter.
#[derive(Debug, Clone)]
pub struct Param {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: Type,
    /// The vendor's words.
    pub caption: Option<Name>,
    /// Used when it is left out.
    pub default: Option<ExprId>,
    /// Where it is declared.
    pub place: Place,
}

/// A shape of a delivery.
#[derive(Debug, Clone)]
pub struct Accept {
    /// Upper case; `*` for any.
    pub method: Name,
    /// Body or query.
    pub section: Section,
    /// A condition over the holes.
    pub when: Option<ExprId>,
    /// A read that yields the payload.
    pub then: Option<Enrich>,
    /// The hole that holds a list of events.
    pub each: Option<Name>,
}

/// A read that completes an event.
#[derive(Debug, Clone)]
pub struct Enrich {
    /// The read, its arguments over the holes.
    pub read: Invocation,
    /// The field of the answer that is the payload; none: the whole value.
    pub field: Option<Name>,
}

/// An action of a system.
#[derive(Debug, Clone)]
pub struct Action {
    /// Its name.
    pub name: Name,
    /// The vendor's words.
    pub caption: Option<Name>,
    /// Everything an author can pass, by name: the holes of the request, with `?` or a default where they may be left out.
    pub args: Arc<ObjectType>,
    /// The request; none for a composite action.
    pub request: Option<Request>,
    /// Its own answers, before the connector's.
    pub answers: Vec<Answer>,
    /// What repeating does.
    pub effect: Effect,
    /// The event of the same connector that this action causes.
    pub raises: Option<Name>,
    /// The vendor's own time limit.
    pub timeout: Option<jiff::SignedDuration>,
    /// First version that has it.
    pub since: Option<Name>,
    /// Example requests and answers (file names under `examples/`).
    pub examples: Vec<Name>,
    /// Submit, ask, fetch.
    pub job: Option<Job>,
    /// Steps of a composite action.
    pub steps: Option<Box<Steps>>,
    /// Where it is declared.
    pub place: Place,
}

/// A composite action: steps in the language.
#[derive(Debug, Clone)]
pub struct Steps {
    /// Type of its value.
    pub result: Type,
    /// As written.
    pub definition: ondo_grammar::ast::ActionDef,
}

/// A step of what an action does to the simulated vendor. Expressions see the arguments of the call, settings, and the
/// names that `find` gave.
#[derive(Debug, Clone)]
pub enum SandboxVerb {
    /// `let NAME = VALUE`
    Let {
        /// The name for later expressions.
        name: Name,
        /// What it stands for.
        value: ExprId,
    },
    /// `keep ROW in SET by KEY`: adds a row.
    Keep {
        /// An object.
        row: ExprId,
        /// Where it is kept.
        set: Name,
        /// What it is found by.
        key: ExprId,
    },
    /// `replace ROW in SET by KEY`: the only row of this key from now on.
    Replace {
        /// An object.
        row: ExprId,
        /// Where it is kept.
        set: Name,
        /// What it is found by.
        key: ExprId,
    },
    /// `forget SET by KEY`: there is no row of this key from now on.
    Forget {
        /// Where the rows are.
        set: Name,
        /// The key.
        key: ExprId,
    },
    /// `find SET by KEY within D as NAME`
    Find {
        /// Where to look.
        set: Name,
        /// The key. `None`: every row of the set, in the order in which they came.
        key: Option<ExprId>,
        /// Rows that are older are not seen.
        within: Option<jiff::SignedDuration>,
        /// The name for later expressions.
        alias: Name,
        /// The newest row or null, because its fields are used or it is compared. Else the list of all rows.
        one: bool,
    },
    /// `refuse "3007" if COND`
    Refuse {
        /// The vendor's code.
        code: Name,
        /// When.
        cond: ExprId,
    },
    /// `add N to SET.FIELD by KEY`: makes the row if there is none.
    Add {
        /// How much.
        amount: ExprId,
        /// Where the row is.
        set: Name,
        /// Its field.
        field: Name,
        /// The key.
        key: ExprId,
    },
    /// `after D VERB…`: changes of rows that can be seen later.
    After {
        /// How long.
        delay: Option<jiff::SignedDuration>,
        /// What then.
        verbs: Vec<SandboxVerb>,
    },
    /// `reply OUTCOME { … } if COND`: what is answered. What follows is not carried out.
    Reply {
        /// The answer. `None`: the first that says it was done.
        outcome: Option<Name>,
        /// Fields of its value.
        value: Option<ExprId>,
        /// When.
        cond: Option<ExprId>,
    },
}

/// What repeating an action does.
#[derive(Debug, Clone)]
pub struct Effect {
    /// The class. `None`: by the method (GET and HEAD are reads, all else is unsafe).
    pub class: Option<Class>,
    /// The argument that is the key.
    pub key: Option<Vec<Name>>,
    /// How the key is made.
    pub key_form: Option<Name>,
    /// How long the vendor remembers the key.
    pub window: Option<jiff::SignedDuration>,
    /// How to find out whether it happened.
    pub readback: Option<Box<Readback>>,
}

/// How to find out whether an unsafe call happened. Expressions see the arguments of the call, the fields of the read's
/// `ok`, `marker` and `sent_at` (when the first attempt was sent).
#[derive(Debug, Clone)]
pub struct Readback {
    /// The read.
    pub read: Invocation,
    /// What makes the call recognisable.
    pub marker: Option<Marker>,
    /// Whether the answer shows the call.
    pub found: Option<ExprId>,
    /// Whether an answer that does not show it proves that it did not happen.
    pub complete: Option<ExprId>,
    /// How long to wait before the first read.
    pub settle: Option<jiff::SignedDuration>,
}

/// A text of our own in an argument of the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    /// The argument.
    pub arg: Name,
    /// Behind what the author wrote (`suffix`); else before it (`prefix`).
    pub suffix: bool,
}

/// Submit, ask, fetch. Expressions see `answer` (the submitting call's outcome), `id` and the arguments.
#[derive(Debug, Clone)]
pub struct Job {
    /// The job's id, over `answer`.
    pub id: Option<ExprId>,
    /// The read that asks, over `id`.
    pub ask: Option<Invocation>,
    /// Pause between two questions.
    pub every: Option<jiff::SignedDuration>,
    /// When to give up.
    pub give_up: Option<jiff::SignedDuration>,
}
