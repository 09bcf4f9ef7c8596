//! States of runs, the history people search, versions of bundles.

use super::*;

pub(super) fn a_run_moves_through_its_states(store: &dyn Store) {
    store_run(store, run("1", "1", "Бонус"));
    let all = [
        RunState::Waiting,
        RunState::Queued,
        RunState::InDoubt,
        RunState::Done,
        RunState::Stopped,
        RunState::Failed,
        RunState::Dead,
        RunState::Cancelled,
        RunState::Expired,
        RunState::Superseded,
        RunState::Filtered,
        RunState::Ready,
    ];
    for state in all {
        let moved = Write::RunState {
            run: run_id("1"),
            state,
            due: Some(at(60)),
            reason: Some("касса молчит".to_string()),
            step: Some("addBonus".to_string()),
            at: at(9),
        };
        assert_eq!(write(store, moved), Written::Done);
        let expected = Run {
            state,
            due: Some(at(60)),
            reason: Some("касса молчит".to_string()),
            step: Some("addBonus".to_string()),
            ended_at: state.is_ended().then(|| at(9)),
            ..run("1", "1", "Бонус")
        };
        assert_eq!(store.run(&run_id("1")).unwrap(), Some(expected));
    }
    write(store, moved("1", RunState::Ready, 10));
    assert_eq!(
        store.run(&run_id("1")).unwrap(),
        Some(run("1", "1", "Бонус"))
    );
}

pub(super) fn a_move_of_an_unknown_run_is_refused(store: &dyn Store) {
    assert!(is_refused(&commit(
        store,
        vec![moved("1", RunState::Done, 5)]
    )));
}

pub(super) fn unfinished_runs_come_oldest_first(store: &dyn Store) {
    // The clock may step back: the order is that of the writes.
    for (id, second) in [("b", 9), ("c", 8), ("a", 7), ("e", 6), ("d", 5)] {
        store_run(
            store,
            Run {
                created_at: at(second),
                ..run(id, id, "Бонус")
            },
        );
    }
    write(store, moved("b", RunState::InDoubt, 10));
    write(store, moved("c", RunState::Done, 10));
    write(store, moved("a", RunState::Waiting, 10));
    write(store, moved("e", RunState::Queued, 10));
    let unfinished = [run_id("b"), run_id("a"), run_id("e"), run_id("d")];
    assert_eq!(store.unfinished_runs(None, usize::MAX).unwrap(), unfinished);
    let page = |after: &str, limit| store.unfinished_runs(Some(&run_id(after)), limit).unwrap();
    assert_eq!(page("b", 2), unfinished[1..3]);
    assert_eq!(page("e", 2), unfinished[3..]);
    assert_eq!(page("d", 2), []);
}

fn found(store: &dyn Store, filter: RunFilter) -> Vec<String> {
    let runs = store
        .runs(&RunFilter {
            limit: 99,
            ..filter
        })
        .unwrap();
    runs.into_iter()
        .map(|run| run.id.0.trim_start_matches("run_").to_string())
        .collect()
}

pub(super) fn runs_are_found_by_bundle_rule_state_and_time(store: &dyn Store) {
    store_run(
        store,
        Run {
            created_at: at(1),
            ..run("1", "1", "Бонус")
        },
    );
    store_run(
        store,
        Run {
            created_at: at(2),
            ..run("2", "2", "Скидка")
        },
    );
    store_run(
        store,
        Run {
            created_at: at(3),
            bundle: "бар".to_string(),
            ..run("3", "3", "Бонус")
        },
    );
    write(store, moved("2", RunState::InDoubt, 10));

    let all = RunFilter::default();
    let text = |text: &str| Some(text.to_string());
    assert_eq!(found(store, all.clone()), ["3", "2", "1"]);
    assert_eq!(
        found(
            store,
            RunFilter {
                bundle: text("кафе"),
                ..all.clone()
            }
        ),
        ["2", "1"]
    );
    assert_eq!(
        found(
            store,
            RunFilter {
                rule: text("Бонус"),
                ..all.clone()
            }
        ),
        ["3", "1"]
    );
    assert_eq!(
        found(
            store,
            RunFilter {
                bundle: text("кафе"),
                rule: text("Бонус"),
                ..all.clone()
            }
        ),
        ["1"]
    );
    assert_eq!(
        found(
            store,
            RunFilter {
                states: vec![RunState::InDoubt],
                ..all.clone()
            }
        ),
        ["2"]
    );
    assert_eq!(
        found(
            store,
            RunFilter {
                since: Some(at(2)),
                ..all.clone()
            }
        ),
        ["3", "2"]
    );
    assert!(
        found(
            store,
            RunFilter {
                rule: text("Бонус"),
                states: vec![RunState::InDoubt],
                ..all
            }
        )
        .is_empty()
    );
}

pub(super) fn runs_are_found_by_text(store: &dyn Store) {
    store_run(store, once("1", "1", "Бонус", "заказ 17"));
    store_run(
        store,
        Run {
            order_key: Some("гость 7".to_string()),
            ..run("2", "2", "Бонус")
        },
    );
    let body = "{\"гость\":\"Пётр 100% _\"}".as_bytes().to_vec();
    write(
        store,
        Write::Ingest(Event {
            key: Some("ключ-3".to_string()),
            body,
            ..event("3")
        }),
    );
    store_run(store, run("3", "3", "Бонус"));
    write(
        store,
        Write::Payload {
            event: event_id("2"),
            payload: "{\"столик\":\"у окна\"}".as_bytes().to_vec(),
        },
    );

    let by = |text: &str| {
        found(
            store,
            RunFilter {
                text: Some(text.to_string()),
                ..RunFilter::default()
            },
        )
    };
    assert_eq!(by("заказ 17"), ["1"]);
    assert_eq!(by("гость 7"), ["2"]);
    assert_eq!(by("ключ-3"), ["3"]);
    assert_eq!(by("Пётр"), ["3"]);
    assert_eq!(by("100% _"), ["3"]);
    assert_eq!(by("окна"), ["2"]);
    assert_eq!(by("Анна"), ["2", "1"]);
    assert_eq!(by(""), ["3", "2", "1"]);
    // Keys are compared whole; `%` means itself.
    assert!(by("заказ").len() == 2 && by("заказ 1").is_empty() && by("%").len() == 1);
}

