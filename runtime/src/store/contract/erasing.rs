//! A person is taken out of the store, and a proof stays.

use super::keeping::{bodies_are_gone, effect, reject, with_answer};
use super::*;

fn erase(text: &str) -> Erase {
    Erase {
        text: text.to_string(),
        who: "Ольга".to_string(),
        note: "письмо от 3 марта".to_string(),
        at: at(500),
        cancel: false,
        dry_run: false,
    }
}

/// Anna is in the event of run 1, in an answer of run 2 and in a reject; Boris is in run 3.
fn store_anna(store: &dyn Store) {
    let anna = Event {
        body: r#"{"phone":"8 (916) 123-45-67"}"#.as_bytes().to_vec(),
        key: Some("анна-79161234567".to_string()),
        ..event("1")
    };
    write(store, Write::Ingest(anna));
    let of_anna = Run {
        order_key: Some("+79161234567".to_string()),
        reason: Some("нет гостя +79161234567".to_string()),
        ..once("1", "1", "Бонус", "89161234567")
    };
    write(store, routed("1", vec![(of_anna, None)]));
    store_run(store, run("2", "2", "Бонус"));
    store_run(store, run("3", "3", "Бонус"));
    write(
        store,
        Write::Journal(with_answer("1", "%2B7+916+123-45-67")),
    );
    write(store, Write::Journal(with_answer("2", "+79161234567")));
    write(store, Write::Journal(with_answer("3", "+79169999999")));
    write(
        store,
        Write::Claim {
            effect: effect("1", "+79161234567"),
            again: false,
        },
    );
    write(store, Write::Reject(reject(1, "гость 9161234567")));
    write(store, Write::Reject(reject(2, "гость 9169999999")));
    write(
        store,
        Write::Audit(Audit {
            at: at(2),
            who: "Ольга".to_string(),
            what: "skipped".to_string(),
            subject: "run_1".to_string(),
            note: "звонил +7 916 123 45 67".to_string(),
        }),
    );
}

fn all_done(store: &dyn Store) {
    for id in ["1", "2", "3"] {
        let done = Write::RunState {
            run: run_id(id),
            state: RunState::Done,
            due: None,
            reason: Some("о +79161234567".to_string()),
            step: None,
            at: at(10),
        };
        write(store, done);
    }
}

/// Everything that a store shows, as text.
fn everything(store: &dyn Store) -> String {
    let mut all = String::new();
    for event in store.events(99).unwrap() {
        all += &format!("{event:?} {}", String::from_utf8_lossy(&event.body));
        for run in store.runs_of(&event.id).unwrap() {
            all += &format!("{run:?}");
            for record in store.journal(&run.id).unwrap() {
                all += &format!("{record:?}");
                all += &String::from_utf8_lossy(&record.answer.unwrap_or_default());
                let body = record.request.map(|request| request.body);
                all += &String::from_utf8_lossy(&body.unwrap_or_default());
            }
            all += &format!("{:?}", store.effects_of(&run.id).unwrap());
        }
        all += &format!("{:?}", store.passed(&event.id).unwrap());
    }
    for reject in store.rejects(99).unwrap() {
        all += &format!("{reject:?} {}", String::from_utf8_lossy(&reject.body));
    }
    all + &format!("{:?}", store.audit(99).unwrap())
}

pub(super) fn a_person_is_erased_wherever_they_are(store: &dyn Store) {
    store_anna(store);
    all_done(store);
    // Run 3 mentions Anna in its reason: it is about her, too.
    let Erased::Done(counts) = store.erase(&erase("+7 916 123-45-67")).unwrap() else {
        panic!("nothing holds it up");
    };
    assert_eq!((counts.events, counts.runs, counts.records), (3, 3, 3));
    assert_eq!((counts.rejects, counts.notes), (1, 1));
    assert!(counts.keys >= 4, "{counts:?}");
    let left = everything(store);
    for form in ["9161234567", "123-45-67", "916 123"] {
        assert!(!left.contains(form), "{form} in {left}");
    }
    assert_eq!(store.rejects(9).unwrap(), [reject(2, "гость 9169999999")]);
    assert_eq!(
        store
            .runs(&RunFilter {
                limit: 9,
                ..RunFilter::default()
            })
            .unwrap()
            .len(),
        3
    );
}

pub(super) fn others_stay_as_they_are(store: &dyn Store) {
    store_anna(store);
    for id in ["1", "2", "3"] {
        write(store, moved(id, RunState::Done, 10));
    }
    let before = (store.event(&event_id("3")), store.journal(&run_id("3")));
    store.erase(&erase("+79161234567")).unwrap();
    assert!(bodies_are_gone(store, "1"));
    assert!(
        bodies_are_gone(store, "2"),
        "an answer mentioned the person"
    );
    let after = (store.event(&event_id("3")), store.journal(&run_id("3")));
    assert_eq!(before.0.unwrap(), after.0.unwrap());
    assert_eq!(before.1.unwrap(), after.1.unwrap());
}

