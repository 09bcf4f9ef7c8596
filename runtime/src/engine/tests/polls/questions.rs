//! What is asked, when, and what becomes of the answers.

use super::super::super::testing::{event, load};
use super::*;
use crate::engine::Input;
use crate::store::{EventState, RunState};

#[test]
fn each_item_is_an_event_and_the_cursor_leads_on() {
    let (mut bench, hall) = bench(&program(CALLS), |hall| hall.call("a", "call", 7));
    assert_eq!(questions(&bench), ["hash=none"], "at once");
    bench.pass(SECOND * 11);
    hall.borrow_mut().call("b", "bill", 7);
    hall.borrow_mut().call("c", "call", 8);
    bench.pass(SECOND * 20);
    assert_eq!(
        questions(&bench),
        ["hash=none", "hash=a", "hash=a", "hash=c"]
    );
    assert_eq!(keys(&bench), ["a 7", "c 8"]);
    assert_eq!(bench.count("note"), 2);
    let cursor = &bench.store.cursors().unwrap()[0];
    assert_eq!(cursor.value.as_deref(), Some("\"c\""));
    let first = &events(&bench)[0];
    assert_eq!(
        String::from_utf8(first.body.clone()).unwrap(),
        r#"{"hash":"a","code":"call","table":7}"#,
        "as the vendor wrote it"
    );
    assert_eq!(first.state, EventState::Routed);
}

#[test]
fn a_rule_says_how_often() {
    let rules = r#"rule waiter: on hall.call poll every 3s do hall.note(mark: "{hash}")"#;
    let (mut bench, _) = bench(&program(rules), |_| {});
    bench.pass(SECOND * 10);
    assert_eq!(questions(&bench).len(), 4);
}

#[test]
fn the_most_impatient_rule_decides_for_all() {
    let rules = r#"
rule slow: on hall.call poll every 1m do hall.note(mark: "slow")
rule fast: on hall.call poll every 5s do hall.note(mark: "fast")
"#;
    let (mut bench, _) = bench(&program(rules), |hall| hall.call("a", "call", 1));
    bench.pass(SECOND * 11);
    assert_eq!(questions(&bench).len(), 3);
    assert_eq!(events(&bench).len(), 1);
    assert_eq!(bench.runs().len(), 2);
}

#[test]
fn two_bundles_share_a_poller_and_each_hears_every_event_once() {
    let (mut bench, hall) = bench(&program(CALLS), |hall| hall.call("a", "call", 1));
    let bar = program_of(
        "bar",
        r#"rule bar: on hall.call poll every 5s do hall.note(mark: "{hash}")"#,
    );
    bench.input(load(&bar, "b1", true));
    hall.borrow_mut().call("b", "call", 2);
    bench.pass(SECOND * 21);
    // One question at the start, then one every five seconds.
    assert_eq!(questions(&bench).len(), 5);
    let mut heard: Vec<String> = events(&bench)
        .iter()
        .map(|event| format!("{} {}", event.bundle, event.key.as_deref().unwrap()))
        .collect();
    heard.sort();
    // The second listens from the cursor on.
    assert_eq!(heard, ["bar b 2", "cafe a 1", "cafe b 2"]);
    bench.input(Input::Unload {
        bundle: "bar".into(),
    });
    hall.borrow_mut().call("c", "call", 3);
    bench.pass(SECOND * 30);
    assert_eq!(events(&bench).len(), 4);
}

#[test]
fn accounts_of_equal_identity_hear_the_same() {
    let rules = r#"
account left  = hall { base: "https://vendor.test", open: true }
account right = hall { base: "https://vendor.test", open: true }
rule one: on left.order do left.note(mark: "left {id}")
rule two: on right.order do right.note(mark: "right {id}")
"#;
    let (mut bench, _) = bench(&program(rules), |hall| hall.orders = vec![5]);
    bench.pass(SECOND);
    assert_eq!(questions(&bench).len(), 1);
    assert_eq!((events(&bench).len(), bench.runs().len()), (1, 2));
    // Also when it comes by itself, at the address of one of them.
    let mut pushed = event(6, "");
    pushed.bundle = "cafe".into();
    pushed.account = "left".into();
    pushed.connector = "hall".into();
    pushed.identity = "hall|https://vendor.test".into();
    pushed.key = Some("6".into());
    pushed.body = br#"{"id":6}"#.to_vec();
    bench.ingest(pushed);
    assert_eq!(bench.runs().len(), 4);
}

