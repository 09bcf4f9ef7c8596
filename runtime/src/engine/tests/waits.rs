//! Pauses, limits, draining, a store that fails.

use jiff::SignedDuration;

use super::super::testing::program::one_call;
use super::super::testing::{Bench, answer, event, load, not_sent, start, timeout};
use crate::engine::{Command, Input, Limits, Machine};
use crate::store::{self, RunState};

const OK: &str = r#"{"found":"yes"}"#;

#[test]
fn a_dead_vendor_is_not_hammered() {
    let mut bench = Bench::new(&one_call("put", |_| {}), |_, _| Some(not_sent()));
    for number in 0..200 {
        bench.ingest(event(number, "a"));
    }
    // The circuit opens at the fifth; what was let go before that is in flight already.
    assert!(bench.sent.len() <= 5, "{}", bench.sent.len());
    let waiting = bench
        .runs()
        .iter()
        .filter(|run| run.state == RunState::Waiting)
        .count();
    assert_eq!(waiting, 200);
}

#[test]
fn drain_lets_calls_end_and_begins_none() {
    let mut bench = Bench::new(&one_call("give", |_| {}), |_, _| None);
    bench.ingest(event(1, "a"));
    bench.input(Input::Drain);
    assert!(!bench.drained);
    bench.ingest(event(2, "a"));
    assert_eq!(bench.count("give"), 1);
    // The call's number: routing 1, intent 2, send 3.
    bench.input(Input::Observed {
        call: 3,
        observed: answer(200, OK),
    });
    assert!(bench.drained);
    assert_eq!(bench.run().state, RunState::Done);
}

#[test]
fn a_store_that_fails_stops_everything() {
    let mut machine = Machine::new(1, Limits::default());
    machine.step(start(), load(&one_call("give", |_| {}), "v1", true));
    let commands = machine.step(start(), Input::Event(event(1, "a")));
    assert!(matches!(commands[..], [Command::Commit { commit: 1, .. }]));
    let commands = machine.step(
        start(),
        Input::Committed {
            commit: 1,
            result: Err(store::Error::Io("disk I/O error".into())),
        },
    );
    assert!(matches!(commands[..], [Command::StoreFailed(_)]));
    assert!(
        machine
            .step(start(), Input::Event(event(2, "a")))
            .is_empty()
    );
}

#[test]
fn an_unsafe_call_is_sent_only_when_its_intent_is_on_disk() {
    let mut machine = Machine::new(1, Limits::default());
    machine.step(start(), load(&one_call("give", |_| {}), "v1", true));
    machine.step(start(), Input::Event(event(1, "a")));
    let id = {
        // The routing is on disk: the next batch is the intent, and nothing is sent yet.
        let mut probe = Machine::new(1, Limits::default());
        probe.step(start(), load(&one_call("give", |_| {}), "v1", true));
        match &probe.step(start(), Input::Event(event(1, "a")))[..] {
            [Command::Commit { writes, .. }] => match &writes[0] {
                store::Write::Route { runs, .. } => runs[0].0.id.clone(),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    };
    let commands = machine.step(
        start(),
        Input::Committed {
            commit: 1,
            result: Ok(vec![store::Written::Routed(vec![store::Routed::Created(
                id,
            )])]),
        },
    );
    assert!(
        !commands
            .iter()
            .any(|command| matches!(command, Command::Send { .. }))
    );
    assert!(
        commands
            .iter()
            .any(|command| matches!(command, Command::Commit { commit: 2, .. }))
    );
    let commands = machine.step(
        start(),
        Input::Committed {
            commit: 2,
            result: Ok(vec![store::Written::Done]),
        },
    );
    assert!(matches!(commands[..], [Command::Send { call: 3, .. }]));
}

#[test]
fn what_there_is_no_room_for_stays_in_the_store_and_comes_later_in_order() {
    let program = one_call("put", |_| {});
    let mut bench = Bench::new(&program, |_, _| Some(answer(200, OK)));
    bench.machine = Machine::new(
        1,
        Limits {
            active_max: 3,
            runs_max: 100,
            waiters_max: 1_000,
        },
    );
    bench.input(load(&program, "v1", true));
    // All events come before anything is on disk.
    let mut commands = Vec::new();
    for number in 0..10 {
        let event = event(number, "a");
        super::super::testing::commit(&bench.store, vec![store::Write::Ingest(event.clone())])
            .unwrap();
        commands.extend(bench.machine.step(bench.now, Input::Event(event)));
    }
    assert!(commands.len() < 4, "{commands:?}");
    bench.carry_out_all(commands);
    bench.settle();
    assert_eq!(bench.count("put"), 10);
    let marks: Vec<String> = bench.sent.iter().map(|sent| sent.body.clone()).collect();
    assert!(marks.is_sorted(), "{marks:?}");
}

#[test]
fn runs_that_wait_long_come_back_only_as_far_as_there_is_room() {
    let program = one_call("put", |call| {
        // Everything waits an hour and is due at about the same time.
        call.retry.backoff = Some((SignedDuration::from_hours(1), SignedDuration::from_hours(1)));
    });
    let mut bench = Bench::new(&program, |sent, _| {
        Some(
            if sent.at < start().checked_add(SignedDuration::from_mins(30)).unwrap() {
                timeout()
            } else {
                answer(200, OK)
            },
        )
    });
    let limits = Limits {
        active_max: 4,
        runs_max: 1_000,
        waiters_max: 1_000,
    };
    bench.machine = Machine::new(1, limits);
    bench.input(load(&program, "v1", true));
    for number in 0..15 {
        bench.ingest(event(number, "a"));
    }
    // Fewer than would open the circuit.
    assert_eq!(bench.count("put"), 15);
    bench.settle();
    assert_eq!(bench.count("put"), 30);
    assert!(bench.runs().iter().all(|run| run.state == RunState::Done));
    assert!(bench.loading_max <= 4, "{} at once", bench.loading_max);
}

#[test]
fn the_rate_of_a_vendor_is_kept_by_all_runs_together() {
    let mut bench = Bench::new(&one_call("look", |_| {}), |_, before| {
        Some(if before == 0 {
            answer(429, "")
        } else {
            answer(200, OK)
        })
    });
    for number in 0..5 {
        bench.ingest(event(number, "a"));
    }
    // The first was told to wait: so nobody calls.
    assert_eq!(bench.count("look"), 1);
    bench.settle();
    assert_eq!(bench.count("look"), 6);
    assert!(bench.sent[1].at.duration_since(bench.sent[0].at) >= SignedDuration::from_secs(1));
}
