//! What an event says of people, masked also where it stands in other words: a note that a rule has written, a vendor's
//! answer that quotes the request, the reason of a `fail`.
//!
//! A name cannot be told from other words by its looks. But it came with the event, in a field that is known for it.

use ondo_compiler::types::{Type, TypeTable};
use serde_json::Value;

use super::mask::{self, Known};
use crate::store::Event;

/// Shorter texts would be found where they are not meant.
const LENGTH_MIN: usize = 3;
/// Most texts of one event.
const TEXTS_MAX: usize = 1_000;

/// The personal texts of an event, longest first.
#[derive(Debug, Default)]
pub(super) struct People {
    texts: Vec<String>,
}

impl People {
    /// Of an event whose payload has this type.
    pub(super) fn of(event: &Event, ty: Option<&Type>, types: &TypeTable, known: Known) -> Self {
        let mut people = Self::default();
        for bytes in event.payload.iter().chain([&event.body]) {
            match serde_json::from_slice::<Value>(bytes) {
                Ok(value) => people.look_at(&value, ty, types, known),
                Err(_) => people.look_at_form(bytes),
            }
        }
        let length = |text: &String| std::cmp::Reverse(text.len());
        people.texts.sort_by_key(length);
        people.texts.dedup();
        people
    }

    /// Of an event whose type is not known: by the names of its fields.
    pub(super) fn by_name(event: &Event) -> Self {
        Self::of(event, None, &TypeTable::default(), Known::ByName)
    }

    fn look_at(&mut self, value: &Value, ty: Option<&Type>, types: &TypeTable, known: Known) {
        let ty = ty.map(|ty| mask::plain(ty, types));
        match value {
            Value::Object(fields) => {
                let object = ty.and_then(|ty| types.object(ty));
                for (name, value) in fields {
                    let field = object.and_then(|object| object.field(name));
                    let by_name = field.is_none() || known == Known::ByName;
                    match field {
                        Some(field) if field.personal => self.take(value),
                        _ if by_name && mask::is_personal(name) => self.take(value),
                        field => self.look_at(value, field.map(|field| &field.ty), types, known),
                    }
                }
            }
            Value::Array(items) => {
                let item = match ty {
                    Some(Type::List(item)) => Some(&**item),
                    _ => None,
                };
                items
                    .iter()
                    .for_each(|value| self.look_at(value, item, types, known));
            }
            Value::String(_) if matches!(ty, Some(Type::Phone)) => self.take(value),
            _ => {}
        }
    }

    /// `order={…}&phone=…`
    fn look_at_form(&mut self, bytes: &[u8]) {
        let types = TypeTable::default();
        for (name, text) in form_urlencoded::parse(bytes) {
            match serde_json::from_str::<Value>(&text) {
                Ok(value) if value.is_object() || value.is_array() => {
                    self.look_at(&value, None, &types, Known::ByName);
                }
                _ if mask::is_personal(&name) => self.take(&Value::from(&*text)),
                _ => {}
            }
        }
    }

    /// Every text below, whatever it is.
    fn take(&mut self, value: &Value) {
        match value {
            Value::String(text) if self.texts.len() < TEXTS_MAX => {
                let text = text.trim();
                if text.chars().count() >= LENGTH_MIN {
                    self.texts.push(text.to_owned());
                }
            }
            Value::Array(items) => items.iter().for_each(|value| self.take(value)),
            Value::Object(fields) => fields.values().for_each(|value| self.take(value)),
            _ => {}
        }
    }

    /// A text in which none of these stands.
    pub(super) fn mask(&self, text: &str) -> String {
        let mut masked = text.to_owned();
        for personal in &self.texts {
            if masked.contains(&**personal) {
                masked = masked.replace(&**personal, &mask::ends(personal));
            }
        }
        masked
    }

    /// The same for a text that may be missing.
    pub(super) fn mask_some(&self, text: &mut Option<String>) {
        if let Some(text) = text {
            *text = self.mask(text);
        }
    }

    /// The same for every text in a value. Names of fields stay.
    pub(super) fn mask_json(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.mask(text),
            Value::Array(items) => items.iter_mut().for_each(|value| self.mask_json(value)),
            Value::Object(fields) => fields.values_mut().for_each(|value| self.mask_json(value)),
            _ => {}
        }
    }
}
