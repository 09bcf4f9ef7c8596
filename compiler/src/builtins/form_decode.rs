//! `form_decode`: the fields of a form or of the query of a URL.

use std::collections::HashMap;

use super::{Builtin, Subject};
use crate::eval::{Failure, limits};
use crate::types::Name;
use crate::value::Value;

/// The fields of a form or of the query of a URL.
pub(super) const FORM_DECODE: Builtin = Builtin {
    name: "form_decode",
    subject: Subject::Codecs,
    signature: "(text: string) -> { [string]: string }",
    summary: "The fields of a form or of the query of a URL.",
    notes: "Of a field that comes several times the last value is taken. Values are texts: `int(…)` makes numbers of them.",
    examples: &[
        (
            "form_decode(\"name=%D0%A7%D0%B0%D0%B9&n=2\")[\"name\"]",
            "\"Чай\"",
        ),
        ("int(form_decode(\"a=1&n=2\")[\"n\"] ?? \"0\")", "2"),
        ("form_decode(\"a=1&a=2\")[\"a\"]", "\"2\""),
    ],
    fails: true,
    call: |args| {
        let text = args.text(0)?;
        let mut places: HashMap<Name, usize> = HashMap::new();
        let mut fields: Vec<(Name, Value)> = Vec::new();
        let written = text.trim_start_matches('?');
        for (name, value) in form_urlencoded::parse(written.as_bytes()) {
            let name: Name = (*name).into();
            let value = Value::text(&*value);
            match places.get(&name).and_then(|at| fields.get_mut(*at)) {
                Some((_, last)) => *last = value,
                None => {
                    places.insert(name.clone(), fields.len());
                    fields.push((name, value));
                }
            }
            if fields.len() > limits::LIST_LENGTH_MAX {
                return Err(Failure::too_large("the form"));
            }
        }
        Ok(Value::object(fields))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{text, yields};

    #[test]
    fn the_last_value_of_a_name_counts() {
        let form = yields(&FORM_DECODE, &[text("?a=1&b=+&a=%D1%87")]);
        let fields = Value::object(vec![("a".into(), text("ч")), ("b".into(), text(" "))]);
        assert_eq!(form, fields);
        assert_eq!(yields(&FORM_DECODE, &[text("")]), Value::object(Vec::new()));
    }
}
