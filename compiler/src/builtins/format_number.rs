//! `format_number`: a number or money for people: rounded to so many places, digits in groups of three.

use super::{Builtin, Subject};
use crate::eval::Failure;
use crate::value::{Rounding, Value};

/// A number or money for people: rounded to so many places, digits in groups of three.
pub(super) const FORMAT_NUMBER: Builtin = Builtin {
    name: "format_number",
    subject: Subject::Numbers,
    signature: "(x: num, places: int = 2, point: string = \",\", group: string = \" \") -> string",
    summary: "A number or money for people: rounded to so many places, digits in groups of three.",
    notes: "The defaults are those of Russian; English has `point: \".\", group: \",\"`.",
    examples: &[
        ("format_number(1290.7)", "\"1 290,70\""),
        ("format_number(1234567, 0, group: \".\")", "\"1.234.567\""),
        (
            "format_number(1234.5 USD, point: \".\", group: \",\")",
            "\"1,234.50\"",
        ),
    ],
    fails: true,
    call: |args| {
        let number = match args.get(0) {
            Value::Money(money) => money.amount,
            _ => args.num(0)?,
        };
        let places = u32::try_from(args.int_or(1, 2)?)
            .ok()
            .filter(|places| *places <= 28);
        let Some(places) = places else {
            return Err(Failure::new(
                "out-of-range",
                "the places to show are from 0 to 28",
            ));
        };
        let rounded = number.round(places as i32, Rounding::HalfAwayFromZero)?;
        let shown = rounded.abs().text_with_scale(places);
        let (whole, fraction) = shown.split_once('.').unwrap_or((&shown, ""));
        let (point, group) = (args.text_or(2, ",")?, args.text_or(3, " ")?);
        if point.len() + group.len() > SIGN_BYTES_MAX {
            return Err(Failure::new(
                "out-of-range",
                "the signs between digits are too long",
            ));
        }
        let mut text = String::new();
        if rounded.is_negative() {
            text.push('-');
        }
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) {
                text.push_str(&group);
            }
            text.push(digit);
        }
        if !fraction.is_empty() {
            text.push_str(&point);
            text.push_str(fraction);
        }
        Ok(Value::text(text))
    },
};

/// Room for an entity or a narrow blank, not for a page between each three digits.
const SIGN_BYTES_MAX: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, int, money, num, text, yields};

    #[test]
    fn digits_stand_in_groups() {
        assert_eq!(
            yields(&FORMAT_NUMBER, &[money("1290.7", "RUB")]),
            text("1 290,70")
        );
        assert_eq!(
            yields(&FORMAT_NUMBER, &[int(-1234567), int(0)]),
            text("-1 234 567")
        );
        assert_eq!(
            yields(&FORMAT_NUMBER, &[num("999.995"), int(2), text(".")]),
            text("1 000.00")
        );
        assert_eq!(yields(&FORMAT_NUMBER, &[num("-0.001")]), text("0,00"));
    }

    #[test]
    fn places_have_a_limit() {
        assert_eq!(fails(&FORMAT_NUMBER, &[int(1), int(29)]), "out-of-range");
        assert_eq!(fails(&FORMAT_NUMBER, &[int(1), int(-1)]), "out-of-range");
    }
}
