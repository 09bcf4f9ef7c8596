//! Events, their keys and rejects.

use super::*;

pub(super) fn an_event_is_read_back_byte_for_byte(store: &dyn Store) {
    let whole = Event {
        body: vec![0, 0xff, b'{', 0xd0, 0x96, b'\n', 0],
        payload: Some("{\"гость\":\"Ёж\"}".as_bytes().to_vec()),
        enrich: Some("{\"action\":\"getOrder\"}".to_string()),
        headers: vec![
            ("x-имя".to_string(), "Анна".to_string()),
            ("a".to_string(), String::new()),
        ],
        args: vec![
            ("path".to_string(), "/a\"b".to_string()),
            ("path".to_string(), "/c".to_string()),
        ],
        state: EventState::Enriching,
        reason: Some("ждёт".to_string()),
        ..event("1")
    };
    let bare = Event {
        key: None,
        body: Vec::new(),
        args: Vec::new(),
        headers: Vec::new(),
        ..event("2")
    };

    for stored in [whole, bare] {
        assert_eq!(
            write(store, Write::Ingest(stored.clone())),
            Written::Ingested(stored.id.clone())
        );
        assert_eq!(store.event(&stored.id).unwrap(), Some(stored));
    }
    assert_eq!(store.event(&event_id("3")).unwrap(), None);
}

pub(super) fn the_same_key_is_a_duplicate_with_the_first_id(store: &dyn Store) {
    write(store, Write::Ingest(event("1")));
    for id in ["2", "3"] {
        let again = Event {
            id: event_id(id),
            ..event("1")
        };
        assert_eq!(
            write(store, Write::Ingest(again)),
            Written::Duplicate(event_id("1"))
        );
        assert_eq!(store.event(&event_id(id)).unwrap(), None);
    }
    let first = store.event(&event_id("1")).unwrap().unwrap();
    assert_eq!((first.repeats, first.conflicts), (2, 0));
}

pub(super) fn the_same_key_with_another_body_counts_a_conflict(store: &dyn Store) {
    write(store, Write::Ingest(event("1")));
    let other = Event {
        id: event_id("2"),
        body: b"{}".to_vec(),
        ..event("1")
    };
    assert_eq!(
        write(store, Write::Ingest(other)),
        Written::Duplicate(event_id("1"))
    );

    let first = store.event(&event_id("1")).unwrap().unwrap();
    assert_eq!(
        first,
        Event {
            repeats: 1,
            conflicts: 1,
            ..event("1")
        }
    );
}

pub(super) fn another_identity_with_the_same_key_is_another_event(store: &dyn Store) {
    write(store, Write::Ingest(event("1")));
    let other = Event {
        id: event_id("2"),
        identity: "iiko|https://other.example".to_string(),
        ..event("1")
    };
    assert_eq!(
        write(store, Write::Ingest(other)),
        Written::Ingested(event_id("2"))
    );
}

pub(super) fn events_without_a_key_are_never_duplicates(store: &dyn Store) {
    for id in ["1", "2"] {
        let keyless = Event {
            id: event_id(id),
            key: None,
            ..event("1")
        };
        assert_eq!(
            write(store, Write::Ingest(keyless)),
            Written::Ingested(event_id(id))
        );
    }
    assert_eq!(store.events(9).unwrap().len(), 2);
}

pub(super) fn an_id_is_used_once(store: &dyn Store) {
    write(store, Write::Ingest(event("1")));
    let other = Event {
        key: Some("other".to_string()),
        ..event("1")
    };
    assert!(is_refused(&commit(store, vec![Write::Ingest(other)])));
    assert_eq!(store.events(9).unwrap(), [event("1")]);
}

pub(super) fn a_payload_is_set(store: &dyn Store) {
    write(
        store,
        Write::Ingest(Event {
            state: EventState::Enriching,
            ..event("1")
        }),
    );
    let payload = "{\"сумма\":100.50}".as_bytes().to_vec();
    assert_eq!(
        write(
            store,
            Write::Payload {
                event: event_id("1"),
                payload: payload.clone()
            }
        ),
        Written::Done
    );

    let completed = Event {
        state: EventState::Enriching,
        payload: Some(payload),
        ..event("1")
    };
    assert_eq!(store.event(&event_id("1")).unwrap(), Some(completed));
}

pub(super) fn a_payload_of_an_unknown_event_is_refused(store: &dyn Store) {
    assert!(is_refused(&commit(
        store,
        vec![Write::Payload {
            event: event_id("1"),
            payload: Vec::new()
        }]
    )));
}

pub(super) fn unfinished_events_come_oldest_first(store: &dyn Store) {
    // The clock may step back: the order is that of the writes.
    for (id, second) in [("b", 9), ("c", 8), ("a", 7), ("d", 6)] {
        write(
            store,
            Write::Ingest(Event {
                at: at(second),
                ..event(id)
            }),
        );
    }
    write(
        store,
        Write::Ingest(Event {
            state: EventState::Enriching,
            ..event("e")
        }),
    );
    write(store, routed("c", Vec::new()));
    let dead = Write::Route {
        event: event_id("d"),
        state: EventState::Dead,
        reason: None,
        runs: Vec::new(),
        passed: Vec::new(),
    };
    write(store, dead);
    assert_eq!(
        store.unfinished_events(10_000).unwrap(),
        [event_id("b"), event_id("a"), event_id("e")]
    );
}

pub(super) fn events_come_newest_first_up_to_the_limit(store: &dyn Store) {
    for id in ["b", "c", "a"] {
        write(store, Write::Ingest(event(id)));
    }
    assert_eq!(store.events(2).unwrap(), [event("a"), event("c")]);
    assert_eq!(store.events(usize::MAX).unwrap().len(), 3);
    assert_eq!(store.events(0).unwrap(), []);
}

fn reject(number: usize) -> Reject {
    Reject {
        at: at(0),
        hook: "/hooks/кафе/касса".to_string(),
        reason: format!("не JSON: {number}"),
        body: vec![0xff, b'x'],
    }
}

pub(super) fn rejects_come_newest_first(store: &dyn Store) {
    for number in 0..3 {
        assert_eq!(write(store, Write::Reject(reject(number))), Written::Done);
    }
    assert_eq!(store.rejects(2).unwrap(), [reject(2), reject(1)]);
}

pub(super) fn rejects_are_bounded(store: &dyn Store) {
    commit(
        store,
        (0..REJECTS_MAX)
            .map(|number| Write::Reject(reject(number)))
            .collect(),
    )
    .unwrap();
    for number in 0..3 {
        write(store, Write::Reject(reject(REJECTS_MAX + number)));
    }
    let kept = store.rejects(usize::MAX).unwrap();
    assert_eq!(kept.len(), REJECTS_MAX);
    assert_eq!(
        (&kept[0], &kept[REJECTS_MAX - 1]),
        (&reject(REJECTS_MAX + 2), &reject(3))
    );
}

pub(super) fn the_last_key_of_an_identity_is_found(store: &dyn Store) {
    for (id, key) in [("1", "b"), ("2", "c"), ("3", "a")] {
        let key = Some(key.to_string());
        write(store, Write::Ingest(Event { key, ..event(id) }));
    }
    let other = Event {
        identity: "другая".to_string(),
        ..event("4")
    };
    write(store, Write::Ingest(other));
    let identity = event("1").identity;
    assert_eq!(store.last_key(&identity).unwrap().as_deref(), Some("c"));
    assert_eq!(store.last_key("никакая").unwrap(), None);
}
