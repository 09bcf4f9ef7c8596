//! What every store does: one function for each point, run for every store.
//!
//! A new point is a function in one of these files and its name in [`points!`].
#![allow(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod batches;
mod effects;
mod erasing;
mod events;
mod history;
mod journal;
mod keeping;
mod polls;
mod routing;

use std::sync::mpsc;

use jiff::Timestamp;

use super::*;

/// Names every point once; each store makes its tests from the list.
macro_rules! points {
    ($($file:ident { $($point:ident)* })*) => {
        mod memory {
            use std::sync::Arc;

            use crate::store::Memory;

            $($(#[test] fn $point() { super::$file::$point(&Memory::new()); })*)*

            #[test]
            fn a_done_may_commit() {
                super::batches::a_done_may_commit(Arc::new(Memory::new()));
            }
        }

        mod sqlite {
            use std::sync::Arc;

            $($(#[test] fn $point() {
                let folder = tempfile::tempdir().unwrap();
                super::$file::$point(&super::in_file(folder.path()));
            })*)*

            #[test]
            fn a_done_may_commit() {
                let folder = tempfile::tempdir().unwrap();
                super::batches::a_done_may_commit(Arc::new(super::in_file(folder.path())));
            }
        }
    };
}

points! {
    events {
        an_event_is_read_back_byte_for_byte
        the_same_key_is_a_duplicate_with_the_first_id
        the_same_key_with_another_body_counts_a_conflict
        another_identity_with_the_same_key_is_another_event
        events_without_a_key_are_never_duplicates
        an_id_is_used_once
        a_payload_is_set
        a_payload_of_an_unknown_event_is_refused
        unfinished_events_come_oldest_first
        events_come_newest_first_up_to_the_limit
        the_last_key_of_an_identity_is_found
        rejects_come_newest_first
        rejects_are_bounded
    }
    batches {
        a_batch_is_written_whole_or_not_at_all
        everything_a_refused_batch_changed_is_as_before
        an_empty_batch_is_written
        results_stand_in_the_order_of_the_writes
        batches_are_answered_in_order
        a_refused_batch_does_not_spoil_the_others
        eight_threads_each_see_their_own_results
        a_closed_store_takes_nothing
        times_are_kept_to_the_microsecond
    }
    polls {
        a_poll_stores_its_events_and_its_cursor
        what_a_poll_shows_again_is_left_as_it_is
        a_poll_and_a_delivery_know_each_others_keys
        a_cursor_is_replaced_and_keeps_the_rest_of_a_question
        a_refused_batch_moves_no_cursor
        each_bundle_hears_a_key_once
        an_event_that_could_not_be_fetched_gives_its_key_back
    }
    routing {
        a_run_is_created_for_each_rule
        a_repeated_routing_changes_nothing
        an_event_that_is_dead_or_unrouted_keeps_the_reason
        rules_that_do_not_act_are_kept_with_the_reason
        a_taken_once_key_names_the_first_run
        two_rules_may_use_the_same_once_key
        a_once_key_is_free_again_when_its_time_is_over
        a_once_key_stays_taken_when_the_run_fails
        a_repeated_routing_of_a_duplicate_stays_a_duplicate
        a_run_of_another_event_is_refused
        a_routing_of_an_unknown_event_is_refused
        a_rule_that_acts_at_last_is_no_longer_passed
        a_run_that_is_let_through_gets_its_keys_and_takes_them_once
        a_once_key_counts_from_when_the_run_was_let_through
        a_delivery_whose_key_was_forgotten_has_effects_of_its_own
    }
    journal {
        records_come_back_as_they_were
        a_gap_in_a_journal_is_refused
        a_record_is_never_replaced
        a_journal_of_an_unknown_run_is_refused
        one_batch_may_create_a_run_and_begin_its_journal
    }
    history {
        a_run_moves_through_its_states
        a_move_of_an_unknown_run_is_refused
        unfinished_runs_come_oldest_first
        runs_are_found_by_bundle_rule_state_and_time
        runs_are_found_by_text
        runs_are_found_by_states_key_and_end_of_time
        runs_are_found_by_a_part_of_their_id
        runs_come_newest_first_up_to_the_limit
        runs_of_an_event_come_in_the_order_of_the_routing
        the_last_activated_version_is_active
        sources_of_earlier_versions_stay
    }
    effects {
        an_effect_is_claimed_by_one_run
        a_taken_effect_that_was_applied_comes_with_its_record
        what_was_applied_stays_so
        only_the_holder_settles_an_effect
        what_an_ended_run_did_not_do_is_free
        a_refused_batch_claims_nothing
        a_redriven_run_takes_over_journal_and_effects
        a_redrive_of_an_event_that_is_gone_is_refused
        only_runs_that_have_not_ended_are_checked_first
        the_last_recovery_is_known
        a_pause_is_replaced_and_taken_away
        the_audit_comes_newest_first
        effects_are_found_by_state_action_key_and_time
    }
    keeping {
        bodies_of_what_has_ended_are_forgotten
        nothing_is_forgotten_of_what_has_not_ended
        a_run_that_was_made_again_holds_its_event
        a_delivery_key_is_free_after_its_time
        a_key_that_is_shown_again_is_kept
        events_go_with_their_runs_and_journals
        a_run_that_is_gone_cannot_be_made_again
        a_once_key_goes_when_its_time_is_over
        the_effect_ledger_outlives_what_it_is_about
        an_applied_effect_whose_answer_is_gone_has_no_record
        versions_that_nothing_needs_go
        rejects_are_forgotten
    }
    erasing {
        a_person_is_erased_wherever_they_are
        others_stay_as_they_are
        the_proof_of_an_erasure_stays_and_names_nobody
        a_person_with_unfinished_runs_is_not_erased
        an_event_that_is_not_routed_yet_holds_an_erasure_up
        unfinished_runs_are_cancelled_if_that_is_ordered
        a_trial_of_an_erasure_changes_nothing
        a_note_that_names_the_person_is_refused
        an_erased_person_may_come_again
        a_run_is_not_made_again_when_its_person_was_erased
    }
}

fn in_file(folder: &Path) -> Sqlite {
    Sqlite::open(&folder.join("ondo.db"), Options::default()).unwrap()
}

/// Writes a batch and waits for what came of it.
fn commit(store: &dyn Store, batch: Vec<Write>) -> Result<Vec<Written>, Error> {
    let (sender, receiver) = mpsc::channel();
    store.commit(
        batch,
        Box::new(move |written| sender.send(written).unwrap()),
    );
    receiver.recv().unwrap()
}

/// Writes one change that must be possible.
fn write(store: &dyn Store, write: Write) -> Written {
    commit(store, vec![write]).unwrap().remove(0)
}

fn is_refused(result: &Result<Vec<Written>, Error>) -> bool {
    matches!(result, Err(Error::Refused(_)))
}

/// A moment: seconds after an evening in March.
fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_772_000_000 + second).unwrap()
}

