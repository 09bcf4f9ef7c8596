//! The rows of the table of decisions, one case per point.

use super::{finds, sound};

#[test]
fn a_rule_in_one_line_is_a_bundle() {
    sound("on shop.order when status == \"new\" do shop.note(id: id, text: \"Order {number}\")");
}

// ---- sources

#[test]
fn an_event_needs_its_source() {
    finds(
        "on order do stop",
        &[
            "unknown-event @ 1:4 `order` is no event: an event has the account before a dot | shop.order",
        ],
    );
}

#[test]
fn a_mistyped_event_has_a_nearest_one() {
    finds(
        "on shop.ordr do stop",
        &["unknown-event @ 1:9 shop has no event `ordr` | order"],
    );
}

#[test]
fn an_action_is_no_event() {
    finds(
        "on shop.note do stop",
        &[
            "unknown-event @ 1:9 `note` is an action of shop, not an event | its events are order, order_paid and visit",
        ],
    );
}

#[test]
fn a_mistyped_connector_has_a_nearest_one() {
    finds(
        "on shp.order do stop",
        &["unknown-connector @ 1:4 there is no account or connector `shp` | shop"],
    );
}

#[test]
fn a_connector_with_two_accounts_must_be_told_which() {
    finds(
        "account a = till { token: secret \"A\" }
account b = till { token: secret \"B\" }
on shop.order do till.old(id: id)",
        &["which-account @ 3:18 `till` has 2 accounts here; which one is meant? | a or b"],
    );
}

#[test]
fn the_only_account_of_a_connector_goes_by_its_name() {
    sound(
        "account a = till { token: secret \"A\" }
on shop.order do till.old(id: id)",
    );
}

// ---- rule names

#[test]
fn a_second_rule_without_a_name_needs_one() {
    finds(
        "on shop.order do stop\non shop.visit do stop",
        &[
            "rule-needs-name @ 2:1 only one rule of a file can go without a name; `case` is taken | rule NAME: on …",
        ],
    );
}

// ---- names

#[test]
fn bare_names_are_fields_of_the_event_without_an_alias() {
    sound("on shop.order do shop.note(id: id, text: number)");
}

#[test]
fn with_an_alias_fields_need_it() {
    finds(
        "on shop.order as order do shop.note(id: order.id, text: number)",
        &["unknown-name @ 1:57 there is no `number` | order.number"],
    );
}

#[test]
fn event_is_the_whole() {
    sound("on shop.order do shop.note(id: event.id, text: event.number)");
}

#[test]
fn a_declaration_equal_to_a_bare_field_is_ambiguous() {
    finds(
        "const number = 5\non shop.order do shop.note(id: number, text: \"a\")",
        &[
            "ambiguous-name @ 2:32 `number` is a constant of the bundle and a field of `shop.order` | event.number, or give the constant another name",
        ],
    );
}

#[test]
fn a_declaration_equal_to_a_field_behind_an_alias_is_fine() {
    sound("const number = 5\non shop.order as o do shop.note(id: number, text: o.number)");
}

#[test]
fn a_local_that_shadows_is_a_lint() {
    finds(
        "const limit = 5\non shop.order as o do {\n  let limit = o.id\n  shop.note(id: limit, text: \"a\")\n}",
        &[
            "unused @ 1:7 constant `limit` is never used",
            "shadows @ 3:7 `limit` hides the constant of the same name",
        ],
    );
}

#[test]
fn an_unknown_name_has_a_nearest_one() {
    finds(
        "on shop.order do shop.note(id: id, text: phon ?? \"x\")",
        &[
            "unknown-name @ 1:42 there is no `phon`: `shop.order` has no such field, and nothing of that name is declared | phone",
        ],
    );
}

#[test]
fn nothing_is_suggested_for_a_name_like_no_other() {
    finds(
        "on shop.order as o do shop.note(id: o.id, text: o.deliveryAddress)",
        &["unknown-field @ 1:51 `shop.order` has no field `deliveryAddress`"],
    );
}

#[test]
fn a_letter_that_looks_alike_is_told() {
    finds(
        "on shop.order as o do shop.note(id: o.id, text: o.numbеr)",
        &[
            "unknown-field @ 1:51 `shop.order` has no field `numbеr` | number: the letter `е` here is Cyrillic U+0435, in the name it is Latin U+0065",
        ],
    );
}

#[test]
fn bare_names_mean_the_event_inside_loops_too() {
    sound(
        "on shop.order do shop.note(id: id, text: join([number for i in items if i.id > id], \", \"))",
    );
}

// ---- null

#[test]
fn what_can_be_absent_needs_a_guard() {
    finds(
        "on shop.order do shop.note(id: id, text: phone)",
        &[
            "possibly-null @ 1:42 `phone` can be absent, but `text` of `shop.note` needs text | when phone != null",
        ],
    );
}

#[test]
fn a_guard_joins_the_conditions_that_are_there() {
    finds(
        "on shop.order when id > 5 do shop.note(id: id, text: phone)",
        &[
            "possibly-null @ 1:54 `phone` can be absent, but `text` of `shop.note` needs text | when … and phone != null",
        ],
    );
}

#[test]
fn a_plain_dot_through_null_is_an_error() {
    finds(
        "on shop.order as o do shop.note(id: o.id, text: o.customer.phone ?? \"x\")",
        &[
            "nullable-access @ 1:49 `o.customer` can be absent, so nothing can be read from it without `?` | o.customer?.phone",
        ],
    );
}

#[test]
fn a_question_mark_skips_the_rest_of_the_chain() {
    sound(
        "on shop.order as o do shop.note(id: o.customer?.id ?? 0, text: o.customer?.phone?.upper() ?? \"\")",
    );
}

#[test]
fn a_needless_question_mark_is_a_lint() {
    finds(
        "on shop.order as o do shop.note(id: o.items?[0]?.id ?? 0, text: \"\")",
        &["needless-default @ 1:37 `o.items` is always there, so a plain dot is enough"],
    );
}

#[test]
fn an_element_of_a_list_can_be_absent() {
    finds(
        "on shop.order as o do shop.note(id: o.items[0].id, text: \"\")",
        &[
            "nullable-access @ 1:37 `o.items[0]` can be absent, so nothing can be read from it without `?` | o.items[0]?.id",
        ],
    );
}

#[test]
fn functions_take_null_only_where_they_say_so() {
    finds(
        "on shop.order as o do shop.note(id: o.id, text: upper(o.phone))",
        &[
            "possibly-null @ 1:55 `o.phone` can be absent, but `text` of `upper` needs text | when o.phone != null",
        ],
    );
}

#[test]
fn equality_takes_null_and_order_does_not() {
    sound("on shop.order as o when o.count == 3 do stop");
    finds(
        "on shop.order as o when o.count > 3 do stop",
        &[
            "possibly-null @ 1:25 `o.count` can be absent, but the comparison needs a whole number | o.count != null and …",
        ],
    );
}

#[test]
fn the_rest_of_and_knows_what_was_proved() {
    sound("on shop.order as o when o.count != null and o.count > 3 do stop");
}

#[test]
fn the_rest_of_or_knows_the_opposite() {
    sound("on shop.order as o when o.count == null or o.count > 3 do stop");
}

#[test]
fn an_or_proves_nothing_behind_it() {
    finds(
        "on shop.order as o when o.phone == null or o.phone matches r'^7' do shop.note(id: o.id, text: o.phone)",
        &[
            "possibly-null @ 1:95 `o.phone` can be absent, but `text` of `shop.note` needs text | when … and o.phone != null",
        ],
    );
}

#[test]
fn a_negated_or_proves_both() {
    sound(
        "on shop.order as o when not (o.phone == null or o.count == null) do shop.note(id: o.count, text: o.phone)",
    );
}

#[test]
fn equality_with_something_present_proves_presence() {
    sound("on shop.order as o when o.count == 3 do shop.note(id: o.count, text: \"\")");
    sound(
        "on shop.order as o when o.phone in [\"1\", \"2\"] do shop.note(id: o.id, text: o.phone)",
    );
}

#[test]
fn then_knows_what_the_condition_proved() {
    sound(
        "on shop.order as o do shop.note(id: o.id, text: if o.phone != null then o.phone else \"none\")",
    );
}

#[test]
fn steps_behind_a_block_that_stops_know_the_opposite() {
    sound(
        "on shop.order as o do {\n  if o.phone == null { stop }\n  shop.note(id: o.id, text: o.phone)\n}",
    );
}

#[test]
fn steps_behind_a_block_that_goes_on_know_nothing() {
    finds(
        "on shop.order as o do {\n  if o.phone == null { shop.note(id: o.id, text: \"none\") }\n  let n = shop.note(id: o.id, text: o.phone)\n}",
        &[
            "possibly-null @ 3:37 `o.phone` can be absent, but `text` of `shop.note` needs text | when o.phone != null",
        ],
    );
}

#[test]
fn what_a_block_proved_is_gone_behind_it() {
    finds(
        "on shop.order as o do {\n  if o.phone != null { shop.note(id: o.id, text: o.phone) }\n  let n = shop.note(id: o.id, text: o.phone)\n}",
        &[
            "possibly-null @ 3:37 `o.phone` can be absent, but `text` of `shop.note` needs text | when o.phone != null",
        ],
    );
}

#[test]
fn a_filter_narrows_the_value_of_a_comprehension() {
    sound(
        "on shop.order as o do shop.note(id: o.id, text: join([i.offer.externalId ?? \"\" for i in o.items if i.offer != null], \", \"))",
    );
}

#[test]
fn a_present_field_proves_the_object_around_it() {
    sound(
        "on shop.order as o when o.customer?.phone != null do shop.note(id: o.customer.id, text: o.customer.phone)",
    );
}

#[test]
fn present_proves_nothing_about_null() {
    finds(
        "on shop.order as o when present(o.phone) do shop.note(id: o.id, text: o.phone)",
        &[
            "possibly-null @ 1:71 `o.phone` can be absent, but `text` of `shop.note` needs text | when … and o.phone != null",
        ],
    );
}

#[test]
fn interpolating_what_can_be_absent_is_an_error() {
    finds(
        "on shop.order do shop.note(id: id, text: \"{phone}\")",
        &[
            "possibly-null @ 1:44 `phone` can be absent, but a text needs every piece | {phone ?? \"…\"}",
        ],
    );
}

#[test]
fn a_pattern_of_a_match_proves_presence() {
    sound(
        "on shop.order as o do shop.note(id: o.id, text: match o.phone { \"1\" -> o.phone  else -> \"\" })",
    );
}

#[test]
fn debounce_does_not_know_what_when_proves() {
    finds(
        "on shop.order as o debounce 5s per o.count when o.count != null do stop",
        &[
            "possibly-null @ 1:36 `o.count` can be absent, but `per` needs a whole number | when … and o.count != null",
        ],
    );
}

#[test]
fn debounce_goes_with_every_other_gate_and_says_in_which_order() {
    let text = "on shop.order as o debounce 5s per o.id when o.count != null once per o.id within 1d at most 5 per 1m ordered by o.id do shop.note(id: o.id, text: \"\")";
    sound(text);
    let program = super::compiled(text).program.unwrap();
    let lines = crate::check::explain(&program);
    assert_eq!(
        lines[0].text,
        "waits until nothing more has come for 5s for each `o.id`; only the last event goes on, and only then is it asked for `when`, `once per`, `at most`, `ordered by`"
    );
}

// ---- failure

#[test]
fn catch_null_makes_it_nullable() {
    finds(
        "on shop.order as o do shop.note(id: int(o.number) catch null, text: \"\")",
        &[
            "possibly-null @ 1:37 `int(o.number) catch null` can be absent, but `id` of `shop.note` needs a whole number | int(o.number) catch null ?? fail \"…\"",
        ],
    );
}

#[test]
fn fail_is_an_expression() {
    sound("on shop.order as o do shop.note(id: o.count ?? fail \"none\", text: \"\")");
}

/// Null in data that nobody described is no text: without `catch` the run fails.
#[test]
fn a_text_of_unknown_data_can_fail() {
    sound(
        "on shop.order as o do shop.note(id: o.id, text: string(json_parse(o.number) catch json_parse(\"1\")) catch \"?\")",
    );
}

#[test]
fn needless_defaults_and_catches_are_lints() {
    finds(
        "on shop.order as o do shop.note(id: o.id ?? 5, text: o.number catch \"\")",
        &[
            "needless-default @ 1:37 `o.id` is always there, so `??` never does anything | o.id",
            "needless-catch @ 1:54 `o.number` cannot fail, so `catch` never does anything | o.number",
        ],
    );
}
