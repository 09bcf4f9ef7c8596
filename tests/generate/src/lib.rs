//! What property tests and benchmarks are made from.
//!
//! - [`Tape`]: choices. Every generator reads them; a tape that has ended gives the smallest thing, so that any tape ends
//!   and a shorter one is a smaller case.
//! - [`trees`]: syntax trees of everything the grammar can say.
//! - [`text`]: a tree as text, by the rules of the grammar alone and in a layout of the tape's choice. The formatter has no
//!   part in it, so that the two can be compared.
//! - [`programs`]: bundles over the shop and the till of the checker's cases, most of which check.
//! - [`growth`]: a bundle of as many lines as wanted, such as people write.

pub mod growth;
pub mod programs;
mod tape;
pub mod text;
pub mod trees;

pub use tape::Tape;
