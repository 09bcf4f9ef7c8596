//! Values to JSON bytes.
//!
//! The canonical form: fields in the order of the definition, no blanks, texts in raw UTF-8 with only quotes, backslashes
//! and control characters escaped, numbers with their exact digits and no zeros at the end (`1290.70` is `1290.7`, `5.00`
//! is `5`) unless the connector says `as scale(2)`. Equal values are equal bytes, so a repeated request is the same request.
//!
//! ```
//! use ondo_compiler::types::{Type, TypeTable};
//! use ondo_compiler::value::{Num, Value};
//! use ondo_compiler::wire::encode;
//!
//! let price = Value::Num(Num::parse("1290.70").unwrap());
//! assert_eq!(encode(&Type::Decimal, &TypeTable::default(), &price).unwrap(), b"1290.7");
//! ```

use jiff::tz::TimeZone;

use super::fits::{describe, describe_value, fits};
use super::inputs::Inputs;
use super::json::write_text;
use super::path::{Path, failure, shown};
use super::scalar::{self, Written, wrong_value};
use crate::eval::Failure;
use crate::types::{Codec, Currency, Field, Name, ObjectType, Type, TypeTable};
use crate::value::{Object, Value};

/// Writes a value of this type as JSON bytes. A moment is written in its own zone.
///
/// # Errors
/// `missing-field`, `unknown-field`, `wrong-value`, `inexact`, `currency-mismatch`, `secret` when the value is not one of
/// this type.
pub fn encode(ty: &Type, types: &TypeTable, value: &Value) -> Result<Vec<u8>, Failure> {
    let mut writer = Writer::new(types, None);
    writer.write(ty, &[], value, &Path::Root)?;
    Ok(writer.out.into_bytes())
}

/// Writes a value in the natural form of its kind.
pub(crate) fn untyped(value: &Value) -> String {
    let types = TypeTable::default();
    let mut writer = Writer::new(&types, None);
    match writer.write(&Type::Json, &[], value, &Path::Root) {
        Ok(()) => writer.out,
        Err(_) => "null".to_owned(),
    }
}

