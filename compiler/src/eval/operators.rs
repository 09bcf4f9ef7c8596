//! `not`, `-`, `and`, `or`, `in`, `matches`, arithmetic and comparison.

use std::cmp::Ordering;
use std::sync::Arc;

use jiff::{SignedDuration, Span};

use super::machine::{Machine, Next, elements};
use super::{Failure, compare, equals, failure, limits};
use crate::ir::{Conversion, Expr, ExprId, Exprs, Op};
use crate::value::{Money, MoneyError, Num, Value};

impl Machine<'_, '_, '_> {
    #[inline(never)]
    pub(super) fn not(&mut self, inner: ExprId) -> Result<Next, Failure> {
        Ok(Next::Value(Value::Bool(!self.bool(inner)?)))
    }

    #[inline(never)]
    pub(super) fn neg(&mut self, inner: ExprId) -> Result<Next, Failure> {
        let value = match self.run(inner)? {
            Value::Int(number) => Value::Int(number.checked_neg().ok_or_else(int_overflow)?),
            Value::Num(number) => Value::Num(number.neg()),
            Value::Money(money) => Value::Money(money.neg()),
            Value::Duration(span) => {
                Value::Duration(span.checked_neg().ok_or_else(duration_overflow)?)
            }
            other => return Err(Failure::wrong_kind("a number", &other)),
        };
        Ok(Next::Value(value))
    }

    // Long chains (`a and b and c …`, `a + b + c …`) hang to the left. They are walked in a loop, so that their length
    // is not limited by the depth.

    #[inline(never)]
    pub(super) fn and(&mut self, id: ExprId) -> Result<Next, Failure> {
        let terms = left_chain(self.exprs, id, |expr| match expr {
            Expr::And(left, right) => Some((*left, *right)),
            _ => None,
        });
        for term in terms {
            if !self.bool(term)? {
                return Ok(Next::Value(Value::Bool(false)));
            }
        }
        Ok(Next::Value(Value::Bool(true)))
    }

    #[inline(never)]
    pub(super) fn or(&mut self, id: ExprId) -> Result<Next, Failure> {
        let terms = left_chain(self.exprs, id, |expr| match expr {
            Expr::Or(left, right) => Some((*left, *right)),
            _ => None,
        });
        for term in terms {
            if self.bool(term)? {
                return Ok(Next::Value(Value::Bool(true)));
            }
        }
        Ok(Next::Value(Value::Bool(false)))
    }

    #[inline(never)]
    pub(super) fn binary(&mut self, id: ExprId) -> Result<Next, Failure> {
        let mut chain = Vec::new();
        let mut first = id;
        while let Expr::Binary { op, left, right } = *self.exprs.get(first) {
            chain.push((first, op, left, right));
            first = left;
        }
        let mut value = self.run(first)?;
        while let Some((id, op, left_id, right_id)) = chain.pop() {
            self.charge(1)?;
            let mut right = self.run(right_id)?;
            // A number literal beside money is money of that currency, also where only the event knows which, and in
            // definitions (`where amount > 0`), where nothing is converted.
            if !matches!(op, Op::Mul | Op::Div) {
                if self.is_unnamed_literal(right_id) {
                    adopt_currency(&mut right, &value);
                }
                if self.is_unnamed_literal(left_id) {
                    adopt_currency(&mut value, &right);
                }
            }
            value = self.apply(op, &value, &right).map_err(|failure| Failure {
                place: Some(self.exprs.place(id)),
                ..failure
            })?;
        }
        Ok(Next::Value(value))
    }

    pub(super) fn apply(&mut self, op: Op, left: &Value, right: &Value) -> Result<Value, Failure> {
        let ordered = |wanted: fn(Ordering) -> bool| Ok(Value::Bool(wanted(compare(left, right)?)));
        match op {
            Op::Eq => Ok(Value::Bool(self.equal(left, right)?)),
            Op::Ne => Ok(Value::Bool(!self.equal(left, right)?)),
            Op::Lt => ordered(Ordering::is_lt),
            Op::Le => ordered(Ordering::is_le),
            Op::Gt => ordered(Ordering::is_gt),
            Op::Ge => ordered(Ordering::is_ge),
            Op::Add if matches!(right, Value::Secret(_)) && self.scope.program.is_some() => {
                Err(Failure::new(
                    "secret-in-text",
                    "a secret cannot be joined to data; use `hmac_sha256`",
                ))
            }
            Op::Add => add(left, right),
            Op::Sub => subtract(left, right),
            Op::Mul => multiply(left, right),
            Op::Div => divide(left, right),
        }
    }

    fn equal(&mut self, left: &Value, right: &Value) -> Result<bool, Failure> {
        match (left, right) {
            (Value::Money(left), Value::Money(right)) => Ok(left.compare(right)?.is_eq()),
            // A connector's `verify` compares what came with a secret. The checker lets no bundle do so.
            (Value::Secret(secret), Value::Text(text))
            | (Value::Text(text), Value::Secret(secret)) => Ok(super::compare::same_bytes(
                secret.expose().as_bytes(),
                text.as_bytes(),
            )),
            (Value::Text(left), Value::Text(right)) => Ok(super::compare::same_bytes(
                left.as_bytes(),
                right.as_bytes(),
            )),
            _ => {
                self.weigh(left)?;
                Ok(equals(left, right))
            }
        }
    }

    #[inline(never)]
    pub(super) fn contains(&mut self, item: ExprId, list: ExprId) -> Result<Next, Failure> {
        let item = self.run(item)?;
        let list = self.run(list)?;
        self.weigh(&list)?;
        let found = elements(&list)?
            .iter()
            .any(|element| equals(element, &item));
        Ok(Next::Value(Value::Bool(found)))
    }

    #[inline(never)]
    pub(super) fn matches(&mut self, value: ExprId, regex: &regex::Regex) -> Result<Next, Failure> {
        let value = self.run(value)?;
        let text = match &value {
            Value::Text(text) => text,
            other => return Err(Failure::wrong_kind("a string", other)),
        };
        self.charge((text.len() / limits::TEXT_BYTES_PER_STEP) as u64)?;
        Ok(Next::Value(Value::Bool(regex.is_match(text))))
    }

    /// `500` where the checker put money of no currency.
    fn is_unnamed_literal(&self, id: ExprId) -> bool {
        match self.exprs.get(id) {
            Expr::Const(Value::Money(money)) => money.currency.is_none(),
            Expr::Const(Value::Int(_) | Value::Num(_)) => true,
            Expr::Neg(inner) => self.is_unnamed_literal(*inner),
            Expr::Convert {
                value,
                to: Conversion::Money(None),
            } => match self.exprs.get(*value) {
                Expr::Const(_) => true,
                Expr::Neg(inner) => matches!(self.exprs.get(*inner), Expr::Const(_)),
                _ => false,
            },
            _ => false,
        }
    }
}

