//! Built-in functions in bundles: the types of what they give, loops with keys, and what is said of wrong calls.

use super::{compiled, lines};

const TYPES: &str = "\
type Item = { id: int, name: string, price: money, article: string?, tags: [string] }
";

/// What is found in functions over items, other than that nobody calls them.
fn found(functions: &str) -> Vec<String> {
    let compiled = compiled(&format!("{TYPES}{functions}\n"));
    let all = lines(&compiled).into_iter();
    all.filter(|line| !line.starts_with("unused ")).collect()
}

#[track_caller]
fn sound(functions: &str) {
    assert_eq!(found(functions), Vec::<String>::new(), "in {functions}");
}

#[track_caller]
fn finds(functions: &str, expected: &str) {
    assert_eq!(found(functions), [expected], "in {functions}");
}

#[test]
fn what_is_found_can_be_absent() {
    sound("fn f(items: [Item]) -> Item? = find(i for i in items if i.price > 100)");
    sound("fn f(items: [Item]) -> string = find(i for i in items if i.id == 7)?.name ?? \"-\"");
    finds(
        "fn f(items: [Item]) -> Item = find(i for i in items)",
        "possibly-null @ 2:31 `find(i for i in items)` can be absent, but the result of `f` needs Item | find(i for i in items) ?? fail \"…\"",
    );
}

#[test]
fn sorting_by_a_key_gives_the_elements() {
    sound("fn f(items: [Item]) -> [Item] = sort_by(i.price for i in items, descending: true)");
    sound(
        "fn f(items: [Item]) -> [string] = [i.name for i in sort_by(i.name.lower() for i in items if i.id > 0)]",
    );
    sound("fn f(items: [Item]) -> [Item] = unique_by(i.article ?? i.name for i in items)");
    sound("fn f(items: [Item]) -> money = max_by(i.price for i in items)?.price ?? 0");
}

#[test]
fn groups_have_a_key_and_items() {
    sound(
        "fn f(items: [Item]) -> [string] = [\"{g.key}: {count(g.items)}\" for g in group_by(i.name for i in items)]",
    );
    sound(
        "fn f(items: [Item]) -> [money] = [sum(i.price for i in g.items) for g in group_by(i.article ?? \"-\" for i in items)]",
    );
    sound("fn f(items: [Item]) -> [int] = [g.key for g in group_by(i.id for i in items)]");
}

#[test]
fn what_is_looked_up_by_a_key_can_be_absent() {
    sound("fn f(items: [Item]) -> string = index_by(i.id for i in items)[\"7\"]?.name ?? \"-\"");
    finds(
        "fn f(items: [Item]) -> Item? = index_by(i.price for i in items)[\"7\"]",
        "type-mismatch @ 2:41 the key of `index_by` takes text or an int, but `i.price` is money",
    );
}

#[test]
fn a_condition_is_proved_for_the_key() {
    sound("fn f(items: [Item]) -> [Item] = sort_by(i.article for i in items if i.article != null)");
    finds(
        "fn f(items: [Item]) -> [Item] = sort_by(i.article for i in items)",
        "possibly-null @ 2:41 `i.article` can be absent, but the key of `sort_by` needs a value | i.article ?? …",
    );
}

#[test]
fn keys_of_an_order_have_one() {
    finds(
        "fn f(items: [Item]) -> [Item] = sort_by(i.tags for i in items)",
        "type-mismatch @ 2:41 the key of `sort_by` takes values with an order, but `i.tags` is a list of text",
    );
}

#[test]
fn a_list_instead_of_a_loop_is_explained() {
    finds(
        "fn f(items: [Item]) -> [Item] = sort_by(items)",
        "type-mismatch @ 2:41 `sort_by` takes a loop that says a key of each element, but this is a list of Item | sort_by(x.price for x in items)",
    );
    finds(
        "fn f(items: [Item]) -> [Item] = items.unique_by()",
        "type-mismatch @ 2:33 `unique_by` takes a loop that says a key of each element, but this is a list of Item | unique_by(x.id for x in items)",
    );
    assert_eq!(
        found("fn f(items: [Item]) -> [money] = sort_by([i.price for i in items])").len(),
        1
    );
}

#[test]
fn texts_and_lists_are_cut_and_searched_alike() {
    sound("fn f(items: [Item]) -> [Item] = items.slice(0, 2)");
    sound("fn f(name: string) -> string = name.slice(0, 2).reverse()");
    sound("fn f(items: [Item]) -> int = length(items) + length(\"чай\")");
    sound("fn f(tags: [string]) -> bool = tags.contains(\"чай\") and contains(\"чай\", \"ч\")");
    finds(
        "fn f(name: string) -> bool = name.contains(7)",
        "type-mismatch @ 2:44 `part` of `contains` takes text, but `7` is a whole number",
    );
    finds(
        "fn f(tags: [string]) -> int? = tags.index_of(7)",
        "type-mismatch @ 2:46 `part` of `index_of` takes text, but `7` is a whole number",
    );
    assert_eq!(found("fn f(n: int) -> int = length(n)").len(), 1);
}

