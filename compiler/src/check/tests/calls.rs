//! Objects, branching, functions, calls, effects, data.

use super::{check, finds, sound};

/// An unsafe call with all it needs.
const PAY: &str = "till.pay(guest: { type: \"card\", card: \"1\" }, organization: \"1\", amount: 5, comment: \"\")";

fn pay(prefix: &str, suffix: &str) -> String {
    format!("{prefix}{PAY}{suffix}")
}

// ---- objects

#[test]
fn an_unknown_argument_has_a_nearest_one() {
    finds(
        "on shop.order do shop.note(id: id, txt: number)",
        &["unknown-argument @ 1:36 `shop.note` has no argument `txt` | text"],
    );
}

#[test]
fn a_missing_argument_is_named() {
    finds(
        "on shop.order do shop.note(text: number)",
        &["missing-argument @ 1:18 `shop.note` needs the argument `id` | id: …"],
    );
}

#[test]
fn an_argument_given_twice_is_an_error() {
    finds(
        "on shop.order do shop.note(id: id, text: number, id: 5)",
        &["duplicate-field @ 1:50 argument `id` is given twice"],
    );
}

#[test]
fn fields_of_the_alternative_that_is_meant_are_checked() {
    finds(
        "on shop.order do till.pay(guest: { type: \"phone\", phon: e164(number) }, organization: \"1\", amount: 5, comment: \"\")",
        &["unknown-field @ 1:51 `till.Guest` has no field `phon` | phone"],
    );
}

#[test]
fn a_spread_gives_the_fields_that_are_needed() {
    sound(
        "on shop.order as o do {\n  let base = { id: 1, price: o.total }\n  till.create(key: \"1\", lines: [{ ...base, comment: \"x\" }])\n}",
    );
}

#[test]
fn the_short_form_is_a_field() {
    sound(
        "on shop.order as o do {\n  let id = 1\n  let price = o.total\n  till.create(key: \"1\", lines: [{ id, price }])\n}",
    );
}

#[test]
fn an_argument_whose_default_needs_an_unset_setting_is_required() {
    finds(
        "account t = till { token: secret \"T\" }\non shop.order do t.pay(guest: { type: \"card\", card: \"1\" }, amount: 5, comment: \"\")",
        &[
            "missing-argument @ 2:18 `t.pay` needs the argument `organization` here: the account has no `organization` to take it from | organization: …",
        ],
    );
}

#[test]
fn arguments_of_actions_have_names() {
    finds(
        "on shop.order do shop.note(5, text: \"a\")",
        &["unnamed-argument @ 1:28 arguments of `shop.note` have names | one of id and text"],
    );
}

// ---- branching and tables

#[test]
fn a_match_over_an_enum_covers_it() {
    finds(
        "on shop.order as o do shop.note(id: 1, text: match o.status { \"new\" -> \"a\" \"paid\" -> \"b\" })",
        &[
            "not-exhaustive @ 1:46 `match` says nothing about \"done\" of shop.Status | \"done\" -> …, or else -> fail \"…\"",
        ],
    );
}

#[test]
fn a_match_over_text_needs_else() {
    finds(
        "on shop.order as o do shop.note(id: 1, text: match o.number { \"1\" -> \"a\" })",
        &[
            "not-exhaustive @ 1:46 `match` has no `else`, and text has more values than are written | else -> fail \"…\"",
        ],
    );
}

#[test]
fn an_arm_that_can_never_come_is_an_error() {
    finds(
        "on shop.order as o do shop.note(id: 1, text: match o.status { \"pad\" -> \"a\" else -> \"b\" })",
        &[
            "enum-value @ 1:63 \"pad\" is not among the values of shop.Status, which `match` takes | \"paid\"",
        ],
    );
}

#[test]
fn a_table_covers_its_enum() {
    finds(
        "table t: shop.Status -> string { \"new\" -> \"a\" \"paid\" -> \"b\" }\non shop.order do shop.note(id: 1, text: t[status])",
        &[
            "not-exhaustive @ 1:7 table `t` says nothing about \"done\" of shop.Status | \"done\" -> …, or else -> fail \"…\"",
        ],
    );
}

