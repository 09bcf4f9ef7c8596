//! Expressions: literals, operators, texts, fields, and what holds more strongly.

use super::{expr, same};

#[test]
fn literals() {
    same(
        &[
            ("null", "null"),
            ("true", "true"),
            ("omit", "omit"),
            ("1_000", "1000"),
            ("0.50", "0.50"),
            ("5%", "5%"),
            ("2.5%", "2.5%"),
            ("500 RUB", "500RUB"),
            ("1_290.70 RUB", "1290.70RUB"),
            ("10s", "10s"),
            ("1h30m", "1h30m"),
            ("500ms", "500ms"),
            ("r'^\\d+$'", "r'^\\d+$'"),
            ("r'say \"hi\"'", "r'say \"hi\"'"),
            ("`$.items[?@.a == \"x\"].id`", "`$.items[?@.a == \"x\"].id`"),
            ("secret \"KEY\"", "(secret \"KEY\")"),
            ("env \"URL\"", "(env \"URL\")"),
            ("[]", "(list)"),
            ("[1, 2,]", "(list 1 2)"),
            ("{}", "(object)"),
            (
                "{ a: 1, phone, ...base, \"odd name\": 2, }",
                "(object (a: 1) phone (... base) (odd name: 2))",
            ),
            ("{ if: 1, on: 2 }", "(object (if: 1) (on: 2))"),
        ],
        expr,
    );
}

#[test]
fn texts() {
    same(
        &[
            (r#""""#, r#""""#),
            (r#""Заказ""#, r#""Заказ""#),
            (r#""a\n\t\"\\\{\}\u{41}""#, r#""a\n\t\"\\{}A""#),
            (r#""Order {number}!""#, r#"(text "Order " number "!")"#),
            (r#""{a}{b}""#, "(text a b)"),
            (
                r#""{ f("x {y}") ?? "none" }""#,
                r#"(text (?? (call f (text "x " y)) "none"))"#,
            ),
            (r#""a } b""#, r#""a } b""#),
            (r#""http://x/*y*/""#, r#""http://x/*y*/""#),
            (r#""{if a then "x" else "y"}""#, r#"(text (if a "x" "y"))"#),
        ],
        expr,
    );
}

#[test]
fn texts_of_several_lines_lose_their_common_indent() {
    same(
        &[
            (
                "\"\"\"\n    one\n      two\n\n    three {x}\n    \"\"\"",
                "(text \"one\\n  two\\n\\nthree \" x)",
            ),
            ("\"\"\"one\n  two\"\"\"", "\"one\\ntwo\""),
            ("\"\"\"\r\n  one\r\n  two\r\n  \"\"\"", "\"one\\ntwo\""),
            (
                "\"\"\"\n  {a}\n  b \"quoted\"\n  \"\"\"",
                "(text a \"\\nb \\\"quoted\\\"\")",
            ),
            ("\"\"\"\"\"\"", "\"\""),
        ],
        expr,
    );
}

#[test]
fn operators_from_loose_to_strong() {
    same(
        &[
            ("a catch b ?? c", "(catch a (?? b c))"),
            ("a ?? b or c", "(?? a (or b c))"),
            ("a or b and c", "(or a (and b c))"),
            ("not a == b and c", "(and (not (== a b)) c)"),
            ("not a in b", "(not (in a b))"),
            ("a not in b", "(not-in a b)"),
            ("a == b + c", "(== a (+ b c))"),
            ("a matches r'x' or b", "(or (matches a r'x') b)"),
            ("a + b * c - d", "(- (+ a (* b c)) d)"),
            ("a - b - c", "(- (- a b) c)"),
            ("a / b * c", "(* (/ a b) c)"),
            ("-a * b", "(* (- a) b)"),
            ("a - -b", "(- a (- b))"),
            ("(a + b) * c", "(* (+ a b) c)"),
            (
                "x ?? fail \"no {y}\" catch null",
                "(catch (?? x (fail (text \"no \" y))) null)",
            ),
            ("fail a ?? b", "(fail (?? a b))"),
            ("x as int + 1", "(+ (as x int) 1)"),
            ("x as [string]?", "(as x (? ([] string)))"),
            ("a <= b", "(<= a b)"),
            ("a>=-1", "(>= a (- 1))"),
            ("totalSumm * 5%", "(* totalSumm 5%)"),
        ],
        expr,
    );
}

#[test]
fn fields_indices_and_calls() {
    same(
        &[
            ("a.b.c", "a.b.c"),
            ("a?.b.c", "(. (?. a b) c)"),
            ("a?.f(x)", "(call (?. a f) x)"),
            ("a[0]?.b", "(?. ([] a 0) b)"),
            ("a?[0]", "(?[] a 0)"),
            ("a.match.if", "a.match.if"),
            ("a.\"odd name\"", "a.odd name"),
            ("f()", "(call f)"),
            ("f(a, name: b, if: c,)", "(call f a (name: b) (if: c))"),
            ("f\n  .g(1)\n  .h", "(. (call f.g 1) h)"),
            (
                "sum(x.a for x in xs if x.b)",
                "(call sum (for x.a x xs (if x.b)))",
            ),
            (
                "join(x for x in xs, \", \")",
                "(call join (for x x xs) \", \")",
            ),
            ("[f(x) for x in xs]", "(list-for (call f x) x xs)"),
            ("fail", "fail"),
            ("fail == 1", "(== fail 1)"),
            ("secret.key", "secret.key"),
            ("оrder.id", "оrder.id"),
            ("заказ.номер", "заказ.номер"),
        ],
        expr,
    );
}

#[test]
fn choices() {
    same(
        &[
            ("if a then b else if c then d else e", "(if a b (if c d e))"),
            ("1 + if a then 2 else 3", "(+ 1 (if a 2 3))"),
            (
                "match x { \"a\", \"b\" -> 1  -2 -> y  z -> 3  true -> 4  null -> 5  else -> 6 }",
                "(match x (-> \"a\" \"b\" 1) (-> -2 y) (-> z 3) (-> true 4) (-> null 5) (-> else 6))",
            ),
            (
                "match x { \"a\" -> 1, \"b\" -> 2, }",
                "(match x (-> \"a\" 1) (-> \"b\" 2))",
            ),
            (
                "match x { 1 -> 500 RUB -> 2 }",
                "(match x (-> 1 500) (-> RUB 2))",
            ),
        ],
        expr,
    );
}

#[test]
fn expression_ids_are_dense() {
    let parsed = ondo_grammar::parse("const A = f(1 + 2, [x for x in xs])\nconst B = \"{a} {b}\"");
    let text = format!("{:?}", parsed.file);
    let mut ids: Vec<u32> = text
        .split("ExprId(")
        .skip(1)
        .map(|rest| rest.split(')').next().unwrap().parse().unwrap())
        .collect();
    ids.sort_unstable();
    assert_eq!(ids, (0..parsed.file.expr_count).collect::<Vec<_>>());
}
