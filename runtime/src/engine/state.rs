//! What the machine knows of runs and calls while they are in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use ondo_compiler::ir::{AccountId, Program};
use ondo_compiler::types::Name;
use ondo_compiler::value::{Secret, Value};
use ondo_compiler::wire::HttpRequest;

use super::account::Caller;
use super::ledger::Claiming;
use super::orders::{Answer, Cancel, ReceiptLine};
use super::polls::Polled;
use super::prepare::PreparedCall;
use super::sources::SourceKey;
use super::{Notice, ResolvedAccount};
use crate::store::{Event, EventId, Record, Run, RunId};

/// A version of a bundle, ready to use.
#[derive(Debug)]
pub(super) struct Bundle {
    pub(super) program: Arc<Program>,
    pub(super) accounts: Vec<ResolvedAccount>,
    /// Some expression asks for `step_time()`: then every call has an intent, so that the moment is on disk.
    pub(super) uses_step_time: bool,
}

impl Bundle {
    /// The settings of an account; none if the version has no such account.
    pub(super) fn settings(&self, account: AccountId) -> &[(Name, Value)] {
        settings_of(&self.accounts, account)
    }
}

/// The settings of an account among those of its version.
pub(super) fn settings_of(accounts: &[ResolvedAccount], account: AccountId) -> &[(Name, Value)] {
    accounts
        .get(account.0 as usize)
        .map_or(&[][..], |account| &account.settings)
}

/// The runs that wait for each other: bundle, rule, value of `ordered by`.
pub(super) type OrderKey = (String, String, String);

/// The runs of an order key that have not ended.
#[derive(Debug, Default)]
pub(super) struct Order {
    /// The run whose turn it is, even if one of an earlier event comes through `debounce` after it.
    turn: Option<RunId>,
    /// All of them, in the order of their events.
    runs: BTreeSet<RunId>,
}

impl Order {
    pub(super) fn add(&mut self, run: &RunId) {
        self.runs.insert(run.clone());
    }

    /// It is the turn of this run, if it is nobody's.
    pub(super) fn take_turn(&mut self, id: &RunId) {
        self.turn.get_or_insert_with(|| id.clone());
    }

    /// This run has begun, in an earlier process: it is its turn, whatever was thought before it was known.
    pub(super) fn has_begun(&mut self, id: &RunId) {
        self.turn = Some(id.clone());
    }

    /// The run that comes before all others.
    pub(super) fn head(&self) -> Option<&RunId> {
        self.turn.as_ref().or_else(|| self.runs.first())
    }

    /// A run has ended. Yields who comes next.
    pub(super) fn remove(&mut self, id: &RunId) -> Option<&RunId> {
        self.runs.remove(id);
        if self.turn.as_ref() == Some(id) {
            self.turn = None;
        }
        self.head()
    }

    pub(super) fn len(&self) -> usize {
        self.runs.len()
    }
}

/// A run that has not ended.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) run: Run,
    /// `None`: its version is not loaded.
    pub(super) bundle: Option<Arc<Bundle>>,
    /// `None`: it waits long, and what it needs stays in the store.
    pub(super) body: Option<Body>,
    pub(super) phase: Phase,
    /// Batches with writes of this run that are not on disk.
    pub(super) unflushed: u32,
    /// Calls that want to be made, or are under way.
    pub(super) calls: BTreeMap<CallPlace, Making>,
    /// When the results of jobs are asked for next. Forgotten by a restart, which asks at the moment that people see.
    pub(super) questions: BTreeMap<CallPlace, Timestamp>,
    /// Calls whose effect another run holds. Forgotten by a restart, which asks the ledger again.
    pub(super) held: BTreeMap<CallPlace, Held>,
    /// A person ends it.
    pub(super) cancel: Option<Cancel>,
}

/// What keeps a call from being made.
#[derive(Debug, Clone)]
pub(super) struct Held {
    /// Why, for people.
    pub(super) reason: String,
    /// The ledger is asked again then, whatever was heard until then.
    pub(super) until: Timestamp,
}

impl Slot {
    /// What the run has done; nothing while its journal is only in the store.
    pub(super) fn journal(&self) -> &[Record] {
        self.body.as_ref().map_or(&[][..], |body| &body.journal)
    }
}

