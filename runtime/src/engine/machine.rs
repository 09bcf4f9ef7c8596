//! The machine: what is in memory, and one step.
//!
//! ```text
//! event -> route -> run -> replay -> call due -> place at the account -> token -> [intent on disk] -> send
//!                    ^                                                                               |
//!                    +---------------- outcome on disk <------------------- observed <---------------+
//! ```
//!
//! INVARIANT: a call is let go only when all that its run has written is on disk, an unsafe one only when its intent is
//! too. Later writes of its run may still be on their way: what calls beside it came to, and that it no longer waits.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use ondo_compiler::ir::{Expr, Program};
use ondo_compiler::types::Name;
use ondo_compiler::value::Value;

use super::account::Account;
use super::calm::{Calm, CalmKey};
use super::enrich::Arrival;
use super::ids::Ids;
use super::orders::{Cancel, Order as PersonsOrder};
use super::paces::Pace;
use super::parked::Coming;
use super::poison::Poison;
use super::recent::Recent;
use super::schedules::Schedule;
use super::sources::{Source, SourceKey};
use super::state::{After, Bundle, Flight, Order, OrderKey, Outgoing, Phase, Slot, Timer, Work};
use super::{Command, Input, ResolvedAccount, Restored};
use crate::store::{self, Cursor, EventId, RunId, Version, Write};

/// After this, events are given again to a store that had no room.
pub(super) const STORE_AGAIN_AFTER: SignedDuration = SignedDuration::from_secs(1);

/// What the machine may keep in memory. What is beyond stays in the store and is asked for when there is room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Events under way and runs with their journal in memory.
    pub active_max: usize,
    /// Runs that are known by name: they wait for a moment, for another run, or for a person.
    pub runs_max: usize,
    /// Calls that stand in the queue of one account with all they need. Runs behind them are known by name.
    pub waiters_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            active_max: 10_000,
            runs_max: 1_000_000,
            waiters_max: 1_000,
        }
    }
}

/// The engine.
///
/// ```text
/// let commands = machine.step(now, Input::Event(event));   // Commit the routing
/// let commands = machine.step(now, committed);             // Send the first call
/// ```
#[derive(Debug)]
pub struct Machine {
    pub(super) limits: Limits,
    pub(super) ids: Ids,
    pub(super) now: Timestamp,
    pub(super) bundles: HashMap<(String, Version), Arc<Bundle>>,
    pub(super) active: HashMap<String, Version>,
    pub(super) accounts: HashMap<Name, Account>,
    pub(super) runs: HashMap<RunId, Slot>,
    pub(super) orders: HashMap<OrderKey, Order>,
    /// By the run that holds an effect: who waits for it.
    pub(super) effect_waiters: HashMap<RunId, BTreeSet<RunId>>,
    /// When the store was restored, if it was.
    pub(super) restored: Option<Restored>,
    /// What a person has stopped, and what is said of it.
    pub(super) paused: HashMap<store::Paused, String>,
    pub(super) arrivals: HashMap<EventId, Arrival>,
    pub(super) recent: Recent,
    pub(super) calls: HashMap<u64, Flight>,
    pub(super) timers: BTreeSet<(Timestamp, Timer)>,
    pub(super) work: VecDeque<Work>,
    pub(super) commands: Vec<Command>,
    pub(super) calm: HashMap<CalmKey, Calm>,
    pub(super) paces: HashMap<(String, Name), Pace>,
    pub(super) schedules: BTreeMap<(String, Name), Schedule>,
    /// Events of the engine's own that are not in the store yet.
    pub(super) unstored: Vec<store::Event>,
    /// What is asked for events, while somebody listens.
    pub(super) sources: BTreeMap<SourceKey, Source>,
    /// How far each source was asked, as it is on disk.
    pub(super) cursors: HashMap<SourceKey, Cursor>,
    /// Sources are asked at all.
    pub(super) asks: bool,
    /// Schedules may start something, and sources may be asked.
    pub(super) recovered: bool,
    pub(super) draining: bool,
    /// Runs whose body is in memory, or was asked for.
    pub(super) bodies: usize,
    /// Runs that could go on, if there were room for their bodies.
    pub(super) to_load: VecDeque<RunId>,
    /// How many runs of a version have not ended, here or by name.
    pub(super) used: HashMap<(String, Version), usize>,
    /// Runs that come back from where they waited by name.
    pub(super) coming: HashMap<RunId, Coming>,
    /// Who cancelled a run that was away, until it is here.
    pub(super) cancels: HashMap<RunId, Cancel>,
    /// Runs of an earlier process are being read.
    pub(super) recovering: bool,
    /// What people ordered meanwhile.
    held_orders: Vec<PersonsOrder>,
    pub(super) writes: Vec<Write>,
    pub(super) afters: Vec<After>,
    /// Runs with a write in this step's batch, in the order of their ids.
    pub(super) touched: BTreeSet<RunId>,
    pub(super) commits: BTreeMap<u64, Vec<After>>,
    last_number: u64,
    pub(super) wake_at: Option<Timestamp>,
    backlog: Backlog,
    pub(super) drained: bool,
    stopped: bool,
    pub(super) poison: Poison,
}

