//! `base64_decode`: the bytes behind base64, of either alphabet, with or without padding.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::Value;

/// The bytes behind base64, of either alphabet, with or without padding.
pub(super) const BASE64_DECODE: Builtin = Builtin {
    name: "base64_decode",
    subject: Subject::Codecs,
    signature: "(text: string) -> bytes",
    summary: "The bytes behind base64, of either alphabet, with or without padding.",
    notes: "Its result is bytes: `text_of(…)` makes a text of them.",
    examples: &[
        ("text_of(base64_decode(\"0YfQsNC5\"))", "\"чай\""),
        ("hex(base64_decode(\"YWJj\"))", "\"616263\""),
        ("text_of(base64_decode(\"Pz8-\"))", "\"??>\""),
    ],
    fails: true,
    call: |args| {
        let text = args.text(0)?;
        let plain = text
            .trim()
            .trim_end_matches('=')
            .replace('-', "+")
            .replace('_', "/");
        let bytes = STANDARD_NO_PAD
            .decode(plain)
            .map_err(|_| Failure::new("not-base64", "the text is no base64"))?;
        Ok(Value::Bytes(bytes.into()))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, text, yields};

    #[test]
    fn padding_and_alphabet_do_not_matter() {
        for written in ["Pz8+YQ==", "Pz8-YQ", "Pz8+YQ"] {
            assert_eq!(
                yields(&BASE64_DECODE, &[text(written)]),
                Value::Bytes((*b"??>a").into())
            );
        }
        assert_eq!(fails(&BASE64_DECODE, &[text("это не оно")]), "not-base64");
    }
}