#[test]
fn the_key_of_a_table_is_there() {
    finds(
        "table t: string -> string { \"new\" -> \"a\" else -> \"b\" }\non shop.order do shop.note(id: 1, text: t[phone])",
        &[
            "possibly-null @ 2:43 `phone` can be absent, but the key of `t` needs text | when phone != null",
        ],
    );
}

#[test]
fn a_table_from_a_file_is_not_carried_out_yet() {
    let found = check("table skus from \"skus.csv\" key \"article\"\non shop.order do stop");
    assert_eq!(
        found[0],
        "not-yet @ 1:17 a table from a CSV file can be written, but is not carried out yet | write the rows into the table: { \"key\" -> \"value\" }"
    );
}

// ---- functions

#[test]
fn functions_that_need_each_other_are_recursion() {
    finds(
        "fn f(x: int) -> int = g(x) + 1\nfn g(x: int) -> int = f(x)\non shop.order do shop.note(id: f(id), text: \"\")",
        &["recursion @ 2:23 `f` needs itself to be computed"],
    );
}

#[test]
fn a_function_can_be_called_behind_a_dot() {
    sound(
        "fn net(i: shop.Item) -> money = i.price - (i.discount ?? 0)\non shop.order do shop.edit(id: id, total: sum(i.net() for i in items))",
    );
}

#[test]
fn the_result_of_a_function_is_what_it_says() {
    finds(
        "fn f(i: shop.Item) -> money = i.discount\non shop.order do shop.edit(id: id, total: sum(f(i) for i in items))",
        &[
            "possibly-null @ 1:31 `i.discount` can be absent, but the result of `f` needs money | if i.discount != null",
        ],
    );
}

#[test]
fn constants_may_need_each_other_but_not_in_a_circle() {
    sound("const A = B * 2\nconst B = 5\non shop.order do shop.note(id: A, text: \"\")");
    let found = check("const A = B\nconst B = A\non shop.order do shop.note(id: A, text: \"\")");
    assert_eq!(found, ["recursion @ 2:11 `A` needs itself to be computed"]);
}

// ---- json

#[test]
fn json_is_cast_before_it_is_used() {
    finds(
        "on shop.order do shop.note(id: id, text: extra.foo)",
        &[
            "untyped-json @ 1:48 nothing is known of the shape here, so `foo` cannot be read | give it a type: `as lead: { id: int }` behind the event, or `x as T`",
        ],
    );
    sound("on shop.order do shop.note(id: id, text: first(extra, `$.foo`) as string)");
}

#[test]
fn a_plain_path_over_a_typed_value_is_checked() {
    sound("on shop.order do shop.note(id: id, text: first(event, `$.customer.name`) ?? \"\")");
    finds(
        "on shop.order do shop.note(id: id, text: first(event, `$.customer.nam`) ?? \"\")",
        &["unknown-field @ 1:55 `shop.Customer` has no field `nam` | name"],
    );
}

#[test]
fn numbers_in_filters_are_refused() {
    finds(
        "on shop.order do shop.note(id: id, text: first(extra, `$[?@.a > 5]`) as string)",
        &[
            "jsonpath-number @ 1:55 numbers in a filter would lose digits when they are compared | [x for x in xs if x.price > 100]",
        ],
    );
}

#[test]
fn extend_gives_json_its_fields() {
    sound(
        "extend shop.order { customFields: { utm: string? } }\non shop.order do shop.note(id: id, text: customFields.utm ?? \"\")",
    );
}

// ---- steps and outcomes

#[test]
fn an_action_is_no_value() {
    finds(
        "on shop.order as o do shop.note(id: o.id, text: \"{shop.find(number: \"1\")}\")",
        &[
            "action-in-expression @ 1:51 `shop.find` does something outside, so it is a step and cannot stand inside a value | before this step: let find = shop.find(…)",
        ],
    );
}

