//! Arithmetic, comparison and rounding as expressions.

use super::*;
use crate::ir::Conversion;

fn apply(op: Op, left: Value, right: Value) -> Result<Value, Failure> {
    run(|b| {
        let (left, right) = (b.value(left), b.value(right));
        b.binary(op, left, right)
    })
}

#[test]
fn ints_stay_ints_and_are_checked() {
    assert_eq!(apply(Op::Add, int(2), int(3)), Ok(int(5)));
    assert_eq!(code(apply(Op::Add, int(i64::MAX), int(1))), "int-overflow");
    assert_eq!(code(apply(Op::Mul, int(i64::MIN), int(-1))), "int-overflow");
    assert_eq!(apply(Op::Div, int(7), int(2)), Ok(num("3.5")));
}

#[test]
fn an_int_and_a_decimal_make_a_decimal() {
    assert_eq!(apply(Op::Add, int(2), num("0.5")), Ok(num("2.5")));
    assert_eq!(apply(Op::Mul, num("0.5"), int(3)), Ok(num("1.5")));
}

#[test]
fn lost_digits_are_a_failure_that_says_what_to_write() {
    let failure = apply(Op::Div, int(1), int(3)).unwrap_err();
    assert_eq!(failure.code, "inexact");
    assert!(failure.message.contains("`round("), "{}", failure.message);
    assert_eq!(code(apply(Op::Div, int(1), int(0))), "division-by-zero");
    let tiny = || num("0.000000000000001");
    assert_eq!(code(apply(Op::Mul, tiny(), tiny())), "inexact");
}

#[test]
fn money_follows_its_rules() {
    let rub = |amount: &str| money(amount, "RUB");
    assert_eq!(
        apply(Op::Mul, rub("1290.7"), num("0.05")),
        Ok(rub("64.535"))
    );
    assert_eq!(apply(Op::Mul, int(2), rub("3")), Ok(rub("6")));
    assert_eq!(apply(Op::Div, rub("9"), int(2)), Ok(rub("4.5")));
    assert_eq!(apply(Op::Div, rub("9"), rub("2")), Ok(num("4.5")));
    assert_eq!(apply(Op::Sub, rub("9"), rub("2")), Ok(rub("7")));
    assert_eq!(apply(Op::Ge, rub("9"), rub("2")), Ok(Value::Bool(true)));
    assert_eq!(
        code(apply(Op::Add, rub("1"), money("1", "KZT"))),
        "currency-mismatch"
    );
    assert_eq!(
        code(apply(Op::Eq, rub("1"), money("1", "KZT"))),
        "currency-mismatch"
    );
    assert_eq!(code(apply(Op::Mul, rub("1"), rub("1"))), "wrong-type");
}

#[test]
fn a_literal_beside_money_takes_its_currency() {
    let compare = |amount: Value, literal: i64| {
        run(|b| {
            let (amount, literal) = (b.value(amount), b.int(literal));
            let literal = b.add(Expr::Convert {
                value: literal,
                to: Conversion::Money(None),
            });
            b.binary(Op::Gt, amount, literal)
        })
    };
    assert_eq!(compare(money("600", "RUB"), 500), Ok(Value::Bool(true)));
    assert_eq!(compare(money("600", ""), 500), Ok(Value::Bool(true)));
    // In definitions, where nothing is converted, also as a plain number.
    assert_eq!(
        apply(Op::Gt, money("600", "RUB"), num("0.5")),
        Ok(Value::Bool(true))
    );
    // A computed number is no money.
    let computed = run(|b| {
        let (left, right) = (b.value(money("600", "RUB")), b.value(num("1")));
        let sum = b.binary(Op::Add, right, right);
        b.binary(Op::Add, left, sum)
    });
    assert_eq!(code(computed), "wrong-type");
    // A computed amount without a currency does not.
    assert_eq!(
        code(apply(Op::Gt, money("600", "RUB"), Value::Null)),
        "null-value"
    );
    let computed = run(|b| {
        let (left, right) = (b.value(money("600", "RUB")), b.value(num("1")));
        let sum = b.binary(Op::Add, right, right);
        let sum = b.add(Expr::Convert {
            value: sum,
            to: Conversion::Money(None),
        });
        b.binary(Op::Gt, left, sum)
    });
    assert_eq!(code(computed), "currency-mismatch");
}

#[test]
fn the_sum_of_no_money_is_money_enough() {
    assert_eq!(
        crate::eval::compare(&money("5", "RUB"), &int(0)),
        Ok(std::cmp::Ordering::Greater)
    );
    assert!(crate::eval::equals(&money("0", "RUB"), &int(0)));
    assert!(!crate::eval::equals(&money("5", "RUB"), &int(5)));
}

