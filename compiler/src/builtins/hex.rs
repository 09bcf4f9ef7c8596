//! `hex`: bytes as small hexadecimal letters.

use super::{Builtin, Subject};

/// Bytes as small hexadecimal letters.
pub(super) const HEX: Builtin = Builtin {
    name: "hex",
    subject: Subject::Codecs,
    signature: "(data: data) -> string",
    summary: "Bytes as small hexadecimal letters.",
    notes: "",
    examples: &[
        ("hex(\"abc\")", "\"616263\""),
        ("hex(\"чай\")", "\"d187d0b0d0b9\""),
        ("hex(md5(\"abc\"))", "\"900150983cd24fb0d6963f7d28e17f72\""),
    ],
    fails: false,
    call: |args| Ok(args.as_secret_as(0, crate::eval::hex(&args.data(0)?))),
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{text, yields};
    use crate::value::Value;

    #[test]
    fn every_byte_has_two_letters() {
        assert_eq!(
            yields(&HEX, &[Value::Bytes([0, 15, 255].into())]),
            text("000fff")
        );
    }
}
