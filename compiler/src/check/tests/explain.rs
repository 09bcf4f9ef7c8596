//! What `check --explain` says.

use super::compiled;
use crate::check::explain;

/// `LINE:COLUMN text`
fn explained(text: &str) -> Vec<String> {
    let program = compiled(text).program.unwrap();
    let lines = explain(&program);
    let line = |line: &crate::check::ExplainLine| {
        let (row, column) = program.sources.line_col(line.place);
        format!("{row}:{column} {}", line.text)
    };
    lines.iter().map(line).collect()
}

#[test]
fn gates_are_told_in_their_order() {
    let lines = explained(
        "on shop.order as o once per o.number within 30d at most 5 per 1m ordered by o.id valid for 1h do shop.note(id: o.id, text: \"\")",
    );
    assert_eq!(
        lines,
        [
            "1:1 acts once for each `o.number`, within 30d",
            "1:1 at most 5 in 1m; what is more waits, in order",
            "1:1 events of one `o.id` are taken one after the other",
            "1:1 an event that is older than 1h is not acted upon",
            "1:98 shop.note: may happen twice, which does no harm",
            "1:98 rejected ends the run",
        ]
    );
}

#[test]
fn an_implied_once_is_told() {
    let lines = explained("on shop.order as o do till.create(key: o.number, lines: [])");
    assert_eq!(
        lines[0],
        "1:1 acts once for each `id`, for ever (implied; `once per …` replaces it)"
    );
}

#[test]
fn what_catch_takes_care_of_does_not_fail() {
    let lines = explained(
        "fn code(s: string) -> int = int(s)
fn safe(s: string) -> int = int(s) catch 0
on shop.order as o do shop.note(id: code(o.number) + safe(o.number), text: string(o.total / 2))",
    );
    let failing: Vec<&String> = lines.iter().filter(|line| line.contains("fail")).collect();
    assert_eq!(failing, ["1:29 `int` may fail"]);
}

#[test]
fn a_field_that_a_run_decides_about_is_told() {
    let lines = explained(
        "on shop.order as o do till.serve(to: { kind: if o.total > 5 then \"table\" else \"door\" }, by: { card: o.number })",
    );
    assert!(
        lines.contains(
            &"1:23 `table` is needed if kind == \"table\"; that is decided before the call is sent"
                .to_owned()
        ),
        "{lines:?}"
    );
}
