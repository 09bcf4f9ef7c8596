//! `chunk`: the list cut into lists of at most this many elements.

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::Value;

/// The list cut into lists of at most this many elements.
pub(super) const CHUNK: Builtin = Builtin {
    name: "chunk",
    subject: Subject::Lists,
    signature: "(list: [T], size: int) -> [[T]]",
    summary: "The list cut into lists of at most this many elements.",
    notes: "The last list may be shorter.",
    examples: &[
        ("chunk([1, 2, 3], 2)", "[[1, 2], [3]]"),
        ("chunk([\"чай\", \"суп\"], 5)", "[[\"чай\", \"суп\"]]"),
        ("count(chunk([], 2))", "0"),
    ],
    fails: true,
    call: |args| {
        let size = usize::try_from(args.int(1)?).unwrap_or(0);
        if size == 0 {
            return Err(Failure::new(
                "out-of-range",
                "a piece of a list has at least one element",
            ));
        }
        let items = args.list(0)?;
        Ok(Value::list(
            items
                .chunks(size)
                .map(|piece| Value::list(piece.to_vec()))
                .collect(),
        ))
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, int, list, yields};

    #[test]
    fn the_last_piece_may_be_short() {
        let pieces = yields(&CHUNK, &[list(&[int(1), int(2), int(3)]), int(2)]);
        assert_eq!(pieces, list(&[list(&[int(1), int(2)]), list(&[int(3)])]));
        assert_eq!(fails(&CHUNK, &[list(&[int(1)]), int(0)]), "out-of-range");
    }
}
