//! What the schemas of a document mean, as it will be written.

use super::captions::Words;
use super::documents::Class;

/// Who writes a message of this shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Direction {
    /// We.
    Request,
    /// The vendor: answers and events.
    Answer,
}

/// A declared type: a schema with a name, seen from one side.
pub(super) type Key = (Class, Direction);

/// A type.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    /// Anything.
    Json,
    /// A type that is there already: `string`, `int`.
    Word(&'static str),
    /// One of some words or numbers.
    Literals(Vec<Literal>),
    /// Declared elsewhere.
    Named(Key),
    /// `{ … }`
    Object(Object),
    /// `[T]`
    List(Box<Shape>),
    /// `{ [string]: T }`
    Map(Box<Shape>),
    /// `A | B`
    Union(Vec<Shape>),
    /// `T?`
    Nullable(Box<Shape>),
}

/// A value as a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Literal {
    Text(String),
    Int(i64),
    Bool(bool),
}

/// The fields of an object.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Object {
    pub(super) fields: Vec<Field>,
    /// Exactly one of these is there.
    pub(super) one_of: Vec<Vec<String>>,
}

/// A field.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field {
    /// As on the wire.
    pub(super) name: String,
    /// Without the `?` of a field that may be left out.
    pub(super) shape: Shape,
    pub(super) optional: bool,
    /// `string`: the wire form.
    pub(super) codec: Option<&'static str>,
    pub(super) personal: bool,
    /// Conditions with a mark where the value stands.
    pub(super) limits: Vec<String>,
    pub(super) words: Words,
    /// Comments: defaults, what was not carried over.
    pub(super) notes: Vec<String>,
}

/// A declared type.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Declared {
    pub(super) shape: Shape,
    pub(super) words: Words,
    pub(super) notes: Vec<String>,
    /// Fields were left out because the other side writes them.
    pub(super) is_one_sided: bool,
}

impl Shape {
    pub(super) fn nullable(self) -> Shape {
        match self {
            Shape::Nullable(_) => self,
            other => Shape::Nullable(Box::new(other)),
        }
    }

    /// What is there when it is there.
    pub(super) fn non_null(&self) -> &Shape {
        match self {
            Shape::Nullable(inner) => inner,
            other => other,
        }
    }

    /// Calls `visit` for every declared type that is named in here.
    pub(super) fn each_name(&self, visit: &mut impl FnMut(Key)) {
        match self {
            Shape::Named(key) => visit(*key),
            Shape::Object(object) => {
                for field in &object.fields {
                    field.shape.each_name(visit);
                }
            }
            Shape::List(inner) | Shape::Map(inner) | Shape::Nullable(inner) => {
                inner.each_name(visit);
            }
            Shape::Union(parts) => parts.iter().for_each(|part| part.each_name(visit)),
            Shape::Json | Shape::Word(_) | Shape::Literals(_) => {}
        }
    }
}

/// `A | B` of these, each once. What can be anything makes the whole anything.
pub(super) fn union(parts: Vec<Shape>) -> Shape {
    let mut nullable = false;
    let mut literals: Vec<Literal> = Vec::new();
    let mut kept: Vec<Shape> = Vec::new();
    let mut flat: Vec<Shape> = Vec::new();
    for part in parts {
        match part {
            Shape::Union(inner) => flat.extend(inner),
            Shape::Nullable(inner) => {
                nullable = true;
                match *inner {
                    Shape::Union(inner) => flat.extend(inner),
                    other => flat.push(other),
                }
            }
            other => flat.push(other),
        }
    }
    for part in flat {
        match part {
            Shape::Json => return Shape::Json,
            Shape::Literals(values) => {
                for value in values {
                    if !literals.contains(&value) {
                        literals.push(value);
                    }
                }
            }
            part if kept.contains(&part) => {}
            part => kept.push(part),
        }
    }
    // Any text is also one of some words.
    let is_any_text = kept.contains(&Shape::Word("string"));
    let only_texts = literals
        .iter()
        .all(|value| matches!(value, Literal::Text(_)));
    let is_said_already = literals.is_empty() || is_any_text && only_texts;
    if !is_said_already {
        kept.push(Shape::Literals(literals));
    }
    if kept.contains(&Shape::Word("decimal")) {
        kept.retain(|part| *part != Shape::Word("int"));
    }
    let shape = match kept.len() {
        0 => Shape::Json,
        1 => kept.remove(0),
        _ => Shape::Union(kept),
    };
    if nullable { shape.nullable() } else { shape }
}
