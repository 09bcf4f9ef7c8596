//! What must not happen twice, what must not leak, and findings as a whole.

use super::{finds, sound};

/// An unsafe call with all it needs.
const PAY: &str = "till.pay(guest: { type: \"card\", card: \"1\" }, organization: \"1\", amount: 5, comment: \"\")";

fn pay(prefix: &str, suffix: &str) -> String {
    format!("{prefix}{PAY}{suffix}")
}

// ---- effects

#[test]
fn an_unsafe_action_without_an_entity_repeats() {
    finds(
        &pay("on shop.visit do ", ""),
        &[
            "repeats-effect @ 1:18 `till.pay` happens each time it is called, and nothing says what makes two events one | once per EXPR, or once per event",
        ],
    );
    sound(&pay("on shop.visit once per page do ", ""));
    sound(&pay("on shop.visit once per event do ", ""));
}

#[test]
fn a_kind_of_an_event_is_about_the_same_thing() {
    sound(&pay("on shop.order_paid do ", ""));
}

#[test]
fn a_schedule_has_no_entity() {
    finds(
        &pay("rule x: every 5m do ", ""),
        &[
            "repeats-effect @ 1:21 `till.pay` happens each time it is called, and nothing says what makes two events one | once per EXPR, or once per event",
        ],
    );
}

#[test]
fn a_harmless_action_needs_no_once() {
    sound("on shop.visit do shop.note(id: 1, text: page)");
}

#[test]
fn retry_on_an_unsafe_action_is_an_error() {
    finds(
        &pay("on shop.order do ", " retry 5"),
        &[
            "retry-unsafe @ 1:106 `till.pay` must not be repeated blindly: an answer that was lost may mean that it was done | leave `retry` out: what was certainly not sent is repeated anyway; all else waits for a person",
        ],
    );
    finds(
        &pay("on shop.order do ", " retry 5 when busy, transient"),
        &[
            "retry-unsafe @ 1:125 after `transient` nobody knows whether `till.pay` was done, so it must not be repeated | when rejected, busy",
        ],
    );
    sound(&pay("on shop.order do ", " retry 5 when busy"));
    sound(&pay("on shop.order do ", " backoff 1s..5m"));
}

#[test]
fn a_keyed_action_may_be_retried() {
    sound(
        "on shop.order do till.create(key: \"1\", lines: []) retry 5 backoff 2s..5m when transient",
    );
}

#[test]
fn an_unsafe_action_in_a_loop_needs_a_key() {
    finds(
        &pay("on shop.order do { for i in items { ", " } }"),
        &[
            "loop-needs-key @ 1:37 `till.pay` happens each time it is called; in a loop each call needs a key, so that none is made twice | key \"{…}\" with what tells the iterations apart",
        ],
    );
    sound(&pay(
        "on shop.order do { for i in items { ",
        " key \"{id}/{i.id}\" } }",
    ));
}

// ---- data

#[test]
fn personal_data_goes_to_personal_fields_without_a_declaration() {
    sound(
        "on shop.order when phone != null do till.pay(guest: { type: \"phone\", phone: e164(phone) }, organization: \"1\", amount: 5, comment: \"\")",
    );
}

#[test]
fn personal_data_in_another_field_is_a_lint() {
    finds(
        "on shop.order when phone != null do till.pay(guest: { type: \"card\", card: phone }, organization: \"1\", amount: 5, comment: \"{mask(phone)}\")",
        &[
            "personal-data @ 1:75 `phone` is personal, but `card` of till.Guest is not meant for such data | allow personal -> till",
        ],
    );
}

#[test]
fn with_a_declaration_only_those_named_are_sent_it() {
    let bundle = "on shop.order when phone != null do till.pay(guest: { type: \"phone\", phone: e164(phone) }, organization: \"1\", amount: 5, comment: \"\")";
    sound(&format!("allow personal -> till\n{bundle}"));
    finds(
        &format!("allow personal -> shop\n{bundle}"),
        &[
            "personal-data @ 2:77 `phone` is personal, and till is not among those who may be sent it (`phone` of till.Guest) | allow personal -> …, till",
        ],
    );
}

#[test]
fn personal_data_may_go_back_where_it_came_from() {
    sound(
        "allow personal -> till\non shop.order when phone != null do { shop.note(id: id, text: phone) till.old(id: id) }",
    );
}

