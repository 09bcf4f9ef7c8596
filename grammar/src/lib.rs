//! Text to tree: the grammar of Ondo bundles and connector definitions.
//!
//! [`parse`] never fails: what could not be read becomes an error node and a [`SyntaxError`] in the user's words.
//! pest is visible only inside this crate.

pub mod ast;
mod build;
mod cst;
pub mod debug;
mod message;
mod recover;
mod scan;

use ast::{Expr, File, Span};
use build::Cx;
use cst::Rule;

/// What [`parse`] found in a text.
#[derive(Debug, Clone, Default)]
pub struct Parsed {
    /// The tree, with error nodes where the text could not be read.
    pub file: File,
    /// All comments in the order of the text.
    pub comments: Vec<Comment>,
    /// Ordered by place. Empty when the whole text was read.
    pub errors: Vec<SyntaxError>,
}

/// A comment with its slashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// From `//` to the end of the line, or from `/*` to `*/`.
    pub span: Span,
}

/// A mistake of form, in the words of the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Stable name of the mistake: `single-equals`, `expected`, …
    pub code: &'static str,
    /// One line, lower case, no final period.
    pub message: String,
    /// Where.
    pub span: Span,
    /// Why here; may be empty.
    pub label: String,
    /// Another place that belongs to it, with its label: the opener of a block.
    pub related: Option<(Span, String)>,
    /// What to write.
    pub help: Option<String>,
}

/// Reads a whole file: a bundle, or a file of a connector's folder.
///
/// ```
/// let parsed = ondo_grammar::parse("on crm.order when status == \"new\" do staff.send(text: \"Order {number}\")");
/// assert!(parsed.errors.is_empty());
/// ```
pub fn parse(text: &str) -> Parsed {
    let scan = scan::scan(text);
    let mut parsed = Parsed::default();
    if let Some(at) = scan.too_deep {
        parsed.errors.push(message::too_deep(recover::next_word(text, at), scan::DEPTH_MAX));
    } else {
        (parsed.file, parsed.errors) = with_stack(scan.depth, || {
            let mut cx = Cx::new(text, &scan);
            let file = match cst::read(Rule::file, text, whole(text)) {
                Ok(node) => build::file(&mut cx, &node),
                Err(_) => {
                    cx.errors.push(recover::explain(text, &scan, whole(text), Rule::file));
                    File::default()
                }
            };
            (file, cx.errors)
        });
    }
    parsed.errors.extend(scan.open_comment.map(message::open_comment));
    parsed.errors.sort_by_key(|error| error.span);
    parsed.comments = scan.comments;
    parsed
}

/// Reads one expression, for examples and tests of builtins. None when it could not be read.
pub fn parse_expression(text: &str) -> (Option<Expr>, Vec<SyntaxError>) {
    let scan = scan::scan(text);
    if let Some(at) = scan.too_deep {
        return (None, vec![message::too_deep(recover::next_word(text, at), scan::DEPTH_MAX)]);
    }
    with_stack(scan.depth, || {
        let mut cx = Cx::new(text, &scan);
        let value = match cst::read(Rule::only_expr, text, whole(text)) {
            Ok(node) => Some(build::expression(&mut cx, &node)),
            Err(_) => {
                cx.errors.push(recover::explain(text, &scan, recover::trimmed(text, &scan, whole(text)), Rule::only_expr));
                None
            }
        };
        (value, cx.errors)
    })
}

fn whole(text: &str) -> Span {
    Span { start: 0, end: text.len() as u32 }
}

/// Nested brackets use much stack, more than a thread of a server has; such a text is read on a thread of its own.
fn with_stack<T: Send>(depth: usize, read: impl FnOnce() -> T + Send) -> T {
    const DEPTH_ON_CALLER: usize = 12;
    const STACK_BYTES_PER_LEVEL: usize = 256 * 1024;
    if depth <= DEPTH_ON_CALLER {
        return read();
    }
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().stack_size(STACK_BYTES_PER_LEVEL * (depth + DEPTH_ON_CALLER));
        // Only a machine without memory refuses a thread; nothing useful can be done then.
        let thread = builder.spawn_scoped(scope, read).expect("a thread for a deeply nested text");
        match thread.join() {
            Ok(value) => value,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
