//! Whether JSON has the shape that a type says, and nothing besides.
//!
//! Reading a payload forgives what a definition does not know, so that a vendor may add fields. A payload that we hold is
//! another matter: each field of it must be known.

use ondo_compiler::catalog::Catalog;
use ondo_compiler::types::{EnumValue, ObjectType, Type};
use ondo_compiler::value::Num;
use serde_json::{Map, Value as Json};

/// No field that the type does not know, none missing that it requires.
pub(crate) fn fits(catalog: &Catalog, ty: &Type, json: &Json, at: &str) {
    if let Err(problem) = compare(catalog, ty, json, at) {
        panic!("{problem}");
    }
}

fn compare(catalog: &Catalog, ty: &Type, json: &Json, at: &str) -> Result<(), String> {
    let wrong = |what: &str| Err(format!("{at}: {json} is no {what}"));
    match (catalog.types.resolve(ty), json) {
        (Type::Nullable(_) | Type::List(_) | Type::Null, Json::Null) => Ok(()),
        (Type::Nullable(inner), _) => compare(catalog, inner, json, at),
        (Type::Union(parts), _) => {
            // The problem of the alternative that comes nearest is not known: all are named.
            let problems: Vec<String> = parts
                .iter()
                .filter_map(|part| compare(catalog, part, json, at).err())
                .collect();
            match problems.len() < parts.len() {
                true => Ok(()),
                false => Err(problems.join("; ")),
            }
        }
        (Type::Object(object), Json::Object(fields)) => compare_fields(catalog, object, fields, at),
        (Type::Map(item), Json::Object(fields)) => fields
            .iter()
            .try_for_each(|(name, json)| compare(catalog, item, json, &format!("{at}.{name}"))),
        (Type::List(item), Json::Array(items)) => items
            .iter()
            .try_for_each(|json| compare(catalog, item, json, &format!("{at}[]"))),
        // Keyed by id on the wire.
        (Type::List(item), Json::Object(items)) => items
            .values()
            .try_for_each(|json| compare(catalog, item, json, &format!("{at}[]"))),
        // What some vendors write for an object without fields.
        (Type::Object(_) | Type::Map(_), Json::Array(items)) if items.is_empty() => Ok(()),
        (Type::Object(_) | Type::Map(_), _) => wrong("object"),
        (Type::List(_), _) => wrong("list"),
        // Wire forms: codes and moments as numbers, numbers as texts.
        (Type::DateTime, json) if json.is_string() || json.is_i64() => Ok(()),
        (Type::Text, Json::Number(_)) if at.ends_with(".code") => Ok(()),
        (Type::Text | Type::Phone | Type::Date | Type::Time | Type::Secret, Json::String(_)) => {
            Ok(())
        }
        (Type::DateTime, _) => wrong("moment"),
        (Type::Text | Type::Phone | Type::Date | Type::Time | Type::Secret, _) => wrong("text"),
        (Type::Int | Type::Decimal | Type::Percent | Type::Money(_), Json::String(text)) => {
            match Num::parse(text) {
                Ok(_) => Ok(()),
                Err(_) => wrong("number"),
            }
        }
        (Type::Int | Type::Decimal | Type::Percent | Type::Money(_), Json::Number(_)) => Ok(()),
        (Type::Int | Type::Decimal | Type::Percent | Type::Money(_), _) => wrong("number"),
        (Type::Bool, Json::Bool(_)) => Ok(()),
        (Type::Bool, _) => wrong("yes or no"),
        (Type::Enum(known), Json::String(text)) => {
            let is_known = known
                .values
                .iter()
                .any(|value| matches!(value, EnumValue::Text(word) if **word == **text));
            match is_known {
                true => Ok(()),
                false => wrong("word of its list"),
            }
        }
        _ => Ok(()),
    }
}

fn compare_fields(
    catalog: &Catalog,
    object: &ObjectType,
    fields: &Map<String, Json>,
    at: &str,
) -> Result<(), String> {
    for name in fields.keys() {
        let is_known = object.fields.iter().any(|field| {
            *field.name == **name || field.aliases.iter().any(|alias| **alias == **name)
        });
        if !is_known {
            return Err(format!("{at}: nobody knows `{name}`"));
        }
    }
    for field in &object.fields {
        let value = fields
            .get(&*field.name)
            .or_else(|| field.aliases.iter().find_map(|alias| fields.get(&**alias)));
        let may_be_absent = field.ty.is_nullable()
            || field.default.is_some()
            || field.computed.is_some()
            || matches!(
                catalog.types.resolve(&field.ty),
                Type::List(_) | Type::Nullable(_)
            );
        match value {
            Some(value) => compare(catalog, &field.ty, value, &format!("{at}.{}", field.name))?,
            None if may_be_absent => {}
            None => return Err(format!("{at}: `{}` is missing", field.name)),
        }
    }
    Ok(())
}
