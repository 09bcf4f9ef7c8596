//! Rules that time starts: one run for each scheduled time, also over restarts and reloads.

use std::sync::Arc;

use jiff::SignedDuration;
use ondo_compiler::ir::{Misfire, Program, Rule, Trigger};

use super::super::testing::program::{Maker, SHOP, step};
use super::super::testing::{Bench, answer, load, start};
use crate::engine::Input;
use crate::store::{EventState, RunState, Store};

const OK: &str = r#"{"found":"yes"}"#;
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// `every 1h do shop.note(…)`
fn hourly(change: impl FnOnce(&mut Rule)) -> Arc<Program> {
    let mut maker = Maker::new();
    let mark = maker.text("pulse");
    let note = maker.call_with(SHOP, "note", "note", mark);
    let rule = maker.rule("pulse", vec![step(note)]);
    rule.read_set.paths.clear();
    rule.trigger = Trigger::Every(HOUR);
    change(rule);
    maker.program()
}

/// A bench whose vendor answers at once.
fn bench(program: &Arc<Program>) -> Bench {
    Bench::new(program, |_, _| Some(answer(200, OK)))
}

/// The scheduled times that were stored, oldest first.
fn times(bench: &Bench) -> Vec<String> {
    let events = bench.store.events(1_000).unwrap();
    let mut times: Vec<String> = events.into_iter().filter_map(|event| event.key).collect();
    times.sort();
    times
}

#[test]
fn each_scheduled_time_is_a_run() {
    let mut bench = bench(&hourly(|_| {}));
    bench.pass(HOUR * 3);
    let wanted = [
        "2026-11-21T08:00:00Z",
        "2026-11-21T09:00:00Z",
        "2026-11-21T10:00:00Z",
    ];
    assert_eq!(times(&bench), wanted);
    assert_eq!(bench.count("note"), 3);
    assert!(bench.runs().iter().all(|run| run.state == RunState::Done));
}

#[test]
fn cron_runs_in_its_zone() {
    let program = hourly(|rule| {
        rule.trigger = Trigger::Cron {
            spec: "30 4 * * *".into(),
            zone: "Asia/Yekaterinburg".into(),
        };
    });
    let mut bench = bench(&program);
    bench.pass(SignedDuration::from_hours(48));
    let wanted = ["2026-11-21T23:30:00Z", "2026-11-22T23:30:00Z"];
    assert_eq!(times(&bench), wanted);
}

#[test]
fn a_restart_neither_doubles_nor_loses_a_time() {
    let program = hourly(|_| {});
    let mut bench = bench(&program);
    for _ in 0..3 {
        bench.pass(HOUR);
        bench.restart(&program);
        bench.restart(&program);
    }
    assert_eq!(times(&bench).len(), 3);
    assert_eq!(bench.count("note"), 3);
}

#[test]
fn a_clock_that_is_set_back_starts_nothing_twice() {
    let program = hourly(|_| {});
    let mut bench = bench(&program);
    bench.pass(HOUR * 3);
    bench.now = start();
    bench.restart(&program);
    bench.pass(HOUR * 4);
    assert_eq!(times(&bench).len(), 4);
    assert_eq!(bench.count("note"), 4);
}

#[test]
fn what_was_due_while_no_process_ran_is_made_up_for_as_the_rule_says() {
    for (misfire, made_up) in [(Misfire::Skip, 0), (Misfire::Once, 1), (Misfire::All, 5)] {
        let program = hourly(|rule| {
            rule.misfire = misfire;
            rule.overlap_queue = misfire == Misfire::All;
        });
        let mut bench = bench(&program);
        bench.pass(HOUR);
        bench.now += HOUR * 5 + SignedDuration::from_mins(30);
        bench.restart(&program);
        bench.pass(SignedDuration::from_mins(1));
        assert_eq!(bench.count("note"), 1 + made_up, "{misfire:?}");
        bench.pass(HOUR);
        assert_eq!(bench.count("note"), 2 + made_up, "{misfire:?}");
    }
}

