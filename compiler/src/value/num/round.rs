//! Rounding, also of a quotient that has no end.
//!
//! `round(a / b, 2)` must not fail because `a / b` has no exact value, and must not round twice. So [`Num::div_round`]
//! works on the fraction itself and looks at what remains.

use std::cmp::Ordering;

use super::{DIGITS_END, Num, NumError, SCALE_MAX};

/// How `round` treats what lies between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// 2.5 is 3, -2.5 is -3: as tills do.
    HalfAwayFromZero,
    /// 2.5 is 2, 3.5 is 4.
    HalfEven,
    /// Towards zero.
    Down,
    /// Away from zero.
    Up,
    /// Towards minus infinity.
    Floor,
    /// Towards plus infinity.
    Ceiling,
}

impl Rounding {
    /// All modes with their names in bundles, the default first.
    pub const NAMES: [(&'static str, Rounding); 6] = [
        ("half-away", Rounding::HalfAwayFromZero),
        ("half-even", Rounding::HalfEven),
        ("down", Rounding::Down),
        ("up", Rounding::Up),
        ("floor", Rounding::Floor),
        ("ceiling", Rounding::Ceiling),
    ];

    /// The mode with this name.
    pub fn by_name(name: &str) -> Option<Rounding> {
        // As other systems call them.
        let name = match name {
            "half-up" => "half-away",
            "ceil" => "ceiling",
            name => name,
        };
        Self::NAMES
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, mode)| *mode)
    }

    /// Whether the digits go up by one, given how what was cut off compares to a half (`None`: nothing was cut off).
    fn goes_up(self, negative: bool, odd: bool, rest: Option<Ordering>) -> bool {
        let Some(half) = rest else { return false };
        match self {
            Rounding::HalfAwayFromZero => half != Ordering::Less,
            Rounding::HalfEven => half == Ordering::Greater || (half == Ordering::Equal && odd),
            Rounding::Down => false,
            Rounding::Up => true,
            Rounding::Floor => negative,
            Rounding::Ceiling => !negative,
        }
    }
}

impl Num {
    /// The nearest number with at most `places` digits behind the point. Negative places round before the point:
    /// 1290 to -2 places is 1300.
    ///
    /// # Errors
    /// `Inexact` when the rounded number has more than 28 digits.
    pub fn round(self, places: i32, mode: Rounding) -> Result<Num, NumError> {
        if i64::from(self.scale()) <= i64::from(places) {
            return Ok(self);
        }
        self.div_round(Num::from_i64(1), places, mode)
    }

    /// `self / other`, rounded once.
    ///
    /// # Errors
    /// `DivisionByZero`; `Inexact` when the rounded quotient has more than 28 digits, or more than 28 places are wanted.
    pub fn div_round(self, other: Num, places: i32, mode: Rounding) -> Result<Num, NumError> {
        let (left_negative, left, left_scale) = self.parts();
        let (right_negative, right, right_scale) = other.parts();
        if right == 0 {
            return Err(NumError::DivisionByZero);
        }
        if i64::from(places) > i64::from(SCALE_MAX) {
            return Err(NumError::Inexact);
        }
        let negative = left_negative != right_negative;
        // The whole digits of `left / right * 10^power` are wanted.
        let power = i64::from(right_scale) - i64::from(left_scale) + i64::from(places);
        let quotient = if power >= 0 {
            divide_up(left, right, power)
        } else {
            divide_down(left, right, -power)
        };
        let up = mode.goes_up(negative, quotient.odd, quotient.rest);
        // What stands behind 28 digits must become zeros, or there are more than 28.
        let digits = match (quotient.tail, up) {
            (Tail::None | Tail::Nines(_), true) => quotient.digits + 1,
            (Tail::None | Tail::Zeros(_), false) => quotient.digits,
            _ => return Err(NumError::Inexact),
        };
        from_places(negative, digits, i64::from(places) - quotient.tail.length())
            .ok_or(NumError::Inexact)
    }
}

/// A quotient down to the last digit that is wanted.
struct Quotient {
    /// The first digits, at most 28.
    digits: u128,
    /// The wanted digits behind those.
    tail: Tail,
    /// Whether the last wanted digit is odd.
    odd: bool,
    /// How what remains behind the last wanted digit compares to a half. `None`: nothing remains.
    rest: Option<Ordering>,
}

/// Digits for which there is no room. They are only looked at: rounding makes all of them zeros, or the result does not
/// fit.
#[derive(Clone, Copy)]
enum Tail {
    None,
    Zeros(i64),
    Nines(i64),
    Mixed(i64),
}

impl Tail {
    fn length(self) -> i64 {
        match self {
            Tail::None => 0,
            Tail::Zeros(length) | Tail::Nines(length) | Tail::Mixed(length) => length,
        }
    }

    fn with(self, digit: u128) -> Tail {
        let length = self.length() + 1;
        match (self, digit) {
            (Tail::None | Tail::Zeros(_), 0) => Tail::Zeros(length),
            (Tail::None | Tail::Nines(_), 9) => Tail::Nines(length),
            _ => Tail::Mixed(length),
        }
    }
}

/// Whole digits of `left * 10^power / right`, as division on paper finds them.
fn divide_up(left: u128, right: u128, power: i64) -> Quotient {
    let mut digits = left / right;
    let mut rest = left % right;
    let mut odd = digits % 2 == 1;
    let mut tail = Tail::None;
    for _ in 0..power {
        // `rest < right < 10^28`: ten times that fits.
        rest *= 10;
        let digit = rest / right;
        rest %= right;
        odd = digit % 2 == 1;
        if digits >= DIGITS_END / 10 {
            tail = tail.with(digit);
        } else {
            digits = digits * 10 + digit;
        }
    }
    Quotient {
        digits,
        tail,
        odd,
        rest: (rest != 0).then(|| (rest * 2).cmp(&right)),
    }
}

/// Whole digits of `left / (right * 10^power)`. The power is above zero.
fn divide_down(left: u128, right: u128, power: i64) -> Quotient {
    let (digits, rest) = cut_digits(left, right, power);
    Quotient {
        digits,
        tail: Tail::None,
        odd: digits % 2 == 1,
        rest,
    }
}

fn cut_digits(left: u128, right: u128, power: i64) -> (u128, Option<Ordering>) {
    let whole = left / right;
    let fraction = left % right;
    // `whole < 10^28`, so cutting 29 or more digits leaves less than a half.
    let unit = u32::try_from(power)
        .ok()
        .filter(|power| *power <= SCALE_MAX)
        .map(|power| 10_u128.pow(power));
    let Some(unit) = unit else {
        return (0, (left != 0).then_some(Ordering::Less));
    };
    let cut = whole % unit;
    if cut == 0 && fraction == 0 {
        return (whole / unit, None);
    }
    // Half a unit is whole, so the fraction decides only when the digits are exactly there.
    let against_half = match cut.cmp(&(unit / 2)) {
        Ordering::Equal if fraction != 0 => Ordering::Greater,
        other => other,
    };
    (whole / unit, Some(against_half))
}

/// `digits * 10^-places` as a number.
fn from_places(negative: bool, digits: u128, places: i64) -> Option<Num> {
    if digits == 0 {
        return Some(Num::ZERO);
    }
    let shift = u32::try_from(places.unsigned_abs()).ok()?;
    if places >= 0 {
        return Num::from_parts(negative, digits, shift);
    }
    let factor = 10_u128.checked_pow(shift)?;
    Num::from_parts(negative, digits.checked_mul(factor)?, 0)
}
