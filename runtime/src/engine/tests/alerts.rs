//! What the engine says of runs: once for each, in the batch that moves the run, and of no run that an alert began.

use std::collections::VecDeque;

use jiff::SignedDuration;
use ondo_compiler::ir::{Expr, Program, Step};
use serde_json::Value;

use super::super::testing::program::{Maker, SHOP, place, step, when};
use super::super::testing::{Bench, Sent, answer, commit, event, load, start, timeout};
use super::super::{Command, Input, Limits, Machine};
use crate::store::{Event, EventState, Memory, RunState, Store, Write};

const OK: &str = r#"{"found":"yes"}"#;

/// A rule with one call, and an alarm for each event of the engine.
fn watched(action: &str) -> Maker {
    let mut maker = Maker::new();
    let call = maker.call(SHOP, action, action);
    maker.rule("rule", vec![step(call)]);
    for event in ["failed", "in_doubt", "expired"] {
        maker.alarm(event, "note");
    }
    maker
}

/// The events of the engine in the store, oldest first.
fn alerts(store: &Memory) -> Vec<Event> {
    let mut events = store.events(1_000).unwrap();
    events.retain(|event| event.connector == "ondo");
    events.reverse();
    events
}

/// The only alert: its name and payload.
#[track_caller]
fn only(bench: &Bench) -> (String, Value) {
    let alerts = alerts(&bench.store);
    assert_eq!(alerts.len(), 1, "{alerts:#?}");
    let payload = serde_json::from_slice(&alerts[0].body).unwrap();
    assert_eq!(alerts[0].state, EventState::Routed);
    (alerts[0].name.clone(), payload)
}

/// The alarms answer; all else as given.
fn with_alarms(
    program: &std::sync::Arc<Program>,
    others: impl Fn() -> ondo_compiler::wire::Observed + 'static,
) -> Bench {
    Bench::new(program, move |sent: &Sent, _| {
        Some(match sent.action.as_str() {
            "note" => answer(200, OK),
            _ => others(),
        })
    })
}