/// The terms of `a and b and c`, in order.
fn left_chain(
    exprs: &Exprs,
    id: ExprId,
    sides: impl Fn(&Expr) -> Option<(ExprId, ExprId)>,
) -> Vec<ExprId> {
    let mut terms = Vec::new();
    let mut first = id;
    while let Some((left, right)) = sides(exprs.get(first)) {
        terms.push(right);
        first = left;
    }
    terms.push(first);
    terms.reverse();
    terms
}

fn adopt_currency(literal: &mut Value, beside: &Value) {
    let Value::Money(beside) = beside else { return };
    let amount = match literal {
        Value::Money(money) if money.currency.is_none() => money.amount,
        Value::Int(number) => Num::from_i64(*number),
        Value::Num(number) => *number,
        _ => return,
    };
    *literal = Value::Money(Money::new(amount, beside.currency.clone()));
}

/// `a + b` on values.
pub(crate) fn add(left: &Value, right: &Value) -> Result<Value, Failure> {
    Ok(match (left, right) {
        (Value::Int(left), Value::Int(right)) => {
            Value::Int(left.checked_add(*right).ok_or_else(int_overflow)?)
        }
        (Value::Money(left), Value::Money(right)) => Value::Money(left.add(right)?),
        // `sum` of no money is 0, which is of every currency.
        (Value::Money(money), Value::Int(0)) | (Value::Int(0), Value::Money(money)) => {
            Value::Money(money.clone())
        }
        (Value::Date(date), Value::Duration(span)) | (Value::Duration(span), Value::Date(date)) => {
            Value::Date(
                date.checked_add(whole_days(*span)?)
                    .map_err(|_| out_of_calendar())?,
            )
        }
        (Value::Time(time), Value::Duration(span)) | (Value::Duration(span), Value::Time(time)) => {
            Value::Time(time.checked_add(*span).map_err(|_| out_of_calendar())?)
        }
        (Value::DateTime(moment), Value::Duration(span))
        | (Value::Duration(span), Value::DateTime(moment)) => {
            Value::DateTime(moment.checked_add(*span).map_err(|_| out_of_calendar())?)
        }
        (Value::Duration(left), Value::Duration(right)) => {
            Value::Duration(left.checked_add(*right).ok_or_else(duration_overflow)?)
        }
        // A signature over a body and a salt: `sha256(body + salt)`; over a time and a body: `time + ("." + body)`.
        (left, right)
            if [left, right]
                .iter()
                .any(|side| matches!(side, Value::Bytes(_))) =>
        {
            Value::Bytes(joined(left, right)?)
        }
        _ => {
            let (left, right) = numbers("+", left, right)?;
            Value::Num(left.add(right)?)
        }
    })
}

