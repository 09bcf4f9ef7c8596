//! `index_of`: where a text or a list has this part for the first time, counted from 0; null when it has it nowhere.

use super::args::Sequence;
use super::{Builtin, Subject};
use crate::eval::equals;
use crate::value::Value;

/// Where a text or a list has this part for the first time, counted from 0; null when it has it nowhere.
pub(super) const INDEX_OF: Builtin = Builtin {
    name: "index_of",
    subject: Subject::Lists,
    signature: "(x: seq, part: T) -> int?",
    summary: "Where a text or a list has this part for the first time, counted from 0; null when it has it nowhere.",
    notes: "In a text positions count characters; the part of a list is one of its elements.",
    examples: &[
        ("index_of(\"чай с мятой\", \"мят\")", "6"),
        ("index_of([10, 20, 20], 20)", "1"),
        ("index_of(\"чай\", \"кофе\") ?? -1", "-1"),
    ],
    fails: false,
    call: |args| {
        let at = match args.sequence(0)? {
            Sequence::Text(text) => {
                let part = args.text(1)?;
                text.find(&*part).map(|byte| text[..byte].chars().count())
            }
            Sequence::List(items) => items.iter().position(|item| equals(item, args.get(1))),
        };
        Ok(at
            .and_then(|at| i64::try_from(at).ok())
            .map_or(Value::Null, Value::Int))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, int, list, text, yields};

    #[test]
    fn characters_and_elements_are_counted() {
        assert_eq!(yields(&INDEX_OF, &[text("чай с мятой"), text("с")]), int(4));
        assert_eq!(
            yields(&INDEX_OF, &[list(&[int(7), int(8)]), int(8)]),
            int(1)
        );
        assert_eq!(yields(&INDEX_OF, &[list(&[]), int(8)]), Value::Null);
        assert_eq!(yields(&INDEX_OF, &[text("чай"), text("")]), int(0));
        assert_eq!(fails(&INDEX_OF, &[int(1), int(8)]), "wrong-type");
    }
}
