//! `Secret`: a text that cannot be shown.

use std::fmt;
use std::sync::Arc;

/// A key, a password, a token. Its `Debug` is `***`; it has no `Display` and no serialisation.
#[derive(Clone)]
pub struct Secret(Arc<str>);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// The text itself, for a header, a query value or a signature. Every caller is a place to review.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl PartialEq for Secret {
    /// Secrets are never equal to anything inside the language; signatures are compared elsewhere, in constant time.
    fn eq(&self, _: &Self) -> bool {
        false
    }
}
