//! Routing: one run for each rule, `once` keys, rules that do not act.

use super::*;

pub(super) fn a_run_is_created_for_each_rule(store: &dyn Store) {
    write(store, Write::Ingest(event("1")));
    let waiting = Run {
        state: RunState::Waiting,
        due: Some(at(60)),
        reason: Some("ждёт лимита".to_string()),
        step: Some("addBonus".to_string()),
        order_key: Some("гость 7".to_string()),
        ..once("2", "1", "Скидка", "заказ 1")
    };
    let runs = vec![(run("1", "1", "Бонус"), None), (waiting.clone(), None)];
    let created = Written::Routed(vec![
        Routed::Created(run_id("1")),
        Routed::Created(run_id("2")),
    ]);
    assert_eq!(write(store, routed("1", runs)), created);

    assert_eq!(
        store.run(&run_id("1")).unwrap(),
        Some(run("1", "1", "Бонус"))
    );
    assert_eq!(store.run(&run_id("2")).unwrap(), Some(waiting));
    assert_eq!(store.run(&run_id("3")).unwrap(), None);
    assert_eq!(
        store.event(&event_id("1")).unwrap().unwrap().state,
        EventState::Routed
    );
}

pub(super) fn a_repeated_routing_changes_nothing(store: &dyn Store) {
    store_run(store, once("1", "1", "Бонус", "заказ 1"));
    write(store, moved("1", RunState::Done, 9));
    let before = store.runs_of(&event_id("1")).unwrap();

    let again = routed("1", vec![(once("2", "1", "Бонус", "заказ 1"), None)]);
    assert_eq!(
        write(store, again),
        Written::Routed(vec![Routed::Created(run_id("1"))])
    );
    assert_eq!(store.runs_of(&event_id("1")).unwrap(), before);
    assert_eq!(store.passed(&event_id("1")).unwrap(), []);
}

pub(super) fn an_event_that_is_dead_or_unrouted_keeps_the_reason(store: &dyn Store) {
    for (id, state) in [("1", EventState::Dead), ("2", EventState::Unrouted)] {
        write(store, Write::Ingest(event(id)));
        let reason = Some("`сумма` отсутствует".to_string());
        let route = Write::Route {
            event: event_id(id),
            state,
            reason: reason.clone(),
            runs: Vec::new(),
            passed: Vec::new(),
        };
        assert_eq!(write(store, route), Written::Routed(Vec::new()));
        assert_eq!(
            store.event(&event_id(id)).unwrap(),
            Some(Event {
                state,
                reason,
                ..event(id)
            })
        );
    }
}

fn passed(rule: &str, why: PassedWhy) -> Passed {
    Passed {
        event: event_id("1"),
        bundle: "кафе".to_string(),
        rule: rule.to_string(),
        why,
    }
}

fn route_passed(all: Vec<Passed>) -> Write {
    Write::Route {
        event: event_id("1"),
        state: EventState::Routed,
        reason: None,
        runs: Vec::new(),
        passed: all,
    }
}

pub(super) fn rules_that_do_not_act_are_kept_with_the_reason(store: &dyn Store) {
    write(store, Write::Ingest(event("1")));
    let all = vec![
        passed("Скидка", PassedWhy::Filtered("order.sum > 100".to_string())),
        passed("Бонус", PassedWhy::Failed("нет телефона".to_string())),
        passed(
            "Чат",
            PassedWhy::Duplicate {
                key: "заказ 1".to_string(),
                first: run_id("0"),
            },
        ),
    ];
    for _ in 0..2 {
        write(store, route_passed(all.clone()));
        assert_eq!(store.passed(&event_id("1")).unwrap(), all);
    }
    assert_eq!(store.passed(&event_id("2")).unwrap(), []);
}

