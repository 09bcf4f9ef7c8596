//! 60 nested levels of everything that nests, whole and broken. A shared recursive prefix would double the time with each
//! level: such a test would not end.

use ondo_grammar::parse;

use super::{only_error, tree};

const LEVELS: usize = 60;

/// What nests: the opening, the innermost part, the closing.
const EXPRS: &[(&str, &str, &str)] = &[
    ("(", "1", ")"),
    ("[", "1", "]"),
    ("[1, ", "1", ", 2]"),
    ("{ a: ", "1", " }"),
    ("{ a: 1, b: ", "1", ", }"),
    ("f(", "1", ")"),
    ("f(a, b: ", "1", ").c"),
    ("x[", "1", "]"),
    ("x?[", "1", "]?.y"),
    ("if ", "true", " then 1 else 2"),
    ("if c then ", "1", " else 2"),
    ("if c then 1 else ", "1", ""),
    ("match x { \"a\" -> ", "1", " else -> 2 }"),
    ("match ", "x", " { else -> 2 }"),
    ("[", "x", " for x in xs if x > 0]"),
    ("[x for x in ", "xs", "]"),
    ("[x for x in xs if ", "true", "]"),
    ("sum(", "x", " for x in xs)"),
    ("\"{", "x", "}\""),
    ("not ", "x", ""),
    ("- ", "x", ""),
    ("fail ", "x", ""),
    ("(1 + ", "1", ") * 2"),
    ("x ?? (", "1", " catch 2)"),
    ("f(a ? ", "1", " : 2)"),
];

const STEPS: &[(&str, &str, &str)] = &[
    ("if c { ", "stop", " }"),
    ("if c { stop } else { ", "stop", " }"),
    ("for x in xs { ", "stop", " }"),
    ("match x { \"a\" -> { ", "stop", " } }"),
    ("match x { \"a\" -> ", "stop", " }"),
    ("a.b() on rejected as r { ", "stop", " }"),
];

fn nested((open, inner, close): (&str, &str, &str)) -> String {
    open.repeat(LEVELS) + inner + &close.repeat(LEVELS)
}

#[test]
fn expressions_nest() {
    for part in EXPRS {
        let text = format!("const A = {}", nested(*part));
        let errors = parse(&text).errors;
        assert!(
            errors.iter().all(|error| error.code == "ternary"),
            "{text}\n{:?}",
            errors.first()
        );
    }
}

#[test]
fn broken_expressions_nest() {
    for (open, inner, close) in EXPRS {
        for broken in ["@", "1 1", ""] {
            let text = format!("const A = {}\nconst B = 1", nested((open, broken, close)));
            parse(&text);
        }
        let unclosed = format!("const A = {}{inner}\nconst B = 1", open.repeat(LEVELS));
        parse(&unclosed);
        let junk = format!(
            "const A = {}{inner}{}\nconst B = 1",
            open.repeat(LEVELS),
            format!("{close} §").repeat(LEVELS)
        );
        parse(&junk);
    }
}

#[test]
fn steps_nest() {
    for part in STEPS {
        tree(&format!("on a.b do {{ {} }}", nested(*part)));
    }
}

#[test]
fn broken_steps_nest() {
    for (open, inner, close) in STEPS {
        for broken in ["@", "let", "x y", "a.b("] {
            parse(&format!(
                "on a.b do {{ {} }}",
                nested((open, broken, close))
            ));
        }
        parse(&format!("on a.b do {{ {}{inner}", open.repeat(LEVELS)));
        parse(&format!(
            "on a.b do {{ {}{inner}{} }}",
            open.repeat(LEVELS),
            format!("{close} § ").repeat(LEVELS)
        ));
    }
}

#[test]
fn types_nest() {
    for (open, close) in [
        ("[", "]"),
        ("{ a: ", " }"),
        ("{ a: ", "?, b: int }"),
        ("{ [string]: ", " }"),
        ("(", " | 1)?"),
    ] {
        let text = format!(
            "type A = {}int{}",
            open.repeat(LEVELS),
            close.repeat(LEVELS)
        );
        tree(&text);
        for broken in ["@", "int int", ""] {
            parse(&format!(
                "type A = {}{broken}{}",
                open.repeat(LEVELS),
                close.repeat(LEVELS)
            ));
        }
        parse(&format!("type A = {}int", open.repeat(LEVELS)));
    }
}

#[test]
fn else_if_chains_are_flat() {
    let chain = " else if c { stop }".repeat(100);
    tree(&format!("on a.b do {{ if c {{ stop }}{chain} }}"));
}

#[test]
fn many_equal_steps_are_not_deep() {
    let steps =
        "if not c { stop }\nlet x = if c then -1 else -2\nif a { fail \"x\" } else { stop }\n"
            .repeat(200);
    tree(&format!("on a.b do {{ {steps} }}"));
    tree(&"fn f(a: string?) -> int? = if not a then -1 else -2\n".repeat(200));
}

#[test]
fn too_deep_is_said_once() {
    for part in EXPRS {
        let (open, inner, close) = *part;
        let text = format!(
            "const A = {}{inner}{}",
            open.repeat(5000),
            close.repeat(5000)
        );
        assert_eq!(only_error(&text).code, "too-deep", "{open}");
    }
    for (open, inner, close) in STEPS {
        let text = format!(
            "on a.b do {{ {}{inner}{} }}",
            open.repeat(5000),
            close.repeat(5000)
        );
        assert_eq!(only_error(&text).code, "too-deep", "{open}");
    }
    assert_eq!(only_error(&"(".repeat(100_000)).code, "too-deep");
}

#[test]
fn the_deepest_allowed_text_is_read() {
    for (open, inner, close) in EXPRS.iter().chain(STEPS) {
        let brackets = open.matches(['(', '[', '{']).count().max(1) + open.contains("\"{") as usize;
        let chains = open.matches("if ").count()
            + open.matches("match ").count()
            + open.matches('?').count();
        let levels = 120 / (brackets + chains);
        let text = format!(
            "on a.b do {{ {}{inner}{} }}",
            open.repeat(levels),
            close.repeat(levels)
        );
        assert!(
            parse(&text)
                .errors
                .iter()
                .all(|error| error.code != "too-deep"),
            "{open}"
        );
    }
}

#[test]
fn long_chains_are_limited() {
    let sum = vec!["1"; 200].join(" + ");
    tree(&format!("const A = {sum}"));
    let sum = vec!["1"; 20_000].join(" + ");
    assert_eq!(only_error(&format!("const A = {sum}")).code, "too-deep");
    let fields = ".a".repeat(20_000);
    assert_eq!(only_error(&format!("const A = x{fields}")).code, "too-deep");
    assert_eq!(
        only_error(&format!("const A = x {}", "as int ".repeat(20_000))).code,
        "too-deep"
    );
}
