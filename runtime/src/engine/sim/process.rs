//! The process: it begins, gets a new version, ends in order, dies.

use jiff::SignedDuration;

use super::programs::{is_unsafe, program};
use super::vendor::Fate;
use super::world::World;
use crate::engine::testing;
use crate::engine::{Command, History, Input, Limits, Machine};
use crate::store::{self, Store, Write};

impl World {
    /// The batch is on disk or not, and the store says that it failed: the process must end at once.
    pub(super) fn disk_fails(&mut self, commit: u64, writes: Vec<Write>) {
        self.seen.note("disk failure");
        if self.percent(50) {
            testing::commit(&self.store, writes).unwrap();
        }
        self.commits.clear();
        let sent = self.requests.len();
        let error = store::Error::Io("disk I/O error".to_owned());
        let commands = self.machine.step(
            self.now,
            Input::Committed {
                commit,
                result: Err(error),
            },
        );
        assert!(
            matches!(commands[..], [Command::StoreFailed(_)]),
            "it goes on without a store: {commands:?}"
        );
        assert_eq!(self.requests.len(), sent);
        self.crash();
    }

    pub(super) fn new_version(&mut self) {
        if self.active == "v1" {
            self.seen.note("new version");
            self.active = "v2";
            self.step(testing::load(&program("v2"), "v2", true));
        }
    }

    /// The process ends in order.
    pub(super) fn drain(&mut self) {
        self.seen.note("drain");
        self.drained = false;
        let process = self.processes;
        self.step(Input::Drain);
        let sent = self.requests.len();
        for _ in 0..1_000 {
            if self.drained {
                break;
            }
            self.flush();
            if self.processes != process {
                return;
            }
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
    pub(super) fn crash(&mut self) {
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
                (true, false) if is_unsafe(&self.requests[number].action) => {
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
    pub(super) fn begin(&mut self) {
        let limits = Limits {
            active_max: 2 + self.pick(12) as usize,
            runs_max: 1_000,
            waiters_max: 1 + self.pick(4) as usize,
        };
        self.machine = Machine::new(self.chance.next_u64(), limits);
        self.wake = None;
        self.processes += 1;
        self.paused.clear();
        self.arrived.clear();
        self.runs_wanted.clear();
        self.events_wanted = None;
        for version in ["v1", "v2"] {
            let mut load = testing::load(&program(version), version, version == self.active);
            if let Input::Load { history, .. } = &mut load {
                *history = History::of(&self.store, &program(version)).unwrap();
            }
            self.step(load);
        }
        let unfinished = self.store.unfinished_runs(None, usize::MAX).unwrap();
        self.unread = None;
        self.order_waits = false;
        if self.percent(50) {
            // Beside everything else, as a daemon does.
            self.seen.note("read beside");
            self.step(Input::Recovering);
            self.unread = Some((unfinished.into(), limits.active_max));
            return;
        }
        for id in unfinished {
            self.step(testing::resume(&self.store, &id));
        }
        for id in self.store.unfinished_events(10_000).unwrap() {
            let event = self.store.event(&id).unwrap().unwrap();
            self.step(Input::Event(event));
        }
        self.step(Input::Recovered);
    }
}
