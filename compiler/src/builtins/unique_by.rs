//! `unique_by`: the first element of a loop for each key.

use std::collections::HashSet;

use super::unique::identity;
use super::{Builtin, Subject};
use crate::value::Value;

/// The first element of a loop for each key.
pub(super) const UNIQUE_BY: Builtin = Builtin {
    name: "unique_by",
    subject: Subject::Lists,
    signature: "(loop: K for T) -> [T]",
    summary: "The first element of a loop for each key.",
    notes: "Keys are equal as in `unique`.",
    examples: &[
        (
            "[i.name for i in unique_by(i.price for i in [{ name: \"чай\", price: 90 }, { name: \"суп\", price: 250 }, { name: \"сок\", price: 90 }])]",
            "[\"чай\", \"суп\"]",
        ),
        (
            "unique_by(lower(w) for w in [\"Чай\", \"чай\", \"суп\"])",
            "[\"Чай\", \"суп\"]",
        ),
        ("unique_by(mod(x, 2) for x in [1, 3, 4])", "[1, 4]"),
    ],
    fails: true,
    call: |args| {
        let mut seen = HashSet::new();
        let mut kept = Vec::new();
        for element in args.keyed(0)? {
            if seen.insert(identity(&element.key)?) {
                kept.push(element.item);
            }
        }
        Ok(Value::list(kept))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{int, list, num, text, yields};

    fn pair(key: Value, item: Value) -> Value {
        list(&[key, item])
    }

    #[test]
    fn the_first_of_a_key_stays() {
        let pairs = list(&[
            pair(int(1), text("a")),
            pair(num("1.0"), text("b")),
            pair(text("1"), text("c")),
        ]);
        assert_eq!(yields(&UNIQUE_BY, &[pairs]), list(&[text("a"), text("c")]));
    }
}
