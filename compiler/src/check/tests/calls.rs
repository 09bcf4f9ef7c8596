//! Objects, branching, functions, calls, effects, data.

use super::{check, finds, sound};

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
fn a_name_for_text_takes_any_text() {
    let t = "type Pay = string\ntable t: Pay -> Pay { \"new\" -> \"a\" else -> \"b\" }";
    finds(
        &format!("{t}\non shop.order do shop.note(id: 1, text: t[phone ?? \"new\"])"),
        &[],
    );
}

#[test]
fn a_table_from_a_file_that_is_not_there_says_so() {
    let found = check("table skus from \"skus.csv\" key \"article\"\non shop.order do stop");
    assert_eq!(
        found[0],
        "unknown-file @ 1:17 there is no file `skus.csv` beside this one | put the CSV file into the folder of the bundle, and write its path from here"
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
            "possibly-null @ 1:31 `i.discount` can be absent, but the result of `f` needs money | i.discount ?? …",
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
        &["unknown-name @ 5:26 there is no `x` | \"x\", if it is a text"],
    );
}
