//! One call of a rule in a replay: what its records say, and what follows from that.

use jiff::Timestamp;
use ondo_compiler::ir::{Call, Class};

use super::attempts::{self, Policy, Standing, Wait};
use super::interpreter::{CALLS_MAX, Halt, Halted, ON_ERROR, Replay, failed, too_many_calls};
use super::prepare::{self, PreparedCall};
use super::state::CallPlace;
use super::{jobs, readback};
use crate::store::Record;

impl<'a> Replay<'a> {
    /// The step's id and iteration as the journal has them.
    fn step_key(&self, call: &Call) -> (String, String) {
        let step = if call.id.starts_with(self.prefix) {
            call.id.to_string()
        } else {
            format!("{}{}", self.prefix, call.id)
        };
        let indexes: Vec<String> = self.iteration.iter().map(usize::to_string).collect();
        (step, indexes.join("."))
    }

    pub(super) fn call(&mut self, call: &'a Call) -> Result<(), Halt> {
        self.reached.push(call.place);
        self.calls += 1;
        if self.calls > CALLS_MAX {
            return Err(too_many_calls());
        }
        let (step, iteration) = self.step_key(call);
        let is_here = |place: &CallPlace| place.step == step && place.iteration == iteration;
        if self.cx.under_way.iter().any(is_here) {
            self.under_way += 1;
            return Err(Halt::Calls { ending: false });
        }
        let records = self
            .by_step
            .get(&(step.as_str(), iteration.as_str()))
            .cloned()
            .unwrap_or_default();
        let action = self
            .cx
            .program
            .catalog
            .connectors
            .get(&call.connector)
            .and_then(|connector| connector.actions.get(&call.action));
        let policy = Policy {
            class: call.class,
            retry: &call.retry,
            window: action.and_then(|action| action.effect.window),
        };
        let looked_up = readback::is_looked_up(call.class, action);
        // The attempts; between or behind them stands what questions about them have told.
        let own_of = |records: &[&'a Record]| -> Vec<&'a Record> {
            let own = records
                .iter()
                .filter(|record| !jobs::is_result(record, call));
            own.copied().collect()
        };
        let standing_of = |records: &[&'a Record]| match records.last() {
            _ if looked_up => readback::standing(policy, call, records),
            Some(last) if jobs::is_result(last, call) => jobs::standing(last, records.len() - 1),
            _ => attempts::standing(policy, &own_of(records)),
        };
        let records = self.believed(call, records, standing_of);
        let own = own_of(&records);
        let standing = standing_of(&records);
        let wait = match standing {
            Standing::Final { record, used_up } => {
                return self.outcome(call, &step, records[record], used_up);
            }
            Standing::ResultLost { record } => {
                return self.result_lost(call, &step, records[record]);
            }
            // Nobody comes here: a new process writes what became of the calls of the old one before it goes on.
            Standing::Open => {
                self.under_way += 1;
                return Err(Halt::Calls { ending: false });
            }
            Standing::InDoubt { record } => {
                let reason = "nobody knows whether it happened";
                return Err(in_doubt(call, &step, reason, records[record]));
            }
            Standing::ReadBack { record } => {
                let place = prepare::StepPlace {
                    step: &step,
                    iteration: &iteration,
                    records: &own,
                    wait: None,
                };
                return Err(self.look_up(call, place, (&records, records[record])));
            }
            Standing::Pending { record } => {
                let place = prepare::StepPlace {
                    step: &step,
                    iteration: &iteration,
                    records: &own,
                    wait: None,
                };
                return self.accepted(call, place, records[record]);
            }
            Standing::Fresh if self.is_looked_up_first(looked_up) => {
                return Err(self.check_first(call, &step, &iteration, &records));
            }
            Standing::Fresh if self.cx.run.check_first && !attempts::repeatable(call.class) => {
                let reason = "the store was restored from a backup: nobody knows whether this was sent before";
                return Err(Halt::InDoubt(Halted {
                    step,
                    iteration,
                    action: full_action(call),
                    reason: reason.to_owned(),
                }));
            }
            Standing::CheckFirst => {
                return Err(self.check_first(call, &step, &iteration, &records));
            }
            Standing::Skipped { record } => {
                return self.result_lost(call, &step, records[record]);
            }
            Standing::Fresh => None,
            Standing::Again(wait) => Some(wait),
        };
        let place = prepare::StepPlace {
            step: &step,
            iteration: &iteration,
            records: &own,
            wait,
        };
        let prepared = match prepare::prepare(self, call, place) {
            Ok(prepared) => prepared,
            // It was sent once, and nobody knows what became of that.
            Err(failure) if wait == Some(Wait::Absent) => {
                let reason = "nobody knows whether it happened, and it cannot be sent once more";
                let reason = format!("{reason}: {}", failure.message);
                return Err(Halt::InDoubt(Halted {
                    step,
                    iteration,
                    action: full_action(call),
                    reason,
                }));
            }
            Err(failure) => return Err(failed(&failure, Some(&step))),
        };
        if let Some(twin) = self.twin(call, &prepared) {
            return match twin.verdict.as_deref() {
                Some("applied") => self.outcome(call, &step, twin, false),
                _ => self.result_lost(call, &step, twin),
            };
        }
        if prepared.in_parallel
            && call.key.is_some()
            && let Some(other) = self.claimed(&prepared)
        {
            let reason = format!("the same effect is in doubt at {other}");
            self.held.get_or_insert(Halted {
                step,
                iteration,
                action: full_action(call),
                reason,
            });
            return Err(Halt::Calls { ending: false });
        }
        Err(self.call_due(prepared))
    }

    /// What is known of a step. A store that was restored knows less than happened: what it says is still to be sent may
    /// have been sent since, so that only what was noted behind the restore counts.
    fn believed(
        &self,
        call: &Call,
        records: Vec<&'a Record>,
        standing_of: impl Fn(&[&'a Record]) -> Standing,
    ) -> Vec<&'a Record> {
        let Some(restored_at) = self.cx.restored_at.filter(|_| self.cx.run.check_first) else {
            return records;
        };
        if attempts::repeatable(call.class) {
            return records;
        }
        let is_older = |record: &&&Record| record.at <= restored_at;
        let older = records.iter().take_while(is_older).count();
        let would_be_sent = matches!(
            standing_of(&records[..older]),
            Standing::Fresh | Standing::Again(_) | Standing::CheckFirst
        );
        match would_be_sent {
            true => records[older..].to_vec(),
            false => records,
        }
    }

    /// Whether the vendor is asked before the first send: the effect may have been brought about by the run before this
    /// one, or since the backup was made.
    fn is_looked_up_first(&self, looked_up: bool) -> bool {
        looked_up && (self.cx.run.redrive_of.is_some() || self.cx.run.check_first)
    }

    /// Asks the vendor whether what was never sent by this run has happened all the same.
    fn check_first(
        &mut self,
        call: &'a Call,
        step: &str,
        iteration: &str,
        records: &[&'a Record],
    ) -> Halt {
        let place = prepare::StepPlace {
            step,
            iteration,
            records: &[],
            wait: None,
        };
        let reason = match prepare::prepare_readback(self, call, place, records) {
            Ok(Some(question)) => return self.call_due(question),
            Ok(None) => "it may have been sent before, and cannot be looked up".to_owned(),
            Err(failure) => format!(
                "it may have been sent before, and cannot be looked up: {}",
                failure.message
            ),
        };
        Halt::InDoubt(Halted {
            step: step.to_owned(),
            iteration: iteration.to_owned(),
            action: full_action(call),
            reason,
        })
    }

    fn call_due(&mut self, call: PreparedCall) -> Halt {
        if let Some(halt) = too_late(&call, self.cx.valid_until, self.cx.now) {
            return halt;
        }
        self.due.push(call);
        Halt::Calls { ending: false }
    }

    /// Nobody knows whether a call happened: the vendor is asked.
    fn look_up(
        &mut self,
        call: &'a Call,
        place: prepare::StepPlace<'_>,
        (records, unknown): (&[&'a Record], &'a Record),
    ) -> Halt {
        let reason = "nobody knows whether it happened";
        match prepare::prepare_readback(self, call, place, records) {
            Ok(Some(question)) => self.call_due(question),
            Ok(None) => in_doubt(call, place.step, reason, unknown),
            Err(failure) => {
                let reason = format!("{reason}, and it cannot be looked up: {}", failure.message);
                in_doubt(call, place.step, &reason, unknown)
            }
        }
    }

    /// Goes on after a call that was accepted and will be done later: the author's handler, or the question for the result.
    fn accepted(
        &mut self,
        call: &'a Call,
        place: prepare::StepPlace<'_>,
        record: &'a Record,
    ) -> Result<(), Halt> {
        let outcome = record.outcome.as_deref().unwrap_or_default();
        let is_handled = call
            .handlers
            .iter()
            .any(|handler| &*handler.outcome == outcome);
        // A read has done nothing that somebody would have to wait for.
        let job = jobs::job_of(self.cx.program, call);
        if is_handled || (job.is_none() && call.class == Class::Read) {
            return self.outcome(call, place.step, record, false);
        }
        let Some((_, job, ask)) = job else {
            let reason = "accepted, and there is no way to ask what became of it";
            return Err(in_doubt(call, place.step, reason, record));
        };
        let answer = (self.recorded_value(record), record.at);
        match prepare::prepare_question(self, call, place, (job, ask), answer) {
            Ok(Some(question)) => Err(self.call_due(question)),
            Ok(None) => {
                let reason = "accepted, but the answer does not name the job";
                Err(in_doubt(call, place.step, reason, record))
            }
            Err(failure) => {
                let reason = format!(
                    "accepted, but its result cannot be asked for: {}",
                    failure.message
                );
                Err(in_doubt(call, place.step, &reason, record))
            }
        }
    }
}

/// Why a call must not be made any more. Asked when it is due, and again when its turn at the account has come.
pub(super) fn too_late(
    call: &PreparedCall,
    valid_until: Option<Timestamp>,
    now: Timestamp,
) -> Option<Halt> {
    // What `on error` says is not perishable: people have to hear it. What was accepted does not perish by being asked for.
    let may_expire = !call.step.starts_with(ON_ERROR) && call.question.is_none();
    if may_expire && valid_until.is_some_and(|until| now > until) {
        if call.wait == Some(Wait::Absent) {
            // That it did not happen is evidence, and no proof.
            return Some(Halt::InDoubt(Halted {
                step: call.step.clone(),
            iteration: call.iteration.clone(),
            action: call.effect_action(),
                reason: "nobody knows whether it happened; the vendor does not show it, and `valid for` has passed"
                    .to_owned(),
            }));
        }
        return Some(Halt::Expired(Halted {
            step: call.step.clone(),
            iteration: call.iteration.clone(),
            action: call.effect_action(),
            reason: format!("`valid for` passed before {} was sent", call.step),
        }));
    }
    if call.key_ends.is_some_and(|ends| ends <= now) {
        let reason = "nobody knows whether it happened, and the vendor may have forgotten its key";
        return Some(Halt::InDoubt(Halted {
            step: call.step.clone(),
            iteration: call.iteration.clone(),
            action: call.effect_action(),
            reason: reason.to_owned(),
        }));
    }
    None
}

/// Nobody knows what became of a step.
fn in_doubt(call: &Call, step: &str, reason: &str, record: &Record) -> Halt {
    let message = record.message.as_deref().unwrap_or("no message");
    Halt::InDoubt(Halted {
        step: step.to_owned(),
        iteration: record.iteration.clone(),
        action: full_action(call),
        reason: format!("{reason}: {message}"),
    })
}

/// `connector.action` of a step.
fn full_action(call: &Call) -> String {
    format!("{}.{}", call.connector, call.action)
}
