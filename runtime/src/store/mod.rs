//! What is kept: events, runs, the journal of every attempt, bundle versions. One contract, several stores.
//!
//! Nothing here refers to positions in a program: records are keyed by bundle, rule and step *names*.
//! Times are kept to the microsecond; what is finer is lost.

#[cfg(test)]
mod contract;
mod effects;
mod keeping;
mod kept;
mod memory;
mod person;
mod sqlite;

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

pub use effects::{Audit, Effect, EffectFilter, EffectState, Pause, Paused, Taken};
pub use keeping::{Backup, Counts, Erase, Erased, Erasure, Forget, Keep};
pub use kept::{
    Cursor, Event, EventId, EventState, Passed, PassedWhy, Record, RecordKind, Reject, Run, RunId,
    RunState, ShownRequest, Version,
};
pub use memory::Memory;
pub use sqlite::{Copied, Options, Sqlite};

/// Opens the store in the file at `path`, made if there is none. No other process can open it until it is closed.
///
/// # Errors
/// [`Error::Place`], [`Error::Locked`] or [`Error::Schema`], each with a sentence for whoever starts the program.
pub fn open(path: &Path, kind: Kind) -> Result<Arc<dyn Store>, Error> {
    let options = Options {
        kind,
        ..Options::default()
    };
    open_with(path, options)
}

