//! Queries and forms: pairs of texts, with brackets for what is nested (`filter[ids][]=1`).

use std::borrow::Cow;

use super::encode::{Writer, secret_refused};
use super::fits::describe_value;
use super::inputs::plain_text;
use super::json::{Kind, Node};
use super::path::Path;
use super::scalar::{self, Written, wrong_value};
use crate::eval::Failure;
use crate::types::{Codec, ObjectType, Type, TypeTable};
use crate::value::{Object, Secret, Value};

/// Most pairs that are read of one message.
const PAIRS_MAX: usize = 2_000;
/// Deepest brackets.
const BRACKETS_MAX: usize = 8;

/// A value that may have to be hidden.
#[derive(Debug, Clone)]
pub(crate) enum Shown {
    Plain(String),
    Secret(Secret),
}

impl Shown {
    pub(crate) fn expose(&self) -> &str {
        match self {
            Shown::Plain(text) => text,
            Shown::Secret(secret) => secret.expose(),
        }
    }

    pub(crate) fn masked(&self) -> &str {
        match self {
            Shown::Plain(text) => text,
            Shown::Secret(_) => "***",
        }
    }
}

/// Pairs of a query, a form or headers.
pub(crate) type Pairs = Vec<(String, Shown)>;

/// The pairs of a section's value. `nested_json`: lists and objects are JSON in one text (forms), else they are repeated.
pub(crate) fn pairs(
    writer: &mut Writer<'_>,
    ty: &Type,
    types: &TypeTable,
    value: &Value,
    nested_json: bool,
) -> Result<Pairs, Failure> {
    let mut pairs = Vec::new();
    match (types.object(ty), value) {
        (_, Value::Absent | Value::Null) => {}
        (Some(object), Value::Object(values)) => {
            push_fields(writer, object, values, types, nested_json, &mut pairs)?;
        }
        // The headers and the query of a universal request.
        (None, Value::Object(values)) => {
            for (name, value) in &values.fields {
                push_untyped(name, value, &mut pairs);
            }
        }
        (None, Value::Json(json)) => {
            if let serde_json::Value::Object(fields) = &**json {
                for (name, value) in fields {
                    push_untyped(name, &Value::Json(value.clone().into()), &mut pairs);
                }
            }
        }
        _ => return Err(wrong_value(&Path::Root, describe_value(value), "an object")),
    }
    Ok(pairs)
}

fn push_fields(
    writer: &mut Writer<'_>,
    object: &ObjectType,
    values: &Object,
    types: &TypeTable,
    nested_json: bool,
    pairs: &mut Pairs,
) -> Result<(), Failure> {
    let root = Path::Root;
    for (field, value) in writer.complete(object, values, &root)? {
        let path = root.field(&field.name);
        if value.is_null() {
            if value == Value::Null && !nested_json {
                continue;
            }
            pairs.push((field.name.to_string(), Shown::Plain(String::new())));
            continue;
        }
        // A body shows no secret unless the connector itself puts it there.
        let is_declared = field.computed.is_some() || *field.ty.non_null() == Type::Secret;
        if nested_json && !is_declared && matches!(value, Value::Secret(_)) {
            return Err(secret_refused(&path));
        }
        let in_brackets = field.codecs.contains(&Codec::Brackets);
        let is_nested = matches!(value, Value::List(_) | Value::Object(_) | Value::Json(_));
        if is_nested && nested_json && !in_brackets {
            // The text of a form's field is JSON already; `as json` says so for the reader.
            let codecs: Vec<Codec> = field
                .codecs
                .iter()
                .filter(|codec| **codec != Codec::JsonText)
                .cloned()
                .collect();
            let text = json_text(writer, &field.ty, &codecs, &value, &path)?;
            pairs.push((field.name.to_string(), Shown::Plain(text)));
            continue;
        }
        push(
            writer,
            types,
            &field.name,
            &field.ty,
            &field.codecs,
            &value,
            in_brackets,
            &path,
            pairs,
        )?;
    }
    Ok(())
}

fn json_text(
    writer: &mut Writer<'_>,
    ty: &Type,
    codecs: &[Codec],
    value: &Value,
    path: &Path<'_>,
) -> Result<String, Failure> {
    let before = std::mem::take(&mut writer.out);
    let written = writer.write(ty, codecs, value, path);
    let text = std::mem::replace(&mut writer.out, before);
    written.map(|()| text)
}

