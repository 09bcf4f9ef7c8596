//! Read-backs: what nobody knows is looked up at the vendor, sent once more at most, and never paid twice.

use jiff::SignedDuration;
use ondo_compiler::ir::LocalId;
use ondo_compiler::wire::Observed;

use super::super::testing::program::{Maker, SHOP, one_call, step};
use super::super::testing::{Bench, Sent, answer, event, not_sent, start, timeout};
use crate::engine::Input;
use crate::store::RunState;

/// The marker that a call carried: `{"mark":…,"comment":"[…]"}`.
fn marker(sent: &Sent) -> String {
    let body: serde_json::Value = serde_json::from_str(&sent.body).unwrap();
    body["comment"].as_str().unwrap().to_owned()
}

fn history(comments: &[&str]) -> Observed {
    page(comments, comments.len())
}

fn page(comments: &[&str], total: usize) -> Observed {
    let operations: Vec<serde_json::Value> = comments
        .iter()
        .map(|comment| serde_json::json!({ "comment": comment }))
        .collect();
    let body = serde_json::json!({ "total": total, "operations": operations });
    answer(200, &body.to_string())
}

/// A vendor by what it says to the bonus and to the question for its operations; both are told how often they were asked
/// before, and the question the marker.
fn bench(
    mut bonus: impl FnMut(usize) -> Observed + 'static,
    mut operations: impl FnMut(usize, &str) -> Observed + 'static,
) -> Bench {
    let mut known = String::new();
    let mut bench = Bench::new(&one_call("bonus", |_| {}), move |sent, before| {
        Some(match sent.action.as_str() {
            "bonus" => {
                known = marker(sent);
                bonus(before)
            }
            "operations" => operations(before, &known),
            other => panic!("{other}"),
        })
    });
    bench.ingest(event(1, "a"));
    bench
}

fn seconds(bench: &Bench, action: &str) -> Vec<i64> {
    let sent = bench.sent.iter().filter(|sent| sent.action == action);
    sent.map(|sent| sent.at.duration_since(start()).as_secs())
        .collect()
}

fn ended(bench: &Bench) -> (RunState, usize, usize) {
    let state = bench.run().state;
    (state, bench.count("bonus"), bench.count("operations"))
}

#[test]
fn what_the_vendor_shows_has_happened_and_is_not_sent_again() {
    let mut bench = bench(
        |_| timeout(),
        |_, marker| history(&["иное", &format!("Заказ 1 {marker}")]),
    );
    bench.settle();
    assert_eq!(ended(&bench), (RunState::Done, 1, 1));
    assert_eq!(seconds(&bench, "operations"), [10]);
    let last = bench.journal().pop().unwrap();
    assert_eq!(last.action, "vendor.operations");
    assert_eq!(last.message.as_deref(), Some("operations shows it"));
}

#[test]
fn a_call_that_nobody_knows_about_is_seen_to_wait_at_once() {
    let bench = bench(|_| timeout(), |_, _| history(&[]));
    let run = bench.run();
    assert_eq!(run.state, RunState::Waiting);
    assert_eq!(run.due, Some(start() + SignedDuration::from_secs(10)));
    assert_eq!(
        run.reason.as_deref(),
        Some(
            "nobody knows whether bonus happened; the vendor is asked (read 1 of 3), gives up at 2026-11-21T08:00:00Z"
        )
    );
}

#[test]
fn what_three_reads_do_not_show_is_sent_once_more_with_the_same_marker() {
    let mut bench = bench(
        |before| match before {
            0 => timeout(),
            _ => answer(200, ""),
        },
        |_, _| history(&[]),
    );
    bench.settle();
    assert_eq!(ended(&bench), (RunState::Done, 2, 3));
    assert_eq!(seconds(&bench, "operations"), [10, 130, 310]);
    let sent: Vec<&Sent> = bench
        .sent
        .iter()
        .filter(|sent| sent.action == "bonus")
        .collect();
    assert_eq!(sent[0].body, sent[1].body);
}

#[test]
fn what_shows_up_late_is_not_sent_again() {
    let mut bench = bench(
        |_| timeout(),
        |before, marker| match before {
            2 => history(&[marker]),
            _ => history(&[]),
        },
    );
    bench.settle();
    assert_eq!(ended(&bench), (RunState::Done, 1, 3));
}

#[test]
fn after_two_sends_a_person_has_to_look() {
    let mut bench = bench(|_| timeout(), |_, _| history(&[]));
    bench.settle();
    assert_eq!(ended(&bench), (RunState::InDoubt, 2, 6));
    assert_eq!(
        bench.run().reason.as_deref(),
        Some("nobody knows whether it happened: operations does not show it (read 3 of 3)")
    );
}

#[test]
fn a_history_that_is_not_whole_proves_nothing() {
    let mut bench = bench(|_| timeout(), |_, _| page(&["иное"], 2));
    bench.settle();
    assert_eq!(ended(&bench), (RunState::InDoubt, 1, 1));
}

