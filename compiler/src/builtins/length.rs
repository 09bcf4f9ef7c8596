//! `length`: how many characters a text has.

use super::Builtin;
use crate::value::Value;

/// How many characters a text has.
pub(super) const LENGTH: Builtin = Builtin {
    name: "length",
    signature: "(text: string) -> int",
    summary: "How many characters a text has.",
    examples: &[("length(\"чай\")", "3")],
    fails: false,
    call: |args| {
        Ok(Value::Int(
            i64::try_from(args.text(0)?.chars().count()).unwrap_or(i64::MAX),
        ))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{int, text, yields};

    #[test]
    fn characters_count_not_bytes() {
        assert_eq!(yields(&LENGTH, &[text("чай")]), int(3));
    }
}
