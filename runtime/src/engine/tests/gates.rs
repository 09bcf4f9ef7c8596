//! Routing: which rules act, once, and in which order.

use jiff::SignedDuration;
use ondo_compiler::ir::{Expr, Once};
use ondo_compiler::value::Value;
use ondo_compiler::wire::{HttpAnswer, Observed};

use super::super::testing::program::{Maker, SHOP, step, when};
use super::super::testing::{Bench, answer, event, timeout};
use crate::engine::Notice;
use crate::store::{EventState, PassedWhy, RunState, Store};

const OK: &str = r#"{"found":"yes"}"#;

#[test]
fn the_first_false_term_is_kept() {
    let mut maker = Maker::new();
    let (yes, no) = (
        maker.expr(Expr::Const(Value::Bool(true))),
        maker.expr(Expr::Const(Value::Bool(false))),
    );
    let terms = when(&[
        (yes, "a == a"),
        (no, "status == \"new\""),
        (no, "never seen"),
    ]);
    maker.rule("rule", Vec::new()).when = Some(terms);
    let mut bench = Bench::new(&maker.program(), |_, _| None);
    let event = event(1, "a");
    bench.ingest(event.clone());
    assert_eq!(bench.runs().len(), 0);
    let passed = bench.store.passed(&event.id).unwrap();
    assert_eq!(
        passed[0].why,
        PassedWhy::Filtered("status == \"new\"".into())
    );
    assert_eq!(
        bench.store.event(&event.id).unwrap().unwrap().state,
        EventState::Routed
    );
}

#[test]
fn a_condition_that_fails_makes_a_failed_run() {
    let mut maker = Maker::new();
    let why = maker.text("no shop");
    let fail = maker.expr(Expr::Fail(why));
    maker.rule("rule", Vec::new()).when = Some(when(&[(fail, "x")]));
    let mut bench = Bench::new(&maker.program(), |_, _| None);
    bench.ingest(event(1, "a"));
    let run = bench.run();
    assert_eq!(
        (run.state, run.reason.as_deref()),
        (RunState::Failed, Some("no shop"))
    );
    assert!(run.ended_at.is_some());
}

#[test]
fn a_missing_field_fails_the_run_of_the_rule_that_reads_it() {
    let mut maker = Maker::new();
    maker.rule("rule", Vec::new());
    let mut bench = Bench::new(&maker.program(), |_, _| None);
    let mut event = event(1, "a");
    event.body = br#"{"id":"1","event":"e"}"#.to_vec();
    bench.ingest(event);
    let run = bench.run();
    assert_eq!(run.state, RunState::Failed);
    assert!(run.reason.unwrap().contains("group"));
}

#[test]
fn an_event_that_nobody_wants_is_unrouted() {
    let mut maker = Maker::new();
    maker.rule("rule", Vec::new());
    let mut bench = Bench::new(&maker.program(), |_, _| None);
    let mut event = event(1, "a");
    event.name = "unheard".into();
    bench.ingest(event.clone());
    let stored = bench.store.event(&event.id).unwrap().unwrap();
    assert_eq!(stored.state, EventState::Unrouted);
    assert_eq!(
        stored.reason.as_deref(),
        Some("no rule listens to shop.unheard")
    );
}

#[test]
fn a_rule_on_the_parent_sees_the_child() {
    let mut maker = Maker::new();
    maker.rule("rule", Vec::new());
    let mut bench = Bench::new(&maker.program(), |_, _| None);
    let mut event = event(1, "a");
    event.name = "order_new".into();
    bench.ingest(event);
    assert_eq!(bench.run().state, RunState::Done);
}

#[test]
fn once_per_key_makes_one_run_and_names_it_to_the_others() {
    let mut maker = Maker::new();
    let key = maker.field("group");
    maker.rule("rule", Vec::new()).once = Once::Per {
        key,
        within: None,
        implied: false,
    };
    let mut bench = Bench::new(&maker.program(), |_, _| None);
    bench.ingest(event(1, "a"));
    bench.ingest(event(2, "a"));
    bench.ingest(event(3, "b"));
    let runs = bench.runs();
    assert_eq!(runs.len(), 2);
    let passed = bench.store.passed(&event(2, "a").id).unwrap();
    let why = PassedWhy::Duplicate {
        key: "a".into(),
        first: runs[0].id.clone(),
    };
    assert_eq!(passed[0].why, why);
}

#[test]
fn a_null_key_is_a_failure() {
    let mut maker = Maker::new();
    let key = maker.expr(Expr::Const(Value::Null));
    maker.rule("rule", Vec::new()).ordered_by = Some(key);
    let mut bench = Bench::new(&maker.program(), |_, _| None);
    bench.ingest(event(1, "a"));
    assert_eq!(bench.run().state, RunState::Failed);
}

#[test]
fn ordered_runs_wait_for_each_other_by_key() {
    let mut maker = Maker::new();
    let call = maker.call(SHOP, "put", "put");
    let key = maker.field("group");
    maker.rule("rule", vec![step(call)]).ordered_by = Some(key);
    // The first order of group a takes three attempts.
    let mut bench = Bench::new(&maker.program(), |sent, before| {
        Some(if sent.body.contains("evt_0001") && before < 4 {
            timeout()
        } else {
            answer(200, OK)
        })
    });
    bench.ingest(event(1, "a"));
    bench.ingest(event(2, "a"));
    bench.ingest(event(3, "b"));
    let states: Vec<RunState> = bench.runs().iter().map(|run| run.state).collect();
    assert_eq!(
        states,
        [RunState::Waiting, RunState::Queued, RunState::Done]
    );
    assert!(
        bench.runs()[1]
            .reason
            .as_ref()
            .unwrap()
            .starts_with("waits behind run_")
    );
    bench.settle();
    let marks: Vec<bool> = bench
        .sent
        .iter()
        .map(|sent| sent.body.contains("evt_0002"))
        .collect();
    assert_eq!(marks.iter().filter(|second| **second).count(), 1);
    assert!(*marks.last().unwrap());
    assert!(bench.runs().iter().all(|run| run.state == RunState::Done));
}

