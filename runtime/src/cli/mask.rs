//! Personal data on its way to a screen: what the connector marks `personal` is masked, and so is what looks like a phone
//! number or an e-mail address in a place that nothing is known about.

use ondo_compiler::types::{Type, TypeTable};
use serde_json::Value;

/// Masks a JSON value of this type.
pub(super) fn json(value: &Value, ty: Option<&Type>, types: &TypeTable) -> Value {
    let ty = ty.map(|ty| plain(ty, types));
    match value {
        Value::Object(fields) => {
            let object = ty.and_then(|ty| types.object(ty));
            fields
                .iter()
                .map(|(name, value)| {
                    let field = object.and_then(|object| {
                        object.fields.iter().find(|field| {
                            *field.name == **name
                                || field.aliases.iter().any(|other| **other == **name)
                        })
                    });
                    let shown = match field {
                        Some(field) if field.personal => hide(value),
                        Some(field) => json(value, Some(&field.ty), types),
                        None => json(value, None, types),
                    };
                    (name.clone(), shown)
                })
                .collect()
        }
        Value::Array(items) => {
            let item = match ty {
                Some(Type::List(item)) => Some(&**item),
                _ => None,
            };
            items.iter().map(|value| json(value, item, types)).collect()
        }
        Value::String(_) if matches!(ty, Some(Type::Phone)) => hide(value),
        Value::String(text) => Value::String(self::text(text)),
        other => other.clone(),
    }
}

/// Masks what looks personal in a text: of each word.
pub(super) fn text(text: &str) -> String {
    if looks_like_phone(text) {
        return ends(text);
    }
    text.split_inclusive(char::is_whitespace)
        .map(|word| {
            let bare = word.trim_end();
            let email = bare
                .split_once('@')
                .is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
            match email || looks_like_phone(bare) {
                true => word.replacen(bare, &ends(bare), 1),
                false => word.to_owned(),
            }
        })
        .collect()
}

fn plain<'a>(ty: &'a Type, types: &'a TypeTable) -> &'a Type {
    match types.resolve(ty) {
        Type::Nullable(inner) => types.resolve(inner),
        other => other,
    }
}

/// Every text and number below, whatever it is.
fn hide(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(ends(text)),
        Value::Number(_) => Value::String("***".into()),
        Value::Array(items) => items.iter().map(hide).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), hide(value)))
            .collect(),
        other => other.clone(),
    }
}

/// Enough to tell two apart, too little to call them: `+7***22`, `П***`.
fn ends(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    if characters.is_empty() {
        return String::new();
    }
    if characters.len() < 8 {
        return format!("{}***", characters[0]);
    }
    let first: String = characters[..2].iter().collect();
    let last: String = characters[characters.len() - 2..].iter().collect();
    format!("{first}***{last}")
}

/// 10 to 15 digits, written as phone numbers are: with a plus, brackets or blanks, or as eleven digits from 7 or 8.
fn looks_like_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let only = text
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '+' | '(' | ')' | ' ' | '-' | '\u{a0}'));
    if !only || !(10..=15).contains(&digits) {
        return false;
    }
    text.starts_with('+') || text.contains('(') || (digits == 11 && text.starts_with(['7', '8']))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

    use std::sync::Arc;

    use ondo_compiler::types::{Field, ObjectType};

    use super::*;

    #[test]
    fn marked_fields_are_masked_whole() {
        let mut name = Field::new("firstName", Type::Text);
        name.personal = true;
        let ty = Type::Object(Arc::new(ObjectType {
            fields: vec![name, Field::new("number", Type::Text)],
            ..ObjectType::default()
        }));
        let value: Value =
            serde_json::from_str(r#"{"firstName":"Пётр","number":"5012-Ц"}"#).unwrap();
        assert_eq!(
            json(&value, Some(&ty), &TypeTable::default()).to_string(),
            r#"{"firstName":"П***","number":"5012-Ц"}"#
        );
    }

    #[test]
    fn what_looks_like_a_phone_or_an_address_is_masked_anywhere() {
        assert_eq!(text("8 (999) 000-11-22"), "8 ***22");
        assert_eq!(
            text("звонить +79990001122 или a.b@example.com"),
            "звонить +7***22 или a.***om"
        );
    }

    #[test]
    fn numbers_of_orders_and_dates_are_not_masked() {
        for plain in [
            "8123522898559160",
            "4174244",
            "2026-11-20 12:01:30",
            "1290.70",
        ] {
            assert_eq!(text(plain), plain);
        }
    }

    #[test]
    fn amounts_keep_their_digits() {
        let value: Value = serde_json::from_str("{\"amount\":64.530}").unwrap();
        assert_eq!(
            json(&value, None, &TypeTable::default()).to_string(),
            "{\"amount\":64.530}"
        );
    }
}
