//! One expression at work: the dispatch over [`Expr`], with its budget and depth.

use std::sync::Arc;

use super::failure::conversion_takes;
use super::{Failure, Frame, Scope, compare, display, limits};
use crate::ir::{Conversion, Entry, Expr, ExprId, Exprs, LocalId};
use crate::types::Name;
use crate::value::{Money, Num, Object, Secret, Value};

pub(super) struct Machine<'s, 'a, 'f> {
    pub(super) scope: &'s Scope<'a>,
    /// Of the scope; of the bundle inside its functions and tables.
    pub(super) exprs: &'s Exprs,
    pub(super) frame: &'f mut Frame,
    pub(super) depth: u32,
}

/// What an expression comes to: a value, or another expression in its place, which needs no further level.
pub(super) enum Next {
    Value(Value),
    Expr(ExprId),
}

impl<'s, 'a, 'f> Machine<'s, 'a, 'f> {
    pub(super) fn new(scope: &'s Scope<'a>, frame: &'f mut Frame) -> Self {
        Machine {
            scope,
            exprs: scope.exprs,
            frame,
            depth: 0,
        }
    }

    pub(super) fn run(&mut self, mut id: ExprId) -> Result<Value, Failure> {
        if self.depth >= limits::DEPTH_MAX {
            return Err(Failure {
                place: Some(self.exprs.place(id)),
                ..Failure::new("too-much-work", "the expression is nested too deeply")
            });
        }
        self.depth += 1;
        let result = loop {
            let next = self.charge(1).and_then(|()| self.step(id));
            match next {
                Ok(Next::Expr(next)) => id = next,
                Ok(Next::Value(value)) => break Ok(value),
                Err(mut failure) => {
                    failure.place.get_or_insert(self.exprs.place(id));
                    break Err(failure);
                }
            }
        };
        self.depth -= 1;
        result
    }

    /// Takes steps from the budget.
    pub(super) fn charge(&mut self, steps: u64) -> Result<(), Failure> {
        match self.frame.budget.checked_sub(steps) {
            Some(left) => {
                self.frame.budget = left;
                Ok(())
            }
            None => {
                self.frame.budget = 0;
                Err(Failure::too_much_work())
            }
        }
    }

    // Every arm that is more than a line is a function of its own, so that this one, which is on the stack at each
    // level, stays small.
    fn step(&mut self, id: ExprId) -> Result<Next, Failure> {
        let exprs = self.exprs;
        let value = match exprs.get(id) {
            Expr::Const(value) => value.clone(),
            Expr::Slot(slot) => self.slot(slot.0),
            Expr::Local(local) => self.local(*local),
            Expr::Input(name) => self.input(name),
            Expr::Account(account) => Value::Account(*account),
            Expr::Field { base, name } => return self.field(*base, name),
            Expr::Index { base, index } => return self.index(*base, *index),
            Expr::Chain { value, bind, then } => return self.chain(*value, *bind, *then),
            Expr::Apart { value, local_count } => return self.apart(*value, *local_count),
            Expr::Lookup { table, key } => return self.lookup(*table, *key),
            Expr::Call { function, args } => return self.call(*function, args),
            Expr::Builtin { builtin, args } => return self.builtin(builtin, args),
            Expr::Not(inner) => return self.not(*inner),
            Expr::Neg(inner) => return self.neg(*inner),
            Expr::Binary { .. } => return self.binary(id),
            Expr::And(..) => return self.and(id),
            Expr::Or(..) => return self.or(id),
            Expr::Coalesce(..) => return self.coalesce(id),
            Expr::Catch(inner, otherwise) => return self.catch(*inner, *otherwise),
            Expr::In(item, list) => return self.contains(*item, *list),
            Expr::Matches { value, regex } => return self.matches(*value, regex),
            Expr::If(cond, then, otherwise) => {
                return Ok(Next::Expr(if self.bool(*cond)? {
                    *then
                } else {
                    *otherwise
                }));
            }
            Expr::Match {
                subject,
                arms,
                otherwise,
            } => return self.match_value(*subject, arms, *otherwise),
            Expr::List(items) => return self.list(items),
            Expr::Comprehension {
                var,
                list,
                cond,
                value,
            } => return self.comprehension(*var, *list, *cond, *value),
            Expr::Object(entries) => return self.object(entries),
            Expr::Text(parts) => return self.text(parts),
            Expr::Fail(reason) => return self.fail(*reason),
            Expr::Cast { value, ty } => return self.cast(*value, ty),
            Expr::Convert { value, to } => return self.convert(*value, to),
            Expr::JsonPath { base, take, path } => return self.json_path(*base, *take, path),
            Expr::Present(inner) => Value::Bool(!matches!(self.run(*inner)?, Value::Absent)),
            Expr::Omit => Value::Absent,
            Expr::Now => return self.moment(self.scope.now),
            Expr::StepTime => return self.moment(self.scope.step_time),
        };
        Ok(Next::Value(value))
    }

