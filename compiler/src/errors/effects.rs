//! What must not happen twice.

use crate::catalog::Verdict;
use crate::diagnostic::Diagnostic;
use crate::source::Place;

pub(crate) fn repeats(rule: Place, effect: Place, action: &str, trigger: &str) -> Diagnostic {
    let trigger = trigger.lines().next().unwrap_or_default();
    Diagnostic::error(
        "repeats-effect",
        effect,
        format!(
            "`{action}` happens each time it is called, and nothing says what makes two events one"
        ),
        "would happen again",
    )
    .also(rule, format!("`{trigger}` has no key of its own"))
    .help("once per EXPR, or once per event")
}

pub(crate) fn loop_needs_key(at: Place, action: &str, declared: Place) -> Diagnostic {
    Diagnostic::error(
        "loop-needs-key",
        at,
        format!("`{action}` happens each time it is called; in a loop each call needs a key, so that none is made twice"),
        "in a loop",
    )
    .also(declared, "not safe to repeat")
    .help("key \"{…}\" with what tells the iterations apart")
}

pub(crate) fn retry_unsafe(at: Place, action: &str, declared: Place, readback: bool) -> Diagnostic {
    let _ = readback;
    Diagnostic::error(
        "retry-unsafe",
        at,
        format!("`{action}` must not be repeated blindly: an answer that was lost may mean that it was done"),
        "would do it again",
    )
    .also(declared, "happens each time it is called")
    .help("leave `retry` out: what was certainly not sent is repeated anyway; all else waits for a person")
}

pub(crate) fn retry_outcome(
    at: Place,
    outcome: &str,
    action: &str,
    verdict: Verdict,
    declared: Place,
    repeatable: &[&str],
) -> Diagnostic {
    let message = match verdict {
        Verdict::Applied => format!("after `{outcome}` it is done, so `{action}` is not repeated"),
        Verdict::Pending => {
            format!("after `{outcome}` the result is waited for, so `{action}` is not repeated")
        }
        _ => format!(
            "after `{outcome}` nobody knows whether `{action}` was done, so it must not be repeated"
        ),
    };
    let why = match verdict {
        Verdict::Pending => "accepts it now and does it later",
        _ => "happens each time it is called",
    };
    Diagnostic::error("retry-unsafe", at, message, "")
        .also(declared, why)
        .help(if repeatable.is_empty() {
            "leave `retry` out".to_owned()
        } else {
            format!("when {}", repeatable.join(", "))
        })
}

pub(crate) fn overlapping_rules(
    at: Place,
    first: Place,
    event: &str,
    (first_rule, second_rule): (&str, &str),
    example: &str,
) -> Diagnostic {
    let such = match example {
        "" => String::new(),
        example => format!(" with {example}"),
    };
    Diagnostic::warning(
        "overlapping-rules",
        at,
        format!("for one `{event}`{such} this happens twice: the rules `{first_rule}` and `{second_rule}` both do it"),
        "once more here",
    )
    .also(first, "first here")
    .help("narrow one `when`, or // ondo: allow overlapping-rules because …")
}

pub(crate) fn event_loop(
    at: Place,
    action: &str,
    raised: &str,
    rules: &[&str],
    others: Vec<(Place, String)>,
    help: Option<String>,
) -> Diagnostic {
    let message = match rules {
        [_] => format!("`{action}` raises `{raised}`, which starts this rule again, without end"),
        rules => {
            let rules = super::a_list(rules.iter().map(|rule| format!("`{rule}`")));
            format!("the rules {rules} start each other again, without end")
        }
    };
    let mut finding = Diagnostic::warning("event-loop", at, message, format!("raises `{raised}`"));
    for (place, label) in others {
        finding = finding.also(place, label);
    }
    finding.help(help.unwrap_or_else(|| "a condition that the call makes false".to_owned()))
}
