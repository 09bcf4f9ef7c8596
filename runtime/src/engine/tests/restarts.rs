//! What a new process does with the runs of an earlier one.

use std::cell::RefCell;
use std::rc::Rc;

use ondo_compiler::ir::Expr;

use super::super::testing::program::{Maker, SHOP, one_call, step};
use super::super::testing::{Bench, answer, event, load, resume, timeout};
use super::orders::{kept, order};
use crate::engine::orders::{Decision, What};
use crate::engine::{Command, Input, Limits, Machine};
use crate::store::{RecordKind, RunState, Version};

const OK: &str = r#"{"found":"yes"}"#;

/// A bench whose vendor is silent until the switch is turned.
fn silent_at_first(
    program: &std::sync::Arc<ondo_compiler::ir::Program>,
) -> (Bench, Rc<RefCell<bool>>) {
    let answers = Rc::new(RefCell::new(false));
    let shared = Rc::clone(&answers);
    let bench = Bench::new(program, move |_, _| {
        shared.borrow().then(|| answer(200, OK))
    });
    (bench, answers)
}

#[test]
fn an_unsafe_call_under_way_when_the_process_died_is_in_doubt_and_not_sent_again() {
    let program = one_call("give", |_| {});
    let (mut bench, answers) = silent_at_first(&program);
    bench.ingest(event(1, "a"));
    assert_eq!(bench.journal()[0].kind, RecordKind::Intent);
    *answers.borrow_mut() = true;
    bench.restart(&program);
    bench.settle();
    assert_eq!(
        (bench.run().state, bench.count("give")),
        (RunState::InDoubt, 1)
    );
    assert_eq!(
        bench.outcomes(),
        [("process_ended".to_owned(), "unknown".to_owned())]
    );
    // And it stays so.
    bench.restart(&program);
    bench.settle();
    assert_eq!(
        (bench.run().state, bench.count("give")),
        (RunState::InDoubt, 1)
    );
}

#[test]
fn other_calls_under_way_when_the_process_died_are_repeated() {
    for action in ["look", "note", "put", "pay"] {
        let program = one_call(action, |_| {});
        let (mut bench, answers) = silent_at_first(&program);
        bench.ingest(event(1, "a"));
        assert_eq!(bench.journal().len(), 0, "{action} has no intent");
        *answers.borrow_mut() = true;
        bench.restart(&program);
        bench.settle();
        assert_eq!(
            (bench.run().state, bench.count(action)),
            (RunState::Done, 2),
            "{action}"
        );
        assert_eq!(bench.sent[0].body, bench.sent[1].body, "{action}");
    }
}

#[test]
fn steps_that_were_done_are_not_done_again() {
    let mut maker = Maker::new();
    let calls = ["give", "put"].map(|action| step(maker.call(SHOP, action, action)));
    maker.rule("rule", calls.into());
    let program = maker.program();
    let answers = Rc::new(RefCell::new(false));
    let shared = Rc::clone(&answers);
    let mut bench = Bench::new(&program, move |sent, _| {
        (sent.action == "give" || *shared.borrow()).then(|| answer(200, OK))
    });
    bench.ingest(event(1, "a"));
    *answers.borrow_mut() = true;
    bench.restart(&program);
    bench.settle();
    assert_eq!((bench.count("give"), bench.count("put")), (1, 2));
    assert_eq!(bench.run().state, RunState::Done);
}

#[test]
fn a_waiting_run_keeps_its_due_over_a_restart() {
    let program = one_call("put", |_| {});
    let mut bench = Bench::new(&program, |_, before| {
        Some(if before < 6 {
            timeout()
        } else {
            answer(200, OK)
        })
    });
    bench.ingest(event(1, "a"));
    while bench.count("put") < 6 {
        let due = bench.run().due.unwrap();
        bench.restart(&program);
        assert_eq!(bench.run().due, Some(due));
        let before = bench.count("put");
        bench.now = due;
        bench.input(crate::engine::Input::Wake);
        assert_eq!(bench.count("put"), before + 1);
    }
    bench.settle();
    assert_eq!(bench.run().state, RunState::Done);
}

#[test]
fn a_request_that_would_change_is_not_sent() {
    let (first, second) = (one_call("put", |_| {}), {
        let mut maker = Maker::new();
        let other = maker.text("something else");
        let call = maker.call_with(SHOP, "put", "put", other);
        maker.rule("rule", vec![step(call)]);
        maker.program()
    });
    let mut bench = Bench::new(&first, |_, _| Some(timeout()));
    bench.ingest(event(1, "a"));
    // The same version with other contents: what must never happen, happens.
    bench.restart(&second);
    bench.settle();
    let run = bench.run();
    assert_eq!((run.state, bench.count("put")), (RunState::Dead, 1));
    assert!(
        run.reason
            .unwrap()
            .contains("something else than at its first attempt")
    );
}

