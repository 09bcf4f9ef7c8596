//! `round(a / b, 2)`: a quotient that is rounded has no need of an exact value.
//!
//! Directly under `round`, `floor` or `ceil`, products and quotients (`a / b`, `a / b * 100`, `2 * (a / b)`) are kept as a
//! fraction until the rounding, which happens once. Anything else between (a `let`, a sum, a function) wants the exact
//! quotient and fails as `inexact` without one.

use super::Failure;
use super::machine::Machine;
use super::operators::{money_pair, number};
use crate::builtins::Builtin;
use crate::ir::{Expr, ExprId, Op};
use crate::value::{Money, Num, Rounding, Value};

/// A fraction: its numerator carries the currency.
struct Fraction {
    numerator: Value,
    denominator: Num,
}

impl Machine<'_, '_, '_> {
    /// The value of a rounding over a quotient; none when it is another function, or has no quotient right below.
    pub(super) fn rounded_quotient(
        &mut self,
        builtin: &Builtin,
        args: &[Option<ExprId>],
    ) -> Result<Option<Value>, Failure> {
        let (Some(Some(quotient)), "round" | "floor" | "ceil") = (args.first(), builtin.name)
        else {
            return Ok(None);
        };
        if !self.has_quotient(*quotient) {
            return Ok(None);
        }
        let fraction = self.fraction(*quotient)?;
        let mut rest = Vec::new();
        for arg in args.iter().skip(1) {
            rest.push(match arg {
                Some(arg) => self.run(*arg)?,
                None => Value::Absent,
            });
        }
        let (places, mode) = match builtin.name {
            "floor" => (0, Rounding::Floor),
            "ceil" => (0, Rounding::Ceiling),
            _ => crate::builtins::round::places_and_mode(rest.first(), rest.get(1))?,
        };
        let divided = |number: Num| number.div_round(fraction.denominator, places, mode);
        match &fraction.numerator {
            Value::Money(money) => Ok(Some(Value::Money(Money::new(
                divided(money.amount)?,
                money.currency.clone(),
            )))),
            other => match number(other) {
                Some(number) => Ok(Some(Value::Num(divided(number)?))),
                None => Err(Failure::wrong_kind("a number", other)),
            },
        }
    }

    /// Whether a division stands here, also inside a product.
    fn has_quotient(&self, id: ExprId) -> bool {
        let mut id = id;
        // Products hang to the left; the right side is looked at only one level deep to keep this cheap.
        loop {
            match *self.exprs.get(id) {
                Expr::Binary { op: Op::Div, .. } => return true,
                Expr::Binary {
                    op: Op::Mul,
                    left,
                    right,
                } => {
                    if matches!(self.exprs.get(right), Expr::Binary { op: Op::Div, .. }) {
                        return true;
                    }
                    id = left;
                }
                _ => return false,
            }
        }
    }

    fn fraction(&mut self, id: ExprId) -> Result<Fraction, Failure> {
        let (op, left, right) = match *self.exprs.get(id) {
            Expr::Binary {
                op: op @ (Op::Mul | Op::Div),
                left,
                right,
            } if self.has_quotient(id) => (op, left, right),
            _ => {
                return Ok(Fraction {
                    numerator: self.run(id)?,
                    denominator: Num::from_i64(1),
                });
            }
        };
        self.charge(1)?;
        if self.depth >= super::limits::DEPTH_MAX {
            return Err(Failure::too_much_work());
        }
        self.depth += 1;
        let result = self.combine(op, left, right);
        self.depth -= 1;
        result
    }

    fn combine(&mut self, op: Op, left: ExprId, right: ExprId) -> Result<Fraction, Failure> {
        let left = self.fraction(left)?;
        if op == Op::Mul {
            let right = self.fraction(right)?;
            return Ok(Fraction {
                numerator: self.apply(Op::Mul, &left.numerator, &right.numerator)?,
                denominator: left.denominator.mul(right.denominator)?,
            });
        }
        let right = self.run(right)?;
        let (numerator, divisor) = match (left.numerator, &right) {
            (Value::Money(amount), Value::Money(divisor)) => {
                money_pair(&amount, divisor)?;
                (Value::Num(amount.amount), divisor.amount)
            }
            (numerator, divisor) => match (&numerator, number(divisor)) {
                (Value::Int(_) | Value::Num(_) | Value::Money(_), Some(divisor)) => {
                    (numerator, divisor)
                }
                // Durations and mistakes: as everywhere else.
                _ => (self.apply(Op::Div, &numerator, &right)?, Num::from_i64(1)),
            },
        };
        Ok(Fraction {
            numerator,
            denominator: left.denominator.mul(divisor)?,
        })
    }
}
