//! What is kept: events, runs, the journal of every attempt, bundle versions. One contract, several stores.
//!
//! Nothing here refers to positions in a program: records are keyed by bundle, rule and step *names*.
//! Times are kept to the microsecond; what is finer is lost.

#[cfg(test)]
mod contract;
mod memory;
mod sqlite;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

pub use memory::Memory;
pub use sqlite::{Options, Sqlite};

/// Opens the store in the file at `path`, made if there is none. No other process can open it until it is closed.
///
/// # Errors
/// [`Error::Place`], [`Error::Locked`] or [`Error::Schema`], each with a sentence for whoever starts the program.
pub fn open(path: &Path, kind: Kind) -> Result<Arc<dyn Store>, Error> {
    let options = Options {
        kind,
        ..Options::default()
    };
    Ok(Arc::new(Sqlite::open(path, options)?))
}

/// Opens an existing store to look into it, also while another process writes it. Each commit is answered
/// [`Error::Closed`].
///
/// # Errors
/// As [`open`], except that it is never locked; also if there is no store yet.
pub fn open_to_read(path: &Path, kind: Kind) -> Result<Arc<dyn Store>, Error> {
    Ok(Arc::new(Sqlite::open_to_read(path, kind)?))
}

/// Whose effects a store remembers. The file keeps it for ever: what was only played must never count as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// Those at the vendors.
    #[default]
    Live,
    /// Those in the sandbox.
    Sandbox,
}

/// `evt_` and a UUID v7.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventId(pub String);

/// `run_` and a UUID v7.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RunId(pub String);

/// Hash of a bundle version: its sources and the connectors it uses.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version(pub String);

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where an event is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventState {
    /// Stored, not yet looked at.
    Received,
    /// A read that completes it is due.
    Enriching,
    /// At least one run was made, or all rules said no.
    Routed,
    /// No rule listens to it.
    Unrouted,
    /// Cannot be used; the reason is with it.
    Dead,
}

/// A stored event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// When it was stored.
    pub at: Timestamp,
    /// The bundle whose hook received it.
    pub bundle: String,
    /// The account's name in that bundle.
    pub account: String,
    /// The connector.
    pub connector: String,
    /// The event's name in the connector.
    pub name: String,
    /// Arguments of the hook: `path` of a webhook.
    pub args: Vec<(String, String)>,
    /// The delivery key, unique per account identity.
    pub key: Option<String>,
    /// Identity of the account: connector, base URL, identifying settings.
    pub identity: String,
    /// Headers that may be kept (never Authorization, cookies, signatures).
    pub headers: Vec<(String, String)>,
    /// Raw bytes as they came.
    pub body: Vec<u8>,
    /// JSON bytes of the payload, once known.
    pub payload: Option<Vec<u8>>,
    /// The read that yields the payload, as JSON (`{"action":…,"args":{…},"field":…}`).
    pub enrich: Option<String>,
    /// Where it is in its life.
    pub state: EventState,
    /// Why it is dead or unrouted.
    pub reason: Option<String>,
    /// How often the same key came again, and how often with another body.
    pub repeats: u32,
    /// See `repeats`.
    pub conflicts: u32,
}

/// Where a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RunState {
    /// May go on at once.
    Ready,
    /// Waits for a moment (`due`): a retry, a rate limit, an open circuit.
    Waiting,
    /// Waits behind another run of the same order key.
    Queued,
    /// Nobody knows whether its last call happened; a person must say.
    InDoubt,
    /// All steps done.
    Done,
    /// Ended by `stop`.
    Stopped,
    /// Ended by `fail` or a failure; nothing was left half done.
    Failed,
    /// Attempts used up, or refused.
    Dead,
    /// A person ended it.
    Cancelled,
    /// Too late: `valid for` has passed.
    Expired,
    /// A later event took its place.
    Superseded,
    /// It waited at `debounce`, and then another gate held it back.
    Filtered,
}

impl RunState {
    /// Whether nothing more will happen without a person.
    pub fn is_ended(self) -> bool {
        !matches!(
            self,
            RunState::Ready | RunState::Waiting | RunState::Queued | RunState::InDoubt
        )
    }
}

/// A run of a rule for an event.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// What caused it.
    pub event: EventId,
    /// Whose rule.
    pub bundle: String,
    /// Which rule.
    pub rule: String,
    /// The version it began with and finishes on.
    pub version: Version,
    /// When it was created: `now()` of its expressions.
    pub created_at: Timestamp,
    /// Where it is.
    pub state: RunState,
    /// When it goes on by itself.
    pub due: Option<Timestamp>,
    /// Why it waits or how it ended, for people.
    pub reason: Option<String>,
    /// The step it is at, for people.
    pub step: Option<String>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Value of `once per`, if the rule has one.
    pub once_key: Option<String>,
    /// Value of `ordered by`, if the rule has one.
    pub order_key: Option<String>,
}

