//! Questions that are asked often go through an index: a store holds months of events.

use super::*;

/// How SQLite would answer.
fn plan(sql: &str) -> String {
    let (_folder, path) = place();
    open(&path).unwrap().close().unwrap();
    let connection = open::reader(&path).unwrap();
    let mut statement = connection
        .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
        .unwrap();
    let parameters = vec![rusqlite::types::Null; statement.parameter_count()];
    let steps = statement
        .query_map(rusqlite::params_from_iter(parameters), |row| {
            row.get::<_, String>("detail")
        })
        .unwrap();
    steps.map(Result::unwrap).collect::<Vec<_>>().join("; ")
}

#[test]
fn what_is_unfinished_is_found_without_reading_what_is_finished() {
    assert_eq!(
        plan(reads::UNFINISHED_EVENTS),
        "SCAN events USING INDEX events_unfinished"
    );
    let runs = plan(reads::UNFINISHED_RUNS);
    assert!(
        runs.starts_with("SEARCH runs USING INDEX runs_unfinished (n>?)"),
        "{runs}"
    );
    // Pages of a million runs are not sorted each.
    assert!(!runs.contains("TEMP B-TREE"), "{runs}");
}

#[test]
fn a_known_key_is_found_by_its_index() {
    let sql = writes::COUNT_REPEAT;
    assert_eq!(
        plan(sql),
        "SEARCH events USING COVERING INDEX events_key (identity=? AND key=? AND bundle=?)"
    );
    assert_eq!(
        plan(polls::KNOWN),
        "SEARCH events USING INDEX events_key (identity=? AND key=? AND bundle=?)"
    );
}

#[test]
fn history_is_searched_by_an_index_and_needs_no_sorting() {
    let search = |filter: RunFilter| plan(&filter::sql(&filter).unwrap().0);
    let text = |text: &str| Some(text.to_string());
    let all = RunFilter::default();
    let by_rule = RunFilter {
        bundle: text("кафе"),
        rule: text("Бонус"),
        ..all.clone()
    };
    let by_state = RunFilter {
        states: vec![crate::store::RunState::InDoubt],
        ..all.clone()
    };
    let since = RunFilter {
        since: Some(event("1").at),
        ..all.clone()
    };

    assert_eq!(search(all), "SCAN runs USING INDEX runs_by_time");
    assert_eq!(
        search(since),
        "SEARCH runs USING INDEX runs_by_time (created_at>?)"
    );
    assert_eq!(
        search(by_state),
        "SEARCH runs USING INDEX runs_by_state (state=?)"
    );
    assert_eq!(
        search(by_rule),
        "SEARCH runs USING INDEX runs_by_rule (bundle=? AND rule=?)"
    );
}

#[test]
fn whether_a_rule_has_acted_on_an_event_is_found_by_the_event() {
    let plan = plan(routing::PASS);
    assert!(
        plan.contains("SEARCH runs USING INDEX runs_by_event (event=?)"),
        "{plan}"
    );
}

#[test]
fn whether_an_origin_is_taken_is_found_by_it() {
    assert_eq!(
        plan(routing::ORIGIN_TAKEN),
        "SEARCH runs USING INDEX runs_by_origin (origin=?)"
    );
}
