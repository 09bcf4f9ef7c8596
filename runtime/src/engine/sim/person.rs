//! A person at work: decides doubts by what the vendor really has, ends runs, lets ended ones be done again.

use super::programs::REDRIVEN;
use super::world::World;
use crate::engine::Input;
use crate::engine::orders::{Decision, Kept, Order, What};
use crate::store::{Record, RecordKind, Run, RunId, RunState, Store, Version};

/// Iterations of loops, as marks have them.
const PARTS: [&str; 4] = ["a", "b", "c", "d"];

impl World {
    pub(super) fn person(&mut self) {
        match self.pick(4) {
            0 | 1 => self.decide(),
            2 => self.cancel(),
            _ => self.redrive(),
        }
    }

    /// One of these, by chance.
    fn one_of(&mut self, runs: Vec<Run>) -> Option<Run> {
        if runs.is_empty() {
            return None;
        }
        let index = self.pick(runs.len() as u64) as usize;
        runs.into_iter().nth(index)
    }

    fn order(&mut self, what: What) {
        // One at a time: while runs are read an order waits, and the next one is not read before it is answered.
        if self.unread.is_some() && std::mem::replace(&mut self.order_waits, true) {
            return;
        }
        let number = self.answers.len() as u64;
        self.step(Input::Order(Order {
            number,
            who: "Анна".to_owned(),
            note: "по выписке".to_owned(),
            what,
        }));
    }

    fn kept(&self, id: &RunId) -> Box<Kept> {
        let run = self.store.run(id).unwrap().unwrap();
        let event = self.store.event(&run.event).unwrap().unwrap();
        let journal = self.store.journal(id).unwrap();
        Box::new(Kept {
            run,
            event,
            journal,
        })
    }

    /// Says the truth about a step in doubt, as far as it can be known.
    fn decide(&mut self) {
        let mut doubtful = self.runs();
        doubtful.retain(|run| run.state == RunState::InDoubt);
        let Some(run) = self.one_of(doubtful) else {
            return;
        };
        let kept = self.kept(&run.id);
        let step = run.step.clone().unwrap_or_default();
        let last_of = |iteration: &str| {
            let here = |record: &&Record| {
                record.kind != RecordKind::End
                    && record.step == step
                    && record.iteration == iteration
            };
            kept.journal.iter().rfind(here)
        };
        let places = ["", "0", "1", "2", "3"];
        let unknown = |iteration: &&&str| {
            let last = last_of(iteration);
            last.is_some_and(|last| last.verdict.as_deref() == Some("unknown"))
        };
        let Some(iteration) = places.iter().find(unknown) else {
            return;
        };
        let part = iteration.parse::<usize>().ok().map(|index| PARTS[index]);
        let named = match part {
            Some(part) => format!("{step}-{part}"),
            None => step.clone(),
        };
        let mark = format!("{}.{}.{named}.", run.event, run.rule);
        if self.late.iter().any(|late| late.starts_with(&mark)) {
            // It may still happen: nobody can know.
            return;
        }
        let effects = self.effects.iter();
        let happened = effects
            .filter(|(known, _)| known.starts_with(&mark))
            .any(|(_, count)| *count > 0);
        let decision = match (happened, self.percent(20)) {
            (_, true) => Decision::Skip,
            (true, false) => Decision::Applied,
            (false, false) => Decision::Absent,
        };
        self.seen.note("decided");
        let place = Some((step, (*iteration).to_owned()));
        self.order(What::Decide {
            kept,
            place,
            decision,
        });
    }

    fn cancel(&mut self) {
        let mut going = self.runs();
        going.retain(|run| !run.state.is_ended());
        if let Some(run) = self.one_of(going) {
            self.seen.note("cancelled");
            self.order(What::Cancel { run: run.id });
        }
    }

    /// Never with a yes: nothing may happen twice by it.
    fn redrive(&mut self) {
        let all = self.runs();
        let mut ended = all.clone();
        ended.retain(|run| {
            let is_last = !all
                .iter()
                .any(|other| other.redrive_of.as_ref() == Some(&run.id));
            let is_told = !self.commits.iter().any(|(_, writes)| {
                writes
                    .iter()
                    .any(|write| format!("{write:?}").contains(&run.id.0))
            });
            run.state.is_ended() && is_last && is_told && REDRIVEN.contains(&run.rule.as_str())
        });
        let Some(run) = self.one_of(ended) else {
            return;
        };
        let version = match self.percent(50) {
            true => run.version.clone(),
            false => Version(self.active.to_owned()),
        };
        let kept = self.kept(&run.id);
        self.seen.note("redriven");
        self.order(What::Redrive {
            kept,
            version,
            from: None,
            yes_repeat_money: false,
            dry_run: false,
        });
    }

    /// Nothing goes on any more without a person.
    pub(super) fn only_people_can_go_on(&self) -> bool {
        self.store.unfinished_events(1).unwrap().is_empty()
            && self.runs().iter().all(|run| {
                let reason = run.reason.as_deref().unwrap_or_default();
                let holder = reason.split_once("is in doubt in ");
                let is_held = holder.is_some_and(|(_, holder)| {
                    let holder = self.store.run(&RunId(holder.to_owned())).unwrap();
                    holder.is_some_and(|holder| holder.state == RunState::InDoubt)
                });
                run.state.is_ended()
                    || matches!(run.state, RunState::InDoubt | RunState::Queued)
                    || is_held
            })
    }
}
