//! `reverse`: the list from its end.

use super::Builtin;
use crate::value::Value;

/// The list from its end.
pub(super) const REVERSE: Builtin = Builtin {
    name: "reverse",
    signature: "(list: [T]) -> [T]",
    summary: "The list from its end.",
    examples: &[("reverse([1, 2, 3])", "[3, 2, 1]")],
    fails: false,
    call: |args| {
        let mut items = args.list(0)?;
        items.reverse();
        Ok(Value::list(items))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{int, list, yields};

    #[test]
    fn the_end_comes_first() {
        assert_eq!(
            yields(&REVERSE, &[list(&[int(1), int(2)])]),
            list(&[int(2), int(1)])
        );
    }
}
