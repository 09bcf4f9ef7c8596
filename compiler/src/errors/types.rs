//! Values of the wrong kind.

use super::a_list;
use crate::diagnostic::Diagnostic;
use crate::source::Place;
use crate::types::{EnumType, EnumValue, Type};

/// Who wants what, in the words of messages.
#[derive(Debug, Clone)]
pub(crate) struct Wanted<'a> {
    /// `` `amount` of `plazius.addBonus` ``
    pub(crate) what: &'a str,
    /// `money`
    pub(crate) ty: String,
    /// Where it is declared.
    pub(crate) declared: Option<Place>,
    /// The vendor's words for it.
    pub(crate) caption: Option<&'a str>,
}

impl Wanted<'_> {
    /// Adds the place where it is declared, with the vendor's words.
    pub(super) fn declared(&self, finding: Diagnostic) -> Diagnostic {
        match (self.declared, self.caption) {
            (Some(place), Some(caption)) => finding.also(place, format!("{}: {caption}", self.ty)),
            (Some(place), None) => finding.also(place, self.ty.clone()),
            (None, _) => finding,
        }
    }
}

fn with_help(finding: Diagnostic, help: Option<String>) -> Diagnostic {
    match help {
        Some(help) => finding.help(help),
        None => finding,
    }
}

pub(crate) fn mismatch(
    at: Place,
    text: &str,
    found: &str,
    wanted: &Wanted<'_>,
    hint: Option<String>,
) -> Diagnostic {
    let text = quoted(text);
    let message = format!("{} takes {}, but {text} is {found}", wanted.what, wanted.ty);
    let finding = Diagnostic::error("type-mismatch", at, message, found);
    with_help(wanted.declared(finding), hint)
}

pub(crate) fn enum_value(
    at: Place,
    strange: &[EnumValue],
    members: &EnumType,
    wanted: &Wanted<'_>,
) -> Diagnostic {
    let shown = a_list(strange.iter().map(value));
    let verb = if strange.len() == 1 { "is" } else { "are" };
    let message = match &members.name {
        Some(name) => format!(
            "{shown} {verb} not among the values of {name}, which {} takes",
            wanted.what
        ),
        None => format!(
            "{shown} {verb} not among the values that {} takes",
            wanted.what
        ),
    };
    let wanted = Wanted {
        ty: match members.values.as_slice() {
            [only] => value(only),
            _ => wanted.ty.clone(),
        },
        ..wanted.clone()
    };
    let finding = wanted.declared(Diagnostic::error("enum-value", at, message, ""));
    let near = match strange {
        [EnumValue::Text(text)] => {
            let known = members.values.iter().filter_map(|value| match value {
                EnumValue::Text(text) => Some(&**text),
                _ => None,
            });
            super::nearest::nearest(text, known)
        }
        _ => None,
    };
    match (near, members.values.as_slice()) {
        (Some(near), _) => match near.look_alike {
            Some((written, wanted)) => {
                let why = super::names::look_alike(written, wanted);
                finding.help(format!("\"{}\": {why}", near.name))
            }
            None => finding.help(format!("\"{}\"", near.name)),
        },
        (None, [only]) => finding.help(value(only)),
        (None, all) => finding.help(format!("one of {}", values(all))),
    }
}

fn value(value: &EnumValue) -> String {
    match value {
        EnumValue::Text(text) => format!("\"{text}\""),
        EnumValue::Int(number) => number.to_string(),
        EnumValue::Bool(value) => value.to_string(),
    }
}

