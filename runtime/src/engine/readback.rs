//! Read-backs: whether an unsafe call happened is looked up at the vendor, where its connector says how.
//!
//! ```text
//! addBonus -> unknown -> getBonusHistory (after the settle time) -> shown          -> applied
//!                                                                 -> not shown, 3 x -> sent once more, with the same marker
//!                                                                 -> shown twice, or not the whole history -> in doubt
//! sent once more -> unknown -> … -> not shown, 3 x -> in doubt
//! ```
//!
//! The marker makes a call recognisable: a short text behind what the author wrote in one of its arguments. It follows
//! from the effect key, so every attempt carries the same one. That a history does not show a call is evidence and no
//! proof, because histories lag: hence the pauses, several reads, and one repetition at most.
//!
//! Every read that said something is a record of the step, so a restart does not begin to count anew.

use jiff::{SignedDuration, Timestamp, Unit};
use ondo_compiler::catalog::{Action, Connector, Marker, Readback};
use ondo_compiler::eval::Failure;
use ondo_compiler::ir::{Call, Class, ExprId, Program};
use ondo_compiler::types::{Name, Type};
use ondo_compiler::value::{Num, Value};
use ondo_compiler::wire::{self, Classified, HttpAnswer, Verdict};

use super::account::later;
use super::answers::Finding;
use super::attempts::{self, Policy, Standing, Wait, verdict_named};
use super::jobs;
use super::machine::Machine;
use super::prepare::{self, PreparedCall};
use super::restored::digest_of;
use crate::store::{Record, Run, RunId};

/// Recorded for a read that does not show the call.
const ABSENT: &str = "readback_absent";
/// Recorded when reads cannot tell.
const AMBIGUOUS: &str = "readback_ambiguous";
/// Pause before the first read where the definition names none.
const SETTLE_DEFAULT: SignedDuration = SignedDuration::from_secs(5);
/// Pauses before the second and the third read. Histories lag by minutes; a clock that is put on during one pause leaves
/// the other.
const PAUSES: [SignedDuration; 2] = [
    SignedDuration::from_secs(120),
    SignedDuration::from_secs(180),
];
/// So many reads have to miss the call before it counts as absent.
const READS: usize = PAUSES.len() + 1;
/// How long a vendor that does not answer the reads is asked.
const GIVE_UP: SignedDuration = SignedDuration::from_hours(1);
/// Between two reads that brought no answer.
const AGAIN: SignedDuration = SignedDuration::from_secs(60);
/// How far behind the beginning of a run that may not be the first one an effect is looked for: as long as the key of a
/// delivery is known, and a day more.
const LOOKED_BACK: SignedDuration = SignedDuration::from_hours(31 * 24);
/// Letters and digits of a marker: 40 bits, looked for among the operations of one guest.
const MARKER_LENGTH: usize = 10;

/// A question whether a call happened.
#[derive(Debug, Clone)]
pub(super) struct Question {
    /// The call's action.
    pub(super) submitted: Name,
    /// The action's own arguments, the marker and when it was sent.
    inputs: Vec<(Name, Value)>,
    found: ExprId,
    complete: Option<ExprId>,
    /// The call's `ok` says something that a read-back does not know.
    has_result: bool,
    /// From 1.
    number: usize,
    /// When it is due.
    pub(super) first_at: Timestamp,
    gives_up_at: Timestamp,
}

/// How the reason of a run begins whose call is looked up.
pub(crate) const LOOKED_UP: &str = "nobody knows whether";

impl Question {
    /// Why its run waits.
    pub(super) fn reason(&self) -> String {
        let until = self.gives_up_at.round(Unit::Second);
        format!(
            "{LOOKED_UP} {} happened; the vendor is asked (read {} of {READS}), gives up at {}",
            self.submitted,
            self.number,
            until.unwrap_or(self.gives_up_at)
        )
    }
}

