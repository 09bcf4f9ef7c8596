//! `min_by`: the element of a loop with the smallest key; null for an empty list.

use std::cmp::Ordering;

use super::args::extreme;
use super::{Builtin, Subject};
use crate::value::Value;

/// The element of a loop with the smallest key; null for an empty list.
pub(super) const MIN_BY: Builtin = Builtin {
    name: "min_by",
    subject: Subject::Lists,
    signature: "(loop: K for T) -> T?",
    summary: "The element of a loop with the smallest key; null for an empty list.",
    notes: "Of several such elements it is the first.",
    examples: &[
        (
            "min_by(i.price for i in [{ name: \"чай\", price: 90 }, { name: \"суп\", price: 250 }, { name: \"сок\", price: 90 }])?.name",
            "\"чай\"",
        ),
        ("min_by(length(w) for w in [\"борщ\", \"сок\"])", "\"сок\""),
        ("min_by(x for x in [])", "null"),
    ],
    fails: true,
    call: |args| {
        let best = extreme(args.keyed(0)?, |element| &element.key, Ordering::Less)?;
        Ok(best.map_or(Value::Null, |best| best.item))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, int, list, text, yields};

    fn pair(key: Value, item: Value) -> Value {
        list(&[key, item])
    }

    #[test]
    fn of_equal_ones_the_first_is_taken() {
        let pairs = list(&[pair(int(2), text("a")), pair(int(2), text("b"))]);
        assert_eq!(yields(&MIN_BY, &[pairs]), text("a"));
        assert_eq!(yields(&MIN_BY, &[list(&[])]), Value::Null);
        let no_order = list(&[pair(list(&[]), int(1))]);
        assert_eq!(fails(&MIN_BY, &[no_order]), "wrong-type");
    }
}
