//! `plural`: the form of a Russian word that goes with a number: 1 блюдо, 2 блюда, 5 блюд.

use super::{Builtin, Subject};
use crate::value::Value;

/// The form of a Russian word that goes with a number: 1 блюдо, 2 блюда, 5 блюд.
pub(super) const PLURAL: Builtin = Builtin {
    name: "plural",
    subject: Subject::Text,
    signature: "(count: int, one: string, few: string, many: string) -> string",
    summary: "The form of a Russian word that goes with a number: 1 блюдо, 2 блюда, 5 блюд.",
    notes: "The number itself is not in the result: `\"{n} {plural(n, \"блюдо\", \"блюда\", \"блюд\")}\"`.",
    examples: &[
        ("plural(1, \"блюдо\", \"блюда\", \"блюд\")", "\"блюдо\""),
        ("plural(22, \"блюдо\", \"блюда\", \"блюд\")", "\"блюда\""),
        ("plural(11, \"блюдо\", \"блюда\", \"блюд\")", "\"блюд\""),
    ],
    fails: false,
    call: |args| {
        let count = args.int(0)?.unsigned_abs();
        let form = match (count % 10, count % 100) {
            (_, 11..=14) => 3,
            (1, _) => 1,
            (2..=4, _) => 2,
            _ => 3,
        };
        args.text(form).map(Value::Text)
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{int, text, yields};

    #[test]
    fn the_last_digits_decide() {
        let form = |count| {
            yields(
                &PLURAL,
                &[int(count), text("час"), text("часа"), text("часов")],
            )
        };
        let forms = [
            (0, "часов"),
            (1, "час"),
            (4, "часа"),
            (12, "часов"),
            (21, "час"),
            (-2, "часа"),
            (111, "часов"),
        ];
        for (count, expected) in forms {
            assert_eq!(form(count), text(expected), "{count}");
        }
        assert_eq!(form(i64::MIN), text("часов"));
    }
}