    /// A condition. There is no truthiness.
    pub(super) fn bool(&mut self, id: ExprId) -> Result<bool, Failure> {
        match self.run(id)? {
            Value::Bool(value) => Ok(value),
            Value::Json(json) if json.is_boolean() => Ok(*json == serde_json::Value::Bool(true)),
            other => Err(Failure::wrong_kind("a bool", &other)),
        }
    }

    pub(super) fn set_local(&mut self, local: LocalId, value: Value) {
        let index = local.0 as usize;
        if index >= self.frame.locals.len() {
            self.frame.locals.resize(index + 1, Value::Absent);
        }
        self.frame.locals[index] = value;
    }

    fn moment(&mut self, timestamp: jiff::Timestamp) -> Result<Next, Failure> {
        let zone = super::time::zone(self.scope.zone)?;
        Ok(Next::Value(Value::DateTime(timestamp.to_zoned(zone))))
    }

    #[inline(never)]
    fn coalesce(&mut self, id: ExprId) -> Result<Next, Failure> {
        // `a ?? b ?? c` hangs to the left or to the right; both are walked without a level for each.
        let Expr::Coalesce(left, right) = *self.exprs.get(id) else {
            return Ok(Next::Expr(id));
        };
        let mut rest = vec![right];
        let mut first = left;
        while let Expr::Coalesce(left, right) = *self.exprs.get(first) {
            rest.push(right);
            first = left;
        }
        let mut value = self.run(first)?;
        while let Some(next) = rest.pop() {
            if !value.is_null() {
                return Ok(Next::Value(value));
            }
            if rest.is_empty() {
                return Ok(Next::Expr(next));
            }
            value = self.run(next)?;
        }
        Ok(Next::Value(value))
    }

    #[inline(never)]
    fn catch(&mut self, inner: ExprId, otherwise: ExprId) -> Result<Next, Failure> {
        let depth = self.depth;
        match self.run(inner) {
            Ok(value) => Ok(Next::Value(value)),
            Err(failure) if failure.is_final() => Err(failure),
            Err(_) => {
                self.depth = depth;
                Ok(Next::Expr(otherwise))
            }
        }
    }

    #[inline(never)]
    fn match_value(
        &mut self,
        subject: ExprId,
        arms: &[(Vec<Value>, ExprId)],
        otherwise: Option<ExprId>,
    ) -> Result<Next, Failure> {
        let subject = self.run(subject)?;
        for (patterns, value) in arms {
            self.charge(patterns.len() as u64)?;
            if patterns
                .iter()
                .any(|pattern| compare::equals(pattern, &subject))
            {
                return Ok(Next::Expr(*value));
            }
        }
        otherwise.map(Next::Expr).ok_or_else(|| {
            Failure::new(
                "no-match",
                "no arm of the `match` fits the value, and it has no `else`",
            )
        })
    }

