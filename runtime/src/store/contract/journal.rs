//! Journals: whole, without gaps, never changed.

use super::*;

pub(super) fn records_come_back_as_they_were(store: &dyn Store) {
    store_run(store, run("1", "1", "Бонус"));
    let records = [
        record("1", 0),
        Record {
            kind: RecordKind::Outcome,
            step: "createOrder.rejected.editOrder".to_string(),
            iteration: "2.0".to_string(),
            attempt: 3,
            request: Some(ShownRequest {
                method: "POST".to_string(),
                url: "https://api.example/***/бонус".to_string(),
                body: vec![0, 0xff],
            }),
            outcome: Some("rejected".to_string()),
            verdict: Some("refused".to_string()),
            status: Some(422),
            answer: Some("{\"ошибка\":\"нет\"}\0".as_bytes().to_vec()),
            message: Some("телефон не принят".to_string()),
            ..record("1", 1)
        },
        Record {
            answer: Some(Vec::new()),
            status: Some(65535),
            ..record("1", 2)
        },
        Record {
            kind: RecordKind::End,
            message: Some("конец".to_string()),
            ..record("1", 3)
        },
    ];
    for record in &records {
        assert_eq!(write(store, Write::Journal(record.clone())), Written::Done);
    }
    assert_eq!(store.journal(&run_id("1")).unwrap(), records);
    assert_eq!(store.journal(&run_id("2")).unwrap(), []);
}

pub(super) fn a_gap_in_a_journal_is_refused(store: &dyn Store) {
    store_run(store, run("1", "1", "Бонус"));
    assert!(is_refused(&commit(
        store,
        vec![Write::Journal(record("1", 1))]
    )));
    write(store, Write::Journal(record("1", 0)));
    assert!(is_refused(&commit(
        store,
        vec![Write::Journal(record("1", 2))]
    )));
    assert_eq!(store.journal(&run_id("1")).unwrap(), [record("1", 0)]);
}

pub(super) fn a_record_is_never_replaced(store: &dyn Store) {
    store_run(store, run("1", "1", "Бонус"));
    write(store, Write::Journal(record("1", 0)));
    for again in [
        record("1", 0),
        Record {
            attempt: 2,
            ..record("1", 0)
        },
    ] {
        assert!(is_refused(&commit(store, vec![Write::Journal(again)])));
    }
    assert_eq!(store.journal(&run_id("1")).unwrap(), [record("1", 0)]);
}

pub(super) fn a_journal_of_an_unknown_run_is_refused(store: &dyn Store) {
    assert!(is_refused(&commit(
        store,
        vec![Write::Journal(record("1", 0))]
    )));
}

pub(super) fn one_batch_may_create_a_run_and_begin_its_journal(store: &dyn Store) {
    let batch = vec![
        Write::Ingest(event("1")),
        routed("1", vec![(run("1", "1", "Бонус"), None)]),
        Write::Journal(record("1", 0)),
        Write::Journal(record("1", 1)),
        moved("1", RunState::Done, 5),
    ];
    assert_eq!(commit(store, batch).unwrap().len(), 5);
    assert_eq!(store.journal(&run_id("1")).unwrap().len(), 2);
    assert_eq!(
        store.run(&run_id("1")).unwrap().unwrap().state,
        RunState::Done
    );
}
