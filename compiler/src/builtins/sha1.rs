//! `sha1`: the SHA-1 hash of a text or bytes; only for vendors that want it.

use sha1_smol::Sha1;

use super::{Builtin, Subject};
use crate::value::Value;

/// The SHA-1 hash of a text or bytes; only for vendors that want it.
pub(super) const SHA1: Builtin = Builtin {
    name: "sha1",
    subject: Subject::Codecs,
    signature: "(data: data) -> bytes",
    summary: "The SHA-1 hash of a text or bytes; only for vendors that want it.",
    notes: "Its result is bytes: write `hex(…)` or `base64_encode(…)` around it.",
    examples: &[
        (
            "hex(sha1(\"abc\"))",
            "\"a9993e364706816aba3e25717850c26c9cd0d89d\"",
        ),
        ("length(hex(sha1(\"чай\")))", "40"),
    ],
    fails: false,
    call: |args| {
        let hash = Sha1::from(args.data(0)?).digest().bytes();
        Ok(Value::Bytes(hash.into()))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{text, yields};

    #[test]
    fn texts_and_bytes_have_the_same_hash() {
        let bytes = Value::Bytes((*b"abc").into());
        assert_eq!(yields(&SHA1, &[text("abc")]), yields(&SHA1, &[bytes]));
    }
}
