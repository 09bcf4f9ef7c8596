//! `sha512`: the SHA-512 hash of a text or bytes.
//!
//! Its result is bytes; write `hex(…)` or `base64_encode(…)` around it for a text.

use sha2::{Digest, Sha512};

use super::{Builtin, Subject};
use crate::value::Value;

/// The SHA-512 hash of a text or bytes.
pub(super) const SHA512: Builtin = Builtin {
    name: "sha512",
    subject: Subject::Codecs,
    signature: "(data: data) -> bytes",
    summary: "The SHA-512 hash of a text or bytes.",
    notes: "Its result is bytes: write `hex(…)` or `base64_encode(…)` around it.",
    examples: &[
        ("slice(hex(sha512(\"abc\")), 0, 8)", "\"ddaf35a1\""),
        ("length(hex(sha512(\"чай\")))", "128"),
    ],
    fails: false,
    call: |args| {
        let hash = Sha512::digest(&args.data(0)?);
        Ok(Value::Bytes(hash.to_vec().into()))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{text, yields};

    #[test]
    fn texts_and_bytes_have_the_known_hash() {
        let expected = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
        for data in [text("abc"), Value::Bytes((*b"abc").into())] {
            let Value::Bytes(hash) = yields(&SHA512, &[data]) else {
                panic!("no bytes")
            };
            assert_eq!(crate::eval::hex(&hash), expected);
        }
    }
}
