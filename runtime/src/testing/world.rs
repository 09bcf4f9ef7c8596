//! The engine in a world of its own: a store in memory, vendors in this process, a clock that is moved by hand.
//!
//! Nothing sleeps. Time goes on to the next moment for which the engine asked, or at which a silent call is given up.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ondo_compiler::ir::Program;
use ondo_compiler::wire::Observed;

use crate::engine::{Command, History, Input, Limits, Machine, ResolvedAccount};
use crate::sandbox::{ADDRESS, InProcess};
use crate::settings;
use crate::store::{Event, Memory, Run, RunState, Store, Version, Write, Written};

/// How often time may go on in one test before it is given up. Enough for a year of hours; a rule that acts every second
/// would make a test of a year run for a day.
const MOMENTS_MAX: usize = 10_000;

/// The world of one test.
pub(super) struct World {
    pub(super) program: Arc<Program>,
    /// By `AccountId`, as the engine has them.
    pub(super) accounts: Vec<ResolvedAccount>,
    pub(super) store: Memory,
    pub(super) vendors: InProcess,
    pub(super) now: Timestamp,
    /// How often time has gone on.
    moments: usize,
    machine: Machine,
    inputs: VecDeque<Input>,
    wake: Option<Timestamp>,
    /// Calls that nobody answers, with the moment at which they are given up.
    silent: Vec<(Timestamp, u64)>,
}

impl World {
    pub(super) fn new(
        program: Arc<Program>,
        accounts: Vec<ResolvedAccount>,
        version: &Version,
        now: Timestamp,
    ) -> Self {
        let played = accounts
            .iter()
            .map(|account| settings::in_zone_of(account, &program));
        let vendors = InProcess::new(Arc::clone(&program.catalog), played.collect());
        let mut accounts = accounts;
        for account in &mut accounts {
            if let Some(connector) = program.catalog.connectors.get(&account.connector) {
                settings::set_base_url(account, connector, ADDRESS);
            }
        }
        let load = Input::Load {
            version: version.clone(),
            program: Arc::clone(&program),
            accounts: accounts.clone(),
            active: true,
            history: History::default(),
        };
        Self {
            program,
            accounts,
            store: Memory::new(),
            vendors,
            now,
            moments: 0,
            machine: Machine::new(0, Limits::default()).without_polls(),
            inputs: VecDeque::from([load, Input::Recovered]),
            wake: None,
            silent: Vec::new(),
        }
    }

    /// An event comes in; what can be done at once is done. One whose key is known is a repetition, and nobody hears of it.
    pub(super) fn receive(&mut self, event: Event) -> Result<(), String> {
        let written = commit(&self.store, vec![Write::Ingest(event.clone())])?;
        if !matches!(written.as_slice(), [Written::Duplicate(_)]) {
            self.inputs.push_back(Input::Event(event));
        }
        self.work()
    }

    /// Time goes on to this moment.
    pub(super) fn go_on_to(&mut self, moment: Timestamp) -> Result<(), String> {
        self.go_on(Some(moment))?;
        self.now = self.now.max(moment);
        Ok(())
    }

    /// Time goes on until nothing is left to do.
    pub(super) fn settle(&mut self) -> Result<(), String> {
        self.go_on(None)
    }

    /// Every event, also those that schedules made, oldest first.
    pub(super) fn events(&self) -> Result<Vec<Event>, String> {
        let events = self.store.events(usize::MAX);
        let mut events = events.map_err(|error| error.to_string())?;
        events.reverse();
        Ok(events)
    }

    /// The runs, oldest first.
    pub(super) fn runs_of(&self, event: &Event) -> Result<Vec<Run>, String> {
        self.store
            .runs_of(&event.id)
            .map_err(|error| error.to_string())
    }

    fn go_on(&mut self, until: Option<Timestamp>) -> Result<(), String> {
        loop {
            self.work()?;
            if until.is_none() && self.is_quiet()? {
                return Ok(());
            }
            let given_up = self.silent.iter().map(|(at, _)| *at).min();
            let Some(next) = self.wake.into_iter().chain(given_up).min() else {
                return Ok(());
            };
            if until.is_some_and(|until| next > until) {
                return Ok(());
            }
            if self.moments == MOMENTS_MAX {
                return Err(self.given_up(until)?);
            }
            self.moments += 1;
            self.now = self.now.max(next);
            if let Some(index) = self.silent.iter().position(|(at, _)| *at <= self.now) {
                let (_, call) = self.silent.remove(index);
                let reason = "timeout".to_owned();
                let observed = Observed::NoAnswer { reason };
                self.inputs.push_back(Input::Observed { call, observed });
            } else {
                self.wake = None;
                self.inputs.push_back(Input::Wake);
            }
        }
    }

