//! Sources that are asked: what they brought and how far they have been asked, together.

use super::*;

/// A cursor of the source that the events of these tests come from.
fn cursor(value: &str) -> Cursor {
    Cursor {
        identity: event("1").identity,
        event: "orderClosed".to_string(),
        value: Some(format!("\"{value}\"")),
        since: at(1),
        page: 0,
        began_at: None,
    }
}

fn poll(value: &str, ids: &[&str]) -> Write {
    Write::Poll {
        cursor: cursor(value),
        events: ids.iter().map(|id| event(id)).collect(),
    }
}

pub(super) fn a_poll_stores_its_events_and_its_cursor(store: &dyn Store) {
    assert_eq!(store.cursors().unwrap(), []);
    let written = write(store, poll("ха-1", &["1", "2"]));
    assert_eq!(written, Written::Polled(vec![event_id("1"), event_id("2")]));
    assert_eq!(store.cursors().unwrap(), [cursor("ха-1")]);
    assert_eq!(store.events(9).unwrap(), [event("2"), event("1")]);
}

pub(super) fn what_a_poll_shows_again_is_left_as_it_is(store: &dyn Store) {
    write(store, poll("1", &["1"]));
    let changed = Event {
        id: event_id("x"),
        body: b"{}".to_vec(),
        ..event("1")
    };
    let again = Write::Poll {
        cursor: cursor("2"),
        events: vec![changed, event("2"), event("2")],
    };
    assert_eq!(write(store, again), Written::Polled(vec![event_id("2")]));
    let first = store.event(&event_id("1")).unwrap();
    assert_eq!(first, Some(event("1")), "neither counted nor changed");
    assert_eq!(store.cursors().unwrap(), [cursor("2")]);
}

pub(super) fn a_poll_and_a_delivery_know_each_others_keys(store: &dyn Store) {
    write(store, Write::Ingest(event("1")));
    assert_eq!(
        write(store, poll("1", &["1", "2"])),
        Written::Polled(vec![event_id("2")])
    );
    let pushed = Event {
        id: event_id("x"),
        ..event("2")
    };
    assert_eq!(
        write(store, Write::Ingest(pushed)),
        Written::Duplicate(event_id("2"))
    );
}

pub(super) fn a_cursor_is_replaced_and_keeps_the_rest_of_a_question(store: &dyn Store) {
    let open = Cursor {
        value: None,
        page: 7,
        began_at: Some(at(5)),
        ..cursor("")
    };
    let other = Cursor {
        event: "гость".to_string(),
        ..cursor("2")
    };
    for cursor in [cursor("1"), open.clone(), other.clone()] {
        let events = Vec::new();
        write(store, Write::Poll { cursor, events });
    }
    assert_eq!(store.cursors().unwrap(), [open, other]);
}

pub(super) fn a_refused_batch_moves_no_cursor(store: &dyn Store) {
    write(store, poll("1", &["1"]));
    let refused = vec![poll("2", &["2"]), moved("нет", RunState::Done, 1)];
    assert!(is_refused(&commit(store, refused)));
    assert_eq!(store.cursors().unwrap(), [cursor("1")]);
    assert_eq!(store.events(9).unwrap(), [event("1")]);
    // Its key is free, too.
    assert_eq!(
        write(store, poll("2", &["2"])),
        Written::Polled(vec![event_id("2")])
    );
}

pub(super) fn each_bundle_hears_a_key_once(store: &dyn Store) {
    let of = |id: &str, bundle: &str| Event {
        id: event_id(id),
        bundle: bundle.to_string(),
        ..event("1")
    };
    write(store, Write::Ingest(of("1", "кафе")));
    assert_eq!(
        write(store, Write::Ingest(of("2", "зал"))),
        Written::Ingested(event_id("2"))
    );
    let both = Write::Poll {
        cursor: cursor("1"),
        events: vec![of("3", "кафе"), of("4", "зал"), of("5", "бар")],
    };
    assert_eq!(write(store, both), Written::Polled(vec![event_id("5")]));
}

pub(super) fn an_event_that_could_not_be_fetched_gives_its_key_back(store: &dyn Store) {
    let dead = |id: &str| Write::Route {
        event: event_id(id),
        state: EventState::Dead,
        reason: Some("404".to_string()),
        runs: Vec::new(),
        passed: Vec::new(),
    };
    let named = Event {
        enrich: Some("{\"action\":\"getOrder\"}".to_string()),
        state: EventState::Enriching,
        ..event("1")
    };
    write(store, Write::Ingest(named));
    // A batch that is refused gives nothing back.
    let refused = vec![dead("1"), moved("нет", RunState::Done, 1)];
    assert!(is_refused(&commit(store, refused)));
    let again = |id: &str| Write::Poll {
        cursor: cursor("1"),
        events: vec![Event {
            id: event_id(id),
            ..event("1")
        }],
    };
    assert_eq!(write(store, again("2")), Written::Polled(Vec::new()));
    write(store, dead("1"));
    assert_eq!(
        write(store, again("3")),
        Written::Polled(vec![event_id("3")])
    );
    let first = store.event(&event_id("1")).unwrap().unwrap();
    assert_eq!((first.state, first.key), (EventState::Dead, None));
    // One that was complete keeps it.
    write(store, dead("3"));
    assert_eq!(write(store, again("4")), Written::Polled(Vec::new()));
}