pub(super) fn runs_come_newest_first_up_to_the_limit(store: &dyn Store) {
    for (id, second) in [("1", 5), ("2", 7), ("3", 6), ("4", 6)] {
        store_run(
            store,
            Run {
                created_at: at(second),
                ..run(id, id, "Бонус")
            },
        );
    }
    assert_eq!(found(store, RunFilter::default()), ["2", "4", "3", "1"]);
    let limited = store
        .runs(&RunFilter {
            limit: 2,
            ..RunFilter::default()
        })
        .unwrap();
    assert_eq!(
        limited.iter().map(|run| run.id.clone()).collect::<Vec<_>>(),
        [run_id("2"), run_id("4")]
    );
    assert_eq!(store.runs(&RunFilter::default()).unwrap(), []);
}

pub(super) fn runs_of_an_event_come_in_the_order_of_the_routing(store: &dyn Store) {
    write(store, Write::Ingest(event("1")));
    let runs = [run("b", "1", "Скидка"), run("a", "1", "Бонус")];
    write(
        store,
        routed("1", runs.iter().map(|run| (run.clone(), None)).collect()),
    );
    store_run(store, run("c", "2", "Бонус"));
    assert_eq!(store.runs_of(&event_id("1")).unwrap(), runs);
    assert_eq!(store.runs_of(&event_id("3")).unwrap(), []);
}

fn activate(store: &dyn Store, bundle: &str, version: &str) {
    let written = write(
        store,
        Write::Activate {
            bundle: bundle.to_string(),
            version: Version(version.to_string()),
            sources: format!(
                "{{\"files\":[{{\"path\":\"главный.ondo\",\"text\":\"{version}\"}}]}}"
            ),
            at: at(0),
        },
    );
    assert_eq!(written, Written::Done);
}

pub(super) fn the_last_activated_version_is_active(store: &dyn Store) {
    assert_eq!(store.active().unwrap(), []);
    for (bundle, version) in [
        ("кафе", "v1"),
        ("бар", "v2"),
        ("кафе", "v3"),
        ("кафе", "v1"),
        ("бар", "v4"),
    ] {
        activate(store, bundle, version);
    }
    let active = |bundle: &str, version: &str| (bundle.to_string(), Version(version.to_string()));
    assert_eq!(
        store.active().unwrap(),
        [active("бар", "v4"), active("кафе", "v1")]
    );
}

pub(super) fn sources_of_earlier_versions_stay(store: &dyn Store) {
    for version in ["v1", "v2", "v1"] {
        activate(store, "кафе", version);
    }
    let sources = store.sources(&Version("v1".to_string())).unwrap().unwrap();
    assert_eq!(
        sources,
        "{\"files\":[{\"path\":\"главный.ondo\",\"text\":\"v1\"}]}"
    );
    assert!(store.sources(&Version("v2".to_string())).unwrap().is_some());
    assert_eq!(store.sources(&Version("v3".to_string())).unwrap(), None);
}

pub(super) fn runs_are_found_by_states_key_and_end_of_time(store: &dyn Store) {
    for (id, state) in [
        ("1", RunState::Dead),
        ("2", RunState::Failed),
        ("3", RunState::Done),
    ] {
        store_run(store, once(id, id, "Бонус", &format!("гость-{id}")));
        write(store, moved(id, state, 5));
    }
    let late = Run {
        created_at: at(100),
        ..run("4", "4", "Бонус")
    };
    store_run(store, late);
    let found = |filter: RunFilter| -> Vec<RunId> {
        let filter = RunFilter { limit: 9, ..filter };
        let runs = store.runs(&filter).unwrap();
        runs.into_iter().map(|run| run.id).collect()
    };
    let all = RunFilter::default();
    let bad = RunFilter {
        states: vec![RunState::Dead, RunState::Failed],
        ..all.clone()
    };
    assert_eq!(found(bad), [run_id("2"), run_id("1")]);
    let early = RunFilter {
        until: Some(at(100)),
        ..all.clone()
    };
    assert_eq!(found(early).len(), 3);
    for key in ["гость-2", "2"] {
        let by_key = RunFilter {
            key: Some(key.to_string()),
            ..all.clone()
        };
        assert_eq!(found(by_key), [run_id("2")], "{key}");
    }
    let answered = Record {
        answer: Some("чек 77001".as_bytes().to_vec()),
        ..record("3", 0)
    };
    write(store, Write::Journal(answered));
    let by_answer = RunFilter {
        text: Some("77001".to_string()),
        ..all
    };
    assert_eq!(found(by_answer), [run_id("3")]);
}

pub(super) fn runs_are_found_by_a_part_of_their_id(store: &dyn Store) {
    for id in ["0a1", "0a2", "0b1"] {
        store_run(store, run(id, id, "Бонус"));
    }
    let named = |part: &str| store.runs_named(part, 9).unwrap();
    assert_eq!(named("run_0a"), [run_id("0a2"), run_id("0a1")]);
    assert_eq!(named("a1"), [run_id("0a1")]);
    assert_eq!(named("run_0b1"), [run_id("0b1")]);
    assert_eq!(named("a"), []);
    assert_eq!(store.runs_named("1", 1).unwrap(), [run_id("0b1")]);
}
