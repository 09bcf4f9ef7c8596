//! Text to number, digit by digit.

use super::{Num, NumError};

/// Any exponent beyond this makes a number that has too many digits anyway, unless it is zero.
const EXPONENT_END: i64 = 1_000_000;

impl Num {
    /// Reads a number exactly: `12`, `-0.50`, `1e2` (as JSON allows). Zeros that say nothing do not count as digits.
    ///
    /// # Errors
    /// `NotANumber` for anything else (blanks, `+1`, `.5`, `1.`, `1_000`), `TooManyDigits` for what does not fit 28 digits.
    pub fn parse(text: &str) -> Result<Num, NumError> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (number, exponent) = match rest.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, parse_exponent(exponent)?),
            None => (rest, 0),
        };
        let (whole, fraction) = match number.split_once('.') {
            Some((_, "")) => return Err(NumError::NotANumber),
            Some((whole, fraction)) => (whole, fraction),
            None => (number, ""),
        };
        if whole.is_empty() {
            return Err(NumError::NotANumber);
        }

        // The number is `digits * 10^power`, zeros at the end moved into the power.
        let mut digits: u128 = 0;
        let mut zeros_pending: i64 = 0;
        let mut power = exponent - fraction.len() as i64;
        let mut too_many = false;
        for byte in whole.bytes().chain(fraction.bytes()) {
            match byte {
                b'0' => zeros_pending += 1,
                b'1'..=b'9' => {
                    let shifted = if digits == 0 {
                        Some(0)
                    } else {
                        shift(digits, zeros_pending + 1)
                    };
                    match shifted {
                        Some(shifted) => digits = shifted + u128::from(byte - b'0'),
                        // The rest is still read, to tell a long number from no number.
                        None => too_many = true,
                    }
                    zeros_pending = 0;
                }
                _ => return Err(NumError::NotANumber),
            }
        }
        if too_many {
            return Err(NumError::TooManyDigits);
        }
        if digits == 0 {
            return Ok(Num::ZERO);
        }
        power += zeros_pending;

        let number = if power >= 0 {
            shift(digits, power).and_then(|digits| Num::from_parts(negative, digits, 0))
        } else {
            u32::try_from(-power)
                .ok()
                .and_then(|scale| Num::from_parts(negative, digits, scale))
        };
        number.ok_or(NumError::TooManyDigits)
    }
}

/// `digits * 10^by`, if it is not far beyond 28 digits.
fn shift(digits: u128, by: i64) -> Option<u128> {
    let by = u32::try_from(by).ok().filter(|by| *by <= 28)?;
    digits
        .checked_mul(10_u128.pow(by))
        .filter(|digits| *digits < 10 * super::DIGITS_END)
}

/// `2`, `+2`, `-2`; cut at a size beyond which no number fits.
fn parse_exponent(text: &str) -> Result<i64, NumError> {
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    if digits.is_empty() {
        return Err(NumError::NotANumber);
    }
    let mut exponent: i64 = 0;
    for byte in digits.bytes() {
        if !byte.is_ascii_digit() {
            return Err(NumError::NotANumber);
        }
        exponent = (exponent * 10 + i64::from(byte - b'0')).min(EXPONENT_END);
    }
    Ok(if negative { -exponent } else { exponent })
}