#[test]
fn step_time_is_that_of_the_first_attempt() {
    let mut maker = Maker::new();
    let time = maker.expr(Expr::StepTime);
    let text = maker.expr(Expr::Text(vec![time]));
    let call = maker.call_with(SHOP, "put", "put", text);
    maker.rule("rule", vec![step(call)]);
    let program = maker.program();
    let mut bench = Bench::new(&program, |_, before| {
        Some(if before < 3 {
            timeout()
        } else {
            answer(200, OK)
        })
    });
    bench.ingest(event(1, "a"));
    bench.restart(&program);
    bench.settle();
    assert_eq!((bench.run().state, bench.count("put")), (RunState::Done, 4));
    assert!(
        bench
            .sent
            .iter()
            .all(|sent| sent.body == bench.sent[0].body)
    );
}

#[test]
fn a_run_whose_version_is_not_loaded_waits_visibly_and_goes_on_when_it_is() {
    let program = one_call("put", |_| {});
    let (mut bench, answers) = silent_at_first(&program);
    bench.ingest(event(1, "a"));
    *answers.borrow_mut() = true;
    bench.machine = super::super::Machine::new(3, super::super::Limits::default());
    let run = bench.run();
    let input = super::super::testing::resume(&bench.store, &run.id);
    bench.input(input);
    let run = bench.run();
    assert_eq!(run.state, RunState::Waiting);
    assert!(run.reason.unwrap().starts_with("needs-older-binary"));
    bench.input(super::super::testing::load(&program, "v1", false));
    bench.settle();
    assert_eq!(bench.run().state, RunState::Done);
}

#[test]
fn what_was_under_way_is_unknown_also_while_its_version_is_not_loaded() {
    let program = one_call("give", |_| {});
    let (mut bench, answers) = silent_at_first(&program);
    bench.ingest(event(1, "a"));
    *answers.borrow_mut() = true;
    bench.machine = Machine::new(3, Limits::default());
    let run = bench.run().id;
    bench.input(resume(&bench.store, &run));
    let journal = bench.journal();
    let last = journal.last().unwrap();
    assert_eq!(last.outcome.as_deref(), Some("process_ended"));
    order(&mut bench, What::Cancel { run: run.clone() }).unwrap();
    assert_eq!(bench.run().state, RunState::Cancelled);
    bench.input(load(&program, "v1", true));
    let redrive = What::Redrive {
        kept: kept(&bench, &run),
        version: Version("v1".to_owned()),
        from: None,
        yes_repeat_money: false,
        dry_run: false,
    };
    let why = order(&mut bench, redrive).unwrap_err();
    assert!(why.contains("may happen a second time"), "{why}");
    bench.settle();
    assert_eq!(bench.count("give"), 1);
}

#[test]
fn a_version_stays_as_long_as_one_of_its_runs_has_not_ended() {
    let program = one_call("give", |_| {});
    let mut bench = Bench::new(&program, |_, _| Some(timeout()));
    for number in 1..=3 {
        bench.ingest(event(number, "a"));
    }
    // Read again without a change, then replaced.
    bench.input(load(&program, "v1", true));
    bench.input(load(&one_call("put", |_| {}), "v2", true));
    for run in bench.runs() {
        let what = What::Decide {
            kept: kept(&bench, &run.id),
            place: None,
            decision: Decision::Applied,
        };
        order(&mut bench, what).unwrap();
    }
    bench.settle();
    assert!(bench.runs().iter().all(|run| run.state == RunState::Done));
}

#[test]
fn what_became_of_a_call_is_written_together_with_the_doubt() {
    let program = one_call("give", |_| {});
    let (mut bench, _) = silent_at_first(&program);
    bench.ingest(event(1, "a"));
    let run = bench.run().id;
    for recovering in [false, true] {
        let mut machine = Machine::new(3, Limits::default());
        machine.step(bench.now, load(&program, "v1", true));
        if recovering {
            machine.step(bench.now, Input::Recovering);
        }
        let commands = machine.step(bench.now, resume(&bench.store, &run));
        let batches: Vec<String> = commands
            .iter()
            .filter_map(|command| match command {
                Command::Commit { writes, .. } => Some(format!("{writes:?}")),
                _ => None,
            })
            .collect();
        assert_eq!(batches.len(), 1);
        assert!(batches[0].contains("process_ended"), "{batches:?}");
        assert!(batches[0].contains("state: InDoubt"), "{batches:?}");
    }
}
