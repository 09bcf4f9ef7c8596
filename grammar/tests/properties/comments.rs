//! Comments between any two words: they change nothing, and the formatter keeps each of them in its order.

use ondo_generate::{Tape, text, trees};
use ondo_grammar::{fmt, parse};
use proptest::prelude::*;

use super::same::said;
use super::{choices, config};

fn comments(text: &str) -> Vec<&str> {
    let found = parse(text).comments;
    found
        .iter()
        .map(|comment| comment.span.text(text).trim_end())
        .collect()
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn comments_change_nothing_and_are_kept_in_order(of_tree in choices(), of_text in choices()) {
        let tree = trees::file(&mut Tape::new(&of_tree.0));
        let written = text::write(&tree, &mut Tape::new(&of_text.0), true);
        let parsed = parse(&written.text);
        prop_assert_eq!(&parsed.errors, &[], "{}", written.text);
        prop_assert_eq!(said(&parsed.file), said(&tree), "{}", written.text);
        prop_assert_eq!(comments(&written.text), written.comments.clone(), "{}", written.text);
        let formatted = match fmt::format(&written.text) {
            Ok(formatted) => formatted,
            Err(error) => return Err(TestCaseError::fail(format!("{error}\n{}", written.text))),
        };
        prop_assert_eq!(said(&parse(&formatted).file), said(&tree), "{}", formatted);
        prop_assert_eq!(comments(&formatted), written.comments, "{}", formatted);
        prop_assert_eq!(fmt::format(&formatted), Ok(formatted.clone()), "{}", formatted);
    }
}
