//! `at most N per D`: the surplus waits, in order, each run with the moment at which it may begin.
//!
//! That moment is fixed when the run is created. After a restart those that wait get theirs again, behind those that began
//! before: nobody is hurried, also not by a process that was away for long.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use ondo_compiler::ir::{Program, Rule};
use ondo_compiler::types::Name;

use super::account::later;
use super::calm;
use super::machine::Machine;
use crate::store::{self, Run, RunFilter, RunId, RunState, Store};

/// The step of a run that waits here, for people and for the next process.
pub(super) const GATE: &str = "at most";

/// When the last runs of a rule began or may begin, in order.
#[derive(Debug, Default)]
pub(super) struct Pace {
    starts: VecDeque<Timestamp>,
}

impl Pace {
    /// When the next run may begin. Counts as if it did.
    fn next(&mut self, now: Timestamp, count: usize, per: SignedDuration) -> Timestamp {
        while self.starts.front().is_some_and(|at| later(*at, per) <= now) {
            self.starts.pop_front();
        }
        let last = self.starts.back().copied().unwrap_or(now);
        let free = match self.starts.len().checked_sub(count) {
            Some(place) => later(self.starts[place], per),
            None => now,
        };
        let start = now.max(last).max(free);
        self.starts.push_back(start);
        start
    }
}

fn count_of(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX).max(1)
}

/// When the last runs of a rule began, newest first; none: it begins when the process does. Runs that wait are not among
/// them: they get their moments again, in their order, when they are resumed.
pub(super) fn starts_of(
    store: &dyn Store,
    program: &Program,
    rule: &Rule,
) -> Result<Vec<Option<Timestamp>>, store::Error> {
    let Some((count, _)) = rule.at_most else {
        return Ok(Vec::new());
    };
    let count = count_of(count);
    let mut limit = count.saturating_add(100);
    loop {
        let filter = RunFilter {
            bundle: Some(program.bundle.to_string()),
            rule: Some(rule.name.to_string()),
            limit,
            ..RunFilter::default()
        };
        let runs = store.runs(&filter)?;
        let all = runs.len() < limit;
        let mut starts = Vec::new();
        for run in runs {
            let first = store.journal(&run.id)?.into_iter().next();
            let at_gate = matches!(run.step.as_deref(), Some(GATE | calm::GATE));
            let waits = !run.state.is_ended() && at_gate && first.is_none();
            if waits || matches!(run.state, RunState::Superseded | RunState::Filtered) {
                continue;
            }
            // Later than it really began, never earlier.
            starts.push(first.map(|record| record.at).or(run.ended_at));
        }
        if all || starts.len() >= count {
            // Behind `debounce` a run may begin after one that was created later. None is the latest: it begins now.
            starts.sort_by_key(|start| (start.is_some(), std::cmp::Reverse(*start)));
            starts.truncate(count);
            return Ok(starts);
        }
        limit = limit.saturating_mul(2);
    }
}

impl Machine {
    /// When a run that is created or let go now may begin; none: now. With the text of the gate.
    pub(super) fn pace(&mut self, bundle: &str, rule: &Rule) -> Option<(Timestamp, String)> {
        let (count, per) = rule.at_most?;
        let key = (bundle.to_owned(), rule.name.clone());
        let pace = self.paces.entry(key).or_default();
        let start = pace.next(self.now, count_of(count), per);
        (start > self.now).then(|| (start, format!("`at most {count} per {per:#}`")))
    }

    /// A run that would have begun then does not begin after all.
    pub(super) fn give_back_pace(&mut self, run: &Run, start: Timestamp) {
        let key = (run.bundle.clone(), run.rule.as_str().into());
        if let Some(pace) = self.paces.get_mut(&key)
            && let Some(place) = pace.starts.iter().rposition(|at| *at == start)
        {
            pace.starts.remove(place);
        }
    }

    /// A run of an earlier process that waited here gets its moment again.
    pub(super) fn pace_again(&mut self, id: &RunId, rule: &Rule) {
        let Some(run) = self.runs.get(id).map(|slot| slot.run.clone()) else {
            return;
        };
        match self.pace(&run.bundle, rule) {
            Some((due, _)) if run.due == Some(due) => {}
            Some((due, reason)) => {
                self.move_run(id, RunState::Waiting, Some(due), Some(reason), run.step);
            }
            None => self.move_run(id, RunState::Ready, None, None, None),
        }
    }

    /// What earlier processes began.
    pub(super) fn set_paces(&mut self, bundle: &str, begun: &[(Name, Vec<Option<Timestamp>>)]) {
        for (rule, starts) in begun {
            let pace = self
                .paces
                .entry((bundle.to_owned(), rule.clone()))
                .or_default();
            let mut starts: Vec<_> = starts.iter().map(|at| at.unwrap_or(self.now)).collect();
            starts.sort();
            pace.starts = starts.into();
        }
    }
}
