//! A seed decides when the vendor has news, what it answers, which batches reach the disk and when the process dies.
//! In the end every event of the vendor is stored once, in its order, with one run.

use super::super::super::ids::Ids;
use super::super::super::testing::{self, load, not_sent, timeout};
use super::*;
use crate::engine::{Command, History, Input, Limits, Machine};
use crate::store::{self, EventId, Memory, Write};

/// Seeds of an ordinary test run.
const SEEDS: u64 = 60;

struct World {
    program: Arc<Program>,
    hall: Hall,
    store: Memory,
    machine: Machine,
    now: jiff::Timestamp,
    wake: Option<jiff::Timestamp>,
    calls: Vec<(u64, Sent)>,
    commits: Vec<(u64, Vec<Write>)>,
    chance: Ids,
    /// What has happened at least once.
    crashes: u32,
    busy: u32,
}

impl World {
    fn new(seed: u64, program: &Arc<Program>) -> Self {
        let mut world = Self {
            program: Arc::clone(program),
            hall: Hall::default(),
            store: Memory::new(),
            machine: Machine::new(0, Limits::default()),
            now: testing::start(),
            wake: None,
            calls: Vec::new(),
            commits: Vec::new(),
            chance: Ids::new(seed),
            crashes: 0,
            busy: 0,
        };
        world.begin();
        world
    }

    fn pick(&mut self, below: u64) -> u64 {
        self.chance.next_u64() % below
    }

    fn begin(&mut self) {
        self.machine = Machine::new(self.chance.next_u64(), Limits::default());
        self.wake = None;
        let mut input = load(&self.program, "v1", true);
        if let Input::Load { history, .. } = &mut input {
            *history = History::of(&self.store, &self.program).unwrap();
        }
        self.step(input);
        for id in self.store.unfinished_runs(None, usize::MAX).unwrap() {
            self.step(testing::resume(&self.store, &id));
        }
        for EventId(id) in self.store.unfinished_events(10_000).unwrap() {
            let event = self.store.event(&EventId(id)).unwrap().unwrap();
            self.step(Input::Event(event));
        }
        self.step(Input::Recovered);
    }

    fn step(&mut self, input: Input) {
        for command in self.machine.step(self.now, input) {
            match command {
                Command::Commit { commit, writes } => self.commits.push((commit, writes)),
                Command::Send { call, request, .. } => {
                    self.calls.push((call, Sent::of(self.now, &request, false)));
                }
                Command::WakeAt(at) => self.wake = Some(at),
                Command::Probe { call, .. } => self.step(Input::Observed {
                    call,
                    observed: testing::answer(200, ""),
                }),
                Command::LoadRun(id) => {
                    let input = testing::resume(&self.store, &id);
                    self.step(input);
                }
                Command::Tell(_)
                | Command::Answer { .. }
                | Command::Drained
                | Command::LoadMore(_) => {}
                Command::StoreFailed(error) => panic!("{error}"),
            }
        }
    }

    fn something_happens(&mut self, troubled: bool) {
        match self.pick(10) {
            0 | 1 if troubled => {
                let id = self.hall.orders.len() as i64 + 1;
                self.hall.orders.push(id);
                self.hall.call(&format!("h{id}"), "call", id);
            }
            2..=4 if !self.calls.is_empty() => {
                let at = self.pick(self.calls.len() as u64) as usize;
                let (call, sent) = self.calls.swap_remove(at);
                let observed = match self.pick(8) {
                    0 if troubled => not_sent(),
                    1 if troubled => timeout(),
                    2 if troubled => answer(500, "{}"),
                    _ => self.hall.answers(&sent),
                };
                self.step(Input::Observed { call, observed });
            }
            5..=7 if !self.commits.is_empty() => {
                let (commit, writes) = self.commits.remove(0);
                let may_wait = writes
                    .iter()
                    .all(|write| matches!(write, Write::Poll { .. }));
                let result = if troubled && may_wait && self.pick(6) == 0 {
                    self.busy += 1;
                    Err(store::Error::Busy)
                } else {
                    testing::commit(&self.store, writes)
                };
                self.step(Input::Committed { commit, result });
            }
            8 if troubled && self.pick(4) == 0 => {
                // Some of the batches reach the disk without anybody hearing of it.
                self.crashes += 1;
                let kept = self.pick(self.commits.len() as u64 + 1) as usize;
                for (_, writes) in std::mem::take(&mut self.commits).into_iter().take(kept) {
                    testing::commit(&self.store, writes).unwrap();
                }
                self.calls.clear();
                let pause = self.pick(30) as i32;
                self.now += SECOND * pause;
                self.begin();
            }
            _ => {
                self.now += SECOND;
                if self.wake.is_some_and(|at| at <= self.now) {
                    self.wake = None;
                    self.step(Input::Wake);
                }
            }
        }
    }

    /// All that the vendor has is here, and nothing is under way.
    fn is_quiet(&self) -> bool {
        self.commits.is_empty()
            && self.store.events(10_000).unwrap().len() >= self.hall.orders.len()
            && self.store.unfinished_events(10_000).unwrap().is_empty()
            && self
                .store
                .unfinished_runs(None, usize::MAX)
                .unwrap()
                .is_empty()
    }

    fn check(&self, wanted: &[String], seed: u64) {
        let mut events = self.store.events(10_000).unwrap();
        events.reverse();
        let keys: Vec<String> = events
            .iter()
            .filter_map(|event| event.key.clone())
            .collect();
        assert_eq!(keys, wanted, "seed {seed}");
        for event in &events {
            let runs = self.store.runs_of(&event.id).unwrap();
            assert_eq!(runs.len(), 1, "seed {seed}: {event:?}");
            assert!(runs[0].state.is_ended(), "seed {seed}: {runs:?}");
        }
    }
}

/// Plays every seed over a source; `key` makes the key of the vendor's event with this number.
fn play(rules: &str, key: impl Fn(i64) -> String) {
    let program = program(rules);
    let (mut crashes, mut busy, mut events) = (0, 0, 0);
    for seed in 0..SEEDS {
        let mut world = World::new(seed, &program);
        for _ in 0..300 {
            world.something_happens(true);
        }
        for step in 0..20_000 {
            world.something_happens(false);
            if step % 100 == 0 && world.is_quiet() {
                break;
            }
        }
        let wanted: Vec<String> = world.hall.orders.iter().map(|id| key(*id)).collect();
        world.check(&wanted, seed);
        crashes += world.crashes;
        busy += world.busy;
        events += wanted.len();
    }
    assert!(
        crashes > 100 && busy > 20 && events > 1_000,
        "{crashes} crashes, {busy} refusals, {events} events are too few to prove anything"
    );
}

#[test]
fn a_queue_with_a_cursor_loses_and_doubles_nothing() {
    play(CALLS, |id| format!("h{id} {id}"));
}

#[test]
fn a_history_with_pages_loses_and_doubles_nothing() {
    let rules = r#"rule changes: on hall.change do hall.note(mark: "{id}")"#;
    play(rules, |id| format!("change {id}"));
}

#[test]
fn a_list_with_numbered_pages_loses_and_doubles_nothing() {
    let rules = r#"rule orders: on hall.order poll every 5s do hall.note(mark: "{id}")"#;
    play(rules, |id| id.to_string());
}
