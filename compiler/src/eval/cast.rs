//! `x as T`: data without a type becomes data of one, or a failure that says where it does not fit.

use std::sync::Arc;

use serde_json::Value as Json;

use super::json::number_from_json;
use super::{Failure, Scope, equals, failure, from_json, time};
use crate::types::{Currency, EnumType, EnumValue, Field, ObjectType, Type, TypeTable};
use crate::value::{Money, Num, Object, Value};

/// Types within types; deeper data is refused, since declared types may contain themselves.
const DEPTH_MAX: u32 = 128;

/// A value as a type. JSON is read by the type; what has a type already must fit. An absent or null list is empty,
/// fields that the type does not have are dropped.
///
/// # Errors
/// `cast`, with the path of the first thing that does not fit, never with the value.
pub fn cast(scope: &Scope<'_>, value: &Value, ty: &Type) -> Result<Value, Failure> {
    let mut cx = Cx {
        scope,
        path: String::new(),
        depth: 0,
    };
    cx.cast(value, ty)
}

struct Cx<'s, 'a> {
    scope: &'s Scope<'a>,
    /// `.items[0].price`
    path: String,
    depth: u32,
}

impl Cx<'_, '_> {
    fn cast(&mut self, value: &Value, ty: &Type) -> Result<Value, Failure> {
        if self.depth >= DEPTH_MAX {
            return Err(Failure::new("cast", "the data is nested too deeply"));
        }
        self.depth += 1;
        let result = self.cast_resolved(value, &resolve(self.scope, ty));
        self.depth -= 1;
        result
    }

    fn cast_resolved(&mut self, value: &Value, ty: &Type) -> Result<Value, Failure> {
        match ty {
            Type::Unknown | Type::Never => return Ok(value.clone()),
            Type::Json => return self.json(value),
            Type::Nullable(inner) => {
                return if is_null(value) {
                    Ok(Value::Null)
                } else {
                    self.cast(value, inner)
                };
            }
            Type::Null if is_null(value) => return Ok(Value::Null),
            Type::List(_) if is_null(value) => return Ok(Value::list(Vec::new())),
            Type::List(inner) => return self.list(value, inner, ty),
            Type::Map(inner) => return self.map(value, inner, ty),
            Type::Object(object) => return self.object(value, object, ty),
            Type::Union(types) => {
                let length = self.path.len();
                for candidate in &**types {
                    if let Ok(fitting) = self.cast(value, candidate) {
                        return Ok(fitting);
                    }
                    self.path.truncate(length);
                }
                return Err(self.mismatch(value, ty));
            }
            _ => {}
        }
        let scalar = match value {
            Value::Json(json) if !json.is_array() && !json.is_object() => {
                from_json(json).map_err(|failure| self.at(&failure.message))?
            }
            other => other.clone(),
        };
        self.scalar(&scalar, ty)
            .ok_or_else(|| self.mismatch(value, ty))
    }

    fn scalar(&self, value: &Value, ty: &Type) -> Option<Value> {
        let number = match value {
            Value::Int(number) => Some(Num::from_i64(*number)),
            Value::Num(number) => Some(*number),
            _ => None,
        };
        match (ty, value) {
            (Type::Int, _) => number?.to_i64().map(Value::Int),
            (Type::Decimal | Type::Percent, _) => number.map(Value::Num),
            (Type::Money(_), Value::Money(_)) => Some(value.clone()),
            (Type::Money(currency), _) => {
                let currency = match currency {
                    Currency::Named(code) => Some(code.clone()),
                    Currency::Unnamed | Currency::Field(_) => None,
                };
                Some(Value::Money(Money::new(number?, currency)))
            }
            (Type::Phone, Value::Text(text)) => is_e164(text).then(|| value.clone()),
            (Type::Date, Value::Text(text)) => time::parse_date(text).map(Value::Date),
            (Type::Time, Value::Text(text)) => time::parse_time(text).map(Value::Time),
            (Type::DateTime, Value::Text(text)) => {
                time::parse_datetime(text, self.scope.zone).map(Value::DateTime)
            }
            (Type::Duration, Value::Text(text)) => text.parse().ok().map(Value::Duration),
            (Type::Enum(of), _) => is_member(of, value).then(|| value.clone()),
            (Type::Bool, Value::Bool(_))
            | (Type::Text, Value::Text(_))
            | (Type::Date, Value::Date(_))
            | (Type::Time, Value::Time(_))
            | (Type::DateTime, Value::DateTime(_))
            | (Type::Duration, Value::Duration(_))
            | (Type::Bytes, Value::Bytes(_))
            | (Type::Secret, Value::Secret(_))
            | (Type::Account(_), Value::Account(_)) => Some(value.clone()),
            _ => None,
        }
    }

    fn json(&self, value: &Value) -> Result<Value, Failure> {
        match value {
            Value::Json(_) | Value::Null | Value::Absent => Ok(value.clone()),
            other => Ok(Value::Json(Arc::new(super::to_json(other)?))),
        }
    }

