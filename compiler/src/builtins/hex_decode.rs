//! `hex_decode`: the bytes behind hexadecimal letters, large or small.

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::Value;

/// The bytes behind hexadecimal letters, large or small.
pub(super) const HEX_DECODE: Builtin = Builtin {
    name: "hex_decode",
    subject: Subject::Codecs,
    signature: "(text: string) -> bytes",
    summary: "The bytes behind hexadecimal letters, large or small.",
    notes: "",
    examples: &[
        ("text_of(hex_decode(\"d187d0b0d0b9\"))", "\"чай\""),
        ("hex(hex_decode(\"00FF\"))", "\"00ff\""),
        ("hex(hex_decode(\"чай\") catch hex_decode(\"\"))", "\"\""),
    ],
    fails: true,
    call: |args| {
        let text = args.text(0)?;
        let digit = |byte: u8| char::from(byte).to_digit(16);
        let byte = |pair: &[u8]| match pair {
            [high, low] => u8::try_from(digit(*high)? * 16 + digit(*low)?).ok(),
            _ => None,
        };
        text.trim()
            .as_bytes()
            .chunks(2)
            .map(byte)
            .collect::<Option<Vec<u8>>>()
            .map(|bytes| Value::Bytes(bytes.into()))
            .ok_or_else(|| Failure::new("not-hex", "the text is no bytes in hexadecimal letters"))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, text, yields};

    #[test]
    fn two_letters_are_a_byte() {
        assert_eq!(
            yields(&HEX_DECODE, &[text("000Fff")]),
            Value::Bytes([0, 15, 255].into())
        );
        assert_eq!(fails(&HEX_DECODE, &[text("0")]), "not-hex");
        assert_eq!(fails(&HEX_DECODE, &[text("+1")]), "not-hex");
    }
}