#[test]
fn a_double_effect_is_reported_and_not_mended() {
    let mut bench = bench(|_| timeout(), |_, marker| history(&[marker, marker]));
    bench.settle();
    assert_eq!(ended(&bench), (RunState::InDoubt, 1, 1));
    assert_eq!(
        bench.run().reason.as_deref(),
        Some(
            "nobody knows whether it happened: operations shows it 2 times: it may have been done more than once"
        )
    );
}

#[test]
fn a_vendor_that_does_not_answer_the_reads_is_asked_for_an_hour() {
    let mut bench = bench(|_| timeout(), |_, _| answer(503, ""));
    bench.settle();
    let (state, bonuses, reads) = ended(&bench);
    assert_eq!((state, bonuses), (RunState::InDoubt, 1));
    assert!((55..=65).contains(&reads), "{reads}");
    assert_eq!(seconds(&bench, "operations").last(), Some(&3_600));
}

#[test]
fn a_refusal_needs_no_looking_up() {
    let mut bench = bench(|_| answer(400, r#"{"code":"3007"}"#), |_, _| history(&[]));
    bench.settle();
    assert_eq!(ended(&bench), (RunState::Dead, 1, 0));
}

#[test]
fn what_was_not_sent_is_repeated_without_looking() {
    let mut bench = bench(
        |before| match before {
            0 => not_sent(),
            _ => answer(200, ""),
        },
        |_, _| history(&[]),
    );
    bench.settle();
    assert_eq!(ended(&bench), (RunState::Done, 2, 0));
}

#[test]
fn a_restart_counts_the_reads_that_were_made() {
    let mut bench = bench(
        |before| match before {
            0 => timeout(),
            _ => answer(200, ""),
        },
        |_, _| history(&[]),
    );
    bench.pass(SignedDuration::from_secs(140));
    assert_eq!(bench.count("operations"), 2);
    bench.restart(&one_call("bonus", |_| {}));
    bench.settle();
    assert_eq!(ended(&bench), (RunState::Done, 2, 3));
}

#[test]
fn a_process_that_died_under_way_is_looked_up_too() {
    let mut known = String::new();
    let mut bench = Bench::new(&one_call("bonus", |_| {}), move |sent, _| {
        match sent.action.as_str() {
            "bonus" => {
                known = marker(sent);
                None
            }
            _ => Some(history(&[&known])),
        }
    });
    bench.ingest(event(1, "a"));
    bench.restart(&one_call("bonus", |_| {}));
    bench.settle();
    assert_eq!(ended(&bench), (RunState::Done, 1, 1));
}

#[test]
fn a_second_send_comes_too_late_for_what_perishes() {
    let mut maker = Maker::new();
    let call = maker.call(SHOP, "bonus", "bonus");
    maker.rule("rule", vec![step(call)]).valid_for = Some(SignedDuration::from_secs(60));
    let mut bench = Bench::new(&maker.program(), |sent, _| {
        Some(match sent.action.as_str() {
            "bonus" => timeout(),
            _ => history(&[]),
        })
    });
    bench.ingest(event(1, "a"));
    bench.settle();
    assert_eq!(ended(&bench), (RunState::InDoubt, 1, 3));
}

#[test]
fn a_drain_leaves_the_question_to_the_next_process() {
    let mut bench = bench(|_| timeout(), |_, marker| history(&[marker]));
    bench.input(Input::Drain);
    assert!(bench.drained);
    bench.restart(&one_call("bonus", |_| {}));
    bench.settle();
    assert_eq!(ended(&bench), (RunState::Done, 1, 1));
}

#[test]
fn two_effects_of_one_event_have_two_markers() {
    let mut maker = Maker::new();
    let mut first = maker.call(SHOP, "first", "bonus");
    first.bind = Some(LocalId(1));
    let second = maker.call(SHOP, "second", "bonus");
    maker.rule("rule", vec![step(first), step(second)]);
    let mut bench = Bench::new(&maker.program(), |_, _| Some(answer(200, "")));
    bench.ingest(event(1, "a"));
    bench.settle();
    assert_eq!(bench.run().state, RunState::Done);
    let bonuses: Vec<&Sent> = bench
        .sent
        .iter()
        .filter(|sent| sent.action == "bonus")
        .collect();
    assert_eq!(bonuses.len(), 2);
}

#[test]
fn who_wants_no_repetition_gets_none() {
    let mut maker = Maker::new();
    let mut call = maker.call(SHOP, "bonus", "bonus");
    call.retry.never = true;
    maker.rule("rule", vec![step(call)]);
    let mut bench = Bench::new(&maker.program(), |sent, _| {
        Some(match sent.action.as_str() {
            "bonus" => timeout(),
            _ => history(&[]),
        })
    });
    bench.ingest(event(1, "a"));
    bench.settle();
    assert_eq!(ended(&bench), (RunState::InDoubt, 1, 3));
}

#[test]
fn a_refusal_of_the_second_send_says_nothing_of_the_first() {
    let mut bench = bench(
        |before| match before {
            0 => timeout(),
            _ => answer(400, r#"{"code":"7"}"#),
        },
        |_, _| history(&[]),
    );
    bench.settle();
    assert_eq!(ended(&bench), (RunState::InDoubt, 2, 3));
}
