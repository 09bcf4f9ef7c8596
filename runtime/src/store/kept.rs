//! What a store keeps: events, runs, journals, rules that did not act, rejects, cursors.

use std::fmt;

use jiff::Timestamp;
use uuid::Uuid;

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

impl RunId {
    /// The 16 bytes of its UUID; none if it was not made here.
    pub fn bytes(&self) -> Option<[u8; 16]> {
        let uuid = Uuid::try_parse(self.0.strip_prefix("run_")?).ok()?;
        let bytes = uuid.into_bytes();
        (Self::of_bytes(bytes) == *self).then_some(bytes)
    }

    /// The id with these bytes.
    pub fn of_bytes(bytes: [u8; 16]) -> Self {
        Self(format!("run_{}", Uuid::from_bytes(bytes).hyphenated()))
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
    /// Its body and those of its runs are gone: their time was over, or the person was erased.
    Erased,
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
    /// The delivery key, unique per account identity and bundle.
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
    /// Its word, as it is shown and typed.
    pub fn word(self) -> &'static str {
        match self {
            RunState::Ready => "ready",
            RunState::Waiting => "waiting",
            RunState::Queued => "queued",
            RunState::InDoubt => "in_doubt",
            RunState::Done => "done",
            RunState::Stopped => "stopped",
            RunState::Failed => "failed",
            RunState::Dead => "dead",
            RunState::Cancelled => "cancelled",
            RunState::Expired => "expired",
            RunState::Superseded => "superseded",
            RunState::Filtered => "filtered",
        }
    }

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
    /// The run in whose place it stands: a person let it be done again.
    pub redrive_of: Option<RunId>,
    /// The store was restored since it began: what it sends may have been sent already.
    pub check_first: bool,
    /// What the keys and markers of its effects are made of, beside its steps. Empty: the event's id.
    pub origin: String,
}

impl Run {
    /// What the keys and markers of its effects are made of, beside its steps.
    pub fn origin(&self) -> &str {
        match self.origin.is_empty() {
            true => &self.event.0,
            false => &self.origin,
        }
    }
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
    /// What a person decided about a step; the message says who and why.
    Decision,
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

/// How far a source has been asked: one for each account identity and event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Identity of the account.
    pub identity: String,
    /// The event's name in the connector.
    pub event: String,
    /// Where the next question begins, as JSON. None: no answer has said it yet.
    pub value: Option<String>,
    /// When it was asked for the first time.
    pub since: Timestamp,
    /// The page to go on with, from 0.
    pub page: u32,
    /// When the question began whose pages are not all read. None: the next one begins anew.
    pub began_at: Option<Timestamp>,
}
