//! Runs of an earlier process, and runs that waited so long that only their names were kept.

use super::attempts::PROCESS_ENDED;
use super::interpreter::Ended;
use super::machine::Machine;
use super::runs::{order_of, rule_of, slots};
use super::schedules;
use super::state::{Body, Phase, Work};
use super::{calm, ledger, paces, prepare};
use crate::store::{EffectState, Event, Record, RecordKind, Run, RunId, RunState, Write};

impl Machine {
    /// A run of an earlier process, or one that was asked for.
    pub(super) fn resume(&mut self, run: Run, event: Event, journal: Vec<Record>) {
        let id = run.id.clone();
        self.take_up(run, event, journal);
        self.has_come(&id);
    }

    fn take_up(&mut self, mut run: Run, event: Event, mut journal: Vec<Record>) {
        if ledger::is_held(&run) {
            run.due = None;
        }
        let id = run.id.clone();
        self.works_on(&id.0);
        let known = self.runs.get(&id).map(|slot| &slot.phase);
        let asked = matches!(known, Some(Phase::Loading));
        if known.is_some() && !asked {
            return;
        }
        let cancel = self.cancels.remove(&id);
        if run.state.is_ended() {
            if let Some(cancel) = cancel {
                self.not_cancelled(cancel);
            }
            if asked {
                self.bodies -= 1;
                self.forget(&id);
            }
            return;
        }
        let rule_name = run.rule.clone();
        let is_poison = self.is_poison(&id.0);
        let calming = (run.step.as_deref() == Some(calm::GATE)).then(|| run.clone());
        let at_gate = run.step.as_deref() == Some(paces::GATE);
        let mut closed = Vec::new();
        if !asked {
            self.ids.seen(&id);
            let bundle = self
                .bundles
                .get(&(run.bundle.clone(), run.version.clone()))
                .cloned();
            let phase = match run.state {
                RunState::InDoubt => Phase::InDoubt,
                _ if bundle.is_none() => Phase::NoVersion,
                _ => Phase::Committing,
            };
            let begun =
                (!journal.is_empty() && run.state != RunState::Queued).then(|| order_of(&run));
            self.keep(run, bundle, None, phase);
            if let Some(slot) = self.runs.get_mut(&id) {
                slot.cancel = cancel;
            }
            // Whatever keeps it from going on now: what it had sent is unknown from here on.
            closed = self.close_open_attempts(&id, &journal);
            if let Some(order) = begun.flatten().and_then(|key| self.orders.get_mut(&key)) {
                order.has_begun(&id);
            }
        }
        let Some(slot) = self.runs.get_mut(&id) else {
            return;
        };
        match slot.phase {
            Phase::InDoubt => {
                self.end_if_cancelled(&id);
                return;
            }
            Phase::NoVersion => {
                let version = &slot.run.version.0;
                let reason =
                    format!("needs-older-binary: version {version} of the bundle is not loaded");
                if slot.run.reason.as_ref() != Some(&reason) {
                    let step = slot.run.step.clone();
                    let due = slot.run.due;
                    self.move_run(&id, RunState::Waiting, due, Some(reason), step);
                }
                self.end_if_cancelled(&id);
                return;
            }
            _ => slot.phase = Phase::Committing,
        }
        let Some(bundle) = slot.bundle.clone() else {
            return;
        };
        if let Some(run) = calming
            && !asked
            && !is_poison
            && let Some(rule) = rule_of(&bundle.program, &rule_name)
        {
            self.calm_again(&run, &bundle, rule, &event);
        }
        if !asked
            && at_gate
            && journal.is_empty()
            && let Some(rule) = rule_of(&bundle.program, &rule_name)
        {
            self.pace_again(&id, rule);
        }
        if !asked {
            // What became of a call is written together with where the run stands then.
            if self.bodies >= self.limits.active_max && closed.is_empty() {
                // There is no room for it now: it is asked for when there is.
                return self.work.push_back(Work::Advance(id));
            }
            self.bodies += 1;
        }
        let Some(slot) = self.runs.get_mut(&id) else {
            return;
        };
        let decoded = match rule_of(&bundle.program, &slot.run.rule) {
            // Its event may be what ends the process.
            _ if is_poison => Ok(Vec::new()),
            Some(rule) => slots(&bundle, rule, &event).map_err(|failure| failure.message),
            None => Err("the rule is not in the version it began with".to_owned()),
        };
        let (slots, failure) = match decoded {
            Ok(slots) => (slots, None),
            Err(message) => (Vec::new(), Some(message)),
        };
        let was_open = !closed.is_empty();
        journal.extend(closed);
        slot.body = Some(Body {
            event_at: schedules::time_of(&event),
            slots,
            journal,
        });
        if let Some(message) = failure {
            self.finish(
                &id,
                Ended {
                    state: RunState::Failed,
                    step: None,
                    reason: Some(message),
                },
            );
        } else if was_open {
            self.after_attempt(&id);
        } else {
            self.work.push_back(Work::Advance(id));
        }
    }

    /// Intents without an outcome: the process that wrote them is gone, and nobody knows how far the calls went. Yields what
    /// is written down of them.
    fn close_open_attempts(&mut self, id: &RunId, journal: &[Record]) -> Vec<Record> {
        let now = self.now;
        let first_seq = journal.len() as u32;
        let mut closed = Vec::new();
        for (number, intent) in prepare::open_attempts(journal).into_iter().enumerate() {
            let record = Record {
                seq: first_seq + number as u32,
                at: now,
                kind: RecordKind::Outcome,
                request: None,
                outcome: Some(PROCESS_ENDED.to_owned()),
                verdict: Some("unknown".to_owned()),
                status: None,
                answer: None,
                message: Some("the process ended while the call was under way".to_owned()),
                ..intent
            };
            self.write_of(
                id,
                Write::Settle {
                    identity: record.identity.clone(),
                    action: record.action.clone(),
                    key: record.key.clone(),
                    run: id.clone(),
                    state: EffectState::Doubt,
                },
            );
            self.record(id, record.clone());
            closed.push(record);
        }
        closed
    }
}
