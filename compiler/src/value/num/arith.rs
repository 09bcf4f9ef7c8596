//! Addition, multiplication, division and remainder, exact or not at all.
//!
//! Nothing here needs more than 128 bits: where an intermediate number would not fit, the result provably has more than
//! 28 digits. Each function says why.

use super::{DIGITS_END, Num, NumError};

impl Num {
    /// `self + other`.
    ///
    /// # Errors
    /// `Inexact` when the sum has more than 28 digits.
    // Not the trait of the operator: that could not fail.
    #[expect(
        clippy::should_implement_trait,
        reason = "the operator's trait cannot fail"
    )]
    pub fn add(self, other: Num) -> Result<Num, NumError> {
        // Bring both to the larger scale. The one that has it does not end in zero there (numbers are normalized), the
        // other does, so the sum needs that scale, and 28 digits must hold it. If the shifted number does not even fit
        // 128 bits, the sum is far beyond 28 digits, since the other side is below 10^28.
        let scale = self.scale().max(other.scale());
        let left = self.shifted_to(scale).ok_or(NumError::Inexact)?;
        let right = other.shifted_to(scale).ok_or(NumError::Inexact)?;
        let sum = left.checked_add(right).ok_or(NumError::Inexact)?;
        Num::from_parts(sum < 0, sum.unsigned_abs(), scale).ok_or(NumError::Inexact)
    }

    /// `self - other`.
    ///
    /// # Errors
    /// `Inexact` when the difference has more than 28 digits.
    #[expect(
        clippy::should_implement_trait,
        reason = "the operator's trait cannot fail"
    )]
    pub fn sub(self, other: Num) -> Result<Num, NumError> {
        self.add(other.neg())
    }

    /// `self * other`.
    ///
    /// # Errors
    /// `Inexact` when the product has more than 28 digits.
    #[expect(
        clippy::should_implement_trait,
        reason = "the operator's trait cannot fail"
    )]
    pub fn mul(self, other: Num) -> Result<Num, NumError> {
        let (left_negative, left, left_scale) = self.parts();
        let (right_negative, right, right_scale) = other.parts();
        if left == 0 || right == 0 {
            return Ok(Num::ZERO);
        }
        // Take every factor of ten out before multiplying: those within one side, and those that a 2 of one side makes
        // with a 5 of the other. What is left has no zero at its end, so a product beyond 128 bits has too many digits.
        let mut tens: i64 = 0;
        let mut left = without_tens(left, &mut tens);
        let mut right = without_tens(right, &mut tens);
        cancel(&mut left, 2, &mut right, 5, &mut tens);
        cancel(&mut left, 5, &mut right, 2, &mut tens);
        let product = left.checked_mul(right).ok_or(NumError::Inexact)?;

        let scale = i64::from(left_scale) + i64::from(right_scale) - tens;
        with_power(left_negative != right_negative, product, -scale)
    }

    /// `self / other`, if the quotient has an end within 28 digits.
    ///
    /// # Errors
    /// `Inexact` (1 / 3), `DivisionByZero`.
    #[expect(
        clippy::should_implement_trait,
        reason = "the operator's trait cannot fail"
    )]
    pub fn div(self, other: Num) -> Result<Num, NumError> {
        let (left_negative, left, left_scale) = self.parts();
        let (right_negative, right, right_scale) = other.parts();
        if right == 0 {
            return Err(NumError::DivisionByZero);
        }
        // Division as on paper, until nothing remains. The last digit found is not zero, so once 28 digits are there and
        // something remains, the quotient has more.
        let mut quotient = left / right;
        let mut rest = left % right;
        let mut shift: i64 = 0;
        while rest != 0 {
            if quotient >= DIGITS_END {
                return Err(NumError::Inexact);
            }
            // `rest < right < 10^28`: ten times that fits.
            rest *= 10;
            quotient = quotient * 10 + rest / right;
            rest %= right;
            shift += 1;
            // A quotient that begins with this many zeros behind the point has no digit within the scale.
            if shift > 2 * 28 + 1 {
                return Err(NumError::Inexact);
            }
        }
        let power = i64::from(right_scale) - i64::from(left_scale) - shift;
        with_power(left_negative != right_negative, quotient, power)
    }

    /// The remainder with the sign of the divisor: `mod(-7, 3)` is 2, as in spreadsheets.
    ///
    /// # Errors
    /// `DivisionByZero`; `Inexact` where the remainder's digits do not fit.
    pub fn modulo(self, other: Num) -> Result<Num, NumError> {
        let (left_negative, left, left_scale) = self.parts();
        let (right_negative, right, right_scale) = other.parts();
        if right == 0 {
            return Err(NumError::DivisionByZero);
        }
        let scale = left_scale.max(right_scale);
        let rest = if left_scale == scale {
            // The divisor is shifted; if it becomes too large to shift, it is larger than the other side.
            match right.checked_mul(10_u128.pow(scale - right_scale)) {
                Some(divisor) => left % divisor,
                None => left,
            }
        } else {
            // The other side is shifted, one digit at a time, keeping only the remainder.
            (left_scale..scale).fold(left % right, |rest, _| rest * 10 % right)
        };
        let rest = Num::from_parts(left_negative, rest, scale).ok_or(NumError::Inexact)?;
        if !rest.is_zero() && left_negative != right_negative {
            return rest.add(other);
        }
        Ok(rest)
    }

    /// `-self`.
    #[expect(
        clippy::should_implement_trait,
        reason = "it stands beside `add` and `sub`, which cannot be operators"
    )]
    pub fn neg(self) -> Num {
        if self.is_zero() { self } else { Num(-self.0) }
    }

    /// Without the sign.
    pub fn abs(self) -> Num {
        if self.is_negative() { self.neg() } else { self }
    }

    /// The digits at a larger scale; `None` beyond 127 bits.
    fn shifted_to(self, scale: u32) -> Option<i128> {
        let factor = 10_i128.checked_pow(scale - self.scale())?;
        self.0.mantissa().checked_mul(factor)
    }
}

/// `digits * 10^power` as a number.
fn with_power(negative: bool, digits: u128, power: i64) -> Result<Num, NumError> {
    if digits == 0 {
        return Ok(Num::ZERO);
    }
    let number = if power <= 0 {
        u32::try_from(-power)
            .ok()
            .and_then(|scale| Num::from_parts(negative, digits, scale))
    } else {
        u32::try_from(power)
            .ok()
            .and_then(|power| 10_u128.checked_pow(power))
            .and_then(|factor| digits.checked_mul(factor))
            .and_then(|digits| Num::from_parts(negative, digits, 0))
    };
    number.ok_or(NumError::Inexact)
}

/// The number without the zeros at its end, which are counted.
fn without_tens(mut number: u128, tens: &mut i64) -> u128 {
    while number.is_multiple_of(10) {
        number /= 10;
        *tens += 1;
    }
    number
}

/// Takes pairs of factors that make ten out of both sides.
fn cancel(
    left: &mut u128,
    left_factor: u128,
    right: &mut u128,
    right_factor: u128,
    tens: &mut i64,
) {
    while left.is_multiple_of(left_factor) && right.is_multiple_of(right_factor) {
        *left /= left_factor;
        *right /= right_factor;
        *tens += 1;
    }
}
