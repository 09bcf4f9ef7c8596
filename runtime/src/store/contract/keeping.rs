//! Forgetting what was kept long enough.

use super::*;

/// Does all steps of one kind.
fn forget(store: &dyn Store, what: Forget, second: i64) -> usize {
    let (mut rows, mut after) = (0, 0);
    loop {
        let step = Write::Forget {
            what,
            before: at(second),
            after,
            rows_max: 2,
        };
        let Written::Forgot { rows: some, next } = write(store, step) else {
            panic!("a step of the forgetting is answered otherwise");
        };
        rows += some;
        match next {
            Some(next) => after = next,
            None => return rows,
        }
    }
}

pub(super) fn bodies_are_gone(store: &dyn Store, id: &str) -> bool {
    let event = store.event(&event_id(id)).unwrap().unwrap();
    event.state == EventState::Erased && event.body.is_empty() && event.payload.is_none()
}

pub(super) fn with_answer(id: &str, text: &str) -> Record {
    Record {
        kind: RecordKind::Outcome,
        verdict: Some("applied".to_string()),
        request: Some(ShownRequest {
            method: "POST".to_string(),
            url: format!("https://api.example/guests?q={text}"),
            body: format!("запрос {text}").into_bytes(),
        }),
        answer: Some(format!("ответ {text}").into_bytes()),
        message: Some(format!("о {text}")),
        ..record(id, 0)
    }
}

pub(super) fn bodies_of_what_has_ended_are_forgotten(store: &dyn Store) {
    for id in ["1", "2", "3", "4", "5"] {
        store_run(store, run(id, id, "Бонус"));
        write(store, Write::Journal(with_answer(id, "5012")));
        write(store, moved(id, RunState::Done, 10));
    }
    assert_eq!(forget(store, Forget::Bodies, 10), 0, "not over yet");
    assert_eq!(forget(store, Forget::Bodies, 11), 10);
    for id in ["1", "2", "3", "4", "5"] {
        assert!(bodies_are_gone(store, id));
        let journal = store.journal(&run_id(id)).unwrap();
        assert_eq!(journal[0].answer, None);
        let request = journal[0].request.clone().unwrap();
        assert_eq!(
            (request.method.as_str(), request.body),
            ("POST", Vec::new())
        );
        assert_eq!(journal[0].verdict.as_deref(), Some("applied"));
    }
    assert_eq!(forget(store, Forget::Bodies, 11), 0, "nothing is left");
}

pub(super) fn nothing_is_forgotten_of_what_has_not_ended(store: &dyn Store) {
    let unfinished = [
        RunState::Ready,
        RunState::Waiting,
        RunState::Queued,
        RunState::InDoubt,
    ];
    for (number, state) in unfinished.into_iter().enumerate() {
        let id = number.to_string();
        store_run(store, run(&id, &id, "Бонус"));
        write(store, Write::Journal(with_answer(&id, "5012")));
        // Another rule of the same event has ended long ago.
        write(
            store,
            routed(&id, vec![(run(&format!("{id}b"), &id, "Чек"), None)]),
        );
        write(store, moved(&format!("{id}b"), RunState::Done, 2));
        write(store, moved(&id, state, 2));
    }
    write(store, Write::Ingest(event("новое")));
    for what in Forget::ALL {
        assert_eq!(forget(store, what, 1_000_000), 0, "{what:?}");
    }
    assert_eq!(store.unfinished_runs(None, usize::MAX).unwrap().len(), 4);
    assert_eq!(store.events(9).unwrap().len(), 5);
    assert_eq!(store.journal(&run_id("3")).unwrap().len(), 1);
}

pub(super) fn a_run_that_was_made_again_holds_its_event(store: &dyn Store) {
    store_run(store, run("1", "1", "Бонус"));
    write(store, moved("1", RunState::Dead, 2));
    let again = Run {
        redrive_of: Some(run_id("1")),
        ..run("2", "1", "Бонус")
    };
    let redrive = Write::Redrive {
        run: Box::new(again),
        journal: Vec::new(),
        audit: redriven(),
    };
    write(store, redrive);
    assert_eq!(forget(store, Forget::Bodies, 1_000), 0);
    write(store, moved("2", RunState::Done, 500));
    assert_eq!(forget(store, Forget::Bodies, 400), 0, "the last end counts");
    assert_eq!(forget(store, Forget::Bodies, 1_000), 1);
}

