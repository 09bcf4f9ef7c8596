//! Every known slip: one mistake, its code, and the place.

use ondo_grammar::{CODES, parse};

use super::only_error;

/// The text, the code, and what the place covers.
const CASES: &[(&str, &str, &str)] = &[
    ("const A = a::b", "foreign-sign", "::"),
    ("enum A { }", "foreign-word", "enum"),
    ("workflow x { }", "foreign-word", "workflow"),
    ("on a.b do { if x { stop } }\nend", "foreign-word", "end"),
    ("const A = new B()", "foreign-word", "new"),
    ("on a.b do { c.d()\n foo bar\n }", "unknown-step", "foo"),
    ("let x = 5", "step-outside-rule", "let"),
    ("a.b()", "step-outside-rule", "a"),
    ("on a.b do c.d() e.f()", "missing-braces", "e"),
    ("table t { \"a\" 1 }", "missing-arrow", "1"),
    (
        "const A = if a then 1 elif b then 2 else 3",
        "else-if",
        "elif",
    ),
    // Operators of other languages.
    (
        "on a.b when status = \"new\" do c.d()",
        "single-equals",
        "=",
    ),
    ("on a.b do { if x = 1 { stop } }", "single-equals", "="),
    ("const A = [x for x in xs if x.a = 1]", "single-equals", "="),
    ("on a.b when x === 1 do c.d()", "triple-equals", "==="),
    ("on a.b when x !== 1 do c.d()", "triple-equals", "!=="),
    ("on a.b when x <> 1 do c.d()", "symbol-not-equal", "<>"),
    ("on a.b when x && y do c.d()", "symbol-and", "&&"),
    ("on a.b when x || y do c.d()", "symbol-and", "||"),
    ("on a.b when !x do c.d()", "symbol-and", "!"),
    ("on a.b when x & y do c.d()", "symbol-and", "&"),
    ("on a.b when x AND y do c.d()", "keyword-case", "AND"),
    ("on a.b when x > 5 OR y do c.d()", "keyword-case", "OR"),
    ("on a.b when NOT x do c.d()", "keyword-case", "NOT"),
    ("const A = x IN [1]", "word-operator", "IN"),
    ("const A = x % 2", "symbol-modulo", "%"),
    ("const A = 5%2", "symbol-modulo", "%"),
    ("const A = x ** 2", "foreign-sign", "**"),
    ("const A = x ^ 2", "foreign-sign", "^"),
    ("const A = c ? 1 : 2", "ternary", "? 1 : 2"),
    ("const A = 1 < x < 3", "chained-comparison", "<"),
    ("on a.b when x is null do c.d()", "word-is", "is"),
    ("on a.b when x is not null do c.d()", "word-is", "is not"),
    ("const A = name like r'x'", "word-operator", "like"),
    ("const A = name contains \"x\"", "word-operator", "contains"),
    ("const A = xs.map(x => x.id)", "fat-arrow", "=>"),
    ("table t: A -> B { \"a\" => \"b\" }", "fat-arrow", "=>"),
    ("const A == 5", "double-equals", "=="),
    ("on a.b do { let x == 5 }", "double-equals", "=="),
    ("on a.b do { let x := 5 }", "colon-equals", ":="),
    (
        "on a.b do { let x = y\n x += 1\n c.d() }",
        "foreign-sign",
        "+=",
    ),
    ("on a.b do { x++ }", "foreign-sign", "++"),
    // Texts.
    ("const A = 'text'", "single-quotes", "'text'"),
    ("use 'lib/x.ondo'", "single-quotes", "'lib/x.ondo'"),
    ("test 'name' { at \"x\" }", "single-quotes", "'name'"),
    ("const A = “text”", "typographic-quotes", "“text”"),
    ("const A = «текст»", "typographic-quotes", "«текст»"),
    ("use “lib”", "typographic-quotes", "“lib”"),
    ("const A = \"abc\nconst B = 1", "unterminated-text", "\"abc"),
    (
        "on a.b do {\n c.d(x: \"abc)\n c.e()\n}",
        "unterminated-text",
        "\"abc)",
    ),
    (
        "const A = \"\"\"abc\nconst b",
        "unterminated-text",
        "\"\"\"abc\nconst b",
    ),
    ("const A = r'abc\nconst B = 1", "unterminated-text", "'abc"),
    ("const A = \"a\\qb\"", "unknown-escape", "\\q"),
    ("const A = \"Order {number\"", "unclosed", "{number"),
    ("const A = \"Order {}\"", "text-hole", "{}"),
    ("const A = \"Order {a b}\"", "text-hole", "{a b}"),
    (
        "const A = \"Order {{number}}\"",
        "double-braces",
        "{{number}}",
    ),
    (
        "const A = \"Order {{order.number}}\"",
        "double-braces",
        "{{order.number}}",
    ),
    // Something is missing.
    ("rule x: on a.b when y == 1 { c.d() }", "missing-do", "{"),
    ("rule x: on a.b c.d()", "missing-do", "c"),
    ("rule x on a.b do c.d()", "missing-colon", "on"),
    ("fn f(a int) -> int = a", "missing-colon", "int"),
    ("const A = { phone \"1\" }", "missing-colon", "\""),
    ("on a.b do c.d(id: 1, text \"x\")", "missing-colon", "\""),
    ("const A = f(a: 1 b: 2)", "missing-comma", "b"),
    ("const A = { a: 1\n b: 2 }", "missing-comma", "b"),
    ("type A = { a: int b: int }", "missing-comma", "b"),
    ("const A = [1 2]", "missing-comma", "2"),
    ("const A = f(a b)", "missing-comma", "b"),
    ("account a = b { c: 1 d: 2 }", "missing-comma", "d"),
    ("const A = if c 1 else 2", "missing-then", "1"),
    ("const A = if c then 1", "missing-else", "1"),
    ("const A = if c { 1 } else { 2 }", "missing-then", "{"),
    ("on a.b do { for x of xs { stop } }", "missing-in", "of"),
    ("const A = [x for x of xs]", "missing-in", "of"),
    ("on a.b do { x = 5\n c.d() }", "missing-let", "x"),
    ("on a.b do { var x = 5\n c.d() }", "missing-let", "var"),
    ("on a.b do { const x = 5\n c.d() }", "missing-let", "const"),
    // Brackets.
    ("on a.b do {\n c.d(x: 1\n let y = 2\n}", "unclosed", "("),
    ("on a.b do {\n c.d(x: [1, 2)\n}", "unclosed", "["),
    (
        "on a.b do {\n if x {\n stop\n\nconst B = 1",
        "unclosed",
        "{",
    ),
    (
        "on a.b do {\n  if x {\n    stop\n}\nconst B = 1",
        "unclosed",
        "{",
    ),
    (
        "bundle b {\n version: \"1\"\n\nconst B = 1",
        "unclosed",
        "{",
    ),
    ("const A = (1 + 2\nconst B = 1", "unclosed", "("),
    ("on a.b when x in [1, 2 do c.d()", "unclosed", "["),
    ("const A = 1\n/* comment", "unclosed", "/*"),
    ("const A = 1 }\nconst B = 2", "unopened", "}"),
    ("on a.b do { c.d() };", "semicolon", ";"),
    ("on a.b do { c.d(); }", "semicolon", ";"),
    ("const A = 1;", "semicolon", ";"),
    ("on a.b do { c.d(),\n c.e() }", "statement-comma", ","),
    // Words of other languages.
    ("оn a.b do c.d()", "lookalike-keyword", "оn"),
    ("rule x: on a.b dо c.d()", "lookalike-keyword", "dо"),
    ("on a.b when x аnd y do c.d()", "lookalike-keyword", "аnd"),
    ("on a.b do { lеt x = 5 }", "lookalike-keyword", "lеt"),
    ("cоnst A = 5", "lookalike-keyword", "cоnst"),
    (
        "on a.b do { if x { stop } elif y { stop } }",
        "else-if",
        "elif",
    ),
    ("on a.b do { return 5 }", "return-step", "return"),
    ("on a.b do { return }", "return-step", "return"),
    ("on a.b do { while x { stop } }", "foreign-word", "while"),
    ("on a.b do { try { c.d() } }", "foreign-word", "try"),
    ("on a.b do { throw \"x\" }", "foreign-word", "throw"),
    ("on a.b do { break }", "foreign-word", "break"),
    ("on a.b do { await c.d() }", "foreign-word", "await"),
    ("on a.b do { switch x { stop } }", "foreign-word", "switch"),
    (
        "on a.b do { foreach x in xs { stop } }",
        "foreign-word",
        "foreach",
    ),
    ("function f(x) { }", "foreign-word", "function"),
    ("def f(x): x", "foreign-word", "def"),
    ("import \"x\"", "foreign-word", "import"),
    ("ruel x: on a.b do c.d()", "unknown-declaration", "ruel"),
    ("hello world", "unknown-declaration", "hello"),
    ("const A = None", "foreign-literal", "None"),
    ("const A = x ?? nil", "foreign-literal", "nil"),
    ("const A = True", "foreign-literal", "True"),
    ("on a.b do { if x then stop }", "missing-braces", "then"),
    ("on a.b do c.d()\n  c.e()", "missing-braces", "c"),
    ("on a.b do { if x: stop }", "missing-braces", ":"),
    ("const A = f(a = 1)", "equals-for-colon", "="),
    ("const A = { a = 1 }", "equals-for-colon", "="),
    ("account a = b { c = 1 }", "equals-for-colon", "="),
    ("const A = match x { \"a\" -> 1 _ -> 2 }", "wildcard", "_"),
    ("type A = { a: string | null }", "null-type", "null"),
    ("type A = { a: int[] }", "array-type", "int[]"),
    ("on a.b valid for 10min do c.d()", "bad-duration", "10min"),
    (
        "on a.b valid for 10 minutes do c.d()",
        "bad-duration",
        "10 minutes",
    ),
    ("on a.b do c.d()\n timeout 10sec", "bad-duration", "10sec"),
    ("const A = 5 мин", "bad-duration", "5 мин"),
    ("# comment\nconst A = 1", "foreign-sign", "#"),
    ("const A = §", "unexpected-character", "§"),
    ("const A = $x", "unexpected-character", "$"),
    ("on a.b do { let if = 5 }", "reserved-word", "if"),
    ("const on = 5", "reserved-word", "on"),
    (
        "on a.b do { order.id\n c.d() }",
        "value-as-step",
        "order.id",
    ),
    (
        "on a.b do { c.d()\n on error { stop } }",
        "error-outcome",
        "on error",
    ),
];

#[test]
fn every_slip_is_named_once_and_at_its_place() {
    let mut wrong = Vec::new();
    for (text, code, at) in CASES {
        let errors = parse(text).errors;
        let found: Vec<_> = errors
            .iter()
            .map(|error| (error.code, error.span.text(text)))
            .collect();
        if found != [(*code, *at)] {
            wrong.push(format!(
                "{text}\n  wanted {code} at `{at}`\n  found {errors:#?}"
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
}

#[test]
fn every_code_is_listed_and_every_listed_code_has_a_case() {
    assert!(CODES.is_sorted());
    for (_, code, _) in CASES {
        assert!(CODES.contains(code), "{code} is not listed");
    }
    for code in CODES {
        // Tested where nesting and recovery are.
        let elsewhere = ["too-deep", "expected"].contains(code);
        assert!(
            elsewhere || CASES.iter().any(|(_, case, _)| case == code),
            "{code} has no case"
        );
    }
}

#[test]
fn messages_are_one_lower_case_line_without_period() {
    for (text, _, _) in CASES {
        let message = only_error(text).message;
        assert!(
            !message.contains('\n') && !message.ends_with('.'),
            "{message}"
        );
        assert!(!message.starts_with(char::is_uppercase), "{message}");
    }
}
