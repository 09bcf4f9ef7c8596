//! What a step writes goes to the store as one batch; what has to wait for the disk happens when it is there.

use super::Command;
use super::machine::{Machine, STORE_AGAIN_AFTER};
use super::state::{After, Timer};
use crate::store::{RunId, Write, Written};

impl Machine {
    /// Adds a write that belongs to no run. Yields its place in the batch.
    pub(super) fn write(&mut self, write: Write) -> usize {
        self.writes.push(write);
        self.writes.len() - 1
    }

    /// Adds a write of a run: the run counts it until it is on disk.
    pub(super) fn write_of(&mut self, run: &RunId, write: Write) {
        self.writes.push(write);
        self.touch(run);
    }

    /// The run has a write in this batch.
    pub(super) fn touch(&mut self, run: &RunId) {
        if self.touched.insert(run.clone())
            && let Some(slot) = self.runs.get_mut(run)
        {
            slot.unflushed += 1;
        }
    }

    /// Adds what happens when this step's batch is on disk.
    pub(super) fn after(&mut self, after: After) {
        self.afters.push(after);
    }

    /// Gives this step's writes to the store as one batch, and says when it wants to be woken.
    pub(super) fn flush(&mut self) {
        if !self.writes.is_empty() {
            let commit = self.number();
            let mut afters = std::mem::take(&mut self.afters);
            afters.extend(
                std::mem::take(&mut self.touched)
                    .into_iter()
                    .map(After::Run),
            );
            self.commits.insert(commit, afters);
            // A send of this step concerns other runs than the batch, or only the note that a run no longer waits.
            self.commands.push(Command::Commit {
                commit,
                writes: std::mem::take(&mut self.writes),
            });
        }
        let earliest = self.timers.first().map(|(at, _)| *at);
        if let Some(at) = earliest
            && self.wake_at != Some(at)
        {
            self.wake_at = Some(at);
            self.commands.push(Command::WakeAt(at));
        }
        if self.draining && !self.drained && self.calls.is_empty() && self.commits.is_empty() {
            self.drained = true;
            self.commands.push(Command::Drained);
        }
    }

    /// A batch is on disk.
    pub(super) fn committed(&mut self, commit: u64, written: &[Written]) {
        for after in self.commits.remove(&commit).unwrap_or_default() {
            match after {
                After::Tell(notice) => self.commands.push(Command::Tell(*notice)),
                After::Routed { write, event, runs } => {
                    let routed = match written.get(write) {
                        Some(Written::Routed(routed)) => routed.as_slice(),
                        _ => &[],
                    };
                    self.routed(&event, runs, routed);
                }
                After::Admitted { write, run, begins } => {
                    let decided = match written.get(write) {
                        Some(Written::Routed(routed)) => routed.first(),
                        _ => None,
                    };
                    self.admitted(&run, begins, decided);
                }
                After::Raised { write, event } => {
                    if matches!(written.get(write), Some(Written::Ingested(_))) {
                        self.take_in(*event);
                    }
                }
                After::Polled(polled) => {
                    let written = written.get(polled.write);
                    self.polled(*polled, written);
                }
                After::Claimed(claiming) => {
                    let written = written.get(claiming.write);
                    self.claimed(*claiming, written);
                }
                After::Redriven {
                    write,
                    run,
                    number,
                    receipt,
                } => self.redriven((number, run), receipt, written.get(write)),
                After::Answer(number, answer) => self.commands.push(Command::Answer {
                    number,
                    result: Ok(*answer),
                }),
                After::Run(run) => self.settled(&run),
            }
        }
    }

    /// The store had no room for a batch of nothing but events. They are given to it again.
    pub(super) fn not_stored(&mut self, commit: u64) {
        for after in self.commits.remove(&commit).unwrap_or_default() {
            match after {
                After::Raised { event, .. } => self.unstored.push(*event),
                After::Polled(polled) => self.page_shed(&polled.key),
                _ => {}
            }
        }
        let again = super::account::later(self.now, STORE_AGAIN_AFTER);
        self.timers.insert((again, Timer::Unstored));
    }
}