#[test]
fn a_schedule_that_changed_missed_nothing() {
    let mut bench = bench(&hourly(|_| {}));
    bench.pass(HOUR);
    bench.now += HOUR * 5;
    bench.restart(&hourly(|rule| rule.trigger = Trigger::Every(HOUR * 2)));
    bench.pass(SignedDuration::from_mins(30));
    assert_eq!(bench.count("note"), 1);
}

#[test]
fn a_reload_neither_shifts_nor_repeats_a_schedule() {
    let program = hourly(|_| {});
    let mut bench = bench(&program);
    for number in 0..12 {
        bench.pass(SignedDuration::from_mins(15));
        bench.input(load(&program, &format!("v{number}"), true));
    }
    assert_eq!(times(&bench).len(), 3);
    bench.input(Input::Unload {
        bundle: "bundle".into(),
    });
    bench.pass(HOUR * 3);
    assert_eq!(times(&bench).len(), 3);
}

#[test]
fn a_time_at_which_the_last_run_still_goes_on_is_skipped_visibly() {
    let mut bench = Bench::new(&hourly(|_| {}), |_, _| None);
    bench.pass(HOUR * 2);
    let run = bench.run();
    let events = bench.store.events(1).unwrap();
    assert_eq!(events[0].state, EventState::Routed);
    let passed = bench.store.passed(&events[0].id).unwrap();
    let why = format!("`overlap skip`: {} has not ended", run.id);
    assert_eq!(passed[0].why, crate::store::PassedWhy::Filtered(why));
}

#[test]
fn with_overlap_queue_it_waits_for_the_last_run() {
    let mut bench = Bench::new(&hourly(|rule| rule.overlap_queue = true), |_, _| None);
    bench.pass(HOUR * 3);
    let runs = bench.runs();
    let states: Vec<RunState> = runs.iter().map(|run| run.state).collect();
    assert_eq!(
        states,
        [RunState::Ready, RunState::Queued, RunState::Queued]
    );
    let behind = format!("waits behind {}", runs[0].id);
    assert_eq!(runs[2].reason.as_deref(), Some(&*behind));
}

#[test]
fn after_a_restart_a_missed_time_sees_the_run_that_still_goes_on() {
    let program = hourly(|_| {});
    let mut bench = Bench::new(&program, |_, _| None);
    bench.pass(HOUR);
    bench.now += HOUR * 3;
    bench.restart(&program);
    assert_eq!(times(&bench).len(), 2);
    assert_eq!(bench.runs().len(), 1);
}

#[test]
fn valid_for_counts_from_the_scheduled_time() {
    let program = hourly(|rule| rule.valid_for = Some(SignedDuration::from_mins(10)));
    let mut bench = bench(&program);
    bench.pass(HOUR);
    bench.now += HOUR + SignedDuration::from_mins(30);
    bench.restart(&program);
    bench.pass(SignedDuration::from_mins(1));
    assert_eq!(bench.count("note"), 1);
    assert_eq!(bench.runs()[1].state, RunState::Expired);
}

#[test]
fn a_draining_process_leaves_what_is_due_to_the_next_one() {
    let program = hourly(|_| {});
    let mut bench = bench(&program);
    bench.pass(HOUR);
    bench.input(Input::Drain);
    bench.pass(HOUR);
    assert_eq!(bench.count("note"), 1);
    bench.restart(&program);
    bench.pass(SignedDuration::from_secs(1));
    assert_eq!(bench.count("note"), 2);
}

#[test]
fn a_store_without_room_is_asked_again() {
    let program = hourly(|_| {});
    let mut bench = bench(&program);
    bench.now += HOUR;
    let commands = bench.machine.step(bench.now, Input::Wake);
    let crate::engine::Command::Commit { commit, .. } = &commands[0] else {
        panic!("{commands:?}");
    };
    let result = Err(crate::store::Error::Busy);
    bench.input(Input::Committed {
        commit: *commit,
        result,
    });
    assert_eq!(bench.count("note"), 0);
    bench.pass(SignedDuration::from_secs(2));
    assert_eq!(bench.count("note"), 1);
}
