//! How much an expression may do. Expressions come from people who did not mean any harm, and run beside others.

/// Steps of one expression. An order with a thousand items and a dozen fields each takes some ten thousand.
pub const STEPS_MAX: u64 = 5_000_000;

/// Elements of one list. Vendors page at 100 to 1000; a CSV of goods has tens of thousands of lines.
pub const LIST_LENGTH_MAX: usize = 100_000;

/// Bytes of one text. No vendor takes a body beyond this, and history keeps texts.
pub const TEXT_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Bytes of text that cost one step, so that the steps bound the memory too.
pub const TEXT_BYTES_PER_STEP: usize = 16;

/// Parts of one list or object with everything inside it. Values are shared, so a few lines could otherwise describe
/// more parts than can ever be printed.
pub const VALUE_PARTS_MAX: u64 = 1_000_000;

/// Levels of expressions within expressions, functions included. Bounds the stack: a level takes up to 2 KB of it,
/// and threads have 2 MB.
pub const DEPTH_MAX: u32 = 250;

/// What it costs to compile a regular expression.
pub const REGEX_STEPS: u64 = 5_000;

/// What one JSONPath may visit: a document's parts, once more for each `..` and each query inside a filter.
pub const PATH_VISITS_MAX: u64 = 10_000_000;
