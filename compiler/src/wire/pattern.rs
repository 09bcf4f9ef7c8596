//! Patterns of messages: written from the values of their holes, and read back into them.
//!
//! ```text
//! form { by: "id" | "externalId" -> by, order: { id: int, status: string? } as json -> ... }
//! ```
//!
//! has the holes `by`, `id` and `status`. A field without a hole is a literal, a computed field, or an object with holes
//! of its own.

use super::decode::{Reader, field_of};
use super::json::Node;
use super::path::{Path, shape};
use crate::catalog::Section;
use crate::eval::Failure;
use crate::types::{EnumType, EnumValue, Field, Hole, Name, ObjectType, Type, TypeTable};
use crate::value::{Object, Value};

/// Holes with their values.
pub(crate) type Holes = Vec<(Name, Value)>;

/// The value of the hole with this name; `Absent` without it.
pub(crate) fn hole<'v>(holes: &'v [(Name, Value)], name: &str) -> &'v Value {
    holes
        .iter()
        .find(|(known, _)| &**known == name)
        .map_or(&Value::Absent, |(_, value)| value)
}

/// The value of a whole section.
pub(crate) fn section_value(
    section: &Section,
    types: &TypeTable,
    holes: &[(Name, Value)],
) -> Value {
    if let Some(name) = &section.hole {
        return hole(holes, name).clone();
    }
    match types.object(&section.ty) {
        Some(object) => Value::object(fill(object, types, holes, false)),
        None => Value::Absent,
    }
}

/// The object that a pattern stands for. `spread`: fields without a hole are holes by their own name.
fn fill(
    object: &ObjectType,
    types: &TypeTable,
    holes: &[(Name, Value)],
    spread: bool,
) -> Vec<(Name, Value)> {
    let mut fields = Vec::with_capacity(object.fields.len());
    for field in &object.fields {
        let value = match &field.hole {
            Some(Hole::Named(name)) => hole(holes, name).clone(),
            Some(Hole::Spread) => nested(field, types, holes, true),
            None if field.computed.is_some() => Value::Absent,
            None => match literal(&field.ty) {
                Some(literal) => literal,
                None if spread => hole(holes, &field.name).clone(),
                None if types.object(&field.ty).is_some() => nested(field, types, holes, false),
                None => Value::Absent,
            },
        };
        if value != Value::Absent {
            fields.push((field.name.clone(), value));
        }
    }
    fields
}

fn nested(field: &Field, types: &TypeTable, holes: &[(Name, Value)], spread: bool) -> Value {
    let Some(object) = types.object(&field.ty) else {
        return Value::Absent;
    };
    let fields = fill(object, types, holes, spread);
    let is_only_literals = fields.iter().all(|(name, _)| {
        object
            .field(name)
            .is_some_and(|field| literal(&field.ty).is_some())
    });
    // `params: { … }?` without any of its arguments is not sent.
    if is_only_literals && (field.ty.is_nullable() || field.default.is_some()) {
        return Value::Absent;
    }
    Value::object(fields)
}

/// `success: true`: the only value.
pub(crate) fn literal(ty: &Type) -> Option<Value> {
    match ty {
        Type::Enum(known) => only(known),
        _ => None,
    }
}

fn only(known: &EnumType) -> Option<Value> {
    let [value] = known.values.as_slice() else {
        return None;
    };
    Some(match value {
        EnumValue::Text(text) => Value::Text(text.clone()),
        EnumValue::Int(int) => Value::Int(*int),
        EnumValue::Bool(bool) => Value::Bool(*bool),
    })
}

/// Reads the holes of a section out of a message.
///
/// # Errors
/// `event-shape` when the message does not fit the pattern.
pub(crate) fn read_section(
    reader: &Reader<'_>,
    section: &Section,
    node: &Node<'_>,
) -> Result<Holes, Failure> {
    let mut holes = Vec::new();
    if let Some(name) = &section.hole {
        let value = reader.read(&section.ty, &[], Some(node), None, &Path::Root)?;
        holes.push((name.clone(), value));
        return Ok(holes);
    }
    match reader.types.object(&section.ty) {
        Some(object) => read_object(reader, object, node, false, &Path::Root, &mut holes)?,
        None => {
            reader.read(&section.ty, &[], Some(node), None, &Path::Root)?;
        }
    }
    Ok(holes)
}

fn read_object(
    reader: &Reader<'_>,
    object: &ObjectType,
    node: &Node<'_>,
    spread: bool,
    path: &Path<'_>,
    holes: &mut Holes,
) -> Result<(), Failure> {
    if !matches!(node.kind, super::json::Kind::Object(_)) {
        return Err(shape(path, node.describe(), "an object"));
    }
    for field in &object.fields {
        let name = match &field.hole {
            Some(Hole::Named(name)) => Some(name),
            Some(Hole::Spread) => None,
            None if field.computed.is_some() || literal(&field.ty).is_some() => None,
            None if spread => Some(&field.name),
            None => None,
        };
        if let Some(name) = name {
            let value = reader.read_field(field, node, path)?;
            if value != Value::Absent {
                holes.push((name.clone(), value));
            }
            continue;
        }
        let is_spread = field.hole == Some(Hole::Spread);
        let holds_holes = is_spread || (field.computed.is_none() && literal(&field.ty).is_none());
        match reader.types.object(&field.ty).filter(|_| holds_holes) {
            Some(inner) => read_nested(reader, field, inner, is_spread, node, path, holes)?,
            None => {
                reader.read_field(field, node, path)?;
            }
        }
    }
    if let Some(strict) = &reader.strict {
        strict.look_at(object, node, path);
    }
    Ok(())
}

fn read_nested(
    reader: &Reader<'_>,
    field: &Field,
    inner: &ObjectType,
    spread: bool,
    node: &Node<'_>,
    path: &Path<'_>,
    holes: &mut Holes,
) -> Result<(), Failure> {
    let path = path.field(&field.name);
    let found = field_of(node, &field.name, &field.aliases);
    let Some(found) = found.filter(|found| !found.is_null()) else {
        if field.ty.is_nullable() {
            return Ok(());
        }
        let what = if found.is_some() { "null" } else { "absent" };
        return Err(shape(&path, what, "an object"));
    };
    reader.with_inner(&field.codecs, found, &path, |node| {
        read_object(reader, inner, node, spread, &path, holes)
    })
}

/// The value of an outcome or a delivery: the record of the holes.
pub(crate) fn record(holes: Holes) -> Value {
    Value::Object(Object { fields: holes }.into())
}
