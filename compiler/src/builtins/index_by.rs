//! `index_by`: the elements of a loop by their keys, for looking up: `index_by(o.id for o in offers)["77"]`.

use std::collections::HashSet;

use super::{Builtin, Subject};
use crate::eval::{Failure, key_text};
use crate::types::Name;
use crate::value::Value;

/// The elements of a loop by their keys, for looking up: `index_by(o.id for o in offers)["77"]`.
pub(super) const INDEX_BY: Builtin = Builtin {
    name: "index_by",
    subject: Subject::Lists,
    signature: "(loop: K for T) -> { [string]: T }",
    summary: "The elements of a loop by their keys, for looking up: `index_by(o.id for o in offers)[\"77\"]`.",
    notes: "Keys are texts or whole numbers, and are looked up as texts. Two elements with one key fail: which one is meant would be a guess; `unique_by` keeps the first.",
    examples: &[
        (
            "index_by(x.id for x in [{ id: \"a\", n: 1 }, { id: \"b\", n: 2 }])[\"b\"]?.n",
            "2",
        ),
        ("index_by(x for x in [7, 8])[\"7\"]", "7"),
        (
            "index_by(w for w in [\"чай\", \"чай\"])[\"чай\"] catch \"дважды\"",
            "\"дважды\"",
        ),
    ],
    fails: true,
    call: |args| {
        let mut seen = HashSet::new();
        let mut fields: Vec<(Name, Value)> = Vec::new();
        for element in args.keyed(0)? {
            let key: Name = key_text(&element.key)?.into();
            if !seen.insert(key.clone()) {
                return Err(Failure::new(
                    "duplicate-key",
                    "two elements have the same key; `unique_by` keeps the first of them",
                ));
            }
            fields.push((key, element.item));
        }
        Ok(Value::object(fields))
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
    fn keys_are_texts() {
        let pairs = list(&[pair(int(7), text("чай")), pair(text("8"), text("суп"))]);
        let map = Value::object(vec![("7".into(), text("чай")), ("8".into(), text("суп"))]);
        assert_eq!(yields(&INDEX_BY, &[pairs]), map);
    }

    #[test]
    fn one_key_twice_fails() {
        let pairs = list(&[pair(int(7), int(1)), pair(text("7"), int(2))]);
        assert_eq!(fails(&INDEX_BY, &[pairs]), "duplicate-key");
    }
}
