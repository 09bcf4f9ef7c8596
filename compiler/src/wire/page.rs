//! Pages of a source that is asked for its events: each item is read by itself, so that one that cannot be read spoils
//! neither the others nor the page.
//!
//! ```text
//! answer ok applied status 200 json { data: { updates: [Update] -> updates } }
//!                                                                  the items
//! ```

use std::sync::Arc;

use super::answer::{Reading, hole_text};
use super::decode::Reader;
use super::json::{self, Kind, Node};
use super::path::{Path, failure, shape};
use super::pattern::{Holes, read_section, record};
use super::request::natural;
use super::{Cx, HttpAnswer};
use crate::catalog::{Action, Connector, Section};
use crate::eval::Failure;
use crate::types::{Codec, Field, Hole, Name, ObjectType, Type, TypeTable};
use crate::value::Value;

/// What a source answered.
#[derive(Debug, Clone)]
pub struct Page {
    /// The outcome's value, its list with the items below.
    pub answer: Value,
    /// In the order of the answer.
    pub items: Vec<Item>,
}

/// One element of the list.
#[derive(Debug, Clone)]
pub struct Item {
    /// As the vendor wrote it.
    pub bytes: Vec<u8>,
    /// Of its declared type; what stands there without types where it has another shape.
    pub value: Value,
    /// Why it is not of its declared type.
    pub problem: Option<Failure>,
}

/// Reads the answer of a read that brings events. `field`: which field of the outcome's value is the list; none: the
/// whole body.
///
/// # Errors
/// `event-shape` when the answer is none that the action describes as applied, or holds no list.
pub fn read_page(
    cx: &Cx<'_>,
    connector: &Connector,
    action: &Action,
    field: Option<&Name>,
    answer: &HttpAnswer,
) -> Result<Page, Failure> {
    let reading = Reading::new(cx, connector, answer);
    let nothing = || {
        failure(
            "event-shape",
            format!("`{}` answered no list of events", action.name),
        )
    };
    let section = reading
        .applied(action)
        .and_then(|known| known.body.as_ref());
    let node = reading.node.as_ref().map_err(|()| nothing())?;
    let Some((section, field)) = section.zip(field) else {
        return Ok(Page {
            answer: Value::Null,
            items: items(&reading.reader, None, false, &Path::Root, node)?,
        });
    };
    let types = reading.reader.types;
    let bytes = hole_text(&reading.reader, section, node, field);
    let mut holes = read_section(&reading.reader, &untyped(section, types, field), node)?;
    let items = match bytes {
        // An absent list is an empty one.
        None if holes.iter().any(|(name, _)| name == field) => Vec::new(),
        None => return Err(nothing()),
        Some(text) => {
            let node = json::parse(text.as_bytes())
                .map_err(|error| failure("event-shape", format!("not JSON: {error}")))?;
            let list = list_type(section, types, field);
            let is_keyed = list.as_ref().is_some_and(|(_, is_keyed)| *is_keyed);
            let item = list.map(|(item, _)| item);
            let path = Path::Root.field(field);
            items(&reading.reader, item.as_ref(), is_keyed, &path, &node)?
        }
    };
    let values = items.iter().map(|item| item.value.clone()).collect();
    set(&mut holes, field, Value::list(values));
    Ok(Page {
        answer: record(holes),
        items,
    })
}

fn items(
    reader: &Reader<'_>,
    item: Option<&Type>,
    is_keyed: bool,
    path: &Path<'_>,
    node: &Node<'_>,
) -> Result<Vec<Item>, Failure> {
    let nodes: Vec<&Node<'_>> = match &node.kind {
        Kind::List(items) => items.iter().collect(),
        Kind::Object(fields) if is_keyed => fields.iter().map(|(_, item)| item).collect(),
        Kind::Null => Vec::new(),
        _ => return Err(shape(path, node.describe(), "a list")),
    };
    let read = |(index, node): (usize, &Node<'_>)| {
        let typed = match item {
            Some(ty) => reader.read(ty, &[], Some(node), None, &path.index(index)),
            None => Ok(natural(node)),
        };
        let (value, problem) = match typed {
            Ok(value) => (value, None),
            Err(problem) => (natural(node), Some(problem)),
        };
        Item {
            bytes: node.to_json().into_bytes(),
            value,
            problem,
        }
    };
    Ok(nodes.into_iter().enumerate().map(read).collect())
}

fn set(holes: &mut Holes, name: &Name, value: Value) {
    holes.retain(|(known, _)| known != name);
    holes.push((name.clone(), value));
}

/// The type of the list's elements, and whether it is an object keyed by id on the wire.
fn list_type(section: &Section, types: &TypeTable, name: &Name) -> Option<(Type, bool)> {
    let (list, is_keyed) = match &section.hole {
        Some(hole) => (hole == name).then(|| (section.ty.clone(), false))?,
        None => {
            let field = hole_field(types.object(&section.ty)?, types, false, name)?;
            (field.ty.clone(), field.codecs.contains(&Codec::Keyed))
        }
    };
    let list = types.resolve(&list);
    match types.resolve(list.non_null()) {
        Type::List(item) => Some(((**item).clone(), is_keyed)),
        _ => None,
    }
}

fn hole_field<'t>(
    object: &'t ObjectType,
    types: &'t TypeTable,
    spread: bool,
    name: &Name,
) -> Option<&'t Field> {
    object.fields.iter().find_map(|field| {
        if is_hole(&field.hole, spread, &field.name, name) {
            return Some(field);
        }
        if matches!(field.hole, Some(Hole::Named(_))) {
            return None;
        }
        let is_spread = field.hole == Some(Hole::Spread);
        hole_field(types.object(&field.ty)?, types, is_spread, name)
    })
}

fn is_hole(hole: &Option<Hole>, spread: bool, field: &Name, name: &Name) -> bool {
    match hole {
        Some(Hole::Named(hole)) => hole == name,
        Some(Hole::Spread) => false,
        None => spread && field == name,
    }
}

/// The same shape with any items.
fn untyped(section: &Section, types: &TypeTable, name: &Name) -> Section {
    let mut section = section.clone();
    if section.hole.as_ref() == Some(name) {
        section.ty = any_list();
    } else if section.hole.is_none()
        && let Some(object) = types.object(&section.ty)
        && let Some(object) = untyped_in(object, types, false, name)
    {
        section.ty = Type::Object(Arc::new(object));
    }
    section
}

/// None: the hole is not in here.
fn untyped_in(
    object: &ObjectType,
    types: &TypeTable,
    spread: bool,
    name: &Name,
) -> Option<ObjectType> {
    let mut object = object.clone();
    for field in &mut object.fields {
        if is_hole(&field.hole, spread, &field.name, name) {
            field.ty = any_list();
            return Some(object);
        }
        if matches!(field.hole, Some(Hole::Named(_))) {
            continue;
        }
        let is_spread = field.hole == Some(Hole::Spread);
        let inner = types.object(&field.ty);
        let Some(inner) = inner.and_then(|inner| untyped_in(inner, types, is_spread, name)) else {
            continue;
        };
        let inner = Type::Object(Arc::new(inner));
        field.ty = match field.ty.is_nullable() {
            true => inner.nullable(),
            false => inner,
        };
        return Some(object);
    }
    None
}

fn any_list() -> Type {
    Type::List(Arc::new(Type::Json))
}
