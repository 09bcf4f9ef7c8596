//! Personal data on its way to a screen: what the connector marks `personal` is masked, and so is what looks like a phone
//! number or an e-mail address in a place that nothing is known about.
//!
//! Fields that no connector describes (a webhook of one's own, unknown fields) also go by their names: `phone`,
//! `customerName`, `телефон`. Better too much than too little; `--raw` shows everything. Of a body that cannot be read as
//! JSON nothing is known, so every long run of digits is masked in it.

use ondo_compiler::types::{Type, TypeTable};
use serde_json::Value;

/// Words of names of fields that hold personal data.
const PERSONAL_WORDS: [&str; 42] = [
    "name",
    "firstname",
    "lastname",
    "fullname",
    "username",
    "middlename",
    "surname",
    "patronymic",
    "fio",
    "phone",
    "phones",
    "tel",
    "telephone",
    "mobile",
    "msisdn",
    "whatsapp",
    "email",
    "emails",
    "mail",
    "address",
    "addr",
    "street",
    "birthday",
    "birthdate",
    "birth",
    "passport",
    "nombre",
    "telefono",
    "adresse",
    "adres",
    "vorname",
    "nachname",
    "imya",
    "familiya",
    "telefon",
    "имя",
    "фамилия",
    "отчество",
    "фио",
    "телефон",
    "почта",
    "адрес",
];

/// Words before `name` that make it the name of a thing.
const THINGS: [&str; 14] = [
    "product", "item", "file", "site", "shop", "store", "status", "type", "category", "brand",
    "field", "host", "event", "offer",
];

/// How much is known of a type's fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// A connector marks what is personal.
    Marked,
    /// An author wrote it, and marks nothing.
    ByName,
}

/// Masks a JSON value of this type.
pub(super) fn json(value: &Value, ty: Option<&Type>, types: &TypeTable, known: Known) -> Value {
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
                    let by_name = field.is_none() || known == Known::ByName;
                    let shown = match field {
                        Some(field) if field.personal => hide(value),
                        _ if by_name && is_personal(name) => hide(value),
                        Some(field) => json(value, Some(&field.ty), types, known),
                        None => json(value, None, types, known),
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
            items
                .iter()
                .map(|value| json(value, item, types, known))
                .collect()
        }
        Value::String(_) if matches!(ty, Some(Type::Phone)) => hide(value),
        Value::String(text) => Value::String(self::text(text)),
        Value::Number(number) if ty.is_none() && looks_like_phone(&number.to_string()) => {
            hide(value)
        }
        other => other.clone(),
    }
}

/// Masks phone numbers and addresses of mail in a text of ours or of a field.
pub(super) fn text(text: &str) -> String {
    without_numbers(&without_mail(text), |run, is_part| {
        !is_part && looks_like_phone(run)
    })
}

/// Masks a body that could not be read: besides what [`text`] masks also every run of seven digits, and what stands behind
/// a name of a personal field in a form or in broken JSON.
pub(super) fn raw(text: &str) -> String {
    let hidden = match is_form(text) {
        true => {
            let pairs = form_urlencoded::parse(text.as_bytes()).map(|(name, value)| {
                let shown = match is_personal(&name) {
                    true => ends(&value),
                    false => value.into_owned(),
                };
                format!("{name}={shown}")
            });
            pairs.collect::<Vec<_>>().join("&")
        }
        false => without_named(text),
    };
    without_numbers(&without_mail(&hidden), |run, _| {
        run.chars().filter(char::is_ascii_digit).count() >= 7
    })
}

/// `order=%7B…%7D&site=msk`
pub(super) fn is_form(text: &str) -> bool {
    text.contains('=') && !text.contains(|c: char| c.is_whitespace() || c == '<' || c == '{')
}

/// Whether a field of this name holds personal data, as far as a name can say: `customerName`, `phone_2`, `телефон`.
pub(super) fn is_personal(name: &str) -> bool {
    let mut words: Vec<String> = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        let begins = !c.is_alphabetic() || (c.is_uppercase() && before.is_lowercase());
        if begins && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if c.is_alphabetic()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words.iter().enumerate().any(|(place, word)| {
        let of_a_thing = word == "name" && place > 0 && THINGS.contains(&words[place - 1].as_str());
        PERSONAL_WORDS.contains(&word.as_str()) && !of_a_thing
    })
}

/// Masks what stands behind `"phone":` in a text that is nearly JSON.
fn without_named(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('"') {
        let (before, from) = rest.split_at(open + 1);
        out.push_str(before);
        let Some(close) = from.find('"') else {
            rest = from;
            break;
        };
        let (name, after) = (&from[..close], &from[close + 1..]);
        out.push_str(name);
        out.push('"');
        rest = after;
        let blank = after.len() - after.trim_start().len();
        if !after[blank..].starts_with(':') || !is_personal(name) {
            continue;
        }
        let value = after[blank + 1..].trim_start();
        out.push_str(&after[..after.len() - value.len()]);
        let end = match value.strip_prefix('"') {
            Some(inner) => inner.find('"').map_or(value.len(), |end| end + 2),
            None => value
                .find(|c: char| matches!(c, ',' | '}' | ']') || c.is_whitespace())
                .unwrap_or(value.len()),
        };
        let bare = value[..end].trim_matches('"');
        out.push_str(&format!("\"{}\"", ends(bare)));
        rest = &value[end..];
    }
    out.push_str(rest);
    out
}

