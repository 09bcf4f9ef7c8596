//! The effect ledger, redriven runs, pauses, the audit.

use super::*;

fn effect(run: &str, key: &str) -> Effect {
    Effect {
        identity: "plazius|https://api.example".to_string(),
        action: "plazius.addBonus".to_string(),
        key: key.to_string(),
        run: run_id(run),
        step: "addBonus".to_string(),
        iteration: String::new(),
        event: event_id(run),
        at: at(2),
        state: EffectState::Claimed,
        digest: "d1".to_string(),
        marker: Some(format!("· {key}")),
    }
}

fn claim(store: &dyn Store, effect: Effect) -> Written {
    write(
        store,
        Write::Claim {
            effect,
            again: false,
        },
    )
}

fn settle(store: &dyn Store, run: &str, key: &str, state: EffectState) {
    let of = effect(run, key);
    let settle = Write::Settle {
        identity: of.identity,
        action: of.action,
        key: of.key,
        run: of.run,
        state,
    };
    assert_eq!(write(store, settle), Written::Done);
}

/// Run 1 ends.
fn release(store: &dyn Store, doubts: EffectState) {
    let release = Write::Release {
        run: run_id("1"),
        doubts,
    };
    assert_eq!(write(store, release), Written::Done);
}

fn held(store: &dyn Store, key: &str) -> (RunId, EffectState) {
    let of = effect("1", key);
    let found = store
        .effect(&of.identity, &of.action, key)
        .unwrap()
        .unwrap();
    (found.run, found.state)
}

fn two_runs(store: &dyn Store) {
    for id in ["1", "2"] {
        store_run(store, run(id, id, "Бонус"));
    }
}

pub(super) fn an_effect_is_claimed_by_one_run(store: &dyn Store) {
    two_runs(store);
    assert_eq!(claim(store, effect("1", "5012")), Written::Claimed);
    let Written::Taken(taken) = claim(store, effect("2", "5012")) else {
        panic!("run 1 holds it");
    };
    assert_eq!((taken.by, taken.record), (effect("1", "5012"), None));
    assert_eq!(
        claim(store, effect("1", "5012")),
        Written::Claimed,
        "its own, once more"
    );
    assert_eq!(
        store.effects_of(&run_id("1")).unwrap(),
        [effect("1", "5012")]
    );
    assert_eq!(store.effects_of(&run_id("2")).unwrap(), []);
}

pub(super) fn a_taken_effect_that_was_applied_comes_with_its_record(store: &dyn Store) {
    two_runs(store);
    claim(store, effect("1", "5012"));
    let record = Record {
        kind: RecordKind::Outcome,
        verdict: Some("applied".to_string()),
        answer: Some(b"{}".to_vec()),
        ..record("1", 0)
    };
    write(store, Write::Journal(record.clone()));
    settle(store, "1", "5012", EffectState::Applied);
    let Written::Taken(taken) = claim(store, effect("2", "5012")) else {
        panic!("run 1 holds it");
    };
    assert_eq!(taken.record, Some(record));
}

pub(super) fn what_was_applied_stays_so(store: &dyn Store) {
    two_runs(store);
    claim(store, effect("1", "5012"));
    settle(store, "1", "5012", EffectState::Applied);
    settle(store, "1", "5012", EffectState::Absent);
    release(store, EffectState::Doubt);
    assert_eq!(held(store, "5012"), (run_id("1"), EffectState::Applied));
    assert!(matches!(
        claim(store, effect("1", "5012")),
        Written::Taken(_)
    ));
    let ordered = Write::Claim {
        effect: effect("1", "5012"),
        again: true,
    };
    assert_eq!(
        write(store, ordered),
        Written::Claimed,
        "a person ordered it"
    );
}

pub(super) fn only_the_holder_settles_an_effect(store: &dyn Store) {
    two_runs(store);
    claim(store, effect("1", "5012"));
    settle(store, "2", "5012", EffectState::Applied);
    assert_eq!(held(store, "5012"), (run_id("1"), EffectState::Claimed));
}

pub(super) fn what_an_ended_run_did_not_do_is_free(store: &dyn Store) {
    two_runs(store);
    claim(store, effect("1", "a"));
    claim(store, effect("1", "b"));
    settle(store, "1", "b", EffectState::Doubt);
    release(store, EffectState::Skipped);
    assert_eq!(held(store, "a"), (run_id("1"), EffectState::Absent));
    // What was in doubt becomes what is said of it, and stays taken.
    assert_eq!(held(store, "b"), (run_id("1"), EffectState::Skipped));
    assert_eq!(claim(store, effect("2", "a")), Written::Claimed);
    assert!(matches!(claim(store, effect("2", "b")), Written::Taken(_)));
}

pub(super) fn a_refused_batch_claims_nothing(store: &dyn Store) {
    two_runs(store);
    let batch = vec![
        Write::Claim {
            effect: effect("1", "5012"),
            again: false,
        },
        Write::Journal(record("9", 0)),
    ];
    assert!(is_refused(&commit(store, batch)));
    assert_eq!(store.effects_of(&run_id("1")).unwrap(), []);
}