fn subtract(left: &Value, right: &Value) -> Result<Value, Failure> {
    Ok(match (left, right) {
        (Value::Int(left), Value::Int(right)) => {
            Value::Int(left.checked_sub(*right).ok_or_else(int_overflow)?)
        }
        (Value::Money(left), Value::Money(right)) => Value::Money(left.sub(right)?),
        (Value::Money(money), Value::Int(0)) => Value::Money(money.clone()),
        (Value::Int(0), Value::Money(money)) => Value::Money(money.neg()),
        (Value::Date(left), Value::Date(right)) => Value::Duration(left.duration_since(*right)),
        (Value::DateTime(left), Value::DateTime(right)) => {
            Value::Duration(left.duration_since(right))
        }
        (Value::Time(left), Value::Time(right)) => Value::Duration(left.duration_since(*right)),
        (Value::Duration(left), Value::Duration(right)) => {
            Value::Duration(left.checked_sub(*right).ok_or_else(duration_overflow)?)
        }
        (Value::Date(_) | Value::Time(_) | Value::DateTime(_), Value::Duration(span)) => {
            let back = span.checked_neg().ok_or_else(duration_overflow)?;
            return add(left, &Value::Duration(back));
        }
        _ => {
            let (left, right) = numbers("-", left, right)?;
            Value::Num(left.sub(right)?)
        }
    })
}

fn multiply(left: &Value, right: &Value) -> Result<Value, Failure> {
    Ok(match (left, right) {
        (Value::Int(left), Value::Int(right)) => {
            Value::Int(left.checked_mul(*right).ok_or_else(int_overflow)?)
        }
        (Value::Money(money), factor) | (factor, Value::Money(money))
            if let Some(factor) = number(factor) =>
        {
            Value::Money(money.mul(factor)?)
        }
        (Value::Duration(span), Value::Int(times)) | (Value::Int(times), Value::Duration(span)) => {
            let nanos = span.as_nanos().checked_mul(i128::from(*times));
            Value::Duration(
                nanos
                    .and_then(SignedDuration::try_from_nanos_i128)
                    .ok_or_else(duration_overflow)?,
            )
        }
        _ => {
            let (left, right) = numbers("*", left, right)?;
            Value::Num(left.mul(right)?)
        }
    })
}

