//! `debounce`: of events that follow each other closely the last one goes on.

use std::sync::Arc;

use jiff::SignedDuration;
use ondo_compiler::ir::{Expr, ExprId, Once, Program};
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

/// `on shop.order debounce 1m per group when id != "1" … do shop.note(…)`
fn gated(change: impl FnOnce(&mut Maker, &mut Gates)) -> Arc<Program> {
    let mut maker = Maker::new();
    let note = maker.call(SHOP, "note", "note");
    let group = maker.field("group");
    let id = maker.field("id");
    let second = maker.text("1");
    let is_not_second = maker.expr(Expr::Binary {
        op: ondo_compiler::ir::Op::Ne,
        left: id,
        right: second,
    });
    let mut gates = Gates::default();
    change(&mut maker, &mut gates);
    let rule = maker.rule("rule", vec![step(note)]);
    rule.debounce = Some((MINUTE, Some(group)));
    rule.when = Some(when(&[(is_not_second, "id != \"1\"")]));
    if let Some(key) = gates.once {
        rule.once = Once::Per {
            key,
            within: gates.within,
            implied: false,
        };
    }
    rule.at_most = gates.at_most;
    rule.ordered_by = gates.ordered_by;
    maker.program()
}

/// The gates behind `debounce`.
#[derive(Default)]
struct Gates {
    once: Option<ExprId>,
    within: Option<SignedDuration>,
    at_most: Option<(u64, SignedDuration)>,
    ordered_by: Option<ExprId>,
}

#[test]
fn the_last_one_may_be_filtered_and_then_none_goes_on() {
    let mut bench = bench(&gated(|_, _| {}));
    bench.ingest(event(0, "a"));
    bench.ingest(event(1, "a"));
    let runs = bench.runs();
    let states = (runs[0].state, runs[1].state);
    assert_eq!(states, (RunState::Superseded, RunState::Waiting));
    bench.settle();
    let last = &bench.runs()[1];
    assert_eq!(last.state, RunState::Filtered);
    assert_eq!(last.reason.as_deref(), Some("`id != \"1\"` was false"));
    assert_eq!(bench.sent.len(), 0);
}

#[test]
fn one_that_when_would_refuse_begins_the_silence_anew() {
    let mut bench = bench(&gated(|_, _| {}));
    bench.ingest(event(1, "a"));
    bench.pass(SignedDuration::from_secs(40));
    bench.ingest(event(2, "a"));
    bench.pass(SignedDuration::from_secs(40));
    assert_eq!(bench.sent.len(), 0);
    bench.settle();
    assert_eq!(sent(&bench), [(1, "evt_0002")]);
}

#[test]
fn only_the_last_one_takes_the_once_key() {
    let program = gated(|maker, gates| gates.once = Some(maker.field("group")));
    let mut bench = bench(&program);
    for number in [0, 2, 3] {
        bench.ingest(event(number, "a"));
    }
    assert!(bench.runs().iter().all(|run| run.once_key.is_none()));
    bench.settle();
    assert_eq!(sent(&bench), [(1, "evt_0003")]);
    let first = bench.runs()[2].clone();
    assert_eq!(first.once_key.as_deref(), Some("a"));
    bench.ingest(event(4, "a"));
    bench.ingest(event(5, "a"));
    bench.settle();
    assert_eq!(bench.sent.len(), 1);
    let last = bench.runs()[4].clone();
    assert_eq!(last.state, RunState::Filtered);
    let reason = format!("`a` was taken by {}", first.id);
    assert_eq!(last.reason, Some(reason));
}

#[test]
fn within_counts_from_the_end_of_the_silence() {
    let program = gated(|maker, gates| {
        gates.once = Some(maker.field("group"));
        gates.within = Some(MINUTE * 10);
    });
    let mut bench = bench(&program);
    bench.ingest(event(0, "a"));
    bench.pass(MINUTE * 9);
    bench.ingest(event(2, "a"));
    bench.pass(SignedDuration::from_secs(61));
    assert_eq!(bench.runs()[1].state, RunState::Filtered);
    bench.ingest(event(3, "a"));
    bench.settle();
    assert_eq!(sent(&bench), [(1, "evt_0000"), (11, "evt_0003")]);
}

