//! `round`: rounds a number or money to this many digits behind the point; half away from zero, as tills do.
//!
//! Right above a division it rounds the quotient itself, so `round(a / b, 2)` needs no exact `a / b`: the evaluator sees
//! to that before it comes here.

use super::{Builtin, Subject};
use crate::eval::{Args, Failure};
use crate::value::{Num, Rounding, Value};

/// Rounds a number or money to this many digits behind the point; half away from zero, as tills do.
pub(super) const ROUND: Builtin = Builtin {
    name: "round",
    subject: Subject::Numbers,
    signature: "(x: num, places: int = 0, mode: \"half-away\" | \"half-up\" | \"half-even\" | \"down\" | \"up\" | \"floor\" | \"ceiling\" | \"ceil\" = \"half-away\") -> num",
    summary: "Rounds a number or money to this many digits behind the point; half away from zero, as tills do.",
    notes: "The modes: `\"half-away\"` (also called `\"half-up\"`), `\"half-even\"`, `\"down\"` (towards zero), `\"up\"` (away from zero), `\"floor\"`, `\"ceiling\"`. Negative places round before the point. Above a division it rounds the quotient itself, so no digits are lost before.",
    examples: &[
        ("round(2.345, 2)", "2.35"),
        ("round(-2.5)", "-3"),
        ("round(2.5, mode: \"half-even\")", "2"),
        ("round(1290, -2)", "1300"),
        ("round(10 / 3, 2)", "3.33"),
    ],
    fails: true,
    call,
};

/// Most digits that can be asked for, on both sides of the point.
const PLACES_MAX: i64 = 28;

fn call(args: &mut Args<'_, '_>) -> Result<Value, Failure> {
    let (places, mode) = places_and_mode(args.values.get(1), args.values.get(2))?;
    Ok(match args.get(0) {
        Value::Int(number) => {
            let rounded = Num::from_i64(*number).round(places, mode)?;
            Value::Int(
                rounded
                    .to_i64()
                    .ok_or_else(|| Failure::from(crate::value::NumError::Inexact))?,
            )
        }
        Value::Num(number) => Value::Num(number.round(places, mode)?),
        Value::Money(money) => Value::Money(money.round(places, mode)?),
        other => return Err(Failure::wrong_kind("a number", other)),
    })
}

/// The second and third argument, or their defaults.
///
/// # Errors
/// `out-of-range` for places beyond 28; `unknown-mode`.
pub(crate) fn places_and_mode(
    places: Option<&Value>,
    mode: Option<&Value>,
) -> Result<(i32, Rounding), Failure> {
    let places = match places {
        None | Some(Value::Absent | Value::Null) => 0,
        Some(Value::Int(places)) if (-PLACES_MAX..=PLACES_MAX).contains(places) => *places as i32,
        Some(Value::Int(_)) => {
            return Err(Failure::new(
                "out-of-range",
                "the places to round to are beyond 28",
            ));
        }
        Some(other) => return Err(Failure::wrong_kind("an int", other)),
    };
    let mode = match mode {
        None | Some(Value::Absent | Value::Null) => Rounding::HalfAwayFromZero,
        Some(Value::Text(name)) => Rounding::by_name(name).ok_or_else(|| {
            let known = Rounding::NAMES
                .map(|(name, _)| format!("\"{name}\""))
                .join(", ");
            Failure::new(
                "unknown-mode",
                format!("there is no such rounding mode; there are {known}"),
            )
        })?,
        Some(other) => return Err(Failure::wrong_kind("a string", other)),
    };
    Ok((places, mode))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::testing::{fails, int, money, num, text, yields};

    #[test]
    fn halves_go_away_from_zero() {
        assert_eq!(yields(&ROUND, &[num("2.345"), int(2)]), num("2.35"));
        assert_eq!(yields(&ROUND, &[num("-2.5")]), num("-3"));
    }

    #[test]
    fn the_type_stays() {
        assert_eq!(yields(&ROUND, &[int(1250), int(-2)]), int(1300));
        assert_eq!(
            yields(&ROUND, &[money("64.535", "RUB"), int(2)]),
            money("64.54", "RUB")
        );
    }

    #[test]
    fn an_unknown_mode_is_named() {
        assert_eq!(
            fails(&ROUND, &[num("1.5"), int(0), text("bankers")]),
            "unknown-mode"
        );
        assert_eq!(
            yields(&ROUND, &[num("2.5"), int(0), text("half-even")]),
            num("2")
        );
    }

    #[test]
    fn places_have_a_limit() {
        assert_eq!(
            fails(&ROUND, &[num("1.5"), int(i64::MIN + 1)]),
            "out-of-range"
        );
        assert_eq!(fails(&ROUND, &[num("1.5"), int(29)]), "out-of-range");
    }
}
