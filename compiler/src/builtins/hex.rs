//! `hex`: bytes as small hexadecimal letters.

use super::Builtin;

/// Bytes as small hexadecimal letters.
pub(super) const HEX: Builtin = Builtin {
    name: "hex",
    signature: "(data: data) -> string",
    summary: "Bytes as small hexadecimal letters.",
    examples: &[("hex(\"abc\")", "\"616263\"")],
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
