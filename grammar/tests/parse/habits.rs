//! Habits of other languages and typing errors in the head of a rule: one message, at the place, with what to type.

use ondo_grammar::parse;

use super::only_error;

/// The text, what the place covers, and the help.
const CASES: &[(&str, &str, &str)] = &[
    // Words of the head of a rule.
    (
        "on a.b as o\n if o.x == \"new\"\n do c.d()",
        "if",
        "when o.x == \"new\"",
    ),
    (
        "on a.b as o\n whn o.x == 1\n do c.d()",
        "whn",
        "when o.x == 1",
    ),
    (
        "on a.b as o\n wen o.x == 1\n do c.d()",
        "wen",
        "when o.x == 1",
    ),
    (
        "on a.b as o\n where o.x == 1\n do c.d()",
        "where",
        "when o.x == 1",
    ),
    (
        "on a.b as o\n When o.x == 1\n do c.d()",
        "When",
        "when o.x == 1",
    ),
    (
        "on a.b as o\n unless o.x == 1\n do c.d()",
        "unless",
        "when not (o.x == 1)",
    ),
    (
        "on a.b as o\n when o.x == 1\n onec per o.id\n do c.d()",
        "onec",
        "once per o.id",
    ),
    ("on a.b ass o do c.d()", "ass", "as o"),
    ("on a.b sa o when o.x == 1 do c.d()", "sa", "as o"),
    ("on a.b as o when o.x == 1 then c.d()", "then", "do"),
    ("on a.b as o when o.x == 1 => c.d()", "=>", "do"),
    ("on a.b as o when o.x == 1 Do c.d()", "Do", "do"),
    ("rule x: evry 5m do c.d()", "evry", "every"),
    (
        "on a.b as o\n once per o.id within 24 hours\n when o.x == 1\n do c.d()",
        "24 hours",
        "24h",
    ),
    // Texts.
    (
        "const A = \"Заказ {{o.number}}\"",
        "{{o.number}}",
        "{o.number}",
    ),
    ("const A = \"Заказ {{ n }}!\"", "{{ n }}", "{n}"),
    ("const A = `Заказ ${n}`", "`Заказ ${n}`", "\"Заказ {n}\""),
    // Operators.
    (
        "on a.b when status = 'new' do c.d()",
        "=",
        "status == \"new\"",
    ),
    ("const A = phone || \"none\"", "||", "phone ?? \"none\""),
    ("const A = phone || other", "||", "phone ?? other"),
    (
        "on a.b when x == 1 & y == 2 do c.d()",
        "&",
        "x == 1 and y == 2",
    ),
    ("const A = \"Заказ \" & n", "&", "\"Заказ {n}\""),
    // Steps.
    (
        "on a.b do { for (x of o.items) { c.d() } }",
        "(x of o.items)",
        "for x in o.items",
    ),
    ("on a.b do c.d() retry 3 times", "times", "retry 3"),
    (
        "account crm = shop(url: \"https://x.y\")",
        "(",
        "{ url: \"https://x.y\" }",
    ),
];

#[test]
fn every_habit_has_one_message_with_what_to_type() {
    let mut wrong = Vec::new();
    for (text, at, help) in CASES {
        let error = only_error(text);
        let found = (error.span.text(text), error.help.as_deref());
        if found != (*at, Some(*help)) {
            wrong.push(format!("{text}\n  {found:?} {}", error.message));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn the_condition_named_if_is_not_the_rule_s_first_line() {
    let text = "on a.b as o\n  if o.x = 'new' && o.y != null\n  do c.d(guest = { type: \"phone\" phone: o.y })\nend";
    let errors = parse(text).errors;
    let codes: Vec<_> = errors.iter().map(|error| error.code).collect();
    assert_eq!(
        codes,
        [
            "word-operator",
            "single-equals",
            "symbol-and",
            "equals-for-colon",
            "missing-comma",
            "foreign-word"
        ]
    );
    assert_eq!(
        errors[0].message,
        "the condition begins with `when`, not with `if`"
    );
}