    fn list(&mut self, value: &Value, inner: &Type, ty: &Type) -> Result<Value, Failure> {
        let items = match value {
            Value::List(items) => items.to_vec(),
            Value::Json(json) => match &**json {
                Json::Array(items) => items.iter().map(wrap).collect(),
                _ => return Err(self.mismatch(value, ty)),
            },
            _ => return Err(self.mismatch(value, ty)),
        };
        let mut cast = Vec::with_capacity(items.len());
        for (at, item) in items.iter().enumerate() {
            cast.push(self.inside(&format!("[{at}]"), item, inner)?);
        }
        Ok(Value::list(cast))
    }

    fn map(&mut self, value: &Value, inner: &Type, ty: &Type) -> Result<Value, Failure> {
        let Some(fields) = fields(value) else {
            return Err(self.mismatch(value, ty));
        };
        let mut object = Object::default();
        for (name, value) in fields {
            let value = self.inside(&format!(".{name}"), &value, inner)?;
            object.fields.push((name, value));
        }
        Ok(Value::Object(Arc::new(object)))
    }

    fn object(&mut self, value: &Value, object: &ObjectType, ty: &Type) -> Result<Value, Failure> {
        let Some(given) = fields(value) else {
            return Err(self.mismatch(value, ty));
        };
        let given = Object { fields: given };
        let mut cast = Object::default();
        for field in &object.fields {
            let found = find(&given, field);
            if matches!(found, Value::Absent) && resolve(self.scope, &field.ty).is_nullable() {
                continue;
            }
            let mut value = self.inside(&format!(".{}", field.name), found, &field.ty)?;
            if let (Value::Money(money), Type::Money(Currency::Field(sibling))) =
                (&mut value, field.ty.non_null())
            {
                money.currency = currency_in(&given, sibling);
            }
            cast.fields.push((field.name.clone(), value));
        }
        Ok(Value::Object(Arc::new(cast)))
    }

    fn inside(&mut self, step: &str, value: &Value, ty: &Type) -> Result<Value, Failure> {
        let length = self.path.len();
        self.path.push_str(step);
        let result = self.cast(value, ty);
        self.path.truncate(length);
        result
    }

    fn mismatch(&self, value: &Value, ty: &Type) -> Failure {
        let found = match value {
            Value::Json(json) => failure::kind(&wrap(json)),
            other => failure::kind(other),
        };
        let wanted = failure::type_kind(ty);
        let found = if found == wanted {
            "another one"
        } else {
            found
        };
        self.at(&format!("found {found}, wanted {wanted}"))
    }

    fn at(&self, message: &str) -> Failure {
        let path = self.path.strip_prefix('.').unwrap_or(&self.path);
        if path.is_empty() {
            return Failure::new("cast", message);
        }
        Failure::new("cast", format!("at `{path}`: {message}"))
    }
}

/// The type behind names: the bundle's own first, then the connectors'. A copy, since the tables are two; types are
/// shared inside.
fn resolve(scope: &Scope<'_>, ty: &Type) -> Type {
    let mut ty = ty.clone();
    for _ in 0..64 {
        let Type::Named(name) = &ty else { return ty };
        let Some(program) = scope.program else {
            return Type::Unknown;
        };
        let tables: [&TypeTable; 2] = [&program.types, &program.catalog.types];
        let found = tables.iter().find_map(|table| table.types.get(name));
        ty = found.map_or(Type::Unknown, |found| found.ty.clone());
    }
    Type::Unknown
}

/// The field under its name or another spelling.
fn find<'v>(object: &'v Object, field: &Field) -> &'v Value {
    std::iter::once(&field.name)
        .chain(&field.aliases)
        .map(|name| object.get(name))
        .find(|value| !matches!(value, Value::Absent))
        .unwrap_or(&Value::Absent)
}

fn currency_in(object: &Object, sibling: &str) -> Option<crate::types::Name> {
    match object.get(sibling) {
        Value::Text(code) => Some(code.clone()),
        Value::Json(json) => json.as_str().map(Into::into),
        _ => None,
    }
}

fn fields(value: &Value) -> Option<Vec<(crate::types::Name, Value)>> {
    match value {
        Value::Object(object) => Some(object.fields.clone()),
        Value::Json(json) => Some(
            json.as_object()?
                .iter()
                .map(|(name, value)| (name.as_str().into(), wrap(value)))
                .collect(),
        ),
        _ => None,
    }
}

/// Null stays JSON here, to tell it from an absent field.
fn wrap(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::String(text) => Value::text(text.as_str()),
        Json::Number(number) => match number_from_json(number) {
            Ok(number) => number.to_i64().map_or(Value::Num(number), Value::Int),
            // Refused where its type is looked at, so that a field nobody declared does no harm.
            Err(_) => Value::Json(Arc::new(json.clone())),
        },
        other => Value::Json(Arc::new(other.clone())),
    }
}

fn is_null(value: &Value) -> bool {
    match value {
        Value::Json(json) => json.is_null(),
        other => other.is_null(),
    }
}

fn is_member(of: &EnumType, value: &Value) -> bool {
    of.values.iter().any(|known| match known {
        EnumValue::Text(text) => matches!(value, Value::Text(found) if found == text),
        EnumValue::Int(number) => equals(&Value::Int(*number), value),
        EnumValue::Bool(known) => *value == Value::Bool(*known),
    })
}

/// `+` and 7 to 15 digits.
pub(crate) fn is_e164(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}