/// Where a call stands in its run.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct CallPlace {
    /// The step's id.
    pub(super) step: String,
    /// The index in each enclosing loop, outermost first: `2.0`.
    pub(super) iteration: String,
}

/// A call of a run on its way.
#[derive(Debug)]
pub(super) struct Making {
    pub(super) call: Box<PreparedCall>,
    pub(super) stage: Stage,
    /// The ledger says that the effect is this run's.
    pub(super) claimed: bool,
}

/// How far a call has come.
#[derive(Debug)]
pub(super) enum Stage {
    /// Wants a place at its account.
    Place,
    /// Has a place and wants a token.
    Token,
    /// Its claim is being written to the ledger.
    Claiming,
    /// Its intent is being written; then this is sent.
    Sending(Box<Outgoing>),
    /// It is under way.
    Calling,
}

/// What a run needs to go on.
#[derive(Debug)]
pub(super) struct Body {
    pub(super) event_at: Timestamp,
    pub(super) slots: Vec<Value>,
    pub(super) journal: Vec<Record>,
}

/// What a run is doing.
#[derive(Debug)]
pub(super) enum Phase {
    /// Goes on when its writes are on disk.
    Committing,
    /// Has calls on their way, and goes on when one of them ends.
    Calling,
    /// Waits for its `due`.
    Timer,
    /// Waits behind another run.
    Queued,
    /// Waits for a person.
    InDoubt,
    /// Its rule is paused.
    Paused,
    /// Waits by name behind the queue of its account.
    Parked,
    /// Was asked for from the store.
    Loading,
    /// Its version is not loaded.
    NoVersion,
    /// It ended; the end is being written.
    Ended,
}

/// A request on its way out.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) request: HttpRequest,
    pub(super) timeout: SignedDuration,
    pub(super) fresh_connection: bool,
    pub(super) flight: Flight,
}

/// A call under way.
#[derive(Debug)]
pub(super) struct Flight {
    pub(super) identity: Name,
    pub(super) purpose: Purpose,
}

/// What a call under way is for.
#[derive(Debug)]
pub(super) enum Purpose {
    /// A caller's own call, with its token and the token's number.
    Call {
        caller: Caller,
        token: Option<(Secret, u64)>,
    },
    /// A bare connection: whether the vendor can be reached.
    Probe,
    /// A token exchange for all callers of the account.
    Exchange {
        bundle: Arc<Bundle>,
        account: AccountId,
    },
}

/// What is due at a moment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    Run(RunId),
    Event(EventId),
    Account(Name),
    /// Of this bundle, this rule.
    Schedule(String, Name),
    Poll(SourceKey),
    /// Events of the engine's own that the store had no room for.
    Unstored,
}

/// Something to do in this step. Done one after the other, so that nothing calls itself.
#[derive(Debug)]
pub(super) enum Work {
    Advance(RunId),
    Event(EventId),
    Pump(Name),
    Schedule(String, Name),
    Poll(SourceKey),
    StoreAgain,
}

/// What happens when a batch is on disk.
#[derive(Debug)]
pub(super) enum After {
    /// A write of this run is on disk.
    Run(RunId),
    /// An event was routed: the place of its write in the batch, and the runs it made.
    Routed {
        write: usize,
        event: EventId,
        runs: Vec<Run>,
    },
    /// A run came through `debounce`: the place of its write in the batch, and when it may begin.
    Admitted {
        write: usize,
        run: RunId,
        begins: Timestamp,
    },
    /// An event of the engine's own was stored, or was known: the place of its write in the batch.
    Raised {
        write: usize,
        event: Box<Event>,
    },
    /// What a source brought is stored.
    Polled(Box<Polled>),
    /// The ledger has said whose an effect is.
    Claimed(Box<Claiming>),
    /// A run was made again, or not: the place of its write in the batch, and who is told what it will do.
    Redriven {
        write: usize,
        run: RunId,
        number: u64,
        receipt: Vec<ReceiptLine>,
    },
    /// An order was carried out.
    Answer(u64, Box<Answer>),
    Tell(Box<Notice>),
}
