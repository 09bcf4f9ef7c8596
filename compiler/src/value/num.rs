//! `Num`: exact decimal numbers of up to 28 digits.

/// An exact decimal. Operations that would lose digits are failures, never roundings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Num(rust_decimal::Decimal);

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
