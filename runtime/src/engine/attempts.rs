//! What the recorded attempts of one step mean: repeat, go on, or wait for a person.
//!
//! The answer depends on nothing but the action's class, the author's `retry` and the journal, so a replay after a
//! restart comes to the same answer as the process that made the attempts.

use jiff::{SignedDuration, Timestamp};
use ondo_compiler::ir::{Class, Retry};
use ondo_compiler::wire::{Classified, Verdict};

use super::retry;
use crate::store::{Record, RecordKind};

/// Recorded in place of the connector's outcome when the token was used up and the call is made once more.
pub(super) const TOKEN_EXPIRED: &str = "token_expired";
/// Recorded when the vendor asks to wait. Waited for always; uses up no attempt.
pub(super) const RATE_LIMITED: &str = "rate_limited";
/// Recorded when the address may not be called. It certainly was not, and trying again would not change it.
pub(super) const NOT_ALLOWED: &str = "not_allowed";
/// Recorded when an attempt was begun by a process that died.
pub(super) const PROCESS_ENDED: &str = "process_ended";

/// Recorded when a person says that it did not happen. It is sent again.
pub(super) const CONFIRMED_ABSENT: &str = "confirmed_absent";
/// Recorded when a person orders it again, whether it happened or not.
pub(super) const REPEAT_ORDERED: &str = "repeat_ordered";
/// Recorded when a person leaves it out, whether it happened or not.
pub(super) const SKIPPED: &str = "skipped";

/// What is known of a step's call besides its records.
#[derive(Debug, Clone, Copy)]
pub(super) struct Policy<'a> {
    pub(super) class: Class,
    pub(super) retry: &'a Retry,
    /// How long the vendor remembers a key. `None`: for ever, or the class has no key.
    pub(super) window: Option<SignedDuration>,
}

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Never tried.
    Fresh,
    /// An intent without an outcome: the call is under way.
    Open,
    /// To be made again, as soon as the wait is over.
    Again(Wait),
    /// It has an outcome: what this record says. `used_up`: a repetition was allowed, but there were enough of them.
    Final { record: usize, used_up: bool },
    /// It happened; what it yielded is lost.
    ResultLost { record: usize },
    /// Nobody knows whether it happened.
    InDoubt { record: usize },
    /// Accepted; the result comes later.
    Pending { record: usize },
    /// Nobody knows whether it happened, and the vendor can be asked.
    ReadBack { record: usize },
    /// Never tried by this run, but it may have happened: the vendor is asked before the first send.
    CheckFirst,
    /// A person left it out.
    Skipped { record: usize },
}

/// What a repetition waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wait {
    /// The pause before the repetition with this number, from 1, behind the attempt that ended at `after`.
    Schedule { repetition: u32, after: Timestamp },
    /// The account's pause.
    RateLimit,
    /// A new token.
    Token,
    /// The moment of the next question: for the result of a job, or whether it happened.
    Result,
    /// Nothing: the vendor was asked and has not got it. It is sent once more.
    Absent,
    /// Nothing: a person ordered it, or the vendor was asked before the first send.
    Ordered,
}

/// Whether the engine may repeat a call of this class when nobody knows whether it happened.
pub(super) fn repeatable(class: Class) -> bool {
    match class {
        Class::Read | Class::Harmless | Class::Idempotent | Class::Keyed => true,
        Class::UnsafeReadback | Class::Unsafe => false,
    }
}

/// Where a step stands after these records, all of them its own, in order.
pub(super) fn standing(policy: Policy<'_>, records: &[&Record]) -> Standing {
    let Some((last, earlier)) = records.split_last() else {
        return Standing::Fresh;
    };
    let record = earlier.len();
    if last.kind == RecordKind::Intent {
        return Standing::Open;
    }
    let outcome = last.outcome.as_deref().unwrap_or_default();
    match outcome {
        RATE_LIMITED => return Standing::Again(Wait::RateLimit),
        TOKEN_EXPIRED => return Standing::Again(Wait::Token),
        CONFIRMED_ABSENT | REPEAT_ORDERED => return Standing::Again(Wait::Ordered),
        SKIPPED => return Standing::Skipped { record },
        NOT_ALLOWED => {
            return Standing::Final {
                record,
                used_up: false,
            };
        }
        _ => {}
    }
    let named = policy.retry.when.iter().any(|name| &**name == outcome);
    let verdict = last.verdict.as_deref().and_then(verdict_named);
    match verdict.unwrap_or(Verdict::Unknown) {
        Verdict::NotSent => again_or_in_doubt(policy, records),
        Verdict::Refused if named => again(policy, records),
        Verdict::Refused | Verdict::Applied => Standing::Final {
            record,
            used_up: false,
        },
        Verdict::Pending if named => again(policy, records),
        Verdict::Pending => Standing::Pending { record },
        Verdict::AppliedResultLost if policy.class == Class::Read => again(policy, records),
        Verdict::AppliedResultLost => Standing::ResultLost { record },
        Verdict::Unknown if !repeatable(policy.class) => Standing::InDoubt { record },
        Verdict::Unknown if window_is_over(policy, records) => Standing::InDoubt { record },
        Verdict::Unknown if policy.retry.when.is_empty() || named || outcome == PROCESS_ENDED => {
            again_or_in_doubt(policy, records)
        }
        Verdict::Unknown if policy.class == Class::Keyed => Standing::InDoubt { record },
        Verdict::Unknown => Standing::Final {
            record,
            used_up: true,
        },
    }
}

