//! `split_name`: a full name in its parts: last name, first name, and middle name or patronymic.

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::Value;

/// A full name in its parts: last name, first name, and middle name or patronymic.
pub(super) const SPLIT_NAME: Builtin = Builtin {
    name: "split_name",
    subject: Subject::Names,
    signature: "(text: string, order: \"last-first\" | \"first-last\" = \"last-first\") -> { last: string?, first: string?, middle: string? }",
    summary: "A full name in its parts: last name, first name, and middle name or patronymic.",
    notes: "With `order: \"last-first\"`, as in Russian documents: one word is the first name; of two words the first is the last name, unless the second is a patronymic (`Иван Иванович`); a patronymic in the middle means that the last name stands at the end (`Иван Иванович Иванов`); `оглы` and `кызы` belong to the word before. With `order: \"first-last\"` the last word is the last name. Patronymics are known by their endings (-ович, -евна, -ична, …); what is no such name is put where its place says.",
    examples: &[
        (
            "split_name(\"Иванов Иван Иванович\")",
            "{ last: \"Иванов\", first: \"Иван\", middle: \"Иванович\" }",
        ),
        ("split_name(\"Анна Сергеевна\").first", "\"Анна\""),
        ("split_name(\"Ольга\").last ?? \"-\"", "\"-\""),
        (
            "split_name(\"Ada King Lovelace\", order: \"first-last\").last",
            "\"Lovelace\"",
        ),
    ],
    fails: true,
    call: |args| {
        let text = args.text(0)?;
        let words: Vec<&str> = text
            .split(|c: char| c.is_whitespace() || c == ',')
            .filter(|word| !word.is_empty())
            .collect();
        let parts = match &*args.text_or(1, "last-first")? {
            "last-first" => last_first(&words),
            "first-last" => first_last(&words),
            _ => {
                return Err(Failure::new(
                    "unknown-mode",
                    "there are the orders \"last-first\" and \"first-last\"",
                ));
            }
        };
        let part = |words: &[&str]| match words {
            [] => Value::Null,
            words => Value::text(words.join(" ")),
        };
        Ok(Value::object(vec![
            ("last".into(), part(parts.last)),
            ("first".into(), part(parts.first)),
            ("middle".into(), part(parts.middle)),
        ]))
    },
};

struct Parts<'w> {
    last: &'w [&'w str],
    first: &'w [&'w str],
    middle: &'w [&'w str],
}

fn last_first<'w>(words: &'w [&'w str]) -> Parts<'w> {
    let none: &[&str] = &[];
    // The word that is a patronymic, with `оглы` behind it.
    let end = words.len();
    let particle = words.last().is_some_and(|word| is_particle(word));
    let patronymic_at_end = match end {
        0 | 1 => None,
        _ if particle && end > 2 => Some(end - 2),
        _ if is_patronymic(words[end - 1]) => Some(end - 1),
        _ => None,
    };
    if let Some(at) = patronymic_at_end {
        return Parts {
            last: &words[..at - 1],
            first: &words[at - 1..at],
            middle: &words[at..],
        };
    }
    match words {
        [] => Parts {
            last: none,
            first: none,
            middle: none,
        },
        [_] => Parts {
            last: none,
            first: words,
            middle: none,
        },
        // Иван Иванович Иванов
        [_, second, ..] if end > 2 && is_patronymic(second) => Parts {
            last: &words[2..],
            first: &words[..1],
            middle: &words[1..2],
        },
        _ => Parts {
            last: &words[..1],
            first: &words[1..2],
            middle: &words[2..],
        },
    }
}

fn first_last<'w>(words: &'w [&'w str]) -> Parts<'w> {
    let (first, rest) = words.split_at(words.len().min(1));
    let (middle, last) = rest.split_at(rest.len().saturating_sub(1));
    Parts {
        last,
        first,
        middle,
    }
}

fn is_particle(word: &str) -> bool {
    const PARTICLES: [&str; 6] = ["оглы", "кызы", "оглу", "улы", "уулу", "гызы"];
    PARTICLES.contains(&word.to_lowercase().as_str())
}

fn is_patronymic(word: &str) -> bool {
    const ENDINGS: [&str; 14] = [
        "ович",
        "евич",
        "ьич",
        "овна",
        "евна",
        "ична",
        "инична",
        "мич",
        "кич",
        "ovich",
        "evich",
        "ovna",
        "evna",
        "ichna",
    ];
    let word = word.to_lowercase();
    ENDINGS.iter().any(|ending| {
        word.strip_suffix(ending)
            .is_some_and(|root| !root.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, text, yields};

    fn parts(name: &str, order: &str) -> [String; 3] {
        let Value::Object(parts) = yields(&SPLIT_NAME, &[text(name), text(order)]) else {
            panic!("no object")
        };
        ["last", "first", "middle"].map(|part| match parts.get(part) {
            Value::Text(text) => text.to_string(),
            _ => "-".to_owned(),
        })
    }

    #[test]
    fn russian_names_have_their_order() {
        let russian = |name: &str| parts(name, "last-first").join("|");
        assert_eq!(russian("Иванов Иван Иванович"), "Иванов|Иван|Иванович");
        assert_eq!(russian("Иван Иванович Иванов"), "Иванов|Иван|Иванович");
        assert_eq!(russian("иван иванович"), "-|иван|иванович");
        assert_eq!(russian("Иванов, Иван"), "Иванов|Иван|-");
        assert_eq!(russian("Иван"), "-|Иван|-");
        assert_eq!(russian("  "), "-|-|-");
        assert_eq!(russian("Рабинович Лев"), "Рабинович|Лев|-");
        assert_eq!(
            russian("Алиев Ильхам Гейдар оглы"),
            "Алиев|Ильхам|Гейдар оглы"
        );
        assert_eq!(russian("Толстой Лев Ильич"), "Толстой|Лев|Ильич");
        assert_eq!(russian("Ким Чен Ир"), "Ким|Чен|Ир");
    }

    #[test]
    fn western_names_end_with_the_last_name() {
        let western = |name: &str| parts(name, "first-last").join("|");
        assert_eq!(western("Ada King Lovelace"), "Lovelace|Ada|King");
        assert_eq!(western("Ada Lovelace"), "Lovelace|Ada|-");
        assert_eq!(western("Ada"), "-|Ada|-");
        assert_eq!(
            fails(&SPLIT_NAME, &[text("Ada"), text("x")]),
            "unknown-mode"
        );
    }
}
