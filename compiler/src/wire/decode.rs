//! JSON bytes to values: the slots of an event, or a whole value.
//!
//! Numbers are exact, from their text. Where a number or a bool is wanted, its text in quotes is taken too: forms and
//! queries know only texts, and nothing is lost by it. A null or absent list is empty, and so is a map.
//!
//! ```
//! use ondo_compiler::types::{Type, TypeTable};
//! use ondo_compiler::wire::decode_value;
//!
//! let price = decode_value(&Type::Decimal, b"64.530", &TypeTable::default(), "UTC", None)?;
//! assert_eq!(format!("{price:?}"), r#"Num(Num(64.53))"#);
//! # Ok::<(), ondo_compiler::eval::Failure>(())
//! ```

use jiff::tz::TimeZone;

use super::json::{self, Kind, Node};
use super::path::{Path, failure, shape};
use super::scalar;
use super::strict::{self, Strict};
use super::times::zone_named;
use crate::eval::Failure;
use crate::ir::{ReadPath, ReadSet};
use crate::types::{Codec, Currency, Field, Name, ObjectType, Type, TypeTable};
use crate::value::Value;

/// The slots of an event: one value for each path of the read set. `currency` is that of amounts without one: the
/// account's, else the bundle's. Fields that no path reads are only checked as JSON.
///
/// # Errors
/// `event-shape` when the bytes are not JSON or a field that is read has another shape; it names the field.
pub fn decode(
    bytes: &[u8],
    read_set: &ReadSet,
    types: &TypeTable,
    zone: &str,
    currency: Option<&Name>,
) -> Result<Vec<Value>, Failure> {
    let root = parse(bytes)?;
    let reader = Reader::new(types, zone, currency);
    read_set
        .paths
        .iter()
        .map(|path| reader.read_slot(path, &root))
        .collect()
}

/// A whole value of this type.
///
/// # Errors
/// As [`decode`].
pub fn decode_value(
    ty: &Type,
    bytes: &[u8],
    types: &TypeTable,
    zone: &str,
    currency: Option<&Name>,
) -> Result<Value, Failure> {
    let root = parse(bytes)?;
    Reader::new(types, zone, currency).read(ty, &[], Some(&root), None, &Path::Root)
}

fn parse(bytes: &[u8]) -> Result<Node<'_>, Failure> {
    json::parse(bytes).map_err(|error| failure("event-shape", format!("not JSON: {error}")))
}