fn again(policy: Policy<'_>, records: &[&Record]) -> Standing {
    let repetitions = records.iter().filter(|record| uses_up(record)).count() as u32 - 1;
    if retry::may_repeat(policy.retry, repetitions, elapsed(records)) {
        Standing::Again(Wait::Schedule {
            repetition: repetitions + 1,
            after: records.last().map_or(Timestamp::MIN, |last| last.at),
        })
    } else {
        Standing::Final {
            record: records.len() - 1,
            used_up: true,
        }
    }
}

/// A keyed call may have happened as long as one of its attempts has no clear answer, also when there are no more of them.
fn again_or_in_doubt(policy: Policy<'_>, records: &[&Record]) -> Standing {
    let is_unknown = |record: &&&Record| record.verdict.as_deref() == Some("unknown");
    match (again(policy, records), policy.class) {
        (Standing::Final { .. }, Class::Keyed) => {
            match records.iter().rposition(|r| is_unknown(&r)) {
                Some(record) => Standing::InDoubt { record },
                None => again(policy, records),
            }
        }
        (standing, _) => standing,
    }
}

/// Whether the vendor may have forgotten the key of an attempt that nobody knows about.
fn window_is_over(policy: Policy<'_>, records: &[&Record]) -> bool {
    policy
        .window
        .is_some_and(|window| elapsed(records) >= window)
}

fn elapsed(records: &[&Record]) -> SignedDuration {
    match (records.first(), records.last()) {
        (Some(first), Some(last)) => last.at.duration_since(first.at),
        _ => SignedDuration::ZERO,
    }
}

/// Whether the record counts against the number of attempts.
fn uses_up(record: &Record) -> bool {
    record.kind == RecordKind::Outcome
        && !matches!(
            record.outcome.as_deref(),
            Some(RATE_LIMITED | TOKEN_EXPIRED)
        )
}

/// The outcome's name as it is recorded, given the step's earlier records.
///
/// A refused token is renewed once: when the attempt before failed for the same reason, a new token does not help, and
/// the refusal stands. Without a token exchange there is nothing to renew.
pub(super) fn recorded_outcome(
    classified: &Classified,
    has_exchange: bool,
    earlier: &[&Record],
) -> String {
    if classified.verdict == Verdict::Refused {
        let renewed_already = earlier
            .iter()
            .rfind(|record| record.kind == RecordKind::Outcome)
            .is_some_and(|record| record.outcome.as_deref() == Some(TOKEN_EXPIRED));
        if classified.renew && has_exchange && !renewed_already {
            return TOKEN_EXPIRED.to_owned();
        }
        if classified.pause.is_some() {
            return RATE_LIMITED.to_owned();
        }
    }
    classified.outcome.to_string()
}

/// The verdict's name in the journal.
pub(super) fn verdict_name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::NotSent => "not_sent",
        Verdict::Refused => "refused",
        Verdict::Applied => "applied",
        Verdict::AppliedResultLost => "applied_result_lost",
        Verdict::Pending => "pending",
        Verdict::Unknown => "unknown",
    }
}

/// The verdict with this name in the journal.
pub(super) fn verdict_named(name: &str) -> Option<Verdict> {
    Some(match name {
        "not_sent" => Verdict::NotSent,
        "refused" => Verdict::Refused,
        "applied" => Verdict::Applied,
        "applied_result_lost" => Verdict::AppliedResultLost,
        "pending" => Verdict::Pending,
        "unknown" => Verdict::Unknown,
        _ => return None,
    })
}
