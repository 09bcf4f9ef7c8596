//! A tree that is written down is read as the same tree, and so is what the formatter makes of it.

use ondo_generate::{Tape, text, trees};
use ondo_grammar::{fmt, parse};
use proptest::prelude::*;

use super::same::said;
use super::{choices, config};

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn what_is_written_is_read_as_the_same_tree(of_tree in choices(), of_text in choices()) {
        let tree = trees::file(&mut Tape::new(&of_tree.0));
        let written = text::write(&tree, &mut Tape::new(&of_text.0), false).text;
        let parsed = parse(&written);
        prop_assert_eq!(&parsed.errors, &[], "{}", written);
        prop_assert_eq!(said(&parsed.file), said(&tree), "{}", written);
    }

    #[test]
    fn what_is_formatted_is_read_as_the_same_tree(of_tree in choices(), of_text in choices()) {
        let tree = trees::file(&mut Tape::new(&of_tree.0));
        let written = text::write(&tree, &mut Tape::new(&of_text.0), false).text;
        let formatted = match fmt::format(&written) {
            Ok(formatted) => formatted,
            Err(error) => return Err(TestCaseError::fail(format!("{error}\n{written}"))),
        };
        let parsed = parse(&formatted);
        prop_assert_eq!(&parsed.errors, &[], "{}", formatted);
        prop_assert_eq!(said(&parsed.file), said(&tree), "{}", formatted);
        prop_assert_eq!(fmt::format(&formatted), Ok(formatted.clone()), "{}", formatted);
    }
}