/// How an action's calls are looked up, if they can be: by a marker, in what a read answers.
pub(crate) fn of_action(action: &Action) -> Option<(&Readback, &Marker, ExprId)> {
    if action.job.is_some() {
        return None;
    }
    let readback = action.effect.readback.as_deref()?;
    Some((readback, readback.marker.as_ref()?, readback.found?))
}

/// Whether a record of this call is what a read-back said, and no answer to the call itself.
pub(super) fn is_answer(program: &Program, call: &Call, record: &Record) -> bool {
    let action = prepare::definition(program, &call.connector, &call.action);
    jobs::is_result(record, call) && action.is_ok_and(|(_, action)| of_action(action).is_some())
}

/// Where a step stands whose calls can be looked up, after all its records in order.
pub(super) fn standing(policy: Policy<'_>, call: &Call, records: &[&Record]) -> Standing {
    let own: Vec<usize> = (0..records.len())
        .filter(|index| !jobs::is_result(records[*index], call))
        .collect();
    // Reads without an attempt: it was looked for before the first send.
    let read = own.last().map_or(records, |last| &records[last + 1..]);
    let was_absent = |upto: usize| {
        let mut before = records[..upto].iter();
        before.any(|record| record.outcome.as_deref() == Some(ABSENT))
    };
    let Some(last) = read.last() else {
        let Some(last_own) = own.last() else {
            return Standing::Fresh;
        };
        let attempts: Vec<&Record> = own.iter().map(|index| records[*index]).collect();
        return match attempts::standing(policy, &attempts) {
            Standing::InDoubt { .. } => Standing::ReadBack { record: *last_own },
            // The second send was refused, or could not be made. Of the first one there is evidence, and no proof.
            Standing::Final { .. } if was_absent(*last_own) && !is_done(records[*last_own]) => {
                Standing::InDoubt { record: *last_own }
            }
            Standing::Final { record, used_up } => Standing::Final {
                record: own[record],
                used_up,
            },
            Standing::ResultLost { record } => Standing::ResultLost {
                record: own[record],
            },
            Standing::Pending { record } => Standing::Pending {
                record: own[record],
            },
            other => other,
        };
    };
    let record = records.len() - 1;
    match last.verdict.as_deref().and_then(verdict_named) {
        Some(Verdict::Applied) => {
            return Standing::Final {
                record,
                used_up: false,
            };
        }
        Some(Verdict::AppliedResultLost) => return Standing::ResultLost { record },
        _ => {}
    }
    if last.outcome.as_deref() != Some(ABSENT) {
        return Standing::InDoubt { record };
    }
    let Some(last_own) = own.last() else {
        return match read.len() < READS {
            true => Standing::CheckFirst,
            false => Standing::Again(Wait::Ordered),
        };
    };
    if read.len() < READS {
        return Standing::ReadBack { record: *last_own };
    }
    match was_absent(*last_own) || policy.retry.never {
        true => Standing::InDoubt { record },
        false => Standing::Again(Wait::Absent),
    }
}

fn is_done(record: &Record) -> bool {
    let verdict = record.verdict.as_deref().and_then(verdict_named);
    verdict == Some(Verdict::Applied)
}

/// The marker of an effect: the same for every attempt, and for no other action or run, whatever key an author gives.
pub(super) fn marker_of(run: &Run, action: &str, key: &str) -> String {
    let mut marker = digest_of(&[run.origin(), &run.bundle, &run.rule, action, key]);
    marker.truncate(MARKER_LENGTH);
    format!("[{marker}]")
}

/// Puts the marker behind (or before) what the author wrote in the argument.
pub(super) fn mark(
    action: &Action,
    args: &mut Vec<(Name, Value)>,
    text: &str,
) -> Result<(), Failure> {
    let Some((_, marker, _)) = of_action(action) else {
        return Ok(());
    };
    let index = args.iter().position(|(name, _)| *name == marker.arg);
    let marked = match index.map(|index| &args[index].1) {
        None | Some(Value::Null | Value::Absent) => text.to_owned(),
        Some(Value::Text(written)) if marker.suffix => format!("{written} {text}"),
        Some(Value::Text(written)) => format!("{text} {written}"),
        Some(_) => {
            let message = format!("`{}` is no text, so it takes no marker", marker.arg);
            return Err(prepare::failure("marker", &message));
        }
    };
    match index {
        Some(index) => args[index].1 = Value::text(marked),
        None => args.push((marker.arg.clone(), Value::text(marked))),
    }
    Ok(())
}