/// Who let a run be done again.
pub(super) fn redriven() -> Audit {
    Audit {
        at: at(9),
        who: "Ольга".to_owned(),
        what: "redriven".to_owned(),
        subject: "прогон".to_owned(),
        note: "по просьбе гостя".to_owned(),
    }
}

fn event_id(id: &str) -> EventId {
    EventId(format!("evt_{id}"))
}

fn run_id(id: &str) -> RunId {
    RunId(format!("run_{id}"))
}

/// A received event whose key is its id.
fn event(id: &str) -> Event {
    Event {
        id: event_id(id),
        at: at(0),
        bundle: "кафе".to_string(),
        account: "касса".to_string(),
        connector: "iiko".to_string(),
        name: "orderClosed".to_string(),
        args: vec![("path".to_string(), "/заказы".to_string())],
        key: Some(id.to_string()),
        identity: "iiko|https://api.example".to_string(),
        headers: vec![("content-type".to_string(), "application/json".to_string())],
        body: format!("{{\"гость\":\"Анна\",\"заказ\":\"{id}\"}}").into_bytes(),
        payload: None,
        enrich: None,
        state: EventState::Received,
        reason: None,
        repeats: 0,
        conflicts: 0,
    }
}

/// A run of `rule` that is ready.
fn run(id: &str, of: &str, rule: &str) -> Run {
    Run {
        id: run_id(id),
        event: event_id(of),
        bundle: "кафе".to_string(),
        rule: rule.to_string(),
        version: Version("v1".to_string()),
        created_at: at(1),
        state: RunState::Ready,
        due: None,
        reason: None,
        step: None,
        ended_at: None,
        once_key: None,
        order_key: None,
        redrive_of: None,
        check_first: false,
        origin: String::new(),
    }
}

/// A run that may act once for `key`.
fn once(id: &str, of: &str, rule: &str, key: &str) -> Run {
    Run {
        once_key: Some(key.to_string()),
        ..run(id, of, rule)
    }
}

/// Ends the routing of an event with runs and without passed rules.
fn routed(of: &str, runs: Vec<(Run, Option<Timestamp>)>) -> Write {
    Write::Route {
        event: event_id(of),
        state: EventState::Routed,
        reason: None,
        runs,
        passed: Vec::new(),
    }
}

/// Stores an event and one run for it, both under the same short id.
fn store_run(store: &dyn Store, run: Run) {
    let short = run.event.0.trim_start_matches("evt_").to_string();
    let known = store.event(&run.event).unwrap().is_some();
    if !known {
        write(store, Write::Ingest(event(&short)));
    }
    let id = run.id.clone();
    assert_eq!(
        write(store, routed(&short, vec![(run, None)])),
        Written::Routed(vec![Routed::Created(id)])
    );
}

fn moved(id: &str, state: RunState, second: i64) -> Write {
    Write::RunState {
        run: run_id(id),
        state,
        due: None,
        reason: None,
        step: None,
        at: at(second),
    }
}

fn record(id: &str, seq: u32) -> Record {
    Record {
        run: run_id(id),
        seq,
        at: at(2),
        kind: RecordKind::Intent,
        step: "addBonus".to_string(),
        iteration: String::new(),
        attempt: 1,
        digest: "d1".to_string(),
        key: "k1".to_string(),
        identity: "plazius|https://api.example".to_string(),
        action: "plazius.addBonus".to_string(),
        request: None,
        outcome: None,
        verdict: None,
        status: None,
        answer: None,
        message: None,
    }
}
