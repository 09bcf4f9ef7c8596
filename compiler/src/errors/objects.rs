//! Fields and arguments: unknown, missing, repeated.

use super::nearest::Near;
use super::{a_list, suggest};
use crate::diagnostic::Diagnostic;
use crate::source::Place;
use crate::types::{Field, Name, Type};

pub(crate) fn unknown_field(
    at: Place,
    name: &str,
    title: &str,
    near: Option<Near>,
    declared: Option<(Place, Option<Name>)>,
) -> Diagnostic {
    let mut finding = Diagnostic::error(
        "unknown-field",
        at,
        format!("`{title}` has no field `{name}`"),
        "",
    );
    if let (Some(near), Some((place, caption))) = (&near, declared) {
        let label = match caption {
            Some(caption) => format!("`{}`: {caption}", near.name),
            None => format!("`{}`", near.name),
        };
        finding = finding.also(place, label);
    }
    suggest(finding, name, near)
}

pub(crate) fn unknown_given(
    at: Place,
    word: &str,
    name: &str,
    title: &str,
    near: Option<(Near, Option<(Place, String)>)>,
) -> Diagnostic {
    let code = if word == "argument" {
        "unknown-argument"
    } else {
        "unknown-field"
    };
    let title = title.trim_matches('`');
    let message = format!("`{title}` has no {word} `{name}`");
    let finding = Diagnostic::error(code, at, message, "");
    match near {
        Some((near, Some((place, label)))) => suggest(finding.also(place, label), name, Some(near)),
        Some((near, None)) => suggest(finding, name, Some(near)),
        None => finding,
    }
}

/// A value of one shape where another is wanted: it has all that is needed, and more.
pub(crate) fn strays(
    at: Place,
    (text, found): (&str, &str),
    (what, wanted): (&str, &str),
    names: &[Name],
    (needed, is_list): (&[Name], bool),
) -> Diagnostic {
    let names = a_list(names.iter().map(|name| format!("`{name}`")));
    let message = format!("`{text}` has fields that {what} does not know: {names}");
    let label = format!("{found}, {wanted} is wanted");
    let fields: Vec<String> = needed.iter().map(|name| format!("{name}: …")).collect();
    let object = match fields.as_slice() {
        [] => "{ … }".to_owned(),
        fields => format!("{{ {} }}", fields.join(", ")),
    };
    let written = if is_list {
        format!("[{object} for x in {text}]")
    } else {
        object
    };
    Diagnostic::error("unknown-field", at, message, label)
        .help(format!("say which field becomes which: {written}"))
}

/// `{ ...base }` where the object does not know all fields of the base.
pub(crate) fn spread_strays(at: Place, text: &str, title: &str, names: &[Name]) -> Diagnostic {
    let names = a_list(names.iter().map(|name| format!("`{name}`")));
    let title = title.trim_matches('`');
    let message = format!("`{title}` does not know these fields of `{text}`: {names}");
    Diagnostic::error("unknown-field", at, message, "")
        .help("write the fields that are meant: name: …".to_owned())
}

/// The field that has to be there instead of an unknown one.
pub(crate) fn wanted_instead(finding: Diagnostic, wanted: Option<&str>) -> Diagnostic {
    match (&finding.help, wanted) {
        (None, Some(wanted)) => finding.help(format!("{wanted}: …")),
        _ => finding,
    }
}

/// The arguments of a function, when none is near.
pub(crate) fn known_arguments(finding: Diagnostic, names: &[&str]) -> Diagnostic {
    match (&finding.help, names) {
        (Some(_), _) | (_, []) => finding,
        (None, [only]) => finding.help(format!("its argument is {only}")),
        (None, names) => finding.help(format!(
            "its arguments are {}",
            a_list(names.iter().copied())
        )),
    }
}

pub(crate) fn duplicate(at: Place, word: &str, name: &str, first: Place) -> Diagnostic {
    Diagnostic::error(
        "duplicate-field",
        at,
        format!("{word} `{name}` is given twice"),
        "again here",
    )
    .also(first, "first here")
}

pub(crate) fn computed(at: Place, name: &str, title: &str, declared: Option<Place>) -> Diagnostic {
    let finding = Diagnostic::error(
        "computed-field",
        at,
        format!("`{name}` of {title} is computed and cannot be given"),
        "",
    );
    match declared {
        Some(place) => finding.also(place, "computed here"),
        None => finding,
    }
}