#[test]
fn what_was_sent_is_no_news_when_it_is_asked_for() {
    let rules = r#"rule orders: on hall.order do hall.note(mark: "{id}")"#;
    let (mut bench, hall) = bench(&program(rules), |_| {});
    let mut pushed = event(5, "");
    pushed.bundle = "cafe".into();
    pushed.account = "default".into();
    pushed.connector = "hall".into();
    pushed.identity = "hall|https://vendor.test".into();
    pushed.key = Some("5".into());
    pushed.body = br#"{"id":5}"#.to_vec();
    bench.ingest(pushed);
    hall.borrow_mut().orders = vec![5, 6];
    bench.pass(SECOND * 130);
    assert_eq!(keys(&bench), ["5", "6"]);
    assert_eq!(bench.runs().len(), 2);
    assert_eq!(events(&bench)[0].repeats, 0);
}

#[test]
fn pages_are_followed_and_the_rest_is_for_the_next_time() {
    let rules = r#"rule orders: on hall.order do hall.note(mark: "{id}")"#;
    let (mut bench, hall) = bench(&program(rules), |hall| hall.orders = (1..=25).collect());
    let pages = |from: usize, to: usize| -> Vec<String> {
        (from..to).map(|page| format!("page={page}")).collect()
    };
    bench.pass(SECOND);
    assert_eq!(questions(&bench), pages(0, 10));
    assert_eq!(events(&bench).len(), 20);
    bench.pass(SECOND * 60);
    assert_eq!(questions(&bench), pages(0, 13));
    assert_eq!(events(&bench).len(), 25);
    // Then from the beginning.
    hall.borrow_mut().orders.insert(0, 99);
    bench.pass(SECOND * 60);
    assert_eq!(questions(&bench)[13], "page=0");
    assert_eq!(keys(&bench).last().unwrap(), "99");
}