#[test]
fn a_refused_run_is_told_as_dead() {
    let mut bench = with_alarms(&watched("put").program(), || answer(400, r#"{"code":"7"}"#));
    bench.ingest(event(1, "a"));
    bench.settle();
    let (name, payload) = only(&bench);
    assert_eq!(name, "failed");
    assert_eq!(payload["kind"], "dead");
    assert_eq!(payload["rule"], "rule");
    assert_eq!(payload["bundle"], "bundle");
    assert_eq!(payload["trigger"], "shop.order");
    assert_eq!(payload["step"], "put");
    assert_eq!(payload["at"], "2026-11-21T07:00:00Z");
    let runs = bench.runs();
    assert_eq!(payload["run"], runs[0].id.0);
    assert_eq!(payload["reason"], runs[0].reason.clone().unwrap());
    assert_eq!((runs.len(), runs[1].state), (2, RunState::Done));
    assert_eq!(
        (runs[1].rule.as_str(), bench.count("note")),
        ("on_failed", 1)
    );
}

#[test]
fn a_failed_run_is_told_as_failed() {
    let mut maker = watched("put");
    let why = maker.text("no till");
    maker.rule("other", vec![Step::Fail(why, place())]);
    let mut bench = with_alarms(&maker.program(), || answer(200, OK));
    bench.ingest(event(1, "a"));
    bench.settle();
    let (name, payload) = only(&bench);
    assert_eq!(
        (name.as_str(), &payload["kind"]),
        ("failed", &"failed".into())
    );
    assert_eq!(payload["reason"], "no till");
    assert_eq!(payload["step"], Value::Null);
}

#[test]
fn a_run_whose_condition_fails_is_told() {
    let mut maker = watched("put");
    let why = maker.text("no such status");
    let fails = maker.expr(Expr::Fail(why));
    maker.rule("other", Vec::new()).when = Some(when(&[(fails, "fails")]));
    let program = maker.program();
    let mut bench = with_alarms(&program, || answer(200, OK));
    bench.ingest(event(1, "a"));
    bench.settle();
    let (_, payload) = only(&bench);
    assert_eq!(
        (&payload["rule"], &payload["kind"]),
        (&"other".into(), &"failed".into())
    );
    bench.restart(&program);
    bench.settle();
    only(&bench);
}

#[test]
fn a_run_in_doubt_is_told_once_also_over_restarts() {
    let program = watched("give").program();
    let mut bench = with_alarms(&program, timeout);
    bench.ingest(event(1, "a"));
    bench.settle();
    for _ in 0..3 {
        bench.restart(&program);
        bench.settle();
    }
    let (name, payload) = only(&bench);
    assert_eq!(name, "in_doubt");
    assert_eq!(payload["step"], "give");
    assert_eq!(payload.get("kind"), None);
    assert_eq!(bench.count("note"), 1);
}

#[test]
fn a_run_that_is_too_late_is_told() {
    let mut maker = Maker::new();
    let call = maker.call(SHOP, "put", "put");
    maker.rule("rule", vec![step(call)]).valid_for = Some(SignedDuration::from_mins(20));
    maker.alarm("expired", "note");
    let mut bench = with_alarms(&maker.program(), timeout);
    bench.ingest(event(1, "a"));
    bench.settle();
    let (name, payload) = only(&bench);
    assert_eq!(name, "expired");
    assert_eq!(payload["step"], "put");
    assert_eq!(bench.count("note"), 1);
}

#[test]
fn an_alarm_that_fails_sets_off_no_other() {
    let mut bench = Bench::new(&watched("put").program(), |_, _| {
        Some(answer(400, r#"{"code":"7"}"#))
    });
    bench.ingest(event(1, "a"));
    bench.settle();
    only(&bench);
    let dead = bench
        .runs()
        .iter()
        .filter(|run| run.state == RunState::Dead)
        .count();
    assert_eq!((dead, bench.count("note")), (2, 1));
}

#[test]
fn nothing_is_said_where_nobody_listens() {
    let mut maker = Maker::new();
    let call = maker.call(SHOP, "put", "put");
    maker.rule("rule", vec![step(call)]);
    maker.alarm("in_doubt", "note");
    let mut bench = Bench::new(&maker.program(), |_, _| {
        Some(answer(400, r#"{"code":"7"}"#))
    });
    bench.ingest(event(1, "a"));
    bench.settle();
    assert_eq!(alerts(&bench.store), Vec::new());
}

#[test]
fn a_run_that_got_through_is_not_spoken_of() {
    let mut bench = with_alarms(&watched("put").program(), || answer(200, OK));
    bench.ingest(event(1, "a"));
    bench.settle();
    assert_eq!(alerts(&bench.store), Vec::new());
}

#[test]
fn the_alert_is_written_with_the_state_and_heard_by_the_next_process() {
    let program = watched("give").program();
    let store = Memory::new();
    let given = event(1, "a");
    commit(&store, vec![Write::Ingest(given.clone())]).unwrap();
    let mut machine = Machine::new(1, Limits::default());
    let mut inputs = VecDeque::from([load(&program, "v1", true), Input::Event(given)]);
    let mut together = 0;
    while let Some(input) = inputs.pop_front() {
        for command in machine.step(start(), input) {
            match command {
                Command::Commit {
                    commit: number,
                    writes,
                } => {
                    let (doubt, alert) = (has_doubt(&writes), has_alert(&writes));
                    assert_eq!(doubt, alert, "{writes:#?}");
                    together += usize::from(doubt);
                    let result = commit(&store, writes);
                    // The process ends as soon as the batch with the doubt is on disk.
                    if !doubt {
                        inputs.push_back(Input::Committed {
                            commit: number,
                            result,
                        });
                    }
                }
                Command::Send { call, .. } => inputs.push_back(Input::Observed {
                    call,
                    observed: timeout(),
                }),
                _ => {}
            }
        }
    }
    assert_eq!(together, 1);
    assert_eq!(alerts(&store)[0].state, EventState::Received);
    let mut bench = with_alarms(&program, timeout);
    bench.store = store;
    bench.restart(&program);
    bench.settle();
    only(&bench);
    assert_eq!(bench.count("note"), 1);
}

fn has_doubt(writes: &[Write]) -> bool {
    writes.iter().any(|write| {
        let in_doubt = RunState::InDoubt;
        matches!(write, Write::RunState { state, .. } if *state == in_doubt)
    })
}

fn has_alert(writes: &[Write]) -> bool {
    let mut writes = writes.iter();
    writes.any(|write| matches!(write, Write::Ingest(event) if event.name == "in_doubt"))
}
