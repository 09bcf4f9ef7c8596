//! What a condition proves about null: `phone != null` makes `phone` present from there on.
//!
//! Values never change, so a proof holds wherever the condition is known to be true. A path is a root (the event or a
//! local) and the names and literal indexes behind it.

use std::collections::BTreeSet;

/// A path that can be narrowed: `["@", "customer", "phone"]`, `["#3", "offer"]`.
pub(super) type Key = Vec<String>;

/// The root of paths of the event.
pub(super) const EVENT: &str = "@";

/// What is proved by a condition, depending on how it comes out.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Facts {
    /// Present where the condition is true.
    pub(super) when_true: BTreeSet<Key>,
    /// Present where it is false.
    pub(super) when_false: BTreeSet<Key>,
}

impl Facts {
    /// `not a`
    pub(super) fn negate(self) -> Facts {
        Facts {
            when_true: self.when_false,
            when_false: self.when_true,
        }
    }

    /// `a and b`: both hold where it is true; where it is false, either may be the reason.
    pub(super) fn and(self, right: Facts) -> Facts {
        Facts {
            when_true: union(self.when_true, right.when_true),
            when_false: common(&self.when_false, &right.when_false),
        }
    }

    /// `a or b`
    pub(super) fn or(self, right: Facts) -> Facts {
        self.negate().and(right.negate()).negate()
    }
}

fn union(mut left: BTreeSet<Key>, right: BTreeSet<Key>) -> BTreeSet<Key> {
    left.extend(right);
    left
}

fn common(left: &BTreeSet<Key>, right: &BTreeSet<Key>) -> BTreeSet<Key> {
    left.intersection(right).cloned().collect()
}

/// The paths known to be present at the place that is being checked.
#[derive(Debug, Clone, Default)]
pub(super) struct Known(BTreeSet<Key>);

impl Known {
    /// Adds what a condition proved.
    pub(super) fn learn(&mut self, keys: &BTreeSet<Key>) {
        self.0.extend(keys.iter().cloned());
    }

    /// Whether the path is present. What is present has everything before it present: `a?.b != null` proves `a`.
    pub(super) fn present(&self, key: &Key) -> bool {
        self.0.iter().any(|known| known.starts_with(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(path: &str) -> Key {
        path.split('.').map(str::to_owned).collect()
    }

    fn present_if_true(key: &Key) -> Facts {
        Facts {
            when_true: BTreeSet::from([key.clone()]),
            when_false: BTreeSet::new(),
        }
    }

    fn known(path: &str) -> Known {
        let mut known = Known::default();
        known.learn(&BTreeSet::from([key(path)]));
        known
    }

    #[test]
    fn a_present_field_proves_the_object_around_it() {
        assert!(known("@.customer.phone").present(&key("@.customer")));
    }

    #[test]
    fn a_present_object_proves_nothing_about_its_fields() {
        assert!(!known("@.customer").present(&key("@.customer.phone")));
    }

    #[test]
    fn names_that_begin_alike_are_different_paths() {
        assert!(!known("@.phones").present(&key("@.phone")));
    }

    #[test]
    fn or_proves_only_what_both_sides_prove() {
        let phone = present_if_true(&key("@.phone"));
        let email = present_if_true(&key("@.email"));
        assert!(phone.clone().or(email).when_true.is_empty());
        assert_eq!(phone.clone().or(phone.clone()), phone);
    }

    #[test]
    fn a_false_or_proves_both_negations() {
        let no_phone = present_if_true(&key("@.phone")).negate();
        let no_email = present_if_true(&key("@.email")).negate();
        assert_eq!(no_phone.or(no_email).when_false.len(), 2);
    }
}
