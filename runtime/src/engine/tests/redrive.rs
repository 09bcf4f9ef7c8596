//! Runs that are done again, and runs of a store that was restored.

use std::sync::Arc;

use ondo_compiler::ir::Program;
use ondo_compiler::wire::Observed;

use super::super::testing::program::{Maker, SHOP, one_call, step};
use super::super::testing::{Bench, answer, commit, event, load, timeout};
use super::orders::{kept, order};
use crate::engine::orders::{Answer, ReceiptLine, What, Will};
use crate::store::{Forget, Run, RunId, RunState, Store, Version, Write};

fn found() -> Observed {
    answer(200, r#"{"found":"1"}"#)
}

fn refused() -> Observed {
    answer(400, r#"{"code":"7"}"#)
}

/// `give`, then `put`.
fn two_steps() -> Arc<Program> {
    let mut maker = Maker::new();
    let give = maker.call(SHOP, "give", "give");
    let put = maker.call(SHOP, "put", "put");
    maker.rule("rule", vec![step(give), step(put)]);
    maker.program()
}

struct Wanted {
    version: &'static str,
    from: Option<&'static str>,
    yes: bool,
    dry: bool,
}

const PLAIN: Wanted = Wanted {
    version: "v1",
    from: None,
    yes: false,
    dry: false,
};

fn redrive(bench: &mut Bench, id: &RunId, wanted: &Wanted) -> Result<Answer, String> {
    let kept = kept(bench, id);
    order(
        bench,
        What::Redrive {
            kept,
            version: Version(wanted.version.to_owned()),
            from: wanted.from.map(str::to_owned),
            yes_repeat_money: wanted.yes,
            dry_run: wanted.dry,
        },
    )
}

fn wills(receipt: &[ReceiptLine]) -> Vec<(&str, Will)> {
    receipt
        .iter()
        .map(|line| (line.step.as_str(), line.will))
        .collect()
}

/// `give` was done, `put` was refused, once.
fn half_done() -> Bench {
    let mut bench = Bench::new(&two_steps(), |sent, before| {
        Some(match (sent.action.as_str(), before) {
            ("put", 0) => refused(),
            _ => found(),
        })
    });
    bench.ingest(event(1, "a"));
    bench.settle();
    assert_eq!(bench.run().state, RunState::Dead);
    bench
}

fn last(bench: &Bench) -> Run {
    bench.runs().pop().unwrap()
}

#[test]
fn what_was_done_is_taken_over_and_what_was_refused_is_sent() {
    let mut bench = half_done();
    let old = bench.run();
    let answer = redrive(&mut bench, &old.id, &PLAIN).unwrap();
    let Answer::Redriven { run, receipt } = answer else {
        panic!("{answer:?}");
    };
    bench.settle();
    assert_eq!(
        wills(&receipt),
        [("give", Will::Skipped), ("put", Will::Safe)]
    );
    assert_eq!((bench.count("give"), bench.count("put")), (1, 2));
    let new = bench.store.run(&run).unwrap().unwrap();
    assert_eq!(new.state, RunState::Done);
    assert_eq!(new.redrive_of, Some(old.id.clone()));
    // What the old run came to stays as it was.
    assert_eq!(bench.store.run(&old.id).unwrap().unwrap(), old);
}

#[test]
fn a_dry_run_says_what_would_happen_and_does_nothing() {
    let mut bench = half_done();
    let old = bench.run();
    let dry = Wanted { dry: true, ..PLAIN };
    let answer = redrive(&mut bench, &old.id, &dry).unwrap();
    let Answer::Receipt(receipt) = answer else {
        panic!("{answer:?}");
    };
    bench.settle();
    assert_eq!(
        wills(&receipt),
        [("give", Will::Skipped), ("put", Will::Safe)]
    );
    assert_eq!(bench.runs().len(), 1);
    assert_eq!(bench.count("put"), 1);
}

#[test]
fn what_was_done_is_sent_again_only_with_a_yes() {
    let mut bench = half_done();
    let old = bench.run();
    let from = Wanted {
        from: Some("give"),
        ..PLAIN
    };
    let why = redrive(&mut bench, &old.id, &from).unwrap_err();
    assert_eq!(
        why,
        "give may happen a second time; say --yes-repeat-money if it shall"
    );
    assert_eq!(bench.runs().len(), 1);
    let yes = Wanted { yes: true, ..from };
    redrive(&mut bench, &old.id, &yes).unwrap();
    bench.settle();
    assert_eq!(last(&bench).state, RunState::Done);
    assert_eq!((bench.count("give"), bench.count("put")), (2, 2));
}

#[test]
fn from_a_later_step_the_earlier_ones_stay_done() {
    let mut bench = half_done();
    let old = bench.run();
    let from = Wanted {
        from: Some("put"),
        ..PLAIN
    };
    redrive(&mut bench, &old.id, &from).unwrap();
    bench.settle();
    assert_eq!((bench.count("give"), bench.count("put")), (1, 2));
}

#[test]
fn a_step_that_was_never_come_to_is_named_among_those_that_were() {
    let mut bench = half_done();
    let old = bench.run();
    let from = Wanted {
        from: Some("giv"),
        ..PLAIN
    };
    let why = redrive(&mut bench, &old.id, &from).unwrap_err();
    assert_eq!(
        why,
        "the run never came to a step `giv`; it came to give, put"
    );
}

#[test]
fn a_mended_bundle_reaches_a_run_that_died() {
    let mut bench = half_done();
    let old = bench.run();
    let mut maker = Maker::new();
    let give = maker.call(SHOP, "give", "give");
    let mark = maker.text("исправлено");
    let put = maker.call_with(SHOP, "put", "put", mark);
    maker.rule("rule", vec![step(give), step(put)]);
    let mended = maker.program();
    bench.input(load(&mended, "v2", true));
    let current = Wanted {
        version: "v2",
        ..PLAIN
    };
    redrive(&mut bench, &old.id, &current).unwrap();
    bench.settle();
    assert_eq!(last(&bench).state, RunState::Done);
    assert_eq!(last(&bench).version, Version("v2".to_owned()));
    assert_eq!(bench.count("give"), 1);
    assert!(bench.sent.last().unwrap().body.contains("исправлено"));
}

#[test]
fn a_redriven_run_can_be_redriven_and_repeats_nothing() {
    let mut bench = Bench::new(&two_steps(), |sent, before| {
        Some(match (sent.action.as_str(), before) {
            ("put", 0 | 1) => refused(),
            _ => found(),
        })
    });
    bench.ingest(event(1, "a"));
    bench.settle();
    for _ in 0..2 {
        let id = last(&bench).id;
        redrive(&mut bench, &id, &PLAIN).unwrap();
        bench.settle();
    }
    assert_eq!(last(&bench).state, RunState::Done);
    assert_eq!((bench.count("give"), bench.count("put")), (1, 3));
}

#[test]
fn a_run_that_has_not_ended_is_not_redriven() {
    let mut bench = Bench::new(&two_steps(), |_, _| Some(timeout()));
    bench.ingest(event(1, "a"));
    let id = bench.run().id;
    let why = redrive(&mut bench, &id, &PLAIN).unwrap_err();
    assert!(why.contains("has not ended"), "{why}");
}

#[test]
fn what_was_cancelled_in_doubt_is_sent_again_only_with_a_yes() {
    let mut bench = Bench::new(&one_call("give", |_| {}), |_, before| {
        Some(match before {
            0 => timeout(),
            _ => found(),
        })
    });
    bench.ingest(event(1, "a"));
    let id = bench.run().id;
    order(&mut bench, What::Cancel { run: id.clone() }).unwrap();
    assert!(redrive(&mut bench, &id, &PLAIN).is_err());
    assert_eq!(bench.count("give"), 1);
    let yes = Wanted { yes: true, ..PLAIN };
    redrive(&mut bench, &id, &yes).unwrap();
    bench.settle();
    assert_eq!(last(&bench).state, RunState::Done);
    assert_eq!(bench.count("give"), 2);
}

fn marker(body: &str) -> String {
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    body["comment"].as_str().unwrap().to_owned()
}

/// A vendor that shows every bonus that it has.
pub(super) fn with_a_history(bonus: impl Fn(usize) -> Observed + 'static, has_it: bool) -> Bench {
    let mut known = String::new();
    Bench::new(&one_call("bonus", |_| {}), move |sent, before| {
        Some(match sent.action.as_str() {
            "bonus" => {
                known = marker(&sent.body);
                bonus(before)
            }
            _ => {
                let operations = match has_it {
                    true => vec![serde_json::json!({ "comment": known })],
                    false => Vec::new(),
                };
                let total = operations.len();
                let body = serde_json::json!({ "total": total, "operations": operations });
                answer(200, &body.to_string())
            }
        })
    })
}

#[test]
fn what_was_cancelled_in_doubt_is_looked_up_first_where_that_is_possible() {
    let mut bench = with_a_history(|_| timeout(), true);
    bench.ingest(event(1, "a"));
    let id = bench.run().id;
    order(&mut bench, What::Cancel { run: id.clone() }).unwrap();
    let answer = redrive(&mut bench, &id, &PLAIN).unwrap();
    let Answer::Redriven { receipt, .. } = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(wills(&receipt), [("bonus", Will::ReadBack)]);
    bench.settle();
    assert_eq!(last(&bench).state, RunState::Done);
    assert_eq!(bench.count("bonus"), 1);
}

#[test]
fn a_redriven_run_looks_before_its_first_send() {
    let mut bench = with_a_history(
        |before| match before {
            0 => refused(),
            _ => answer(200, ""),
        },
        false,
    );
    bench.ingest(event(1, "a"));
    bench.settle();
    let id = bench.run().id;
    redrive(&mut bench, &id, &PLAIN).unwrap();
    bench.pass(jiff::SignedDuration::from_secs(10));
    assert_eq!((bench.count("bonus"), bench.count("operations")), (1, 1));
    bench.settle();
    assert_eq!(last(&bench).state, RunState::Done);
    assert_eq!((bench.count("bonus"), bench.count("operations")), (2, 3));
}

#[test]
fn a_run_whose_bodies_are_gone_is_not_done_again() {
    let mut bench = half_done();
    let old = bench.run();
    let forget = Write::Forget {
        what: Forget::Bodies,
        before: jiff::Timestamp::MAX,
        after: 0,
        rows_max: 9,
    };
    commit(&bench.store, vec![forget]).unwrap();
    let refused = redrive(&mut bench, &old.id, &PLAIN).unwrap_err();
    assert!(refused.contains("are gone"), "{refused}");
    bench.settle();
    assert_eq!(bench.runs(), [old]);
    assert_eq!(bench.count("put"), 1);
}

#[test]
fn a_redrive_whose_event_was_taken_away_meanwhile_changes_nothing() {
    let mut bench = half_done();
    let old = bench.run();
    let kept = kept(&bench, &old.id);
    let forget = Write::Forget {
        what: Forget::Bodies,
        before: jiff::Timestamp::MAX,
        after: 0,
        rows_max: 9,
    };
    commit(&bench.store, vec![forget]).unwrap();
    let redrive = What::Redrive {
        kept,
        version: Version("v1".to_owned()),
        from: None,
        yes_repeat_money: false,
        dry_run: false,
    };
    let refused = order(&mut bench, redrive).unwrap_err();
    assert!(refused.contains("are gone"), "{refused}");
    bench.settle();
    assert_eq!(bench.runs(), [old]);
    assert_eq!(bench.count("put"), 1);
    assert_eq!(bench.store.audit(9).unwrap(), []);
}
