//! Tree to program: what a bundle means, whether it holds together, and what its expressions yield.
//!
//! Everything here is pure: no files, no clock, no network. [`catalog::Catalog`] holds what the connectors offer,
//! [`compile`](check::compile) turns the sources of a bundle into an [`ir::Program`] and diagnostics, [`eval`] computes
//! expressions, [`wire`] turns values into HTTP messages and back.

pub mod builtins;
pub mod catalog;
pub mod check;
mod csv_text;
pub mod describe;
pub mod diagnostic;
pub mod errors;
pub mod eval;
pub mod import;
pub mod ir;
pub mod ir_text;
pub mod schedule;
pub mod source;
pub mod types;
pub mod value;
pub mod wire;
