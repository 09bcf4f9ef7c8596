//! Mistakes of form, as the grammar words them.

use ondo_grammar::SyntaxError;

use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Place};

/// What the grammar found, in the form of all findings.
pub fn from_grammar(file: FileId, error: &SyntaxError) -> Diagnostic {
    let place = |span| Place { file, span };
    let mut finding = Diagnostic::error(
        error.code,
        place(error.span),
        &*error.message,
        &*error.label,
    );
    if let Some((span, label)) = &error.related {
        finding = finding.also(place(*span), &**label);
    }
    match &error.help {
        Some(help) => finding.help(&**help),
        None => finding,
    }
}
