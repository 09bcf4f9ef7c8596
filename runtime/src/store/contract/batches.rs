//! Batches: whole or not at all, in order, from many threads.

use std::sync::{Arc, Mutex};

use super::*;

pub(super) fn a_batch_is_written_whole_or_not_at_all(store: &dyn Store) {
    let impossible = Write::Payload {
        event: event_id("unknown"),
        payload: Vec::new(),
    };
    let result = commit(
        store,
        vec![
            Write::Ingest(event("1")),
            impossible,
            Write::Ingest(event("2")),
        ],
    );
    assert!(is_refused(&result));
    assert_eq!(store.events(9).unwrap(), []);
    // Its key is free, too.
    let again = Event {
        id: event_id("3"),
        ..event("1")
    };
    assert_eq!(
        write(store, Write::Ingest(again)),
        Written::Ingested(event_id("3"))
    );
}

pub(super) fn everything_a_refused_batch_changed_is_as_before(store: &dyn Store) {
    let activate = |version: &str| Write::Activate {
        bundle: "кафе".to_string(),
        version: Version(version.to_string()),
        sources: "{}".to_string(),
        at: at(0),
    };
    let reject = |hook: &str| {
        Write::Reject(Reject {
            at: at(0),
            hook: hook.to_string(),
            reason: String::new(),
            body: Vec::new(),
        })
    };
    let passed = |rule: &str| Passed {
        event: event_id("1"),
        bundle: "кафе".to_string(),
        rule: rule.to_string(),
        why: PassedWhy::Failed("нет поля".to_string()),
    };
    store_run(store, once("1", "1", "Бонус", "ключ"));
    commit(
        store,
        vec![Write::Journal(record("1", 0)), activate("v1"), reject("/a")],
    )
    .unwrap();
    let everything = || {
        (
            (
                store.events(9).unwrap(),
                store
                    .runs(&RunFilter {
                        limit: 9,
                        ..RunFilter::default()
                    })
                    .unwrap(),
            ),
            (
                store.passed(&event_id("1")).unwrap(),
                store.journal(&run_id("1")).unwrap(),
            ),
            (
                store.rejects(9).unwrap(),
                store.active().unwrap(),
                store.sources(&Version("v2".to_string())).unwrap(),
            ),
        )
    };
    let before = everything();

    let result = commit(
        store,
        vec![
            Write::Ingest(Event {
                id: event_id("2"),
                body: Vec::new(),
                ..event("1")
            }),
            Write::Ingest(event("3")),
            routed(
                "3",
                vec![
                    (once("3", "3", "Бонус", "ключ"), None),
                    (once("4", "3", "Бонус", "другой"), None),
                ],
            ),
            Write::Route {
                event: event_id("1"),
                state: EventState::Dead,
                reason: Some("x".to_string()),
                runs: vec![(run("5", "1", "Скидка"), None)],
                passed: vec![passed("Чат")],
            },
            Write::Payload {
                event: event_id("1"),
                payload: vec![1],
            },
            Write::Journal(record("1", 1)),
            moved("1", RunState::Done, 5),
            activate("v2"),
            reject("/b"),
            Write::Journal(record("1", 9)),
        ],
    );
    assert!(is_refused(&result));
    assert_eq!(everything(), before);
    // The key that the refused batch took is free.
    store_run(store, once("6", "6", "Бонус", "другой"));
    assert_eq!(write(store, Write::Journal(record("1", 1))), Written::Done);
}

pub(super) fn an_empty_batch_is_written(store: &dyn Store) {
    assert_eq!(commit(store, Vec::new()).unwrap(), []);
}

pub(super) fn results_stand_in_the_order_of_the_writes(store: &dyn Store) {
    let again = Event {
        id: event_id("2"),
        ..event("1")
    };
    let batch = vec![
        Write::Ingest(event("1")),
        Write::Ingest(again),
        Write::Payload {
            event: event_id("1"),
            payload: Vec::new(),
        },
        Write::Ingest(event("3")),
    ];
    let written = [
        Written::Ingested(event_id("1")),
        Written::Duplicate(event_id("1")),
        Written::Done,
        Written::Ingested(event_id("3")),
    ];
    assert_eq!(commit(store, batch).unwrap(), written);
}