pub(super) fn a_delivery_key_is_free_after_its_time(store: &dyn Store) {
    for id in ["1", "2"] {
        store_run(store, run(id, id, "Бонус"));
        write(store, moved(id, RunState::Done, 2));
    }
    assert_eq!(forget(store, Forget::Keys, 1_000), 1);
    let again = Event {
        id: event_id("опять"),
        ..event("1")
    };
    assert_eq!(
        write(store, Write::Ingest(again)),
        Written::Ingested(event_id("опять"))
    );
    // A schedule goes on from the greatest key of its account.
    assert_eq!(
        store.last_key(&event("2").identity).unwrap(),
        Some("2".to_string())
    );
}

pub(super) fn a_key_that_is_shown_again_is_kept(store: &dyn Store) {
    for id in ["1", "2", "3"] {
        store_run(store, run(id, id, "Бонус"));
        write(store, moved(id, RunState::Done, 2));
    }
    let shown = |id: &str| Event {
        at: at(100_000),
        ..event(id)
    };
    write(store, Write::Ingest(shown("1")));
    let cursor = Cursor {
        identity: event("2").identity,
        event: "orderClosed".to_string(),
        value: None,
        since: at(0),
        page: 0,
        began_at: None,
    };
    let poll = Write::Poll {
        cursor,
        events: vec![shown("2")],
    };
    assert_eq!(write(store, poll), Written::Polled(Vec::new()));
    assert_eq!(forget(store, Forget::Keys, 90_000), 0);
    assert_eq!(forget(store, Forget::Keys, 110_000), 2);
}

pub(super) fn events_go_with_their_runs_and_journals(store: &dyn Store) {
    for id in ["1", "2", "3"] {
        store_run(store, run(id, id, "Бонус"));
        write(store, Write::Journal(record(id, 0)));
        write(store, moved(id, RunState::Done, 2));
    }
    assert_eq!(forget(store, Forget::Journals, 1_000), 0, "keys hold them");
    forget(store, Forget::Keys, 1_000);
    assert!(forget(store, Forget::Journals, 1_000) > 0);
    let left: Vec<EventId> = store
        .events(9)
        .unwrap()
        .into_iter()
        .map(|event| event.id)
        .collect();
    assert_eq!(left, [event_id("3")]);
    assert_eq!(store.run(&run_id("1")).unwrap(), None);
    assert_eq!(store.journal(&run_id("1")).unwrap(), []);
    assert_eq!(store.runs_of(&event_id("1")).unwrap(), []);
    // Everything still stands in its place.
    assert!(store.run(&run_id("3")).unwrap().is_some());
    write(store, Write::Journal(record("3", 1)));
    store_run(store, run("4", "4", "Бонус"));
}

pub(super) fn a_run_that_is_gone_cannot_be_made_again(store: &dyn Store) {
    for id in ["1", "2"] {
        store_run(store, run(id, id, "Бонус"));
        write(store, moved(id, RunState::Dead, 2));
    }
    forget(store, Forget::Keys, 1_000);
    forget(store, Forget::Journals, 1_000);
    let again = Run {
        redrive_of: Some(run_id("1")),
        ..run("3", "1", "Бонус")
    };
    let redrive = Write::Redrive {
        run: Box::new(again),
        journal: Vec::new(),
        audit: redriven(),
    };
    assert_eq!(write(store, redrive), Written::Gone);
}

pub(super) fn a_once_key_goes_when_its_time_is_over(store: &dyn Store) {
    store_run_once(store, "1", Some(at(50)));
    store_run_once(store, "2", None);
    assert_eq!(forget(store, Forget::Once, 49), 0);
    assert_eq!(forget(store, Forget::Once, 50), 1);
    // For ever means for ever.
    write(store, Write::Ingest(event("3")));
    let taken = once("3", "3", "Бонус", "гость-2");
    assert_eq!(
        write(store, routed("3", vec![(taken, None)])),
        Written::Routed(vec![Routed::Duplicate(run_id("2"))])
    );
}

