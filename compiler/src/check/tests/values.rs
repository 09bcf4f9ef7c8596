//! Numbers, money, booleans, texts.

use super::{finds, sound};

// ---- numbers and money

#[test]
fn a_whole_number_is_a_decimal_but_not_the_other_way_round() {
    sound(
        "on shop.order as o do till.pay(guest: { type: \"card\", card: \"1\" }, organization: \"1\", amount: 5, comment: \"\", rate: o.count)",
    );
    finds(
        "on shop.order as o do shop.note(id: 5.5, text: \"\")",
        &[
            "type-mismatch @ 1:37 `id` of `shop.note` takes a whole number, but `5.5` is a decimal number | int(round(5.5))",
        ],
    );
}

#[test]
fn a_number_that_is_written_can_be_money_and_a_value_cannot() {
    sound("on shop.order as o do shop.edit(id: o.id, total: 64.53)");
    finds(
        "on shop.order as o do shop.edit(id: o.id, total: o.id)",
        &[
            "type-mismatch @ 1:50 `total` of `shop.edit` takes money, but `o.id` is a whole number | money(o.id)",
        ],
    );
}

#[test]
fn money_and_numbers_do_not_add_up() {
    finds(
        "on shop.order as o do shop.edit(id: o.id, total: o.total + o.id)",
        &["bad-operands @ 1:58 `+` cannot take money and a whole number | money(o.id)"],
    );
}

#[test]
fn money_times_a_percentage_is_money() {
    sound("on shop.order as o do shop.edit(id: o.id, total: round(o.total * 5% + 10, 2))");
}

#[test]
fn a_percentage_of_an_amount_is_rounded_before_it_is_sent() {
    finds(
        "fn share(m: money) -> money = m * 5%
on shop.order as o do {
  let bonus = share(o.total)
  shop.edit(id: o.id, total: bonus + 10)
}",
        &[
            "unrounded @ 4:30 a percentage of an amount can have more digits than `total` of `shop.edit` can send | round(bonus + 10, 2)",
        ],
    );
    sound("on shop.order as o do shop.edit(id: o.id, total: 2 * o.total)");
}

#[test]
fn two_currencies_do_not_meet() {
    finds(
        "on shop.order as o when 500 RUB > 5 USD do stop",
        &[
            "currency-mismatch @ 1:25 one amount is in RUB, the other in USD, and nothing here knows the rate",
        ],
    );
}

#[test]
fn a_quotient_is_rounded_before_it_is_money() {
    finds(
        "on shop.order as o do shop.edit(id: o.id, total: o.total / 3)",
        &[
            "unrounded @ 1:50 a quotient can have more digits than `total` of `shop.edit` can send | round(o.total / 3, 2)",
        ],
    );
    sound("on shop.order as o do shop.edit(id: o.id, total: round(o.total / 3, 2))");
}

// ---- booleans, texts

#[test]
fn there_is_no_truthiness() {
    finds(
        "on shop.order as o when o.number do stop",
        &[
            "type-mismatch @ 1:25 `when` takes true or false, but `o.number` is text | o.number != \"\"",
        ],
    );
}

#[test]
fn different_types_are_not_compared() {
    finds(
        "on shop.order as o when o.id == \"5\" do stop",
        &[
            "compare-types @ 1:25 a whole number and text are never alike, so they cannot be compared | 5",
        ],
    );
}

#[test]
fn a_text_compared_with_an_enum_must_be_a_member() {
    finds(
        "on shop.order as o when o.status == \"nwe\" or o.status in [\"paid\", \"dnoe\"] do stop",
        &[
            "enum-value @ 1:37 \"nwe\" is not among the values of shop.Status, which `o.status` takes | \"new\"",
            "enum-value @ 1:67 \"dnoe\" is not among the values of shop.Status, which `o.status` takes | \"done\"",
        ],
    );
}

#[test]
fn a_choice_of_texts_fits_an_enum() {
    sound(
        "on shop.order as o do {\n  let s = if o.count == null then \"new\" else \"paid\"\n  shop.edit(id: o.id, status: s)\n}",
    );
}

#[test]
fn arms_behind_the_one_for_null_know_that_it_is_there() {
    sound(
        "on shop.order as o do shop.note(id: match o.count { null -> 0  else -> o.count }, text: \"\")",
    );
}

#[test]
fn text_is_not_added() {
    finds(
        "on shop.order as o do shop.note(id: o.id, text: \"a\" + o.number)",
        &["bad-operands @ 1:53 `+` cannot take text and text | \"a{o.number}\""],
    );
}

#[test]
fn or_joins_conditions_and_not_values() {
    finds(
        "on shop.order as o when o.status == \"new\" or \"paid\" do stop",
        &[
            "type-mismatch @ 1:46 `or` joins whole conditions, but \"paid\" is a value | o.status in [\"new\", \"paid\"]",
        ],
    );
}

#[test]
fn or_between_values_is_explained() {
    finds(
        "on shop.order as o do shop.note(id: o.id, text: o.phone or \"none\")",
        &[
            "type-mismatch @ 1:49 `or` joins conditions, but `o.phone` is text or null; what stands in for an absent value follows `??` | o.phone ?? \"none\"",
        ],
    );
}

#[test]
fn the_length_of_other_languages_is_explained() {
    finds(
        "on shop.order as o do shop.note(id: o.items.length, text: \"{o.number.length}\")",
        &[
            "not-an-object @ 1:45 `length` cannot be read from a list of shop.Item | count(xs)",
            "not-an-object @ 1:70 `length` cannot be read from text | .length()",
        ],
    );
}

#[test]
fn functions_of_other_languages_are_explained() {
    finds(
        "on shop.order as o do shop.note(id: o.items.map(1), text: \"\")",
        &[
            "unknown-function @ 1:45 there is no function `map` | a list is made with [ value for x in xs if condition ]",
        ],
    );
}