/// One line of a run's journal. Never changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Whose.
    pub run: RunId,
    /// From 0, without gaps.
    pub seq: u32,
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub kind: RecordKind,
    /// The step's id: `addBonus`, `createOrder.rejected.editOrder`.
    pub step: String,
    /// Index in each enclosing loop, outermost first: ``, `2`, `2.0`.
    pub iteration: String,
    /// From 1.
    pub attempt: u32,
    /// Digest of the request without auth headers.
    pub digest: String,
    /// The effect key.
    pub key: String,
    /// Identity of the account that was called.
    pub identity: String,
    /// `connector.action`
    pub action: String,
    /// What was (or would be) sent, without secrets.
    pub request: Option<ShownRequest>,
    /// The outcome's name.
    pub outcome: Option<String>,
    /// `not_sent`, `refused`, `applied`, `applied_result_lost`, `pending`, `unknown`.
    pub verdict: Option<String>,
    /// Status of the answer.
    pub status: Option<u16>,
    /// Raw body of the answer, up to 1 MiB.
    pub answer: Option<Vec<u8>>,
    /// For people.
    pub message: Option<String>,
}

/// What a record says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecordKind {
    /// About to send; on disk before the first byte of an unsafe call.
    Intent,
    /// What came of an attempt.
    Outcome,
    /// The run ended or failed outside a call; the message says how.
    End,
}

/// A request as it may be shown: no secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownRequest {
    /// Upper case.
    pub method: String,
    /// With `***` for secrets.
    pub url: String,
    /// Raw bytes.
    pub body: Vec<u8>,
}

/// A rule that did not act for an event, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// The event.
    pub event: EventId,
    /// The bundle.
    pub bundle: String,
    /// The rule.
    pub rule: String,
    /// Why.
    pub why: PassedWhy,
}

/// Why a rule did not act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PassedWhy {
    /// A term of `when` was false: its text.
    Filtered(String),
    /// `once per` had acted already: the key and the first run.
    Duplicate {
        /// The key.
        key: String,
        /// The run that acted.
        first: RunId,
    },
    /// A key or condition could not be computed, or a field is missing.
    Failed(String),
}

/// A delivery that was not an event, kept so that a person can look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// When.
    pub at: Timestamp,
    /// The hook's path without its secret.
    pub hook: String,
    /// What was wrong.
    pub reason: String,
    /// The first 4 KiB of the body.
    pub body: Vec<u8>,
}

/// One change. The changes of a batch happen together or not at all.
#[derive(Debug, Clone)]
pub enum Write {
    /// Stores an event unless its (identity, key) is known.
    Ingest(Event),
    /// Keeps a reject; the oldest go beyond [`REJECTS_MAX`].
    Reject(Reject),
    /// Sets the payload of an enriched event.
    Payload {
        /// Which.
        event: EventId,
        /// JSON bytes.
        payload: Vec<u8>,
    },
    /// Ends the routing of an event: its state, a run for each rule that acts (unique per event and rule; a `once_key`
    /// that is taken makes it a [`PassedWhy::Duplicate`]), and the rules that do not. Repeating it changes nothing.
    Route {
        /// Which.
        event: EventId,
        /// Its new state.
        state: EventState,
        /// Why, for `Dead` and `Unrouted`.
        reason: Option<String>,
        /// Rules that act, with the end of their `once … within`.
        runs: Vec<(Run, Option<Timestamp>)>,
        /// Rules that do not.
        passed: Vec<Passed>,
    },
    /// Appends to a journal. `seq` must be the next one.
    Journal(Record),
    /// Moves a run. `due`, `reason` and `step` are replaced as given, also by `None`.
    RunState {
        /// Which.
        run: RunId,
        /// To where.
        state: RunState,
        /// When it goes on.
        due: Option<Timestamp>,
        /// Why.
        reason: Option<String>,
        /// At which step.
        step: Option<String>,
        /// When this is, kept as `ended_at` if the state is an end.
        at: Timestamp,
    },
    /// Moves a run that goes on behind `debounce`, and gives it its keys: `state`, `due`, `reason`, `step`, `once_key` and
    /// `order_key` become those given. If another run holds the `once_key`, nothing changes. Repeating it changes nothing.
    Admit {
        /// The run as it goes on.
        run: Box<Run>,
        /// End of its `once … within`.
        once_until: Option<Timestamp>,
        /// When this is.
        at: Timestamp,
    },
    /// Keeps the sources of a bundle version and makes it the active one of its bundle.
    Activate {
        /// The bundle.
        bundle: String,
        /// The version.
        version: Version,
        /// Sources as JSON: `{"files":[{"path":…,"text":…}]}`.
        sources: String,
        /// When.
        at: Timestamp,
    },
}