/// What decoding needs to know besides the type.
pub(crate) struct Reader<'a> {
    pub(crate) types: &'a TypeTable,
    pub(crate) zone: TimeZone,
    pub(crate) currency: Option<Name>,
    /// Takes only what the client would write. The sandbox reads so.
    pub(crate) strict: Option<Strict>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(types: &'a TypeTable, zone: &str, currency: Option<&Name>) -> Self {
        Self {
            types,
            zone: zone_named(zone),
            currency: currency.cloned(),
            strict: None,
        }
    }

    fn read_slot(&self, slot: &ReadPath, root: &Node<'_>) -> Result<Value, Failure> {
        let mut parent = None;
        let mut node = Some(root);
        for (index, name) in slot.path.iter().enumerate() {
            let is_last = index + 1 == slot.path.len();
            parent = node;
            node = match node.map(|node| &node.kind) {
                None | Some(Kind::Null) => None,
                // `[]` stands for an empty object.
                Some(Kind::List(items)) if items.is_empty() => None,
                Some(Kind::Object(_)) => {
                    let aliases = if is_last {
                        slot.aliases.as_slice()
                    } else {
                        &[]
                    };
                    node.and_then(|node| field_of(node, name, aliases))
                }
                Some(_) => {
                    let found = node.map_or("absent", |node| node.describe());
                    if index == 0 {
                        let message = format!("the event is {found}, wanted an object");
                        return Err(failure("event-shape", message));
                    }
                    let shown = slot.path[..index].join(".");
                    return Err(shape(&Path::Root.field(&shown), found, "an object"));
                }
            };
        }
        let shown = slot.path.join(".");
        let path = if slot.path.is_empty() {
            Path::Root
        } else {
            Path::Field(&Path::Root, &shown)
        };
        self.read(&slot.ty, &slot.codecs, node, parent, &path)
    }

    /// A value of this type from what stands there. `node`: none when the field is absent. `parent`: the object it
    /// stands in, for currencies.
    pub(crate) fn read(
        &self,
        ty: &Type,
        codecs: &[Codec],
        node: Option<&Node<'_>>,
        parent: Option<&Node<'_>>,
        path: &Path<'_>,
    ) -> Result<Value, Failure> {
        let ty = self.types.resolve(ty);
        let Some(node) = node else {
            // A query has no other way to say that a list is empty.
            let in_json = parent.is_some_and(|parent| !parent.raw.is_empty());
            return match ty {
                Type::List(_) if self.strict.is_none() || !in_json => Ok(Value::list(Vec::new())),
                Type::Nullable(_) | Type::Null | Type::Json | Type::Unknown => Ok(Value::Absent),
                _ if has_empty_form(ty, codecs) => self.read_empty(ty, path),
                _ => Err(shape(path, "absent", &self.describe(ty))),
            };
        };
        if node.is_null() {
            return match ty {
                Type::List(_) if self.strict.is_none() => Ok(Value::list(Vec::new())),
                Type::Nullable(_) | Type::Null | Type::Json | Type::Unknown => Ok(Value::Null),
                _ if has_empty_form(ty, codecs) => self.read_empty(ty, path),
                _ => Err(shape(path, "null", &self.describe(ty))),
            };
        }
        if let Type::Nullable(inner) = ty {
            // A form has no other way to say null.
            let inner = self.types.resolve(inner);
            let is_empty_text = matches!(&node.kind, Kind::Text(text) if text.is_empty());
            if is_empty_text && scalar::is_never_empty(inner) {
                return Ok(Value::Null);
            }
            return self.read(inner, codecs, Some(node), parent, path);
        }
        if let Some(_) = &self.strict
            && let Some(wanted) = strict::other_kind(ty, codecs, node)
        {
            return Err(shape(path, node.describe(), wanted));
        }
        match codecs.split_first() {
            Some((codec, rest)) => self.read_codec(ty, codec, rest, node, parent, path),
            None => self.read_natural(ty, node, parent, path),
        }
    }

    /// What is absent as if it were `{}`.
    fn read_empty(&self, ty: &Type, path: &Path<'_>) -> Result<Value, Failure> {
        let empty = Node::made(Kind::Object(Vec::new()));
        self.read_natural(ty, &empty, None, path)
    }

    fn read_codec(
        &self,
        ty: &Type,
        codec: &Codec,
        rest: &[Codec],
        node: &Node<'_>,
        parent: Option<&Node<'_>>,
        path: &Path<'_>,
    ) -> Result<Value, Failure> {
        match (codec, &node.kind) {
            (Codec::JsonText, Kind::Text(text)) => {
                let inner = json::parse(text.as_bytes()).map_err(|error| {
                    shape(
                        path,
                        &format!("text that is not JSON ({error})"),
                        "JSON in a text",
                    )
                })?;
                self.read(ty, rest, Some(&inner), parent, path)
            }
            (Codec::Keyed, Kind::Object(fields)) => {
                let items = fields.iter().map(|(_, item)| item.clone()).collect();
                let list = Node::made(Kind::List(items));
                self.read(ty, rest, Some(&list), parent, path)
            }
            (Codec::EmptyList, Kind::List(items)) if items.is_empty() => {
                let empty = Node::made(Kind::Object(Vec::new()));
                self.read(ty, rest, Some(&empty), parent, path)
            }
            (Codec::JsonText | Codec::Keyed | Codec::EmptyList | Codec::Brackets, _) => {
                self.read(ty, rest, Some(node), parent, path)
            }
            // What is said of a list's wire form holds for its elements.
            (_, Kind::List(items)) if matches!(ty, Type::List(_)) => {
                let Type::List(item_type) = ty else {
                    unreachable!("guarded above")
                };
                let codecs: Vec<Codec> = std::iter::once(codec.clone())
                    .chain(rest.iter().cloned())
                    .collect();
                self.read_list(item_type, &codecs, items, path)
            }
            _ => scalar::read(self, ty, Some(codec), node, parent, path),
        }
    }

    fn read_natural(
        &self,
        ty: &Type,
        node: &Node<'_>,
        parent: Option<&Node<'_>>,
        path: &Path<'_>,
    ) -> Result<Value, Failure> {
        match (ty, &node.kind) {
            (Type::List(item_type), Kind::List(items)) => {
                self.read_list(item_type, &[], items, path)
            }
            (Type::Object(object), Kind::Object(_)) => self.read_object(object, node, path),
            (Type::Map(value_type), Kind::Object(fields)) => {
                let mut values = Vec::with_capacity(fields.len());
                for (name, value) in fields {
                    let path = path.field(name);
                    let value = self.read(value_type, &[], Some(value), Some(node), &path)?;
                    values.push((Name::from(name.as_ref()), value));
                }
                Ok(Value::object(values))
            }
            (Type::Json | Type::Unknown, _) => Ok(Value::Json(to_serde(node).into())),
            (Type::Union(alternatives), _) => {
                let mut found = None;
                let mut first = None;
                let problems = || self.strict.as_ref().map_or(0, Strict::count);
                let before = problems();
                for (index, alternative) in alternatives.iter().enumerate() {
                    let read = self.read(alternative, &[], Some(node), parent, path);
                    match read {
                        Ok(value) if problems() == before => return Ok(value),
                        Ok(_) => first = first.or(Some(index)),
                        // The failure that lies deepest says most.
                        Err(failure) => found = found.or(Some(failure)),
                    }
                    if let Some(strict) = &self.strict {
                        strict.forget_since(before);
                    }
                }
                // It is of this form, with something that is none of it.
                if let Some(alternative) = first.and_then(|index| alternatives.get(index)) {
                    return self.read(alternative, &[], Some(node), parent, path);
                }
                let message = found.map_or_else(String::new, |failure| failure.message);
                Err(failure(
                    "event-shape",
                    format!(
                        "{} fits none of the forms it can have: {message}",
                        super::path::shown(path)
                    ),
                ))
            }
            _ => scalar::read(self, ty, None, node, parent, path),
        }
    }

    fn read_list(
        &self,
        item_type: &Type,
        codecs: &[Codec],
        items: &[Node<'_>],
        path: &Path<'_>,
    ) -> Result<Value, Failure> {
        let values: Result<Vec<Value>, Failure> = items
            .iter()
            .enumerate()
            .map(|(index, item)| self.read(item_type, codecs, Some(item), None, &path.index(index)))
            .collect();
        Ok(Value::list(values?))
    }

    fn read_object(
        &self,
        object: &ObjectType,
        node: &Node<'_>,
        path: &Path<'_>,
    ) -> Result<Value, Failure> {
        let mut values = Vec::with_capacity(object.fields.len());
        for field in &object.fields {
            let value = self.read_field(field, node, path)?;
            if value != Value::Absent {
                values.push((field.name.clone(), value));
            }
        }
        if let Some(strict) = &self.strict {
            strict.look_at(object, node, path);
        }
        Ok(Value::object(values))
    }

    pub(crate) fn read_field(
        &self,
        field: &Field,
        node: &Node<'_>,
        path: &Path<'_>,
    ) -> Result<Value, Failure> {
        let found = field_of(node, &field.name, &field.aliases);
        let path = path.field(&field.name);
        self.read(&field.ty, &field.codecs, found, Some(node), &path)
    }

    /// Looks through the codecs of an object: JSON in a text, `[]` for nothing.
    pub(crate) fn with_inner<T>(
        &self,
        codecs: &[Codec],
        node: &Node<'_>,
        path: &Path<'_>,
        read: impl FnOnce(&Node<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        match &node.kind {
            Kind::Text(text) if codecs.contains(&Codec::JsonText) => {
                let inner = json::parse(text.as_bytes()).map_err(|error| {
                    shape(
                        path,
                        &format!("text that is not JSON ({error})"),
                        "JSON in a text",
                    )
                })?;
                read(&inner)
            }
            Kind::List(items) if items.is_empty() && codecs.contains(&Codec::EmptyList) => {
                read(&Node::made(Kind::Object(Vec::new())))
            }
            _ => read(node),
        }
    }

    /// The currency of an amount that stands in `parent`.
    pub(crate) fn currency_of(
        &self,
        currency: &Currency,
        parent: Option<&Node<'_>>,
    ) -> Option<Name> {
        match currency {
            Currency::Named(name) => Some(name.clone()),
            Currency::Unnamed => self.currency.clone(),
            Currency::Field(name) => match parent.and_then(|parent| parent.field(name)) {
                Some(Node {
                    kind: Kind::Text(code),
                    ..
                }) if !code.is_empty() => Some(Name::from(code.as_ref())),
                Some(Node {
                    kind: Kind::Number(number),
                    ..
                }) => super::currencies::code_of(number).map(Name::from),
                _ => self.currency.clone(),
            },
        }
    }

    /// What is wanted, in the words of the language.
    pub(crate) fn describe(&self, ty: &Type) -> String {
        match self.types.resolve(ty) {
            Type::List(_) => "a list",
            Type::Object(_) | Type::Map(_) => "an object",
            Type::Int => "a whole number",
            Type::Decimal | Type::Percent => "a number",
            Type::Money(_) => "an amount",
            Type::Bool => "true or false",
            Type::Text | Type::Phone | Type::Secret | Type::Bytes => "text",
            Type::Date => "a date",
            Type::Time => "a time of day",
            Type::DateTime => "a date with time",
            Type::Duration => "a duration",
            Type::Null => "null",
            Type::Enum(known) => return scalar::describe_enum(known),
            Type::Nullable(inner) => return self.describe(inner),
            _ => "a value",
        }
        .to_owned()
    }
}

/// The field by its name or another spelling.
pub(crate) fn field_of<'n, 'a>(
    node: &'n Node<'a>,
    name: &str,
    aliases: &[Name],
) -> Option<&'n Node<'a>> {
    node.field(name)
        .or_else(|| aliases.iter().find_map(|alias| node.field(alias)))
}

/// Whether the object describes a field of this name.
pub(crate) fn knows(object: &ObjectType, name: &str) -> bool {
    object
        .fields
        .iter()
        .any(|field| &*field.name == name || field.aliases.iter().any(|alias| &**alias == name))
}

/// The same as an untyped value.
pub(crate) fn to_serde(node: &Node<'_>) -> serde_json::Value {
    use serde_json::Value as Json;
    match &node.kind {
        Kind::Null => Json::Null,
        Kind::Bool(bool) => Json::Bool(*bool),
        Kind::Number(text) => {
            Json::Number(serde_json::Number::from_string_unchecked(text.to_string()))
        }
        Kind::Text(text) => Json::String(text.to_string()),
        Kind::List(items) => Json::Array(items.iter().map(to_serde).collect()),
        Kind::Object(fields) => Json::Object(
            fields
                .iter()
                .map(|(name, node)| (name.to_string(), to_serde(node)))
                .collect(),
        ),
    }
}

/// Whether an absent value is an empty one: maps, and what a vendor writes as `[]` when it is empty.
fn has_empty_form(ty: &Type, codecs: &[Codec]) -> bool {
    matches!(ty, Type::Map(_)) || codecs.contains(&Codec::EmptyList)
}
