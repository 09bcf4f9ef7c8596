//! Reading: slots, locals, inputs, fields, elements, chains and tables.

use super::machine::{Machine, Next, wrap_json};
use super::{Failure, compare};
use crate::ir::{ExprId, LocalId, TableId};
use crate::value::Value;

impl Machine<'_, '_, '_> {
    pub(super) fn slot(&self, slot: u32) -> Value {
        self.scope
            .slots
            .get(slot as usize)
            .cloned()
            .unwrap_or(Value::Absent)
    }

    pub(super) fn local(&self, local: LocalId) -> Value {
        self.frame
            .locals
            .get(local.0 as usize)
            .cloned()
            .unwrap_or(Value::Absent)
    }

    pub(super) fn input(&self, name: &str) -> Value {
        self.scope
            .inputs
            .iter()
            .find(|(known, _)| &**known == name)
            .map_or(Value::Absent, |(_, value)| value.clone())
    }

    #[inline(never)]
    pub(super) fn field(&mut self, base: ExprId, name: &str) -> Result<Next, Failure> {
        let base = self.run(base)?;
        Ok(Next::Value(field_of(&base, name)?))
    }

    #[inline(never)]
    pub(super) fn index(&mut self, base: ExprId, index: ExprId) -> Result<Next, Failure> {
        let base = self.run(base)?;
        let index = self.run(index)?;
        Ok(Next::Value(element_of(&base, &index)?))
    }

    #[inline(never)]
    pub(super) fn chain(
        &mut self,
        value: ExprId,
        bind: LocalId,
        then: ExprId,
    ) -> Result<Next, Failure> {
        let value = self.run(value)?;
        if value.is_null() {
            return Ok(Next::Value(Value::Absent));
        }
        self.set_local(bind, value);
        Ok(Next::Expr(then))
    }

    /// `t[x]`: the first row that has the key, else `else`.
    #[inline(never)]
    pub(super) fn lookup(&mut self, table: TableId, key: ExprId) -> Result<Next, Failure> {
        let key = self.run(key)?;
        let table = self
            .scope
            .program
            .and_then(|program| program.tables.get(table.0 as usize))
            .ok_or_else(|| Failure::new("no-row", "tables cannot be used here"))?;
        if let Some(records) = &table.records {
            self.charge(1)?;
            let found = records.by_key.get(&super::key_text(&key)?);
            return found.cloned().map(Next::Value).ok_or_else(|| {
                Failure::new(
                    "no-row",
                    format!(
                        "table `{}` has no row with this `{}`",
                        table.name, records.key
                    ),
                )
            });
        }
        let mut found = table.otherwise;
        for (keys, value) in &table.rows {
            self.charge(1)?;
            if keys.iter().any(|known| compare::equals(known, &key)) {
                found = Some(*value);
                break;
            }
        }
        let Some(value) = found else {
            return Err(Failure::new(
                "no-row",
                format!(
                    "table `{}` has no row for the value and no `else`",
                    table.name
                ),
            ));
        };
        self.run_of_bundle(value, Vec::new()).map(Next::Value)
    }
}

/// `base.name`. What is not there is absent, also behind null.
fn field_of(base: &Value, name: &str) -> Result<Value, Failure> {
    match base {
        Value::Object(object) => Ok(object.get(name).clone()),
        Value::Json(json) => match &**json {
            serde_json::Value::Object(fields) => {
                Ok(fields.get(name).map_or(Value::Absent, wrap_json))
            }
            serde_json::Value::Null => Ok(Value::Absent),
            _ => Err(Failure::wrong_kind("an object", base)),
        },
        Value::Null | Value::Absent => Ok(Value::Absent),
        other => Err(Failure::wrong_kind("an object", other)),
    }
}

/// `base[index]`: null outside, negative from the end. Of an object (a map), the field of that name.
fn element_of(base: &Value, index: &Value) -> Result<Value, Failure> {
    let index = match index {
        Value::Int(index) => *index,
        Value::Text(name) => return field_of(base, name),
        other => return Err(Failure::wrong_kind("an int", other)),
    };
    let at = |length: usize| {
        let index = if index < 0 {
            index.checked_add(i64::try_from(length).ok()?)?
        } else {
            index
        };
        usize::try_from(index).ok().filter(|index| *index < length)
    };
    match base {
        Value::List(items) => Ok(at(items.len()).map_or(Value::Absent, |at| items[at].clone())),
        Value::Json(json) => match &**json {
            serde_json::Value::Array(items) => {
                Ok(at(items.len()).map_or(Value::Absent, |at| wrap_json(&items[at])))
            }
            serde_json::Value::Null => Ok(Value::Absent),
            _ => Err(Failure::wrong_kind("a list", base)),
        },
        Value::Null | Value::Absent => Ok(Value::Absent),
        other => Err(Failure::wrong_kind("a list", other)),
    }
}
