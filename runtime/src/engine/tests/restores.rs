//! A store that was restored from a backup: what may have happened since is looked up, or a person is asked.

use std::sync::Arc;

use jiff::SignedDuration;
use ondo_compiler::ir::{Once, Program};
use ondo_compiler::wire::Observed;

use super::super::testing::program::{Maker, SHOP, one_call, step};
use super::super::testing::{Bench, answer, commit, event, not_sent};
use super::orders::{kept, order};
use super::redrive::with_a_history;
use crate::engine::Restored;
use crate::engine::orders::{Decision, What};
use crate::store::{RunState, Version, Write};

fn found() -> Observed {
    answer(200, r#"{"found":"1"}"#)
}

/// The store of a process whose only run has not sent anything yet, restored: the run goes on in a new process.
fn restored(mut bench: Bench, program: &Arc<Program>) -> Bench {
    let event = event(1, "a");
    commit(&bench.store, vec![Write::Ingest(event.clone())]).unwrap();
    let mut commands = bench
        .machine
        .step(bench.now, crate::engine::Input::Event(event));
    // The routing comes to the disk, and the backup is made behind it.
    commands.retain(|command| matches!(command, crate::engine::Command::Commit { .. }));
    for command in commands {
        if let crate::engine::Command::Commit { writes, .. } = command {
            commit(&bench.store, writes).unwrap();
        }
    }
    commit(&bench.store, vec![Write::CheckFirst]).unwrap();
    bench.restart(program);
    bench
}

#[test]
fn after_a_restore_what_cannot_be_looked_up_waits_for_a_person() {
    let program = one_call("give", |_| {});
    let bench = restored(Bench::new(&program, |_, _| Some(found())), &program);
    assert_eq!(bench.count("give"), 0);
    let run = bench.run();
    assert_eq!(run.state, RunState::InDoubt);
    let reason = run.reason.unwrap();
    assert!(reason.starts_with("the store was restored"), "{reason}");
}

#[test]
fn after_a_restore_a_person_lets_it_be_sent() {
    let program = one_call("give", |_| {});
    let mut bench = restored(Bench::new(&program, |_, _| Some(found())), &program);
    let kept = kept(&bench, &bench.run().id);
    let decision = crate::engine::orders::Decision::Absent;
    let what = What::Decide {
        kept,
        place: None,
        decision,
    };
    order(&mut bench, what).unwrap();
    bench.settle();
    assert_eq!(bench.run().state, RunState::Done);
    assert_eq!(bench.count("give"), 1);
}

#[test]
fn after_a_restore_what_can_be_looked_up_is_looked_up_before_it_is_sent() {
    let program = one_call("bonus", |_| {});
    let bench = with_a_history(|_| answer(200, ""), false);
    let mut bench = restored(bench, &program);
    bench.pass(jiff::SignedDuration::from_secs(10));
    assert_eq!((bench.count("bonus"), bench.count("operations")), (0, 1));
    bench.settle();
    assert_eq!((bench.count("bonus"), bench.count("operations")), (1, 3));
    assert_eq!(bench.run().state, RunState::Done);
}

#[test]
fn after_a_restore_what_may_be_repeated_is_sent_at_once() {
    let program = one_call("put", |_| {});
    let mut bench = restored(Bench::new(&program, |_, _| Some(found())), &program);
    bench.settle();
    assert_eq!(bench.run().state, RunState::Done);
    assert_eq!(bench.count("put"), 1);
}

#[test]
fn after_a_restore_it_is_looked_for_what_a_run_before_this_one_did() {
    let program = one_call("bonus", |_| {});
    let bench = with_a_history(|_| answer(200, ""), false);
    let mut bench = restored(bench, &program);
    bench.pass(jiff::SignedDuration::from_secs(10));
    let run = bench.run();
    let looked = bench.sent.iter().find(|sent| sent.action == "operations");
    let target = &looked.unwrap().target;
    let since = run.created_at - SignedDuration::from_hours(31 * 24);
    let day = since.to_string()[..10].to_owned();
    assert!(target.contains(&format!("since={day}")), "{target}");
}

#[test]
fn after_a_restore_events_that_the_backup_held_are_looked_up_first() {
    let bench = after_restore(0, None);
    assert_eq!(bench.run().state, RunState::InDoubt);
    assert_eq!(bench.count("give"), 0);
}

#[test]
fn after_a_restore_a_delivery_with_a_key_is_looked_up_first_for_a_while() {
    for (second, sent) in [(1, 0), (59, 0), (60, 1)] {
        let bench = after_restore(second, Some("order-5012"));
        assert_eq!(bench.count("give"), sent, "{second} s after the restore");
    }
}

#[test]
fn after_a_restore_a_delivery_without_a_key_is_taken_as_new() {
    assert_eq!(after_restore(1, None).count("give"), 1);
}

/// An event that comes so many seconds after the restore, which counts for a minute.
fn after_restore(second: i64, key: Option<&str>) -> Bench {
    let program = one_call("give", |_| {});
    let mut bench = Bench::new(&program, |_, _| Some(found()));
    let mut event = event(1, "a");
    let at = event.at;
    bench.input(crate::engine::Input::Restored(Restored {
        at,
        until: at + SignedDuration::from_mins(1),
    }));
    event.at = at + SignedDuration::from_secs(second);
    event.key = key.map(str::to_owned);
    bench.ingest(event);
    bench
}

/// `give` once for a group: an order whose deliveries have no key. Yields the bench behind one of them, after a restore.
fn of_a_thing(number: usize, within: Option<SignedDuration>) -> Bench {
    let mut maker = Maker::new();
    let give = maker.call(SHOP, "give", "give");
    let key = maker.field("group");
    maker.rule("rule", vec![step(give)]).once = Once::Per {
        key,
        within,
        implied: false,
    };
    let mut bench = Bench::new(&maker.program(), |_, _| Some(found()));
    let mut event = event(number, "a");
    bench.input(crate::engine::Input::Restored(Restored {
        at: event.at - SignedDuration::from_secs(1),
        until: event.at + SignedDuration::from_mins(1),
    }));
    event.key = None;
    bench.ingest(event);
    bench
}

#[test]
fn after_a_restore_a_rule_that_acts_once_for_a_thing_asks_first_whatever_the_delivery() {
    let first = of_a_thing(1, None);
    assert_eq!(first.run().state, RunState::InDoubt);
    assert_eq!(first.count("give"), 0);
    // The same thing, told by another delivery, has the same effects.
    assert_eq!(first.run().origin, of_a_thing(2, None).run().origin);
    // Once a day is not once for ever: another day it acts again.
    let daily = of_a_thing(1, Some(SignedDuration::from_hours(24)));
    assert_eq!(daily.run().origin, "");
}

#[test]
fn a_delivery_that_comes_again_after_a_restore_has_the_same_key_and_another_delivery_has_not() {
    let sent = |id: usize, key: Option<&str>| {
        let program = one_call("give", |_| {});
        let mut bench = Bench::new(&program, |_, _| Some(found()));
        let mut event = event(id, "a");
        event.key = key.map(str::to_owned);
        bench.ingest(event);
        bench.journal()[0].key.clone()
    };
    assert_eq!(sent(1, Some("order-5012")), sent(2, Some("order-5012")));
    assert_ne!(sent(1, Some("order-5012")), sent(1, Some("order-5013")));
    assert_ne!(sent(1, None), sent(2, None));
}

/// The backup was made while a call was still to be sent; nobody knows what became of it then.
fn not_sent_before(action: &str) -> Bench {
    let program = one_call(action, |_| {});
    let mut bench = Bench::new(&program, |sent, before| {
        Some(match (sent.action.as_str(), before) {
            ("operations", _) => answer(200, r#"{"total":0,"operations":[]}"#),
            (_, 0) => not_sent(),
            _ => found(),
        })
    });
    bench.ingest(event(1, "a"));
    assert_eq!(bench.count(action), 1);
    commit(&bench.store, vec![Write::CheckFirst]).unwrap();
    bench.restart(&program);
    bench.input(crate::engine::Input::Restored(Restored {
        at: bench.now,
        until: bench.now,
    }));
    bench
}

#[test]
fn after_a_restore_what_was_still_to_be_sent_waits_for_a_person() {
    let mut bench = not_sent_before("give");
    bench.settle();
    assert_eq!(bench.run().state, RunState::InDoubt);
    assert_eq!(bench.count("give"), 1);
    let what = What::Decide {
        kept: kept(&bench, &bench.run().id),
        place: None,
        decision: Decision::Absent,
    };
    order(&mut bench, what).unwrap();
    bench.settle();
    assert_eq!(bench.run().state, RunState::Done);
    assert_eq!(bench.count("give"), 2);
}

#[test]
fn after_a_restore_what_was_still_to_be_sent_is_looked_up_first() {
    let mut bench = not_sent_before("bonus");
    bench.pass(SignedDuration::from_mins(3));
    assert_eq!(bench.count("bonus"), 1);
    bench.settle();
    assert_eq!((bench.count("bonus"), bench.count("operations")), (2, 3));
    assert_eq!(bench.run().state, RunState::Done);
}

#[test]
fn after_a_restore_what_may_be_repeated_goes_on_where_it_was() {
    let mut bench = not_sent_before("put");
    bench.settle();
    assert_eq!(bench.run().state, RunState::Done);
    assert_eq!(bench.count("put"), 2);
}

#[test]
fn a_redrive_of_a_restored_run_knows_no_more_than_the_run() {
    let program = one_call("give", |_| {});
    let mut bench = restored(Bench::new(&program, |_, _| Some(found())), &program);
    let run = bench.run().id;
    order(&mut bench, What::Cancel { run: run.clone() }).unwrap();
    let redrive = What::Redrive {
        kept: kept(&bench, &run),
        version: Version("v1".to_owned()),
        from: None,
        yes_repeat_money: false,
        dry_run: false,
    };
    order(&mut bench, redrive).unwrap();
    bench.settle();
    let runs = bench.runs();
    let again = runs.iter().find(|run| run.redrive_of.is_some()).unwrap();
    assert_eq!(again.state, RunState::InDoubt);
    assert_eq!(bench.count("give"), 0);
}
