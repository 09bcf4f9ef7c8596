//! `contains`: whether the text or the list has this part.

use super::args::Sequence;
use super::{Builtin, Subject};
use crate::eval::equals;
use crate::value::Value;

/// Whether the text or the list has this part.
pub(super) const CONTAINS: Builtin = Builtin {
    name: "contains",
    subject: Subject::Lists,
    signature: "(x: seq, part: T) -> bool",
    summary: "Whether the text or the list has this part.",
    notes: "Large and small letters differ: `contains(lower(x), \"чай\")`. Of a list it is the same as `part in x`.",
    examples: &[
        ("contains(\"чай с мятой\", \"мят\")", "true"),
        ("contains(\"Чай\", \"чай\")", "false"),
        ("contains([1, 2, 3], 2)", "true"),
    ],
    fails: false,
    call: |args| {
        let part = args.get(1);
        Ok(Value::Bool(match args.sequence(0)? {
            Sequence::Text(text) => text.contains(&*args.text(1)?),
            Sequence::List(items) => items.iter().any(|item| equals(item, part)),
        }))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, int, list, num, text, yields};

    #[test]
    fn case_counts() {
        assert_eq!(
            yields(&CONTAINS, &[text("Чай"), text("ай")]),
            Value::Bool(true)
        );
        assert_eq!(
            yields(&CONTAINS, &[text("Чай"), text("чай")]),
            Value::Bool(false)
        );
    }

    #[test]
    fn elements_are_compared_as_values() {
        let numbers = list(&[int(1), int(2)]);
        assert_eq!(
            yields(&CONTAINS, &[numbers.clone(), num("2.0")]),
            Value::Bool(true)
        );
        assert_eq!(yields(&CONTAINS, &[numbers, text("2")]), Value::Bool(false));
        assert_eq!(fails(&CONTAINS, &[text("12"), int(2)]), "wrong-type");
    }
}
