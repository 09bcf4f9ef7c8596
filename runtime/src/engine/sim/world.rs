//! The world around the machine: a disk that is late, a vendor that fails, a process that dies.

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

use super::programs::is_unsafe;
use super::vendor::{Fate, Request};
use crate::engine::ids::Ids;
use crate::engine::testing::{self, Sent};
use crate::engine::{Command, Input, Limits, Machine};
use crate::store::{Event, EventState, Memory, RunId, Store, Write};

/// How often something happened.
#[derive(Debug, Default, Clone)]
pub(super) struct Seen {
    counts: BTreeMap<&'static str, u32>,
}

impl Seen {
    pub(super) fn note(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    pub(super) fn has(&self, what: &str) -> bool {
        self.counts.contains_key(what)
    }

    pub(super) fn add(&mut self, other: &Seen) {
        for (what, count) in &other.counts {
            *self.counts.entry(what).or_default() += count;
        }
    }

    pub(super) fn counts(&self) -> impl Iterator<Item = (&'static str, u32)> {
        const ALL: [&str; 30] = [
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
            "clock set",
            "disk failure",
            "enriched",
            "accepted",
            "job done",
            "gave up",
            "beside",
            "filtered",
            "shown",
            "absent",
            "sent once more",
            "decided",
            "cancelled",
            "redriven",
            "taken over",
            "probe",
            "outage",
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
    /// The latest moment that the clock has shown.
    pub(super) latest: Timestamp,
    pub(super) chance: Ids,
    pub(super) machine: Machine,
    pub(super) wake: Option<Timestamp>,
    pub(super) commits: VecDeque<(u64, Vec<Write>)>,
    /// Number of the call, number of the request; none for a token exchange.
    pub(super) calls: Vec<(u64, Option<usize>)>,
    pub(super) arrived: VecDeque<Event>,
    /// Unfinished runs that a new process has not read, and how many events it takes then.
    pub(super) unread: Option<(VecDeque<RunId>, usize)>,
    /// A person ordered something meanwhile.
    pub(super) order_waits: bool,
    pub(super) runs_wanted: VecDeque<RunId>,
    pub(super) events_wanted: Option<usize>,
    /// Effects of requests whose sender is dead, still to come.
    pub(super) late: Vec<String>,
    /// Until when an account is not to be called, as far as this process was told.
    pub(super) paused: BTreeMap<String, Timestamp>,
    pub(super) to_come: VecDeque<Event>,
    /// What was given under a mark: from when the history shows it, and its comment.
    pub(super) given: BTreeMap<String, Vec<(Timestamp, String)>>,
    /// Jobs that the vendor will never have a result of, by the mark of the question.
    pub(super) stuck: BTreeMap<String, bool>,
    pub(super) active: &'static str,
    pub(super) drained: bool,
    /// What came of orders.
    pub(super) answers: Vec<Result<crate::engine::orders::Answer, String>>,
    /// How many processes there have been. A disk that fails ends one at any time.
    pub(super) processes: u32,
    pub(super) faults: bool,
    /// The vendor is down.
    pub(super) outage: bool,
}

impl World {
    pub(super) fn new(seed: u64) -> Self {
        let mut chance = Ids::new(seed);
        let count = 3 + chance.next_u64() % 8;
        let to_come = (0..count)
            .map(|number| {
                let group = ["a", "b", "c"][(chance.next_u64() % 3) as usize];
                let event = testing::event(number as usize, group);
                if chance.next_u64().is_multiple_of(4) {
                    with_an_id_only(event)
                } else {
                    event
                }
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
            latest: testing::start(),
            machine: Machine::new(0, Limits::default()),
            chance,
            wake: None,
            commits: VecDeque::new(),
            calls: Vec::new(),
            arrived: VecDeque::new(),
            unread: None,
            order_waits: false,
            runs_wanted: VecDeque::new(),
            events_wanted: None,
            late: Vec::new(),
            paused: BTreeMap::new(),
            to_come,
            given: BTreeMap::new(),
            stuck: BTreeMap::new(),
            active: "v1",
            drained: false,
            answers: Vec::new(),
            processes: 0,
            faults: true,
            outage: false,
        };
        world.begin();
        world
    }

    /// A number below `below`.
    pub(super) fn pick(&mut self, below: u64) -> u64 {
        self.chance.next_u64() % below
    }

    pub(super) fn percent(&mut self, chance: u64) -> bool {
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

    pub(super) fn something_happens(&mut self) {
        match self.pick(100) {
            0..=9 => self.ingest(),
            10..=19 => self.hand_over(),
            20..=49 => self.flush(),
            50..=69 => self.vendor_answers(),
            70..=77 => self.read(),
            78..=93 => self.time_passes(),
            94 => self.late_effect(),
            95 if self.percent(30) => {
                self.seen.note("outage");
                self.outage = !self.outage;
            }
            95 => self.person(),
            96 => self.new_version(),
            97 => self.drain(),
            _ => self.crash(),
        }
    }

    pub(super) fn calm_down(&mut self) {
        for _ in 0..20_000 {
            let busy = !(self.to_come.is_empty()
                && self.arrived.is_empty()
                && self.commits.is_empty()
                && self.calls.is_empty()
                && self.late.is_empty()
                && self.runs_wanted.is_empty()
                && self.events_wanted.is_none()
                && self.unread.is_none());
            match (busy, self.wake) {
                (true, _) => {
                    self.ingest();
                    self.hand_over();
                    self.flush();
                    self.vendor_answers();
                    self.read();
                    self.late_effect();
                }
                (false, Some(_)) if self.only_people_can_go_on() => return,
                (false, Some(at)) => {
                    self.now = self.now.max(at);
                    self.wake = None;
                    self.step(Input::Wake);
                }
                (false, None) => return,
            }
        }
        let going: Vec<_> = self
            .runs()
            .into_iter()
            .filter(|run| !run.state.is_ended())
            .collect();
        panic!("it never becomes quiet: {going:#?}");
    }

    pub(super) fn step(&mut self, input: Input) {
        self.latest = self.latest.max(self.now);
        for command in self.machine.step(self.now, input) {
            match command {
                Command::Commit { commit, writes } => self.commits.push_back((commit, writes)),
                Command::Send {
                    call,
                    request,
                    fresh_connection,
                    identity,
                    ..
                } => {
                    let sent = Sent::of(self.now, &request, fresh_connection);
                    self.sent(call, sent, identity.to_string());
                }
                Command::Probe { call, .. } => {
                    self.seen.note("probe");
                    self.calls.push((call, None));
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
                Command::Answer { result, .. } => self.answers.push(result),
                Command::Drained => self.drained = true,
                Command::StoreFailed(error) => panic!("{error}"),
            }
        }
    }

    pub(super) fn sent(&mut self, call: u64, sent: Sent, identity: String) {
        if sent.action == "token" {
            self.seen.note("token");
            self.calls.push((call, None));
            return;
        }
        // A call with an intent was let go before it was written, which takes a while.
        let mark = mark_of(&sent);
        let has_intent = is_unsafe(&sent.action)
            || sent.action == "bonus"
            || mark.split('.').nth(1) == Some("fan");
        let paused = self
            .paused
            .get(&identity)
            .filter(|until| **until > self.now);
        assert!(
            paused.is_none() || has_intent,
            "Retry-After of {identity} was ignored by {}",
            sent.body
        );
        let number = self.requests.len();
        let request = Request {
            at: sent.at,
            mark: mark.clone(),
            identity,
            action: sent.action,
            body: sent.body,
            fate: Fate::Open,
        };
        self.check_request(&request);
        let beside = self.requests.iter().any(|other| {
            let is_fan = |mark: &str| mark.split('.').nth(1) == Some("fan");
            other.fate == Fate::Open && is_fan(&other.mark) && is_fan(&request.mark)
        });
        if beside {
            self.seen.note("beside");
        }
        if request.action == "bonus" && self.given_up(&mark) {
            self.seen.note("sent once more");
        }
        self.requests.push(request);
        self.by_mark.entry(mark).or_default().push(number);
        self.calls.push((call, Some(number)));
    }

    /// Whether a request with this mark went out without an answer that told what became of it.
    fn given_up(&self, mark: &str) -> bool {
        let earlier = self.by_mark.get(mark).into_iter().flatten();
        let mut fates = earlier.map(|number| self.requests[*number].fate);
        fates.any(|fate| {
            matches!(
                fate,
                Fate::Silent { .. } | Fate::Broken { .. } | Fate::Orphan { .. }
            )
        })
    }

    pub(super) fn ingest(&mut self) {
        let Some(mut event) = self.to_come.pop_front() else {
            return;
        };
        event.at = self.now;
        testing::commit(&self.store, vec![Write::Ingest(event.clone())]).unwrap();
        self.events.push(event.clone());
        self.arrived.push_back(event);
    }

    pub(super) fn hand_over(&mut self) {
        if let Some(event) = self.arrived.pop_front() {
            self.step(Input::Event(event));
        }
    }

    /// The oldest batch reaches the disk.
    pub(super) fn flush(&mut self) {
        if let Some((commit, writes)) = self.commits.pop_front() {
            if self.faults && self.pick(400) == 0 {
                return self.disk_fails(commit, writes);
            }
            let result = testing::commit(&self.store, writes);
            assert!(result.is_ok(), "{result:?}");
            self.step(Input::Committed { commit, result });
        }
    }

    pub(super) fn read(&mut self) {
        if let Some(id) = self.runs_wanted.pop_front() {
            self.step(testing::resume(&self.store, &id));
        } else if let Some(count) = self.events_wanted.take() {
            self.more(count);
        } else if let Some((runs, count)) = &mut self.unread {
            let count = *count;
            match runs.pop_front() {
                Some(id) => self.step(testing::resume(&self.store, &id)),
                None => {
                    self.unread = None;
                    self.more(count);
                    self.step(Input::Recovered);
                }
            }
        }
    }

    /// Hands over the oldest unfinished events.
    fn more(&mut self, count: usize) {
        let ids = self.store.unfinished_events(10_000).unwrap();
        let all = ids.len() <= count;
        let events = ids.iter().take(count);
        let events = events
            .map(|id| self.store.event(id).unwrap().unwrap())
            .collect();
        self.step(Input::More { events, all });
    }

    pub(super) fn time_passes(&mut self) {
        if self.faults && self.percent(4) {
            return self.clock_is_set();
        }
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

    /// Back by up to an hour, or on by up to two days: it was wrong, or the machine slept. Only a machine's sleep is time
    /// for the vendor, too.
    pub(super) fn clock_is_set(&mut self) {
        self.seen.note("clock set");
        let step = match self.pick(3) {
            0 => SignedDuration::from_secs(self.pick(172_800) as i64),
            _ => -SignedDuration::from_secs(self.pick(3_600) as i64),
        };
        self.now = self.now.checked_add(step).unwrap();
        if step.is_negative() {
            for (from, _) in self.given.values_mut().flatten() {
                *from = from.checked_add(step).unwrap();
            }
        }
    }
}

/// The same event as one that carries only an id. The body stands for what the vendor has.
fn with_an_id_only(mut event: Event) -> Event {
    let mark = format!("{}.enrich.fetch.none", event.id);
    event.enrich = Some(format!(
        r#"{{"action":"fetch","args":{{"mark":"{mark}"}},"field":"order"}}"#
    ));
    event.state = EventState::Enriching;
    event
}

/// `EVENT.RULE.STEP.VERSION`
fn mark_of(sent: &Sent) -> String {
    match sent.target.split_once("?mark=") {
        // The question for a bonus carries the mark of the bonus, and since when.
        Some((_, rest)) => match rest.split_once('&') {
            Some((mark, _)) => mark.replace(".bonus.", ".looked."),
            None => rest.to_owned(),
        },
        None => {
            let body: serde_json::Value = serde_json::from_str(&sent.body).unwrap();
            body["mark"].as_str().unwrap().to_owned()
        }
    }
}