fn store_run_once(store: &dyn Store, id: &str, until: Option<Timestamp>) {
    write(store, Write::Ingest(event(id)));
    let run = once(id, id, "Бонус", &format!("гость-{id}"));
    write(store, routed(id, vec![(run, until)]));
}

pub(super) fn the_effect_ledger_outlives_what_it_is_about(store: &dyn Store) {
    for id in ["1", "2", "3"] {
        store_run(store, run(id, id, "Бонус"));
        write(
            store,
            Write::Claim {
                effect: effect(id, "5012"),
                again: false,
            },
        );
    }
    for id in ["1", "2"] {
        write(store, moved(id, RunState::Done, 2));
    }
    forget(store, Forget::Keys, 1_000);
    forget(store, Forget::Journals, 1_000);
    assert_eq!(store.run(&run_id("1")).unwrap(), None);
    assert_eq!(store.effects_of(&run_id("1")).unwrap().len(), 1);
    assert_eq!(forget(store, Forget::Effects, 2), 0);
    assert_eq!(forget(store, Forget::Effects, 1_000), 2);
    assert_eq!(
        store.effects_of(&run_id("3")).unwrap().len(),
        1,
        "its run has not ended"
    );
}

pub(super) fn effect(id: &str, key: &str) -> Effect {
    Effect {
        identity: "plazius".to_string(),
        action: "plazius.addBonus".to_string(),
        key: format!("{key}-{id}"),
        run: run_id(id),
        step: "addBonus".to_string(),
        iteration: String::new(),
        event: event_id(id),
        at: at(2),
        state: EffectState::Claimed,
        digest: "d1".to_string(),
        marker: None,
    }
}

pub(super) fn an_applied_effect_whose_answer_is_gone_has_no_record(store: &dyn Store) {
    for id in ["1", "2"] {
        store_run(store, run(id, id, "Бонус"));
    }
    let claim = |id: &str| Write::Claim {
        effect: Effect {
            key: "k".to_string(),
            ..effect(id, "")
        },
        again: false,
    };
    write(store, claim("1"));
    write(store, Write::Journal(with_answer("1", "5012")));
    let of = effect("1", "");
    let settle = Write::Settle {
        identity: of.identity,
        action: of.action,
        key: "k".to_string(),
        run: of.run,
        state: EffectState::Applied,
    };
    write(store, settle);
    write(store, moved("1", RunState::Done, 2));
    forget(store, Forget::Bodies, 1_000);
    let Written::Taken(taken) = write(store, claim("2")) else {
        panic!("run 1 holds it");
    };
    assert_eq!(taken.by.state, EffectState::Applied);
    assert_eq!(taken.record, None);
}

pub(super) fn versions_that_nothing_needs_go(store: &dyn Store) {
    for (version, second) in [("v0", 0), ("v1", 1), ("v2", 2), ("v3", 300)] {
        write(
            store,
            Write::Activate {
                bundle: "кафе".to_string(),
                version: Version(version.to_string()),
                sources: version.to_string(),
                at: at(second),
            },
        );
    }
    // A run began with v1; v3 is active.
    store_run(store, run("1", "1", "Бонус"));
    assert_eq!(forget(store, Forget::Versions, 200), 2);
    let is_kept = |version: &str| {
        let version = Version(version.to_string());
        store.sources(&version).unwrap().is_some()
    };
    assert_eq!(
        ["v0", "v1", "v2", "v3"].map(is_kept),
        [false, true, false, true]
    );
}

pub(super) fn rejects_are_forgotten(store: &dyn Store) {
    for second in [1, 2, 3] {
        write(store, Write::Reject(reject(second, "не JSON")));
    }
    assert_eq!(forget(store, Forget::Rejects, 3), 2);
    assert_eq!(store.rejects(9).unwrap(), [reject(3, "не JSON")]);
}

pub(super) fn reject(second: i64, body: &str) -> Reject {
    Reject {
        at: at(second),
        hook: "/hooks/кафе/касса".to_string(),
        reason: "не JSON".to_string(),
        body: body.as_bytes().to_vec(),
    }
}
