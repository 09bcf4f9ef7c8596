//! Forgetting and erasing beside runs that begin, end and are done again.

use std::sync::atomic::{AtomicBool, AtomicUsize};

use super::*;
use crate::store::{Audit, Erase, Forget};

/// Events of each of the four threads.
const EVENTS: usize = 250;
const THREADS: usize = 4;

fn run(id: &str, of: &EventId, redrive_of: Option<&RunId>) -> Run {
    Run {
        id: RunId(format!("run_{id}")),
        event: of.clone(),
        bundle: "кафе".to_string(),
        rule: "Бонус".to_string(),
        version: Version("v1".to_string()),
        created_at: event("1").at,
        state: RunState::Ready,
        due: None,
        reason: None,
        step: None,
        ended_at: None,
        once_key: None,
        order_key: None,
        redrive_of: redrive_of.cloned(),
        check_first: false,
        origin: String::new(),
    }
}

fn state(run: &RunId, state: RunState) -> Write {
    Write::RunState {
        run: run.clone(),
        state,
        due: None,
        reason: None,
        step: None,
        at: event("1").at,
    }
}

/// One event: delivered, its run ends. Of five, two are done again if they are still there, and one stays in doubt.
fn live(store: &Sqlite, id: &str, number: usize) -> Option<RunId> {
    let of = Event {
        body: format!("гость +7916{number:07}").into_bytes(),
        ..event(id)
    };
    let first = run(id, &of.id, None);
    let route = Write::Route {
        event: of.id.clone(),
        state: EventState::Routed,
        reason: None,
        runs: vec![(first.clone(), None)],
        passed: Vec::new(),
    };
    begin(store, vec![Write::Ingest(of.clone()), route])
        .recv()
        .unwrap()
        .unwrap();
    if number.is_multiple_of(5) {
        let doubt = begin(store, vec![state(&first.id, RunState::InDoubt)]);
        doubt.recv().unwrap().unwrap();
        return Some(first.id);
    }
    let ended = begin(store, vec![state(&first.id, RunState::Dead)]);
    ended.recv().unwrap().unwrap();
    if number % 5 > 2 {
        return None;
    }
    let again = run(&format!("{id}-again"), &of.id, Some(&first.id));
    let redrive = Write::Redrive {
        run: Box::new(again.clone()),
        journal: Vec::new(),
        audit: Audit {
            at: event("1").at,
            who: "Ольга".to_owned(),
            what: "redriven".to_owned(),
            subject: id.to_owned(),
            note: "по просьбе гостя".to_owned(),
        },
    };
    match &begin(store, vec![redrive]).recv().unwrap().unwrap()[..] {
        [Written::Gone] => None,
        // It holds its event now, whoever forgets.
        _ => Some(again.id),
    }
}

#[test]
fn what_has_not_ended_is_never_forgotten_while_everything_else_is() {
    let (_folder, path) = place();
    let store = open(&path).unwrap();
    let (stop, rows, erased) = (
        AtomicBool::new(false),
        AtomicUsize::new(0),
        AtomicUsize::new(0),
    );
    let held: Vec<RunId> = std::thread::scope(|scope| {
        let living: Vec<_> = (0..THREADS)
            .map(|thread| {
                let store = &store;
                scope.spawn(move || {
                    (0..EVENTS)
                        .filter_map(|number| {
                            live(
                                store,
                                &format!("{thread}-{number}"),
                                thread * EVENTS + number,
                            )
                        })
                        .collect::<Vec<RunId>>()
                })
            })
            .collect();
        let forgetting = scope.spawn(|| {
            // Once more after the last, so that nothing depends on who was faster.
            let mut is_last = false;
            while !is_last {
                is_last = stop.load(Ordering::SeqCst);
                for what in Forget::ALL {
                    let mut after = Some(0);
                    while let Some(from) = after {
                        let step = Write::Forget {
                            what,
                            before: Timestamp::MAX,
                            after: from,
                            rows_max: 16,
                        };
                        let written = begin(&store, vec![step]).recv().unwrap().unwrap();
                        let Written::Forgot { rows: some, next } = &written[0] else {
                            panic!("{written:?}");
                        };
                        rows.fetch_add(*some, Ordering::SeqCst);
                        after = *next;
                    }
                }
            }
        });
        let erasing = scope.spawn(|| {
            for number in 0..8 {
                let erase = Erase {
                    text: format!("+7916{:07}", number * 7 + 1),
                    who: "Ольга".to_string(),
                    note: "письмо".to_string(),
                    at: event("1").at,
                    cancel: false,
                    dry_run: false,
                };
                if matches!(store.erase(&erase).unwrap(), crate::store::Erased::Done(_)) {
                    erased.fetch_add(1, Ordering::SeqCst);
                }
            }
        });
        let held = living
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect();
        erasing.join().unwrap();
        stop.store(true, Ordering::SeqCst);
        forgetting.join().unwrap();
        held
    });
    for id in &held {
        let run = store.run(id).unwrap();
        let run = run.unwrap_or_else(|| panic!("{id} has not ended and is gone"));
        assert!(!run.state.is_ended());
        let of = store.event(&run.event).unwrap().unwrap();
        assert!(!of.body.is_empty(), "{id}: its event is emptied");
        // One that is done again had ended for a moment: its key may have gone then. One in doubt never had.
        if run.redrive_of.is_none() {
            assert!(
                of.key.is_some(),
                "{id}: its delivery would be taken for a new one"
            );
        }
    }
    store.close().unwrap();
    drop(store);
    let file = Connection::open(&path).unwrap();
    let broken: i64 = file
        .query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(broken, 0);
    let left: i64 = file
        .query_row(
            "SELECT count(*) FROM runs WHERE ended_at IS NOT NULL",
            [],
            |row| row.get(0),
        )
        .unwrap();
    println!(
        "{} events, {} rows forgotten and {} persons erased meanwhile; {} runs that had not ended all there, {left} ended ones left",
        THREADS * EVENTS,
        rows.load(Ordering::SeqCst),
        erased.load(Ordering::SeqCst),
        held.len(),
    );
    assert!(rows.load(Ordering::SeqCst) > 0);
}
