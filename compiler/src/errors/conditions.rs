//! Conditions that say nothing, because they are never or always true.

use crate::diagnostic::Diagnostic;
use crate::source::Place;

/// Another condition, and how it came out.
type Because = (Place, bool);

pub(crate) fn never_true(
    at: Place,
    text: &str,
    because: Option<Because>,
    help: Option<String>,
) -> Diagnostic {
    let text = short(text);
    let message = match because {
        Some(_) => format!("`{text}` never holds here, so what depends on it never happens"),
        None => format!("`{text}` never holds, so what depends on it never happens"),
    };
    let finding = Diagnostic::warning("never-true", at, message, "never true");
    told(finding, because, help)
}

pub(crate) fn never_comes(
    at: Place,
    subject: &str,
    value: &str,
    because: Option<Because>,
) -> Diagnostic {
    let (subject, value) = (short(subject), short(value));
    let message = format!("`{subject}` is never {value} here");
    let finding = Diagnostic::warning("never-true", at, message, "never comes");
    told(finding, because, None)
}

pub(crate) fn always_true(
    at: Place,
    text: &str,
    because: Because,
    help: Option<String>,
) -> Diagnostic {
    let text = short(text);
    let finding = Diagnostic::warning(
        "always-true",
        at,
        format!("`{text}` always holds here, so it decides nothing"),
        "always true",
    );
    told(finding, Some(because), help)
}

fn told(finding: Diagnostic, because: Option<Because>, help: Option<String>) -> Diagnostic {
    let finding = match because {
        Some((place, true)) => finding.also(place, "holds here"),
        Some((place, false)) => finding.also(place, "does not hold here"),
        None => finding,
    };
    match help {
        Some(help) => finding.help(help),
        None => finding,
    }
}

/// The beginning of what is written.
fn short(text: &str) -> String {
    const SHOWN_MAX: usize = 60;
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
