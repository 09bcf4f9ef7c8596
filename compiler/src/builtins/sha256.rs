//! `sha256`: the SHA-256 hash of a text or bytes.
//!
//! Its result is bytes; write `hex(…)` or `base64_encode(…)` around it for a text.

use sha2::{Digest, Sha256};

use super::{Builtin, Subject};
use crate::value::Value;

/// The SHA-256 hash of a text or bytes.
pub(super) const SHA256: Builtin = Builtin {
    name: "sha256",
    subject: Subject::Codecs,
    signature: "(data: data) -> bytes",
    summary: "The SHA-256 hash of a text or bytes.",
    notes: "Its result is bytes: write `hex(…)` or `base64_encode(…)` around it.",
    examples: &[
        ("slice(hex(sha256(\"abc\")), 0, 8)", "\"ba7816bf\""),
        ("length(hex(sha256(\"чай\")))", "64"),
    ],
    fails: false,
    call: |args| {
        let hash = Sha256::digest(&args.data(0)?);
        Ok(Value::Bytes(hash.to_vec().into()))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{text, yields};

    #[test]
    fn texts_and_bytes_have_the_known_hash() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        for data in [text("abc"), Value::Bytes((*b"abc").into())] {
            let Value::Bytes(hash) = yields(&SHA256, &[data]) else {
                panic!("no bytes")
            };
            assert_eq!(crate::eval::hex(&hash), expected);
        }
    }
}
