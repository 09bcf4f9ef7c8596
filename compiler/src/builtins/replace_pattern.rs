//! `replace_pattern`: the text with everything that a pattern matches replaced.

use super::capture::pattern;
use super::{Builtin, Subject};
use crate::eval::{Failure, limits};
use crate::value::Value;

/// The text with everything that a pattern matches replaced.
pub(super) const REPLACE_PATTERN: Builtin = Builtin {
    name: "replace_pattern",
    subject: Subject::Text,
    signature: "(text: string, pattern: string, by: string) -> string",
    summary: "The text with everything that a pattern matches replaced.",
    notes: "In `by`, `$1` is what the first group has matched, and `$$` a dollar sign. Patterns take linear time; they have no backreferences.",
    examples: &[
        (
            "replace_pattern(\"8 (800) 555-35-35\", r'\\D+', \"\")",
            "\"88005553535\"",
        ),
        (
            "replace_pattern(\"Иванов  Иван\", r'\\s+', \" \")",
            "\"Иванов Иван\"",
        ),
        (
            "replace_pattern(\"21.11.2026\", r'(\\d+)\\.(\\d+)\\.(\\d+)', \"$3-$2-$1\")",
            "\"2026-11-21\"",
        ),
    ],
    fails: true,
    call: |args| {
        let (text, by) = (args.text(0)?, args.text(2)?);
        let regex = pattern(&args.text(1)?)?;
        let references = by.matches('$').count();
        let (mut replaced, mut end, mut visited) = (String::new(), 0, 0);
        for found in regex.captures_iter(&text) {
            let Some(whole) = found.get(0) else { continue };
            // In the worst case each search goes to the end of the text.
            visited += text.len() - whole.start();
            if visited > VISITED_BYTES_MAX {
                return Err(Failure::too_much_work());
            }
            replaced.push_str(&text[end..whole.start()]);
            // What is put in is measured before it is made.
            let grown = by.len() + references * whole.len();
            if replaced.len() + grown > 2 * limits::TEXT_BYTES_MAX {
                return Err(Failure::too_large("the text"));
            }
            found.expand(&by, &mut replaced);
            end = whole.end();
        }
        replaced.push_str(&text[end..]);
        Ok(Value::text(replaced))
    },
};

/// A text of 20 KB may have 10,000 matches.
const VISITED_BYTES_MAX: usize = 200_000_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, text, yields};

    #[test]
    fn groups_can_be_put_in() {
        let by = |pattern: &str, by: &str| {
            yields(
                &REPLACE_PATTERN,
                &[text("заказ 5012, стол 7"), text(pattern), text(by)],
            )
        };
        assert_eq!(by(r"\d+", "№$0"), text("заказ №5012, стол №7"));
        assert_eq!(by(r"(\w+) (\d+)", "$2 $1"), text("5012 заказ, 7 стол"));
        assert_eq!(by("$^", "x"), text("заказ 5012, стол 7"));
    }

    #[test]
    fn broken_patterns_and_long_results_fail() {
        assert_eq!(
            fails(&REPLACE_PATTERN, &[text("a"), text("("), text("")]),
            "bad-pattern"
        );
        let long = text(&"a".repeat(1_000_000));
        let by = text(&"$0".repeat(100));
        assert_eq!(
            fails(&REPLACE_PATTERN, &[long, text("a+"), by]),
            "too-large"
        );
    }

    #[test]
    fn many_searches_to_the_end_fail() {
        let long = text(&"A".repeat(1_000_000));
        assert_eq!(
            fails(&REPLACE_PATTERN, &[long, text("A"), text("b")]),
            "too-much-work"
        );
    }
}
