//! `hmac_sha256`: the HMAC-SHA-256 of a text or bytes under a key.
//!
//! Its result is bytes; write `hex(…)` or `base64_encode(…)` around it for a text.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::Value;

/// The HMAC-SHA-256 of a text or bytes under a key.
pub(super) const HMAC_SHA256: Builtin = Builtin {
    name: "hmac_sha256",
    subject: Subject::Codecs,
    signature: "(data: data, key: data) -> bytes",
    summary: "The HMAC-SHA-256 of a text or bytes under a key.",
    notes: "Its result is bytes: write `hex(…)` or `base64_encode(…)` around it.",
    examples: &[
        (
            "slice(hex(hmac_sha256(\"The quick brown fox jumps over the lazy dog\", \"key\")), 0, 8)",
            "\"f7bc83f4\"",
        ),
        ("length(hex(hmac_sha256(\"чай\", \"ключ\")))", "64"),
    ],
    fails: false,
    call: |args| {
        let mut mac = Hmac::<Sha256>::new_from_slice(&args.data(1)?)
            .map_err(|_| Failure::new("wrong-type", "the key cannot be used"))?;
        mac.update(&args.data(0)?);
        Ok(Value::Bytes(mac.finalize().into_bytes().to_vec().into()))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{text, yields};

    #[test]
    fn the_known_code_comes_out() {
        let message = text("The quick brown fox jumps over the lazy dog");
        let secret = Value::Secret(crate::value::Secret::new("key"));
        for key in [text("key"), secret] {
            let Value::Bytes(code) = yields(&HMAC_SHA256, &[message.clone(), key]) else {
                panic!("no bytes")
            };
            assert_eq!(
                crate::eval::hex(&code),
                "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"
            );
        }
    }
}