/// Events that stayed in the store because there was no room.
#[derive(Debug, Default)]
struct Backlog {
    /// Until all have come, new events stay there too, so that none overtakes an older one.
    some: bool,
    /// `LoadMore` is under way.
    asked: bool,
    /// An event was left in the store after `LoadMore` was asked.
    missed: bool,
    /// Events that ended meanwhile: the store's answer may still hold them.
    ended: HashSet<EventId>,
}

impl Machine {
    /// A machine that knows nothing yet. `seed` decides run ids and jitter.
    pub fn new(seed: u64, limits: Limits) -> Self {
        Self {
            limits,
            ids: Ids::new(seed),
            now: Timestamp::UNIX_EPOCH,
            bundles: HashMap::new(),
            active: HashMap::new(),
            accounts: HashMap::new(),
            runs: HashMap::new(),
            orders: HashMap::new(),
            effect_waiters: HashMap::new(),
            restored: None,
            paused: HashMap::new(),
            arrivals: HashMap::new(),
            recent: Recent::default(),
            calls: HashMap::new(),
            timers: BTreeSet::new(),
            work: VecDeque::new(),
            commands: Vec::new(),
            calm: HashMap::new(),
            paces: HashMap::new(),
            schedules: BTreeMap::new(),
            unstored: Vec::new(),
            sources: BTreeMap::new(),
            cursors: HashMap::new(),
            asks: true,
            recovered: false,
            draining: false,
            bodies: 0,
            to_load: VecDeque::new(),
            used: HashMap::new(),
            coming: HashMap::new(),
            cancels: HashMap::new(),
            recovering: false,
            held_orders: Vec::new(),
            writes: Vec::new(),
            afters: Vec::new(),
            touched: BTreeSet::new(),
            commits: BTreeMap::new(),
            last_number: 0,
            wake_at: None,
            backlog: Backlog::default(),
            drained: false,
            stopped: false,
            poison: Poison::default(),
        }
    }