pub(super) fn a_redriven_run_takes_over_journal_and_effects(store: &dyn Store) {
    store_run(store, run("1", "1", "Бонус"));
    write(store, moved("1", RunState::Dead, 3));
    claim(store, effect("1", "5012"));
    let again = Run {
        redrive_of: Some(run_id("1")),
        ..run("2", "1", "Бонус")
    };
    let redrive = Write::Redrive {
        run: Box::new(again.clone()),
        journal: vec![record("2", 0), record("2", 1)],
        audit: redriven(),
    };
    assert_eq!(write(store, redrive), Written::Done);
    assert_eq!(store.run(&run_id("2")).unwrap(), Some(again));
    assert_eq!(store.journal(&run_id("2")).unwrap().len(), 2);
    assert_eq!(held(store, "5012").0, run_id("2"));
    let runs = store.runs_of(&event_id("1")).unwrap();
    assert_eq!(runs.len(), 2);
    // A repeated routing finds the first, not the one that was made again.
    let routed = write(store, routed("1", vec![(run("3", "1", "Бонус"), None)]));
    assert_eq!(routed, Written::Routed(vec![Routed::Created(run_id("1"))]));
}

pub(super) fn a_redrive_of_an_event_that_is_gone_is_refused(store: &dyn Store) {
    let redrive = Write::Redrive {
        run: Box::new(run("2", "нет", "Бонус")),
        journal: Vec::new(),
        audit: redriven(),
    };
    assert_eq!(write(store, redrive), Written::Gone);
    assert_eq!(store.run(&run_id("2")).unwrap(), None);
}

pub(super) fn the_last_recovery_is_known(store: &dyn Store) {
    let audit = |second: i64, what: &str| Audit {
        at: at(second),
        who: "ondo run --recovered".to_owned(),
        what: what.to_owned(),
        subject: "the store".to_owned(),
        note: "после пожара".to_owned(),
    };
    assert_eq!(store.recovered_at().unwrap(), None);
    write(store, Write::Audit(audit(5, Audit::RECOVERED)));
    write(store, Write::Audit(audit(7, Audit::RECOVERED)));
    write(store, Write::Audit(audit(9, "cancelled")));
    assert_eq!(store.recovered_at().unwrap(), Some(at(7)));
}

pub(super) fn only_runs_that_have_not_ended_are_checked_first(store: &dyn Store) {
    two_runs(store);
    write(store, moved("1", RunState::Done, 3));
    write(store, Write::CheckFirst);
    let is_marked = |id: &str| store.run(&run_id(id)).unwrap().unwrap().check_first;
    assert!(!is_marked("1"));
    assert!(is_marked("2"));
}

pub(super) fn a_pause_is_replaced_and_taken_away(store: &dyn Store) {
    let pause = |note: &str| Pause {
        what: Paused::Account {
            bundle: "кафе".to_string(),
            account: "касса".to_string(),
        },
        at: at(1),
        who: "Ольга".to_string(),
        note: note.to_string(),
    };
    write(store, Write::Pause(pause("касса на ремонте")));
    write(store, Write::Pause(pause("до вторника")));
    assert_eq!(store.pauses().unwrap(), [pause("до вторника")]);
    write(store, Write::Unpause(pause("").what));
    assert_eq!(store.pauses().unwrap(), []);
}

pub(super) fn the_audit_comes_newest_first(store: &dyn Store) {
    let audit = |note: &str| Audit {
        at: at(1),
        who: "Ольга".to_string(),
        what: "confirmed applied".to_string(),
        subject: "run_1".to_string(),
        note: note.to_string(),
    };
    for note in ["раз", "два", "три"] {
        write(store, Write::Audit(audit(note)));
    }
    assert_eq!(store.audit(2).unwrap(), [audit("три"), audit("два")]);
}

pub(super) fn effects_are_found_by_state_action_key_and_time(store: &dyn Store) {
    two_runs(store);
    for (run, key, second) in [("1", "заказ-5012", 2), ("2", "заказ-5013", 3)] {
        claim(
            store,
            Effect {
                at: at(second),
                ..effect(run, key)
            },
        );
    }
    settle(store, "2", "заказ-5013", EffectState::Applied);
    let keys = |filter: EffectFilter| -> Vec<String> {
        let filter = EffectFilter { limit: 9, ..filter };
        let found = store.effects(&filter).unwrap();
        found.into_iter().map(|effect| effect.key).collect()
    };
    let all = EffectFilter::default();
    assert_eq!(keys(all.clone()), ["заказ-5013", "заказ-5012"]);
    let text = |text: &str| Some(text.to_string());
    let by_key = EffectFilter {
        key: text("5012"),
        ..all.clone()
    };
    assert_eq!(keys(by_key), ["заказ-5012"]);
    let by_state = EffectFilter {
        state: Some(EffectState::Applied),
        ..all.clone()
    };
    assert_eq!(keys(by_state), ["заказ-5013"]);
    let since = EffectFilter {
        since: Some(at(3)),
        ..all.clone()
    };
    assert_eq!(keys(since), ["заказ-5013"]);
    let of_another = EffectFilter {
        action: text("iiko.pay"),
        ..all
    };
    assert_eq!(keys(of_another), Vec::<String>::new());
}