/// Writes JSON to a text.
pub(crate) struct Writer<'a> {
    pub(crate) types: &'a TypeTable,
    /// The zone of patterns without one; the moment's own without it.
    pub(crate) zone: Option<TimeZone>,
    /// The account's currency: an amount of another is refused.
    pub(crate) currency: Option<Name>,
    /// For defaults, computed fields and conditions; without them these are not looked at.
    inputs: Option<&'a Inputs<'a>>,
    /// What is written.
    pub(crate) out: String,
    /// A secret is in it.
    pub(crate) has_secret: bool,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(types: &'a TypeTable, inputs: Option<&'a Inputs<'a>>) -> Self {
        Self {
            types,
            zone: None,
            currency: None,
            inputs,
            out: String::new(),
            has_secret: false,
        }
    }

    /// Writes a value of this type.
    pub(crate) fn write(
        &mut self,
        ty: &Type,
        codecs: &[Codec],
        value: &Value,
        path: &Path<'_>,
    ) -> Result<(), Failure> {
        let ty = self.types.resolve(ty);
        if let Type::Nullable(inner) = ty {
            if value.is_null() {
                self.out.push_str("null");
                return Ok(());
            }
            return self.write(inner, codecs, value, path);
        }
        match codecs.split_first() {
            Some((Codec::JsonText, rest)) => return self.write_json_text(ty, rest, value, path),
            Some((Codec::EmptyList, rest)) => {
                let is_empty = matches!(value, Value::Object(object) if object.fields.is_empty());
                if is_empty {
                    self.out.push_str("[]");
                    return Ok(());
                }
                return self.write(ty, rest, value, path);
            }
            Some((Codec::Keyed | Codec::Brackets, rest)) => {
                return self.write(ty, rest, value, path);
            }
            _ => {}
        }
        match (ty, value) {
            (Type::Union(alternatives), _) => self.write_union(alternatives, codecs, value, path),
            (Type::List(item), Value::List(values)) => self.write_list(
                values,
                |writer, value, path| writer.write(item, codecs, value, path),
                path,
            ),
            (Type::Object(object), Value::Object(values)) => {
                self.write_object(object, values, path)
            }
            (Type::Map(item), Value::Object(values)) => self.write_map(item, values, path),
            (Type::Json | Type::Unknown, _) => self.write_untyped(codecs, value, path),
            _ => self.write_scalar(ty, codecs, value, path),
        }
    }

    fn write_scalar(
        &mut self,
        ty: &Type,
        codecs: &[Codec],
        value: &Value,
        path: &Path<'_>,
    ) -> Result<(), Failure> {
        // A value of a type that has come through `json` is still compared with what is wanted.
        if let Value::Json(json) = value {
            let text = json.to_string();
            let decoded = super::decode_value(ty, text.as_bytes(), self.types, "UTC", None)
                .map_err(|failure| wrong_value(path, &failure.message, &describe(ty)))?;
            return self.write(ty, codecs, &decoded, path);
        }
        if !fits(ty, value) {
            return Err(wrong_value(path, describe_value(value), &describe(ty)));
        }
        if let (Type::Money(currency), Value::Money(money)) = (ty, value) {
            let wanted = match currency {
                Currency::Named(name) => Some(name),
                // The sibling is compared by the object that holds both.
                Currency::Field(_) => None,
                Currency::Unnamed => self.currency.as_ref(),
            };
            if let (Some(wanted), Some(found)) = (wanted, &money.currency) {
                same_currency(path, found, wanted)?;
            }
        }
        match scalar::write(ty, codecs, value, self.zone.as_ref(), path)? {
            Some(written) => self.put(written),
            None => return Err(wrong_value(path, describe_value(value), &describe(ty))),
        }
        Ok(())
    }

    fn put(&mut self, written: Written) {
        match written {
            Written::Bare(text) => self.out.push_str(&text),
            Written::Quoted(text) => write_text(&mut self.out, &text),
            Written::Secret(secret) => {
                self.has_secret = true;
                write_text(&mut self.out, secret.expose());
            }
        }
    }

    fn write_json_text(
        &mut self,
        ty: &Type,
        codecs: &[Codec],
        value: &Value,
        path: &Path<'_>,
    ) -> Result<(), Failure> {
        let before = std::mem::take(&mut self.out);
        let written = self.write(ty, codecs, value, path);
        let inner = std::mem::replace(&mut self.out, before);
        written?;
        write_text(&mut self.out, &inner);
        Ok(())
    }

    fn write_union(
        &mut self,
        alternatives: &[Type],
        codecs: &[Codec],
        value: &Value,
        path: &Path<'_>,
    ) -> Result<(), Failure> {
        let start = self.out.len();
        let mut first = None;
        for alternative in alternatives {
            match self.write(alternative, codecs, value, path) {
                Ok(()) => return Ok(()),
                Err(failure) => {
                    self.out.truncate(start);
                    first = first.or(Some(failure));
                }
            }
        }
        let reason = first.map_or_else(String::new, |failure| format!(": {}", failure.message));
        Err(failure(
            "wrong-value",
            format!("{} fits none of the forms it can have{reason}", shown(path)),
        ))
    }

    fn write_list(
        &mut self,
        values: &[Value],
        mut write: impl FnMut(&mut Self, &Value, &Path<'_>) -> Result<(), Failure>,
        path: &Path<'_>,
    ) -> Result<(), Failure> {
        self.out.push('[');
        for (index, value) in values.iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            write(self, value, &path.index(index))?;
        }
        self.out.push(']');
        Ok(())
    }

    fn write_map(&mut self, item: &Type, values: &Object, path: &Path<'_>) -> Result<(), Failure> {
        self.out.push('{');
        let mut is_first = true;
        for (name, value) in &values.fields {
            if *value == Value::Absent {
                continue;
            }
            self.name(name, &mut is_first);
            self.write(item, &[], value, &path.field(name))?;
        }
        self.out.push('}');
        Ok(())
    }

    fn name(&mut self, name: &str, is_first: &mut bool) {
        if !*is_first {
            self.out.push(',');
        }
        *is_first = false;
        write_text(&mut self.out, name);
        self.out.push(':');
    }

    fn write_untyped(
        &mut self,
        codecs: &[Codec],
        value: &Value,
        path: &Path<'_>,
    ) -> Result<(), Failure> {
        match value {
            Value::Json(json) => self.out.push_str(&json.to_string()),
            Value::List(values) => self.write_list(
                values,
                |writer, value, path| writer.write_untyped(codecs, value, path),
                path,
            )?,
            Value::Object(values) => self.write_map(&Type::Json, values, path)?,
            Value::Secret(_) => return Err(secret_refused(path)),
            _ => {
                if let Some(written) =
                    scalar::write(&Type::Json, codecs, value, self.zone.as_ref(), path)?
                {
                    self.put(written);
                }
            }
        }
        Ok(())
    }

    fn write_object(
        &mut self,
        object: &ObjectType,
        values: &Object,
        path: &Path<'_>,
    ) -> Result<(), Failure> {
        let unknown = values
            .fields
            .iter()
            .find(|(name, value)| object.field(name).is_none() && *value != Value::Absent);
        if let Some((name, _)) = unknown {
            return Err(failure(
                "unknown-field",
                format!(
                    "`{}` is no field that the connector knows",
                    path.field(name)
                ),
            ));
        }
        let completed = self.complete(object, values, path)?;
        self.out.push('{');
        let mut is_first = true;
        for (field, value) in &completed {
            self.name(&field.name, &mut is_first);
            // `password = password`: the connector itself says that a secret belongs here.
            if let (Some(_), Value::Secret(secret)) = (field.computed, value) {
                self.put(Written::Secret(secret.clone()));
                continue;
            }
            self.write(&field.ty, &field.codecs, value, &path.field(&field.name))?;
        }
        self.out.push('}');
        Ok(())
    }

    /// The fields that are sent, in order: computed ones and defaults filled in, conditions checked.
    pub(crate) fn complete<'o>(
        &self,
        object: &'o ObjectType,
        values: &Object,
        path: &Path<'_>,
    ) -> Result<Vec<(&'o Field, Value)>, Failure> {
        let inputs = self.inputs.map(|inputs| inputs.with(&values.fields));
        let conditions = self
            .inputs
            .map(|inputs| inputs.with(&plain_amounts(values)));
        let mut sent = Vec::with_capacity(object.fields.len());
        for field in &object.fields {
            let value = self.field_value(field, values, inputs.as_ref())?;
            let path = path.field(&field.name);
            if let (Some(conditions), Some(ignored_if)) = (&conditions, field.ignored_if)
                && conditions.holds(ignored_if)?
            {
                continue;
            }
            if value.is_null()
                && let (Some(conditions), Some(required_if)) = (&conditions, field.required_if)
                && conditions.holds(required_if)?
            {
                return Err(missing(
                    &path,
                    &describe(self.types.resolve(&field.ty)),
                    " here",
                ));
            }
            if value == Value::Absent {
                let ty = self.types.resolve(&field.ty);
                if ty.is_nullable() || matches!(ty, Type::List(_)) || field.computed.is_some() {
                    continue;
                }
                return Err(missing(&path, &describe(ty), ""));
            }
            if let (Some(conditions), Some(check)) = (&conditions, field.check)
                && !value.is_null()
                && !conditions
                    .with(&[(field.name.clone(), plain_amount(&value))])
                    .holds(check)?
            {
                return Err(Failure {
                    code: "value-refused",
                    message: format!(
                        "{} does not meet what the connector asks of it",
                        shown(&path)
                    ),
                    place: Some(conditions.connector.exprs.place(check)),
                });
            }
            sent.push((field, value));
        }
        check_one_of(object, &sent, path)?;
        check_currencies(object, &sent, path)?;
        Ok(sent)
    }

    fn field_value(
        &self,
        field: &Field,
        values: &Object,
        inputs: Option<&Inputs<'_>>,
    ) -> Result<Value, Failure> {
        if let (Some(inputs), Some(computed)) = (inputs, field.computed) {
            return inputs.compute(computed);
        }
        let value = values.get(&field.name);
        match (value, inputs, field.default) {
            (Value::Absent, Some(inputs), Some(default)) => inputs.compute(default),
            _ => Ok(value.clone()),
        }
    }
}