pub(super) fn the_proof_of_an_erasure_stays_and_names_nobody(store: &dyn Store) {
    store_anna(store);
    all_done(store);
    store.erase(&erase("+79161234567")).unwrap();
    let proofs = store.erasures(9).unwrap();
    assert_eq!(proofs.len(), 1);
    let proof = &proofs[0];
    assert_eq!((proof.at, proof.who.as_str()), (at(500), "Ольга"));
    assert!(proof.is_of(" +79161234567"));
    assert!(!proof.is_of("+79169999999"));
    assert!(!format!("{proof:?}").contains("9161234567"));
    assert_eq!(proof.counts.events, 3);
}

pub(super) fn a_person_with_unfinished_runs_is_not_erased(store: &dyn Store) {
    store_anna(store);
    write(store, moved("2", RunState::InDoubt, 10));
    let before = everything(store);
    let unfinished = Erased::Unfinished {
        runs: vec![run_id("1"), run_id("2")],
        events: Vec::new(),
    };
    assert_eq!(store.erase(&erase("+79161234567")).unwrap(), unfinished);
    assert_eq!(everything(store), before);
    assert_eq!(store.erasures(9).unwrap(), []);
}

pub(super) fn an_event_that_is_not_routed_yet_holds_an_erasure_up(store: &dyn Store) {
    let anna = Event {
        body: "звонок от 89161234567".as_bytes().to_vec(),
        ..event("1")
    };
    write(store, Write::Ingest(anna));
    let unfinished = Erased::Unfinished {
        runs: Vec::new(),
        events: vec![event_id("1")],
    };
    assert_eq!(store.erase(&erase("+79161234567")).unwrap(), unfinished);
}

pub(super) fn unfinished_runs_are_cancelled_if_that_is_ordered(store: &dyn Store) {
    store_anna(store);
    let order = Erase {
        cancel: true,
        ..erase("+79161234567")
    };
    assert!(matches!(store.erase(&order).unwrap(), Erased::Done(_)));
    let run = store.run(&run_id("1")).unwrap().unwrap();
    assert_eq!(
        (run.state, run.ended_at),
        (RunState::Cancelled, Some(at(500)))
    );
    let held = store.effects_of(&run_id("1")).unwrap();
    assert_eq!(held[0].state, EffectState::Absent);
    assert_eq!(
        store.unfinished_runs(None, usize::MAX).unwrap(),
        [run_id("3")]
    );
}

pub(super) fn a_trial_of_an_erasure_changes_nothing(store: &dyn Store) {
    store_anna(store);
    let before = everything(store);
    let trial = Erase {
        dry_run: true,
        ..erase("+79161234567")
    };
    let Erased::Would(would) = store.erase(&trial).unwrap() else {
        panic!("a trial");
    };
    assert_eq!(everything(store), before);
    assert_eq!(store.erasures(9).unwrap(), []);
    let order = Erase {
        cancel: true,
        ..erase("+79161234567")
    };
    assert_eq!(store.erase(&order).unwrap(), Erased::Done(would));
}

pub(super) fn a_note_that_names_the_person_is_refused(store: &dyn Store) {
    let order = Erase {
        note: "просил 8 916 123-45-67".to_string(),
        ..erase("+79161234567")
    };
    assert!(matches!(store.erase(&order), Err(Error::Refused(_))));
    assert!(matches!(store.erase(&erase("17")), Err(Error::Refused(_))));
}

pub(super) fn an_erased_person_may_come_again(store: &dyn Store) {
    store_anna(store);
    all_done(store);
    store.erase(&erase("+79161234567")).unwrap();
    let again = Event {
        key: Some("анна-79161234567".to_string()),
        ..event("9")
    };
    assert_eq!(
        write(store, Write::Ingest(again)),
        Written::Ingested(event_id("9"))
    );
    assert!(!bodies_are_gone(store, "9"));
}

pub(super) fn a_run_is_not_made_again_when_its_person_was_erased(store: &dyn Store) {
    store_anna(store);
    all_done(store);
    store.erase(&erase("+7 916 123-45-67")).unwrap();
    let before = everything(store);
    let again = Run {
        redrive_of: Some(run_id("1")),
        reason: Some("Анна, +7 916 123-45-67".to_owned()),
        ..run("9", "1", "Бонус")
    };
    let redrive = Write::Redrive {
        run: Box::new(again),
        journal: Vec::new(),
        audit: redriven(),
    };
    assert_eq!(write(store, redrive), Written::Gone);
    assert_eq!(everything(store), before);
}
