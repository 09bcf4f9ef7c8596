//! The world around the machine: a disk that is late, a vendor that fails, a process that dies.

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};
use ondo_compiler::wire::{HttpAnswer, Observed};

use super::programs::program;
use crate::engine::ids::Ids;
use crate::engine::testing::{self, Sent};
use crate::engine::{Command, Input, Limits, Machine};
use crate::store::{Event, Memory, RunId, Store, Write};

/// What the vendor does with a request, and what is seen of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Not answered yet.
    Open,
    /// The connection was refused.
    NotSent,
    /// Done, answered 200.
    Done,
    /// Done, the answer was cut off.
    Truncated,
    /// Done or not; no answer.
    Silent { applied: bool },
    /// Done or not; answered 500.
    Broken { applied: bool },
    /// Not done: 400.
    Refused,
    /// Not done: 401.
    Unauthorised,
    /// Not done: 429.
    Limited,
    /// The process died before it heard; done or not.
    Orphan { applied: bool },
}

/// A request that went out.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) at: Timestamp,
    pub(super) mark: String,
    pub(super) action: String,
    pub(super) body: String,
    pub(super) fate: Fate,
}

/// How often something happened.
#[derive(Debug, Default, Clone)]
pub(super) struct Seen {
    counts: BTreeMap<&'static str, u32>,
}

impl Seen {
    pub(super) fn note(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    pub(super) fn add(&mut self, other: &Seen) {
        for (what, count) in &other.counts {
            *self.counts.entry(what).or_default() += count;
        }
    }

    pub(super) fn counts(&self) -> impl Iterator<Item = (&'static str, u32)> {
        const ALL: [&str; 13] = [
            "crash",
            "lost batch",
            "drain",
            "new version",
            "load run",
            "load more",
            "in doubt",
            "queued",
            "expired",
            "dead",
            "duplicate",
            "late effect",
            "token",
        ];
        ALL.into_iter()
            .map(|what| (what, self.counts.get(what).copied().unwrap_or(0)))
    }
}

/// Everything.
pub(super) struct World {
    pub(super) store: Memory,
    pub(super) requests: Vec<Request>,
    /// Numbers of the requests with this mark.
    pub(super) by_mark: BTreeMap<String, Vec<usize>>,
    /// How often what a mark stands for was done.
    pub(super) effects: BTreeMap<String, u32>,
    pub(super) events: Vec<Event>,
    pub(super) seen: Seen,
    pub(super) now: Timestamp,
    chance: Ids,
    machine: Machine,
    wake: Option<Timestamp>,
    commits: VecDeque<(u64, Vec<Write>)>,
    /// Number of the call, number of the request; none for a token exchange.
    calls: Vec<(u64, Option<usize>)>,
    arrived: VecDeque<Event>,
    runs_wanted: VecDeque<RunId>,
    events_wanted: Option<usize>,
    /// Effects of requests whose sender is dead, still to come.
    late: Vec<String>,
    to_come: VecDeque<Event>,
    active: &'static str,
    drained: bool,
    faults: bool,
}

impl World {
    pub(super) fn new(seed: u64) -> Self {
        let mut chance = Ids::new(seed);
        let count = 3 + chance.next_u64() % 8;
        let to_come = (0..count)
            .map(|number| {
                let group = ["a", "b", "c"][(chance.next_u64() % 3) as usize];
                testing::event(number as usize, group)
            })
            .collect();
        let mut world = Self {
            store: Memory::new(),
            requests: Vec::new(),
            by_mark: BTreeMap::new(),
            effects: BTreeMap::new(),
            events: Vec::new(),
            seen: Seen::default(),
            now: testing::start(),
            machine: Machine::new(0, Limits::default()),
            chance,
            wake: None,
            commits: VecDeque::new(),
            calls: Vec::new(),
            arrived: VecDeque::new(),
            runs_wanted: VecDeque::new(),
            events_wanted: None,
            late: Vec::new(),
            to_come,
            active: "v1",
            drained: false,
            faults: true,
        };
        world.begin();
        world
    }

    /// A number below `below`.
    fn pick(&mut self, below: u64) -> u64 {
        self.chance.next_u64() % below
    }

    fn percent(&mut self, chance: u64) -> bool {
        self.pick(100) < chance
    }

    /// The whole history: trouble first, then none, then a restart that must change nothing.
    pub(super) fn run(&mut self) {
        for _ in 0..300 {
            self.something_happens();
        }
        self.faults = false;
        self.calm_down();
        self.check_end();
        let requests = self.requests.len();
        self.crash();
        self.calm_down();
        assert_eq!(
            self.requests.len(),
            requests,
            "a restart sent something again"
        );
        self.check_end();
        let seen = self.states_seen();
        self.seen.add(&seen);
    }

    /// What went out, for comparing histories.
    pub(super) fn history(&self) -> Vec<String> {
        self.requests
            .iter()
            .map(|request| format!("{} {} {:?}", request.at, request.mark, request.fate))
            .collect()
    }