pub(super) fn batches_are_answered_in_order(store: &dyn Store) {
    let (sender, receiver) = mpsc::channel();
    for number in 0..200 {
        let sender = sender.clone();
        let batch = vec![Write::Ingest(event(&number.to_string()))];
        store.commit(
            batch,
            Box::new(move |written| sender.send((number, written.is_ok())).unwrap()),
        );
    }
    drop(sender);
    let answered: Vec<(i32, bool)> = receiver.iter().collect();
    let expected: Vec<(i32, bool)> = (0..200).map(|number| (number, true)).collect();
    assert_eq!(answered, expected);
    let newest: Vec<EventId> = store
        .events(200)
        .unwrap()
        .into_iter()
        .map(|event| event.id)
        .collect();
    let reverse: Vec<EventId> = (0..200)
        .rev()
        .map(|number: i32| event_id(&number.to_string()))
        .collect();
    assert_eq!(newest, reverse);
}

pub(super) fn a_done_may_commit(store: Arc<dyn Store>) {
    let (sender, receiver) = mpsc::channel();
    let inner = Arc::clone(&store);
    let first = move |written: Result<Vec<Written>, Error>| {
        written.unwrap();
        let second = move |written| sender.send(written).unwrap();
        inner.commit(vec![Write::Ingest(event("2"))], Box::new(second));
    };
    store.commit(vec![Write::Ingest(event("1"))], Box::new(first));
    let written = receiver.recv().unwrap().unwrap();
    assert_eq!(written, [Written::Ingested(event_id("2"))]);
}

pub(super) fn a_refused_batch_does_not_spoil_the_others(store: &dyn Store) {
    let results = Arc::new(Mutex::new(Vec::new()));
    let (sender, receiver) = mpsc::channel::<()>();
    for number in 0..60 {
        let mut batch = vec![Write::Ingest(event(&number.to_string()))];
        if number % 3 == 0 {
            batch.push(Write::Payload {
                event: event_id("unknown"),
                payload: Vec::new(),
            });
        }
        let (results, sender) = (Arc::clone(&results), sender.clone());
        store.commit(
            batch,
            Box::new(move |written| {
                results.lock().unwrap().push(is_refused(&written));
                drop(sender);
            }),
        );
    }
    drop(sender);
    assert!(
        receiver.recv().is_err(),
        "all senders are gone when all batches are answered"
    );
    let expected: Vec<bool> = (0..60).map(|number| number % 3 == 0).collect();
    assert_eq!(*results.lock().unwrap(), expected);
    assert_eq!(store.events(99).unwrap().len(), 40);
}

pub(super) fn eight_threads_each_see_their_own_results(store: &dyn Store) {
    std::thread::scope(|scope| {
        for thread in 0..8 {
            scope.spawn(move || {
                for number in 0..25 {
                    let id = format!("{thread}-{number}");
                    let shared = Event {
                        id: event_id(&format!("shared-{id}")),
                        ..event(&number.to_string())
                    };
                    let written = commit(
                        store,
                        vec![Write::Ingest(event(&id)), Write::Ingest(shared)],
                    )
                    .unwrap();
                    assert_eq!(written[0], Written::Ingested(event_id(&id)));
                    assert_eq!(store.event(&event_id(&id)).unwrap(), Some(event(&id)));
                    let (Written::Ingested(first) | Written::Duplicate(first)) = &written[1] else {
                        panic!("an ingest answers with an event: {written:?}");
                    };
                    assert!(store.event(first).unwrap().is_some());
                }
            });
        }
    });
    let events = store.events(usize::MAX).unwrap();
    assert_eq!(events.len(), 8 * 25 + 25);
    assert_eq!(
        events.iter().map(|event| event.repeats).sum::<u32>(),
        7 * 25
    );
}

pub(super) fn a_closed_store_takes_nothing(store: &dyn Store) {
    write(store, Write::Ingest(event("1")));
    store.close().unwrap();
    assert!(matches!(
        commit(store, vec![Write::Ingest(event("2"))]),
        Err(Error::Closed)
    ));
    store.close().unwrap();
}

pub(super) fn times_are_kept_to_the_microsecond(store: &dyn Store) {
    let fine = Timestamp::new(1_772_000_000, 123_456_789).unwrap();
    let kept = Timestamp::new(1_772_000_000, 123_456_000).unwrap();
    write(
        store,
        Write::Ingest(Event {
            at: fine,
            ..event("1")
        }),
    );
    store_run(
        store,
        Run {
            created_at: fine,
            due: Some(fine),
            ..run("1", "1", "Бонус")
        },
    );
    write(
        store,
        Write::Journal(Record {
            at: fine,
            ..record("1", 0)
        }),
    );

    let stored = store.run(&run_id("1")).unwrap().unwrap();
    assert_eq!((stored.created_at, stored.due), (kept, Some(kept)));
    assert_eq!(store.event(&event_id("1")).unwrap().unwrap().at, kept);
    assert_eq!(store.journal(&run_id("1")).unwrap()[0].at, kept);
}
