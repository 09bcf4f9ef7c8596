//! Results that come later: asked for until they are there, and never handed in twice.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use jiff::SignedDuration;
use ondo_compiler::ir::{Expr, LocalId, Program};
use ondo_compiler::wire::{HttpAnswer, Observed};

use super::super::testing::program::{Maker, SAFE, SHOP, on, one_call, step};
use super::super::testing::{Bench, Sent, answer, event, not_sent, start, timeout};
use crate::engine::Input;
use crate::store::{RecordKind, RunState};

const ACCEPTED: &str = r#"{"job":"j-17"}"#;
const OK: &str = r#"{"found":"yes"}"#;

/// A vendor that accepts, and answers the questions one after the other; the last answer is for all that follow.
fn answers(results: Vec<Observed>) -> impl FnMut(&Sent, usize) -> Option<Observed> {
    move |sent, before| {
        Some(match sent.action.as_str() {
            "start" => answer(202, ACCEPTED),
            "result" => results[before.min(results.len() - 1)].clone(),
            "token" => answer(200, r#"{"token":"t"}"#),
            _ => answer(200, OK),
        })
    }
}

fn not_yet() -> Observed {
    answer(202, "")
}

fn bench(program: &Arc<Program>, results: Vec<Observed>) -> Bench {
    let mut bench = Bench::new(program, answers(results));
    bench.ingest(event(1, "a"));
    bench
}

fn asked_at(bench: &Bench) -> Vec<i64> {
    let asked = bench.sent.iter().filter(|sent| sent.action == "result");
    asked
        .map(|sent| sent.at.duration_since(start()).as_secs())
        .collect()
}

fn job() -> Arc<Program> {
    one_call("start", |_| {})
}

#[test]
fn the_result_is_asked_for_until_it_is_there() {
    let mut bench = bench(&job(), vec![not_yet(), not_yet(), answer(200, OK)]);
    bench.settle();
    assert_eq!(
        (bench.run().state, bench.count("start")),
        (RunState::Done, 1)
    );
    assert_eq!(asked_at(&bench), [10, 20, 30]);
    assert!(bench.sent[1].target.ends_with("/result?mark=j-17"));
    // What said "not yet" is not in the journal.
    let outcomes = bench.outcomes();
    let outcomes: Vec<(&str, &str)> = outcomes
        .iter()
        .map(|(outcome, verdict)| (outcome.as_str(), verdict.as_str()))
        .collect();
    assert_eq!(outcomes, [("accepted", "pending"), ("ok", "applied")]);
    let journal = bench.journal();
    let last = journal.last().unwrap();
    assert_eq!(
        (last.step.as_str(), last.action.as_str()),
        ("start", "vendor.result")
    );
    assert!(last.request.is_some() && last.answer.is_some());
}

#[test]
fn a_run_that_waits_for_a_result_says_so() {
    let bench = bench(&job(), vec![not_yet()]);
    let run = bench.run();
    assert_eq!(run.state, RunState::Waiting);
    assert_eq!(run.due, Some(start() + SignedDuration::from_secs(10)));
    assert_eq!(run.step.as_deref(), Some("start"));
    assert_eq!(
        run.reason.as_deref(),
        Some("waits for the result of start (job j-17), gives up at 2026-11-21T07:30:00Z")
    );
}

#[test]
fn the_result_is_known_to_later_steps() {
    let mut maker = Maker::new();
    let mut call = maker.call(SHOP, "start", "start");
    call.bind = Some(LocalId(3));
    let base = maker.expr(Expr::Local(LocalId(3)));
    let found = maker.expr(Expr::Field {
        base,
        name: "found".into(),
    });
    let note = maker.call_with(SHOP, "note", "note", found);
    maker.rule("rule", vec![step(call), step(note)]);
    let mut bench = bench(&maker.program(), vec![not_yet(), answer(200, OK)]);
    bench.settle();
    assert_eq!(bench.sent.last().unwrap().body, r#"{"mark":"yes"}"#);
    assert_eq!(bench.run().state, RunState::Done);
}

#[test]
fn an_answer_with_the_result_in_it_is_not_asked_for() {
    let mut bench = Bench::new(&job(), |_, _| Some(answer(200, OK)));
    bench.ingest(event(1, "a"));
    bench.settle();
    assert_eq!((bench.run().state, bench.sent.len()), (RunState::Done, 1));
}

#[test]
fn a_job_that_failed_reaches_its_handler() {
    let mut maker = Maker::new();
    let mut call = maker.call(SHOP, "start", "start");
    let base = maker.expr(Expr::Local(LocalId(2)));
    let code = maker.expr(Expr::Field {
        base,
        name: "code".into(),
    });
    let note = maker.call_with(SHOP, "start.failed.note", "note", code);
    call.handlers = vec![on("failed", Some(LocalId(2)), vec![step(note)])];
    maker.rule("rule", vec![step(call)]);
    let failed = answer(409, r#"{"code":"no dish"}"#);
    let mut bench = bench(&maker.program(), vec![not_yet(), failed]);
    bench.settle();
    assert_eq!(bench.sent.last().unwrap().body, r#"{"mark":"no dish"}"#);
    assert_eq!(bench.run().state, RunState::Done);
}

#[test]
fn a_job_that_failed_and_is_not_handled_ends_the_run() {
    let mut bench = bench(&job(), vec![answer(409, r#"{"code":"1"}"#)]);
    bench.settle();
    let run = bench.run();
    assert_eq!(run.state, RunState::Dead);
    assert!(
        run.reason
            .unwrap()
            .starts_with("start was refused (`failed`)")
    );
}

#[test]
fn a_question_that_gets_no_answer_is_asked_again() {
    let trouble = vec![timeout(), not_sent(), answer(500, ""), answer(200, OK)];
    let mut bench = bench(&job(), trouble);
    bench.settle();
    assert_eq!(
        (bench.run().state, bench.count("result")),
        (RunState::Done, 4)
    );
    assert_eq!(bench.outcomes().len(), 2);
}

#[test]
fn a_result_that_never_comes_is_in_doubt() {
    let mut bench = bench(&job(), vec![not_yet()]);
    bench.settle();
    let run = bench.run();
    assert_eq!((run.state, run.due), (RunState::InDoubt, None));
    assert_eq!(
        run.reason.as_deref(),
        Some(
            "nobody knows whether it happened: job j-17 had no result after 30m; the last answer: 202: waiting"
        )
    );
    assert_eq!((bench.count("start"), bench.count("result")), (1, 180));
    assert_eq!(asked_at(&bench).last(), Some(&1_800));
    let last = bench.journal().pop().unwrap();
    assert_eq!(
        (last.outcome.as_deref(), last.verdict.as_deref()),
        (Some("gave_up"), Some("unknown"))
    );
}

#[test]
fn a_restart_at_any_moment_goes_on_waiting_and_hands_nothing_in_again() {
    let program = job();
    let results = vec![not_yet(), not_yet(), not_yet(), answer(200, OK)];
    let mut bench = bench(&program, results);
    for _ in 0..20 {
        bench.restart(&program);
        assert!(bench.run().state.is_ended() || bench.run().due.is_some());
        bench.pass(SignedDuration::from_secs(3));
    }
    assert_eq!(
        (bench.run().state, bench.count("start")),
        (RunState::Done, 1)
    );
    assert_eq!(bench.count("result"), 4);
}

#[test]
fn a_process_that_dies_while_it_asks_asks_again() {
    let program = job();
    let hears = Rc::new(RefCell::new(false));
    let shared = Rc::clone(&hears);
    let mut bench = Bench::new(&program, move |sent, _| match sent.action.as_str() {
        "start" => Some(answer(202, ACCEPTED)),
        _ => shared.borrow().then(|| answer(200, OK)),
    });
    bench.ingest(event(1, "a"));
    bench.settle();
    assert_eq!(
        (bench.run().state, bench.count("result")),
        (RunState::Waiting, 1)
    );
    *hears.borrow_mut() = true;
    bench.restart(&program);
    bench.settle();
    assert_eq!(
        (bench.run().state, bench.count("start")),
        (RunState::Done, 1)
    );
    assert_eq!(bench.count("result"), 2);
}

#[test]
fn a_process_that_was_away_for_too_long_asks_once_before_it_gives_up() {
    let program = job();
    for (result, state) in [
        (answer(200, OK), RunState::Done),
        (not_yet(), RunState::InDoubt),
    ] {
        let mut bench = bench(&program, vec![result]);
        bench.now = start() + SignedDuration::from_hours(5);
        bench.restart(&program);
        bench.settle();
        assert_eq!((bench.run().state, bench.count("result")), (state, 1));
    }
}

#[test]
fn what_is_refused_to_the_question_alone_leaves_doubt_about_the_job() {
    let mut bench = bench(&job(), vec![answer(404, "")]);
    bench.settle();
    let run = bench.run();
    assert_eq!((run.state, bench.count("result")), (RunState::InDoubt, 1));
    let reason = run.reason.unwrap();
    assert!(
        reason.contains("job j-17") && reason.contains("refused to say what became of it: 404"),
        "{reason}"
    );
}

#[test]
fn an_answer_that_names_no_job_leaves_doubt() {
    let mut bench = Bench::new(&job(), |_, _| Some(answer(202, "{}")));
    bench.ingest(event(1, "a"));
    bench.settle();
    let run = bench.run();
    assert_eq!((run.state, bench.sent.len()), (RunState::InDoubt, 1));
    assert!(
        run.reason
            .unwrap()
            .starts_with("accepted, but the answer does not name the job")
    );
}

#[test]
fn an_author_may_go_on_without_the_result() {
    let mut maker = Maker::new();
    let mut call = maker.call(SHOP, "start", "start");
    call.handlers = vec![on("accepted", None, Vec::new())];
    let put = maker.call(SHOP, "put", "put");
    maker.rule("rule", vec![step(call), step(put)]);
    let mut bench = bench(&maker.program(), vec![not_yet()]);
    bench.settle();
    assert_eq!(
        (bench.run().state, bench.count("result")),
        (RunState::Done, 0)
    );
    assert_eq!(bench.count("put"), 1);
}

#[test]
fn what_was_accepted_does_not_expire() {
    let mut maker = Maker::new();
    let call = maker.call(SHOP, "start", "start");
    maker.rule("rule", vec![step(call)]).valid_for = Some(SignedDuration::from_secs(15));
    let results = vec![not_yet(), not_yet(), not_yet(), answer(200, OK)];
    let mut bench = bench(&maker.program(), results);
    bench.settle();
    assert_eq!(bench.run().state, RunState::Done);
}

#[test]
fn a_question_whose_token_is_used_up_is_asked_with_a_new_one() {
    let mut maker = Maker::new();
    let call = maker.call(SAFE, "start", "start");
    maker.rule("rule", vec![step(call)]);
    let mut bench = bench(&maker.program(), vec![answer(401, ""), answer(200, OK)]);
    bench.settle();
    assert_eq!(
        (bench.run().state, bench.count("token")),
        (RunState::Done, 2)
    );
    assert_eq!(bench.count("start"), 1);
}

#[test]
fn a_vendor_that_wants_a_pause_is_not_asked_before_it_is_over() {
    let limited = Observed::Answer(HttpAnswer {
        status: 429,
        headers: vec![("retry-after".to_owned(), "120".to_owned())],
        body: Vec::new(),
        complete: true,
    });
    let mut bench = bench(&job(), vec![limited, answer(200, OK)]);
    bench.settle();
    assert_eq!(bench.run().state, RunState::Done);
    assert_eq!(asked_at(&bench), [10, 130]);
}

#[test]
fn the_effect_of_a_job_is_known_to_another_step_with_its_key() {
    let mut maker = Maker::new();
    let mut calls = Vec::new();
    for name in ["first", "second"] {
        let mut call = maker.call(SHOP, name, "start");
        call.key = Some(maker.text("the one order"));
        calls.push(step(call));
    }
    maker.rule("rule", calls);
    let mut bench = bench(&maker.program(), vec![not_yet(), answer(200, OK)]);
    bench.settle();
    assert_eq!(
        (bench.run().state, bench.count("start")),
        (RunState::Done, 1)
    );
}

#[test]
fn a_job_that_is_handed_in_while_the_process_dies_is_in_doubt() {
    let program = job();
    let mut bench = Bench::new(&program, |_, _| None);
    bench.ingest(event(1, "a"));
    assert_eq!(bench.journal()[0].kind, RecordKind::Intent);
    bench.restart(&program);
    bench.settle();
    assert_eq!(
        (bench.run().state, bench.count("start")),
        (RunState::InDoubt, 1)
    );
}

#[test]
fn draining_asks_nothing_more_and_the_next_process_goes_on() {
    let program = job();
    let mut bench = bench(&program, vec![answer(200, OK)]);
    bench.input(Input::Drain);
    assert!(bench.drained);
    bench.settle();
    assert_eq!(
        (bench.run().state, bench.count("result")),
        (RunState::Waiting, 0)
    );
    bench.restart(&program);
    bench.settle();
    assert_eq!(
        (bench.run().state, bench.count("start")),
        (RunState::Done, 1)
    );
}
