//! The values that conditions leave to one field.

use std::cmp::Ordering;

use crate::eval;
use crate::ir::Op;
use crate::value::Value;

/// The values that are left.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::check) struct Domain {
    /// Null is among them.
    null: bool,
    /// Only these. None: any.
    only: Option<Vec<Value>>,
    /// Not these.
    except: Vec<Value>,
    low: Option<Bound>,
    high: Option<Bound>,
    /// Whole numbers, so that nothing lies between 5 and 6.
    whole: bool,
}

/// An end of a range.
#[derive(Debug, Clone, PartialEq)]
struct Bound {
    value: Value,
    inclusive: bool,
}

impl Domain {
    /// Anything at all.
    pub(in crate::check) fn any() -> Domain {
        Domain {
            null: true,
            only: None,
            except: Vec::new(),
            low: None,
            high: None,
            whole: false,
        }
    }

    /// Exactly this value.
    pub(in crate::check) fn exactly(value: Value) -> Domain {
        let mut domain = Domain::any();
        domain.keep(&[value]);
        domain
    }

    /// Anything but null.
    pub(in crate::check) fn present() -> Domain {
        Domain {
            null: false,
            ..Domain::any()
        }
    }

    /// Whole numbers only.
    pub(super) fn whole(mut self) -> Domain {
        self.whole = true;
        self
    }

    /// Null too.
    pub(super) fn or_null(mut self) -> Domain {
        self.null = true;
        self
    }

    /// Leaves only these values; null may be one of them.
    pub(super) fn keep(&mut self, values: &[Value]) {
        self.null &= values.iter().any(Value::is_null);
        let values = values.iter().filter(|value| !value.is_null());
        let only = match self.only.take() {
            None => values.cloned().collect(),
            Some(only) => {
                let values: Vec<&Value> = values.collect();
                only.into_iter()
                    .filter(|left| values.iter().any(|value| equals(left, value)))
                    .collect()
            }
        };
        self.only = Some(only);
    }

    /// Takes these values away; null may be one of them.
    pub(super) fn drop(&mut self, values: &[Value]) {
        self.null &= !values.iter().any(Value::is_null);
        let values = values.iter().filter(|value| !value.is_null());
        self.except.extend(values.cloned());
    }

    /// Leaves only what compares so with a value. Null has no order.
    pub(super) fn order(&mut self, op: Op, value: &Value) {
        self.null = false;
        let bound = |inclusive| Bound {
            value: value.clone(),
            inclusive,
        };
        match op {
            Op::Lt => tighten(&mut self.high, bound(false), Ordering::Less),
            Op::Le => tighten(&mut self.high, bound(true), Ordering::Less),
            Op::Gt => tighten(&mut self.low, bound(false), Ordering::Greater),
            Op::Ge => tighten(&mut self.low, bound(true), Ordering::Greater),
            _ => {}
        }
    }

    /// What is left by both.
    pub(super) fn meet(&mut self, other: &Domain) {
        self.null &= other.null;
        self.whole |= other.whole;
        if let Some(only) = &other.only {
            let null = self.null;
            self.keep(only);
            self.null = null;
        }
        self.except.extend(other.except.iter().cloned());
        if let Some(low) = &other.low {
            tighten(&mut self.low, low.clone(), Ordering::Greater);
        }
        if let Some(high) = &other.high {
            tighten(&mut self.high, high.clone(), Ordering::Less);
        }
    }

    /// Whether nothing is left.
    pub(super) fn is_empty(&self) -> bool {
        if self.null {
            return false;
        }
        match &self.only {
            Some(only) => !only.iter().any(|value| self.allows(value)),
            None => self.range_is_empty(),
        }
    }

    fn range_is_empty(&self) -> bool {
        let (Some(low), Some(high)) = (&self.low, &self.high) else {
            return false;
        };
        let (Some(low), Some(high)) = (self.rounded(low, 1), self.rounded(high, -1)) else {
            return false;
        };
        match compare(&low.value, &high.value) {
            Some(Ordering::Less) | None => false,
            Some(Ordering::Equal) => {
                !(low.inclusive && high.inclusive)
                    || self.except.iter().any(|value| equals(value, &low.value))
            }
            Some(Ordering::Greater) => true,
        }
    }

