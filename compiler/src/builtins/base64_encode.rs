//! `base64_encode`: a text or bytes in base64; with `url: true` in the alphabet for URLs, without padding.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::{Builtin, Subject};
use crate::value::Value;

/// A text or bytes in base64; with `url: true` in the alphabet for URLs, without padding.
pub(super) const BASE64_ENCODE: Builtin = Builtin {
    name: "base64_encode",
    subject: Subject::Codecs,
    signature: "(data: data, url: bool = false) -> string",
    summary: "A text or bytes in base64; with `url: true` in the alphabet for URLs, without padding.",
    notes: "",
    examples: &[
        ("base64_encode(\"чай\")", "\"0YfQsNC5\""),
        ("base64_encode(\"??>\", url: true)", "\"Pz8-\""),
        (
            "base64_encode(sha256(\"\"))",
            "\"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\"",
        ),
    ],
    fails: false,
    call: |args| {
        let data = args.data(0)?;
        let url = matches!(args.get(1), Value::Bool(true));
        let encoded = if url {
            URL_SAFE_NO_PAD.encode(data)
        } else {
            STANDARD.encode(data)
        };
        Ok(args.as_secret_as(0, encoded))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{text, yields};

    #[test]
    fn texts_are_utf_8() {
        assert_eq!(yields(&BASE64_ENCODE, &[text("чай")]), text("0YfQsNC5"));
        assert_eq!(yields(&BASE64_ENCODE, &[text("a")]), text("YQ=="));
        assert_eq!(
            yields(&BASE64_ENCODE, &[text("a"), Value::Bool(true)]),
            text("YQ")
        );
    }
}
