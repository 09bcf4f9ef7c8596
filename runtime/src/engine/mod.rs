//! The engine: a pure state machine. `machine.step(now, input)` yields commands; tokio, HTTP and the store are outside.
//!
//! One engine serves production, the sandbox and tests. They differ in the store, the clock and what answers the calls.
//!
//! To read: `machine` (one step), `batch` (what it writes), `routing` (an event becomes runs), `runs` (a run begins, waits, ends), `interpreter`,
//! `loops`, `standing` and `outcomes` (what it does next), `prepare` (a call), `waits` (when it is due), `places`, `calls`
//! and `tokens` (how it goes out), `answers` (what comes back), `attempts` and `retry` (what that means), `jobs` (results
//! that come later), `readback` (what the vendor is asked), `ledger` (whose an effect is), `account`, `circuit` and `parked`
//! (what calls share, and who waits for it), `orders`, `decisions` and `redrive` (what people order), `poison`, `enrich` (events that are read first), `schedules` (events that time
//! brings), `alerts` (events about runs), `sources`, `polls` and `pages` (events that are asked for), `paces` and `calm`
//! (runs that a gate lets wait), `resume` (after a restart). `tests` prove it point by point, `sim` over random histories.

mod account;
mod alerts;
mod answers;
mod attempts;
mod batch;
mod calls;
mod calm;
mod circuit;
mod coverage;
mod decisions;
mod enrich;
mod ids;
mod interpreter;
mod jobs;
mod ledger;
mod loops;
mod machine;
pub mod orders;
mod outcomes;
mod paces;
mod pages;
mod parked;
mod places;
mod poison;
mod polls;
mod prepare;
pub(crate) mod readback;
mod recent;
mod redact;
mod redrive;
mod restored;
mod resume;
mod retry;
mod routing;
mod runs;
mod schedules;
#[cfg(test)]
mod sim;
mod sources;
mod standing;
mod state;
mod states;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod tokens;
mod waits;

pub use coverage::reached;
pub use machine::{Limits, Machine};
pub use poison::{DEATHS_MAX, Notes};
pub(crate) use readback::LOOKED_UP;
pub use restored::Restored;

use std::sync::Arc;

use jiff::Timestamp;
use ondo_compiler::ir::Program;
use ondo_compiler::types::Name;
use ondo_compiler::value::Value;
use ondo_compiler::wire;

use crate::store::{self, Event, Record, Run, RunId, Version, Write, Written};

/// Something that happened outside.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "each value is moved a few times and never kept in numbers; a box would cost more than it saves"
)]
pub enum Input {
    /// A version of a bundle can be used. `active`: new events go to it, and no longer to an earlier one.
    Load {
        /// The version.
        version: Version,
        /// Compiled.
        program: Arc<Program>,
        /// By `AccountId`.
        accounts: Vec<ResolvedAccount>,
        /// Whether new events go to it.
        active: bool,
        /// What the store knows of earlier processes; empty after a reload.
        history: History,
    },
    /// A bundle is gone: it makes no new runs.
    Unload {
        /// Its name.
        bundle: String,
    },
    /// An event is stored (received or enriching).
    Event(Event),
    /// The answer to `LoadMore`: unfinished events, oldest first.
    More {
        /// At most as many as were asked for.
        events: Vec<Event>,
        /// There were no others in the store when it was read.
        all: bool,
    },
    /// Runs of an earlier process are being read: new events and orders wait until `Recovered`.
    Recovering,
    /// A run that had not ended when the process began, with its event and journal; or the answer to `LoadRun`.
    ///
    /// When the process begins: versions first (also those that are not active but have unfinished runs), then runs,
    /// oldest first, then events, then `Recovered`.
    Resume {
        /// The run.
        run: Run,
        /// Its event.
        event: Event,
        /// Its journal.
        journal: Vec<Record>,
    },
    /// All runs of earlier processes were given. Until now no schedule has started anything (its last run may have been
    /// among them), and no source was asked.
    Recovered,
    /// A batch is on disk, or the store failed.
    Committed {
        /// The number of the commit.
        commit: u64,
        /// What came of it.
        result: Result<Vec<Written>, store::Error>,
    },
    /// The answer to `LoadRun` when there is no such run.
    Gone(RunId),
    /// A call ended.
    Observed {
        /// The number of the call.
        call: u64,
        /// What was seen.
        observed: wire::Observed,
    },
    /// What was paused when the process began; given before any version.
    Pauses(Vec<store::Pause>),
    /// The store was restored from a backup: what its events bring about may have been brought about already. Given
    /// before any event.
    Restored(Restored),
    /// A person orders something. The answer is `Command::Answer`.
    Order(orders::Order),
    /// The moment of the last `WakeAt` has come.
    Wake,
    /// No new calls; finish those in flight.
    Drain,
}

