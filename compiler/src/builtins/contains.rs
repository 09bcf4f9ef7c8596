//! `contains`: whether the text has this part.

use super::Builtin;
use crate::value::Value;

/// Whether the text has this part.
pub(super) const CONTAINS: Builtin = Builtin {
    name: "contains",
    signature: "(text: string, part: string) -> bool",
    summary: "Whether the text has this part.",
    examples: &[("contains(\"чай с мятой\", \"мят\")", "true")],
    fails: false,
    call: |args| Ok(Value::Bool(args.text(0)?.contains(&*args.text(1)?))),
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{text, yields};

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
}
