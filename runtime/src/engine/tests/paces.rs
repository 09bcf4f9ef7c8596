//! `at most N per D`: the surplus waits, in order and visibly.

use std::sync::Arc;

use jiff::SignedDuration;
use ondo_compiler::ir::{Once, Program, Rule};

use super::super::testing::program::{Maker, SHOP, step};
use super::super::testing::{Bench, answer, event, start};
use crate::store::RunState;

const OK: &str = r#"{"found":"yes"}"#;
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// `on shop.order at most 2 per 1h do shop.note(…)`
fn limited(change: impl FnOnce(&mut Rule)) -> Arc<Program> {
    let mut maker = Maker::new();
    let note = maker.call(SHOP, "note", "note");
    let rule = maker.rule("rule", vec![step(note)]);
    rule.at_most = Some((2, HOUR));
    change(rule);
    maker.program()
}

/// A bench whose vendor answers at once.
fn bench(program: &Arc<Program>) -> Bench {
    Bench::new(program, |_, _| Some(answer(200, OK)))
}

/// Minutes after the start at which something was sent.
fn minutes(bench: &Bench) -> Vec<i64> {
    let since = |sent: &super::super::testing::Sent| sent.at.duration_since(start()).as_mins();
    bench.sent.iter().map(since).collect()
}

#[test]
fn the_surplus_waits_in_order_with_a_moment_and_a_reason() {
    let mut bench = bench(&limited(|_| {}));
    for number in 0..5 {
        bench.ingest(event(number, "a"));
    }
    let waiting = &bench.runs()[4];
    assert_eq!(waiting.state, RunState::Waiting);
    assert_eq!(waiting.reason.as_deref(), Some("`at most 2 per 1h`"));
    assert_eq!(waiting.due, Some(start() + HOUR * 2));
    bench.settle();
    assert_eq!(minutes(&bench), [0, 0, 60, 60, 120]);
    for (number, sent) in bench.sent.iter().enumerate() {
        assert!(sent.body.contains(&format!("evt_000{number}")), "{sent:?}");
    }
}

#[test]
fn the_length_slides() {
    let mut bench = bench(&limited(|_| {}));
    for number in 0..4 {
        bench.ingest(event(number, "a"));
        bench.pass(SignedDuration::from_mins(25));
    }
    bench.settle();
    assert_eq!(minutes(&bench), [0, 25, 60, 85]);
}

#[test]
fn a_restart_forgets_neither_those_who_began_nor_those_who_wait() {
    let program = limited(|_| {});
    let mut bench = bench(&program);
    for number in 0..3 {
        bench.ingest(event(number, "a"));
    }
    bench.pass(SignedDuration::from_mins(10));
    bench.restart(&program);
    bench.ingest(event(3, "a"));
    bench.ingest(event(4, "a"));
    bench.settle();
    assert_eq!(minutes(&bench), [0, 0, 60, 60, 120]);
}

#[test]
fn what_once_stops_is_not_counted() {
    let mut maker = Maker::new();
    let note = maker.call(SHOP, "note", "note");
    let key = maker.field("group");
    let rule = maker.rule("rule", vec![step(note)]);
    rule.at_most = Some((2, HOUR));
    rule.once = Once::Per {
        key,
        within: None,
        implied: false,
    };
    let mut bench = bench(&maker.program());
    for (number, group) in ["a", "a", "a", "b", "c"].into_iter().enumerate() {
        bench.ingest(event(number, group));
    }
    bench.settle();
    assert_eq!(minutes(&bench), [0, 0, 60]);
}

#[test]
fn a_run_that_has_its_turn_too_early_waits_for_its_moment() {
    let mut maker = Maker::new();
    let note = maker.call(SHOP, "note", "note");
    let key = maker.field("group");
    let rule = maker.rule("rule", vec![step(note)]);
    rule.at_most = Some((2, HOUR));
    rule.ordered_by = Some(key);
    let program = maker.program();
    let mut bench = bench(&program);
    for number in 0..4 {
        bench.ingest(event(number, "a"));
    }
    let states: Vec<RunState> = bench.runs().iter().map(|run| run.state).collect();
    let (done, waiting, queued) = (RunState::Done, RunState::Waiting, RunState::Queued);
    assert_eq!(states, [done, done, waiting, queued]);
    bench.restart(&program);
    bench.settle();
    assert_eq!(minutes(&bench), [0, 0, 60, 60]);
}
