//! `url_decode`: the text behind `%D1%87`; a plus sign is a blank.

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::Value;

/// The text behind `%D1%87`; a plus sign is a blank.
pub(super) const URL_DECODE: Builtin = Builtin {
    name: "url_decode",
    subject: Subject::Codecs,
    signature: "(text: string) -> string",
    summary: "The text behind `%D1%87`; a plus sign is a blank.",
    notes: "",
    examples: &[
        ("url_decode(\"a%20b+%D1%87\")", "\"a b ч\""),
        ("url_decode(\"чай\")", "\"чай\""),
        ("url_decode(\"100%\")", "\"100%\""),
    ],
    fails: true,
    call: |args| {
        let bytes = decoded(args.text(0)?.as_bytes());
        // Half a character is not replaced: nobody would see that it is gone.
        let text = String::from_utf8(bytes)
            .map_err(|_| Failure::new("not-text", "what is encoded is no UTF-8 text"))?;
        Ok(Value::text(text))
    },
};

/// A percent sign without two digits behind it stands for itself, as in every browser.
fn decoded(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        let encoded = behind.split_at_checked(2).and_then(|(pair, after)| {
            let byte = std::str::from_utf8(pair).ok()?;
            let is_hex = byte.bytes().all(|digit| digit.is_ascii_hexdigit());
            is_hex.then(|| Some((u8::from_str_radix(byte, 16).ok()?, after)))?
        });
        match (first, encoded) {
            (b'%', Some((byte, after))) => {
                bytes.push(byte);
                rest = after;
            }
            (b'+', _) => bytes.push(b' '),
            (other, _) => bytes.push(*other),
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, text, yields};

    #[test]
    fn what_was_encoded_comes_back() {
        assert_eq!(
            yields(&URL_DECODE, &[text("a%20b+%D1%87&c=d")]),
            text("a b ч&c=d")
        );
        assert_eq!(yields(&URL_DECODE, &[text("")]), text(""));
    }

    #[test]
    fn a_lone_percent_sign_stays() {
        assert_eq!(yields(&URL_DECODE, &[text("5% off%2")]), text("5% off%2"));
    }

    #[test]
    fn half_a_character_is_no_text() {
        assert_eq!(fails(&URL_DECODE, &[text("%D1")]), "not-text");
    }
}
