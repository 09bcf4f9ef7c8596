//! How a person is recognised in what is kept: a text as it stands in JSON, in a form, in an address; a phone in any of its
//! written forms.
//!
//! ```text
//! +79161234567   8 (916) 123-45-67   %2B7+916+1234567   \u0410\u043d\u043d\u0430
//! ```
//!
//! More is taken for the person rather than less; but `anna@example.ru` is not in `joanna@example.ru`.

/// The shortest text that says who somebody is.
const TEXT_CHARS_MIN: usize = 4;
/// A phone has at least this many digits; its last ten are the same with `+7`, with `8` and without.
const PHONE_DIGITS: usize = 10;
/// Between two digits of one number there are at most this many other characters: `) `, ` - `.
const SEPARATORS_MAX: usize = 3;

/// A text, ready to be looked for.
pub(super) struct Person {
    text: String,
    /// The last digits of a phone.
    phone: Option<String>,
}

impl Person {
    /// What is wrong with the text if nobody can be recognised by it.
    pub(super) fn new(text: &str) -> Result<Person, String> {
        let text = text.trim();
        if text.chars().count() < TEXT_CHARS_MIN {
            return Err(format!(
                "`{text}` is too short to say who it is: give at least {TEXT_CHARS_MIN} characters"
            ));
        }
        let is_phone = text
            .chars()
            .all(|char| char.is_ascii_digit() || char == '+' || is_separator(char));
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let phone = (is_phone && digits.len() >= PHONE_DIGITS)
            .then(|| digits[digits.len() - PHONE_DIGITS..].to_owned());
        let text = text.to_lowercase();
        Ok(Person { text, phone })
    }

    /// Whether a column that may be empty mentions the person.
    pub(super) fn is_in_column(&self, column: Option<&[u8]>) -> bool {
        column.is_some_and(|bytes| self.is_in(bytes))
    }

    /// Whether the bytes mention the person.
    pub(super) fn is_in(&self, bytes: &[u8]) -> bool {
        let raw = String::from_utf8_lossy(bytes);
        if self.stands_in(&raw) {
            return true;
        }
        let has_escapes = raw.contains('\\');
        if has_escapes && self.stands_in(&without_escapes(&raw)) {
            return true;
        }
        if !raw.contains('%') && !raw.contains('+') {
            return false;
        }
        let decoded = without_percents(&raw);
        self.stands_in(&decoded)
            || (decoded.contains('\\') && self.stands_in(&without_escapes(&decoded)))
    }

    fn stands_in(&self, text: &str) -> bool {
        if self
            .phone
            .as_ref()
            .is_some_and(|phone| has_number(text, phone))
        {
            return true;
        }
        let text = text.to_lowercase();
        text.match_indices(&self.text).any(|(at, found)| {
            let before = text[..at].chars().next_back();
            let mut after = text[at + found.len()..].chars();
            !self.goes_on_before(before) && !self.goes_on_after(after.next(), after.next())
        })
    }

    /// Whether the character before a match makes it part of something longer.
    fn goes_on_before(&self, before: Option<char>) -> bool {
        let is_mail = self.text.contains('@');
        before.is_some_and(|char| {
            char.is_alphanumeric() || (is_mail && matches!(char, '.' | '_' | '-' | '+'))
        })
    }

    fn goes_on_after(&self, after: Option<char>, next: Option<char>) -> bool {
        let is_mail = self.text.contains('@');
        after.is_some_and(|char| {
            char.is_alphanumeric()
                || (is_mail && matches!(char, '.' | '-') && next.is_some_and(char::is_alphanumeric))
        })
    }
}

fn is_separator(char: char) -> bool {
    matches!(
        char,
        ' ' | '-' | '(' | ')' | '.' | '\u{a0}' | '\u{2010}'..='\u{2014}' | '\u{202f}'
    )
}

/// Whether the digits stand in the text in their order, with nothing but what is written between digits of a phone.
fn has_number(text: &str, digits: &str) -> bool {
    let mut number = String::new();
    let mut separators = 0;
    for char in text.chars() {
        if char.is_ascii_digit() {
            number.push(char);
            separators = 0;
            if number.ends_with(digits) {
                return true;
            }
        } else if is_separator(char) && separators < SEPARATORS_MAX {
            separators += 1;
        } else {
            number.clear();
            separators = 0;
        }
    }
    false
}

