//! Functions that are part of the language itself, because they look at more than values: the moment of the run, whether
//! a field was sent, a path in backticks.

use super::Subject;

/// A function of the language itself.
#[derive(Debug)]
pub struct Special {
    /// Its name in bundles.
    pub name: &'static str,
    /// Where it stands in the reference.
    pub subject: Subject,
    /// What it takes and gives, for people: `(x, path) -> json?`.
    pub signature: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// What else is to be known.
    pub notes: &'static str,
    /// Expressions with what they yield. Run as tests, printed in the reference.
    pub examples: &'static [(&'static str, &'static str)],
}

/// All of them, by name. `first` and `all` without a path are built-in functions.
pub static SPECIAL: &[Special] = &[
    Special {
        name: "all",
        subject: Subject::Json,
        signature: "(x, `path`) -> [json]",
        summary: "Everything in JSON that a path finds, in order.",
        notes: "Paths are those of RFC 9535. A filter may test existence, text, bool and null, but no number: `[x for x in xs if x.price > 100]` does that exactly.",
        examples: &[
            (
                "[string(n) for n in all({ a: [{ n: \"чай\" }, { n: \"суп\" }] }, `$.a[*].n`)]",
                "[\"чай\", \"суп\"]",
            ),
            (
                "count(all({ a: [{ n: \"чай\" }, { k: 1 }] }, `$.a[?@.n]`))",
                "1",
            ),
        ],
    },
    Special {
        name: "first",
        subject: Subject::Json,
        signature: "(x, `path`) -> T?",
        summary: "The first thing in JSON or in a value that a path finds; null when it finds nothing.",
        notes: "A plain path of fields and indexes over a value with a type is checked like field access and gives its type; others give json, which is cast: `string(…)`, `as T`.",
        examples: &[
            ("first({ a: [1, 2] }, `$.a[1]`)", "2"),
            ("first({ a: [1, 2] }, `$.a[5]`) ?? 0", "0"),
        ],
    },
    Special {
        name: "now",
        subject: Subject::Dates,
        signature: "() -> datetime",
        summary: "When the run was created, in the bundle's zone.",
        notes: "It is the same moment in the whole run, also when a step is repeated days later.",
        examples: &[("now() == now()", "true"), ("now() + 1h > now()", "true")],
    },
    Special {
        name: "one",
        subject: Subject::Json,
        signature: "(x, `path`) -> T",
        summary: "The only thing in JSON that a path finds; fails unless there is exactly one.",
        notes: "",
        examples: &[
            ("one({ a: [1] }, `$.a[0]`)", "1"),
            ("string(one({ a: [] }, `$.a[*]`)) catch \"-\"", "\"-\""),
        ],
    },
    Special {
        name: "present",
        subject: Subject::Presence,
        signature: "(x) -> bool",
        summary: "Whether a field was sent at all: true for a null that was sent, false for a field that was not.",
        notes: "`x != null` asks whether there is a value.",
        examples: &[
            ("present(null)", "true"),
            ("present(form_decode(\"a=1\")[\"a\"])", "true"),
            ("present(form_decode(\"a=1\")[\"b\"])", "false"),
        ],
    },
    Special {
        name: "step_time",
        subject: Subject::Dates,
        signature: "() -> datetime",
        summary: "When the first attempt of the step was recorded, in the bundle's zone.",
        notes: "It is the same in every attempt of one step, and differs between steps.",
        examples: &[
            ("step_time() == step_time()", "true"),
            ("step_time() >= now()", "true"),
        ],
    },
];
