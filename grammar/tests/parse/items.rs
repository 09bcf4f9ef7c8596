//! Declarations, types, and whole files.

use super::{same, tree};

fn flat(text: &str) -> String {
    tree(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn declarations() {
    same(
        &[
            (
                "bundle b { version: \"1\", }",
                "(bundle b (version: \"1\"))",
            ),
            ("use \"lib/x.ondo\"", "(use \"lib/x.ondo\")"),
            ("account a = b", "(account a b)"),
            ("allow personal -> a, b", "(allow personal a b)"),
            ("const A: money = 5 RUB", "(const A (: money) 5RUB)"),
            (
                "table t { \"a\" -> 1 else -> fail \"x\" }",
                "(table t (-> \"a\" 1) (-> else (fail \"x\")))",
            ),
            (
                "table t from \"x.csv\" key \"k\"",
                "(table t (csv \"x.csv\" \"k\"))",
            ),
            (
                "fn f(a: int, b: string? = \"x\",) -> [int] = [a]",
                "(fn f (a: int) (b: string? (= \"x\")) (-> ([] int)) (list a))",
            ),
            ("extend a.b { c: int }", "(extend a.b ({} (c: int)))"),
            ("const A = 1 const B = 2", "(const A 1) (const B 2)"),
        ],
        flat,
    );
}

#[test]
fn types() {
    same(
        &[
            (
                "type A = retailcrm.OrderItem?",
                "(type A retailcrm.OrderItem?)",
            ),
            ("type A = money in currency", "(type A (money-in currency))"),
            (
                "type A = \"a\" | \"b\" | 1 | true",
                "(type A (| \"a\" \"b\" 1 true))",
            ),
            ("type A = | \"a\" | \"b\"", "(type A (| \"a\" \"b\"))"),
            ("type A = (\"a\" | \"b\")?", "(type A (? (| \"a\" \"b\")))"),
            ("type A = { [string]: int? }", "(type A (map int?))"),
            ("type A = {}", "(type A ({}))"),
            ("type A \"Caption\" = int", "(type A \"Caption\" int)"),
        ],
        flat,
    );
}

#[test]
fn fields_of_types() {
    same(
        &[
            (
                "type A = { a: int = 5 \"C\" }",
                "(type A ({} (a: int (= 5) \"C\")))",
            ),
            (
                "type A = { a: int \"C\" = 5 }",
                "(type A ({} (a: int (= 5) \"C\")))",
            ),
            (
                "type A = { a = b, c = d }",
                "(type A ({} (a: (= b)) (c: (= d))))",
            ),
            (
                "type A = { a: int -> b, c: T -> ... }",
                "(type A ({} (a: int (-> b)) (c: T (-> ...))))",
            ),
            (
                "type A = { a: decimal = x as hundredths personal since \"1\" }",
                "(type A ({} (a: decimal (= x) (as hundredths) personal (since \"1\"))))",
            ),
            (
                "type A = { a: int where a > 0 = 5, b: int required if a == 1 \"C\" }",
                "(type A ({} (a: int (= 5) (where (> a 0))) (b: int (required-if (== a 1)) \"C\")))",
            ),
            (
                "type A = { ...B, one of a, b, c: int }",
                "(type A ({} (... B) (one-of a b) (c: int)))",
            ),
            (
                "type A = { one: int, as: int, \"X-Y\": int }",
                "(type A ({} (one: int) (as: int) (X-Y: int)))",
            ),
        ],
        flat,
    );
}

#[test]
fn a_whole_bundle() {
    insta::assert_snapshot!(tree(include_str!("texts/pizza.ondo")));
}

#[test]
fn a_whole_connector() {
    insta::assert_snapshot!(tree(include_str!("texts/plazius.ondo")));
}

#[test]
fn files_of_a_connector_need_no_braces_around_them() {
    same(
        &[(
            "type A = int\naction a { effect read }\nevent e { payload A }\nanswer ok applied status 200",
            "(type A int) (action a (effect read)) (event e (payload A)) (answer ok applied 200)",
        )],
        flat,
    );
}

#[test]
fn an_empty_file_and_one_of_comments() {
    same(
        &[
            ("", ""),
            (" \n", ""),
            ("// only\n/* this */", ""),
            ("\u{feff}const A = 1\r\n", "(const A 1)"),
        ],
        flat,
    );
}
