//! `hmac_sha512`: the HMAC-SHA-512 of a text or bytes under a key.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha512;

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::Value;

/// The HMAC-SHA-512 of a text or bytes under a key.
pub(super) const HMAC_SHA512: Builtin = Builtin {
    name: "hmac_sha512",
    subject: Subject::Codecs,
    signature: "(data: data, key: data) -> bytes",
    summary: "The HMAC-SHA-512 of a text or bytes under a key.",
    notes: "Its result is bytes: write `hex(…)` or `base64_encode(…)` around it.",
    examples: &[
        (
            "slice(hex(hmac_sha512(\"The quick brown fox jumps over the lazy dog\", \"key\")), 0, 8)",
            "\"b42af090\"",
        ),
        ("length(hex(hmac_sha512(\"чай\", \"ключ\")))", "128"),
    ],
    fails: false,
    call: |args| {
        let mut mac = Hmac::<Sha512>::new_from_slice(&args.data(1)?)
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
    fn a_secret_can_be_the_key() {
        let secret = Value::Secret(crate::value::Secret::new("key"));
        let (open, hidden) = ([text("чай"), text("key")], [text("чай"), secret]);
        assert_eq!(yields(&HMAC_SHA512, &open), yields(&HMAC_SHA512, &hidden));
    }
}
