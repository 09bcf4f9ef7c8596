//! Texts, quotes, and values in texts.

use super::error;
use crate::SyntaxError;
use crate::ast::Span;

/// `'text'`
pub(crate) fn single_quotes(at: Span, inner: &str) -> SyntaxError {
    error("single-quotes", at, "a text stands in double quotes")
        .label("single quotes")
        .help(format!("\"{inner}\""))
}

/// `“text”`
pub(crate) fn typographic_quotes(at: Span, inner: &str) -> SyntaxError {
    error(
        "typographic-quotes",
        at,
        "a text stands in straight double quotes",
    )
    .label("typographic quotes, as word processors make them")
    .help(format!("\"{inner}\""))
}

/// `"abc` and the end of the line.
pub(crate) fn unterminated_text(at: Span, text: &str) -> SyntaxError {
    let wanted = if text.starts_with("\"\"\"") {
        "\"\"\""
    } else {
        text.get(..1).unwrap_or("\"")
    };
    let found = error(
        "unterminated-text",
        at,
        format!("the text is not closed: `{wanted}` is missing at its end"),
    )
    .label("begins here");
    match wanted {
        "\"" => found.help(
            "a text ends on its line; a text of several lines stands between `\"\"\"` and `\"\"\"`",
        ),
        _ => found,
    }
}

/// `"{a` + line break + `}"`
pub(crate) fn line_break_in_text(at: Span) -> SyntaxError {
    error(
        "unterminated-text",
        at,
        "a text ends on its line, also inside of `{ }`",
    )
    .help("a text of several lines stands between `\"\"\"` and `\"\"\"`")
}

/// `\q`
pub(crate) fn unknown_escape(at: Span, found: &str) -> SyntaxError {
    error(
        "unknown-escape",
        at,
        format!("`{found}` stands for nothing in a text"),
    )
    .label("known are `\\n`, `\\t`, `\\r`, `\\\"`, `\\\\`, `\\{`, `\\}` and `\\u{41}`")
    .help(format!("\\{found}"))
}

/// `{` in a text that holds no expression.
pub(crate) fn broken_hole(at: Span, found: &str) -> SyntaxError {
    if !found.ends_with('}') {
        return error(
            "unclosed",
            at,
            "`{` in a text begins a value, and `}` is missing behind it",
        )
        .help("write `\\{` for a brace that is part of the text");
    }
    let inner = found.trim_start_matches('{').trim_end_matches('}').trim();
    if let Some(written) = dotted_index(inner) {
        return error(
            "text-hole",
            at,
            "an element of a list is read with `[` and `]`, not with a dot",
        )
        .help(format!("{{{written}}}"));
    }
    let message = match inner {
        "" => "there is no value between `{` and `}`".to_owned(),
        _ => format!("`{inner}` cannot be read as a value"),
    };
    error("text-hole", at, message).help("write `\\{` for a brace that is part of the text")
}

/// `items[0].name` for `items.0.name`. None where no number stands behind a dot.
fn dotted_index(inner: &str) -> Option<String> {
    let name = |text: &str| text.ends_with(|c: char| c.is_alphabetic() || "_)]".contains(c));
    let (list, rest) = inner
        .match_indices('.')
        .map(|(dot, _)| inner.split_at(dot))
        .find(|(list, rest)| {
            name(list)
                && rest.starts_with('.')
                && rest[1..].starts_with(|c: char| c.is_ascii_digit())
        })?;
    let rest = rest.get(1..)?;
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (index, rest) = rest.split_at(digits);
    Some(format!("{list}[{index}]{rest}"))
}

/// `` `Order ${number}` ``
pub(crate) fn template_literal(at: Span, inner: &str) -> SyntaxError {
    error(
        "typographic-quotes",
        at,
        "a text stands in straight double quotes, and a value in it between `{` and `}`",
    )
    .label("backticks hold paths into JSON")
    .help(format!(
        "\"{}\"",
        inner.replace("${", "{").replace('"', "\\\"")
    ))
}

/// `{{name}}`
pub(crate) fn double_braces(at: Span, found: &str) -> SyntaxError {
    let inner = found.trim_matches(['{', '}']).trim();
    error(
        "double-braces",
        at,
        "one pair of braces puts a value into a text",
    )
    .help(format!("{{{inner}}}"))
}