#[test]
fn a_consent_that_nobody_needs_is_unused() {
    finds(
        "allow personal -> shop, till\non shop.order when phone != null do shop.note(id: id, text: phone)",
        &["unused @ 1:25 no rule calls `till`, so nothing personal is sent there"],
    );
}

#[test]
fn a_field_that_does_not_exist_is_not_personal_too() {
    finds(
        "on shop.order do till.pay(guest: { type: \"card\", card: \"1\" }, organization: \"1\", amount: 5, comment: \"{customer?.nmae}\")",
        &["unknown-field @ 1:114 `shop.Customer` has no field `nmae` | name"],
    );
}

#[test]
fn what_a_function_makes_of_personal_data_is_personal() {
    let bundle = "fn who(c: shop.Customer?) -> string = c?.name ?? \"\"
fn level(c: shop.Customer?) -> string = if c?.vip == true then \"vip\" else \"\"
on shop.order do till.pay(guest: { type: \"card\", card: level(customer) }, organization: \"1\", amount: 5, comment: who(customer))";
    finds(
        bundle,
        &[
            "personal-data @ 3:114 `name` is personal, but `comment` of `till.pay` is not meant for such data | allow personal -> till",
        ],
    );
    sound(
        "fn who(c: shop.Customer?) -> string = c?.name ?? \"\"\non shop.order do shop.note(id: id, text: who(customer))",
    );
}

#[test]
fn a_secret_never_becomes_text() {
    finds(
        "on shop.order do shop.note(id: id, text: secret \"X\")",
        &[
            "secret-leak @ 1:42 a secret cannot become part of `text` of `shop.note` | a secret goes whole into a setting of an account, or a header or query value of http.request",
        ],
    );
}

#[test]
fn a_secret_does_not_stand_in_a_bundle() {
    finds(
        "account t = till { token: \"abc\" }\non shop.order do t.old(id: id)",
        &[
            "plain-secret @ 1:27 `token` of till is a secret and cannot stand in the text of a bundle | token: secret \"…\"",
        ],
    );
}

#[test]
fn an_account_has_the_settings_its_connector_needs() {
    finds(
        "account t = till { agnt: \"1\", token: secret \"T\" }\naccount u = till { agent: \"1\" }\non shop.order do t.old(id: id)",
        &[
            "unknown-setting @ 1:20 till has no setting `agnt` | agent",
            "missing-setting @ 2:9 an account of till needs the setting `token` | token: secret \"…\"",
        ],
    );
}

#[test]
fn what_the_declared_system_does_not_know_is_too_new() {
    finds(
        "account t = till { token: secret \"T\", agent: \"2.7.9\" }\non shop.order do t.old(id: id)",
        &["too-new @ 2:18 `t.old` is known since version 2.7.9.1, but `t` has 2.7.9"],
    );
    sound(
        "account t = till { token: secret \"T\", agent: \"2.7.10\" }\non shop.order do t.old(id: id)",
    );
}

#[test]
fn all_errors_are_reported_in_the_order_of_the_text() {
    finds(
        "const A = nothing\non shop.order as o when o.nubmer == 5 do shop.note(id: o.nothing, txt: \"\")",
        &[
            "unknown-name @ 1:11 there is no `nothing` | \"nothing\", if it is a text",
            "unknown-field @ 2:27 `shop.order` has no field `nubmer` | number",
            "unknown-field @ 2:58 `shop.order` has no field `nothing`",
            "unknown-argument @ 2:67 `shop.note` has no argument `txt` | text",
        ],
    );
}

#[test]
fn built_in_functions_of_any_type_take_only_some() {
    finds(
        "on shop.order as o do shop.note(id: int(o.total), text: join(o.items, \", \"))",
        &[
            "type-mismatch @ 1:41 `int` takes a number or text, but `o.total` is money | amount(o.total)",
            "type-mismatch @ 1:62 `join` takes something with a text of its own, but `o.items` is shop.Item | join(x.name for x in o.items)",
        ],
    );
    finds(
        "on shop.order as o when max(o.items) == null do stop",
        &[
            "type-mismatch @ 1:29 `max` takes values with an order, but `o.items` is shop.Item | max_by(x.price for x in o.items)",
        ],
    );
}

#[test]
fn elements_that_can_be_absent_have_no_largest() {
    finds(
        "on shop.order as o do shop.note(id: 1, text: max(i.offer?.externalId for i in o.items) ?? \"\")",
        &[
            "type-mismatch @ 1:50 `max` takes values with an order, but `i.offer?.externalId for i in o.items` is text or null | max(compact(i.offer?.externalId for i in o.items))",
        ],
    );
    sound(
        "on shop.order as o do shop.note(id: 1, text: max(compact([i.offer?.externalId for i in o.items])) ?? \"\")",
    );
}

#[test]
fn a_number_that_is_written_beside_money_is_money() {
    sound("on shop.order as o do shop.edit(id: o.id, total: clamp(o.total, 0, 500))");
}

#[test]
fn users_of_a_broken_declaration_are_not_blamed() {
    finds(
        "const X = 5 +\non shop.order as o do shop.note(id: o.idd, text: X)",
        &[
            "expected @ 2:1 expected a value, found `on`",
            "unknown-field @ 2:39 `shop.order` has no field `idd` | id",
        ],
    );
}

#[test]
fn a_loop_goes_through_lists_only() {
    finds(
        "on shop.order as o do { for i in o.customer { shop.note(id: 1, text: \"\") } }",
        &["type-mismatch @ 1:34 `for` goes through a list, but `o.customer` is shop.Customer"],
    );
}

#[test]
fn an_action_that_answers_nothing_has_no_fields() {
    finds(
        "on shop.order as o do {\n  let a = shop.note(id: o.id, text: \"\")\n  shop.edit(id: a.id)\n}",
        &["not-an-object @ 3:19 `id` cannot be read from null"],
    );
}

#[test]
fn a_condition_that_can_be_absent_is_compared() {
    finds(
        "on shop.order as o when o.customer?.vip do stop",
        &[
            "possibly-null @ 1:25 `o.customer?.vip` can be absent, but `when` needs true or false | o.customer?.vip == true",
        ],
    );
}

#[test]
fn the_only_possible_value_of_a_missing_field_is_shown() {
    finds(
        "on shop.order as o do till.pay(guest: { phone: e164(o.number) }, organization: \"1\", amount: 5, comment: \"\")",
        &["missing-field @ 1:39 till.Guest needs the field `type` | type: \"phone\""],
    );
}

#[test]
fn a_let_remembers_the_newest_field_it_sets() {
    finds(
        "account t = till { token: secret \"T\", agent: \"2.7.9\" }
on shop.order as o do {
  let extra: till.Extra = { tip: o.total, note: \"\" }
  t.serve(to: { kind: \"door\" }, by: { card: \"1\" }, extra: extra)
}",
        &["too-new @ 3:34 `tip` of till.Extra is known since version 2.7.9.1, but `t` has 2.7.9"],
    );
}

#[test]
fn a_reason_holds_no_personal_data() {
    finds(
        "on shop.order as o when o.phone != null do { if o.id == 1 { stop \"no {o.phone}\" } shop.note(id: o.id ?? fail \"{o.phone}\", text: \"{mask(o.phone)}\") }",
        &[
            "personal-data @ 1:66 `phone` is personal, but a reason stands in the history of the run | mask(…)",
            "needless-default @ 1:97 `o.id` is always there, so `??` never does anything | o.id",
            "personal-data @ 1:110 `phone` is personal, but a reason stands in the history of the run | mask(…)",
        ],
    );
}

#[test]
fn a_field_that_is_needed_in_this_case_is_missing() {
    let serve =
        |to: &str| format!("on shop.order as o do till.serve(to: {to}, by: {{ card: \"1\" }})");
    let found = super::check(&serve("{ kind: \"table\" }"));
    assert!(
        found.len() == 1 && found[0].starts_with("missing-field @ 1:38"),
        "{found:?}"
    );
    sound(&serve("{ kind: \"door\" }"));
    sound(&serve("{ kind: \"table\", table: 5 }"));
    sound(&serve(
        "{ kind: if o.total > 5 then \"table\" else \"door\" }",
    ));
}

#[test]
fn the_only_one_of_several_must_be_there() {
    let found = super::check(
        "on shop.order as o do till.serve(to: { kind: \"door\" }, by: { phone: o.phone?.e164() })",
    );
    assert!(
        found.len() == 1 && found[0].starts_with("possibly-null"),
        "{found:?}"
    );
}
