//! `text_of`: bytes as UTF-8 text.

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::Value;

/// Bytes as UTF-8 text.
pub(super) const TEXT_OF: Builtin = Builtin {
    name: "text_of",
    subject: Subject::Codecs,
    signature: "(data: bytes) -> string",
    summary: "Bytes as UTF-8 text.",
    notes: "",
    examples: &[
        ("text_of(base64_decode(\"0YfQsNC5\"))", "\"чай\""),
        ("text_of(hex_decode(\"ff\")) catch \"-\"", "\"-\""),
    ],
    fails: true,
    call: |args| {
        let Value::Bytes(data) = args.get(0) else {
            return Err(Failure::wrong_kind("bytes", args.get(0)));
        };
        match std::str::from_utf8(data) {
            Ok(text) => Ok(Value::text(text)),
            Err(_) => Err(Failure::new("not-text", "the bytes are no UTF-8 text")),
        }
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, text, yields};

    #[test]
    fn other_bytes_are_no_text() {
        assert_eq!(
            yields(&TEXT_OF, &[Value::Bytes("чай".as_bytes().into())]),
            text("чай")
        );
        assert_eq!(fails(&TEXT_OF, &[Value::Bytes([0xff].into())]), "not-text");
    }
}