#[test]
fn a_run_in_doubt_holds_its_key_visibly() {
    let mut maker = Maker::new();
    let call = maker.call(SHOP, "give", "give");
    let key = maker.field("group");
    maker.rule("rule", vec![step(call)]).ordered_by = Some(key);
    let mut bench = Bench::new(&maker.program(), |_, _| Some(timeout()));
    bench.ingest(event(1, "a"));
    bench.ingest(event(2, "a"));
    bench.settle();
    let states: Vec<RunState> = bench.runs().iter().map(|run| run.state).collect();
    assert_eq!(states, [RunState::InDoubt, RunState::Queued]);
    assert_eq!(bench.count("give"), 1);
    let told = bench
        .notices
        .iter()
        .any(|notice| matches!(notice, Notice::RunMoved(run) if run.state == RunState::InDoubt));
    assert!(told);
}

#[test]
fn what_is_too_late_is_not_sent() {
    let mut maker = Maker::new();
    let call = maker.call(SHOP, "put", "put");
    maker.rule("rule", vec![step(call)]).valid_for = Some(SignedDuration::from_mins(20));
    let mut bench = Bench::new(&maker.program(), |_, _| Some(timeout()));
    bench.ingest(event(1, "a"));
    bench.settle();
    let run = bench.run();
    assert_eq!(run.state, RunState::Expired);
    let last = bench.sent.last().unwrap().at;
    assert!(last.duration_since(run.created_at) <= SignedDuration::from_mins(20));
    // No pause was longer than a tenth of the validity.
    for pair in bench.sent.windows(2) {
        assert!(pair[1].at.duration_since(pair[0].at) <= SignedDuration::from_mins(2));
    }
}

#[test]
fn what_became_too_late_in_the_queue_of_its_account_is_not_sent() {
    let mut maker = Maker::new();
    let call = maker.call(SHOP, "put", "put");
    maker.rule("rule", vec![step(call)]).valid_for = Some(SignedDuration::from_mins(20));
    let mut bench = Bench::new(&maker.program(), |_, before| {
        Some(match before {
            0 => Observed::Answer(HttpAnswer {
                status: 429,
                headers: vec![("retry-after".into(), "1800".into())],
                body: Vec::new(),
                complete: true,
            }),
            _ => answer(200, OK),
        })
    });
    bench.ingest(event(1, "a"));
    bench.ingest(event(2, "a"));
    let waiting = &bench.runs()[1];
    assert_eq!(waiting.state, RunState::Waiting);
    assert_eq!(waiting.reason.as_deref(), Some("rate limit of vendor"));
    bench.settle();
    assert_eq!(bench.count("put"), 1);
    assert!(
        bench
            .runs()
            .iter()
            .all(|run| run.state == RunState::Expired)
    );
}

#[test]
fn an_event_with_an_id_only_is_read_before_it_is_routed() {
    let mut maker = Maker::new();
    let note = maker.call(SHOP, "note", "note");
    maker.rule("rule", vec![step(note)]);
    let mut bench = Bench::new(&maker.program(), |sent, before| {
        Some(match (sent.action.as_str(), before) {
            ("fetch", 0) => timeout(),
            ("fetch", 1) => answer(429, ""),
            ("fetch", _) => {
                let order = r#"{"id":"9","event":"nine","group":"g","parts":[]}"#;
                answer(200, &format!(r#"{{"order":{order}}}"#))
            }
            _ => answer(200, OK),
        })
    });
    let mut event = event(1, "a");
    event.state = EventState::Enriching;
    event.body = b"9".to_vec();
    event.enrich = Some(r#"{"action":"fetch","args":{"mark":"9"},"field":"order"}"#.into());
    bench.ingest(event.clone());
    bench.settle();
    assert_eq!(bench.count("fetch"), 3);
    assert_eq!(bench.sent[0].target, "https://vendor.test/fetch?mark=9");
    assert_eq!(bench.sent[3].body, r#"{"mark":"nine/note"}"#);
    assert!(
        bench
            .store
            .event(&event.id)
            .unwrap()
            .unwrap()
            .payload
            .is_some()
    );
}

#[test]
fn an_event_whose_read_is_refused_is_dead_with_its_reason() {
    let mut maker = Maker::new();
    maker.rule("rule", Vec::new());
    let mut bench = Bench::new(&maker.program(), |_, _| Some(answer(404, "")));
    let mut event = event(1, "a");
    event.state = EventState::Enriching;
    event.enrich = Some(r#"{"action":"fetch","args":{"mark":"9"},"field":"order"}"#.into());
    bench.ingest(event.clone());
    bench.settle();
    assert_eq!(bench.count("fetch"), 1);
    let stored = bench.store.event(&event.id).unwrap().unwrap();
    assert_eq!(stored.state, EventState::Dead);
    assert!(
        stored
            .reason
            .unwrap()
            .starts_with("vendor.fetch ended as refused")
    );
    assert!(matches!(bench.notices[0], Notice::EventDead { .. }));
}
