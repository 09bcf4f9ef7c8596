//! `json_parse`: reads JSON from a text; give it a type with `as` before use.

use std::sync::Arc;

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::Value;

/// Reads JSON from a text; give it a type with `as` before use.
pub(super) const JSON_PARSE: Builtin = Builtin {
    name: "json_parse",
    subject: Subject::Json,
    signature: "(text: string) -> json",
    summary: "Reads JSON from a text; give it a type with `as` before use.",
    notes: "",
    examples: &[
        ("json_text(json_parse(\"[1, 2.50]\"))", "\"[1,2.50]\""),
        (
            "string(first(json_parse(\"[\\\"чай\\\", 7]\"), `$[0]`))",
            "\"чай\"",
        ),
        ("json_text(json_parse(\"нет\") catch null)", "\"null\""),
    ],
    fails: true,
    call: |args| {
        let json: serde_json::Value = serde_json::from_str(&args.text(0)?)
            .map_err(|_| Failure::new("not-json", "the text is no JSON"))?;
        Ok(Value::Json(Arc::new(json)))
    },
};

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::builtins::testing::{fails, text, yields};

    #[test]
    fn digits_survive() {
        let parsed = yields(&JSON_PARSE, &[text("{\"a\": 0.12345678901234567890}")]);
        assert_eq!(
            crate::eval::display(&parsed).unwrap(),
            "{\"a\":0.12345678901234567890}"
        );
        assert_eq!(fails(&JSON_PARSE, &[text("{")]), "not-json");
    }

    #[test]
    fn deep_nesting_is_refused() {
        assert_eq!(
            fails(&JSON_PARSE, &[text(&"[".repeat(100_000))]),
            "not-json"
        );
    }
}
