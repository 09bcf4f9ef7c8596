//! Comments that silence a warning.

use super::{finds, sound};

/// A rule with a needless default in its third line, with a comment in it.
fn rule(above: &str, before: &str, behind: &str) -> String {
    format!(
        "{above}on shop.order as o do\n{before}\n  shop.note(id: o.id ?? 5, text: \"\"){behind}\n"
    )
}

const ALLOW: &str = "// ondo: allow needless-default because the vendor may change it";
const NEEDLESS: &str =
    "needless-default @ 3:17 `o.id` is always there, so `??` never does anything | o.id";

#[test]
fn a_comment_stands_on_the_line_before() {
    sound(&rule("", ALLOW, ""));
    sound(&rule("", &format!("  {ALLOW}"), ""));
}

#[test]
fn a_comment_stands_at_the_end_of_the_line() {
    sound(&rule("", "", &format!("  {ALLOW}")));
}

#[test]
fn a_comment_above_a_rule_stands_for_all_of_it() {
    sound(&rule(&format!("{ALLOW}\n"), "", ""));
    sound(&rule(
        &format!("{ALLOW}\n// The shop's own rule.\n"),
        "",
        "",
    ));
}

#[test]
fn a_comment_above_another_rule_stands_for_that_one_only() {
    let first = format!("{ALLOW}\nrule a: on shop.visit do shop.note(id: 1, text: page)\n");
    finds(
        &rule(&format!("{first}rule b: "), "", ""),
        &[
            "unused-allow @ 1:16 `needless-default` is not found here, so there is nothing to allow | leave the comment out",
            "needless-default @ 5:17 `o.id` is always there, so `??` never does anything | o.id",
        ],
    );
}

#[test]
fn several_codes_share_a_reason() {
    sound(
        "on shop.order as o do\n  // ondo: allow needless-default, needless-catch because they show what is meant\n  shop.note(id: o.id ?? 5, text: o.number catch \"\")",
    );
}

#[test]
fn a_reason_is_needed() {
    let wanted = "allow-comment @ 2:1 nothing says why `needless-default` is allowed here, so it is not | // ondo: allow needless-default because …";
    for comment in [
        "// ondo: allow needless-default",
        "// ondo: allow needless-default because",
        "// ondo: allow needless-default since it is meant",
    ] {
        finds(&rule("", comment, ""), &[wanted, NEEDLESS]);
    }
}

#[test]
fn a_mistyped_code_has_a_nearest_one() {
    finds(
        &rule("", "// ondo: allow needles-default because it is meant", ""),
        &[
            "allow-comment @ 2:16 there is no finding `needles-default`, so nothing is allowed | needless-default",
            NEEDLESS,
        ],
    );
}

#[test]
fn another_word_than_allow_is_explained() {
    finds(
        &rule("", "// ondo: ignore needless-default", ""),
        &[
            "allow-comment @ 2:1 behind `ondo:` in a comment stands what is allowed, and why | // ondo: allow CODE because REASON",
            NEEDLESS,
        ],
    );
}

#[test]
fn an_error_cannot_be_silenced() {
    finds(
        "on shop.order as o do\n  // ondo: allow unknown-field because it will come\n  shop.note(id: o.idd, text: \"\")",
        &[
            "allow-comment @ 2:18 `unknown-field` is an error here; errors cannot be allowed, because a bundle with one does not run",
            "unknown-field @ 3:19 `shop.order` has no field `idd` | id",
        ],
    );
}

#[test]
fn a_comment_that_silences_nothing_is_told() {
    finds(
        "on shop.order as o do\n  // ondo: allow needless-catch because it is meant\n  shop.note(id: o.id, text: \"\")",
        &[
            "unused-allow @ 2:18 `needless-catch` is not found here, so there is nothing to allow | leave the comment out",
        ],
    );
}
