//! Numbers against big integers: every result is the exact one, or a failure exactly when 28 digits do not hold it.

#![allow(clippy::unwrap_used, reason = "tests")]

use num_bigint::{BigInt, Sign};
use proptest::prelude::*;

use super::{Num, NumError, Rounding};

/// A number as a fraction of big integers: `digits / 10^scale`.
#[derive(Debug, Clone, PartialEq)]
struct Big {
    digits: BigInt,
    scale: u32,
}

fn ten(power: u32) -> BigInt {
    BigInt::from(10).pow(power)
}

impl Big {
    /// Reads the printed number, so that printing is part of what is tested.
    fn of(number: Num) -> Big {
        let text = number.to_string();
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        Big {
            digits: format!("{whole}{fraction}").parse().unwrap(),
            scale: fraction.len() as u32,
        }
    }

    /// The number, if 28 digits hold it; the definition that `Num` must keep.
    fn fit(&self) -> Option<Num> {
        let (mut digits, mut scale) = (self.digits.clone(), self.scale);
        while scale > 0 && &digits % 10 == BigInt::ZERO {
            digits /= 10;
            scale -= 1;
        }
        if digits.magnitude() >= ten(28).magnitude() || scale > 28 {
            return None;
        }
        let sign = if digits.sign() == Sign::Minus {
            "-"
        } else {
            ""
        };
        let text = format!(
            "{:0>width$}",
            digits.magnitude().to_string(),
            width = scale as usize + 1
        );
        let (whole, fraction) = text.split_at(text.len() - scale as usize);
        let point = if scale > 0 { "." } else { "" };
        Some(Num::parse(&format!("{sign}{whole}{point}{fraction}")).unwrap())
    }
}

/// `numerator / denominator` rounded to a whole number, by the definition of each mode.
fn round_fraction(numerator: &BigInt, denominator: &BigInt, mode: Rounding) -> BigInt {
    let (numerator, denominator) = if denominator.sign() == Sign::Minus {
        (-numerator, -denominator)
    } else {
        (numerator.clone(), denominator.clone())
    };
    let toward_zero = &numerator / &denominator;
    let rest = &numerator - &toward_zero * &denominator;
    let negative = numerator.sign() == Sign::Minus;
    let away: BigInt = if negative {
        &toward_zero - 1
    } else {
        &toward_zero + 1
    };
    if rest == BigInt::ZERO {
        return toward_zero;
    }
    let twice = BigInt::from(rest.magnitude().clone()) * 2;
    match mode {
        Rounding::Down => toward_zero,
        Rounding::Up => away,
        Rounding::Floor if negative => away,
        Rounding::Floor => toward_zero,
        Rounding::Ceiling if negative => toward_zero,
        Rounding::Ceiling => away,
        Rounding::HalfAwayFromZero if twice >= denominator => away,
        Rounding::HalfAwayFromZero => toward_zero,
        Rounding::HalfEven if twice > denominator => away,
        Rounding::HalfEven if twice < denominator => toward_zero,
        Rounding::HalfEven if &toward_zero % 2 == BigInt::ZERO => toward_zero,
        Rounding::HalfEven => away,
    }
}

/// `digits * 10^-places` for places on both sides of the point.
fn at_places(digits: BigInt, places: i32) -> Option<Num> {
    if places >= 0 {
        Big {
            digits,
            scale: places as u32,
        }
        .fit()
    } else {
        Big {
            digits: digits * ten(places.unsigned_abs()),
            scale: 0,
        }
        .fit()
    }
}

/// Numbers of all sizes: few digits, many digits, round ones, powers of two and five, halves.
pub(super) fn number() -> impl Strategy<Value = Num> {
    let digits = prop_oneof![
        4 => 0..100_000_u128,
        4 => 0..10_u128.pow(14),
        3 => 0..10_u128.pow(28),
        2 => (0..93_u32).prop_map(|power| 2_u128.pow(power)),
        2 => (0..40_u32).prop_map(|power| 5_u128.pow(power)),
        1 => (0..28_u32).prop_map(|power| 10_u128.pow(power)),
        1 => Just(10_u128.pow(28) - 1),
        1 => (0..28_u32).prop_map(|power| 5 * 10_u128.pow(power)),
    ];
    (any::<bool>(), digits, prop_oneof![0..4_u32, 0..=28_u32])
        .prop_filter_map("28 digits", |(negative, digits, scale)| {
            Num::from_parts(negative, digits, scale)
        })
}