/// Opens the store in the file at `path` with limits of one's own.
///
/// # Errors
/// As [`open`].
pub fn open_with(path: &Path, options: Options) -> Result<Arc<dyn Store>, Error> {
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

/// One change. The changes of a batch happen together or not at all.
#[derive(Debug, Clone)]
pub enum Write {
    /// Stores an event unless its key is known, for this identity and bundle.
    Ingest(Event),
    /// What a source brought, with how far it has been asked now: events whose key is not known are stored, the others
    /// are left as they are.
    Poll {
        /// In place of the one that was there.
        cursor: Cursor,
        /// In their order.
        events: Vec<Event>,
    },
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
    /// that is taken makes it a [`PassedWhy::Duplicate`]), and the rules that do not. Repeating it changes nothing. An event
    /// that dies because its payload could not be fetched gives its key back: if it comes again it is a new one.
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
    /// Claims an effect for a run, if nobody else holds it: there is no line for it, its line is [`EffectState::Absent`], or
    /// the same run holds it and it is not [`EffectState::Applied`]. Answered by `Claimed` or `Taken`.
    Claim {
        /// The line as it shall be.
        effect: Effect,
        /// A person ordered it: also if the same run holds it and it was applied.
        again: bool,
    },
    /// Says what became of an effect that a run holds. Nothing changes if another run holds it, or if it is known to have
    /// been applied.
    Settle {
        /// Identity of the account.
        identity: String,
        /// `connector.action`
        action: String,
        /// Its key.
        key: String,
        /// Who holds it.
        run: RunId,
        /// What became of it.
        state: EffectState,
    },
    /// A run has ended: what it holds and has not brought about is [`EffectState::Absent`].
    Release {
        /// Which.
        run: RunId,
        /// What becomes of effects that it leaves in doubt.
        doubts: EffectState,
    },
    /// Creates a run that stands in the place of `run.redrive_of`, with what it takes over from there. The effects of that
    /// one are its own now.
    Redrive {
        /// The run.
        run: Box<Run>,
        /// Its journal so far.
        journal: Vec<Record>,
        /// Who let it be done again, and why.
        audit: Audit,
    },
    /// Marks every run that has not ended: the store was restored, and what it sends may have been sent already.
    CheckFirst,
    /// Keeps what a person decided.
    Audit(Audit),
    /// Stops a rule or an account; replaces a pause of the same.
    Pause(Pause),
    /// Lets it go on.
    Unpause(Paused),
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
    /// Forgets a few of the oldest things of a kind that ended before a moment. Never a run that has not ended, nor its
    /// event. Answered by `Forgot`.
    Forget {
        /// What.
        what: Forget,
        /// What ended before this.
        before: Timestamp,
        /// Where the step before this one stopped; 0 at the beginning.
        after: u64,
        /// At most this many events, keys or lines are looked at.
        rows_max: usize,
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
    /// Those of a `Poll` that are new.
    Polled(Vec<EventId>),
    /// The event of a `Redrive` was forgotten, or its person was erased, since it was read: nothing was written.
    Gone,
    /// The effect of a `Claim` is the run's.
    Claimed,
    /// The effect of a `Claim` is another run's.
    Taken(Box<Taken>),
    /// What a `Forget` did.
    Forgot {
        /// How many rows were changed or taken away.
        rows: usize,
        /// Where to go on. None: nothing is left.
        next: Option<u64>,
    },
}

/// Commits and waits until it is on disk.
pub(crate) async fn commit_and_wait(
    store: &dyn Store,
    writes: Vec<Write>,
) -> Result<Vec<Written>, Error> {
    let (done, committed) = tokio::sync::oneshot::channel();
    store.commit(
        writes,
        Box::new(move |result| {
            let _ = done.send(result);
        }),
    );
    committed.await.unwrap_or(Err(Error::Closed))
}

/// What came of one run of a `Route`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Routed {
    /// The run exists now. If it existed already, this is the id it had.
    Created(RunId),
    /// The run exists now, and the effects of its delivery's key are another's: its own follow from the event.
    Anew(RunId),
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
    /// nothing but `Ingest`, `Poll` and `Reject` are refused like this: outcomes always have room.
    #[error("the store is busy: too many deliveries wait to be stored")]
    Busy,
    /// The disk is nearly full, or full: no deliveries are taken until there is room. Only batches that hold nothing but
    /// `Ingest`, `Poll` and `Reject` are refused like this.
    #[error("the disk of the store is full: no deliveries are taken until there is room")]
    Full,
    /// The store is a copy that was made with `ondo backup`, and nobody has said that it was restored.
    #[error(
        "{path}: this store was restored from a backup made at {made_at}: start with --recovered, then unsafe calls are looked up first, or are in doubt"
    )]
    Copy {
        /// Where it is.
        path: String,
        /// When the copy was made.
        made_at: Timestamp,
    },
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
    /// In one of these states; empty: in any.
    pub states: Vec<RunState>,
    /// Created at or after.
    pub since: Option<Timestamp>,
    /// Created before.
    pub until: Option<Timestamp>,
    /// With this `once` or order key, or whose event has it as its key.
    pub key: Option<String>,
    /// With this as a key, as `key` says, or whose event's body or payload holds this text, or a request or an answer in its
    /// journal.
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
    /// How far each source has been asked.
    fn cursors(&self) -> Result<Vec<Cursor>, Error>;
    /// Events that are received or enriching, oldest first, at most this many.
    fn unfinished_events(&self, limit: usize) -> Result<Vec<EventId>, Error>;
    /// One run.
    fn run(&self, id: &RunId) -> Result<Option<Run>, Error>;
    /// Runs that have not ended, oldest first.
    fn unfinished_runs(&self, after: Option<&RunId>, limit: usize) -> Result<Vec<RunId>, Error>;
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
    /// A line of the effect ledger.
    fn effect(&self, identity: &str, action: &str, key: &str) -> Result<Option<Effect>, Error>;
    /// The effects that a run holds, in the order of their keys.
    fn effects_of(&self, run: &RunId) -> Result<Vec<Effect>, Error>;
    /// Lines of the effect ledger, newest first.
    fn effects(&self, filter: &EffectFilter) -> Result<Vec<Effect>, Error>;
    /// Runs whose id begins or ends with this, newest first.
    fn runs_named(&self, part: &str, limit: usize) -> Result<Vec<RunId>, Error>;
    /// What people decided, newest first.
    fn audit(&self, limit: usize) -> Result<Vec<Audit>, Error>;
    /// When somebody last began to work with a store that was restored from a backup.
    fn recovered_at(&self) -> Result<Option<Timestamp>, Error>;
    /// What is paused.
    fn pauses(&self) -> Result<Vec<Pause>, Error>;
    /// Proofs of erasures, newest first.
    fn erasures(&self, limit: usize) -> Result<Vec<Erasure>, Error>;
    /// Takes everything about a person away, then cleans the files: no text of theirs is in them any more. It goes through
    /// the writer, which takes nothing else meanwhile. Must not be called from a `done`.
    fn erase(&self, erase: &Erase) -> Result<Erased, Error>;
    /// Writes a copy of everything that is committed to a new file, beside the work that goes on.
    fn backup(&self, to: &Path) -> Result<Backup, Error>;
    /// Whether there is room for deliveries.
    fn has_room(&self) -> bool;
    /// Ends the writer after the batches that were given to it, and checkpoints.
    fn close(&self) -> Result<(), Error>;
}
