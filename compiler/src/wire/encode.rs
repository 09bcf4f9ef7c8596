//! Values to JSON bytes.

use crate::eval::Failure;
use crate::types::{Type, TypeTable};
use crate::value::Value;

/// Writes a value of this type as JSON bytes.
pub fn encode(_ty: &Type, _types: &TypeTable, _value: &Value) -> Result<Vec<u8>, Failure> {
    Err(super::not_yet("encode"))
}