fn mode() -> impl Strategy<Value = Rounding> {
    prop::sample::select(Rounding::NAMES.map(|(_, mode)| mode).to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn addition_is_exact(left in number(), right in number()) {
        let (a, b) = (Big::of(left), Big::of(right));
        let scale = a.scale.max(b.scale);
        let digits = a.digits * ten(scale - a.scale) + b.digits * ten(scale - b.scale);
        prop_assert_eq!(left.add(right), Big { digits, scale }.fit().ok_or(NumError::Inexact));
    }

    #[test]
    fn subtraction_is_exact(left in number(), right in number()) {
        let (a, b) = (Big::of(left), Big::of(right));
        let scale = a.scale.max(b.scale);
        let digits = a.digits * ten(scale - a.scale) - b.digits * ten(scale - b.scale);
        prop_assert_eq!(left.sub(right), Big { digits, scale }.fit().ok_or(NumError::Inexact));
    }

    #[test]
    fn multiplication_is_exact(left in number(), right in number()) {
        let (a, b) = (Big::of(left), Big::of(right));
        let exact = Big { digits: a.digits * b.digits, scale: a.scale + b.scale };
        prop_assert_eq!(left.mul(right), exact.fit().ok_or(NumError::Inexact));
    }

    #[test]
    fn a_product_can_be_divided_again(left in number(), right in number()) {
        if let Ok(product) = left.mul(right) && !right.is_zero() {
            prop_assert_eq!(product.div(right), Ok(left));
        }
    }

    #[test]
    fn division_is_exact_or_fails(left in number(), right in number()) {
        let (a, b) = (Big::of(left), Big::of(right));
        let expected = if right.is_zero() {
            Err(NumError::DivisionByZero)
        } else {
            // At a scale of 28 the quotient is either whole or does not fit.
            let numerator = a.digits * ten(28) * ten(b.scale);
            let denominator = b.digits * ten(a.scale);
            let quotient = &numerator / &denominator;
            if &quotient * &denominator == numerator {
                Big { digits: quotient, scale: 28 }.fit().ok_or(NumError::Inexact)
            } else {
                Err(NumError::Inexact)
            }
        };
        prop_assert_eq!(left.div(right), expected);
    }

    #[test]
    fn rounding_follows_its_mode(number in number(), places in -30..=28_i32, mode in mode()) {
        let big = Big::of(number);
        let (numerator, denominator) = if places >= 0 {
            (big.digits * ten(places as u32), ten(big.scale))
        } else {
            (big.digits, ten(big.scale) * ten(places.unsigned_abs()))
        };
        // A number that has no more places than wanted stays, even where the shifted digits would not fit.
        let expected = at_places(round_fraction(&numerator, &denominator, mode), places);
        prop_assert_eq!(number.round(places, mode), expected.ok_or(NumError::Inexact));
    }

    #[test]
    fn a_quotient_is_rounded_once(left in number(), right in number(), places in -30..=28_i32, mode in mode()) {
        prop_assume!(!right.is_zero());
        let (a, b) = (Big::of(left), Big::of(right));
        let mut numerator = a.digits * ten(b.scale);
        let mut denominator = b.digits * ten(a.scale);
        if places >= 0 { numerator *= ten(places as u32) } else { denominator *= ten(places.unsigned_abs()) }
        let digits = round_fraction(&numerator, &denominator, mode);
        match left.div_round(right, places, mode) {
            Ok(rounded) => prop_assert_eq!(Some(rounded), at_places(digits, places)),
            Err(error) => {
                prop_assert_eq!(error, NumError::Inexact);
                prop_assert_eq!(at_places(digits, places), None);
            }
        }
    }

    #[test]
    fn a_quotient_next_to_a_number_that_fits_is_rounded_to_it(
        whole in number(), right in number(), by in -2..=2_i64, places in 0..=28_i32, mode in mode(),
    ) {
        // `whole * right` and a little beside it, divided by `right` again.
        prop_assume!(!right.is_zero());
        let beside = whole.mul(right).and_then(|product| {
            product.add(Num::from_parts(by < 0, by.unsigned_abs().into(), product.scale()).unwrap())
        });
        if let Ok(left) = beside {
            let (a, b) = (Big::of(left), Big::of(right));
            let numerator = a.digits * ten(b.scale) * ten(places as u32);
            let digits = round_fraction(&numerator, &(b.digits * ten(a.scale)), mode);
            let expected = at_places(digits, places).ok_or(NumError::Inexact);
            prop_assert_eq!(left.div_round(right, places, mode), expected);
        }
    }

    #[test]
    fn the_remainder_is_between_zero_and_the_divisor(left in number(), right in number()) {
        prop_assume!(!right.is_zero());
        let (a, b) = (Big::of(left), Big::of(right));
        let scale = a.scale.max(b.scale);
        let dividend = a.digits * ten(scale - a.scale);
        let divisor = b.digits * ten(scale - b.scale);
        let quotient = round_fraction(&dividend, &divisor, Rounding::Floor);
        let rest = Big { digits: dividend - quotient * divisor, scale };
        // The remainder of a huge and a tiny number may need digits that the sum with the divisor has not.
        prop_assert_eq!(left.modulo(right), rest.fit().ok_or(NumError::Inexact));
    }

    #[test]
    fn order_is_that_of_the_numbers(left in number(), right in number()) {
        let (a, b) = (Big::of(left), Big::of(right));
        let scale = a.scale.max(b.scale);
        let order = (a.digits * ten(scale - a.scale)).cmp(&(b.digits * ten(scale - b.scale)));
        prop_assert_eq!(left.cmp(&right), order);
        prop_assert_eq!(left == right, order.is_eq());
    }

    #[test]
    fn what_is_printed_reads_back(number in number(), scale in 0..30_u32) {
        prop_assert_eq!(Num::parse(&number.to_string()), Ok(number));
        prop_assert_eq!(Num::parse(&number.text_with_scale(scale)), Ok(number));
    }

    #[test]
    fn any_digits_read_exactly_or_fail(
        sign in "-?", whole in "[0-9]{1,35}", fraction in "([.][0-9]{1,35})?", exponent in prop::option::of(-40..40_i32),
    ) {
        let fraction_digits = fraction.trim_start_matches('.');
        let written = exponent.map_or(String::new(), |exponent| format!("e{exponent}"));
        let text = format!("{sign}{whole}{fraction}{written}");
        let digits: BigInt = format!("{sign}{whole}{fraction_digits}").parse().unwrap();
        let power = exponent.unwrap_or(0) - fraction_digits.len() as i32;
        prop_assert_eq!(Num::parse(&text), at_places(digits, -power).ok_or(NumError::TooManyDigits));
    }

    #[test]
    fn whole_numbers_come_back(value in any::<i64>()) {
        prop_assert_eq!(Num::from_i64(value).to_i64(), Some(value));
        prop_assert_eq!(Num::parse(&value.to_string()), Ok(Num::from_i64(value)));
    }

    #[test]
    fn no_text_makes_parsing_panic(text in "[-+0-9.eE_ а]{0,40}") {
        let _ = Num::parse(&text);
    }
}

fn num(text: &str) -> Num {
    Num::parse(text).unwrap()
}

#[test]
fn thirty_five_digits_are_a_failure() {
    let text = "12345678901234567890123456789012345";
    assert_eq!(Num::parse(text), Err(NumError::TooManyDigits));
    assert_eq!(
        Num::parse("0.12345678901234567890123456789012345"),
        Err(NumError::TooManyDigits)
    );
}

#[test]
fn a_product_that_loses_digits_is_a_failure() {
    // `rust_decimal` gives 0.0000000000000000000000000000 here.
    let tiny = num("0.000000000000001");
    assert_eq!(tiny.mul(tiny), Err(NumError::Inexact));
    let long = num("1.23456789012345");
    assert_eq!(long.mul(num("1.000000000000001")), Err(NumError::Inexact));
}

#[test]
fn a_sum_that_loses_digits_is_a_failure() {
    assert_eq!(
        num("1000000000000000000000000000").add(num("0.01")),
        Err(NumError::Inexact)
    );
}

#[test]
fn zeros_at_the_end_do_not_count_as_digits() {
    assert_eq!(num("1290.70"), num("1290.7"));
    assert_eq!(num("1.00000000000000000000000000000000000"), num("1"));
    assert_eq!(num("0012.50").to_string(), "12.5");
}

#[test]
fn money_text_has_at_least_two_digits_and_loses_none() {
    assert_eq!(num("1290.7").text_with_scale(2), "1290.70");
    assert_eq!(num("1290").text_with_scale(2), "1290.00");
    assert_eq!(num("-0.005").text_with_scale(2), "-0.005");
    assert_eq!(num("7").text_with_scale(0), "7");
}

#[test]
fn exponents_are_read_exactly() {
    assert_eq!(num("1e2"), num("100"));
    assert_eq!(num("1.5E-3"), num("0.0015"));
    assert_eq!(num("12.5e+1"), num("125"));
    assert_eq!(num("0e999999999999999999999"), Num::ZERO);
    assert_eq!(Num::parse("1e28"), Err(NumError::TooManyDigits));
    assert_eq!(Num::parse("1e-29"), Err(NumError::TooManyDigits));
    assert_eq!(
        Num::parse("1e-99999999999999999999"),
        Err(NumError::TooManyDigits)
    );
}

#[test]
fn what_is_no_number_says_so() {
    for text in [
        "", "-", ".5", "1.", "+1", "1_000", " 1", "1e", "1e+", "1.2.3", "0x10", "NaN", "١٢", "1,5",
    ] {
        assert_eq!(Num::parse(text), Err(NumError::NotANumber), "{text:?}");
    }
}

#[test]
fn there_is_no_negative_zero() {
    assert_eq!(num("-0.00").to_string(), "0");
    assert!(!num("-0").is_negative());
    assert_eq!(Num::ZERO.neg().to_string(), "0");
    assert_eq!(
        num("-0.004")
            .round(2, Rounding::HalfAwayFromZero)
            .unwrap()
            .to_string(),
        "0"
    );
}

#[test]
fn halves_round_as_their_mode_says() {
    let rounded =
        |text: &str| Rounding::NAMES.map(|(_, mode)| num(text).round(0, mode).unwrap().to_string());
    //                               half-away half-even  down  up    floor ceiling
    assert_eq!(rounded("2.5"), ["3", "2", "2", "3", "2", "3"]);
    assert_eq!(rounded("-2.5"), ["-3", "-2", "-2", "-3", "-3", "-2"]);
    assert_eq!(rounded("3.5"), ["4", "4", "3", "4", "3", "4"]);
    assert_eq!(rounded("2.4"), ["2", "2", "2", "3", "2", "3"]);
    assert_eq!(rounded("-2"), ["-2", "-2", "-2", "-2", "-2", "-2"]);
}

#[test]
fn a_third_has_no_exact_value_but_a_rounded_one() {
    assert_eq!(num("1").div(num("3")), Err(NumError::Inexact));
    let third = num("1").div_round(num("3"), 2, Rounding::HalfAwayFromZero);
    assert_eq!(third.unwrap().to_string(), "0.33");
}

#[test]
fn remainders_have_the_sign_of_the_divisor() {
    assert_eq!(num("-7").modulo(num("3")).unwrap(), num("2"));
    assert_eq!(num("7").modulo(num("-3")).unwrap(), num("-2"));
    assert_eq!(num("7.5").modulo(num("2")).unwrap(), num("1.5"));
    assert_eq!(num("-6").modulo(num("3")).unwrap(), Num::ZERO);
    assert_eq!(num("1").modulo(Num::ZERO), Err(NumError::DivisionByZero));
}
