//! What built-in functions ask of their arguments.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::eval::{Args, Failure, compare};
use crate::types::Name;
use crate::value::{Num, Secret, Value};

/// A text or a list: what has a length, a beginning and an end.
#[derive(Debug)]
pub enum Sequence {
    /// Its characters are the parts.
    Text(Name),
    /// Its elements are.
    List(Vec<Value>),
}

/// An element of a loop with the key that the loop says of it.
#[derive(Debug, Clone)]
pub struct Keyed {
    /// `i.price` of `sort_by(i.price for i in items)`
    pub key: Value,
    /// `i`
    pub item: Value,
}

impl Args<'_, '_> {
    /// The argument, or absent.
    pub fn get(&self, at: usize) -> &Value {
        self.values.get(at).unwrap_or(&Value::Absent)
    }

    /// The argument, unless it was left out or is null.
    pub fn given(&self, at: usize) -> Option<&Value> {
        Some(self.get(at)).filter(|value| !value.is_null())
    }

    /// A text.
    ///
    /// # Errors
    /// Anything else.
    pub fn text(&self, at: usize) -> Result<Name, Failure> {
        match self.get(at) {
            Value::Text(text) => Ok(text.clone()),
            other => Err(Failure::wrong_kind("a string", other)),
        }
    }

    /// A text with a default.
    ///
    /// # Errors
    /// Anything else.
    pub fn text_or(&self, at: usize, default: &str) -> Result<Name, Failure> {
        match self.given(at) {
            Some(_) => self.text(at),
            None => Ok(default.into()),
        }
    }

    /// A whole number.
    ///
    /// # Errors
    /// Anything else.
    pub fn int(&self, at: usize) -> Result<i64, Failure> {
        match self.get(at) {
            Value::Int(number) => Ok(*number),
            other => Err(Failure::wrong_kind("an int", other)),
        }
    }

    /// A whole number with a default.
    ///
    /// # Errors
    /// Anything else.
    pub fn int_or(&self, at: usize, default: i64) -> Result<i64, Failure> {
        match self.given(at) {
            Some(_) => self.int(at),
            None => Ok(default),
        }
    }

    /// An int or a decimal.
    ///
    /// # Errors
    /// Anything else.
    pub fn num(&self, at: usize) -> Result<Num, Failure> {
        match self.get(at) {
            Value::Int(number) => Ok(Num::from_i64(*number)),
            Value::Num(number) => Ok(*number),
            other => Err(Failure::wrong_kind("a number", other)),
        }
    }

    /// The elements of a list.
    ///
    /// # Errors
    /// Anything else; null is an empty list.
    pub fn list(&self, at: usize) -> Result<Vec<Value>, Failure> {
        crate::eval::elements(self.get(at))
    }

    /// A text or a list.
    ///
    /// # Errors
    /// Anything else; null is an empty list.
    pub fn sequence(&self, at: usize) -> Result<Sequence, Failure> {
        match self.get(at) {
            Value::Text(text) => Ok(Sequence::Text(text.clone())),
            Value::Json(json) if json.is_string() => {
                Ok(Sequence::Text(json.as_str().unwrap_or_default().into()))
            }
            other => crate::eval::elements(other)
                .map(Sequence::List)
                .map_err(|_| Failure::wrong_kind("a string or a list", other)),
        }
    }

    /// The elements of a loop with their keys.
    ///
    /// # Errors
    /// Anything else.
    pub fn keyed(&self, at: usize) -> Result<Vec<Keyed>, Failure> {
        let pair = |value: &Value| match value {
            Value::List(pair) => match &**pair {
                [key, item] => Ok(Keyed {
                    key: key.clone(),
                    item: item.clone(),
                }),
                _ => Err(Failure::wrong_kind("a key with its element", value)),
            },
            other => Err(Failure::wrong_kind("a key with its element", other)),
        };
        self.list(at)?.iter().map(pair).collect()
    }

    /// Whether a flag was given and is true.
    pub fn flag(&self, at: usize) -> bool {
        matches!(self.get(at), Value::Bool(true))
    }

    /// The bytes of a text, of a secret, or of bytes.
    ///
    /// # Errors
    /// Anything else.
    pub fn data(&self, at: usize) -> Result<Cow<'_, [u8]>, Failure> {
        match self.get(at) {
            Value::Bytes(bytes) => Ok(Cow::Borrowed(bytes)),
            Value::Text(text) => Ok(Cow::Borrowed(text.as_bytes())),
            Value::Secret(secret) => Ok(Cow::Borrowed(secret.expose().as_bytes())),
            other => Err(Failure::wrong_kind("a string or bytes", other)),
        }
    }

    /// A text made of an argument: a secret if the argument is one, since an encoding hides nothing.
    pub fn as_secret_as(&self, at: usize, text: String) -> Value {
        match self.get(at) {
            Value::Secret(_) => Value::Secret(Secret::new(text)),
            _ => Value::text(text),
        }
    }
}

/// The first of the largest elements (`Greater`) or of the smallest (`Less`); none of no elements.
///
/// # Errors
/// The keys have no order.
pub(super) fn extreme<T>(
    elements: Vec<T>,
    key: impl Fn(&T) -> &Value,
    wanted: Ordering,
) -> Result<Option<T>, Failure> {
    let mut best: Option<T> = None;
    for element in elements {
        // The first is compared with itself, so that what has no order fails in every list.
        let order = compare(key(&element), key(best.as_ref().unwrap_or(&element)))?;
        if best.is_none() || order == wanted {
            best = Some(element);
        }
    }
    Ok(best)
}