/// What the author wrote, without the marker. Tests of bundles speak of that.
pub(crate) fn without_marker(marker: &Marker, text: &str) -> String {
    let is_marker = |part: &str| {
        let inner = part
            .strip_prefix('[')
            .and_then(|part| part.strip_suffix(']'));
        inner.is_some_and(|inner| {
            inner.len() == MARKER_LENGTH && inner.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
    };
    if is_marker(text) {
        return String::new();
    }
    let split = match marker.suffix {
        true => text.rsplit_once(' ').map(|(rest, part)| (part, rest)),
        false => text.split_once(' '),
    };
    match split {
        Some((part, rest)) if is_marker(part) => rest.to_owned(),
        _ => text.to_owned(),
    }
}

/// Whether an action's `ok` says something that only its own answer knows.
pub(super) fn has_result(action: &Action) -> bool {
    let ok = action.answers.iter().find(|answer| &*answer.name == "ok");
    let is_nothing = |ty: &Type| match ty {
        Type::Null => true,
        Type::Object(object) => object.fields.is_empty(),
        _ => false,
    };
    ok.is_some_and(|ok| !is_nothing(&ok.value))
}

/// The read that is asked next for a step that nobody knows about. `inputs`: what the author wrote, marked.
pub(super) fn question(
    (readback, found): (&Readback, ExprId),
    action: &Action,
    (mut inputs, marker): (Vec<(Name, Value)>, &str),
    (call, run, now): (&Call, &Run, Timestamp),
    records: &[&Record],
) -> Question {
    let is_own = |record: &&&Record| !jobs::is_result(record, call);
    let mut own = records.iter().filter(is_own);
    // Without an attempt it is looked for since the run began, or a run before it could have.
    let may_be_older = run.check_first || run.redrive_of.is_some();
    let begun = match may_be_older {
        true => run
            .created_at
            .checked_sub(LOOKED_BACK)
            .unwrap_or(run.created_at),
        false => run.created_at,
    };
    let first = own.clone().next().map_or(begun, |first| first.at);
    let last_own = own.next_back().map(|last| last.at);
    let last = last_own.unwrap_or(run.created_at);
    let reads: Vec<&&Record> = records
        .iter()
        .rev()
        .take_while(|record| jobs::is_result(record, call))
        .collect();
    let asked_from = last_own
        .or(reads.last().map(|oldest| oldest.at))
        .unwrap_or(now);
    let settle = readback.settle.unwrap_or(SETTLE_DEFAULT);
    let first_at = match (reads.first(), PAUSES.get(reads.len().wrapping_sub(1))) {
        (Some(read), Some(pause)) => later(read.at, *pause),
        _ => later(last, settle),
    };
    let zoned = first.to_zoned(jiff::tz::TimeZone::UTC);
    inputs.push(("marker".into(), Value::text(marker)));
    inputs.push(("sent_at".into(), Value::DateTime(zoned)));
    Question {
        submitted: call.action.clone(),
        inputs,
        found,
        complete: readback.complete,
        has_result: has_result(action),
        number: reads.len() + 1,
        first_at,
        gives_up_at: later(asked_from, settle.max(GIVE_UP)),
    }
}

impl Question {
    /// What expressions about its read see.
    pub(super) fn inputs(&self) -> &[(Name, Value)] {
        &self.inputs
    }

    /// What an answer says. None: nothing, so that it is asked again.
    fn news(
        &self,
        cx: &wire::Cx<'_>,
        connector: &Connector,
        read: &Name,
        classified: &Classified,
    ) -> Option<Finding> {
        if classified.verdict != Verdict::Applied {
            return None;
        }
        let mut inputs = self.inputs.clone();
        if let Value::Object(answer) = &classified.value {
            inputs.extend(answer.fields.iter().cloned());
        }
        let shown = match wire::compute(cx, connector, &inputs, self.found) {
            Ok(Value::Bool(shown)) => Ok(i64::from(shown)),
            Ok(Value::Int(count)) => Ok(count),
            Ok(Value::Num(count)) if count == Num::ZERO => Ok(0),
            Ok(_) => Err("the definition does not say whether it was found".to_owned()),
            Err(failure) => Err(failure.message),
        };
        let is_complete = || match self.complete {
            Some(complete) => {
                wire::compute(cx, connector, &inputs, complete) == Ok(Value::Bool(true))
            }
            None => false,
        };
        Some(match shown {
            Ok(1) => Finding {
                outcome: "ok".to_owned(),
                verdict: match self.has_result {
                    true => Verdict::AppliedResultLost,
                    false => Verdict::Applied,
                },
                message: format!("{read} shows it"),
            },
            Ok(0) if is_complete() => Finding {
                outcome: ABSENT.to_owned(),
                verdict: Verdict::Unknown,
                message: format!("{read} does not show it (read {} of {READS})", self.number),
            },
            Ok(0) => ambiguous(format!(
                "{read} does not show it, but it does not show everything"
            )),
            Ok(count) => ambiguous(format!(
                "{read} shows it {count} times: it may have been done more than once"
            )),
            Err(why) => ambiguous(format!("what {read} answered cannot be judged: {why}")),
        })
    }
}

fn ambiguous(message: String) -> Finding {
    Finding {
        outcome: AMBIGUOUS.to_owned(),
        verdict: Verdict::Unknown,
        message,
    }
}

impl Machine {
    /// A read-back was answered, or was not.
    pub(super) fn read_back(
        &mut self,
        id: &RunId,
        call: &PreparedCall,
        question: &Question,
        classified: &Classified,
        answer: Option<&HttpAnswer>,
    ) {
        let now = self.now;
        let news = {
            let Some(bundle) = self.runs.get(id).and_then(|slot| slot.bundle.as_ref()) else {
                return;
            };
            let settings = bundle.settings(call.account);
            let cx = prepare::wire_cx(&bundle.program, settings, call.now);
            let definition = prepare::definition(&bundle.program, &call.connector, &call.action);
            definition
                .ok()
                .and_then(|(connector, read)| question.news(&cx, connector, &read.name, classified))
        };
        let gave_up = || {
            ambiguous(format!(
                "{} could not be asked for {:#}; the last answer: {}",
                call.action, GIVE_UP, classified.message
            ))
        };
        let finding = match news {
            Some(finding) => finding,
            None if now >= question.gives_up_at => gave_up(),
            None => {
                let paused_until = self
                    .identity_of(id, call)
                    .and_then(|identity| self.accounts.get(&identity)?.paused_until());
                // A token that was used up is renewed by the next question, which need not wait.
                let next = match classified.renew && !self.was_asked_again(id, call) {
                    true => now,
                    false => later(now, AGAIN).min(question.gives_up_at.max(now)),
                };
                let next = paused_until.map_or(next, |until| next.max(until));
                if let Some(slot) = self.runs.get_mut(id) {
                    slot.questions.insert(call.place(), next);
                }
                return self.after_attempt(id);
            }
        };
        if let Some(slot) = self.runs.get_mut(id) {
            slot.questions.remove(&call.place());
        }
        self.attempt_ended(id, call, finding, answer);
    }

    /// Whether this question was asked before without an answer.
    fn was_asked_again(&self, id: &RunId, call: &PreparedCall) -> bool {
        let slot = self.runs.get(id);
        slot.is_some_and(|slot| slot.questions.contains_key(&call.place()))
    }
}

/// Whether the vendor is asked what became of a call: its class and its connector allow it.
pub(super) fn is_looked_up(class: Class, action: Option<&Action>) -> bool {
    class == Class::UnsafeReadback && action.is_some_and(|action| of_action(action).is_some())
}
