//! The effect ledger: an effect with the author's `key` is brought about once, whichever run comes first.

use std::sync::Arc;

use ondo_compiler::ir::Program;

use super::super::testing::program::{Maker, SHOP, step};
use super::super::testing::{Bench, answer, commit, event, not_sent, timeout};
use super::super::{Command, Input};
use crate::store::{EffectState, Run, RunState, Store, Write};

const KEY: &str = "заказ 5012";

/// A rule with one call of an action, with the same key for every event.
fn keyed(action: &str) -> Arc<Program> {
    let mut maker = Maker::new();
    let mut call = maker.call(SHOP, action, action);
    call.key = Some(maker.text(KEY));
    call.retry.never = action == "give";
    maker.rule("rule", vec![step(call)]);
    maker.program()
}

fn states(bench: &Bench) -> Vec<RunState> {
    bench.runs().iter().map(|run| run.state).collect()
}

fn held_by(bench: &Bench, run: &Run, action: &str) -> EffectState {
    let identity = &bench.store.journal(&run.id).unwrap()[0].identity;
    let effect = bench.store.effect(identity, action, KEY).unwrap().unwrap();
    assert_eq!(effect.run, run.id);
    effect.state
}

#[test]
fn what_one_run_has_done_the_next_takes_over_without_sending() {
    let found = r#"{"found":"чек"}"#;
    let mut bench = Bench::new(&keyed("give"), |_, _| Some(answer(200, found)));
    bench.ingest(event(1, "a"));
    bench.ingest(event(2, "a"));
    bench.settle();
    assert_eq!(states(&bench), [RunState::Done, RunState::Done]);
    assert_eq!(bench.count("give"), 1);
    let runs = bench.runs();
    assert_eq!(
        held_by(&bench, &runs[0], "vendor.give"),
        EffectState::Applied
    );
    let taken = bench.store.journal(&runs[1].id).unwrap().pop().unwrap();
    assert_eq!(taken.answer.as_deref(), Some(found.as_bytes()));
    let said = taken.message.unwrap();
    assert!(
        said.starts_with(&format!("done already by {}", runs[0].id)),
        "{said}"
    );
    // The second event asks for something else under the same key.
    assert!(said.contains("other content"), "{said}");
}