#[test]
fn a_step_has_a_name_of_its_own() {
    finds(
        "on shop.order do {\n  shop.note(id: 1, text: \"\")\n  shop.note(id: 2, text: \"\")\n}",
        &[
            "duplicate-step @ 3:8 two steps of the rule are called `note`, so its history could not tell them apart | let NAME = shop.note(…)",
        ],
    );
}

#[test]
fn steps_of_handlers_and_arms_do_not_clash() {
    sound(
        "on shop.order as o do {
  shop.edit(id: o.id) on rejected { shop.note(id: 1, text: \"\") stop }
  match o.status { \"new\" -> shop.note(id: 1, text: \"\")  else -> shop.note(id: 2, text: \"\") }
  shop.note(id: 3, text: \"\")
}",
    );
}

#[test]
fn an_unknown_outcome_has_a_nearest_one() {
    finds(
        "on shop.order do shop.note(id: 1, text: \"\") on rejectd { stop }",
        &["unknown-outcome @ 1:48 `shop.note` has no outcome `rejectd` | rejected"],
    );
}

#[test]
fn a_handler_that_goes_on_makes_the_answer_nullable() {
    finds(
        "on shop.order as o do {
  let r = shop.edit(id: o.id) on rejected as e { shop.note(id: 1, text: e.message) }
  shop.note(id: r.id, text: \"\")
}",
        &[
            "nullable-access @ 3:17 `r` can be absent, so nothing can be read from it without `?` | r?.id",
        ],
    );
    sound(
        "on shop.order as o do {
  let r = shop.edit(id: o.id) on rejected as e { stop \"{e.message}\" }
  shop.note(id: r.id, text: \"\")
}",
    );
}

#[test]
fn on_error_sees_the_error_and_no_values_of_steps() {
    sound(
        "on shop.order as o do shop.edit(id: o.id)\non error as e { shop.note(id: o.id, text: \"{e.kind} at {e.step}: {e.message}\") }",
    );
    finds(
        "on shop.order as o do {\n  let x = o.id\n  shop.edit(id: x)\n}\non error { shop.note(id: x, text: \"\") }",
        &["unknown-name @ 5:26 there is no `x`"],
    );
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
fn a_schedule_has_no_entity() {
    finds(
        &pay("rule x: every 5m do ", ""),
        &[
            "not-yet @ 1:9 a rule that starts `every` so often can be written, but is not carried out yet",
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
            "retry-unsafe @ 1:125 after `transient` nobody knows whether `till.pay` was done, so it must not be repeated | name only outcomes after which it was certainly not done",
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
            "personal-data @ 1:75 `phone` is personal, but `card` of till.Guest is not meant for such data | mask(…), or allow personal -> till",
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
            "personal-data @ 2:77 `phone` is personal, and till is not among those who may be sent it (`phone` of till.Guest) | allow personal -> …, till, or mask(…)",
        ],
    );
}

#[test]
fn personal_data_may_go_back_where_it_came_from() {
    sound(
        "allow personal -> till\non shop.order when phone != null do shop.note(id: id, text: phone)",
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
            "personal-data @ 3:114 `name` is personal, but `comment` of `till.pay` is not meant for such data | mask(…), or allow personal -> till",
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
            "unknown-name @ 1:11 there is no `nothing`",
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
            "type-mismatch @ 1:62 `join` takes something with a text of its own, but `o.items` is shop.Item",
        ],
    );
    finds(
        "on shop.order as o when max(o.items) == null do stop",
        &["type-mismatch @ 1:29 `max` takes values with an order, but `o.items` is shop.Item"],
    );
}

#[test]
fn elements_that_can_be_absent_have_no_largest() {
    finds(
        "on shop.order as o do shop.note(id: 1, text: max(i.offer?.externalId for i in o.items) ?? \"\")",
        &[
            "type-mismatch @ 1:50 `max` takes values with an order, but `i.offer?.externalId for i in o.items` is text or null",
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