pub(super) fn a_taken_once_key_names_the_first_run(store: &dyn Store) {
    store_run(store, once("1", "1", "Бонус", "заказ 1"));
    write(store, Write::Ingest(event("2")));
    let second = routed("2", vec![(once("2", "2", "Бонус", "заказ 1"), None)]);
    assert_eq!(
        write(store, second),
        Written::Routed(vec![Routed::Duplicate(run_id("1"))])
    );

    assert_eq!(store.run(&run_id("2")).unwrap(), None);
    let why = PassedWhy::Duplicate {
        key: "заказ 1".to_string(),
        first: run_id("1"),
    };
    assert_eq!(
        store.passed(&event_id("2")).unwrap(),
        [Passed {
            event: event_id("2"),
            ..passed("Бонус", why)
        }]
    );
    store_run(store, once("3", "3", "Бонус", "заказ 2"));
}

pub(super) fn two_rules_may_use_the_same_once_key(store: &dyn Store) {
    store_run(store, once("1", "1", "Бонус", "заказ 1"));
    store_run(store, once("2", "1", "Скидка", "заказ 1"));
    store_run(
        store,
        Run {
            bundle: "бар".to_string(),
            ..once("3", "1", "Бонус", "заказ 1")
        },
    );
    assert_eq!(store.runs_of(&event_id("1")).unwrap().len(), 3);
}

pub(super) fn a_once_key_is_free_again_when_its_time_is_over(store: &dyn Store) {
    let attempt = |id: &str, second: i64, until: i64| {
        write(store, Write::Ingest(event(id)));
        let run = Run {
            created_at: at(second),
            ..once(id, id, "Бонус", "гость 7")
        };
        write(store, routed(id, vec![(run, Some(at(until)))]))
    };
    let created = |id: &str| Written::Routed(vec![Routed::Created(run_id(id))]);
    let duplicate_of = |id: &str| Written::Routed(vec![Routed::Duplicate(run_id(id))]);

    assert_eq!(attempt("1", 0, 100), created("1"));
    assert_eq!(attempt("2", 99, 199), duplicate_of("1"));
    assert_eq!(attempt("3", 100, 200), created("3"));
    assert_eq!(attempt("4", 150, 250), duplicate_of("3"));
}

pub(super) fn a_once_key_stays_taken_when_the_run_fails(store: &dyn Store) {
    for (number, state) in [RunState::Failed, RunState::Dead, RunState::Cancelled]
        .into_iter()
        .enumerate()
    {
        let (id, next, key) = (
            format!("{number}a"),
            format!("{number}b"),
            number.to_string(),
        );
        store_run(store, once(&id, &id, "Бонус", &key));
        write(store, moved(&id, state, 5));
        write(store, Write::Ingest(event(&next)));
        let second = routed(&next, vec![(once(&next, &next, "Бонус", &key), None)]);
        assert_eq!(
            write(store, second),
            Written::Routed(vec![Routed::Duplicate(run_id(&id))])
        );
    }
}

pub(super) fn a_repeated_routing_of_a_duplicate_stays_a_duplicate(store: &dyn Store) {
    write(store, Write::Ingest(event("1")));
    write(
        store,
        routed(
            "1",
            vec![(once("1", "1", "Бонус", "заказ 1"), Some(at(50)))],
        ),
    );
    write(store, Write::Ingest(event("2")));
    for (id, second) in [("2", 10), ("3", 99)] {
        let run = Run {
            created_at: at(second),
            ..once(id, "2", "Бонус", "заказ 1")
        };
        let written = write(store, routed("2", vec![(run, None)]));
        assert_eq!(
            written,
            Written::Routed(vec![Routed::Duplicate(run_id("1"))])
        );
    }
    assert_eq!(store.passed(&event_id("2")).unwrap().len(), 1);
}

pub(super) fn a_run_of_another_event_is_refused(store: &dyn Store) {
    write(store, Write::Ingest(event("1")));
    write(store, Write::Ingest(event("2")));
    assert!(is_refused(&commit(
        store,
        vec![routed("1", vec![(run("1", "2", "Бонус"), None)])]
    )));
}

pub(super) fn a_routing_of_an_unknown_event_is_refused(store: &dyn Store) {
    assert!(is_refused(&commit(
        store,
        vec![routed("1", vec![(run("1", "1", "Бонус"), None)])]
    )));
    assert_eq!(store.run(&run_id("1")).unwrap(), None);
}

