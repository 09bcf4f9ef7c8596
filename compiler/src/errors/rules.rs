//! Rules, gates and steps.

use super::a_list;
use crate::diagnostic::Diagnostic;
use crate::eval;
use crate::source::Place;
use crate::value::Value;

pub(crate) fn needs_name(at: Place, stem: &str, first: Place) -> Diagnostic {
    Diagnostic::error(
        "rule-needs-name",
        at,
        format!("only one rule of a file can go without a name; `{stem}` is taken"),
        "",
    )
    .also(first, format!("this one is `{stem}`"))
    .help("rule NAME: on …")
}

pub(crate) fn no_steps(at: Place) -> Diagnostic {
    Diagnostic::warning("no-steps", at, "the rule does nothing", "no steps")
}

pub(crate) fn gate_twice(at: Place, word: &str, first: Place) -> Diagnostic {
    let finding = Diagnostic::error(
        "duplicate-gate",
        at,
        format!("a rule has only one `{word}`"),
        "again here",
    )
    .also(first, "first here");
    match word {
        "when" => finding.help("join the conditions with `and`"),
        _ => finding,
    }
}

pub(crate) fn clause_twice(at: Place, word: &str, first: Place) -> Diagnostic {
    Diagnostic::error(
        "duplicate-clause",
        at,
        format!("a call has only one `{word}`"),
        "again here",
    )
    .also(first, "first here")
}

pub(crate) fn one_word_of(at: Place, what: &str, found: &str, words: &[&str]) -> Diagnostic {
    let finding = Diagnostic::error(
        "unknown-word",
        at,
        format!(
            "`{what}` is one of {}, not `{found}`",
            a_list(words.iter().copied())
        ),
        "",
    );
    match super::nearest::nearest(found, words.iter().copied()) {
        Some(near) => finding.help(near.name.clone()).fix(near.name),
        None => finding,
    }
}

pub(crate) fn only_for_schedules(at: Place, word: &str) -> Diagnostic {
    Diagnostic::error(
        "schedule-gate",
        at,
        format!("`{word}` is about schedules, but this rule waits for an event"),
        "",
    )
}

/// `every 5m debounce 1h`
pub(crate) fn only_for_events(at: Place, word: &str) -> Diagnostic {
    let finding = Diagnostic::error(
        "schedule-gate",
        at,
        format!("`{word}` is about events, but time starts this rule"),
        "",
    );
    match word {
        "ordered by" => finding.help("overlap queue"),
        _ => finding,
    }
}

/// `misfire all overlap skip`
pub(crate) fn skips_what_is_made_up_for(at: Place, misfire: Place) -> Diagnostic {
    Diagnostic::error(
        "schedule-gate",
        at,
        "`misfire all` makes up for every time that was missed, and `overlap skip` would skip all but one of them",
        "",
    )
    .also(misfire, "makes up for all")
    .help("overlap queue")
    .fix("overlap queue")
}

/// `debounce 10m valid for 5m`
pub(crate) fn never_in_time(at: Place, debounce: Place) -> Diagnostic {
    Diagnostic::error(
        "never-in-time",
        at,
        "`valid for` is over before `debounce` lets an event through, so the rule would hardly ever act",
        "counts from the event",
    )
    .also(debounce, "waits this long")
}

pub(crate) fn too_many(at: Place, count: u64, most: u64) -> Diagnostic {
    Diagnostic::error(
        "not-constant",
        at,
        format!("`at most` counts up to {most} runs, not {count}"),
        "",
    )
    .help("a smaller number per a shorter time: at most 100 per 1m")
}

pub(crate) fn not_polled(at: Place, event: &str) -> Diagnostic {
    Diagnostic::error(
        "not-polled",
        at,
        format!("{event} comes by itself, so there is nothing to poll"),
        "",
    )
    .help("leave `poll every` out")
}

pub(crate) fn poll_too_slow(
    at: Place,
    event: &str,
    keeps: jiff::SignedDuration,
    declared: Place,
) -> Diagnostic {
    Diagnostic::error(
        "poll-too-slow",
        at,
        format!(
            "the vendor keeps `{event}` for {} only; what comes between two polls would be lost",
            eval::display(&Value::Duration(keeps)).unwrap_or_default()
        ),
        "",
    )
    .also(declared, "kept this long")
}

pub(crate) fn duplicate_step(at: Place, id: &str, first: Place, callee: &str) -> Diagnostic {
    Diagnostic::error(
        "duplicate-step",
        at,
        format!(
            "two steps of the rule are called `{id}`, so its history could not tell them apart"
        ),
        "again here",
    )
    .also(first, "first here")
    .help(format!("let NAME = {callee}(…)"))
}

pub(crate) fn not_a_step(at: Place, text: &str) -> Diagnostic {
    let first: String = text
        .lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(40)
        .collect();
    Diagnostic::error(
        "not-a-step",
        at,
        format!(
            "`{first}` computes a value and does nothing; a step calls an action of an account"
        ),
        "",
    )
    .help(format!("let x = {first}"))
}

pub(crate) fn not_a_call_in_test(at: Place, title: &str) -> Diagnostic {
    let finding = Diagnostic::error(
        "not-a-step",
        at,
        format!("`{title}` is no call: a test names an account, a dot and an action"),
        "",
    );
    match title {
        "nothing" | "none" => finding.help("expect no run, or expect no account.action"),
        _ => finding.help("account.action"),
    }
}

pub(crate) fn not_an_account(at: Place, text: &str, found: &str) -> Diagnostic {
    Diagnostic::error(
        "not-a-step",
        at,
        format!("a step calls an action of an account, but `{text}` is {found}"),
        found,
    )
}

pub(crate) fn clause_without_call(at: Place) -> Diagnostic {
    Diagnostic::error(
        "clause-without-call",
        at,
        "`timeout`, `retry`, `key` and `on …` belong to a call of an action, but this only computes a value",
        "",
    )
}

pub(crate) fn too_parallel(at: Place, count: u64, most: u64) -> Diagnostic {
    Diagnostic::error(
        "too-parallel",
        at,
        format!("at most {most} calls run at the same time, not {count}"),
        "",
    )
    .help(format!("parallel {most}"))
}

pub(crate) fn backoff_backwards(at: Place, shortest: &str, longest: &str) -> Diagnostic {
    Diagnostic::error(
        "backoff-backwards",
        at,
        format!(
            "pauses grow from the first to the second, but {longest} is shorter than {shortest}"
        ),
        "",
    )
    .help(format!("backoff {longest}..{shortest}"))
}
