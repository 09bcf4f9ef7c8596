//! Actions that are done later.

use super::super::explain;
use super::{compiled, finds, sound};

const BOOK: &str = "till.book(key: \"1\")";

#[test]
fn what_a_question_is_answered_is_an_outcome_of_the_job() {
    sound(&format!(
        "on shop.order do {{ let b = {BOOK} on full as f {{ stop \"full until {{f.until}}\" }}
           shop.note(id: 1, text: b.seat) }}"
    ));
}

#[test]
fn not_yet_is_no_outcome_of_a_job() {
    finds(
        &format!("on shop.order do {BOOK} on waiting {{ stop }}"),
        &[
            "unknown-outcome @ 1:41 `till.book` has no outcome `waiting` | it answers with accepted, ok, full, rejected, busy and transient",
        ],
    );
}

#[test]
fn who_goes_on_without_the_result_may_not_have_it() {
    sound(&format!("on shop.order do {BOOK} on accepted {{ }}"));
    finds(
        &format!(
            "on shop.order do {{ let b = {BOOK} on accepted {{ }}
               shop.note(id: 1, text: b.seat) }}"
        ),
        &[
            "nullable-access @ 2:39 `b` can be absent, so nothing can be read from it without `?` | b?.seat",
        ],
    );
}

#[test]
fn what_was_accepted_is_not_sent_again() {
    finds(
        &format!("on shop.order do {BOOK} retry 3 when accepted"),
        &[
            "retry-unsafe @ 1:51 after `accepted` the result is waited for, so `till.book` is not repeated | when full, rejected, busy, transient",
        ],
    );
}

#[test]
fn it_is_explained_how_the_result_is_asked_for() {
    let compiled = compiled(&format!("on shop.order do {BOOK}"));
    let lines = explain(&compiled.program.unwrap());
    let texts: Vec<String> = lines.into_iter().map(|line| line.text).collect();
    assert!(
        texts.contains(
            &"its result is asked for with `booking` every 2s; in doubt when it is not there after 10m"
                .to_owned()
        ),
        "{texts:#?}"
    );
}
