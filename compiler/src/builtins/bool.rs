//! `bool`: a bool from a text: `true`, `yes`, `on`, `1`, `да`, or `false`, `no`, `off`, `0`, `нет`.

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::Value;

/// A bool from a text: `true`, `yes`, `on`, `1`, `да`, or `false`, `no`, `off`, `0`, `нет`.
pub(super) const BOOL: Builtin = Builtin {
    name: "bool",
    subject: Subject::Conversions,
    signature: "(x: T) -> bool",
    summary: "A bool from a text: `true`, `yes`, `on`, `1`, `да`, or `false`, `no`, `off`, `0`, `нет`.",
    notes: "Large and small letters and blanks around do not matter; the numbers 1 and 0 are read too. Anything else fails.",
    examples: &[
        ("bool(\"true\")", "true"),
        ("bool(\"Да\")", "true"),
        ("bool(0)", "false"),
        ("bool(\"может быть\") catch false", "false"),
    ],
    fails: true,
    call: |args| {
        let word = match args.get(0) {
            Value::Bool(value) => return Ok(Value::Bool(*value)),
            Value::Json(json) if json.is_boolean() => {
                return Ok(Value::Bool(json.as_bool() == Some(true)));
            }
            Value::Json(json) if json.is_string() || json.is_number() => {
                crate::eval::display(args.get(0))?
            }
            Value::Text(text) => text.to_string(),
            Value::Int(number) => number.to_string(),
            Value::Num(number) => number.to_string(),
            other => return Err(Failure::wrong_kind("a bool or a string", other)),
        };
        match word.trim().to_lowercase().as_str() {
            "true" | "yes" | "on" | "1" | "да" => Ok(Value::Bool(true)),
            "false" | "no" | "off" | "0" | "нет" => Ok(Value::Bool(false)),
            _ => Err(Failure::new(
                "not-a-bool",
                "the text is no bool: true, yes, on, 1, да; or false, no, off, 0, нет",
            )),
        }
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, int, json, text, yields};

    #[test]
    fn words_and_digits_are_read() {
        assert_eq!(yields(&BOOL, &[text(" YES ")]), Value::Bool(true));
        assert_eq!(yields(&BOOL, &[text("Нет")]), Value::Bool(false));
        assert_eq!(yields(&BOOL, &[json("\"1\"")]), Value::Bool(true));
        assert_eq!(yields(&BOOL, &[json("false")]), Value::Bool(false));
    }

    #[test]
    fn there_is_no_truthiness() {
        assert_eq!(fails(&BOOL, &[int(2)]), "not-a-bool");
        assert_eq!(fails(&BOOL, &[text("")]), "not-a-bool");
    }
}