    /// What is said of a test that would go on and on.
    fn given_up(&self, until: Option<Timestamp>) -> Result<String, String> {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for event in &self.events()? {
            for run in self.runs_of(event)? {
                *counts.entry(run.rule).or_default() += 1;
            }
        }
        let zone = TimeZone::get(&self.program.timezone).unwrap_or(TimeZone::UTC);
        let at = self.now.to_zoned(zone).strftime("%Y-%m-%d %H:%M:%S");
        let wanted = match until {
            Some(_) => "the moment of this line had not come",
            None => "something was still to be done",
        };
        let most = counts.into_iter().max_by_key(|(_, count)| *count);
        let most = most.map_or_else(String::new, |(rule, count)| {
            format!("; `{rule}` alone ran {count} times")
        });
        Ok(format!(
            "the test was given up at {at}: the clock had gone on {MOMENTS_MAX} times, and {wanted}{most}. \
             Let less time pass, or make the pause of the rule longer"
        ))
    }

    /// Whether only a person or another event could change anything.
    fn is_quiet(&self) -> Result<bool, String> {
        let read = || {
            let mut runs = self.store.unfinished_runs(None, usize::MAX)?.into_iter();
            let waits = runs.any(|id| {
                let run = self.store.run(&id).ok().flatten();
                run.is_some_and(|run| run.state != RunState::InDoubt)
            });
            Ok(!waits && self.store.unfinished_events(1)?.is_empty() && self.silent.is_empty())
        };
        read().map_err(|error: crate::store::Error| error.to_string())
    }

    fn work(&mut self) -> Result<(), String> {
        while let Some(input) = self.inputs.pop_front() {
            for command in self.machine.step(self.now, input) {
                self.carry_out(command)?;
            }
        }
        Ok(())
    }

    fn carry_out(&mut self, command: Command) -> Result<(), String> {
        match command {
            Command::Commit {
                commit: number,
                writes,
            } => {
                let written = commit(&self.store, writes)?;
                self.inputs.push_back(Input::Committed {
                    commit: number,
                    result: Ok(written),
                });
            }
            Command::Send {
                call,
                request,
                timeout,
                identity,
                ..
            } => match self.vendors.answer(self.now, &identity, &request) {
                Some(observed) => self.inputs.push_back(Input::Observed { call, observed }),
                None => self.silent.push((self.later(timeout), call)),
            },
            Command::Probe { call, .. } => self.inputs.push_back(Input::Observed {
                call,
                observed: reached(),
            }),
            Command::WakeAt(at) => self.wake = Some(at),
            Command::Tell(_) | Command::Answer { .. } | Command::Drained => {}
            Command::LoadRun(id) => {
                let read = || {
                    let Some(run) = self.store.run(&id)? else {
                        return Ok(None);
                    };
                    let event = self.store.event(&run.event)?;
                    let journal = self.store.journal(&id)?;
                    Ok(event.map(|event| Input::Resume {
                        run,
                        event,
                        journal,
                    }))
                };
                let input = read().map_err(|error: crate::store::Error| error.to_string())?;
                self.inputs.extend(input);
            }
            Command::LoadMore(count) => {
                let read = || {
                    let ids = self.store.unfinished_events(count.saturating_add(1))?;
                    let all = ids.len() <= count;
                    let mut events = Vec::new();
                    for id in ids.into_iter().take(count) {
                        events.extend(self.store.event(&id)?);
                    }
                    Ok(Input::More { events, all })
                };
                let input = read().map_err(|error: crate::store::Error| error.to_string())?;
                self.inputs.push_back(input);
            }
            Command::StoreFailed(error) => return Err(error.to_string()),
        }
        Ok(())
    }

    fn later(&self, length: SignedDuration) -> Timestamp {
        self.now.checked_add(length).unwrap_or(Timestamp::MAX)
    }
}

/// The store in memory has written when `commit` returns.
fn commit(store: &Memory, writes: Vec<Write>) -> Result<Vec<Written>, String> {
    let result = Arc::new(Mutex::new(None));
    let place = Arc::clone(&result);
    store.commit(
        writes,
        Box::new(move |written| {
            if let Ok(mut place) = place.lock() {
                *place = Some(written);
            }
        }),
    );
    let written = result.lock().ok().and_then(|mut result| result.take());
    match written {
        Some(Ok(written)) => Ok(written),
        Some(Err(error)) => Err(error.to_string()),
        None => Err("the store in memory did not answer".to_owned()),
    }
}

/// What a bare connection comes to here: every vendor is played.
fn reached() -> Observed {
    Observed::Answer(ondo_compiler::wire::HttpAnswer {
        status: 200,
        headers: Vec::new(),
        body: Vec::new(),
        complete: true,
    })
}
