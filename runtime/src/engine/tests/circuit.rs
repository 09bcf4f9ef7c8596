//! The circuit: calls that must not be repeated are never used to try out a vendor.

use jiff::SignedDuration;

use super::super::testing::program::{Maker, SHOP, one_call, step};
use super::super::testing::{Bench, answer, event, not_sent, timeout};
use crate::store::RunState;

const FOUND: &str = r#"{"found":"1"}"#;

#[test]
fn a_vendor_that_cannot_be_reached_is_tried_by_a_bare_connection_where_only_unsafe_calls_wait() {
    let mut bench = Bench::new(&one_call("give", |_| {}), |_, before| {
        Some(match before {
            0..=4 => not_sent(),
            _ => answer(200, FOUND),
        })
    });
    bench.is_reachable = false;
    for number in 0..5 {
        bench.ingest(event(number, "a"));
    }
    bench.pass(SignedDuration::from_mins(10));
    // Five calls opened the circuit; nothing but bare connections went out since.
    assert_eq!(bench.count("give"), 5);
    assert!(bench.probes >= 5, "{}", bench.probes);
    bench.is_reachable = true;
    bench.settle();
    assert_eq!(bench.count("give"), 10);
    assert!(bench.runs().iter().all(|run| run.state == RunState::Done));
}

#[test]
fn a_call_that_may_be_repeated_goes_before_those_that_may_not() {
    let mut maker = Maker::new();
    let give = maker.call(SHOP, "give", "give");
    maker.rule("first", vec![step(give)]);
    let put = maker.call(SHOP, "put", "put");
    maker.rule("second", vec![step(put)]);
    let mut bench = Bench::new(&maker.program(), |_, _| Some(not_sent()));
    for number in 0..3 {
        bench.ingest(event(number, "a"));
    }
    bench.is_reachable = false;
    let (gives, puts) = (bench.count("give"), bench.count("put"));
    assert!(gives + puts >= 5);
    bench.pass(SignedDuration::from_mins(30));
    assert_eq!(bench.count("give"), gives);
    assert!(bench.count("put") > puts);
}

#[test]
fn a_vendor_that_gives_no_clear_answers_is_left_alone() {
    let mut bench = Bench::new(&one_call("put", |_| {}), |_, _| Some(timeout()));
    for number in 0..40 {
        bench.ingest(event(number, "a"));
    }
    assert_eq!(bench.count("put"), 20);
    let waiting = bench.runs().pop().unwrap();
    assert_eq!(waiting.state, RunState::Waiting);
    assert_eq!(waiting.reason.as_deref(), Some("circuit of vendor"));
}

#[test]
fn waiting_for_the_circuit_uses_up_no_attempts() {
    let mut bench = Bench::new(
        &one_call("put", |call| call.retry.never = true),
        |_, before| {
            Some(match before {
                0..=19 => timeout(),
                _ => answer(200, FOUND),
            })
        },
    );
    for number in 0..40 {
        bench.ingest(event(number, "a"));
    }
    bench.settle();
    let done = bench
        .runs()
        .iter()
        .filter(|run| run.state == RunState::Done)
        .count();
    assert_eq!((bench.count("put"), done), (40, 20));
}