    fn something_happens(&mut self) {
        match self.pick(100) {
            0..=9 => self.ingest(),
            10..=19 => self.hand_over(),
            20..=49 => self.flush(),
            50..=69 => self.vendor_answers(),
            70..=77 => self.read(),
            78..=93 => self.time_passes(),
            94..=95 => self.late_effect(),
            96 => self.new_version(),
            97 => self.drain(),
            _ => self.crash(),
        }
    }

    fn calm_down(&mut self) {
        for _ in 0..20_000 {
            let busy = !(self.to_come.is_empty()
                && self.arrived.is_empty()
                && self.commits.is_empty()
                && self.calls.is_empty()
                && self.late.is_empty()
                && self.runs_wanted.is_empty()
                && self.events_wanted.is_none());
            match (busy, self.wake) {
                (true, _) => {
                    self.ingest();
                    self.hand_over();
                    self.flush();
                    self.vendor_answers();
                    self.read();
                    self.late_effect();
                }
                (false, Some(at)) => {
                    self.now = self.now.max(at);
                    self.wake = None;
                    self.step(Input::Wake);
                }
                (false, None) => return,
            }
        }
        panic!("it never becomes quiet");
    }

    fn step(&mut self, input: Input) {
        for command in self.machine.step(self.now, input) {
            match command {
                Command::Commit { commit, writes } => self.commits.push_back((commit, writes)),
                Command::Send {
                    call,
                    request,
                    fresh_connection,
                    ..
                } => {
                    let sent = Sent::of(self.now, &request, fresh_connection);
                    self.sent(call, sent);
                }
                Command::WakeAt(at) => self.wake = Some(at),
                Command::Tell(_) => {}
                Command::LoadRun(id) => {
                    self.seen.note("load run");
                    self.runs_wanted.push_back(id);
                }
                Command::LoadMore(count) => {
                    self.seen.note("load more");
                    assert!(self.events_wanted.replace(count).is_none(), "asked twice");
                }
                Command::Drained => self.drained = true,
                Command::StoreFailed(error) => panic!("{error}"),
            }
        }
    }

    fn sent(&mut self, call: u64, sent: Sent) {
        if sent.action == "token" {
            self.seen.note("token");
            self.calls.push((call, None));
            return;
        }
        let mark = mark_of(&sent);
        let number = self.requests.len();
        let request = Request {
            at: sent.at,
            mark: mark.clone(),
            action: sent.action,
            body: sent.body,
            fate: Fate::Open,
        };
        self.check_request(&request);
        self.requests.push(request);
        self.by_mark.entry(mark).or_default().push(number);
        self.calls.push((call, Some(number)));
    }

    fn ingest(&mut self) {
        let Some(mut event) = self.to_come.pop_front() else {
            return;
        };
        event.at = self.now;
        testing::commit(&self.store, vec![Write::Ingest(event.clone())]).unwrap();
        self.events.push(event.clone());
        self.arrived.push_back(event);
    }

    fn hand_over(&mut self) {
        if let Some(event) = self.arrived.pop_front() {
            self.step(Input::Event(event));
        }
    }

    /// The oldest batch reaches the disk.
    fn flush(&mut self) {
        if let Some((commit, writes)) = self.commits.pop_front() {
            let result = testing::commit(&self.store, writes);
            assert!(result.is_ok(), "{result:?}");
            self.step(Input::Committed { commit, result });
        }
    }

    fn read(&mut self) {
        if let Some(id) = self.runs_wanted.pop_front() {
            self.step(testing::resume(&self.store, &id));
        } else if let Some(count) = self.events_wanted.take() {
            let ids = self.store.unfinished_events().unwrap();
            let all = ids.len() <= count;
            let events = ids.iter().take(count);
            let events = events
                .map(|id| self.store.event(id).unwrap().unwrap())
                .collect();
            self.step(Input::More { events, all });
        }
    }

    fn time_passes(&mut self) {
        let ms = match self.pick(4) {
            0 => self.pick(50),
            1 => self.pick(2_000),
            2 => self.pick(120_000),
            _ => match self.wake {
                Some(at) => u64::try_from(at.duration_since(self.now).as_millis()).unwrap_or(0),
                None => 0,
            },
        };
        self.now = self
            .now
            .checked_add(SignedDuration::from_millis(ms as i64))
            .unwrap();
        if self.wake.is_some_and(|at| at <= self.now) {
            self.wake = None;
            self.step(Input::Wake);
        }
    }

