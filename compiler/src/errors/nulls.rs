//! Values that can be absent where one is needed.

use super::types::Wanted;
use crate::diagnostic::Diagnostic;
use crate::source::Place;

pub(crate) fn possibly_null(
    at: Place,
    text: &str,
    wanted: &Wanted<'_>,
    guard: String,
) -> Diagnostic {
    let message = format!(
        "`{text}` can be absent, but {} needs {}",
        wanted.what, wanted.ty
    );
    let finding = Diagnostic::error("possibly-null", at, message, "can be absent");
    wanted.declared(finding).help(guard)
}

pub(crate) fn null_literal(at: Place, wanted: &Wanted<'_>) -> Diagnostic {
    let message = format!("{} needs {}, not null", wanted.what, wanted.ty);
    wanted.declared(Diagnostic::error("possibly-null", at, message, "null"))
}

pub(crate) fn nullable_access(at: Place, base: &str, after: &str) -> Diagnostic {
    let step = if after.starts_with('[') || after.chars().all(|c| c.is_ascii_digit()) {
        format!("{base}?[{after}]")
    } else {
        format!("{base}?.{after}")
    };
    Diagnostic::error(
        "nullable-access",
        at,
        format!("`{base}` can be absent, so nothing can be read from it without `?`"),
        "can be absent",
    )
    .help(step)
}

pub(crate) fn null_in_text(at: Place, text: &str) -> Diagnostic {
    Diagnostic::error(
        "possibly-null",
        at,
        format!("`{text}` can be absent, but a text needs every piece"),
        "can be absent",
    )
    .help(format!("{{{text} ?? \"…\"}}"))
}
