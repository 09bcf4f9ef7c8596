//! `capture`: what a group of a pattern finds in a text: null where the pattern does not match.

use regex::{Regex, RegexBuilder};

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::Value;

/// What a group of a pattern finds in a text: null where the pattern does not match.
pub(super) const CAPTURE: Builtin = Builtin {
    name: "capture",
    subject: Subject::Text,
    signature: "(text: string, pattern: string, group: int = 1) -> string?",
    summary: "What a group of a pattern finds in a text: null where the pattern does not match.",
    notes: "Group 0 is everything that matches. Patterns are those of `matches`; they take linear time.",
    examples: &[
        ("capture(\"Заказ №5012\", r'№(\\d+)')", "\"5012\""),
        ("capture(\"стол 7, зал 2\", r'зал (\\d+)')", "\"2\""),
        ("capture(\"нет\", r'(\\d+)') ?? \"-\"", "\"-\""),
    ],
    fails: true,
    call: |args| {
        let group = usize::try_from(args.int_or(2, 1)?).unwrap_or(usize::MAX);
        let regex = pattern(&args.text(1)?)?;
        if group >= regex.captures_len() {
            return Err(Failure::new(
                "out-of-range",
                "the pattern has no such group",
            ));
        }
        let text = args.text(0)?;
        let found = regex.captures(&text).and_then(|found| found.get(group));
        Ok(found.map_or(Value::Null, |found| Value::text(found.as_str())))
    },
};

/// The pattern, ready for use.
pub(super) fn pattern(text: &str) -> Result<Regex, Failure> {
    RegexBuilder::new(text)
        .size_limit(REGEX_BYTES_MAX)
        .dfa_size_limit(REGEX_BYTES_MAX)
        .build()
        .map_err(|_| Failure::new("bad-pattern", "the pattern is no regular expression"))
}

/// A pattern that needs more than this is a mistake.
const REGEX_BYTES_MAX: usize = 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, int, text, yields};

    #[test]
    fn the_group_is_cut_out() {
        assert_eq!(
            yields(&CAPTURE, &[text("Заказ №5012"), text(r"№(\d+)")]),
            text("5012")
        );
        assert_eq!(
            yields(&CAPTURE, &[text("Заказ"), text(r"№(\d+)")]),
            Value::Null
        );
        assert_eq!(
            yields(&CAPTURE, &[text("Заказ №5"), text(r"№\d"), int(0)]),
            text("№5")
        );
    }

    #[test]
    fn broken_and_huge_patterns_fail() {
        assert_eq!(fails(&CAPTURE, &[text("a"), text("(")]), "bad-pattern");
        assert_eq!(
            fails(&CAPTURE, &[text("a"), text(r"(\w{1000}){1000}")]),
            "bad-pattern"
        );
        assert_eq!(fails(&CAPTURE, &[text("a"), text("a")]), "out-of-range");
        assert_eq!(
            fails(&CAPTURE, &[text("a"), text("(a)"), int(-1)]),
            "out-of-range"
        );
    }
}
