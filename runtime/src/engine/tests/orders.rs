//! What people order: doubts decided, runs cancelled, rules and accounts paused.

use ondo_compiler::ir::{Expr, LocalId, Step};

use super::super::testing::program::{Maker, SHOP, one_call, step};
use super::super::testing::{Bench, answer, event, load, timeout};
use crate::engine::orders::{Answer, Decision, Kept, Order, What};
use crate::engine::{Input, Limits, Machine};
use crate::store::{EffectState, Paused, RecordKind, RunId, RunState, Store};

pub(super) fn order(bench: &mut Bench, what: What) -> Result<Answer, String> {
    bench.input(Input::Order(Order {
        number: 1,
        who: "Анна".to_owned(),
        note: "видно в кассе".to_owned(),
        what,
    }));
    bench.order_answers.pop().unwrap()
}

pub(super) fn kept(bench: &Bench, id: &RunId) -> Box<Kept> {
    let run = bench.store.run(id).unwrap().unwrap();
    let event = bench.store.event(&run.event).unwrap().unwrap();
    let journal = bench.store.journal(id).unwrap();
    Box::new(Kept {
        run,
        event,
        journal,
    })
}

fn decide(bench: &mut Bench, decision: Decision) -> Result<Answer, String> {
    let kept = kept(bench, &bench.run().id);
    order(
        bench,
        What::Decide {
            kept,
            place: None,
            decision,
        },
    )
}

