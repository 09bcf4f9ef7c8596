//! What must hold for any text and any bytes: each function is one target of `cargo fuzz`.
//!
//! A target panics when something does not hold. Texts that were found so are cases of the tests now; this crate keeps
//! nothing but what must hold.

mod repository;
mod run;
mod texts;
mod wire;

pub use run::eval;
pub use texts::{check, definition, parse};
pub use wire::decode;