    fn vendor_answers(&mut self) {
        if self.calls.is_empty() {
            return;
        }
        let index = self.pick(self.calls.len() as u64) as usize;
        let (call, request) = self.calls.swap_remove(index);
        let fate = self.fate();
        let Some(number) = request else {
            let observed = match fate {
                Fate::Done | Fate::Truncated | Fate::Refused => {
                    testing::answer(200, r#"{"token":"t"}"#)
                }
                _ => self.seen_of(fate),
            };
            return self.step(Input::Observed { call, observed });
        };
        self.requests[number].fate = fate;
        if matches!(
            fate,
            Fate::Done
                | Fate::Truncated
                | Fate::Silent { applied: true }
                | Fate::Broken { applied: true }
        ) {
            self.apply(number);
        }
        let observed = self.seen_of(fate);
        self.step(Input::Observed { call, observed });
    }

    fn fate(&mut self) -> Fate {
        if !self.faults {
            return Fate::Done;
        }
        let applied = self.percent(50);
        match self.pick(100) {
            0..=54 => Fate::Done,
            55..=63 => Fate::NotSent,
            64..=74 => Fate::Silent { applied },
            75..=82 => Fate::Broken { applied },
            83..=88 => Fate::Limited,
            89..=93 => Fate::Refused,
            94..=96 => Fate::Unauthorised,
            _ => Fate::Truncated,
        }
    }

    fn seen_of(&mut self, fate: Fate) -> Observed {
        match fate {
            Fate::NotSent => testing::not_sent(),
            Fate::Done => testing::answer(200, r#"{"found":"yes"}"#),
            Fate::Truncated => Observed::Answer(HttpAnswer {
                status: 200,
                headers: Vec::new(),
                body: b"{".to_vec(),
                complete: false,
            }),
            Fate::Broken { .. } => testing::answer(500, ""),
            Fate::Refused => testing::answer(400, r#"{"code":"1"}"#),
            Fate::Unauthorised => testing::answer(401, ""),
            Fate::Limited => testing::answer(429, ""),
            Fate::Open | Fate::Silent { .. } | Fate::Orphan { .. } => testing::timeout(),
        }
    }

    fn apply(&mut self, number: usize) {
        let request = &self.requests[number];
        let effects = self.effects.entry(request.mark.clone()).or_default();
        // The vendor knows the key of `pay`, and `put` twice is the same as once.
        if matches!(request.action.as_str(), "give" | "note") || *effects == 0 {
            *effects += 1;
        }
    }

    fn late_effect(&mut self) {
        if self.late.is_empty() {
            return;
        }
        let index = self.pick(self.late.len() as u64) as usize;
        let mark = self.late.swap_remove(index);
        self.seen.note("late effect");
        *self.effects.entry(mark).or_default() += 1;
    }

    fn new_version(&mut self) {
        if self.active == "v1" {
            self.seen.note("new version");
            self.active = "v2";
            self.step(testing::load(&program("v2"), "v2", true));
        }
    }

    /// The process ends in order.
    fn drain(&mut self) {
        self.seen.note("drain");
        self.drained = false;
        self.step(Input::Drain);
        let sent = self.requests.len();
        for _ in 0..1_000 {
            if self.drained {
                break;
            }
            self.flush();
            self.vendor_answers();
        }
        assert!(
            self.drained && self.commits.is_empty() && self.calls.is_empty(),
            "it does not drain"
        );
        assert_eq!(self.requests.len(), sent, "it began calls while it drained");
        self.begin();
    }

    /// The process dies: some of the batches under way are on disk, the others are lost; calls are not heard of.
    fn crash(&mut self) {
        self.seen.note("crash");
        let kept = self.pick(self.commits.len() as u64 + 1) as usize;
        for (number, (_, writes)) in std::mem::take(&mut self.commits).into_iter().enumerate() {
            if number < kept {
                testing::commit(&self.store, writes).unwrap();
            } else {
                self.seen.note("lost batch");
            }
        }
        for (_, request) in std::mem::take(&mut self.calls) {
            let Some(number) = request else { continue };
            let applied = self.percent(50);
            self.requests[number].fate = Fate::Orphan { applied };
            match (applied, self.percent(50)) {
                (true, true) => self.apply(number),
                (true, false) if self.requests[number].action == "give" => {
                    self.late.push(self.requests[number].mark.clone());
                }
                _ => {}
            }
        }
        let pause = self.pick(90_000) as i64;
        self.now = self
            .now
            .checked_add(SignedDuration::from_millis(pause))
            .unwrap();
        self.begin();
    }

    /// A new process with what is on disk.
    fn begin(&mut self) {
        let limits = Limits {
            active_max: 2 + self.pick(12) as usize,
            runs_max: 1_000,
        };
        self.machine = Machine::new(self.chance.next_u64(), limits);
        self.wake = None;
        self.arrived.clear();
        self.runs_wanted.clear();
        self.events_wanted = None;
        for version in ["v1", "v2"] {
            self.step(testing::load(
                &program(version),
                version,
                version == self.active,
            ));
        }
        for id in self.store.unfinished_runs().unwrap() {
            self.step(testing::resume(&self.store, &id));
        }
        for id in self.store.unfinished_events().unwrap() {
            let event = self.store.event(&id).unwrap().unwrap();
            self.step(Input::Event(event));
        }
    }
}

/// `EVENT.RULE.STEP.VERSION`
fn mark_of(sent: &Sent) -> String {
    match sent.target.split_once("?mark=") {
        Some((_, mark)) => mark.to_owned(),
        None => {
            let body: serde_json::Value = serde_json::from_str(&sent.body).unwrap();
            body["mark"].as_str().unwrap().to_owned()
        }
    }
}