/// The text with the escapes of JSON resolved, as far as they are ones.
fn without_escapes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut units: Vec<u16> = Vec::new();
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        let unit = rest
            .strip_prefix("\\u")
            .and_then(|hex| hex.get(..4))
            .and_then(|hex| u16::from_str_radix(hex, 16).ok());
        if let Some(unit) = unit {
            units.push(unit);
            rest = &rest[6..];
            continue;
        }
        plain.push_str(&String::from_utf16_lossy(&units));
        units.clear();
        rest = &rest[char.len_utf8()..];
        if char != '\\' {
            plain.push(char);
            continue;
        }
        if let Some(escaped) = rest.chars().next() {
            rest = &rest[escaped.len_utf8()..];
            plain.push(match escaped {
                'n' | 'r' | 't' | 'b' | 'f' => ' ',
                other => other,
            });
        }
    }
    plain.push_str(&String::from_utf16_lossy(&units));
    plain
}

/// The text of a form or an address: `%2B` and `+` resolved.
fn without_percents(text: &str) -> String {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (first, byte) {
            (b'%', Some(byte)) => {
                plain.push(byte);
                rest = &after[2..];
            }
            (b'+', _) => {
                plain.push(b' ');
                rest = after;
            }
            _ => {
                plain.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(text: &str, place: &str) -> bool {
        Person::new(text).is_ok_and(|person| person.is_in(place.as_bytes()))
    }

    #[test]
    fn a_phone_is_found_in_all_its_written_forms() {
        for typed in ["+79161234567", "8 916 123-45-67", "9161234567"] {
            for written in [
                "+79161234567",
                "89161234567",
                "+7 (916) 123-45-67",
                "8\u{a0}916\u{a0}123\u{a0}45\u{a0}67",
                r#"{"phone":"7 916 1234567"}"#,
                "phone=%2B7+916+123+45+67&x=1",
                "https://api.example/guests/79161234567?a=b",
            ] {
                assert!(finds(typed, written), "{typed} in {written}");
            }
        }
    }

    #[test]
    fn another_phone_is_not_found() {
        for written in ["+79161234568", "916123456", "91612345: 67", "916,123,45,67"] {
            assert!(!finds("+79161234567", written), "{written}");
        }
    }

    #[test]
    fn a_mail_is_found_whatever_its_case_and_not_in_another() {
        assert!(finds("anna@example.ru", "Пишите: Anna@Example.RU."));
        assert!(finds("Anna@Example.ru", "mail=anna%40example.ru&x"));
        assert!(finds("anna@example.ru", r#"{"m":"1\nanna@example.ru"}"#));
        for other in [
            "joanna@example.ru",
            "jo.anna@example.ru",
            "anna@example.ru.com",
            "anna@example.rus",
        ] {
            assert!(!finds("anna@example.ru", other), "{other}");
        }
    }

    #[test]
    fn a_name_is_found_behind_escapes() {
        assert!(finds(
            "Анна Каренина",
            r#"{"n":"\u0410\u043d\u043d\u0430 \u041a\u0430\u0440\u0435\u043d\u0438\u043d\u0430"}"#
        ));
        assert!(finds("a/b-17", r#""a\/b-17""#));
    }

    #[test]
    fn an_id_is_found_as_a_whole() {
        assert!(finds("50128", r#"{"id":50128}"#));
        assert!(!finds("50128", r#"{"id":150128}"#));
        assert!(!finds("50128", r#"{"id":501281}"#));
    }

    #[test]
    fn what_is_too_short_says_nobody() {
        assert!(Person::new(" 17 ").is_err());
    }

    #[test]
    fn odd_escapes_are_no_trouble() {
        for odd in [r"\u04", r"\", r"\ud83d\u0041", "%", "%4", "%zz+", "\\u00é0"] {
            assert!(!finds("Анна Каренина", odd), "{odd}");
        }
    }
}