/// Masks addresses of mail wherever they stand.
fn without_mail(text: &str) -> String {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '%');
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('@') {
        let (left, right) = (&rest[..at], &rest[at + 1..]);
        let name = left.len() - left.trim_end_matches(is_part).len();
        let host = right.len() - right.trim_start_matches(is_part).len();
        let host = right[..host].trim_end_matches('.');
        if name == 0 || !host.contains('.') {
            out.push_str(&rest[..=at]);
            rest = right;
            continue;
        }
        out.push_str(&left[..left.len() - name]);
        out.push_str(&ends(&rest[at - name..at + 1 + host.len()]));
        rest = &right[host.len()..];
    }
    out.push_str(rest);
    out
}

/// Masks the runs of digits, with what is written between the digits of phone numbers, that are meant.
fn without_numbers(text: &str, is_meant: impl Fn(&str, bool) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = ' ';
    while let Some(c) = rest.chars().next() {
        let begins = c.is_ascii_digit() || matches!(c, '+' | '(');
        if !begins {
            out.push(c);
            before = c;
            rest = &rest[c.len_utf8()..];
            continue;
        }
        let mut end = 0;
        for (at, c) in rest.char_indices() {
            let in_run = c.is_ascii_digit()
                || matches!(c, '(' | ')' | ' ' | '-' | '\u{a0}')
                || (c == '+' && at == 0);
            if !in_run {
                break;
            }
            end = at + c.len_utf8();
        }
        let run = rest[..end].trim_end_matches(|c: char| !c.is_ascii_digit());
        let run = match run.is_empty() {
            true => &rest[..c.len_utf8()],
            false => run,
        };
        let after = rest[run.len()..].chars().next().unwrap_or(' ');
        // Part of an id or of an amount.
        let inside = |c: char| c.is_alphabetic() || c == '_';
        let is_part = inside(before) || inside(after) || before == '.' || before == '-';
        if is_meant(run, is_part) {
            out.push_str(&ends(run));
        } else {
            out.push_str(run);
        }
        before = run.chars().next_back().unwrap_or(' ');
        rest = &rest[run.len()..];
    }
    out
}

pub(super) fn plain<'a>(ty: &'a Type, types: &'a TypeTable) -> &'a Type {
    match types.resolve(ty) {
        Type::Nullable(inner) => types.resolve(inner),
        other => other,
    }
}

/// Every text and number below, whatever it is.
pub(super) fn hide(value: &Value) -> Value {
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
pub(super) fn ends(text: &str) -> String {
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
            json(&value, Some(&ty), &TypeTable::default(), Known::Marked).to_string(),
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
            json(&value, None, &TypeTable::default(), Known::Marked).to_string(),
            "{\"amount\":64.530}"
        );
    }

    #[test]
    fn a_phone_is_found_between_other_marks() {
        assert_eq!(text("тел.:+79990001122, завтра"), "тел.:+7***22, завтра");
        assert_eq!(text("№ 5012 <89990001122>"), "№ 5012 <89***22>");
        assert_eq!(text("<a.b@example.com>; ok"), "<a.***om>; ok");
    }

    #[test]
    fn ids_are_not_masked() {
        let id = "run_01a200b5-f3d7-7139-aa84-64d6d9ad5061";
        assert_eq!(text(id), id);
    }

    #[test]
    fn broken_json_keeps_no_person() {
        let body = r#"{"id": 7, "name": "Пётр Щукин", "phone": "8 (999) 000-11-22", "note":"пишите a.b@example.com или 9990001122", "email": "c@d.ru"#;
        let shown = raw(body);
        for secret in ["Щукин", "000-11", "9990001122", "a.b@", "c@d"] {
            assert!(!shown.contains(secret), "{shown}");
        }
        assert!(shown.contains("\"id\": 7"), "{shown}");
    }

    #[test]
    fn a_form_keeps_no_person() {
        let shown =
            raw("id=7&customer_name=%D0%9F%D1%91%D1%82%D1%80&tel=%2B79990001122&x=a%40b.ru&%7");
        for secret in ["Пётр", "9990001122", "a@b"] {
            assert!(!shown.contains(secret), "{shown}");
        }
        assert!(shown.starts_with("id=7&"), "{shown}");
    }

    #[test]
    fn a_number_of_seven_digits_in_a_raw_text_is_masked() {
        let shown = raw("<tel>555-12-34</tel>");
        assert!(!shown.contains("12-34"), "{shown}");
    }

    #[test]
    fn fields_of_an_author_go_by_their_names() {
        let value: Value = serde_json::from_str(
            r#"{"id":7,"name":"Оля","Телефон":79990001122,"productName":"Пицца","delivery":{"address":{"street":"Ленина"}}}"#,
        )
        .unwrap();
        assert_eq!(
            json(&value, None, &TypeTable::default(), Known::ByName).to_string(),
            r#"{"id":7,"name":"О***","Телефон":"***","productName":"Пицца","delivery":{"address":{"street":"Л***"}}}"#
        );
    }
}
