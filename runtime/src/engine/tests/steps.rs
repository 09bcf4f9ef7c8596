//! What the steps of a rule do.

use std::sync::Arc;

use ondo_compiler::ir::{Expr, LocalId, Op, Program, Step};
use ondo_compiler::value::Value;

use super::super::testing::program::{Maker, SHOP, on, place, step};
use super::super::testing::{Bench, answer, event, timeout};
use crate::store::{RecordKind, RunState};

const OK: &str = r#"{"found":"yes"}"#;

fn all_well(program: &Arc<Program>) -> Bench {
    let mut bench = Bench::new(program, |_, _| Some(answer(200, OK)));
    bench.ingest(event(1, "a"));
    bench.settle();
    bench
}

fn actions(bench: &Bench) -> Vec<&str> {
    bench.sent.iter().map(|sent| sent.action.as_str()).collect()
}

#[test]
fn steps_come_one_after_the_other() {
    let mut maker = Maker::new();
    let steps = ["look", "give", "put"].map(|action| step(maker.call(SHOP, action, action)));
    maker.rule("rule", steps.into());
    let bench = all_well(&maker.program());
    assert_eq!(actions(&bench), ["look", "give", "put"]);
    assert_eq!(bench.run().state, RunState::Done);
}

#[test]
fn the_value_of_a_call_is_known_to_later_steps() {
    let mut maker = Maker::new();
    let mut look = maker.call(SHOP, "look", "look");
    look.bind = Some(LocalId(3));
    let base = maker.expr(Expr::Local(LocalId(3)));
    let found = maker.expr(Expr::Field {
        base,
        name: "found".into(),
    });
    let note = maker.call_with(SHOP, "note", "note", found);
    maker.rule("rule", vec![step(look), step(note)]);
    let bench = all_well(&maker.program());
    assert_eq!(bench.sent[1].body, r#"{"mark":"yes"}"#);
}

#[test]
fn an_outcome_with_a_handler_goes_on_behind_it() {
    let mut maker = Maker::new();
    let mut give = maker.call(SHOP, "give", "give");
    let base = maker.expr(Expr::Local(LocalId(2)));
    let code = maker.expr(Expr::Field {
        base,
        name: "code".into(),
    });
    let note = maker.call_with(SHOP, "give.rejected.note", "note", code);
    give.handlers = vec![on("rejected", Some(LocalId(2)), vec![step(note)])];
    let put = maker.call(SHOP, "put", "put");
    maker.rule("rule", vec![step(give), step(put)]);
    let mut bench = Bench::new(&maker.program(), |sent, _| {
        Some(match sent.action.as_str() {
            "give" => answer(400, r#"{"code":"3007"}"#),
            _ => answer(200, OK),
        })
    });
    bench.ingest(event(1, "a"));
    bench.settle();
    assert_eq!(actions(&bench), ["give", "note", "put"]);
    assert_eq!(bench.sent[1].body, r#"{"mark":"3007"}"#);
    assert_eq!(bench.run().state, RunState::Done);
}

#[test]
fn stop_in_a_handler_ends_the_run_as_stopped() {
    let mut maker = Maker::new();
    let mut give = maker.call(SHOP, "give", "give");
    let why = maker.text("the vendor said no");
    give.handlers = vec![on("rejected", None, vec![Step::Stop(Some(why), place())])];
    maker.rule("rule", vec![step(give)]);
    let mut bench = Bench::new(&maker.program(), |_, _| {
        Some(answer(400, r#"{"code":"1"}"#))
    });
    bench.ingest(event(1, "a"));
    let run = bench.run();
    assert_eq!(
        (run.state, run.reason.as_deref()),
        (RunState::Stopped, Some("the vendor said no"))
    );
}

#[test]
fn an_unhandled_outcome_other_than_ok_fails_the_run_by_its_name() {
    let mut maker = Maker::new();
    let give = maker.call(SHOP, "give", "give");
    maker.rule("rule", vec![step(give)]);
    let mut bench = Bench::new(&maker.program(), |_, _| Some(answer(207, "")));
    bench.ingest(event(1, "a"));
    let run = bench.run();
    assert_eq!(run.state, RunState::Failed);
    assert!(run.reason.unwrap().starts_with("give answered `partly`"));
}

#[test]
fn a_failure_stops_the_run_before_the_step_sends_anything() {
    let mut maker = Maker::new();
    let why = maker.text("no offer");
    let fail = maker.expr(Expr::Fail(why));
    let give = maker.call_with(SHOP, "give", "give", fail);
    maker.rule("rule", vec![step(give)]);
    let bench = all_well(&maker.program());
    assert_eq!(bench.sent.len(), 0);
    let run = bench.run();
    assert_eq!(
        (run.state, run.reason.as_deref()),
        (RunState::Failed, Some("no offer"))
    );
    assert_eq!(bench.journal().last().unwrap().kind, RecordKind::End);
}

#[test]
fn a_loop_calls_for_each_element_that_passes_its_filter() {
    let mut maker = Maker::new();
    let item = maker.expr(Expr::Local(LocalId(1)));
    let note = maker.call_with(SHOP, "note", "note", item);
    let list = maker.field("parts");
    let item = maker.expr(Expr::Local(LocalId(1)));
    let a = maker.text("a");
    let cond = maker.expr(Expr::Binary {
        op: Op::Ne,
        left: item,
        right: a,
    });
    let body = vec![step(note)];
    maker.rule(
        "rule",
        vec![Step::For {
            var: LocalId(1),
            list,
            cond: Some(cond),
            parallel: 1,
            body,
        }],
    );
    let bench = all_well(&maker.program());
    assert_eq!(bench.sent.len(), 1);
    assert_eq!(bench.sent[0].body, r#"{"mark":"b"}"#);
    // The index is that of the unfiltered list.
    assert_eq!(bench.journal()[0].iteration, "1");
    assert_eq!(bench.run().state, RunState::Done);
}

#[test]
fn a_loop_over_too_many_elements_fails_before_its_first_call() {
    let mut maker = Maker::new();
    let items = (0..1_001).map(|item| Value::text(item.to_string()));
    let list = maker.expr(Expr::Const(Value::list(items.collect())));
    let item = maker.expr(Expr::Local(LocalId(1)));
    let note = maker.call_with(SHOP, "note", "note", item);
    let body = vec![step(note)];
    maker.rule(
        "rule",
        vec![Step::For {
            var: LocalId(1),
            list,
            cond: None,
            parallel: 1,
            body,
        }],
    );
    let bench = all_well(&maker.program());
    assert_eq!(bench.sent.len(), 0);
    let run = bench.run();
    assert_eq!(run.state, RunState::Failed);
    assert_eq!(
        run.reason.as_deref(),
        Some("a run makes at most 1000 calls")
    );
}

#[test]
fn if_and_match_choose_their_steps() {
    let mut maker = Maker::new();
    let yes = maker.expr(Expr::Const(Value::Bool(true)));
    let note = maker.call(SHOP, "note", "note");
    let group = maker.field("group");
    let (put, pay) = (
        maker.call(SHOP, "put", "put"),
        maker.call(SHOP, "pay", "pay"),
    );
    let arms = vec![
        (vec![Value::text("b")], vec![step(put)]),
        (vec![Value::text("x"), Value::text("a")], vec![step(pay)]),
    ];
    maker.rule(
        "rule",
        vec![
            Step::If {
                cond: yes,
                then: vec![step(note)],
                otherwise: Vec::new(),
            },
            Step::Match {
                subject: group,
                arms,
                otherwise: Vec::new(),
            },
        ],
    );
    assert_eq!(actions(&all_well(&maker.program())), ["note", "pay"]);
}

#[test]
fn on_error_runs_once_at_failed_and_at_dead_and_knows_the_step() {
    for (status, kind) in [(207, "partly"), (400, "rejected")] {
        let mut maker = Maker::new();
        let give = maker.call(SHOP, "give", "give");
        let error = maker.expr(Expr::Local(LocalId(5)));
        let (kind_of, at) = (
            maker.expr(Expr::Field {
                base: error,
                name: "kind".into(),
            }),
            maker.expr(Expr::Field {
                base: error,
                name: "step".into(),
            }),
        );
        let between = maker.text(" at ");
        let text = maker.expr(Expr::Text(vec![kind_of, between, at]));
        let note = maker.call_with(SHOP, "note", "note", text);
        maker.rule("rule", vec![step(give)]).on_error = Some((LocalId(5), vec![step(note)]));
        let mut bench = Bench::new(&maker.program(), move |sent, _| {
            Some(match sent.action.as_str() {
                "give" => answer(status, r#"{"code":"1"}"#),
                _ => answer(200, OK),
            })
        });
        bench.ingest(event(1, "a"));
        bench.settle();
        assert_eq!(actions(&bench), ["give", "note"]);
        assert_eq!(
            bench.sent[1].body,
            format!(r#"{{"mark":"{kind} at give"}}"#)
        );
        assert!(
            bench
                .journal()
                .iter()
                .any(|record| record.step == "on_error.note")
        );
        let expected = if status == 400 {
            RunState::Dead
        } else {
            RunState::Failed
        };
        assert_eq!(bench.run().state, expected);
    }
}

#[test]
fn on_error_does_not_run_for_what_is_in_doubt() {
    let mut maker = Maker::new();
    let give = maker.call(SHOP, "give", "give");
    let note = maker.call(SHOP, "note", "note");
    maker.rule("rule", vec![step(give)]).on_error = Some((LocalId(5), vec![step(note)]));
    let mut bench = Bench::new(&maker.program(), |_, _| Some(timeout()));
    bench.ingest(event(1, "a"));
    bench.settle();
    assert_eq!(actions(&bench), ["give"]);
    let run = bench.run();
    assert_eq!(
        (run.state, run.step.as_deref()),
        (RunState::InDoubt, Some("give"))
    );
    assert!(
        run.reason
            .unwrap()
            .starts_with("nobody knows whether it happened")
    );
}

#[test]
fn equal_keys_of_the_author_are_one_effect() {
    let mut maker = Maker::new();
    let key = maker.text("k");
    let mut first = maker.call(SHOP, "first", "give");
    first.key = Some(key);
    let mut second = maker.call(SHOP, "second", "give");
    second.key = Some(key);
    maker.rule("rule", vec![step(first), step(second)]);
    let bench = all_well(&maker.program());
    assert_eq!(actions(&bench), ["give"]);
    assert_eq!(bench.run().state, RunState::Done);
    assert_eq!(bench.journal()[0].key, "k");
}