#[test]
fn a_restart_goes_on_with_the_page_it_had_come_to() {
    let program = program(r#"rule orders: on hall.order do hall.note(mark: "{id}")"#);
    let (mut bench, _) = bench(&program, |hall| hall.orders = (1..=25).collect());
    bench.pass(SECOND);
    bench.restart(&program);
    assert_eq!(questions(&bench)[10], "page=10");
    bench.pass(SECOND);
    assert_eq!(events(&bench).len(), 25);
}

#[test]
fn a_cursor_alone_leads_through_a_history() {
    let rules = r#"rule changes: on hall.change do hall.note(mark: "{id}")"#;
    let (mut bench, _) = bench(&program(rules), |hall| hall.orders = (1..=5).collect());
    bench.pass(SECOND);
    assert_eq!(questions(&bench), ["", "after=2", "after=4"]);
    assert_eq!(events(&bench).len(), 5);
    bench.pass(SECOND * 10);
    assert_eq!(questions(&bench).last().unwrap(), "after=5");
}

#[test]
fn from_now_on_is_what_was_not_there_at_the_first_question() {
    let rules = r#"rule fresh: on hall.fresh do hall.note(mark: "{id}")"#;
    let (mut bench, hall) = bench(&program(rules), |hall| hall.orders = vec![1, 2, 3]);
    bench.pass(SECOND);
    assert!(bench.runs().is_empty());
    let old = events(&bench);
    assert_eq!(old.len(), 3);
    assert!(old.iter().all(|event| event.state == EventState::Unrouted));
    hall.borrow_mut().orders.push(4);
    bench.pass(SECOND * 60);
    assert_eq!(bench.runs().len(), 1);
    assert_eq!(keys(&bench)[3], "fresh 4");
}

#[test]
fn from_now_on_a_cursor_leaves_the_past_behind() {
    let program = program(r#"rule later: on hall.later do hall.note(mark: "{id}")"#);
    let (mut bench, hall) = bench(&program, |hall| hall.orders = (1..=5).collect());
    bench.pass(SECOND);
    assert_eq!(questions(&bench), ["", "after=2", "after=4"]);
    assert!(events(&bench).is_empty());
    bench.restart(&program);
    hall.borrow_mut().orders.push(6);
    bench.pass(SECOND * 10);
    assert_eq!(keys(&bench), ["later 6"]);
}

#[test]
fn from_now_on_the_past_is_left_behind_also_over_a_restart_in_its_midst() {
    let program = program(r#"rule later: on hall.later do hall.note(mark: "{id}")"#);
    let (mut bench, _) = bench(&program, |hall| hall.orders = (1..=30).collect());
    // Ten pages of two; the rest waits.
    assert_eq!(questions(&bench).len(), 10);
    bench.restart(&program);
    bench.pass(SECOND);
    assert_eq!(questions(&bench)[10], "after=20");
    assert!(events(&bench).is_empty());
}

#[test]
fn a_quiet_source_writes_nothing() {
    let (mut bench, _) = bench(&program(CALLS), |hall| hall.call("a", "call", 7));
    bench.pass(SECOND);
    bench.now += SECOND * 10;
    let commands = bench.machine.step(bench.now, Input::Wake);
    let crate::engine::Command::Send { call, .. } = &commands[0] else {
        panic!("{commands:?}");
    };
    let observed = answer(200, r#"{"data":{"updates":[]}}"#);
    let call = *call;
    let commands = bench
        .machine
        .step(bench.now, Input::Observed { call, observed });
    assert!(
        !commands
            .iter()
            .any(|command| matches!(command, crate::engine::Command::Commit { .. })),
        "{commands:?}"
    );
}

#[test]
fn a_reload_keeps_the_cursor_and_the_pace() {
    let (mut bench, hall) = bench(&program(CALLS), |hall| hall.call("a", "call", 1));
    bench.pass(SECOND * 5);
    let edited = program(&CALLS.replace("{hash}", "нота {hash}"));
    bench.input(load(&edited, "v2", true));
    hall.borrow_mut().call("b", "call", 2);
    bench.pass(SECOND * 4);
    assert_eq!(questions(&bench).len(), 1);
    bench.pass(SECOND * 2);
    assert_eq!(questions(&bench), ["hash=none", "hash=a"]);
    assert_eq!(keys(&bench), ["a 1", "b 2"]);
    // A rule that wants it more often is heard at once.
    let faster = program(&CALLS.replace("hall.call do", "hall.call poll every 1s do"));
    bench.input(load(&faster, "v3", true));
    bench.pass(SECOND * 2);
    assert!(questions(&bench).len() >= 4);
}

#[test]
fn a_restart_keeps_the_cursor_and_asks_only_when_the_runs_are_back() {
    let program = program(CALLS);
    let (mut bench, hall) = bench(&program, |hall| hall.call("a", "call", 1));
    bench.pass(SECOND);
    hall.borrow_mut().call("b", "call", 2);
    bench.restart(&program);
    assert_eq!(questions(&bench), ["hash=none", "hash=a"]);
    assert_eq!(keys(&bench), ["a 1", "b 2"]);
}

#[test]
fn a_bundle_that_is_gone_asks_nobody() {
    let (mut bench, _) = bench(&program(CALLS), |_| {});
    bench.input(Input::Unload {
        bundle: "cafe".into(),
    });
    bench.pass(SECOND * 60);
    assert_eq!(questions(&bench).len(), 1);
}

#[test]
fn valid_for_counts_from_when_the_event_was_heard() {
    let rules = r#"rule waiter: on hall.call valid for 5m do hall.note(mark: "{hash}")"#;
    let (mut bench, _) = bench(&program(rules), |hall| hall.call("a", "call", 1));
    bench.pass(SECOND * 30);
    assert_eq!(bench.run().state, RunState::Done);
}
