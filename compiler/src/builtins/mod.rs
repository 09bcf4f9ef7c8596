//! The built-in functions: one file each, one line here.

use crate::eval::{Args, Failure};
use crate::value::Value;

/// A built-in function: what it is called, what it takes, what it does.
#[derive(Debug)]
pub struct Builtin {
    /// Its name in bundles.
    pub name: &'static str,
    /// `(x: decimal, places: int, mode: string = "half-away") -> decimal`: names, types, defaults.
    /// Types are those of the language; `T`, `K` stand for any type, `num` for int, decimal or money.
    pub signature: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// An expression and what it yields. Run as tests, printed in the reference.
    pub examples: &'static [(&'static str, &'static str)],
    /// Whether it can fail on valid arguments (`int("x")`): then `catch` makes sense.
    pub fails: bool,
    /// The function. Optional arguments that were left out are `Absent`.
    pub call: fn(&mut Args<'_, '_>) -> Result<Value, Failure>,
}
