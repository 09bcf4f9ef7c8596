//! `lower`: makes a text lower-case.

use super::Builtin;
use crate::value::Value;

/// Makes a text lower-case.
pub(super) const LOWER: Builtin = Builtin {
    name: "lower",
    signature: "(text: string) -> string",
    summary: "Makes a text lower-case.",
    examples: &[("lower(\"ЧАЙ\")", "\"чай\"")],
    fails: false,
    call: |args| Ok(Value::text(args.text(0)?.to_lowercase())),
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{text, yields};

    #[test]
    fn letters_of_all_alphabets_fall() {
        assert_eq!(yields(&LOWER, &[text("ЧАЙ Tea")]), text("чай tea"));
    }
}
