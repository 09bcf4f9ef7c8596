//! The story of an event for people: readable without colour, one fact a line.

use std::fmt::Write;

use serde_json::Value;

use super::mask;
use super::show::{Attempt, Story};
use super::text::{event_state, moment, moment_with_zone, one_line, run_state};
use crate::store::{RecordKind, Run, RunState};

/// The whole story.
pub(super) fn story(story: &Story) -> String {
    let mut payload = String::new();
    indented(&mut payload, &story.payload, "  ");
    told(story, &payload)
}

/// The story with other words in place of the payload.
pub(super) fn told(story: &Story, payload: &str) -> String {
    let mut out = String::new();
    let event = &story.event;
    let _ = writeln!(out, "event {}", event.id);
    let _ = writeln!(
        out,
        "  {}.{} for {}, {}, {}",
        event.connector,
        event.name,
        event.bundle,
        moment(event.at),
        event_state(event.state)
    );
    if let Some(reason) = &event.reason {
        let _ = writeln!(out, "  {}", shown(reason));
    }
    if event.repeats > 0 {
        let _ = writeln!(
            out,
            "  came again {} times{}",
            event.repeats,
            conflicts(event.conflicts)
        );
    }
    out.push_str(payload);
    for (passed, why) in &story.passed {
        let _ = writeln!(out, "\nrule {}.{}", passed.bundle, passed.rule);
        let _ = writeln!(out, "  {}", shown(why));
    }
    for (run, attempts) in &story.runs {
        run_text(&mut out, run, attempts);
    }
    if story.runs.is_empty() && story.passed.is_empty() {
        let _ = writeln!(out, "\nno rule has looked at it");
    }
    out
}

fn conflicts(count: u32) -> String {
    match count {
        0 => String::new(),
        count => format!(", {count} of them with another body"),
    }
}

fn run_text(out: &mut String, run: &Run, attempts: &[Attempt]) {
    let _ = writeln!(out, "\nrule {}.{}", run.bundle, run.rule);
    let _ = writeln!(out, "  run {}, {}", run.id, run_state(run.state));
    if let Some(before) = &run.redrive_of {
        let _ = writeln!(out, "  in the place of {before}");
    }
    if let Some(key) = &run.once_key {
        let _ = writeln!(out, "  once per {}", shown(key));
    }
    if let Some(reason) = &run.reason {
        let _ = writeln!(out, "  {}", shown(reason));
    }
    if run.state == RunState::InDoubt {
        let _ = writeln!(out, "  `ondo doubt list` says what to type");
    }
    if let Some(due) = run.due {
        let _ = writeln!(out, "  goes on at {}", moment_with_zone(due));
    }
    for attempt in attempts {
        attempt_text(out, attempt);
    }
}

fn attempt_text(out: &mut String, attempt: &Attempt) {
    let record = &attempt.record;
    if record.kind == RecordKind::End {
        let message = record.message.as_deref().unwrap_or("ended");
        let _ = writeln!(out, "  {}  {}", moment(record.at), shown(message));
        return;
    }
    let iteration = match record.iteration.as_str() {
        "" => String::new(),
        iteration => format!("[{iteration}]"),
    };
    if record.kind == RecordKind::Decision {
        let said = record.message.as_deref().unwrap_or("a person decided");
        let _ = writeln!(
            out,
            "  {}  {}{iteration}: {}",
            moment(record.at),
            record.step,
            shown(said)
        );
        return;
    }
    let _ = writeln!(
        out,
        "  {}  {}{iteration}, attempt {}: {}",
        moment(record.at),
        record.step,
        record.attempt,
        record.action
    );
    if let Value::Object(request) = &attempt.request {
        let field = |name: &str| request.get(name).and_then(Value::as_str).unwrap_or("");
        let _ = writeln!(
            out,
            "    {} {}",
            field("method"),
            one_line(field("url"), 500)
        );
        indented(out, &request["body"], "    ");
    }
    if attempt.open {
        let _ = writeln!(out, "    about to send; no outcome is known");
        return;
    }
    let status = record
        .status
        .map(|status| format!(" {status}"))
        .unwrap_or_default();
    let outcome = record.outcome.as_deref().unwrap_or("");
    let verdict = record.verdict.as_deref().unwrap_or("").replace('_', " ");
    let _ = writeln!(out, "    ->{status} {outcome}: {verdict}");
    indented(out, &attempt.answer, "    ");
    let said = format!("{}: {outcome}", status.trim());
    if let Some(message) = record.message.as_ref().filter(|message| **message != said) {
        let _ = writeln!(out, "    {}", shown(message));
    }
}

/// A text from outside: masked, on one line, without escape codes.
fn shown(text: &str) -> String {
    one_line(&mask::text(text), 200)
}

/// JSON with its own line ends, control characters escaped; nothing for null.
fn indented(out: &mut String, value: &Value, indent: &str) {
    let text = match value {
        Value::Null => return,
        Value::String(text) => one_line(text, 500),
        value => format!("{value:#}"),
    };
    for line in text.lines() {
        let _ = writeln!(out, "{indent}{}", escaped(line));
    }
}

/// JSON leaves the control characters beyond ASCII as they are; a terminal obeys them.
fn escaped(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for c in line.chars() {
        match c.is_control() {
            true => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            false => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_control_character_beyond_ascii_is_shown_by_its_number() {
        assert_eq!(super::escaped("до\u{9b}31m"), "до\\u009b31m");
    }
}