#[test]
fn names_are_split_into_what_can_be_absent() {
    sound("fn f(name: string) -> string = split_name(name).first ?? \"Гость\"");
    assert_eq!(
        found("fn f(name: string) -> string = split_name(name).last").len(),
        1
    );
}

#[test]
fn a_value_that_may_be_absent_keeps_its_question_mark() {
    sound("fn f(item: Item) -> string? = item.article?.truncate(10)");
    sound("fn f(item: Item) -> string = non_empty(item.article) ?? \"-\"");
}

#[test]
fn money_beside_a_number_is_money() {
    sound("fn f(item: Item) -> money = greatest(item.price, 500)");
    sound("fn f(item: Item) -> money = item.price.least(500)");
}

#[test]
fn wrong_counts_are_answered_with_the_signature() {
    finds(
        "fn f(name: string) -> bool = starts_with(name)",
        "missing-argument @ 2:30 `starts_with` needs the argument `start` | starts_with(text: string, start: string) -> bool, as in starts_with(\"+79991234567\", \"+7\")",
    );
    finds(
        "fn f(a: int, b: int) -> int? = max(a, b)",
        "wrong-arguments @ 2:39 `max` takes 1 argument, but 2 are given | greatest(a, b) of two values, max([a, b, c]) of a list",
    );
}

#[test]
fn functions_of_other_languages_are_answered() {
    finds(
        "fn f(price: money) -> money = Math.round(price)",
        "unknown-function @ 2:31 there is no function `Math.round` | round(x)",
    );
    finds(
        "fn f(name: string) -> string = name.toUpperCase()",
        "unknown-function @ 2:37 there is no function `toUpperCase` | upper(text)",
    );
    finds(
        "fn f(items: [Item]) -> [string] = map(items)",
        "unknown-function @ 2:35 there is no function `map` | a list is made with [ value for x in xs if condition ]",
    );
    finds(
        "fn f(items: [Item]) -> [Item] = items.filter(items)",
        "unknown-function @ 2:39 there is no function `filter` | a list is made with [ value for x in xs if condition ]",
    );
    finds(
        "fn f(x: datetime) -> bool = x < Date.now()",
        "unknown-function @ 2:33 there is no function `Date.now` | now(), or date(now()) for the day",
    );
}

#[test]
fn a_failing_key_can_be_caught() {
    sound("fn f(tags: [string]) -> [string] = sort_by(int(t) for t in tags) catch tags");
}

#[test]
fn written_words_are_checked_before_anything_runs() {
    finds(
        "fn f(x: decimal) -> decimal = round(x, 2, mode: \"half-evn\")",
        "enum-value @ 2:49 \"half-evn\" is not among the values that `mode` of `round` takes | \"half-even\"",
    );
    finds(
        "fn f(x: string) -> phone = e164(x, region: \"RUS\")",
        "enum-value @ 2:44 `e164` knows no region \"RUS\"; regions have two capital letters | \"RU\", \"KZ\", \"BY\", \"UZ\", …",
    );
    finds(
        "fn f(x: datetime) -> datetime = x.in_zone(\"Europe/Moskow\")",
        "unknown-zone @ 2:43 there is no time zone `Europe/Moskow` | \"Europe/Moscow\"",
    );
    finds(
        "fn f(x: decimal) -> money = money(x, \"RUR\")",
        "unknown-currency @ 2:38 there is no currency `RUR`; currencies have the codes of ISO 4217 | RUB, KZT, BYN, USD, …",
    );
    finds(
        "fn f(x: datetime) -> string = x.format(\"DD.MM.YYYY\")",
        "bad-pattern @ 2:40 the pattern of a date or time has no part of one: parts begin with a percent sign | \"%d.%m.%Y %H:%M\": day, month, year, hour, minute; %S is the second",
    );
    finds(
        "fn f(x: string) -> date = date(x, \"%d.%m.%\")",
        "bad-pattern @ 2:35 the pattern of a date or time has a part that does not exist | \"%d.%m.%Y %H:%M\": day, month, year, hour, minute; %S is the second",
    );
    assert_eq!(
        found("fn f(x: string) -> string? = capture(x, r'(\\d')").len(),
        1
    );
    sound("fn f(x: datetime, zone: string) -> string = x.format(\"%d.%m.%Y\", zone: zone)");
}
