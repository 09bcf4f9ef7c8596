//! Amounts of money: what may be added, compared and divided.
//!
//! Money of different currencies never mixes. An amount without a currency mixes with its like; with a named currency it
//! mixes only as zero, so that `sum` can begin somewhere and `?? 0` works everywhere.

use std::cmp::Ordering;
use std::fmt;

use super::{Num, NumError, Rounding};
use crate::types::Name;

/// Digits behind the point that an amount shows at least.
const SCALE_SHOWN: u32 = 2;

/// An amount of money.
#[derive(Debug, Clone, PartialEq)]
pub struct Money {
    /// How much, in whole units of the currency (roubles, not kopecks).
    pub amount: Num,
    /// ISO 4217; none when neither the vendor, the account nor the bundle named one.
    pub currency: Option<Name>,
}

/// Why amounts do not go together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MoneyError {
    /// Of different currencies; `None` is an amount without one.
    CurrencyMismatch(Option<Name>, Option<Name>),
    /// The number does not fit.
    Num(NumError),
}

impl From<NumError> for MoneyError {
    fn from(error: NumError) -> Self {
        MoneyError::Num(error)
    }
}

impl fmt::Display for MoneyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = |currency: &Option<Name>| match currency {
            Some(code) => format!("money in {code}"),
            None => "money without a currency".to_owned(),
        };
        match self {
            MoneyError::CurrencyMismatch(left, right) => {
                write!(f, "{} does not mix with {}", said(left), said(right))
            }
            MoneyError::Num(error) => error.fmt(f),
        }
    }
}

impl Money {
    /// An amount without a currency.
    pub fn unnamed(amount: Num) -> Money {
        Money {
            amount,
            currency: None,
        }
    }

    /// An amount of a currency.
    pub fn new(amount: Num, currency: Option<Name>) -> Money {
        Money { amount, currency }
    }

    /// `self + other`.
    ///
    /// # Errors
    /// Different currencies; a sum that does not fit.
    pub fn add(&self, other: &Money) -> Result<Money, MoneyError> {
        let currency = self.common_currency(other)?;
        Ok(Money::new(self.amount.add(other.amount)?, currency))
    }

    /// `self - other`.
    ///
    /// # Errors
    /// Different currencies; a difference that does not fit.
    pub fn sub(&self, other: &Money) -> Result<Money, MoneyError> {
        self.add(&other.neg())
    }

    /// `self * factor`: also a percentage.
    ///
    /// # Errors
    /// A product that does not fit.
    pub fn mul(&self, factor: Num) -> Result<Money, MoneyError> {
        Ok(Money::new(self.amount.mul(factor)?, self.currency.clone()))
    }

    /// `self / divisor`, if it has an end.
    ///
    /// # Errors
    /// Division by zero; a quotient without an end.
    pub fn div(&self, divisor: Num) -> Result<Money, MoneyError> {
        Ok(Money::new(self.amount.div(divisor)?, self.currency.clone()))
    }

    /// `self / other`: how many times the other amount.
    ///
    /// # Errors
    /// Different currencies; division by zero; a quotient without an end.
    pub fn ratio(&self, other: &Money) -> Result<Num, MoneyError> {
        self.common_currency(other)?;
        Ok(self.amount.div(other.amount)?)
    }

    /// The amount with at most `places` digits behind the point.
    ///
    /// # Errors
    /// A rounded amount that does not fit.
    pub fn round(&self, places: i32, mode: Rounding) -> Result<Money, MoneyError> {
        Ok(Money::new(
            self.amount.round(places, mode)?,
            self.currency.clone(),
        ))
    }

    /// `-self`.
    pub fn neg(&self) -> Money {
        Money::new(self.amount.neg(), self.currency.clone())
    }

    /// Which amount is larger.
    ///
    /// # Errors
    /// Different currencies.
    pub fn compare(&self, other: &Money) -> Result<Ordering, MoneyError> {
        self.common_currency(other)?;
        Ok(self.amount.cmp(&other.amount))
    }

    /// The currency of a result of both.
    ///
    /// # Errors
    /// Different currencies.
    pub fn common_currency(&self, other: &Money) -> Result<Option<Name>, MoneyError> {
        match (&self.currency, &other.currency) {
            (left, right) if left == right => Ok(left.clone()),
            (Some(named), None) if other.amount.is_zero() => Ok(Some(named.clone())),
            (None, Some(named)) if self.amount.is_zero() => Ok(Some(named.clone())),
            (left, right) => Err(MoneyError::CurrencyMismatch(left.clone(), right.clone())),
        }
    }
}

impl fmt::Display for Money {
    /// The amount with at least two digits behind the point: `1290.70`. Without the currency.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.amount.text_with_scale(SCALE_SHOWN))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn money(text: &str, currency: &str) -> Money {
        let currency = (!currency.is_empty()).then(|| currency.into());
        Money::new(Num::parse(text).unwrap(), currency)
    }

    #[test]
    fn one_currency_adds_up() {
        assert_eq!(
            money("1290.70", "RUB").add(&money("0.3", "RUB")),
            Ok(money("1291", "RUB"))
        );
        assert_eq!(money("1", "").sub(&money("3", "")), Ok(money("-2", "")));
    }

    #[test]
    fn different_currencies_do_not_mix() {
        let error = money("1", "RUB").add(&money("1", "KZT")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "money in RUB does not mix with money in KZT"
        );
        let error = money("1", "RUB").compare(&money("1", "")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "money in RUB does not mix with money without a currency"
        );
    }

    #[test]
    fn zero_without_a_currency_fits_every_currency() {
        assert_eq!(
            money("0", "").add(&money("5", "RUB")),
            Ok(money("5", "RUB"))
        );
        assert_eq!(
            money("5", "RUB").sub(&money("0", "")),
            Ok(money("5", "RUB"))
        );
        assert!(money("0", "KZT").add(&money("5", "RUB")).is_err());
    }

    #[test]
    fn a_percentage_of_money_is_money() {
        let cashback = money("1290.70", "RUB")
            .mul(Num::parse("0.05").unwrap())
            .unwrap();
        assert_eq!(cashback, money("64.535", "RUB"));
        let rounded = cashback.round(2, Rounding::HalfAwayFromZero).unwrap();
        assert_eq!(rounded.to_string(), "64.54");
    }

    #[test]
    fn money_by_money_is_a_number() {
        assert_eq!(
            money("5", "RUB").ratio(&money("2", "RUB")),
            Ok(Num::parse("2.5").unwrap())
        );
        assert!(money("5", "RUB").ratio(&money("2", "USD")).is_err());
        assert_eq!(
            money("5", "RUB").div(Num::ZERO),
            Err(MoneyError::Num(NumError::DivisionByZero))
        );
    }

    #[test]
    fn in_text_there_are_two_digits_at_least() {
        assert_eq!(money("1290.7", "RUB").to_string(), "1290.70");
        assert_eq!(money("0.125", "").to_string(), "0.125");
    }
}
