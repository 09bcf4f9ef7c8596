//! `hash`: a short text that stands for any value: equal values have equal ones.
//!
//! 32 letters of the SHA-256 of the value's key text. Null has none.

use sha2::{Digest, Sha256};

use super::{Builtin, Subject};
use crate::value::Value;

/// A short text that stands for any value: equal values have equal ones.
pub(super) const HASH: Builtin = Builtin {
    name: "hash",
    subject: Subject::Codecs,
    signature: "(x: T) -> string",
    summary: "A short text that stands for any value: equal values have equal ones.",
    notes: "32 letters of a SHA-256. Null has none.",
    examples: &[
        ("hash(1) == hash(1.0)", "true"),
        ("hash(\"чай\") == hash(\"Чай\")", "false"),
        ("length(hash([\"чай\", \"суп\"]))", "32"),
    ],
    fails: false,
    call: |args| {
        let key = crate::eval::key_text(args.get(0))?;
        Ok(Value::text(crate::eval::hex(
            &Sha256::digest(key.as_bytes())[..16],
        )))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, int, num, yields};

    #[test]
    fn equal_values_have_equal_hashes() {
        assert_eq!(yields(&HASH, &[int(1)]), yields(&HASH, &[num("1.0")]));
        assert_ne!(yields(&HASH, &[int(1)]), yields(&HASH, &[int(2)]));
        assert_eq!(fails(&HASH, &[Value::Null]), "null-key");
    }
}
