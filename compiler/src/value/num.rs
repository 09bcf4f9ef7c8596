//! `Num`: exact decimal numbers of up to 28 digits.
//!
//! A number is `c / 10^s` with `|c| < 10^28` and `0 <= s <= 28`. Whatever cannot be written so is an error, never a
//! rounding: `rust_decimal`'s own parsing and multiplication round silently, so it only stores the digits here, and all
//! arithmetic is done on whole numbers ([`arith`], [`round`]).
//!
//! ```
//! use ondo_compiler::value::{Num, NumError, Rounding};
//!
//! let price = Num::parse("1290.70")?;
//! assert_eq!(price.to_string(), "1290.7");
//! assert_eq!(price.text_with_scale(2), "1290.70");
//! assert_eq!(price.div(Num::from_i64(3)), Err(NumError::Inexact));
//! assert_eq!(price.div_round(Num::from_i64(3), 2, Rounding::HalfAwayFromZero)?.to_string(), "430.23");
//! # Ok::<(), NumError>(())
//! ```

mod arith;
mod parse;
mod round;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;

use std::fmt;

use rust_decimal::Decimal;

pub use round::Rounding;

/// Most digits behind the point.
const SCALE_MAX: u32 = 28;

/// The first whole number that has too many digits.
const DIGITS_END: u128 = 10_u128.pow(28);

/// An exact decimal. Operations that would lose digits are failures, never roundings.
///
/// INVARIANT: normalized (no zeros at the end behind the point, no negative zero), so that equal numbers are equal bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Num(Decimal);

/// Why a number cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumError {
    /// Not a number.
    NotANumber,
    /// More than 28 digits, or too large.
    TooManyDigits,
    /// The exact result has more digits than fit.
    Inexact,
    /// Division by zero.
    DivisionByZero,
}

impl fmt::Display for NumError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NumError::NotANumber => "not a number",
            NumError::TooManyDigits => "a number of more than 28 digits",
            NumError::Inexact => "the exact result has more than 28 digits",
            NumError::DivisionByZero => "division by zero",
        })
    }
}

impl std::error::Error for NumError {}

impl Num {
    /// Nothing.
    pub const ZERO: Num = Num(Decimal::ZERO);

    /// A whole number. Always fits: 64 bits are at most 19 digits.
    pub fn from_i64(value: i64) -> Num {
        Num(Decimal::from(value))
    }

    /// The whole number, if it is one and fits 64 bits.
    pub fn to_i64(self) -> Option<i64> {
        if self.0.scale() != 0 {
            return None;
        }
        i64::try_from(self.0.mantissa()).ok()
    }

    /// Below zero.
    pub fn is_negative(self) -> bool {
        self.0.mantissa() < 0
    }

    /// Zero.
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// Nothing behind the point.
    pub fn is_whole(self) -> bool {
        self.0.scale() == 0
    }

    /// How many digits stand behind the point.
    pub fn scale(self) -> u32 {
        self.0.scale()
    }

    /// The number with at least `scale` digits behind the point, filled with zeros. Digits are never cut off:
    /// 12.345 with a scale of 2 stays `12.345`.
    pub fn text_with_scale(self, scale: u32) -> String {
        let mut text = self.to_string();
        if scale == 0 {
            return text;
        }
        if self.scale() == 0 {
            text.push('.');
        }
        for _ in self.scale()..scale {
            text.push('0');
        }
        text
    }

    /// `c / 10^s` from its sign, digits and scale; `None` if it needs more digits than there are.
    fn from_parts(negative: bool, digits: u128, scale: u32) -> Option<Num> {
        let (mut digits, mut scale) = (digits, scale);
        while scale > 0 && digits.is_multiple_of(10) {
            if digits == 0 {
                return Some(Num::ZERO);
            }
            digits /= 10;
            scale -= 1;
        }
        if digits >= DIGITS_END || scale > SCALE_MAX {
            return None;
        }
        let digits = i128::try_from(digits).ok()?;
        let signed = if negative { -digits } else { digits };
        Decimal::try_from_i128_with_scale(signed, scale)
            .ok()
            .map(Num)
    }

    /// Sign, digits and scale. Digits are below 10^28.
    fn parts(self) -> (bool, u128, u32) {
        let mantissa = self.0.mantissa();
        (mantissa < 0, mantissa.unsigned_abs(), self.0.scale())
    }
}

impl fmt::Display for Num {
    /// Without an exponent and without zeros at the end: `1290.7`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (negative, digits, scale) = self.parts();
        let scale = scale as usize;
        let sign = if negative { "-" } else { "" };
        if scale == 0 {
            return write!(f, "{sign}{digits}");
        }
        let padded = format!("{digits:0>width$}", width = scale + 1);
        let (whole, fraction) = padded.split_at(padded.len() - scale);
        write!(f, "{sign}{whole}.{fraction}")
    }
}
