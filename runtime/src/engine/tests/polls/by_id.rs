//! Sources that only name what happened: each event is read by its id before it is routed. And sources that are asked on
//! demand.

use super::super::super::testing::event;
use super::*;
use crate::store::EventState;

const ASKED: &str =
    r#"rule orders: on hall.any_order as o poll every 10s do hall.note(mark: o.text ?? "?")"#;

fn asked(bench: &Bench, action: &str) -> Vec<String> {
    let sent = bench.sent.iter().filter(|sent| sent.action == action);
    sent.map(|sent| sent.target.replace("https://vendor.test", ""))
        .collect()
}

fn marks(bench: &Bench) -> Vec<String> {
    let notes = bench.sent.iter().filter(|sent| sent.action == "note");
    notes.map(|sent| sent.body.clone()).collect()
}

#[test]
fn each_item_is_read_by_its_id_and_the_rule_sees_what_was_read() {
    let (mut bench, hall) = bench(&program(ASKED), |hall| hall.orders = vec![5, 6, 7]);
    bench.pass(SECOND);
    assert_eq!(asked(&bench, "changes"), ["/changes", "/changes?after=6"]);
    assert_eq!(
        asked(&bench, "order"),
        ["/order?id=5", "/order?id=6", "/order?id=7"]
    );
    assert_eq!(marks(&bench)[0], r#"{"mark":"Заказ 5 целиком"}"#);
    let first = &events(&bench)[0];
    assert_eq!((&*first.name, first.state), ("touched", EventState::Routed));
    assert_eq!(
        String::from_utf8(first.body.clone()).unwrap(),
        r#"{"id":5,"text":"Заказ 5"}"#,
        "what the list said of it is kept"
    );
    // The next question goes on behind the last, and reads only what is new.
    hall.borrow_mut().orders.push(8);
    bench.pass(SECOND * 10);
    assert_eq!(asked(&bench, "order").len(), 4);
    assert_eq!(asked(&bench, "changes").last().unwrap(), "/changes?after=7");
}

#[test]
fn an_item_that_cannot_be_read_is_dead_and_the_others_go_on() {
    // The vendor shows an order that it does not give any more.
    let (mut bench, _) = bench(&program(ASKED), |hall| hall.orders = vec![3, 6]);
    bench.pass(SECOND * 60);
    let found: Vec<(EventState, String)> = events(&bench)
        .into_iter()
        .map(|event| (event.state, event.reason.unwrap_or_default()))
        .collect();
    let refused = "hall.order ended as refused: 400: rejected".to_owned();
    assert_eq!(
        found,
        [
            (EventState::Dead, refused),
            (EventState::Routed, String::new())
        ]
    );
    assert!(marks(&bench).contains(&r#"{"mark":"Заказ 6 целиком"}"#.to_owned()));
}

#[test]
fn nothing_is_asked_on_demand_unless_a_rule_asks() {
    let rules = r#"rule orders: on hall.any_order as o do hall.note(mark: o.text ?? "?")"#;
    let (mut bench, _) = bench(&program(rules), |hall| hall.orders = vec![5]);
    bench.pass(SECOND * 300);
    assert_eq!(bench.sent.len(), 0);
    let mut pushed = event(5, "");
    pushed.bundle = "cafe".into();
    pushed.account = "default".into();
    pushed.connector = "hall".into();
    pushed.name = "any_order".into();
    pushed.identity = "hall|https://vendor.test".into();
    pushed.body = br#"{"id":5,"text":"from a hook"}"#.to_vec();
    pushed.payload = Some(pushed.body.clone());
    bench.ingest(pushed);
    bench.pass(SECOND);
    assert_eq!(marks(&bench), [r#"{"mark":"from a hook"}"#]);
}

#[test]
fn what_was_sent_to_one_account_is_not_heard_by_another_of_its_identity() {
    let rules = r#"
account left  = hall { base: "https://vendor.test", open: true }
account right = hall { base: "https://vendor.test", open: true }
rule one: on left.touched poll every 10s do left.note(mark: "left {id}")
rule two: on right.touched poll every 10s do right.note(mark: "right {id}")
"#;
    let (mut bench, _) = bench(&program(rules), |hall| hall.orders = vec![5]);
    bench.pass(SECOND);
    assert_eq!(bench.runs().len(), 2, "one question for both");
    let mut pushed = event(6, "");
    pushed.bundle = "cafe".into();
    pushed.account = "left".into();
    pushed.connector = "hall".into();
    pushed.name = "touched".into();
    pushed.key = None;
    pushed.identity = "hall|https://vendor.test".into();
    pushed.body = br#"{"id":6}"#.to_vec();
    pushed.payload = Some(pushed.body.clone());
    bench.ingest(pushed);
    assert_eq!(bench.runs().len(), 3);
}
