//! Where in a message something stands, for failures: `order.items[2].price`.

use std::fmt;

use crate::eval::Failure;

/// A place in a message, from its innermost part outwards.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Path<'a> {
    /// The message itself.
    Root,
    /// A field of something.
    Field(&'a Path<'a>, &'a str),
    /// An element of a list.
    Index(&'a Path<'a>, usize),
}

impl<'a> Path<'a> {
    pub(crate) fn field(&'a self, name: &'a str) -> Path<'a> {
        Path::Field(self, name)
    }

    pub(crate) fn index(&'a self, index: usize) -> Path<'a> {
        Path::Index(self, index)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => Ok(()),
            Path::Field(Path::Root, name) => f.write_str(name),
            Path::Field(parent, name) => write!(f, "{parent}.{name}"),
            Path::Index(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

/// `order.price` in backticks, or "the message" for all of it.
pub(crate) fn shown(path: &Path<'_>) -> String {
    match path {
        Path::Root => "the message".to_owned(),
        _ => format!("`{path}`"),
    }
}

/// What came has another shape than the connector says.
pub(crate) fn shape(path: &Path<'_>, found: &str, wanted: &str) -> Failure {
    failure(
        "event-shape",
        format!("{} is {found}, wanted {wanted}", shown(path)),
    )
}

/// A failure without a place in a source text.
pub(crate) fn failure(code: &'static str, message: impl Into<String>) -> Failure {
    Failure {
        code,
        message: message.into(),
        place: None,
    }
}