#[test]
fn what_is_let_through_is_counted_by_at_most_when_it_is() {
    let program = gated(|maker, gates| {
        gates.once = Some(maker.field("group"));
        gates.at_most = Some((1, MINUTE * 30));
    });
    let mut bench = bench(&program);
    for (number, group) in [(0, "a"), (2, "b"), (3, "b"), (4, "a")] {
        bench.ingest(event(number, group));
    }
    bench.pass(MINUTE * 2);
    let waiting = bench.runs()[3].clone();
    assert_eq!(waiting.step.as_deref(), Some("at most"));
    assert_eq!(waiting.due, Some(start() + MINUTE * 31));
    bench.restart(&program);
    bench.settle();
    assert_eq!(sent(&bench), [(1, "evt_0003"), (31, "evt_0004")]);
    bench.ingest(event(5, "a"));
    bench.pass(MINUTE);
    bench.ingest(event(6, "c"));
    bench.settle();
    // A duplicate gives its place back.
    let last = bench.sent.last().unwrap().at.duration_since(start());
    assert_eq!(last.as_mins(), 61);
}

/// Two runs of one order, of which that of the later event comes through first, and its vendor is slow.
fn inverted(program: &Arc<Program>) -> Bench {
    let mut bench = Bench::new(program, |sent, before| {
        let slow = sent.body.contains("evt_0010") && before < 6;
        Some(match slow {
            true => super::super::testing::timeout(),
            false => answer(200, OK),
        })
    });
    // Ten lengths of the first group end before the silence of the second one.
    for number in [0, 30, 2, 3, 4, 5, 6, 7, 8, 9] {
        bench.ingest(event(number, "a"));
        bench.pass(SignedDuration::from_secs(58));
    }
    bench.ingest(event(20, "b"));
    bench.ingest(event(10, "a"));
    bench.pass(SignedDuration::from_secs(61));
    let runs = bench.runs();
    let state_of = |event: &str| {
        let run = runs.iter().find(|run| run.event.0 == event).unwrap();
        (run.state, run.reason.clone().unwrap())
    };
    let (first, second) = (state_of("evt_0010"), state_of("evt_0020"));
    assert_eq!((first.0, second.0), (RunState::Waiting, RunState::Queued));
    assert!(second.1.starts_with("waits behind run_"), "{}", second.1);
    bench
}

/// Everything was sent for the one, and then once for the other.
#[track_caller]
fn one_after_the_other(bench: &Bench) {
    let events: Vec<&str> = sent(bench).into_iter().map(|(_, event)| event).collect();
    let (last, before) = events.split_last().unwrap();
    assert_eq!(*last, "evt_0020");
    assert_eq!(before, ["evt_0010"; 7]);
    assert!(bench.runs().iter().all(|run| run.state.is_ended()));
}

#[test]
fn ordered_runs_go_one_at_a_time_whichever_comes_through_first() {
    let program = gated(|maker, gates| gates.ordered_by = Some(maker.text("all")));
    let mut bench = inverted(&program);
    bench.settle();
    one_after_the_other(&bench);
}

#[test]
fn after_a_restart_the_one_whose_turn_it_is_still_goes_first() {
    let program = gated(|maker, gates| gates.ordered_by = Some(maker.text("all")));
    let mut bench = inverted(&program);
    bench.restart(&program);
    bench.settle();
    one_after_the_other(&bench);
}

#[test]
fn a_silence_that_ended_while_no_process_ran_asks_the_gates_at_the_start() {
    let program = gated(|maker, gates| gates.once = Some(maker.field("group")));
    let mut bench = bench(&program);
    bench.ingest(event(0, "a"));
    bench.ingest(event(1, "b"));
    bench.now += MINUTE * 20;
    bench.restart(&program);
    let states: Vec<RunState> = bench.runs().iter().map(|run| run.state).collect();
    assert_eq!(states, [RunState::Done, RunState::Filtered]);
    bench.restart(&program);
    bench.ingest(event(2, "a"));
    bench.settle();
    assert_eq!(bench.sent.len(), 1);
}

#[test]
fn a_gate_that_fails_behind_the_silence_fails_the_run() {
    let program = gated(|maker, gates| gates.once = Some(maker.expr(Expr::Const(Value::Null))));
    let mut bench = bench(&program);
    bench.ingest(event(0, "a"));
    assert_eq!(bench.run().state, RunState::Waiting);
    bench.settle();
    let run = bench.run();
    assert_eq!(run.state, RunState::Failed);
    assert_eq!(run.reason.as_deref(), Some("null cannot be a key"));
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
