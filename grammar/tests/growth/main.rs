//! Nested text, whole and broken, is read without work that explodes: what is counted are pest's calls of rules, not
//! seconds. The limit of calls is one for the whole process, so this test has a process of its own.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::num::NonZeroUsize;

use ondo_grammar::parse;

const LEVELS: [usize; 3] = [15, 30, 60];

/// What may become of the work when the levels are doubled: four times is quadratic, and the counts are found by steps of
/// one half more.
const GROWTH_MAX: usize = 6;

/// The opening, the innermost part, the closing.
type Part = (&'static str, &'static str, &'static str);

const EXPRS: &[Part] = &[
    ("(", "1", ")"),
    ("[", "1", "]"),
    ("[1, ", "1", ", 2]"),
    ("{ a: ", "1", " }"),
    ("{ ...", "a", " }"),
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
    ("\"a {f(", "x", ")} b\""),
    ("not ", "x", ""),
    ("- ", "x", ""),
    ("fail ", "x", ""),
    ("(1 + ", "1", ") * 2"),
    ("x ?? (", "1", " catch 2)"),
    ("(x as ", "int", ")"),
    ("f(a ? ", "1", " : 2)"),
];

const STEPS: &[Part] = &[
    ("if c { ", "stop", " }"),
    ("if c { stop } else { ", "stop", " }"),
    ("for x in xs { ", "stop", " }"),
    ("match x { \"a\" -> { ", "stop", " } }"),
    ("match x { \"a\" -> ", "stop", " }"),
    ("a.b() on rejected as r { ", "stop", " }"),
    ("let x = a.b(c: { d: 1 }) on rejected as r { ", "stop", " }"),
];

const TYPES: &[Part] = &[
    ("[", "int", "]"),
    ("{ a: ", "int", " }"),
    ("{ a: ", "int", "?, b: int }"),
    ("{ [string]: ", "int", " }"),
    ("(", "int", " | 1)?"),
];

/// Where a part is nested: before and behind it.
const PLACES: [(&str, &[Part], &str, &str); 4] = [
    ("value", EXPRS, "const A = ", "\nconst B = 1"),
    ("condition", EXPRS, "on a.b when ", " do c.d()"),
    ("step", STEPS, "on a.b do { ", " }\nconst B = 1"),
    ("type", TYPES, "type A = ", "\nconst B = 1"),
];

/// Whole, and broken in all the ways that people break things.
fn texts((open, inner, close): Part, levels: usize) -> Vec<(&'static str, String)> {
    let nested = |inner: &str, close: &str| open.repeat(levels) + inner + &close.repeat(levels);
    let other = match close.trim_start().chars().next() {
        Some(')') => "]",
        _ => ")",
    };
    vec![
        ("whole", nested(inner, close)),
        ("no operand", nested("", close)),
        ("a strange sign", nested("@", close)),
        ("two operands", nested(&format!("{inner} {inner}"), close)),
        (
            "an operator too many",
            nested(&format!("{inner} + "), close),
        ),
        ("unclosed", nested(inner, "")),
        (
            "half closed",
            open.repeat(levels) + inner + &close.repeat(levels / 2),
        ),
        ("the wrong closer", nested(inner, other)),
        ("junk behind each", nested(inner, &format!("{close} §"))),
    ]
}

fn limit(calls: usize) {
    pest::set_call_limit(NonZeroUsize::new(calls));
}

/// Whether a text is read within this many calls of rules.
fn suffices(text: &str, calls: usize) -> bool {
    limit(calls);
    let errors = parse(text).errors;
    errors.iter().all(|error| error.code != "too-deep")
}

/// The least limit that suffices, from `from` upwards.
fn calls(text: &str, from: usize, case: &str) -> usize {
    let mut calls = from;
    while !suffices(text, calls) {
        calls += calls / 2;
        assert!(calls < 100_000_000, "{case} has no end");
    }
    calls
}

#[test]
fn nested_text_grows_at_most_with_the_square() {
    let mut wrong = Vec::new();
    for (place, parts, before, behind) in PLACES {
        for part in parts {
            let kinds = texts(*part, 1).len();
            // What stands in a condition is what stands in a value: some of it is enough.
            let apart = if place == "condition" { 4 } else { 1 };
            for kind in (0..kinds).step_by(apart) {
                let mut counts: Vec<usize> = Vec::new();
                let mut name = "";
                for levels in LEVELS {
                    let (what, nested) = texts(*part, levels).swap_remove(kind);
                    name = what;
                    let text = format!("{before}{nested}{behind}");
                    // What is deeper than people write is not read at all.
                    limit(0);
                    if parse(&text)
                        .errors
                        .iter()
                        .any(|error| error.code == "too-deep")
                    {
                        break;
                    }
                    let from = counts.last().copied().unwrap_or(200);
                    counts.push(calls(&text, from, part.0));
                }
                let shown = format!("{place} `{}` {name}: {counts:?}", part.0);
                println!("{shown}");
                let grows = |pair: &[usize]| pair[1] > GROWTH_MAX * pair[0];
                if counts.windows(2).any(grows) {
                    wrong.push(shown);
                }
            }
        }
    }
    limit(0);
    assert!(wrong.is_empty(), "these grow faster:\n{}", wrong.join("\n"));
}