pub(crate) fn missing(
    at: Place,
    (word, title): (&str, &str),
    field: &Field,
    (ty, example): (&str, &str),
    settings: &[Name],
) -> Diagnostic {
    let code = if word == "argument" {
        "missing-argument"
    } else {
        "missing-field"
    };
    let name = &field.name;
    let message = match settings.first() {
        Some(setting) => format!(
            "{title} needs the {word} `{name}` here: the account has no `{setting}` to take it from"
        ),
        None => format!("{title} needs the {word} `{name}`"),
    };
    let mut finding = Diagnostic::error(code, at, message, "");
    if let Some(place) = field.place {
        let label = match &field.caption {
            Some(caption) => format!("{ty}: {caption}"),
            None => ty.to_owned(),
        };
        finding = finding.also(place, label);
    }
    finding.help(format!("{name}: {example}"))
}

/// `quantity: omit` of a field that is needed.
pub(crate) fn cannot_omit(at: Place, what: &str) -> Diagnostic {
    Diagnostic::error(
        "missing-field",
        at,
        format!("{what} is needed, so it cannot be left out"),
        "",
    )
}

pub(crate) fn missing_argument(at: Place, title: &str, name: &str) -> Diagnostic {
    Diagnostic::error(
        "missing-argument",
        at,
        format!("`{title}` needs the argument `{name}`"),
        "",
    )
    .help(format!("{name}: …"))
}

pub(crate) fn one_of(at: Place, title: &str, group: &[Name], given: usize) -> Diagnostic {
    let names = a_list(group.iter().map(|name| format!("`{name}`")));
    if given > 0 {
        let message = format!("{title} takes only one of {names}");
        return Diagnostic::error("one-of", at, message, "one too many")
            .help("leave one of them out");
    }
    let message = format!("{title} needs exactly one of {names}");
    let finding = Diagnostic::error("one-of", at, message, "");
    match group.first() {
        Some(first) => finding.help(format!("{first}: …")),
        None => finding,
    }
}

pub(crate) fn spread_of_no_object(at: Place, found: &str) -> Diagnostic {
    Diagnostic::error(
        "not-an-object",
        at,
        format!("`...` takes the fields of an object, but this is {found}"),
        found,
    )
}

pub(crate) fn spread_mismatch(
    at: Place,
    name: &str,
    what: &str,
    found: &str,
    want: &str,
) -> Diagnostic {
    Diagnostic::error(
        "type-mismatch",
        at,
        format!("{what} takes {want}, but `{name}` of what `...` takes over is {found}"),
        "",
    )
    .help(format!("name it yourself, after the `...`: {name}: …"))
}

pub(crate) fn no_fields(at: Place, name: &str, found: &str, ty: &Type) -> Diagnostic {
    if matches!(ty, Type::Json) {
        return Diagnostic::error(
            "untyped-json",
            at,
            format!("nothing is known of the shape here, so `{name}` cannot be read"),
            "",
        )
        .help("give it a type: `as lead: { id: int }` behind the event, or `x as T`");
    }
    let finding = Diagnostic::error(
        "not-an-object",
        at,
        format!("`{name}` cannot be read from {found}"),
        "",
    );
    match (ty, name) {
        (Type::List(_), "length" | "size" | "count" | "len") => finding.help("count(xs)"),
        (Type::List(_), "first") => finding.help("[0]"),
        (Type::List(_), "last") => finding.help("[-1]"),
        // `order.number.length` without the brackets of a call.
        _ if crate::builtins::find(name).is_some() => finding.help(format!(".{name}()")),
        (Type::List(_), _) => finding.help(format!(
            "[0]?.{name} of the first, or [x.{name} for x in …] of all"
        )),
        (Type::Text | Type::Phone | Type::Enum(_), "length" | "size" | "len") => {
            finding.help("length(…)")
        }
        _ => finding,
    }
}

pub(crate) fn no_index(at: Place, found: &str, ty: &Type) -> Diagnostic {
    let finding = Diagnostic::error(
        "not-a-list",
        at,
        format!("an index takes an element of a list, but this is {found}"),
        found,
    );
    match ty {
        Type::Json => finding.help("give it a type first: x as [json]"),
        Type::Object(_) => finding.help("fields of an object are read with a dot"),
        _ => finding,
    }
}