#[test]
fn numbers_are_equal_by_value() {
    assert_eq!(apply(Op::Eq, int(1), num("1.0")), Ok(Value::Bool(true)));
    assert_eq!(apply(Op::Eq, json("1e2"), int(100)), Ok(Value::Bool(true)));
    assert_eq!(apply(Op::Ne, text("1"), int(1)), Ok(Value::Bool(true)));
    assert_eq!(apply(Op::Lt, int(1), num("1.5")), Ok(Value::Bool(true)));
}

#[test]
fn moments_are_equal_as_instants() {
    let moscow = moment("2026-11-21T10:00:00+03:00");
    let utc = moment("2026-11-21T07:00:00Z");
    assert_eq!(
        apply(Op::Eq, moscow.clone(), utc.clone()),
        Ok(Value::Bool(true))
    );
    assert_eq!(apply(Op::Lt, moscow, utc), Ok(Value::Bool(false)));
}

#[test]
fn dates_move_by_days_and_moments_by_anything() {
    let hours = |hours| Value::Duration(jiff::SignedDuration::from_hours(hours));
    let day = |text: &str| Value::Date(text.parse().unwrap());
    assert_eq!(
        apply(Op::Add, day("2026-02-27"), hours(48)),
        Ok(day("2026-03-01"))
    );
    assert_eq!(
        apply(Op::Sub, day("2026-03-01"), day("2026-02-27")),
        Ok(hours(48))
    );
    assert_eq!(
        code(apply(Op::Add, day("2026-02-27"), hours(1))),
        "wrong-type"
    );
    assert_eq!(
        code(apply(Op::Add, day("9999-12-31"), hours(24))),
        "date-range"
    );
    assert_eq!(
        apply(Op::Sub, moment("2026-11-21T10:00:00+03:00"), hours(1)),
        Ok(moment("2026-11-21T09:00:00+03:00"))
    );
    assert_eq!(apply(Op::Div, hours(3), hours(2)), Ok(num("1.5")));
    assert_eq!(apply(Op::Mul, hours(3), int(2)), Ok(hours(6)));
    assert_eq!(code(apply(Op::Div, hours(3), int(0))), "division-by-zero");
}

#[test]
fn null_has_no_arithmetic_and_no_order() {
    assert_eq!(code(apply(Op::Add, int(1), Value::Null)), "null-value");
    assert_eq!(code(apply(Op::Lt, Value::Absent, int(1))), "null-value");
    assert_eq!(
        apply(Op::Eq, Value::Absent, Value::Null),
        Ok(Value::Bool(true))
    );
}

#[test]
fn a_rounded_quotient_needs_no_exact_one() {
    let rounded = |left: Value, op: Op, right: Value| {
        run(|b| {
            let (left, right, places) = (b.value(left), b.value(right), b.int(2));
            let quotient = b.binary(op, left, right);
            b.builtin("round", &[quotient, places])
        })
    };
    assert_eq!(rounded(int(10), Op::Div, int(3)), Ok(num("3.33")));
    assert_eq!(
        rounded(money("100", "RUB"), Op::Div, int(3)),
        Ok(money("33.33", "RUB"))
    );
    assert_eq!(
        rounded(money("100", "RUB"), Op::Div, money("3", "RUB")),
        Ok(num("33.33"))
    );
    assert_eq!(
        code(rounded(money("100", "RUB"), Op::Div, money("3", "USD"))),
        "currency-mismatch"
    );
    assert_eq!(code(rounded(int(1), Op::Div, int(0))), "division-by-zero");
    assert_eq!(code(rounded(int(1), Op::Div, text("a"))), "wrong-type");
    assert_eq!(code(rounded(Value::Null, Op::Div, int(3))), "null-value");
}

#[test]
fn a_product_of_quotients_is_rounded_once() {
    // round(x / 3 * 3, 2) is x again; 0.005 is on the edge that a second rounding would shift.
    let result = run(|b| {
        let (x, three, places) = (b.value(num("0.005")), b.int(3), b.int(2));
        let third = b.binary(Op::Div, x, three);
        let whole = b.binary(Op::Mul, third, three);
        b.builtin("round", &[whole, places])
    });
    assert_eq!(result, Ok(num("0.01")));
    let percent = run(|b| {
        let (x, all, hundred) = (b.value(money("1", "RUB")), b.int(3), b.int(100));
        let share = b.binary(Op::Div, x, all);
        let percent = b.binary(Op::Mul, hundred, share);
        b.builtin("floor", &[percent])
    });
    assert_eq!(percent, Ok(money("33", "RUB")));
}

#[test]
fn a_sum_of_quotients_still_needs_exact_ones() {
    let result = run(|b| {
        let (one, three) = (b.int(1), b.int(3));
        let third = b.binary(Op::Div, one, three);
        let sum = b.binary(Op::Add, third, one);
        b.builtin("round", &[sum])
    });
    assert_eq!(code(result), "inexact");
}
