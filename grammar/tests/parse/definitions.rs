//! Slips in definitions of connectors: what is said, where, and what to type.

use super::only_error;

/// The text, what the place covers, the message, and the help.
const CASES: &[(&str, &str, &str, Option<&str>)] = &[
    (
        "action f { reqest POST \"/\" json { a: int } }",
        "reqest",
        "expected a part of the definition, found `reqest`",
        Some("request"),
    ),
    (
        "action f { request POST \"/\"\n  efect read }",
        "efect",
        "expected a part of the definition, found `efect`",
        Some("effect"),
    ),
    (
        "event e { payload json poll { every 1m\n red f() } }",
        "red",
        "expected a part of the definition, found `red`",
        Some("read"),
    ),
    (
        "action f { request POST \"/\"\n  zzz 1 }",
        "zzz",
        "expected a part of the definition, found `zzz`",
        None,
    ),
    (
        "event e { payload json\n  effect read\n}",
        "effect",
        "`effect` has no place here: it is a part of `action`",
        None,
    ),
    (
        "action f { request GET \"/\"\n  keeps 5m\n}",
        "keeps",
        "`keeps` has no place here: it is a part of `poll`",
        None,
    ),
    (
        "action f { request POST \"/\" jsn { a: int } }",
        "jsn",
        "expected a part of the message, found `jsn`",
        Some("json"),
    ),
    (
        "answer ok status 200 json { a: int }",
        "status",
        "`answer ok` does not say whether it happened",
        Some("answer ok applied …, or refused, not_sent, pending, unknown"),
    ),
    (
        "action f { request GET \"/\"\n  answer ok applied status 20\n}",
        "status",
        "a status has three digits",
        Some("status 200, 500..599"),
    ),
    (
        "code 3007 \"Гость не найден\"",
        "3007",
        "expected a text in quotes, found `3007`",
        Some("\"3007\""),
    ),
    (
        "type T = { a: int since 2.7.9 }",
        "2.7.9",
        "expected a text in quotes, found `2.7.9`",
        Some("\"2.7.9\""),
    ),
    (
        "type T = { a?: int }",
        "?",
        "`?` stands behind the type, not behind the name",
        Some("a: string?"),
    ),
    (
        "type T = { a: string persnal \"Имя\" }",
        "persnal",
        "nothing is said of a field with `persnal`",
        Some("personal"),
    ),
    (
        "type T = { a: \"Имя\" string }",
        "string",
        "the caption stands behind the type",
        Some("string \"…\""),
    ),
    (
        "type T = { a: int Сколько }",
        "Сколько",
        "expected a text in quotes, found `Сколько`",
        Some("\"Сколько …\""),
    ),
    (
        "setting key: secret identiy",
        "identiy",
        "nothing is said of a field with `identiy`",
        Some("identity"),
    ),
];

#[test]
fn a_slip_in_a_definition_is_explained() {
    for (text, covered, message, help) in CASES {
        let error = only_error(text);
        assert_eq!(error.message, *message, "{text}");
        assert_eq!(error.span.text(text), *covered, "{text}");
        assert_eq!(error.help.as_deref(), *help, "{text}");
    }
}