    #[inline(never)]
    fn list(&mut self, items: &[ExprId]) -> Result<Next, Failure> {
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            values.push(self.run(*item)?);
        }
        self.bounded(Value::list(values))
    }

    #[inline(never)]
    fn comprehension(
        &mut self,
        var: LocalId,
        list: ExprId,
        cond: Option<ExprId>,
        value: ExprId,
    ) -> Result<Next, Failure> {
        let list = self.run(list)?;
        let items = elements(&list)?;
        if items.len() > limits::LIST_LENGTH_MAX {
            return Err(Failure::too_large("the list"));
        }
        let mut values = Vec::new();
        for item in items {
            self.charge(1)?;
            self.set_local(var, item);
            if let Some(cond) = cond
                && !self.bool(cond)?
            {
                continue;
            }
            values.push(self.run(value)?);
        }
        self.bounded(Value::list(values))
    }

    #[inline(never)]
    fn object(&mut self, entries: &[Entry]) -> Result<Next, Failure> {
        let mut object = Object::default();
        for entry in entries {
            match entry {
                Entry::Field {
                    name,
                    value,
                    omit_null,
                } => {
                    let value = self.run(*value)?;
                    // `omit` leaves a field out everywhere; null only where the target may be missing.
                    let left_out = matches!(value, Value::Absent) || *omit_null && value.is_null();
                    if !left_out {
                        object.set(name.clone(), value);
                    }
                }
                Entry::Spread(base) => {
                    let base = self.run(*base)?;
                    for (name, value) in fields(&base)? {
                        self.charge(1 + object.fields.len() as u64 / 16)?;
                        object.set(name, value);
                    }
                }
            }
        }
        self.bounded(Value::Object(Arc::new(object)))
    }

    #[inline(never)]
    fn text(&mut self, parts: &[ExprId]) -> Result<Next, Failure> {
        let mut text = String::new();
        let mut secret = false;
        for part in parts {
            let value = self.run(*part)?;
            let piece = match &value {
                Value::Text(piece) => piece.clone(),
                // In a connector's definition `"Bearer {token}"` is a secret itself. In a bundle it is refused.
                Value::Secret(piece) if self.scope.program.is_none() => {
                    secret = true;
                    piece.expose().into()
                }
                other => Name::from(display(other)?),
            };
            self.charge((piece.len() / limits::TEXT_BYTES_PER_STEP) as u64)?;
            if text.len() + piece.len() > limits::TEXT_BYTES_MAX {
                return Err(Failure::too_large("the text"));
            }
            text.push_str(&piece);
        }
        Ok(Next::Value(if secret {
            Value::Secret(Secret::new(text))
        } else {
            Value::text(text)
        }))
    }

    #[inline(never)]
    fn fail(&mut self, reason: ExprId) -> Result<Next, Failure> {
        let reason = display(&self.run(reason)?)?;
        Err(Failure::new("fail", reason))
    }

    #[inline(never)]
    fn cast(&mut self, value: ExprId, ty: &crate::types::Type) -> Result<Next, Failure> {
        let value = self.run(value)?;
        self.weigh(&value)?;
        Ok(Next::Value(super::cast(self.scope, &value, ty)?))
    }

    #[inline(never)]
    fn convert(&mut self, value: ExprId, to: &Conversion) -> Result<Next, Failure> {
        let value = self.run(value)?;
        let number = match &value {
            Value::Int(number) => Num::from_i64(*number),
            Value::Num(number) => *number,
            Value::Money(_) if matches!(to, Conversion::Money(_)) => return Ok(Next::Value(value)),
            other if other.is_null() => return Ok(Next::Value(value)),
            other => return Err(Failure::wrong_kind(conversion_takes(to), other)),
        };
        Ok(Next::Value(match to {
            Conversion::Decimal => Value::Num(number),
            Conversion::Money(currency) => Value::Money(Money::new(number, currency.clone())),
        }))
    }

    /// A new list or object, unless it has too many parts.
    fn bounded(&mut self, value: Value) -> Result<Next, Failure> {
        self.weigh(&value)?;
        Ok(Next::Value(value))
    }

    /// Charges for all parts of a value. Refuses one that has too many.
    pub(super) fn weigh(&mut self, value: &Value) -> Result<(), Failure> {
        let mut left = limits::VALUE_PARTS_MAX;
        if !weigh(value, &mut left) {
            return Err(Failure::too_large("the value"));
        }
        self.charge((limits::VALUE_PARTS_MAX - left) / 8)
    }
}

/// Counts the parts of a value down; false when there are too many.
fn weigh(value: &Value, left: &mut u64) -> bool {
    if *left == 0 {
        return false;
    }
    *left -= 1;
    match value {
        Value::List(items) => items.iter().all(|item| weigh(item, left)),
        Value::Object(object) => object.fields.iter().all(|(_, value)| weigh(value, left)),
        Value::Json(json) => weigh_json(json, left),
        _ => true,
    }
}

fn weigh_json(json: &serde_json::Value, left: &mut u64) -> bool {
    if *left == 0 {
        return false;
    }
    *left -= 1;
    match json {
        serde_json::Value::Array(items) => items.iter().all(|item| weigh_json(item, left)),
        serde_json::Value::Object(fields) => fields.values().all(|value| weigh_json(value, left)),
        _ => true,
    }
}

/// The elements of a list; none for null.
pub(crate) fn elements(list: &Value) -> Result<Vec<Value>, Failure> {
    match list {
        Value::List(items) => Ok(items.to_vec()),
        Value::Json(json) => match &**json {
            serde_json::Value::Array(items) => Ok(items.iter().map(wrap_json).collect()),
            serde_json::Value::Null => Ok(Vec::new()),
            _ => Err(Failure::wrong_kind("a list", list)),
        },
        Value::Null | Value::Absent => Ok(Vec::new()),
        other => Err(Failure::wrong_kind("a list", other)),
    }
}

/// The fields of an object; none for null.
fn fields(value: &Value) -> Result<Vec<(Name, Value)>, Failure> {
    match value {
        Value::Object(object) => Ok(object.fields.clone()),
        Value::Json(json) => match &**json {
            serde_json::Value::Object(fields) => Ok(fields
                .iter()
                .map(|(name, value)| (name.as_str().into(), wrap_json(value)))
                .collect()),
            serde_json::Value::Null => Ok(Vec::new()),
            _ => Err(Failure::wrong_kind("an object", value)),
        },
        Value::Null | Value::Absent => Ok(Vec::new()),
        other => Err(Failure::wrong_kind("an object", other)),
    }
}

/// A piece of JSON that still has no type. Null is null everywhere.
pub(super) fn wrap_json(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Null,
        other => Value::Json(Arc::new(other.clone())),
    }
}