    /// Takes note of what happened and says what to do. The commands are to be carried out in their order.
    pub fn step(&mut self, now: Timestamp, input: Input) -> Vec<Command> {
        if self.stopped {
            return Vec::new();
        }
        // The store keeps microseconds: a finer moment would differ after a restart.
        let before = self.now;
        self.now = Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now);
        if self.now < before {
            self.clock_was_set_back();
        }
        match input {
            Input::Load {
                version,
                program,
                accounts,
                active,
                history,
            } => {
                if active {
                    self.set_schedules(&program, &history);
                    self.set_paces(&program.bundle, &history.begun);
                    self.know_cursors(&history.cursors);
                }
                self.load(version, program, accounts, active);
                if active {
                    self.set_polls();
                }
            }
            Input::Unload { bundle } => {
                self.active.remove(&bundle);
                self.end_schedules(&bundle);
                self.set_polls();
            }
            Input::Event(event) => self.take_in(event),
            Input::More { events, all } => self.more(events, all),
            Input::Resume {
                run,
                event,
                journal,
            } => self.resume(run, event, journal),
            Input::Committed { commit, result } => match result {
                Ok(written) => self.committed(commit, &written),
                Err(store::Error::Busy | store::Error::Full) => self.not_stored(commit),
                Err(error) => {
                    self.stopped = true;
                    return vec![Command::StoreFailed(error)];
                }
            },
            Input::Gone(id) => self.gone(&id),
            Input::Recovering => self.recovering = true,
            Input::Observed { call, observed } => self.observed(call, &observed),
            Input::Recovered => {
                self.recovering = false;
                self.begin_schedules();
                self.begin_polls();
                for order in std::mem::take(&mut self.held_orders) {
                    self.order(order);
                }
            }
            Input::Order(order) if self.recovering => self.held_orders.push(order),
            Input::Order(order) => self.order(order),
            Input::Pauses(pauses) => self.know_pauses(pauses),
            Input::Restored(restored) => self.restored = Some(restored),
            Input::Wake => self.wake_at = None,
            Input::Drain => self.draining = true,
        }
        self.fire_timers();
        self.do_work();
        self.load_runs();
        self.ask_for_more();
        self.flush();
        self.rests();
        std::mem::take(&mut self.commands)
    }

    fn load(
        &mut self,
        version: Version,
        program: Arc<Program>,
        mut accounts: Vec<ResolvedAccount>,
        active: bool,
    ) {
        for account in &mut accounts {
            // Amounts without a currency have the account's, else the bundle's.
            if let Some(currency) = &program.currency
                && !account
                    .settings
                    .iter()
                    .any(|(name, value)| &**name == "currency" && !value.is_null())
            {
                account
                    .settings
                    .push(("currency".into(), Value::Text(currency.clone())));
            }
            let Some(connector) = program.catalog.connectors.get(&account.connector) else {
                continue;
            };
            match self.accounts.get_mut(&account.identity) {
                Some(known) => known.set_limits(&connector.limits),
                None => {
                    let fresh = Account::new(&connector.limits);
                    self.accounts.insert(account.identity.clone(), fresh);
                }
            }
        }
        let name = program.bundle.to_string();
        let uses_step_time = program
            .exprs
            .nodes
            .iter()
            .any(|expr| matches!(expr, Expr::StepTime));
        let bundle = Arc::new(Bundle {
            program,
            accounts,
            uses_step_time,
        });
        if active {
            self.active.insert(name.clone(), version.clone());
        }
        self.bundles.insert((name.clone(), version.clone()), bundle);
        if !self.paused.is_empty() {
            self.hold_accounts();
        }
        let mut waiting: Vec<RunId> = self
            .runs
            .values()
            .filter(|slot| matches!(slot.phase, Phase::NoVersion))
            .filter(|slot| slot.run.bundle == name && slot.run.version == version)
            .map(|slot| slot.run.id.clone())
            .collect();
        waiting.sort();
        self.work.extend(waiting.into_iter().map(Work::Advance));
    }

    /// A new event: now, or when there is room.
    pub(super) fn take_in(&mut self, event: store::Event) {
        if self.backlog.some || !self.has_room() {
            self.backlog.some = true;
            self.backlog.missed = true;
        } else {
            self.arrive(event);
        }
    }

    /// Whether events that are asked for now could be worked on. Those that come by themselves go first.
    pub(super) fn takes_events(&self) -> bool {
        !self.backlog.some && self.has_room()
    }

    /// Whether another event may come into memory.
    fn has_room(&self) -> bool {
        !self.recovering
            && self.to_load.is_empty()
            && self.bodies + self.arrivals.len() < self.limits.active_max
            && self.runs.len() < self.limits.runs_max
    }

    fn more(&mut self, events: Vec<store::Event>, all: bool) {
        let ended = std::mem::take(&mut self.backlog.ended);
        self.backlog.asked = false;
        let all = all || events.is_empty();
        for event in events {
            if !ended.contains(&event.id) {
                self.arrive(event);
            }
        }
        self.backlog.some = !all || self.backlog.missed;
    }

    /// Asks for the runs that can go on: those that began go before new events, and as many as there is room for.
    fn load_runs(&mut self) {
        while self.bodies < self.limits.active_max
            && let Some(id) = self.to_load.pop_front()
        {
            // One that was away makes room for itself when it is here.
            self.bodies += usize::from(self.runs.contains_key(&id));
            self.commands.push(Command::LoadRun(id));
        }
    }

    fn ask_for_more(&mut self) {
        let active = self.bodies + self.arrivals.len();
        let wanted = self.backlog.some
            && !self.backlog.asked
            && !self.draining
            && !self.recovering
            && self.to_load.is_empty();
        if wanted && active <= self.limits.active_max / 2 && self.runs.len() < self.limits.runs_max
        {
            self.backlog.asked = true;
            self.backlog.missed = false;
            // Those under way are unfinished in the store too and must not fill the answer.
            let room = self.limits.active_max - active;
            self.commands
                .push(Command::LoadMore(room + self.arrivals.len()));
        }
    }

    /// An event needs nothing more.
    pub(super) fn arrival_ended(&mut self, id: &EventId) {
        self.arrivals.remove(id);
        self.recent.add(id.clone());
        if self.backlog.asked {
            self.backlog.ended.insert(id.clone());
        }
    }

    fn fire_timers(&mut self) {
        while let Some((at, _)) = self.timers.first()
            && *at <= self.now
        {
            let Some((_, timer)) = self.timers.pop_first() else {
                return;
            };
            self.work.push_back(match timer {
                Timer::Run(run) => Work::Advance(run),
                Timer::Event(event) => Work::Event(event),
                Timer::Account(identity) => Work::Pump(identity),
                Timer::Schedule(bundle, rule) => Work::Schedule(bundle, rule),
                Timer::Poll(source) => Work::Poll(source),
                Timer::Unstored => Work::StoreAgain,
            });
        }
    }

    fn do_work(&mut self) {
        while let Some(work) = self.work.pop_front() {
            match work {
                Work::Advance(run) => self.advance(&run),
                Work::Event(event) => self.go_on_with_event(&event),
                Work::Pump(identity) => self.pump(&identity),
                Work::Schedule(bundle, rule) => self.schedule_due(bundle, rule),
                Work::Poll(source) => self.poll_due(&source),
                Work::StoreAgain => self.store_again(),
            }
        }
    }

    /// The next number for a call or commit.
    pub(super) fn number(&mut self) -> u64 {
        self.last_number += 1;
        self.last_number
    }

    /// Sends a request.
    pub(super) fn send(&mut self, outgoing: Outgoing) {
        let call = self.number();
        self.commands.push(Command::Send {
            call,
            request: outgoing.request,
            timeout: outgoing.timeout,
            fresh_connection: outgoing.fresh_connection,
            identity: outgoing.flight.identity.clone(),
        });
        self.calls.insert(call, outgoing.flight);
    }
}