    /// `> 5` of whole numbers is `>= 6`. None: there is no such number.
    fn rounded(&self, bound: &Bound, step: i64) -> Option<Bound> {
        match &bound.value {
            Value::Int(number) if self.whole && !bound.inclusive => Some(Bound {
                value: Value::Int(number.checked_add(step)?),
                inclusive: true,
            }),
            _ => Some(bound.clone()),
        }
    }

    fn allows(&self, value: &Value) -> bool {
        let outside = |bound: &Option<Bound>, wanted: Ordering| {
            bound
                .as_ref()
                .is_some_and(|bound| match compare(value, &bound.value) {
                    Some(Ordering::Equal) => !bound.inclusive,
                    Some(order) => order != wanted,
                    None => false,
                })
        };
        !self.except.iter().any(|except| equals(except, value))
            && !outside(&self.low, Ordering::Greater)
            && !outside(&self.high, Ordering::Less)
    }

    /// A value that is left, as it is written. None when the conditions say nothing that one value could show.
    pub(in crate::check) fn example(&self) -> Option<String> {
        if let Some(only) = &self.only {
            return match only.iter().find(|value| self.allows(value)) {
                Some(value) => written(value),
                None => self.null.then(|| "null".to_owned()),
            };
        }
        let bound = match (&self.low, &self.high) {
            (Some(low), _) => self.rounded(low, 1)?,
            (None, Some(high)) => self.rounded(high, -1)?,
            (None, None) => return None,
        };
        let fits = bound.inclusive && self.allows(&bound.value);
        fits.then(|| written(&bound.value)).flatten()
    }
}

/// Which value comes first. Beside an amount with a currency one without is of the same: where it is not, the comparison
/// fails when the rule runs, and nothing comes of it. None: nobody knows.
fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Money(left), Value::Money(right))
            if left.currency.is_none() || right.currency.is_none() =>
        {
            Some(left.amount.cmp(&right.amount))
        }
        (left, right) => eval::compare(left, right).ok(),
    }
}

fn equals(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Money(_), Value::Money(_)) => compare(left, right) == Some(Ordering::Equal),
        (left, right) => eval::equals(left, right),
    }
}

/// Keeps the bound that lets less through. Amounts of two currencies cannot be compared: the first one stays.
fn tighten(bound: &mut Option<Bound>, new: Bound, further: Ordering) {
    let tighter = match &bound {
        None => true,
        Some(old) => match compare(&new.value, &old.value) {
            Some(Ordering::Equal) => old.inclusive && !new.inclusive,
            Some(order) => order == further,
            None => false,
        },
    };
    if tighter {
        *bound = Some(new);
    }
}

/// A value as it is written in a condition.
fn written(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(format!("\"{text}\"")),
        other => eval::display(other).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn int(value: i64) -> Value {
        Value::Int(value)
    }

    #[test]
    fn two_values_at_once_leave_nothing() {
        let mut domain = Domain::exactly(Value::text("new"));
        assert!(!domain.is_empty());
        domain.keep(&[Value::text("paid")]);
        assert!(domain.is_empty());
    }

    #[test]
    fn null_is_left_beside_an_excluded_value() {
        let mut domain = Domain::exactly(Value::Null);
        domain.drop(&[Value::text("new")]);
        assert!(!domain.is_empty());
        domain.drop(&[Value::Null]);
        assert!(domain.is_empty());
    }

    #[test]
    fn nothing_lies_between_two_whole_numbers() {
        let between = |domain: Domain| {
            let mut domain = domain;
            domain.order(Op::Gt, &int(5));
            domain.order(Op::Lt, &int(6));
            domain.is_empty()
        };
        assert!(between(Domain::any().whole()));
        assert!(!between(Domain::any()));
    }

    #[test]
    fn a_range_of_one_value_can_be_taken_away() {
        let mut domain = Domain::any();
        domain.order(Op::Ge, &int(5));
        domain.order(Op::Le, &int(5));
        assert!(!domain.is_empty());
        domain.drop(&[int(5)]);
        assert!(domain.is_empty());
    }

    #[test]
    fn an_example_is_a_value_that_is_left() {
        let mut domain = Domain::any();
        domain.keep(&[Value::text("new"), Value::text("paid")]);
        domain.drop(&[Value::text("new")]);
        assert_eq!(domain.example().as_deref(), Some("\"paid\""));
    }
}