pub(super) fn a_rule_that_acts_at_last_is_no_longer_passed(store: &dyn Store) {
    write(store, Write::Ingest(event("1")));
    let failed = passed("Бонус", PassedWhy::Failed("нет телефона".to_string()));
    write(store, route_passed(vec![failed.clone()]));
    store_run(store, run("1", "1", "Бонус"));
    assert_eq!(store.passed(&event_id("1")).unwrap(), []);
    write(store, route_passed(vec![failed]));
    assert_eq!(store.passed(&event_id("1")).unwrap(), []);
}

/// A run that waits at `debounce`, without keys.
fn waiting(id: &str, event: &str) -> Run {
    Run {
        state: RunState::Waiting,
        due: Some(at(60)),
        reason: Some("`debounce 1m`".to_string()),
        step: Some("debounce".to_string()),
        ..run(id, event, "Бонус")
    }
}

fn admit(run: Run, second: i64, until: Option<i64>) -> Write {
    Write::Admit {
        run: Box::new(run),
        once_until: until.map(at),
        at: at(second),
    }
}

fn admitted(id: &str, event: &str, key: &str) -> Run {
    Run {
        state: RunState::Ready,
        due: None,
        reason: None,
        step: None,
        once_key: Some(key.to_string()),
        order_key: Some("гость 7".to_string()),
        ..waiting(id, event)
    }
}

pub(super) fn a_run_that_is_let_through_gets_its_keys_and_takes_them_once(store: &dyn Store) {
    let created = |id: &str| Written::Routed(vec![Routed::Created(run_id(id))]);
    for id in ["1", "2"] {
        store_run(store, waiting(id, id));
    }
    let first = admitted("1", "1", "заказ 1");
    assert_eq!(write(store, admit(first.clone(), 60, None)), created("1"));
    assert_eq!(store.run(&run_id("1")).unwrap(), Some(first.clone()));

    // Said again, it is still the first.
    assert_eq!(write(store, admit(first.clone(), 61, None)), created("1"));
    assert_eq!(store.run(&run_id("1")).unwrap(), Some(first));

    let second = admit(admitted("2", "2", "заказ 1"), 99, None);
    assert_eq!(
        write(store, second),
        Written::Routed(vec![Routed::Duplicate(run_id("1"))])
    );
    assert_eq!(store.run(&run_id("2")).unwrap(), Some(waiting("2", "2")));
    assert!(is_refused(&commit(
        store,
        vec![admit(admitted("9", "9", "заказ 9"), 60, None)]
    )));
}

pub(super) fn a_once_key_counts_from_when_the_run_was_let_through(store: &dyn Store) {
    for id in ["1", "2", "3"] {
        store_run(store, waiting(id, id));
    }
    let decide = |id: &str, second: i64| {
        let run = admitted(id, id, "заказ 1");
        match write(store, admit(run, second, Some(second + 100))) {
            Written::Routed(routed) => routed[0].clone(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(decide("1", 60), Routed::Created(run_id("1")));
    assert_eq!(decide("2", 159), Routed::Duplicate(run_id("1")));
    assert_eq!(decide("3", 160), Routed::Created(run_id("3")));
}

pub(super) fn a_delivery_whose_key_was_forgotten_has_effects_of_its_own(store: &dyn Store) {
    let of = |id: &str, event: &str, rule: &str| Run {
        origin: "d1".to_owned(),
        ..run(id, event, rule)
    };
    for id in ["1", "2"] {
        write(store, Write::Ingest(event(id)));
    }
    let first = vec![(of("1", "1", "Бонус"), None), (of("2", "1", "Чат"), None)];
    assert_eq!(
        write(store, routed("1", first)),
        Written::Routed(vec![
            Routed::Created(run_id("1")),
            Routed::Created(run_id("2"))
        ])
    );
    let second = vec![(of("3", "2", "Бонус"), None), (of("4", "2", "Карта"), None)];
    assert_eq!(
        write(store, routed("2", second)),
        Written::Routed(vec![
            Routed::Anew(run_id("3")),
            Routed::Created(run_id("4"))
        ])
    );
    assert_eq!(store.run(&run_id("3")).unwrap().unwrap().origin, "");
    assert_eq!(store.run(&run_id("4")).unwrap().unwrap().origin, "d1");
}
