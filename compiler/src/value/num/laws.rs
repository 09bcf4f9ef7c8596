//! Laws that people rely on without thinking, for numbers and for money.

#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::tests::number;
use super::{Num, Rounding};
use crate::types::Name;
use crate::value::Money;

fn mode() -> impl Strategy<Value = Rounding> {
    prop::sample::select(Rounding::NAMES.map(|(_, mode)| mode).to_vec())
}

/// Amounts of two currencies and of none.
fn money() -> impl Strategy<Value = Money> {
    let currency = prop::sample::select(vec![None, Some("RUB"), Some("KZT")]);
    let amount = prop_oneof![3 => number(), 1 => Just(Num::ZERO)];
    (amount, currency).prop_map(|(amount, currency)| Money::new(amount, currency.map(Name::from)))
}

/// A number of few digits, so that most results are exact.
fn small() -> impl Strategy<Value = Num> {
    (-1_000_000..1_000_000_i64, 0..4_u32).prop_map(|(digits, scale)| {
        Num::from_parts(digits < 0, digits.unsigned_abs().into(), scale).unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn operands_can_be_exchanged(a in number(), b in number()) {
        prop_assert_eq!(a.add(b), b.add(a));
        prop_assert_eq!(a.mul(b), b.mul(a));
        prop_assert_eq!(a.sub(b), b.sub(a).map(Num::neg));
    }

    #[test]
    fn what_is_exact_can_be_grouped_in_any_way(a in small(), b in small(), c in small()) {
        prop_assert_eq!(a.add(b)?.add(c), a.add(b.add(c)?));
        prop_assert_eq!(a.mul(b)?.mul(c), a.mul(b.mul(c)?));
        prop_assert_eq!(a.mul(b.add(c)?), a.mul(b)?.add(a.mul(c)?));
        prop_assert_eq!(a.add(b)?.sub(b), Ok(a));
    }

    #[test]
    fn rounding_again_changes_nothing(a in number(), places in 0..10_i32, mode in mode()) {
        if let Ok(rounded) = a.round(places, mode) {
            prop_assert_eq!(rounded.round(places, mode), Ok(rounded));
            prop_assert_eq!(rounded.round(places + 3, mode), Ok(rounded));
        }
    }

    #[test]
    fn rounding_keeps_order_and_stays_within_one_step(a in small(), b in small(), places in 0..4_i32, mode in mode()) {
        let (low, high) = if a <= b { (a, b) } else { (b, a) };
        let rounded = (low.round(places, mode)?, high.round(places, mode)?);
        prop_assert!(rounded.0 <= rounded.1);
        let step = Num::from_parts(false, 1, places as u32).unwrap();
        for (exact, rounded) in [(low, rounded.0), (high, rounded.1)] {
            let off = exact.sub(rounded)?;
            let off = if off.is_negative() { off.neg() } else { off };
            prop_assert!(off < step, "{} to {}", exact, rounded);
        }
    }

    #[test]
    fn halves_go_the_same_way_on_both_sides_of_zero(a in small(), places in 0..4_i32) {
        for mode in [Rounding::HalfAwayFromZero, Rounding::HalfEven, Rounding::Down, Rounding::Up] {
            prop_assert_eq!(a.neg().round(places, mode), a.round(places, mode).map(Num::neg));
        }
    }

    #[test]
    fn a_percentage_of_a_sum_is_the_sum_of_the_percentages(a in small(), b in small(), percent in 0..100_u32) {
        let rate = Num::from_parts(false, percent.into(), 2).unwrap();
        prop_assert_eq!(a.add(b)?.mul(rate), a.mul(rate)?.add(b.mul(rate)?));
    }

    #[test]
    fn amounts_can_be_exchanged_and_fail_alike(a in money(), b in money()) {
        let sum = a.add(&b);
        prop_assert_eq!(sum.is_ok(), b.add(&a).is_ok());
        if let Ok(sum) = sum {
            prop_assert_eq!(b.add(&a), Ok(sum));
        }
        prop_assert_eq!(a.compare(&b).ok(), b.compare(&a).ok().map(std::cmp::Ordering::reverse));
    }

    #[test]
    fn a_sum_has_the_currency_of_both(a in money(), b in money()) {
        if let Ok(sum) = a.add(&b) {
            for part in [&a, &b] {
                prop_assert!(part.currency == sum.currency || (part.currency.is_none() && part.amount.is_zero()));
            }
        }
    }

    #[test]
    fn the_text_of_an_amount_reads_back(a in money()) {
        prop_assert_eq!(Num::parse(&a.to_string()), Ok(a.amount));
    }
}
