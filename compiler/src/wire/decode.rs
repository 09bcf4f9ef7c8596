//! JSON bytes to values.

use crate::eval::Failure;
use crate::ir::ReadSet;
use crate::types::{Name, Type, TypeTable};
use crate::value::Value;

/// The slots of an event: one value for each path of the read set. `currency` is that of amounts without one: the
/// account's, else the bundle's.
///
/// Fails with `event-shape` when a field that is read has another shape.
pub fn decode(
    _bytes: &[u8],
    _read_set: &ReadSet,
    _types: &TypeTable,
    _zone: &str,
    _currency: Option<&Name>,
) -> Result<Vec<Value>, Failure> {
    Err(super::not_yet("decode"))
}

/// A whole value of this type.
pub fn decode_value(
    _ty: &Type,
    _bytes: &[u8],
    _types: &TypeTable,
    _zone: &str,
    _currency: Option<&Name>,
) -> Result<Value, Failure> {
    Err(super::not_yet("decode"))
}