/// `amount > 0`: conditions of a connector compare amounts with plain numbers.
fn plain_amounts(values: &Object) -> Vec<(Name, Value)> {
    let fields = values.fields.iter();
    fields
        .map(|(name, value)| (name.clone(), plain_amount(value)))
        .collect()
}

fn plain_amount(value: &Value) -> Value {
    match value {
        Value::Money(money) => Value::Num(money.amount),
        Value::Object(object) => Value::object(plain_amounts(object)),
        value => value.clone(),
    }
}

fn check_one_of(
    object: &ObjectType,
    sent: &[(&Field, Value)],
    path: &Path<'_>,
) -> Result<(), Failure> {
    for group in &object.one_of {
        let given = group
            .iter()
            .filter(|name| {
                sent.iter()
                    .any(|(field, value)| field.name == **name && !value.is_null())
            })
            .count();
        if given != 1 {
            return Err(failure(
                "one-of",
                format!(
                    "{} has {given} of {}, wanted exactly one",
                    shown(path),
                    group.join(", ")
                ),
            ));
        }
    }
    Ok(())
}

fn check_currencies(
    object: &ObjectType,
    sent: &[(&Field, Value)],
    path: &Path<'_>,
) -> Result<(), Failure> {
    for (field, value) in sent {
        let (Type::Money(Currency::Field(sibling)), Value::Money(money)) =
            (field.ty.non_null(), value)
        else {
            continue;
        };
        let written = sent.iter().find(|(other, _)| other.name == *sibling);
        if object.field(sibling).is_some()
            && let Some((_, Value::Text(wanted))) = written
            && let Some(found) = &money.currency
        {
            same_currency(&path.field(&field.name), found, wanted)?;
        }
    }
    Ok(())
}

fn same_currency(path: &Path<'_>, found: &Name, wanted: &Name) -> Result<(), Failure> {
    if found.eq_ignore_ascii_case(wanted) {
        return Ok(());
    }
    Err(failure(
        "currency-mismatch",
        format!("{} is an amount in {found}, wanted {wanted}", shown(path)),
    ))
}

fn missing(path: &Path<'_>, wanted: &str, when: &str) -> Failure {
    failure(
        "missing-field",
        format!("{} is missing, {wanted} is required{when}", shown(path)),
    )
}

pub(crate) fn secret_refused(path: &Path<'_>) -> Failure {
    failure("secret", format!("{} would show a secret", shown(path)))
}
