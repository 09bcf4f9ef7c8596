//! `group_by`: the elements of a loop in groups of one key, in the order in which the keys come first.

use std::collections::HashMap;

use super::unique::identity;
use super::{Builtin, Subject};
use crate::value::Value;

/// The elements of a loop in groups of one key, in the order in which the keys come first.
pub(super) const GROUP_BY: Builtin = Builtin {
    name: "group_by",
    subject: Subject::Lists,
    signature: "(loop: K for T) -> [{ key: K, items: [T] }]",
    summary: "The elements of a loop in groups of one key, in the order in which the keys come first.",
    notes: "Keys are equal as gates compare them: 1 and 1.0 are one key. A key that is null fails.",
    examples: &[
        (
            "[g.key for g in group_by(i.price for i in [{ name: \"чай\", price: 90 }, { name: \"суп\", price: 250 }, { name: \"сок\", price: 90 }])]",
            "[90, 250]",
        ),
        (
            "[count(g.items) for g in group_by(i.price for i in [{ name: \"чай\", price: 90 }, { name: \"суп\", price: 250 }, { name: \"сок\", price: 90 }])]",
            "[2, 1]",
        ),
        (
            "group_by(x > 1 for x in [1, 2, 3])",
            "[{ key: false, items: [1] }, { key: true, items: [2, 3] }]",
        ),
    ],
    fails: true,
    call: |args| {
        let mut places = HashMap::new();
        let mut groups: Vec<(Value, Vec<Value>)> = Vec::new();
        for element in args.keyed(0)? {
            let at = *places
                .entry(identity(&element.key)?)
                .or_insert(groups.len());
            match groups.get_mut(at) {
                Some((_, items)) => items.push(element.item),
                None => groups.push((element.key, vec![element.item])),
            }
        }
        let group = |(key, items)| {
            Value::object(vec![
                ("key".into(), key),
                ("items".into(), Value::list(items)),
            ])
        };
        Ok(Value::list(groups.into_iter().map(group).collect()))
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
    fn groups_come_in_the_order_of_their_first_elements() {
        let pairs = list(&[
            pair(text("b"), int(1)),
            pair(text("a"), int(2)),
            pair(text("b"), int(3)),
        ]);
        let group = |key: &str, items: &[Value]| {
            Value::object(vec![
                ("key".into(), text(key)),
                ("items".into(), list(items)),
            ])
        };
        let groups = list(&[group("b", &[int(1), int(3)]), group("a", &[int(2)])]);
        assert_eq!(yields(&GROUP_BY, &[pairs]), groups);
        assert_eq!(yields(&GROUP_BY, &[list(&[])]), list(&[]));
        assert_eq!(
            fails(&GROUP_BY, &[list(&[pair(Value::Null, int(1))])]),
            "null-key"
        );
    }
}
