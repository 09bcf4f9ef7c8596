//! Jobs: what a vendor accepts and does later. Its result is asked for until it is there.
//!
//! ```text
//! createOrder -> accepted, with the job's id, on disk -> getTaskResponse: not yet … not yet … -> ok | rejected
//!                                                                         `give up after` -> in doubt
//! ```
//!
//! What was accepted is never submitted again. A question that is answered "not yet", or not at all, leaves nothing in the
//! journal: it only moves the moment of the next one. The answer that ends the wait is a record of the same step with the
//! action that asked, so a replay knows where the step stands.

use jiff::{SignedDuration, Timestamp, Unit};
use ondo_compiler::catalog::{Action, Connector, Invocation, Job};
use ondo_compiler::eval;
use ondo_compiler::ir::{Call, Program};
use ondo_compiler::types::Name;
use ondo_compiler::value::Value;
use ondo_compiler::wire::{Classified, HttpAnswer, Verdict};

use super::account::later;
use super::answers::Finding;
use super::attempts::{Standing, verdict_named};
use super::machine::Machine;
use super::prepare::{self, PreparedCall};
use crate::store::{Record, RunId};

/// Recorded when the result did not come in time.
pub(super) const GAVE_UP: &str = "gave_up";
/// Pause between two questions where the definition names none.
const EVERY_DEFAULT: SignedDuration = SignedDuration::from_secs(5);
/// No definition makes a busy loop of it.
const EVERY_MIN: SignedDuration = SignedDuration::from_secs(1);
/// How long a result is waited for where the definition does not say.
const GIVE_UP_DEFAULT: SignedDuration = SignedDuration::from_hours(24);
/// So much of a job's id is shown.
const ID_LENGTH_MAX: usize = 100;

/// A question for the result of a job.
#[derive(Debug, Clone)]
pub(super) struct Question {
    /// The action that was accepted.
    pub(super) submitted: Name,
    /// The job, as people read it.
    pub(super) id: String,
    /// Pause between two questions.
    pub(super) every: SignedDuration,
    /// When the first question is due.
    pub(super) first_at: Timestamp,
    /// How long the result is waited for.
    pub(super) give_up: SignedDuration,
    /// When it has been waited for long enough. One question is asked after that in any case: the process may have been
    /// away.
    pub(super) gives_up_at: Timestamp,
}

impl Question {
    /// A question of this job, whose submission was answered at `accepted_at`.
    pub(super) fn new(
        job: &Job,
        submitted: &Name,
        id: &Value,
        accepted_at: Timestamp,
    ) -> Option<Self> {
        if id.is_null() {
            return None;
        }
        let id: String = eval::key_text(id)
            .ok()?
            .chars()
            .take(ID_LENGTH_MAX)
            .collect();
        let every = job.every.unwrap_or(EVERY_DEFAULT).max(EVERY_MIN);
        let give_up = job.give_up.unwrap_or(GIVE_UP_DEFAULT);
        Some(Self {
            submitted: submitted.clone(),
            id,
            every,
            first_at: later(accepted_at, every),
            give_up,
            gives_up_at: later(accepted_at, give_up),
        })
    }

    /// Why its run waits.
    pub(super) fn reason(&self) -> String {
        let until = self.gives_up_at.round(Unit::Second);
        let until = until.unwrap_or(self.gives_up_at);
        format!(
            "waits for the result of {} (job {}), gives up at {until}",
            self.submitted, self.id
        )
    }

    /// The question after one that brought no result.
    fn next_at(&self, now: Timestamp, paused_until: Option<Timestamp>) -> Timestamp {
        let next = later(now, self.every);
        let next = match self.gives_up_at > now {
            true => next.min(self.gives_up_at),
            false => next,
        };
        paused_until.map_or(next, |until| next.max(until))
    }
}

/// The job that an action is, and the question for its result.
pub(super) fn job_of<'a>(
    program: &'a Program,
    call: &Call,
) -> Option<(&'a Connector, &'a Job, &'a Invocation)> {
    let connector = program.catalog.connectors.get(&call.connector)?;
    let job = connector.actions.get(&call.action)?.job.as_ref()?;
    Some((connector, job, job.ask.as_ref()?))
}

/// Whether a record of a step says what came of its job: then it is of another action than the step's own.
pub(super) fn is_result(record: &Record, call: &Call) -> bool {
    record
        .action
        .split_once('.')
        .is_none_or(|(_, action)| *action != *call.action)
}

/// Where a step stands whose job has its result, or will have none. `record`: which of the step's records says so.
pub(super) fn standing(result: &Record, record: usize) -> Standing {
    match result.verdict.as_deref().and_then(verdict_named) {
        Some(Verdict::Applied | Verdict::Refused) => Standing::Final {
            record,
            used_up: false,
        },
        _ => Standing::InDoubt { record },
    }
}

/// What an answer to a question says about the job.
enum News {
    /// It has ended.
    Ended(Finding),
    /// Nothing: it is asked for again.
    NotYet,
}

/// A refusal speaks of the job where the action or its question describes it. Anything else was said of the question, and
/// of the job nothing is known: "wrong token" does not mean that the till has no order.
fn news(question: &Action, submitted: &Action, classified: &Classified, job: &Question) -> News {
    let described = || {
        let mut answers = question.answers.iter().chain(&submitted.answers);
        answers.any(|answer| answer.name == classified.outcome)
    };
    let finding = |verdict, message| {
        News::Ended(Finding {
            outcome: classified.outcome.to_string(),
            verdict,
            message,
        })
    };
    match classified.verdict {
        Verdict::Applied => finding(Verdict::Applied, classified.message.clone()),
        Verdict::Refused if classified.renew || classified.pause.is_some() => News::NotYet,
        Verdict::Refused if described() => finding(Verdict::Refused, classified.message.clone()),
        Verdict::Refused => finding(
            Verdict::Unknown,
            format!(
                "{} accepted it as job {}, but refused to say what became of it: {}",
                submitted.name, job.id, classified.message
            ),
        ),
        Verdict::Pending | Verdict::Unknown | Verdict::NotSent | Verdict::AppliedResultLost => {
            News::NotYet
        }
    }
}

impl Machine {
    /// A question for a job's result was answered, or was not.
    pub(super) fn question_over(
        &mut self,
        id: &RunId,
        call: &PreparedCall,
        question: &Question,
        classified: &Classified,
        answer: Option<&HttpAnswer>,
    ) {
        let now = self.now;
        let news = {
            let bundle = self.runs.get(id).and_then(|slot| slot.bundle.as_ref());
            let Some(program) = bundle.map(|bundle| &bundle.program) else {
                return;
            };
            let definition = |action| prepare::definition(program, &call.connector, action);
            match (definition(&call.action), definition(&question.submitted)) {
                (Ok((_, asks)), Ok((_, submitted))) => news(asks, submitted, classified, question),
                _ => News::NotYet,
            }
        };
        let finding = match news {
            News::Ended(finding) => finding,
            News::NotYet if now >= question.gives_up_at => Finding {
                outcome: GAVE_UP.to_owned(),
                verdict: Verdict::Unknown,
                message: format!(
                    "job {} had no result after {:#}; the last answer: {}",
                    question.id, question.give_up, classified.message
                ),
            },
            News::NotYet => {
                let paused_until = self
                    .identity_of(id, call)
                    .and_then(|identity| self.accounts.get(&identity)?.paused_until());
                let next = question.next_at(now, paused_until);
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
}
