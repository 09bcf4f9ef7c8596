//! Tests inside of bundles: every name, field and outcome is checked.

use super::{check, compiled, finds, sound};
use crate::ir::{Occurs, TestReply, TestStepKind};

/// A rule that pays, and a test with these lines.
fn with_test(lines: &str) -> String {
    format!(
        "on shop.order when phone != null do till.pay(guest: {{ type: \"phone\", phone: e164(phone, region: \"RU\") }}, organization: \"1\", amount: total, comment: number)\ntest \"t\" {{\n{lines}\nexpect run done\n}}"
    )
}

fn only(lines: &str, expected: &str) {
    let found = check(&with_test(lines));
    let errors: Vec<&String> = found
        .iter()
        .filter(|line| !line.starts_with("unused"))
        .collect();
    assert_eq!(errors, [expected], "in\n{lines}");
}

#[test]
fn a_test_says_only_some_fields() {
    sound(&with_test(
        "given shop.order with { status: \"paid\", customer: { vip: true } }\nreply till.pay -> rejected { code: \"7\" } then ok\nexpect till.pay(guest: { phone: \"+79990001122\" }, amount: 5) once\nexpect run done\nexpect no run",
    ));
}

#[test]
fn a_mistyped_field_of_given_has_a_nearest_one() {
    only(
        "given shop.order with { statsu: \"paid\" }",
        "unknown-field @ 3:25 `shop.Order` has no field `statsu` | status",
    );
}

#[test]
fn a_value_of_given_is_among_those_of_the_field() {
    let found = check(&with_test("given shop.order with { status: \"payed\" }"));
    assert!(found[0].starts_with("enum-value @ 3:33"), "{found:?}");
}

#[test]
fn a_mistyped_argument_of_expect_has_a_nearest_one() {
    only(
        "expect till.pay(amonut: 5)",
        "unknown-argument @ 3:17 `till.pay` has no argument `amonut` | amount",
    );
}

#[test]
fn a_mistyped_action_has_a_nearest_one() {
    only(
        "expect no till.pya",
        "unknown-action @ 3:16 till has no action `pya` | pay",
    );
}

#[test]
fn a_mistyped_outcome_has_a_nearest_one() {
    let found = check(&with_test("reply till.pay -> rejectd"));
    assert!(
        found[0].starts_with("unknown-outcome @ 3:19") && found[0].ends_with("| rejected"),
        "{found:?}"
    );
}

#[test]
fn a_state_of_a_run_is_one_of_them() {
    let found = check(&with_test("expect run don"));
    assert!(
        found[0].starts_with("unknown-word @ 3:12") && found[0].ends_with("| done"),
        "{found:?}"
    );
}

#[test]
fn a_moment_has_to_be_one() {
    only(
        "at \"tomorrow\"",
        "unreadable-literal @ 3:4 `tomorrow` is no moment | at \"2026-11-21T10:00:00+03:00\"",
    );
    sound(&with_test("at \"2026-11-21T10:00\""));
}

#[test]
fn a_fixture_stays_in_the_folder() {
    for path in ["../a.json", "/etc/hostname", "C:/a.json", "a//b.json"] {
        only(
            &format!("given shop.order from \"{path}\""),
            &format!(
                "unknown-file @ 3:23 a test takes its files from the folder of the bundle, `{path}` leads elsewhere | from \"fixtures/order.json\""
            ),
        );
    }
}

#[test]
fn a_test_speaks_of_accounts_that_rules_use() {
    only(
        "expect no door.post",
        "unknown-connector @ 3:11 no rule of this bundle uses `door`, so no test can speak of it",
    );
    let program = compiled(&with_test("expect no till.pay")).program.unwrap();
    assert_eq!(program.accounts.len(), 2);
}

#[test]
fn two_tests_of_one_name_are_an_error() {
    let text = format!(
        "{}\ntest \"t\" {{ expect no run }}",
        with_test("expect no run")
    );
    finds(
        &text,
        &[
            "declared-twice @ 6:6 test `t` has the name of another declaration | give the test another name",
        ],
    );
}

#[test]
fn applied_before_a_timeout_is_one_reply() {
    let lines = "reply till.pay -> applied then timeout then timeout then applied then ok";
    let program = compiled(&with_test(lines)).program.unwrap();
    let TestStepKind::Reply { replies, .. } = &program.tests[0].steps[0].kind else {
        panic!("{:?}", program.tests[0].steps);
    };
    assert!(
        matches!(
            replies.as_slice(),
            [
                TestReply::Timeout { applied: true },
                TestReply::Timeout { applied: false },
                TestReply::Applied,
                TestReply::Outcome { .. }
            ]
        ),
        "{replies:?}"
    );
}

#[test]
fn how_often_is_a_number() {
    let program = compiled(&with_test("expect till.pay 3 times"))
        .program
        .unwrap();
    let TestStepKind::ExpectCall { occurs, .. } = &program.tests[0].steps[0].kind else {
        panic!("{:?}", program.tests[0].steps);
    };
    assert_eq!(*occurs, Occurs::Times(3));
    only(
        "expect till.pay 0 times",
        "not-constant @ 3:17 `times` must be more than zero | expect no account.action",
    );
}
