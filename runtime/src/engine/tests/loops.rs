//! Iterations that are under way at the same time.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use jiff::SignedDuration;
use ondo_compiler::ir::{AccountId, Call, Expr, LocalId, Program, Step};
use ondo_compiler::wire::Observed;

use super::super::testing::program::{Maker, SAFE, SHOP, on, place, step};
use super::super::testing::{Bench, Sent, answer, event, start, timeout};
use crate::store::{Event, RecordKind, RunState};

const OK: &str = r#"{"found":"yes"}"#;

fn ok() -> Observed {
    answer(200, OK)
}

fn refused() -> Observed {
    answer(400, r#"{"code":"1"}"#)
}

/// An order with these parts.
fn order(parts: &[&str]) -> Event {
    let mut event = event(1, "a");
    let parts = serde_json::to_string(parts).unwrap();
    event.body = format!(r#"{{"id":"1","event":"evt_0001","group":"a","parts":{parts}}}"#).into();
    event
}

/// A call of an iteration: marked and keyed by its element.
fn call(maker: &mut Maker, account: AccountId, action: &str) -> Call {
    let item = maker.expr(Expr::Local(LocalId(0)));
    let behind = maker.text(&format!("/{action}"));
    let mark = maker.expr(Expr::Text(vec![item, behind]));
    let mut call = maker.call_with(account, action, action, mark);
    call.key = Some(mark);
    call
}

/// `for p in parts parallel N { … }`
fn looped(maker: &mut Maker, parallel: u32, body: Vec<Step>) -> Step {
    Step::For {
        var: LocalId(0),
        list: maker.field("parts"),
        cond: None,
        parallel,
        body,
    }
}

/// `for p in parts parallel N { ACTION … }`, then one call of `note`.
fn program(parallel: u32, actions: &[&str]) -> Arc<Program> {
    let mut maker = Maker::new();
    let calls = actions
        .iter()
        .map(|action| step(call(&mut maker, SHOP, action)));
    let calls = calls.collect();
    let body = looped(&mut maker, parallel, calls);
    let note = maker.call(SHOP, "note", "note");
    maker.rule("rule", vec![body, step(note)]);
    maker.program()
}

/// A vendor that answers nothing but the last step.
fn silent(sent: &Sent, _: usize) -> Option<Observed> {
    (sent.action == "note").then(ok)
}

fn bench(program: &Arc<Program>, parts: &[&str]) -> Bench {
    let mut bench = Bench::new(program, silent);
    bench.ingest(order(parts));
    bench
}

/// What is under way: `a/give`.
fn under_way(bench: &Bench) -> Vec<String> {
    bench.open.iter().map(|(_, sent)| mark(sent)).collect()
}

fn mark(sent: &Sent) -> String {
    match sent.target.split_once("?mark=") {
        Some((_, mark)) => mark.replace("%2F", "/"),
        None => {
            let body: serde_json::Value = serde_json::from_str(&sent.body).unwrap();
            body["mark"].as_str().unwrap().to_owned()
        }
    }
}

#[test]
fn as_many_iterations_as_asked_for_are_under_way_at_once() {
    let mut bench = bench(&program(2, &["give"]), &["a", "b", "c", "d"]);
    assert_eq!(under_way(&bench), ["a/give", "b/give"]);
    bench.answer_to("b/give", ok());
    assert_eq!(under_way(&bench), ["a/give", "c/give"]);
    bench.answer_to("a/give", ok());
    bench.answer_to("d/give", ok());
    assert_eq!(bench.run().state, RunState::Ready);
    bench.answer_to("c/give", ok());
    assert_eq!(
        (bench.run().state, bench.count("give")),
        (RunState::Done, 4)
    );
    assert_eq!(bench.count("note"), 1);
}

#[test]
fn without_parallel_they_come_one_after_the_other() {
    let mut bench = bench(&program(1, &["give"]), &["a", "b"]);
    assert_eq!(under_way(&bench), ["a/give"]);
    bench.answer_to("a/give", ok());
    assert_eq!(under_way(&bench), ["b/give"]);
}

#[test]
fn a_run_never_has_more_than_sixteen_calls_under_way() {
    let parts: Vec<String> = (0..20).map(|number| format!("p{number}")).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let mut bench = bench(&program(100, &["look"]), &parts);
    assert_eq!(under_way(&bench).len(), 16);
    for part in &parts {
        bench.answer_to(&format!("{part}%2Flook"), ok());
    }
    assert_eq!(
        (bench.run().state, bench.count("look")),
        (RunState::Done, 20)
    );
}

#[test]
fn loops_in_loops_keep_the_bound_of_the_run_and_come_to_an_end() {
    let mut maker = Maker::new();
    let inner = maker.expr(Expr::Local(LocalId(1)));
    let mark = maker.expr(Expr::Text(vec![inner]));
    let look = maker.call_with(SHOP, "look", "look", mark);
    let inner = Step::For {
        var: LocalId(1),
        list: maker.field("parts"),
        cond: None,
        parallel: 8,
        body: vec![step(look)],
    };
    let outer = looped(&mut maker, 8, vec![inner]);
    maker.rule("rule", vec![outer]);
    let parts = ["a", "b", "c", "d", "e", "f"];
    let mut bench = Bench::new(&maker.program(), |_, _| None);
    bench.ingest(order(&parts));
    let mut most = 0;
    while let Some((_, sent)) = bench.open.first().cloned() {
        most = most.max(bench.open.len());
        bench.answer_to(&sent.target, ok());
    }
    assert_eq!(
        (bench.run().state, bench.count("look"), most),
        (RunState::Done, 36, 16)
    );
}

#[test]
fn a_failed_iteration_ends_the_loop_after_its_siblings() {
    let mut bench = bench(&program(2, &["give"]), &["a", "b", "c"]);
    bench.answer_to("a/give", refused());
    assert_eq!(under_way(&bench), ["b/give"]);
    assert!(!bench.run().state.is_ended());
    bench.answer_to("b/give", ok());
    let run = bench.run();
    assert_eq!((run.state, bench.count("give")), (RunState::Dead, 2));
    assert!(run.reason.unwrap().starts_with("give was refused"));
    assert_eq!(bench.count("note"), 0);
}

#[test]
fn siblings_go_on_to_the_end_of_their_iteration() {
    let mut bench = bench(&program(2, &["give", "put"]), &["a", "b", "c"]);
    bench.answer_to("a/give", refused());
    bench.answer_to("b/give", ok());
    assert_eq!(under_way(&bench), ["b/put"]);
    bench.answer_to("b/put", ok());
    assert_eq!((bench.run().state, bench.sent.len()), (RunState::Dead, 3));
}

#[test]
fn stop_ends_the_loop_like_a_failure() {
    let mut maker = Maker::new();
    let mut give = call(&mut maker, SHOP, "give");
    let why = maker.text("enough");
    give.handlers = vec![on("rejected", None, vec![Step::Stop(Some(why), place())])];
    let body = looped(&mut maker, 2, vec![step(give)]);
    maker.rule("rule", vec![body]);
    let mut bench = bench(&maker.program(), &["a", "b", "c"]);
    bench.answer_to("b/give", refused());
    assert_eq!(under_way(&bench), ["a/give"]);
    bench.answer_to("a/give", ok());
    let run = bench.run();
    assert_eq!(
        (run.state, run.reason.as_deref()),
        (RunState::Stopped, Some("enough"))
    );
    assert_eq!(bench.count("give"), 2);
}

#[test]
fn what_nobody_knows_of_one_iteration_is_said_when_the_others_have_ended() {
    let mut bench = bench(&program(3, &["give"]), &["a", "b", "c", "d"]);
    bench.answer_to("b/give", timeout());
    bench.answer_to("a/give", refused());
    assert_eq!(under_way(&bench), ["c/give"]);
    bench.answer_to("c/give", ok());
    // In doubt goes before failed.
    let run = bench.run();
    assert_eq!(
        (run.state, run.step.as_deref()),
        (RunState::InDoubt, Some("give"))
    );
    assert_eq!(bench.count("give"), 3);
}

#[test]
fn a_process_that_dies_with_two_intents_closes_both() {
    let program = program(2, &["give"]);
    let mut bench = bench(&program, &["a", "b", "c"]);
    let kinds: Vec<RecordKind> = bench.journal().iter().map(|record| record.kind).collect();
    assert_eq!(kinds, [RecordKind::Intent, RecordKind::Intent]);
    bench.restart(&program);
    bench.settle();
    assert_eq!(
        (bench.run().state, bench.count("give")),
        (RunState::InDoubt, 2)
    );
    let ended = ("process_ended".to_owned(), "unknown".to_owned());
    assert_eq!(bench.outcomes(), [ended.clone(), ended]);
}

#[test]
fn what_may_be_repeated_is_repeated_by_the_next_process() {
    let program = program(2, &["put"]);
    let answers = Rc::new(RefCell::new(false));
    let shared = Rc::clone(&answers);
    let mut bench = Bench::new(&program, move |_, _| shared.borrow().then(ok));
    bench.ingest(order(&["a", "b", "c"]));
    *answers.borrow_mut() = true;
    bench.restart(&program);
    bench.settle();
    let mut marks: Vec<String> = bench
        .sent
        .iter()
        .filter(|sent| sent.action == "put")
        .map(mark)
        .collect();
    marks.sort();
    assert_eq!(marks, ["a/put", "a/put", "b/put", "b/put", "c/put"]);
    assert_eq!(bench.run().state, RunState::Done);
}

#[test]
fn the_next_process_ends_what_had_begun_and_begins_nothing_after_a_failure() {
    let program = program(2, &["put"]);
    let mut bench = bench(&program, &["a", "b", "c"]);
    bench.answer_to("a/put", refused());
    bench.restart(&program);
    bench.settle();
    assert_eq!(under_way(&bench), ["b/put"]);
    bench.answer_to("b/put", ok());
    assert_eq!((bench.run().state, bench.count("put")), (RunState::Dead, 3));
}

#[test]
fn one_key_in_two_iterations_is_one_effect() {
    let mut bench = bench(&program(2, &["give"]), &["a", "a", "b"]);
    // The second one waits for what becomes of the first.
    assert_eq!(under_way(&bench), ["a/give"]);
    bench.answer_to("a/give", ok());
    assert_eq!(under_way(&bench), ["b/give"]);
    bench.answer_to("b/give", ok());
    assert_eq!(
        (bench.run().state, bench.count("give")),
        (RunState::Done, 2)
    );
}

#[test]
fn one_key_in_two_iterations_is_not_sent_again_while_the_first_is_in_doubt() {
    let mut bench = bench(&program(2, &["give"]), &["a", "a"]);
    bench.answer_to("a/give", timeout());
    bench.settle();
    assert_eq!(
        (bench.run().state, bench.count("give")),
        (RunState::InDoubt, 1)
    );
}

#[test]
fn one_key_in_two_iterations_is_tried_again_when_the_first_was_refused() {
    let mut maker = Maker::new();
    let mut give = call(&mut maker, SHOP, "give");
    give.handlers = vec![on("rejected", None, Vec::new())];
    let body = looped(&mut maker, 2, vec![step(give)]);
    maker.rule("rule", vec![body]);
    let mut bench = bench(&maker.program(), &["a", "a"]);
    bench.answer_to("a/give", refused());
    assert_eq!(under_way(&bench), ["a/give"]);
    bench.answer_to("a/give", ok());
    assert_eq!(bench.run().state, RunState::Done);
}

#[test]
fn repetitions_wait_beside_each_other_and_people_see_the_next_one() {
    let program = program(3, &["put"]);
    let mut bench = bench(&program, &["a", "b", "c"]);
    bench.answer_to("a/put", timeout());
    bench.answer_to("b/put", timeout());
    // While one is under way, the run does not wait.
    assert_eq!(bench.run().state, RunState::Ready);
    bench.answer_to("c/put", timeout());
    let run = bench.run();
    assert_eq!(run.state, RunState::Waiting);
    let due = run.due.unwrap();
    assert!(due > start() && due <= start() + SignedDuration::from_secs(1));
    assert_eq!(
        run.reason.as_deref(),
        Some("attempt 2 follows: timeout; 3 calls wait")
    );
    // The moments are the same in the next process.
    bench.restart(&program);
    assert_eq!(bench.run().due, Some(due));
    bench.settle();
    let at: Vec<_> = bench.sent.iter().skip(3).map(|sent| sent.at).collect();
    assert_eq!((at.len(), at[0]), (3, due));
    assert!(
        at[1] > at[0] || at[2] > at[1],
        "they came at the same moment: {at:?}"
    );
    for part in ["a", "b", "c"] {
        bench.answer_to(&format!("{part}/put"), ok());
    }
    assert_eq!(bench.run().state, RunState::Done);
}

#[test]
fn a_pause_that_the_vendor_wants_is_kept_by_all_iterations() {
    let mut bench = bench(&program(2, &["look"]), &["a", "b", "c"]);
    bench.answer_to("a%2Flook", answer(429, ""));
    assert_eq!(under_way(&bench), ["b/look"]);
    bench.answer_to("b%2Flook", ok());
    // Neither the repetition nor the next iteration begins before the pause is over.
    assert_eq!(under_way(&bench), Vec::<String>::new());
    assert_eq!(bench.run().state, RunState::Waiting);
    bench.pass(SignedDuration::from_secs(1));
    assert_eq!(under_way(&bench).len(), 2);
}

#[test]
fn one_token_serves_all_iterations() {
    let mut maker = Maker::new();
    let give = call(&mut maker, SAFE, "give");
    let body = looped(&mut maker, 3, vec![step(give)]);
    maker.rule("rule", vec![body]);
    let mut bench = bench(&maker.program(), &["a", "b", "c"]);
    assert_eq!((bench.count("token"), bench.count("give")), (1, 0));
    bench.answer_to("/token", answer(200, r#"{"token":"t"}"#));
    assert_eq!((bench.count("token"), bench.count("give")), (1, 3));
}

#[test]
fn what_stands_in_the_queue_when_an_iteration_fails_is_not_sent() {
    let mut maker = Maker::new();
    let give = call(&mut maker, SHOP, "give");
    let guarded = {
        let mut look = call(&mut maker, SAFE, "look");
        look.id = "guarded".into();
        look
    };
    // The first element goes to one vendor, the others to the one whose token does not come.
    let first = maker.text("a");
    let item = maker.expr(Expr::Local(LocalId(0)));
    let is_first = maker.expr(Expr::Binary {
        op: ondo_compiler::ir::Op::Eq,
        left: item,
        right: first,
    });
    let body = Step::If {
        cond: is_first,
        then: vec![step(give)],
        otherwise: vec![step(guarded)],
    };
    let body = looped(&mut maker, 3, vec![body]);
    maker.rule("rule", vec![body]);
    let mut bench = bench(&maker.program(), &["a", "b", "c"]);
    bench.answer_to("a/give", refused());
    assert_eq!(bench.run().state, RunState::Dead);
    bench.answer_to("/token", answer(200, r#"{"token":"t"}"#));
    bench.settle();
    assert_eq!(
        (bench.run().state, bench.count("look")),
        (RunState::Dead, 0)
    );
}

#[test]
fn jobs_of_several_iterations_are_waited_for_together() {
    let mut maker = Maker::new();
    let start = call(&mut maker, SHOP, "start");
    let body = looped(&mut maker, 3, vec![step(start)]);
    maker.rule("rule", vec![body]);
    let program = maker.program();
    let mut asked = std::collections::BTreeMap::<String, usize>::new();
    let mut bench = Bench::new(&program, move |sent, _| {
        let mark = mark(sent);
        Some(match sent.action.as_str() {
            "start" => answer(202, &format!(r#"{{"job":"{mark}"}}"#)),
            _ => {
                let count = asked.entry(mark.clone()).or_default();
                *count += 1;
                // The second one needs three questions.
                match mark.starts_with('b') && *count < 3 {
                    true => answer(202, ""),
                    false => ok(),
                }
            }
        })
    });
    bench.ingest(order(&["a", "b", "c", "d"]));
    assert_eq!(
        (bench.count("start"), bench.run().state),
        (3, RunState::Waiting)
    );
    for _ in 0..10 {
        bench.pass(SignedDuration::from_secs(7));
        bench.restart(&program);
    }
    bench.settle();
    assert_eq!(
        (bench.run().state, bench.count("start")),
        (RunState::Done, 4)
    );
    assert_eq!(bench.count("result"), 6);
}

#[test]
fn an_iteration_that_is_too_late_ends_the_loop_after_its_siblings() {
    let mut maker = Maker::new();
    let calls = ["give", "put"].map(|action| step(call(&mut maker, SHOP, action)));
    let body = looped(&mut maker, 2, calls.into());
    maker.rule("rule", vec![body]).valid_for = Some(SignedDuration::from_mins(1));
    let mut bench = bench(&maker.program(), &["a", "b", "c"]);
    bench.pass(SignedDuration::from_mins(2));
    bench.answer_to("a/give", ok());
    assert_eq!(under_way(&bench), ["b/give"]);
    assert!(!bench.run().state.is_ended());
    bench.answer_to("b/give", ok());
    assert_eq!(
        (bench.run().state, bench.sent.len()),
        (RunState::Expired, 2)
    );
}