/// A run in doubt at `give`, whose next step is `note`.
fn in_doubt() -> Bench {
    let mut maker = Maker::new();
    let give = maker.call(SHOP, "give", "give");
    let note = maker.call(SHOP, "note", "note");
    maker.rule("rule", vec![step(give), step(note)]);
    let mut bench = Bench::new(&maker.program(), |sent, before| {
        Some(match (sent.action.as_str(), before) {
            ("give", 0) => timeout(),
            _ => answer(200, r#"{"found":"1"}"#),
        })
    });
    bench.ingest(event(1, "a"));
    assert_eq!(bench.run().state, RunState::InDoubt);
    bench
}

fn effect(bench: &Bench) -> EffectState {
    bench.store.effects_of(&bench.run().id).unwrap()[0].state
}

#[test]
fn what_a_person_knows_to_have_happened_is_not_sent_again() {
    let mut bench = in_doubt();
    decide(&mut bench, Decision::Applied).unwrap();
    assert_eq!(bench.run().state, RunState::Done);
    assert_eq!((bench.count("give"), bench.count("note")), (1, 1));
    assert_eq!(effect(&bench), EffectState::Applied);
    let decided = &bench.journal()[2];
    assert_eq!(decided.kind, RecordKind::Decision);
    assert_eq!(
        decided.message.as_deref(),
        Some("Анна says: it happened (видно в кассе)")
    );
}

#[test]
fn what_a_person_knows_not_to_have_happened_is_sent_again_with_the_same_bytes() {
    let mut bench = in_doubt();
    decide(&mut bench, Decision::Absent).unwrap();
    assert_eq!(bench.run().state, RunState::Done);
    assert_eq!((bench.count("give"), bench.count("note")), (2, 1));
    assert_eq!(bench.sent[0].body, bench.sent[1].body);
    assert_eq!(effect(&bench), EffectState::Applied);
}

#[test]
fn what_a_person_leaves_out_is_not_sent_and_the_run_goes_on() {
    let mut bench = in_doubt();
    decide(&mut bench, Decision::Skip).unwrap();
    assert_eq!(bench.run().state, RunState::Done);
    assert_eq!((bench.count("give"), bench.count("note")), (1, 1));
    assert_eq!(effect(&bench), EffectState::Skipped);
}

#[test]
fn the_same_doubt_can_come_again_and_be_decided_again() {
    let mut bench = Bench::new(&one_call("give", |_| {}), |_, _| Some(timeout()));
    bench.ingest(event(1, "a"));
    decide(&mut bench, Decision::Absent).unwrap();
    assert_eq!(bench.run().state, RunState::InDoubt);
    assert_eq!(bench.count("give"), 2);
    decide(&mut bench, Decision::Applied).unwrap();
    assert_eq!(bench.run().state, RunState::Done);
    assert_eq!(bench.count("give"), 2);
}

#[test]
fn a_decision_survives_a_restart() {
    let program = one_call("give", |_| {});
    let mut bench = Bench::new(&program, |_, _| Some(timeout()));
    bench.ingest(event(1, "a"));
    bench.restart(&program);
    decide(&mut bench, Decision::Applied).unwrap();
    bench.restart(&program);
    bench.settle();
    assert_eq!(bench.run().state, RunState::Done);
    assert_eq!(bench.count("give"), 1);
}

#[test]
fn a_step_that_needs_the_result_fails_when_only_a_person_knows_of_it() {
    let mut maker = Maker::new();
    let mut give = maker.call(SHOP, "give", "give");
    give.bind = Some(LocalId(0));
    maker.rule("rule", vec![step(give)]);
    let mut bench = Bench::new(&maker.program(), |_, _| Some(timeout()));
    bench.ingest(event(1, "a"));
    decide(&mut bench, Decision::Applied).unwrap();
    assert_eq!(bench.run().state, RunState::Failed);
    let reason = bench.run().reason.unwrap();
    assert!(reason.contains("its result is lost"), "{reason}");
}

#[test]
fn only_what_is_in_doubt_can_be_decided() {
    let mut bench = in_doubt();
    decide(&mut bench, Decision::Applied).unwrap();
    let why = decide(&mut bench, Decision::Absent).unwrap_err();
    assert!(why.contains("is not in doubt"), "{why}");
    assert_eq!(bench.count("give"), 1);
}

#[test]
fn each_doubt_of_a_loop_is_decided_by_itself() {
    let mut maker = Maker::new();
    let mark = maker.expr(Expr::Local(LocalId(0)));
    let give = maker.call_with(SHOP, "give", "give", mark);
    let list = maker.field("parts");
    let body = vec![step(give)];
    maker.rule(
        "rule",
        vec![Step::For {
            var: LocalId(0),
            list,
            cond: None,
            parallel: 4,
            body,
        }],
    );
    let mut bench = Bench::new(&maker.program(), |_, _| Some(timeout()));
    bench.ingest(event(1, "a"));
    let calls = bench.count("give");
    assert!(calls > 1, "{calls}");
    let why = decide(&mut bench, Decision::Applied).unwrap_err();
    assert!(why.contains("give#0, give#1; say which"), "{why}");
    // In any order, and each by its name.
    for index in (0..calls).rev() {
        assert_eq!(bench.run().state, RunState::InDoubt);
        let what = What::Decide {
            kept: kept(&bench, &bench.run().id),
            place: Some(("give".to_owned(), index.to_string())),
            decision: Decision::Applied,
        };
        order(&mut bench, what).unwrap();
        let journal = bench.journal();
        assert_eq!(journal.last().unwrap().iteration, index.to_string());
    }
    assert_eq!(bench.run().state, RunState::Done);
    assert_eq!(bench.count("give"), calls);
}

#[test]
fn every_order_leaves_a_line_in_the_audit() {
    let mut bench = in_doubt();
    decide(&mut bench, Decision::Skip).unwrap();
    let audit = bench.store.audit(10).unwrap();
    assert_eq!(audit.len(), 1);
    assert_eq!((&*audit[0].who, &*audit[0].what), ("Анна", "left out"));
    assert_eq!(audit[0].note, "видно в кассе");
    assert!(audit[0].subject.ends_with(" give"), "{:?}", audit[0]);
}

#[test]
fn a_run_in_doubt_is_cancelled_and_its_effect_is_left_out() {
    let mut bench = in_doubt();
    let run = bench.run().id;
    order(&mut bench, What::Cancel { run }).unwrap();
    assert_eq!(bench.run().state, RunState::Cancelled);
    assert_eq!(effect(&bench), EffectState::Skipped);
    assert_eq!((bench.count("give"), bench.count("note")), (1, 0));
}

#[test]
fn a_run_is_cancelled_when_its_call_has_ended() {
    let mut maker = Maker::new();
    let give = maker.call(SHOP, "give", "give");
    let note = maker.call(SHOP, "note", "note");
    maker.rule("rule", vec![step(give), step(note)]);
    let mut bench = Bench::new(&maker.program(), |_, _| None);
    bench.ingest(event(1, "a"));
    let run = bench.run().id;
    bench.input(Input::Order(Order {
        number: 7,
        who: "Анна".to_owned(),
        note: "ошибка".to_owned(),
        what: What::Cancel { run },
    }));
    assert!(bench.order_answers.is_empty());
    assert_eq!(bench.run().state, RunState::Ready);
    bench.answer_to("1/give", answer(200, r#"{"found":"1"}"#));
    assert_eq!(bench.run().state, RunState::Cancelled);
    assert_eq!(bench.order_answers.len(), 1);
    assert_eq!(bench.count("note"), 0);
    // What the call came to is known all the same.
    assert_eq!(effect(&bench), EffectState::Applied);
}

#[test]
fn a_waiting_run_is_cancelled_and_lets_the_next_of_its_key_go_on() {
    let mut maker = Maker::new();
    let note = maker.call(SHOP, "note", "note");
    let group = maker.field("group");
    maker.rule("rule", vec![step(note)]).ordered_by = Some(group);
    let mut bench = Bench::new(&maker.program(), |sent, _| {
        Some(match sent.body.contains("1/note") {
            true => answer(500, ""),
            false => answer(200, r#"{"found":"1"}"#),
        })
    });
    bench.ingest(event(1, "a"));
    bench.ingest(event(2, "a"));
    let run = bench.runs()[0].id.clone();
    assert_eq!(bench.runs()[0].state, RunState::Waiting);
    order(&mut bench, What::Cancel { run }).unwrap();
    bench.settle();
    let states: Vec<RunState> = bench.runs().iter().map(|run| run.state).collect();
    assert_eq!(states, [RunState::Cancelled, RunState::Done]);
}

#[test]
fn a_run_that_has_ended_cannot_be_cancelled() {
    let mut bench = in_doubt();
    decide(&mut bench, Decision::Skip).unwrap();
    let run = bench.run().id;
    let why = order(&mut bench, What::Cancel { run }).unwrap_err();
    assert!(why.starts_with("there is nothing to cancel"), "{why}");
}

fn rule() -> Paused {
    Paused::Rule {
        bundle: "bundle".to_owned(),
        rule: "rule".to_owned(),
    }
}

fn account() -> Paused {
    Paused::Account {
        bundle: "bundle".to_owned(),
        account: "shop".to_owned(),
    }
}

#[test]
fn a_paused_rule_keeps_its_events_and_begins_when_it_is_resumed() {
    let program = one_call("note", |_| {});
    let mut bench = Bench::new(&program, |_, _| Some(answer(200, r#"{"found":"1"}"#)));
    order(&mut bench, What::Pause(rule())).unwrap();
    bench.ingest(event(1, "a"));
    bench.settle();
    assert_eq!(bench.run().state, RunState::Waiting);
    assert_eq!(
        bench.run().reason.as_deref(),
        Some("paused by Анна: видно в кассе")
    );
    assert_eq!(bench.count("note"), 0);
    order(&mut bench, What::Unpause(rule())).unwrap();
    bench.settle();
    assert_eq!(bench.run().state, RunState::Done);
}

#[test]
fn a_paused_account_is_not_called_until_it_is_resumed() {
    let mut bench = Bench::new(&one_call("note", |_| {}), |_, _| {
        Some(answer(200, r#"{"found":"1"}"#))
    });
    order(&mut bench, What::Pause(account())).unwrap();
    bench.ingest(event(1, "a"));
    bench.settle();
    assert_eq!(bench.run().state, RunState::Waiting);
    assert_eq!(bench.count("note"), 0);
    order(&mut bench, What::Unpause(account())).unwrap();
    bench.settle();
    assert_eq!(bench.run().state, RunState::Done);
    assert_eq!(bench.count("note"), 1);
}

#[test]
fn a_pause_survives_a_restart() {
    let program = one_call("note", |_| {});
    for paused in [rule(), account()] {
        let mut bench = Bench::new(&program, |_, _| Some(answer(200, r#"{"found":"1"}"#)));
        order(&mut bench, What::Pause(paused.clone())).unwrap();
        bench.ingest(event(1, "a"));
        bench.restart(&program);
        bench.settle();
        assert_eq!(bench.count("note"), 0, "{paused}");
        order(&mut bench, What::Unpause(paused)).unwrap();
        bench.settle();
        assert_eq!(bench.run().state, RunState::Done);
    }
}

#[test]
fn a_pause_of_a_name_that_is_not_there_names_those_that_are() {
    let mut bench = Bench::new(&one_call("note", |_| {}), |_, _| None);
    let what = Paused::Rule {
        bundle: "bundle".to_owned(),
        rule: "rul".to_owned(),
    };
    let why = order(&mut bench, What::Pause(what)).unwrap_err();
    assert_eq!(why, "there is no rule bundle/rul; there are: rule");
    let why = order(&mut bench, What::Unpause(rule())).unwrap_err();
    assert_eq!(why, "rule bundle/rule is not paused");
}

#[test]
fn runs_of_a_paused_rule_do_not_keep_others_from_coming_forward() {
    let mut maker = Maker::new();
    let first = maker.call(SHOP, "put", "put");
    let id = maker.field("id");
    maker.rule("ordered", vec![step(first)]).ordered_by = Some(id);
    let second = maker.call(SHOP, "note", "note");
    maker.rule("plain", vec![step(second)]);
    let program = maker.program();
    let mut bench = Bench::new(&program, |_, _| Some(answer(200, r#"{"found":"1"}"#)));
    let limits = Limits {
        waiters_max: 2,
        ..Limits::default()
    };
    bench.machine = Machine::new(1, limits);
    bench.input(load(&program, "v1", true));
    bench.input(Input::Recovered);
    order(&mut bench, What::Pause(account())).unwrap();
    for number in 1..=6 {
        bench.ingest(event(number, "a"));
    }
    let paused = Paused::Rule {
        bundle: "bundle".to_owned(),
        rule: "ordered".to_owned(),
    };
    order(&mut bench, What::Pause(paused.clone())).unwrap();
    order(&mut bench, What::Unpause(account())).unwrap();
    bench.settle();
    assert_eq!(bench.count("note"), 6);
    order(&mut bench, What::Unpause(paused)).unwrap();
    bench.settle();
    assert!(bench.runs().iter().all(|run| run.state == RunState::Done));
}

#[test]
fn a_run_that_waits_by_name_is_cancelled_once() {
    let program = one_call("note", |_| {});
    let mut bench = Bench::new(&program, |_, _| Some(answer(200, r#"{"found":"1"}"#)));
    let limits = Limits {
        waiters_max: 1,
        ..Limits::default()
    };
    bench.machine = Machine::new(1, limits);
    bench.input(load(&program, "v1", true));
    order(&mut bench, What::Pause(account())).unwrap();
    for number in 1..=4 {
        bench.ingest(event(number, "a"));
    }
    let last = bench.runs().last().unwrap().id.clone();
    assert_eq!(bench.machine.runs.len(), 1, "the others are not in memory");
    order(&mut bench, What::Cancel { run: last.clone() }).unwrap();
    let why = order(&mut bench, What::Cancel { run: last.clone() }).unwrap_err();
    assert!(why.starts_with("there is nothing to cancel"), "{why}");
    let nobody = RunId("run_01a1fce9-8144-700b-9a40-d68e6c052d88".to_owned());
    let why = order(&mut bench, What::Cancel { run: nobody }).unwrap_err();
    assert!(why.starts_with("there is nothing to cancel"), "{why}");
    order(&mut bench, What::Unpause(account())).unwrap();
    bench.settle();
    assert_eq!(bench.count("note"), 3);
    let last = bench.store.run(&last).unwrap().unwrap();
    assert_eq!(last.state, RunState::Cancelled);
}