fn divide(left: &Value, right: &Value) -> Result<Value, Failure> {
    Ok(match (left, right) {
        (Value::Money(left), Value::Money(right)) => Value::Num(left.ratio(right)?),
        (Value::Money(money), divisor) if let Some(divisor) = number(divisor) => {
            Value::Money(money.div(divisor)?)
        }
        (Value::Duration(span), Value::Int(parts)) => {
            let nanos = span.as_nanos().checked_div(i128::from(*parts));
            Value::Duration(
                nanos
                    .and_then(SignedDuration::try_from_nanos_i128)
                    .ok_or_else(|| Failure::from(crate::value::NumError::DivisionByZero))?,
            )
        }
        (Value::Duration(left), Value::Duration(right)) => {
            Value::Num(duration_number(*left)?.div(duration_number(*right)?)?)
        }
        _ => {
            let (left, right) = numbers("/", left, right)?;
            Value::Num(left.div(right)?)
        }
    })
}

/// An int or a decimal as a number.
pub(super) fn number(value: &Value) -> Option<Num> {
    match value {
        Value::Int(number) => Some(Num::from_i64(*number)),
        Value::Num(number) => Some(*number),
        _ => None,
    }
}

fn numbers(sign: &str, left: &Value, right: &Value) -> Result<(Num, Num), Failure> {
    if let (Some(left), Some(right)) = (number(left), number(right)) {
        return Ok((left, right));
    }
    if let Some(null) = [left, right].into_iter().find(|side| side.is_null()) {
        return Err(Failure::wrong_kind("a number", null));
    }
    Err(Failure::new(
        "wrong-type",
        format!(
            "{} {sign} {} means nothing",
            failure::kind(left),
            failure::kind(right)
        ),
    ))
}

/// Nanoseconds.
fn duration_number(span: SignedDuration) -> Result<Num, Failure> {
    Ok(Num::parse(&span.as_nanos().to_string())?)
}

/// A date moves by whole days only: what is 21 November and an hour?
fn whole_days(span: SignedDuration) -> Result<Span, Failure> {
    const DAY_SECONDS: i64 = 24 * 60 * 60;
    if span.subsec_nanos() != 0 || span.as_secs() % DAY_SECONDS != 0 {
        return Err(Failure::new(
            "wrong-type",
            "a date moves by whole days; use a datetime for hours and minutes",
        ));
    }
    Span::new()
        .try_days(span.as_secs() / DAY_SECONDS)
        .map_err(|_| out_of_calendar())
}

fn joined(left: &Value, right: &Value) -> Result<Arc<[u8]>, Failure> {
    let (left, right) = (raw(left)?, raw(right)?);
    if left.len() + right.len() > limits::TEXT_BYTES_MAX * 4 {
        return Err(Failure::too_large("the data"));
    }
    Ok([left, right].concat().into())
}

fn raw(value: &Value) -> Result<&[u8], Failure> {
    match value {
        Value::Bytes(bytes) => Ok(bytes),
        Value::Text(text) => Ok(text.as_bytes()),
        Value::Secret(secret) => Ok(secret.expose().as_bytes()),
        other => Err(Failure::wrong_kind("bytes or a string", other)),
    }
}

fn int_overflow() -> Failure {
    Failure::new("int-overflow", "the result does not fit an int of 64 bits")
}

fn duration_overflow() -> Failure {
    Failure::new("date-range", "the duration is too long")
}

fn out_of_calendar() -> Failure {
    Failure::new(
        "date-range",
        "the date is out of the calendar, the years to 9999",
    )
}

/// Why a quotient of money has no number.
pub(super) fn money_pair(left: &Money, right: &Money) -> Result<(), MoneyError> {
    left.common_currency(right).map(|_| ())
}
