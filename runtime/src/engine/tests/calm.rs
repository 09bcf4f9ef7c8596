//! `debounce`: of events that follow each other closely the last one goes on.

use std::sync::Arc;

use jiff::SignedDuration;
use ondo_compiler::ir::{Expr, Program};
use ondo_compiler::value::Value;

use super::super::testing::program::{Maker, SHOP, step, when};
use super::super::testing::{Bench, answer, event, start};
use crate::store::RunState;

const OK: &str = r#"{"found":"yes"}"#;
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// `on shop.order debounce 10m per group do shop.note(…)`
fn calming() -> Arc<Program> {
    let mut maker = Maker::new();
    let note = maker.call(SHOP, "note", "note");
    let group = maker.field("group");
    maker.rule("rule", vec![step(note)]).debounce = Some((MINUTE * 10, Some(group)));
    maker.program()
}

/// A bench whose vendor answers at once.
fn bench(program: &Arc<Program>) -> Bench {
    Bench::new(program, |_, _| Some(answer(200, OK)))
}

/// Minutes after the start at which something was sent, and for which event.
fn sent(bench: &Bench) -> Vec<(i64, &str)> {
    let sent = bench.sent.iter();
    sent.map(|sent| (sent.at.duration_since(start()).as_mins(), &sent.body[9..17]))
        .collect()
}

#[test]
fn each_event_begins_the_silence_anew_and_the_last_one_goes_on() {
    let mut bench = bench(&calming());
    for number in 0..3 {
        bench.ingest(event(number, "a"));
        bench.pass(MINUTE * 4);
    }
    let runs = bench.runs();
    let superseded = RunState::Superseded;
    assert_eq!((runs[0].state, runs[1].state), (superseded, superseded));
    assert_eq!(
        runs[0].reason.as_deref(),
        Some("evt_0001 came within the time of `debounce`")
    );
    assert_eq!(runs[2].state, RunState::Waiting);
    assert_eq!(runs[2].due, Some(start() + MINUTE * 18));
    assert_eq!(runs[2].reason.as_deref(), Some("`debounce 10m`"));
    bench.settle();
    assert_eq!(sent(&bench), [(18, "evt_0002")]);
}

#[test]
fn values_of_per_do_not_disturb_each_other() {
    let mut bench = bench(&calming());
    bench.ingest(event(0, "a"));
    bench.ingest(event(1, "b"));
    bench.settle();
    assert_eq!(sent(&bench), [(10, "evt_0000"), (10, "evt_0001")]);
}

#[test]
fn after_ten_lengths_the_last_one_goes_on_all_the_same() {
    let mut bench = bench(&calming());
    for number in 0..15 {
        bench.ingest(event(number, "a"));
        bench.pass(MINUTE * 8);
    }
    bench.settle();
    assert_eq!(sent(&bench), [(100, "evt_0012"), (122, "evt_0014")]);
}

#[test]
fn a_restart_goes_on_with_the_silence() {
    let program = calming();
    let mut bench = bench(&program);
    for number in 0..15 {
        bench.ingest(event(number, "a"));
        bench.pass(MINUTE * 4);
        bench.restart(&program);
        bench.pass(MINUTE * 4);
        if number == 2 {
            break;
        }
    }
    bench.settle();
    assert_eq!(sent(&bench), [(26, "evt_0002")]);
}

#[test]
fn the_last_one_may_be_filtered_and_then_none_goes_on() {
    let mut maker = Maker::new();
    let note = maker.call(SHOP, "note", "note");
    let id = maker.field("id");
    let first = maker.text("0");
    let is_first = maker.expr(Expr::Binary {
        op: ondo_compiler::ir::Op::Eq,
        left: id,
        right: first,
    });
    let rule = maker.rule("rule", vec![step(note)]);
    rule.debounce = Some((MINUTE, None));
    rule.when = Some(when(&[(is_first, "id == \"0\"")]));
    let mut bench = bench(&maker.program());
    bench.ingest(event(0, "a"));
    bench.ingest(event(1, "a"));
    bench.settle();
    assert_eq!(bench.run().state, RunState::Superseded);
    assert_eq!(bench.sent.len(), 0);
}

#[test]
fn without_a_value_of_per_the_run_fails() {
    let mut maker = Maker::new();
    let null = maker.expr(Expr::Const(Value::Null));
    maker.rule("rule", Vec::new()).debounce = Some((MINUTE, Some(null)));
    let mut bench = bench(&maker.program());
    bench.ingest(event(0, "a"));
    assert_eq!(bench.run().state, RunState::Failed);
}