/// What a rule did in earlier processes, as far as it matters to the next ones.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// The last time of each schedule that was carried out, by the identity of its events. What was due since was
    /// missed.
    scheduled: Vec<(String, Timestamp)>,
    /// By rule, when its last runs began (none: now): what `at most` counts.
    begun: Vec<(Name, Vec<Option<Timestamp>>)>,
    /// How far sources were asked.
    cursors: Vec<store::Cursor>,
}

impl History {
    /// How far sources were asked, and nothing else: what a version needs that a running process loads.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn of_sources(store: &dyn store::Store) -> Result<Self, store::Error> {
        Ok(Self {
            cursors: store.cursors()?,
            ..Self::default()
        })
    }

    /// Reads it.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn of(store: &dyn store::Store, program: &Program) -> Result<Self, store::Error> {
        let mut history = Self::of_sources(store)?;
        for rule in &program.rules {
            if rule.at_most.is_some() {
                let starts = paces::starts_of(store, program, rule)?;
                history.begun.push((rule.name.clone(), starts));
            }
            if let Some(identity) = schedules::identity_of(program, rule)
                && let Some(last) = store.last_key(&identity)?
                && let Ok(last) = last.parse()
            {
                history.scheduled.push((identity, last));
            }
        }
        Ok(history)
    }
}

/// Something to do outside.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "each value is moved a few times and never kept in numbers; a box would cost more than it saves"
)]
pub enum Command {
    /// Write these together, then say `Committed`.
    Commit {
        /// A number for the answer.
        commit: u64,
        /// What.
        writes: Vec<Write>,
    },
    /// Send a request, then say `Observed`.
    Send {
        /// A number for the answer.
        call: u64,
        /// What.
        request: wire::HttpRequest,
        /// The answer must be complete by then.
        timeout: jiff::SignedDuration,
        /// Unsafe calls get a connection of their own: a pooled one can die unseen.
        fresh_connection: bool,
        /// The account may call private addresses (it is self-hosted, or the sandbox).
        identity: Name,
    },
    /// Make a connection to the host of this address, send nothing, and say `Observed`: an answer if it could be made.
    Probe {
        /// A number for the answer.
        call: u64,
        /// The address.
        url: ondo_compiler::value::Secret,
        /// The account.
        identity: Name,
    },
    /// Say `Wake` at this moment. The newest one counts.
    WakeAt(Timestamp),
    /// Tell people.
    Tell(Notice),
    /// Read this run, its event and its journal, and say `Resume`: it waited long, and only its name was kept.
    LoadRun(RunId),
    /// Read this many of the oldest unfinished events and say `More`: there was no room for them when they came.
    LoadMore(usize),
    /// What came of an order, or why it was not carried out.
    Answer {
        /// The order's number.
        number: u64,
        /// What came of it.
        result: Result<orders::Answer, String>,
    },
    /// Everything in flight has ended after `Drain`.
    Drained,
    /// The store failed. Nothing more is done; the process must end with a failure and begin again.
    StoreFailed(store::Error),
}

/// Something worth a line in the log (and in the demo).
#[derive(Debug, Clone)]
pub enum Notice {
    /// A run was created.
    RunCreated(Run),
    /// An attempt ended; the record is on disk.
    Attempt(Record),
    /// A run reached this state.
    RunMoved(Run),
    /// A vendor cannot be reached, said once, or can be again.
    Reach {
        /// The account.
        account: Name,
        /// Its connector.
        connector: Name,
        /// Why not, without URL and secrets; none: it can be again.
        unreachable: Option<String>,
    },
    /// A source cannot be asked for its events, said once, or can be again.
    Source {
        /// The account.
        account: Name,
        /// Its connector.
        connector: Name,
        /// The event.
        event: Name,
        /// Why not, without secrets and personal data; none: it can be again.
        trouble: Option<String>,
    },
    /// An event led nowhere.
    EventDead {
        /// Which.
        event: store::EventId,
        /// Why.
        reason: String,
    },
}

/// An account with its settings resolved: `env` and `secret` replaced by values.
#[derive(Debug, Clone)]
pub struct ResolvedAccount {
    /// Its name in the bundle.
    pub name: Name,
    /// The connector.
    pub connector: Name,
    /// Connector, base URL, settings marked `identity`, names of its secrets: equal identity means one token, one budget.
    pub identity: Name,
    /// By name; secrets are `Value::Secret`.
    pub settings: Vec<(Name, Value)>,
}
