//! Answers that repeat our secrets: some vendors quote the request in their error, with its key and token.
//!
//! They are taken out before the answer is read, recorded or shown, so that a replay reads what the first reading did.

use std::borrow::Cow;

use ondo_compiler::types::Name;
use ondo_compiler::value::{Secret, Value};
use ondo_compiler::wire::{HttpAnswer, Observed};

/// Shorter secrets are left alone: they would be found where they are not meant.
const LENGTH_MIN: usize = 6;
/// Stands in place of a secret.
const STAND_IN: &[u8] = b"***";

/// The secrets in settings and arguments, longest first, so that one that holds another is taken out whole.
pub(super) fn secrets<'a>(
    values: impl Iterator<Item = &'a (Name, Value)>,
    token: Option<&Secret>,
) -> Vec<Secret> {
    let mut found: Vec<Secret> = token.cloned().into_iter().collect();
    values.for_each(|(_, value)| collect(value, &mut found));
    found.retain(|secret| secret.expose().len() >= LENGTH_MIN);
    found.sort_by_key(|secret| std::cmp::Reverse(secret.expose().len()));
    found
}

fn collect(value: &Value, found: &mut Vec<Secret>) {
    match value {
        Value::Secret(secret) => found.push(secret.clone()),
        Value::List(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(object) => {
            let fields = object.fields.iter();
            fields.for_each(|(_, value)| collect(value, found));
        }
        _ => {}
    }
}

/// What was seen, without the secrets in its body.
pub(super) fn redacted<'o>(observed: &'o Observed, secrets: &[Secret]) -> Cow<'o, Observed> {
    let Observed::Answer(answer) = observed else {
        return Cow::Borrowed(observed);
    };
    let mut body = Cow::Borrowed(&answer.body[..]);
    for secret in secrets {
        for spelling in spellings(secret.expose()) {
            if let Some(without) = without(&body, spelling.as_bytes()) {
                body = Cow::Owned(without);
            }
        }
    }
    match body {
        Cow::Borrowed(_) => Cow::Borrowed(observed),
        Cow::Owned(body) => Cow::Owned(Observed::Answer(HttpAnswer {
            body,
            ..answer.clone()
        })),
    }
}

/// How a secret looks in an answer: as it is, in JSON, in JSON that stands in JSON, in an address and in a form. Those that
/// hold others come first.
fn spellings(secret: &str) -> Vec<String> {
    let in_json = |text: &str| {
        let quoted = serde_json::Value::from(text).to_string();
        quoted[1..quoted.len() - 1].to_owned()
    };
    let in_ascii = |text: &str| -> String {
        let mut units = [0; 2];
        let written = |c: char| match c.is_ascii() {
            true => c.to_string(),
            false => c
                .encode_utf16(&mut units)
                .iter()
                .map(|unit| format!("\\u{unit:04x}"))
                .collect(),
        };
        text.chars().map(written).collect()
    };
    let json = in_json(secret);
    let percent = |keeps_blank: bool, keep: &str| -> String {
        let written = |byte: u8| match byte {
            b' ' if keeps_blank => "+".to_owned(),
            byte if byte.is_ascii_alphanumeric() || keep.contains(char::from(byte)) => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        };
        secret.bytes().map(written).collect()
    };
    let form = percent(true, "*-._");
    let path = percent(false, "-._~:");
    let mut all = vec![
        in_json(&in_ascii(&json)),
        in_json(&json),
        in_ascii(&json),
        json.replace('/', "\\/"),
        json,
        lower_hex(&form),
        lower_hex(&path),
        form,
        path,
        secret.to_owned(),
    ];
    let mut seen = std::collections::HashSet::new();
    all.retain(|spelling| seen.insert(spelling.clone()));
    all
}

/// `%2F` as `%2f`, all else as it is.
fn lower_hex(text: &str) -> String {
    let mut parts = text.split('%');
    let first = parts.next().unwrap_or("").to_owned();
    parts.fold(first, |mut out, part| {
        let (hex, rest) = part.split_at(part.len().min(2));
        out.push('%');
        out.push_str(&hex.to_lowercase());
        out.push_str(rest);
        out
    })
}

/// The bytes without this secret; none if it is not in them.
fn without(bytes: &[u8], secret: &[u8]) -> Option<Vec<u8>> {
    let (first, _) = secret.split_first()?;
    let mut out: Option<Vec<u8>> = None;
    let (mut copied, mut at) = (0, 0);
    while let Some(next) = bytes[at..].iter().position(|byte| byte == first) {
        at += next;
        if bytes[at..].starts_with(secret) {
            let out = out.get_or_insert_default();
            out.extend_from_slice(&bytes[copied..at]);
            out.extend_from_slice(STAND_IN);
            at += secret.len();
            copied = at;
        } else {
            at += 1;
        }
    }
    let mut out = out?;
    out.extend_from_slice(&bytes[copied..]);
    Some(out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;

    fn body(text: &str, values: &[&str]) -> String {
        let values: Vec<(Name, Value)> = values
            .iter()
            .map(|text| ("key".into(), Value::Secret(Secret::new(*text))))
            .collect();
        let observed = Observed::Answer(HttpAnswer {
            status: 400,
            headers: Vec::new(),
            body: text.as_bytes().to_vec(),
            complete: true,
        });
        let token = Secret::new("token-canary");
        let secrets = secrets(values.iter(), Some(&token));
        let Observed::Answer(answer) = redacted(&observed, &secrets).into_owned() else {
            panic!("an answer stays an answer");
        };
        String::from_utf8(answer.body).unwrap()
    }

    #[test]
    fn a_secret_that_is_quoted_is_taken_out_everywhere() {
        assert_eq!(
            body("key-canary, key-canary and token-canary!", &["key-canary"]),
            "***, *** and ***!"
        );
    }

    #[test]
    fn a_secret_is_taken_out_in_every_spelling() {
        let secret = "ключ \"1\"/\\%";
        let json = serde_json::Value::from(secret).to_string();
        let twice = serde_json::Value::from(&*json).to_string();
        let ascii = r#"\u043a\u043b\u044e\u0447 \"1\"/\\%"#;
        let upper = "%D0%BA%D0%BB%D1%8E%D1%87+%221%22%2F%5C%25";
        for text in [
            &*json,
            &*twice,
            ascii,
            upper,
            &upper.to_lowercase(),
            &upper.replace('+', "%20"),
        ] {
            let without = body(text, &[secret]);
            assert!(
                without.contains("***") && without.len() <= 9,
                "{text}: {without}"
            );
        }
    }

    #[test]
    fn a_secret_that_holds_another_is_taken_out_whole() {
        assert_eq!(
            body("секрет-один-два", &["секрет-один", "секрет-один-два"]),
            "***"
        );
    }

    #[test]
    fn what_only_begins_like_a_secret_stays() {
        assert_eq!(
            body("key-can key-canar", &["key-canary"]),
            "key-can key-canar"
        );
    }

    #[test]
    fn a_short_secret_does_not_tear_other_texts() {
        assert_eq!(body(r#"{"id":12}"#, &["1"]), r#"{"id":12}"#);
    }
}
