//! `md5`: the MD5 hash of a text or bytes; only for vendors that want it.
//!
//! Its result is bytes; write `hex(…)` or `base64_encode(…)` around it for a text.

use md5::{Digest, Md5};

use super::{Builtin, Subject};
use crate::value::Value;

/// The MD5 hash of a text or bytes; only for vendors that want it.
pub(super) const MD5: Builtin = Builtin {
    name: "md5",
    subject: Subject::Codecs,
    signature: "(data: data) -> bytes",
    summary: "The MD5 hash of a text or bytes; only for vendors that want it.",
    notes: "Its result is bytes: write `hex(…)` or `base64_encode(…)` around it.",
    examples: &[
        ("hex(md5(\"abc\"))", "\"900150983cd24fb0d6963f7d28e17f72\""),
        ("length(hex(md5(\"чай\")))", "32"),
    ],
    fails: false,
    call: |args| {
        let hash = Md5::digest(&args.data(0)?);
        Ok(Value::Bytes(hash.to_vec().into()))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{text, yields};

    #[test]
    fn texts_and_bytes_have_the_known_hash() {
        let expected = "900150983cd24fb0d6963f7d28e17f72";
        for data in [text("abc"), Value::Bytes((*b"abc").into())] {
            let Value::Bytes(hash) = yields(&MD5, &[data]) else {
                panic!("no bytes")
            };
            assert_eq!(crate::eval::hex(&hash), expected);
        }
    }
}