/// How many rejects are kept.
pub const REJECTS_MAX: usize = 1_000;

/// What came of a [`Write`], in the order of the batch.
#[derive(Debug, Clone, PartialEq)]
pub enum Written {
    /// Nothing to say.
    Done,
    /// The event is new.
    Ingested(EventId),
    /// The key is known: the first event's id.
    Duplicate(EventId),
    /// For each run of a `Route`, and for that of an `Admit`: created, or who was first.
    Routed(Vec<Routed>),
}

/// What came of one run of a `Route`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Routed {
    /// The run exists now. If it existed already, this is the id it had.
    Created(RunId),
    /// `once per` had acted already in this run.
    Duplicate(RunId),
}

/// Why the store could not do it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// Reading or writing failed. The writer is stopped; the process must end.
    #[error("the store failed: {0}")]
    Io(String),
    /// Another process holds the store.
    #[error("the store is in use by another process ({0})")]
    Locked(String),
    /// The file is newer than this program, or not a store.
    #[error("{0}")]
    Schema(String),
    /// The store cannot be kept there: the folder is missing or read-only, or it is no folder.
    #[error("{0}")]
    Place(String),
    /// Too many deliveries wait for the disk; this one was not taken and should come again. Only batches that hold
    /// nothing but `Ingest` and `Reject` are refused like this: outcomes always have room.
    #[error("the store is busy: too many deliveries wait to be stored")]
    Busy,
    /// The program asked for something that cannot be (a gap in a journal). Nothing of the batch was written.
    #[error("the store refused a write: {0}")]
    Refused(String),
    /// The writer has stopped.
    #[error("the store is closed")]
    Closed,
}

/// Called once, when the batch is on disk or will never be.
pub type Done = Box<dyn FnOnce(Result<Vec<Written>, Error>) + Send>;

/// Which runs are wanted.
#[derive(Debug, Clone, Default)]
pub struct RunFilter {
    /// Of this bundle.
    pub bundle: Option<String>,
    /// Of this rule.
    pub rule: Option<String>,
    /// In this state.
    pub state: Option<RunState>,
    /// Created at or after.
    pub since: Option<Timestamp>,
    /// With this `once` or order key, or whose event has it as its key, or whose event's body holds this text.
    pub text: Option<String>,
    /// At most this many, newest first.
    pub limit: usize,
}

/// A store. Reads may be called from any thread and see at least what was committed before the call.
pub trait Store: Send + Sync {
    /// Writes a batch. Batches are applied in the order of the calls; `done` runs on the writer's thread after the flush,
    /// or at once on the caller's for [`Error::Busy`] and [`Error::Closed`]. It must not block.
    fn commit(&self, batch: Vec<Write>, done: Done);

    /// One event.
    fn event(&self, id: &EventId) -> Result<Option<Event>, Error>;
    /// Newest events first.
    fn events(&self, limit: usize) -> Result<Vec<Event>, Error>;
    /// The greatest key, as text, among the events of an account identity.
    fn last_key(&self, identity: &str) -> Result<Option<String>, Error>;
    /// Events that are received or enriching, oldest first.
    fn unfinished_events(&self) -> Result<Vec<EventId>, Error>;
    /// One run.
    fn run(&self, id: &RunId) -> Result<Option<Run>, Error>;
    /// Runs that have not ended, oldest first.
    fn unfinished_runs(&self) -> Result<Vec<RunId>, Error>;
    /// Runs by filter, newest first.
    fn runs(&self, filter: &RunFilter) -> Result<Vec<Run>, Error>;
    /// The runs of an event.
    fn runs_of(&self, event: &EventId) -> Result<Vec<Run>, Error>;
    /// The rules that did not act for an event.
    fn passed(&self, event: &EventId) -> Result<Vec<Passed>, Error>;
    /// The journal of a run, in order.
    fn journal(&self, run: &RunId) -> Result<Vec<Record>, Error>;
    /// Newest rejects first.
    fn rejects(&self, limit: usize) -> Result<Vec<Reject>, Error>;
    /// Active version of each bundle.
    fn active(&self) -> Result<Vec<(String, Version)>, Error>;
    /// Sources of a version.
    fn sources(&self, version: &Version) -> Result<Option<String>, Error>;
    /// Ends the writer after the batches that were given to it, and checkpoints.
    fn close(&self) -> Result<(), Error>;
}