#[test]
fn a_run_waits_visibly_while_another_brings_the_effect_about() {
    let mut bench = Bench::new(&keyed("give"), |_, _| None);
    bench.ingest(event(1, "a"));
    bench.ingest(event(2, "a"));
    let runs = bench.runs();
    assert_eq!(bench.count("give"), 1);
    assert_eq!(runs[1].state, RunState::Waiting);
    let reason = format!(
        "the effect with the same key is under way in {}",
        runs[0].id
    );
    assert_eq!(runs[1].reason.as_deref(), Some(&*reason));
    assert!(runs[1].due.is_some());
    bench.answer_to("1/give", answer(200, r#"{"found":"1"}"#));
    assert_eq!(states(&bench), [RunState::Done, RunState::Done]);
    assert_eq!(bench.count("give"), 1);
}

#[test]
fn a_holder_that_ends_while_the_ledger_answers_is_not_waited_for() {
    let mut bench = Bench::new(&keyed("give"), |_, _| None);
    bench.ingest(event(1, "a"));
    let second = event(2, "a");
    commit(&bench.store, vec![Write::Ingest(second.clone())]).unwrap();
    let mut inputs = vec![Input::Event(second)];
    let mut late = None;
    while let Some(input) = inputs.pop() {
        for command in bench.machine.step(bench.now, input) {
            let Command::Commit {
                commit: number,
                writes,
            } = command
            else {
                continue;
            };
            let claims = writes
                .iter()
                .any(|write| matches!(write, Write::Claim { .. }));
            let result = commit(&bench.store, writes);
            let committed = Input::Committed {
                commit: number,
                result,
            };
            match claims {
                true => late = Some(committed),
                false => inputs.push(committed),
            }
        }
    }
    // The ledger has said "under way"; before the machine hears it, the holder is done.
    bench.answer_to("1/give", answer(200, r#"{"found":"1"}"#));
    bench.input(late.unwrap());
    bench.pass(jiff::SignedDuration::from_secs(2));
    assert_eq!(states(&bench), [RunState::Done, RunState::Done]);
    assert_eq!(bench.count("give"), 1);
}

#[test]
fn an_effect_in_doubt_holds_every_other_run_with_its_key() {
    let mut bench = Bench::new(&keyed("give"), |_, _| Some(timeout()));
    bench.ingest(event(1, "a"));
    bench.ingest(event(2, "a"));
    bench.pass(jiff::SignedDuration::from_hours(3));
    assert_eq!(states(&bench), [RunState::InDoubt, RunState::Waiting]);
    assert_eq!(bench.count("give"), 1);
    let runs = bench.runs();
    assert_eq!(held_by(&bench, &runs[0], "vendor.give"), EffectState::Doubt);
    let reason = runs[1].reason.clone().unwrap();
    assert!(reason.contains("is in doubt in"), "{reason}");
}

#[test]
fn what_was_refused_is_free_for_the_next_run() {
    let mut bench = Bench::new(&keyed("give"), |_, before| {
        Some(match before {
            0 => answer(400, r#"{"code":"7"}"#),
            _ => answer(200, r#"{"found":"1"}"#),
        })
    });
    bench.ingest(event(1, "a"));
    bench.ingest(event(2, "a"));
    bench.settle();
    assert_eq!(states(&bench), [RunState::Dead, RunState::Done]);
    assert_eq!(bench.count("give"), 2);
    let runs = bench.runs();
    assert_eq!(
        held_by(&bench, &runs[1], "vendor.give"),
        EffectState::Applied
    );
}

#[test]
fn an_effect_is_known_after_a_restart() {
    let program = keyed("give");
    let mut bench = Bench::new(&program, |_, _| Some(answer(200, r#"{"found":"1"}"#)));
    bench.ingest(event(1, "a"));
    bench.settle();
    bench.restart(&program);
    bench.ingest(event(2, "a"));
    bench.settle();
    assert_eq!(states(&bench), [RunState::Done, RunState::Done]);
    assert_eq!(bench.count("give"), 1);
}

#[test]
fn a_claim_whose_process_died_before_the_send_is_the_runs_own_again() {
    let program = keyed("give");
    let mut bench = Bench::new(&program, |_, before| {
        Some(match before {
            0 => not_sent(),
            _ => answer(200, r#"{"found":"1"}"#),
        })
    });
    bench.ingest(event(1, "a"));
    bench.restart(&program);
    bench.settle();
    // `retry never`: what was not sent ends the run.
    assert_eq!(states(&bench), [RunState::Dead]);
    bench.ingest(event(2, "a"));
    bench.settle();
    assert_eq!(states(&bench), [RunState::Dead, RunState::Done]);
}

#[test]
fn another_key_is_another_effect() {
    let mut maker = Maker::new();
    let mut call = maker.call(SHOP, "give", "give");
    call.key = Some(maker.field("event"));
    maker.rule("rule", vec![step(call)]);
    let mut bench = Bench::new(&maker.program(), |_, _| {
        Some(answer(200, r#"{"found":"1"}"#))
    });
    bench.ingest(event(1, "a"));
    bench.ingest(event(2, "a"));
    bench.settle();
    assert_eq!(bench.count("give"), 2);
}

#[test]
fn what_moves_money_stands_in_the_ledger_without_an_authors_key() {
    let mut maker = Maker::new();
    let call = maker.call(SHOP, "give", "give");
    maker.rule("rule", vec![step(call)]);
    let mut bench = Bench::new(&maker.program(), |_, _| {
        Some(answer(200, r#"{"found":"1"}"#))
    });
    bench.ingest(event(1, "a"));
    bench.settle();
    let effects = bench.store.effects_of(&bench.run().id).unwrap();
    assert_eq!(effects.len(), 1);
    assert_eq!(effects[0].state, EffectState::Applied);
    assert_eq!(effects[0].action, "vendor.give");
}

#[test]
fn a_keyed_call_without_a_clear_answer_ends_in_doubt() {
    let mut bench = Bench::new(&keyed("pay"), |_, _| Some(timeout()));
    bench.ingest(event(1, "a"));
    bench.settle();
    assert_eq!(states(&bench), [RunState::InDoubt]);
}

#[test]
fn a_run_whose_effect_was_left_out_in_another_one_is_dead_and_says_so() {
    let mut bench = Bench::new(&keyed("give"), |_, _| Some(timeout()));
    bench.ingest(event(1, "a"));
    bench.ingest(event(2, "a"));
    let run = bench.runs()[0].id.clone();
    super::orders::order(&mut bench, crate::engine::orders::What::Cancel { run }).unwrap();
    bench.settle();
    assert_eq!(states(&bench), [RunState::Cancelled, RunState::Dead]);
    assert_eq!(bench.count("give"), 1);
    let reason = bench.runs()[1].reason.clone().unwrap();
    assert!(
        reason.contains("a person left the effect with this key out"),
        "{reason}"
    );
}
