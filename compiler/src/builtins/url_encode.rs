//! `url_encode`: the text as it stands in a URL.

use super::{Builtin, Subject};
use crate::value::Value;

/// The text as it stands in a URL.
pub(super) const URL_ENCODE: Builtin = Builtin {
    name: "url_encode",
    subject: Subject::Codecs,
    signature: "(text: string) -> string",
    summary: "The text as it stands in a URL.",
    notes: "",
    examples: &[
        ("url_encode(\"a b/ч\")", "\"a%20b%2F%D1%87\""),
        ("url_encode(\"a-b_c.d~\")", "\"a-b_c.d~\""),
        ("url_encode(\"1+1\")", "\"1%2B1\""),
    ],
    fails: false,
    call: |args| {
        let mut encoded = String::new();
        for byte in args.text(0)?.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                encoded.push(char::from(byte));
            } else {
                encoded.push_str(&format!("%{byte:02X}"));
            }
        }
        Ok(Value::text(encoded))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{text, yields};

    #[test]
    fn only_plain_letters_stay() {
        assert_eq!(
            yields(&URL_ENCODE, &[text("a b/ч~")]),
            text("a%20b%2F%D1%87~")
        );
    }
}