fn values(all: &[EnumValue]) -> String {
    const SHOWN_MAX: usize = 8;
    let shown: Vec<String> = all.iter().take(SHOWN_MAX).map(value).collect();
    let more = if all.len() > SHOWN_MAX { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}

/// A text literal has quotes of its own.
fn quoted(text: &str) -> String {
    let text = shortened(text);
    if text.starts_with('"') {
        text
    } else {
        format!("`{text}`")
    }
}

fn shortened(text: &str) -> String {
    const SHOWN_MAX: usize = 40;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= SHOWN_MAX {
        return line;
    }
    let start: String = line.chars().take(SHOWN_MAX).collect();
    format!("{start}…")
}

pub(crate) fn two_currencies(
    (left, left_code): (Place, &str),
    (right, right_code): (Place, &str),
) -> Diagnostic {
    Diagnostic::error(
        "currency-mismatch",
        left,
        format!("one amount is in {left_code}, the other in {right_code}, and nothing here knows the rate"),
        left_code,
    )
    .also(right, right_code)
}

pub(crate) fn currency_mismatch(at: Place, found: &str, wanted: &str, what: &str) -> Diagnostic {
    Diagnostic::error(
        "currency-mismatch",
        at,
        format!(
            "amounts in {wanted} and in {found} meet in {what}, and nothing here knows the rate"
        ),
        found,
    )
}

pub(crate) fn nothing_in_common(
    at: Place,
    what: &str,
    left: &str,
    right: &str,
    first: Place,
) -> Diagnostic {
    Diagnostic::error(
        "type-mismatch",
        at,
        format!("{what} gives {left} in one case and {right} in another"),
        right,
    )
    .also(first, left)
}

pub(crate) fn compare_types(
    at: Place,
    (left, left_type): (Place, &str),
    (right, right_type): (Place, &str),
    hint: Option<String>,
) -> Diagnostic {
    let _ = at;
    let finding = Diagnostic::error(
        "compare-types",
        left,
        format!("{left_type} and {right_type} are never alike, so they cannot be compared"),
        left_type,
    );
    with_help(finding.also(right, right_type), hint)
}

/// `status == "new" or "paid"`
pub(crate) fn value_before_or(at: Place, text: &str, found: &str, right: &str) -> Diagnostic {
    Diagnostic::error(
        "type-mismatch",
        at,
        format!(
            "`or` joins conditions, but `{}` is {found}; what stands in for an absent value follows `??`",
            shortened(text)
        ),
        found,
    )
    .help(format!("{} ?? {}", shortened(text), shortened(right)))
}

pub(crate) fn value_after_or(at: Place, text: &str, help: String) -> Diagnostic {
    Diagnostic::error(
        "type-mismatch",
        at,
        format!(
            "`or` joins whole conditions, but {} is a value",
            quoted(text)
        ),
        "compared with nothing",
    )
    .help(help)
}

pub(crate) fn no_order(at: Place, found: &str) -> Diagnostic {
    Diagnostic::error(
        "compare-types",
        at,
        format!("{found} has no order, so it is neither less nor more"),
        found,
    )
}

pub(crate) fn bad_operand(at: Place, sign: &str, found: &str, wanted: &str) -> Diagnostic {
    Diagnostic::error(
        "type-mismatch",
        at,
        format!("`{sign}` takes {wanted}, but this is {found}"),
        found,
    )
}

pub(crate) fn bad_operands(
    at: Place,
    sign: &str,
    (left, left_type): (Place, &str),
    (right, right_type): (Place, &str),
    hint: Option<String>,
) -> Diagnostic {
    let finding = Diagnostic::error(
        "bad-operands",
        at,
        format!("`{sign}` cannot take {left_type} and {right_type}"),
        "",
    )
    .also(left, left_type)
    .also(right, right_type);
    with_help(finding, hint)
}

pub(crate) fn number_too_big(at: Place, digits: &str) -> Diagnostic {
    Diagnostic::error(
        "number-too-big",
        at,
        format!("`{digits}` has more digits than a number can have"),
        "",
    )
    .help("whole numbers have 64 bits, decimal numbers 28 digits; an id can be a text")
}

pub(crate) fn unknown_currency(at: Place, code: &str) -> Diagnostic {
    Diagnostic::error(
        "unknown-currency",
        at,
        format!("there is no currency `{code}`; currencies have the codes of ISO 4217"),
        "",
    )
    .help("RUB, KZT, BYN, USD, …")
}

pub(crate) fn bad_duration(at: Place, text: &str) -> Diagnostic {
    Diagnostic::error("bad-duration", at, format!("`{text}` is no duration"), "")
        .help("30s, 5m, 2h, 1d, or together: 1h30m")
}

pub(crate) fn not_printable(at: Place, text: &str, found: &str, ty: &Type) -> Diagnostic {
    let finding = Diagnostic::error(
        "not-printable",
        at,
        format!("`{text}` is {found}, which has no text of its own"),
        found,
    );
    match ty {
        Type::List(item) if matches!(**item, Type::Text | Type::Enum(_)) => {
            finding.help(format!("join({text}, \", \")"))
        }
        Type::List(_) => finding.help(format!("join([\"{{x.…}}\" for x in {text}], \", \")")),
        Type::Object(_) | Type::Map(_) => {
            finding.help(format!("name a field: {text}.…, or json_text({text})"))
        }
        Type::Json => finding.help(format!("{text} as string")),
        _ => finding,
    }
}

pub(crate) fn cannot_cast(at: Place, from: &str, to: &str) -> Diagnostic {
    Diagnostic::error(
        "cannot-cast",
        at,
        format!("{from} never becomes {to} with `as`"),
        "",
    )
    .help("`as` gives json its type; other conversions are functions: int(…), string(…), money(…)")
}

pub(crate) fn untyped_json(at: Place, text: &str) -> Diagnostic {
    Diagnostic::error(
        "untyped-json",
        at,
        format!("nothing is known of the shape of `{text}`; it needs a type before it is used"),
        "json of unknown shape",
    )
    .help(format!("{text} as string"))
}

pub(crate) fn not_a_list(at: Place, text: &str, found: &str, left: &str, ty: &Type) -> Diagnostic {
    let finding = Diagnostic::error(
        "type-mismatch",
        at,
        format!("`in` looks into a list, but `{text}` is {found}"),
        found,
    );
    match ty {
        Type::Nullable(_) => finding.help(format!("{text} ?? []")),
        Type::Text | Type::Enum(_) => finding.help(format!("contains({text}, {left})")),
        _ => finding.help(format!("[{text}]")),
    }
}

pub(crate) fn no_loop(at: Place, text: &str, found: &str, ty: &Type) -> Diagnostic {
    let finding = Diagnostic::error(
        "type-mismatch",
        at,
        format!("`for` goes through a list, but `{text}` is {found}"),
        found,
    );
    match ty {
        Type::Json => finding.help(format!("{text} as [json]")),
        _ => finding,
    }
}

pub(crate) fn pattern_not_literal(at: Place) -> Diagnostic {
    Diagnostic::error(
        "bad-pattern",
        at,
        "`matches` takes a pattern that is written out",
        "",
    )
    .help("x matches r'^\\d+$'")
}

pub(crate) fn bad_pattern(at: Place, reason: &regex::Error) -> Diagnostic {
    let reason = reason.to_string();
    let last = reason.lines().last().unwrap_or_default();
    let last = last.trim_start_matches("error: ").to_owned();
    Diagnostic::error(
        "bad-pattern",
        at,
        format!("the pattern cannot be read: {last}"),
        "",
    )
}

pub(crate) fn pattern_twice(at: Place, text: &str, first: Place) -> Diagnostic {
    Diagnostic::error(
        "duplicate-pattern",
        at,
        format!("{text} stands further above already, so this line is never taken"),
        "again here",
    )
    .also(first, "first here")
}

pub(crate) fn pattern_name(at: Place, name: &str) -> Diagnostic {
    Diagnostic::error(
        "pattern-type",
        at,
        format!("`{name}` is no pattern: an arm begins with a value that is written out"),
        "",
    )
    .help(match name {
        "default" | "otherwise" | "other" | "any" => "else".to_owned(),
        _ => format!("\"{name}\""),
    })
}

pub(crate) fn pattern_type(at: Place, text: &str, subject: &str, null: bool) -> Diagnostic {
    let message = if null {
        format!("what is matched is {subject} and never null")
    } else {
        format!("{text} can never come: what is matched is {subject}")
    };
    Diagnostic::error("pattern-type", at, message, "")
}

pub(crate) fn needs_else(at: Place, what: &str, subject: &str) -> Diagnostic {
    Diagnostic::error(
        "not-exhaustive",
        at,
        format!("{what} has no `else`, and {subject} has more values than are written"),
        "",
    )
    .help("else -> fail \"…\"")
}

pub(crate) fn not_exhaustive(
    at: Place,
    what: &str,
    subject: &str,
    missing: &[String],
) -> Diagnostic {
    const SHOWN_MAX: usize = 6;
    let shown = missing
        .iter()
        .take(SHOWN_MAX)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    let more = if missing.len() > SHOWN_MAX {
        format!(" and {} more", missing.len() - SHOWN_MAX)
    } else {
        String::new()
    };
    Diagnostic::error(
        "not-exhaustive",
        at,
        format!("{what} says nothing about {shown}{more} of {subject}"),
        "",
    )
    .help(format!(
        "{} -> …, or else -> fail \"…\"",
        missing.first().map_or("", |one| one)
    ))
}

pub(crate) fn unrounded_share(at: Place, text: &str, what: &str) -> Diagnostic {
    Diagnostic::warning(
        "unrounded",
        at,
        format!("a percentage of an amount can have more digits than {what} can send"),
        "never rounded",
    )
    .help(format!("round({}, 2)", shortened(text)))
}

pub(crate) fn unrounded(at: Place, text: &str, what: &str) -> Diagnostic {
    Diagnostic::error(
        "unrounded",
        at,
        format!("a quotient can have more digits than {what} can send"),
        "divided, never rounded",
    )
    .help(format!("round({}, 2)", shortened(text)))
}