#[expect(
    clippy::too_many_arguments,
    reason = "one value with its name, type and form"
)]
fn push(
    writer: &mut Writer<'_>,
    types: &TypeTable,
    name: &str,
    ty: &Type,
    codecs: &[Codec],
    value: &Value,
    in_brackets: bool,
    path: &Path<'_>,
    pairs: &mut Pairs,
) -> Result<(), Failure> {
    let ty = types.resolve(types.resolve(ty).non_null());
    if codecs.contains(&Codec::JsonText) {
        let text = json_text(writer, ty, &[], value, path)?;
        pairs.push((name.to_owned(), Shown::Plain(text)));
        return Ok(());
    }
    match (ty, value) {
        (_, Value::Absent | Value::Null) => {}
        (Type::List(item), Value::List(values)) => {
            let name = if in_brackets {
                format!("{name}[]")
            } else {
                name.to_owned()
            };
            for (index, value) in values.iter().enumerate() {
                let path = path.index(index);
                push(
                    writer,
                    types,
                    &name,
                    item,
                    codecs,
                    value,
                    in_brackets,
                    &path,
                    pairs,
                )?;
            }
        }
        (Type::Object(object), Value::Object(values)) => {
            for (field, value) in writer.complete(object, values, path)? {
                let name = format!("{name}[{}]", field.name);
                let path = path.field(&field.name);
                push(
                    writer,
                    types,
                    &name,
                    &field.ty,
                    &field.codecs,
                    &value,
                    true,
                    &path,
                    pairs,
                )?;
            }
        }
        (Type::Map(item), Value::Object(values)) => {
            for (key, value) in &values.fields {
                let name = format!("{name}[{key}]");
                push(
                    writer,
                    types,
                    &name,
                    item,
                    &[],
                    value,
                    true,
                    &path.field(key),
                    pairs,
                )?;
            }
        }
        (Type::Json | Type::Unknown, _) => push_untyped(name, value, pairs),
        _ => {
            // Checks the value against its type; the text is then written without quotes.
            json_text(writer, ty, codecs, value, path)?;
            let text = match scalar::write(ty, codecs, value, writer.zone.as_ref(), path)? {
                Some(Written::Bare(text) | Written::Quoted(text)) => Shown::Plain(text),
                Some(Written::Secret(secret)) => Shown::Secret(secret),
                None => Shown::Plain(plain_text(value)),
            };
            pairs.push((name.to_owned(), text));
        }
    }
    Ok(())
}

fn push_untyped(name: &str, value: &Value, pairs: &mut Pairs) {
    match value {
        Value::Absent | Value::Null => {}
        Value::Secret(secret) => pairs.push((name.to_owned(), Shown::Secret(secret.clone()))),
        Value::List(values) => {
            for value in values.iter() {
                push_untyped(name, value, pairs);
            }
        }
        Value::Json(json) => match &**json {
            serde_json::Value::Null => {}
            serde_json::Value::Array(items) => {
                for item in items {
                    push_untyped(name, &Value::Json(item.clone().into()), pairs);
                }
            }
            _ => pairs.push((name.to_owned(), Shown::Plain(plain_text(value)))),
        },
        _ => pairs.push((name.to_owned(), Shown::Plain(plain_text(value)))),
    }
}

/// `a=1&b=%D1%8F`
pub(crate) fn join(pairs: &[(String, Shown)], show: impl Fn(&Shown) -> &str) -> String {
    let mut out = form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs {
        out.append_pair(name, show(value));
    }
    out.finish()
}

/// The pairs of a query or form as an object: `filter[ids][]=1` is nested, a name that stands twice is a list.
pub(crate) fn parse(bytes: &[u8]) -> Result<Node<'static>, String> {
    let mut root = Node::made(Kind::Object(Vec::new()));
    for (count, (name, value)) in form_urlencoded::parse(bytes).enumerate() {
        if count >= PAIRS_MAX {
            return Err(format!("more than {PAIRS_MAX} fields"));
        }
        let (first, keys) = split_brackets(&name);
        if keys.len() > BRACKETS_MAX {
            return Err("brackets nested too deeply".to_owned());
        }
        let value = Node::made(Kind::Text(Cow::Owned(value.into_owned())));
        insert(&mut root, &first, &keys, value);
    }
    Ok(root)
}

/// `filter[ids][]` is `filter` with the keys `ids` and an empty one.
fn split_brackets(name: &str) -> (String, Vec<String>) {
    let Some((first, rest)) = name.split_once('[') else {
        return (name.to_owned(), Vec::new());
    };
    match rest.strip_suffix(']') {
        Some(rest) if !first.is_empty() => (
            first.to_owned(),
            rest.split("][").map(str::to_owned).collect(),
        ),
        _ => (name.to_owned(), Vec::new()),
    }
}

fn insert(node: &mut Node<'static>, name: &str, keys: &[String], value: Node<'static>) {
    let Kind::Object(fields) = &mut node.kind else {
        return;
    };
    let known = fields.iter().position(|(known, _)| known == name);
    match keys.split_first() {
        None => match known {
            None => fields.push((name.to_owned().into(), value)),
            Some(index) => {
                let slot = &mut fields[index].1;
                match &mut slot.kind {
                    Kind::List(items) => items.push(value),
                    _ => {
                        let first = std::mem::replace(slot, Node::made(Kind::Null));
                        slot.kind = Kind::List(vec![first, value]);
                    }
                }
            }
        },
        // `ids[]=1`
        Some((key, [])) if key.is_empty() => match known {
            None => fields.push((name.to_owned().into(), Node::made(Kind::List(vec![value])))),
            Some(index) => {
                if let Kind::List(items) = &mut fields[index].1.kind {
                    items.push(value);
                }
            }
        },
        Some((key, rest)) => {
            let index = known.unwrap_or_else(|| {
                fields.push((name.to_owned().into(), Node::made(Kind::Object(Vec::new()))));
                fields.len() - 1
            });
            insert(&mut fields[index].1, key, rest, value);
        }
    }
}
