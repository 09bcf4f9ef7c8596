//! `form_encode`: the fields of an object as a form or the query of a URL has them.

use super::{Builtin, Subject};
use crate::eval::{Failure, display, from_json, limits};
use crate::types::Name;
use crate::value::Value;

/// The fields of an object as a form or the query of a URL has them.
pub(super) const FORM_ENCODE: Builtin = Builtin {
    name: "form_encode",
    subject: Subject::Codecs,
    signature: "(fields: T) -> string",
    summary: "The fields of an object as a form or the query of a URL has them.",
    notes: "A blank is a plus sign. A field that is null is left out; a list gives its field several times.",
    examples: &[
        (
            "form_encode({ name: \"Чай\", n: 2 })",
            "\"name=%D0%A7%D0%B0%D0%B9&n=2\"",
        ),
        (
            "form_encode({ a: \"1 & 2\", b: true })",
            "\"a=1+%26+2&b=true\"",
        ),
        ("form_encode({ id: [1, 2], x: null })", "\"id=1&id=2\""),
    ],
    fails: true,
    call: |args| {
        let fields = match args.get(0) {
            Value::Json(json) => from_json(json)?,
            other => other.clone(),
        };
        let Value::Object(object) = &fields else {
            return Err(Failure::wrong_kind("an object", &fields));
        };
        let mut form = form_urlencoded::Serializer::new(String::new());
        let mut length = 0;
        for (name, value) in &object.fields {
            for text in texts(value)? {
                // Each byte can become three.
                length += 3 * (name.len() + text.len()) + 2;
                if length > 4 * limits::TEXT_BYTES_MAX {
                    return Err(Failure::too_large("the form"));
                }
                form.append_pair(name, &text);
            }
        }
        Ok(Value::text(form.finish()))
    },
};

/// The texts of a field: none for null, one for each element of a list.
fn texts(value: &Value) -> Result<Vec<Name>, Failure> {
    match value {
        Value::Null | Value::Absent => Ok(Vec::new()),
        Value::List(items) => items
            .iter()
            .filter(|item| !item.is_null())
            .map(plain)
            .collect(),
        one => Ok(vec![plain(one)?]),
    }
}

fn plain(value: &Value) -> Result<Name, Failure> {
    match value {
        Value::Object(_) | Value::List(_) | Value::Json(_) => Err(Failure::wrong_kind(
            "a value that can stand in a form",
            value,
        )),
        other => Ok(display(other)?.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, int, json, text, yields};

    #[test]
    fn names_and_values_are_encoded() {
        let fields = Value::object(vec![("имя".into(), text("a=b")), ("x".into(), Value::Null)]);
        assert_eq!(
            yields(&FORM_ENCODE, &[fields]),
            text("%D0%B8%D0%BC%D1%8F=a%3Db")
        );
        assert_eq!(
            yields(&FORM_ENCODE, &[json("{\"n\": 1.50}")]),
            text("n=1.5")
        );
    }

    #[test]
    fn a_form_is_flat() {
        let nested = Value::object(vec![("a".into(), Value::object(Vec::new()))]);
        assert_eq!(fails(&FORM_ENCODE, &[nested]), "wrong-type");
        assert_eq!(fails(&FORM_ENCODE, &[int(1)]), "wrong-type");
        let secret = Value::Secret(crate::value::Secret::new("s"));
        let hidden = Value::object(vec![("a".into(), secret)]);
        assert_eq!(fails(&FORM_ENCODE, &[hidden]), "secret-in-text");
    }
}
