//! What the sandbox is strict about. A client takes what it can understand (a number in quotes is a number); a vendor is
//! given exactly what its definition says.

use std::cell::RefCell;

use super::json::{Kind, Node};
use super::path::{Path, shown};
use super::pattern::literal;
use crate::types::{Codec, EnumValue, ObjectType, Type, TypeTable};
use crate::value::{Num, Value};

/// How deep patterns are compared; types may contain themselves.
const DEPTH_MAX: usize = 12;

/// What a strict reader has found that is no reason to stop reading.
#[derive(Debug, Default)]
pub(crate) struct Strict {
    problems: RefCell<Vec<String>>,
}

impl Strict {
    /// Everything that was found.
    pub(crate) fn into_problems(self) -> Vec<String> {
        self.problems.into_inner()
    }

    /// How much was found so far.
    pub(super) fn count(&self) -> usize {
        self.problems.borrow().len()
    }

    /// Forgets what was found since then: it was about a form that the value does not have.
    pub(super) fn forget_since(&self, count: usize) {
        self.problems.borrow_mut().truncate(count);
    }

    /// Fields that nothing describes, and those of which exactly one is wanted.
    pub(super) fn look_at(&self, object: &ObjectType, node: &Node<'_>, path: &Path<'_>) {
        let Kind::Object(fields) = &node.kind else {
            return;
        };
        let mut problems = self.problems.borrow_mut();
        for (name, _) in fields {
            if !super::decode::knows(object, name) {
                let field = path.field(name);
                problems.push(format!("`{field}` is no field of the request"));
            }
        }
        for group in &object.one_of {
            let given = group
                .iter()
                .filter(|name| node.field(name).is_some_and(|node| !node.is_null()))
                .count();
            if given != 1 {
                problems.push(format!(
                    "{} has {given} of {}, wanted exactly one",
                    shown(path),
                    group.join(", ")
                ));
            }
        }
    }
}

/// What is wanted instead, where a single value stands in another kind of JSON than the client writes. Forms and queries
/// know only texts, and are not looked at.
pub(super) fn other_kind(ty: &Type, codecs: &[Codec], node: &Node<'_>) -> Option<&'static str> {
    if node.raw.is_empty() {
        return None;
    }
    let in_quotes = codecs.contains(&Codec::Text);
    let is_padded = codecs.iter().any(|codec| matches!(codec, Codec::Padded(_)));
    let is_epoch = codecs.contains(&Codec::EpochMs) || codecs.contains(&Codec::EpochS);
    let has_words = codecs.iter().any(|codec| matches!(codec, Codec::Words(_)));
    let number = |in_quotes: bool| match (&node.kind, in_quotes) {
        (Kind::Text(_), false) => Some("a number without quotes"),
        (Kind::Number(_), true) => Some("a number in quotes"),
        _ => None,
    };
    match ty {
        Type::Int | Type::Decimal | Type::Percent | Type::Money(_) => {
            number(in_quotes || is_padded)
        }
        Type::DateTime if is_epoch => number(in_quotes),
        Type::Text if is_padded => number(false),
        Type::Text => match &node.kind {
            Kind::Number(_) => Some("text"),
            _ => None,
        },
        Type::Bool => match (&node.kind, in_quotes) {
            (Kind::Text(_), false) => Some("true or false without quotes"),
            (Kind::Bool(_), true) => Some("true or false in quotes"),
            _ => None,
        },
        Type::Enum(_) if has_words => number(false),
        Type::Enum(known) => {
            let Kind::Text(text) = &node.kind else {
                return None;
            };
            let is_text =
                |value: &EnumValue| matches!(value, EnumValue::Text(name) if **name == **text);
            let is_number = |value: &EnumValue| matches!(value, EnumValue::Int(int) if Num::parse(text).ok().and_then(Num::to_i64) == Some(*int));
            let is_bool = |value: &EnumValue| matches!(value, EnumValue::Bool(bool) if *bool.to_string() == **text);
            match &known.values {
                values if values.iter().any(is_text) => None,
                values if values.iter().any(is_number) && !in_quotes => {
                    Some("a number without quotes")
                }
                values if values.iter().any(is_bool) && !in_quotes => {
                    Some("true or false without quotes")
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// How many of the literals of a pattern the message does not have. Where a vendor has one address for everything, they
/// say which action is meant.
pub(super) fn other_literals(types: &TypeTable, ty: &Type, node: &Node<'_>, depth: usize) -> usize {
    let Some(object) = types.object(ty).filter(|_| depth < DEPTH_MAX) else {
        return 0;
    };
    let of_field = |field: &crate::types::Field| {
        let found = node.field(&field.name);
        match (literal(&field.ty), found.map(|found| &found.kind)) {
            (Some(Value::Text(wanted)), Some(Kind::Text(found))) => usize::from(*wanted != **found),
            (Some(Value::Bool(wanted)), Some(Kind::Bool(found))) => usize::from(wanted != *found),
            (Some(Value::Int(wanted)), Some(Kind::Number(found))) => {
                usize::from(**found != *wanted.to_string())
            }
            (Some(_), _) => 1,
            (None, Some(_)) => found.map_or(0, |found| {
                other_literals(types, &field.ty, found, depth + 1)
            }),
            (None, None) => 0,
        }
    };
    object.fields.iter().map(of_field).sum()
}
