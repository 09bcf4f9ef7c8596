//! What can be decided about values that are written out.

use super::finds;

#[test]
fn a_version_is_put_in_quotes() {
    finds(
        "bundle b { version: 1 }",
        &[
            "type-mismatch @ 1:21 `version` of the bundle takes text, but `1` is a whole number | \"1\"",
        ],
    );
}

#[test]
fn a_secret_has_a_name() {
    finds(
        "account a = till { token: secret \"\", organization: \"1\" }\non shop.order as o do a.pay(guest: { type: \"card\", card: \"1\" }, amount: 5, comment: \"\")",
        &[
            "missing-setting @ 1:27 `secret` needs the name under which the value of `token` is kept | secret \"TILL_TOKEN\"",
        ],
    );
}
