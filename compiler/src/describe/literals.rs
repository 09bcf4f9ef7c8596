//! Values of examples as they are written in a bundle.

use serde_json::Value as Json;

use super::text::quoted;
use crate::types::{EnumValue, ObjectType, Type, TypeTable};
use crate::value::Num;

/// Zone and pattern of a wire form that names a zone: `[UTC]%Y-%m-%d`.
pub(super) fn zone_of(pattern: &str) -> Option<(&str, &str)> {
    pattern.strip_prefix('[')?.split_once(']')
}

/// Whether a part of an object has to be written.
fn is_wanted(field: &crate::types::Field, types: &TypeTable) -> bool {
    let optional = types.resolve(&field.ty).is_nullable() || field.default.is_some();
    !optional && field.computed.is_none() && field.required_if.is_none()
}

/// A value of this type: that of the example, where it has one that can be written, else any.
pub(super) fn literal(ty: &Type, json: Option<&Json>, types: &TypeTable) -> String {
    match (types.resolve(ty), json) {
        (Type::Nullable(_), Some(Json::Null)) => "null".to_owned(),
        (Type::Nullable(inner), json) => literal(inner, json, types),
        (Type::Object(object), json) => {
            let fields = parts(object, json, types);
            braced(&fields)
        }
        (Type::List(item), Some(Json::Array(items))) if !items.is_empty() => {
            format!("[{}]", literal(item, items.first(), types))
        }
        (Type::List(item), _) => format!("[{}]", literal(item, None, types)),
        (Type::Map(_), _) => "{ }".to_owned(),
        (Type::Union(variants), json) => {
            let fitting = variants.iter().find(|ty| could_be(ty, json, types));
            let variant = fitting.or(variants.first()).unwrap_or(&Type::Json);
            literal(variant, json, types)
        }
        (Type::Enum(values), json) => {
            let of_example = json.and_then(|json| {
                let same = |value: &&EnumValue| match (value, json) {
                    (EnumValue::Text(text), Json::String(found)) => **text == **found,
                    (EnumValue::Int(number), Json::Number(found)) => {
                        found.as_i64() == Some(*number)
                    }
                    (EnumValue::Bool(value), Json::Bool(found)) => value == found,
                    _ => false,
                };
                values.values.iter().find(same)
            });
            let value = of_example.or(values.values.first());
            value.map_or_else(|| "null".to_owned(), super::type_text::value)
        }
        (Type::Bool, Some(Json::Bool(value))) => value.to_string(),
        (Type::Bool, _) => "true".to_owned(),
        (Type::Int, json) => number(json, true).unwrap_or_else(|| "1".to_owned()),
        (Type::Decimal | Type::Money(_), json) => {
            number(json, false).unwrap_or_else(|| "100".to_owned())
        }
        (Type::Percent, _) => "5%".to_owned(),
        (Type::Phone, json) => {
            let phone = json.and_then(Json::as_str).unwrap_or("+79161234567");
            format!("e164({}, region: \"RU\")", quoted(phone))
        }
        (Type::Date, json) => called("date", text::<jiff::civil::Date>(json), "2026-11-21"),
        (Type::Time, json) => called("time", text::<jiff::civil::Time>(json), "14:30"),
        (Type::DateTime, json) => called(
            "datetime",
            text::<jiff::Timestamp>(json),
            "2026-11-21T14:30:00+03:00",
        ),
        (Type::Duration, _) => "10m".to_owned(),
        (Type::Json, Some(json)) => free(json),
        (Type::Json, None) => "{ }".to_owned(),
        (_, Some(Json::String(text))) => quoted(text),
        (_, Some(Json::Number(number))) => quoted(&number.to_string()),
        _ => quoted("…"),
    }
}

/// The parts of an object that must be there, and of a group the one that the example has.
pub(super) fn parts(
    object: &ObjectType,
    json: Option<&Json>,
    types: &TypeTable,
) -> Vec<(String, String)> {
    let of_example = |name: &str| json.and_then(|json| json.get(name));
    let chosen: Vec<&str> = object
        .one_of
        .iter()
        .filter_map(|group| {
            let given = group.iter().find(|name| of_example(name).is_some());
            given.or(group.first()).map(|name| &**name)
        })
        .collect();
    let in_group = |name: &str| object.one_of.iter().flatten().any(|one| **one == *name);
    object
        .fields
        .iter()
        .filter(|field| match in_group(&field.name) {
            true => chosen.contains(&&*field.name),
            // What is needed under a condition is needed if the example needed it.
            false => {
                let needed = field.required_if.is_some() && of_example(&field.name).is_some();
                needed || is_wanted(field, types)
            }
        })
        .map(|field| {
            let value = literal(&field.ty, of_example(&field.name), types);
            (key(&field.name), value)
        })
        .collect()
}

/// `{ a: 1, b: 2 }`
fn braced(fields: &[(String, String)]) -> String {
    if fields.is_empty() {
        return "{ }".to_owned();
    }
    let fields: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    format!("{{ {} }}", fields.join(", "))
}

/// Names that are no words stand in quotes.
fn key(name: &str) -> String {
    let is_word = name.chars().all(|c| c.is_alphanumeric() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit());
    match is_word {
        true => name.to_owned(),
        false => quoted(name),
    }
}

fn called(function: &str, found: Option<String>, otherwise: &str) -> String {
    let text = found.unwrap_or_else(|| otherwise.to_owned());
    format!("{function}({})", quoted(&text))
}

/// A text that can be read as such a thing.
fn text<T: std::str::FromStr>(json: Option<&Json>) -> Option<String> {
    let text = json?.as_str()?;
    text.parse::<T>().ok().map(|_| text.to_owned())
}

fn number(json: Option<&Json>, whole: bool) -> Option<String> {
    let text = match json? {
        Json::Number(number) => number.to_string(),
        Json::String(text) => text.clone(),
        _ => return None,
    };
    let is_written = !text.contains(['e', 'E', '+']) && Num::parse(&text).is_ok();
    (is_written && !(whole && text.contains('.'))).then_some(text)
}

fn could_be(ty: &Type, json: Option<&Json>, types: &TypeTable) -> bool {
    let Some(json) = json else { return true };
    match types.resolve(ty) {
        Type::Nullable(inner) => could_be(inner, Some(json), types),
        Type::Object(object) => json.as_object().is_some_and(|fields| {
            let is_known = |name: &String| object.field(name).is_some();
            fields.keys().all(is_known)
        }),
        Type::List(item) => json
            .as_array()
            .is_some_and(|items| could_be(item, items.first(), types)),
        Type::Map(_) => json.is_object(),
        Type::Bool => json.is_boolean(),
        Type::Int | Type::Decimal | Type::Money(_) | Type::Percent => json.is_number(),
        Type::Json => true,
        _ => json.is_string(),
    }
}

/// Any JSON as it would be written.
fn free(json: &Json) -> String {
    match json {
        Json::Object(fields) => {
            let fields: Vec<(String, String)> = fields
                .iter()
                .map(|(name, value)| (key(name), free(value)))
                .collect();
            braced(&fields)
        }
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(free).collect();
            format!("[{}]", items.join(", "))
        }
        Json::String(text) => quoted(text),
        other => other.to_string(),
    }
}
