//! `for x in xs parallel 4 { … }`: iterations that are under way at the same time.
//!
//! An iteration has begun when the journal has a record of one of its calls; in such a loop each call has an intent, so
//! that this is also known to the next process. Iterations that began go on to their end. New ones begin in the order of
//! the list, as long as there is room and none has failed, stopped or come into doubt. So a replay comes to the same
//! state in any process: it depends on the journal alone.

use std::collections::{BTreeSet, HashSet};

use ondo_compiler::ir::{LocalId, Step};
use ondo_compiler::value::Value;

use super::interpreter::{Halt, Replay};
use super::prepare::PreparedCall;
use crate::store::{Record, RecordKind};

/// Calls of one run that are under way at the same time, whatever its loops ask for.
const UNDER_WAY_MAX: usize = 16;

/// A loop whose list and filter are evaluated.
pub(super) struct Loop<'a> {
    pub(super) var: LocalId,
    pub(super) items: &'a [Value],
    /// Indexes of the elements that the filter lets through.
    pub(super) wanted: Vec<usize>,
    /// From 2.
    pub(super) parallel: usize,
}

impl<'a> Replay<'a> {
    /// Goes through the iterations that began, then through as many new ones as may begin.
    pub(super) fn in_parallel(&mut self, of: &Loop<'_>, body: &'a [Step]) -> Result<(), Halt> {
        let begun = self.begun(body);
        let (old, new): (Vec<usize>, Vec<usize>) =
            of.wanted.iter().partition(|index| begun.contains(index));
        let mut turn = Turn::default();
        self.loops += 1;
        for index in old {
            let result = self.iteration_of(of, index, body);
            turn.take(result);
        }
        let mut room_for_all = true;
        for index in new {
            let is_full = turn.open >= of.parallel || self.under_way_count() >= UNDER_WAY_MAX;
            if turn.ends() || is_full {
                room_for_all = false;
                break;
            }
            let result = self.iteration_of(of, index, body);
            turn.take(result);
        }
        self.loops -= 1;
        let ends = turn.ends();
        if turn.open > 0 || (!ends && !room_for_all) {
            if let Some(Halt::InDoubt(halted)) = turn.halted {
                self.doubt.get_or_insert(halted);
            }
            return Err(Halt::Calls { ending: ends });
        }
        match turn.halted {
            Some(halt) => Err(halt),
            None => Ok(()),
        }
    }

    fn iteration_of(&mut self, of: &Loop<'_>, index: usize, body: &'a [Step]) -> Result<(), Halt> {
        let depth = self.iteration.len();
        self.set(of.var, of.items[index].clone());
        self.iteration.push(index);
        let result = self.steps(body);
        self.iteration.truncate(depth);
        result
    }

    fn under_way_count(&self) -> usize {
        self.under_way + self.due.len()
    }

    /// Indexes of the iterations of this loop that have a record.
    fn begun(&self, body: &'a [Step]) -> BTreeSet<usize> {
        let mut steps = HashSet::new();
        ids(body, &mut steps);
        let mut before = String::new();
        for index in &self.iteration {
            before.push_str(&format!("{index}."));
        }
        let index = |(step, iteration): &(&str, &str)| {
            let id = step.strip_prefix(self.prefix).unwrap_or(step);
            if !steps.contains(id) && !steps.contains(step) {
                return None;
            }
            let rest = iteration.strip_prefix(&before)?;
            rest.split('.').next()?.parse().ok()
        };
        self.by_step.keys().filter_map(index).collect()
    }

    /// The step of another place of this run that is about this very effect, by the author's key, and of which it is not
    /// known yet what became of it. Until it is, the effect must not be asked for once more.
    pub(super) fn claimed(&self, prepared: &PreparedCall) -> Option<String> {
        let elsewhere = |step: &str, iteration: &str| {
            (step, iteration) != (&*prepared.step, &*prepared.iteration)
        };
        let due = self.due.iter().find(|call| {
            elsewhere(&call.step, &call.iteration)
                && call.key == prepared.key
                && call.account == prepared.account
                && call.effect() == prepared.effect()
        });
        if let Some(call) = due {
            return Some(call.step.clone());
        }
        let identity = &self.cx.accounts.get(prepared.account.0 as usize)?.identity;
        let action = prepared.full_action();
        let same = |record: &&Record| {
            record.key == prepared.key && record.action == action && *record.identity == **identity
        };
        let is_open = |record: &Record| {
            record.kind == RecordKind::Intent
                || matches!(record.verdict.as_deref(), Some("unknown" | "pending"))
        };
        let claims = self.by_step.iter().filter(|((step, iteration), records)| {
            elsewhere(step, iteration)
                && records.iter().any(same)
                && records.last().is_some_and(|last| is_open(last))
        });
        // The order of a map is no order: the same one is named each time.
        claims.map(|((step, _), _)| (*step).to_owned()).min()
    }
}

/// What the iterations came to.
#[derive(Default)]
struct Turn {
    /// Iterations that stand at a call without an outcome.
    open: usize,
    /// A loop within one of them has ended but for its calls under way.
    ending: bool,
    halted: Option<Halt>,
}

impl Turn {
    fn take(&mut self, result: Result<(), Halt>) {
        match result {
            Ok(()) => {}
            Err(Halt::Calls { ending }) => {
                self.open += 1;
                self.ending |= ending;
            }
            // The gravest ends the loop, of equal ones the first in the list.
            Err(halt) => {
                let known = self.halted.as_ref().map_or(0, gravity);
                if gravity(&halt) > known {
                    self.halted = Some(halt);
                }
            }
        }
    }

    fn ends(&self) -> bool {
        self.ending || self.halted.is_some()
    }
}

/// What nobody knows goes before what failed, and that before an end that the author asked for.
fn gravity(halt: &Halt) -> u8 {
    match halt {
        Halt::InDoubt(_) => 4,
        Halt::Error(_) => 3,
        Halt::Expired(_) => 2,
        Halt::Stop(_) => 1,
        Halt::Calls { .. } => 0,
    }
}

/// The ids of the calls in these steps, at any depth.
fn ids<'a>(steps: &'a [Step], found: &mut HashSet<&'a str>) {
    for step in steps {
        match step {
            Step::Call(call) => {
                found.insert(&call.id);
                for handler in &call.handlers {
                    ids(&handler.body, found);
                }
            }
            Step::If {
                then, otherwise, ..
            } => {
                ids(then, found);
                ids(otherwise, found);
            }
            Step::Match {
                arms, otherwise, ..
            } => {
                for (_, body) in arms {
                    ids(body, found);
                }
                ids(otherwise, found);
            }
            Step::For { body, .. } => ids(body, found),
            Step::Composite(composite) => ids(&composite.steps, found),
            Step::Let { .. } | Step::Stop(..) | Step::Fail(..) => {}
        }
    }
}
