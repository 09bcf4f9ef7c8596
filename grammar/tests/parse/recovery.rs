//! A broken piece does not hide the others, and is reported once.

use ondo_grammar::{debug, parse};

/// The tree and the codes of a broken text.
fn broken(text: &str) -> String {
    let parsed = parse(text);
    let codes: Vec<&str> = parsed.errors.iter().map(|error| error.code).collect();
    let tree = debug::print(&parsed.file);
    format!(
        "{} | {}",
        codes.join(" "),
        tree.split_whitespace().collect::<Vec<_>>().join(" ")
    )
}

#[test]
fn a_broken_declaration_leaves_the_others() {
    super::same(
        &[
            (
                "const A = 1\nconst = 2\nconst C = 3",
                "expected | (const A 1) ERROR (const C 3)",
            ),
            ("const A = (1\nconst B = 2", "unclosed | ERROR (const B 2)"),
            (
                "const A = f({ a: 1\nrule r: on a.b do c.d()",
                "unclosed | ERROR (rule r (on a.b) (do (step (call c.d))))",
            ),
            (
                "ruel x: on a.b do c.d()\nconst B = 2",
                "unknown-declaration | ERROR (const B 2)",
            ),
            ("}\nconst B = 2", "unopened | (const B 2)"),
            (
                "type A = { a: int, b: @, c: int }\nconst B = 2",
                "unexpected-character | (type A ({} (a: int) (c: int))) (const B 2)",
            ),
            (
                "table t { \"a\" -> 1\n \"b\" 2\n \"c\" -> 3 }",
                "missing-arrow | (table t (-> \"a\" 1) (-> \"c\" 3))",
            ),
        ],
        broken,
    );
}

#[test]
fn a_broken_step_leaves_the_others() {
    super::same(
        &[
            (
                "on a.b do {\n let x = \n let y = 1\n c.d(\n c.e()\n}\nconst B = 2",
                "expected unclosed | (rule (on a.b) (do ERROR (let y 1) ERROR)) (const B 2)",
            ),
            (
                "on a.b do {\n c.d(a: 1 @ 2)\n   timeout 5s\n c.e()\n}",
                "unexpected-character | (rule (on a.b) (do ERROR (step (call c.e))))",
            ),
            (
                "on a.b do {\n if x { let = 1\n c.d() } else { foo bar\n c.e() }\n}",
                "expected unknown-step | (rule (on a.b) (do (if x (then ERROR (step (call c.d))) (else ERROR (step (call c.e))))))",
            ),
            (
                "on a.b do {\n if x y { c.d() }\n c.e()\n}",
                "expected | (rule (on a.b) (do (if ERROR (then (step (call c.d)))) (step (call c.e))))",
            ),
            (
                "on a.b do {\n c.d() on bad { let }\n c.e()\n}",
                "expected | (rule (on a.b) (do (step (call c.d) (on bad (do ERROR))) (step (call c.e))))",
            ),
            (
                "on a.b do {\n match x {\n \"a\" -> c.d(\n \"b\" -> c.e()\n }\n c.f()\n}",
                "unclosed | (rule (on a.b) (do (match x) (step (call c.f))))",
            ),
        ],
        broken,
    );
}

#[test]
fn a_broken_head_leaves_the_steps() {
    super::same(
        &[
            (
                "rule r: on a.b when x y do c.d()",
                "expected | (rule r (on a.b) (when ERROR) (do (step (call c.d))))",
            ),
            (
                "rule r: on a. as b\n when x do c.d()",
                "expected | (rule r ERROR (when x) (do (step (call c.d))))",
            ),
            (
                "rule r: on a.b when x && y once per id within do { c.d() }",
                "symbol-and expected | (rule r (on a.b) (when (and x y)) (once-per ERROR) (do (step (call c.d))))",
            ),
        ],
        broken,
    );
}

#[test]
fn a_missing_brace_is_reported_at_its_opener_and_ends_at_the_next_declaration() {
    super::same(
        &[
            (
                "on a.b do {\n c.d()\n\nconst B = 2",
                "unclosed | (rule (on a.b) (do (step (call c.d)))) (const B 2)",
            ),
            (
                "test \"t\" {\n at \"x\"\n\nconst B = 2",
                "unclosed | (test \"t\" (at \"x\")) (const B 2)",
            ),
            (
                "connector c {\n type A = int\n",
                "unclosed | (connector c (type A int))",
            ),
        ],
        broken,
    );
    let text = "on a.b do {\n  if x {\n    c.d()\n\n  if y {\n    stop\n  }\n}\nconst B = 1";
    let error = super::only_error(text);
    assert_eq!(error.code, "unclosed");
    let (at, _) = error.related.unwrap();
    assert_eq!(at.text(text), "const");
}

#[test]
fn a_broken_line_of_a_test_or_definition_leaves_the_others() {
    super::same(
        &[
            (
                "test \"t\" {\n given\n expect run done\n foo\n expect no a.b\n}",
                "expected expected | (test \"t\" ERROR (expect-run done) ERROR (expect-no a.b))",
            ),
            (
                "action a {\n request POST\n effect read\n}\nconst B = 2",
                "expected | (action a (effect read)) (const B 2)",
            ),
            (
                "connector c {\n setting = 1\n type A = int\n event e { payload @\n key x }\n}",
                "expected unexpected-character | (connector c ERROR (type A int) (event e (key x)))",
            ),
        ],
        broken,
    );
}
