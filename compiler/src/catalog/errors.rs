//! Wording of what can be wrong in a connector definition or a type.

use crate::diagnostic::Diagnostic;
use crate::source::Place;

/// The candidate that a mistyped name most likely means: the same letters in other case, or one or two slips.
pub(super) fn nearest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let slips_max = match name.chars().count() {
        0..=3 => 1,
        4..=8 => 2,
        _ => 3,
    };
    let lower = name.to_lowercase();
    candidates
        .into_iter()
        .filter(|candidate| *candidate != name)
        .map(|candidate| {
            (
                strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(slips, _)| *slips <= slips_max && *slips < name.chars().count())
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, candidate)| candidate)
}

fn help_nearest(diagnostic: Diagnostic, nearest: Option<&str>) -> Diagnostic {
    match nearest {
        Some(name) => diagnostic.help(name).fix(name),
        None => diagnostic,
    }
}

/// How types are called elsewhere, and here.
const FOREIGN_TYPES: &[(&[&str], &str)] = &[
    (&["text", "str", "String", "uuid", "guid"], "string"),
    (
        &["number", "float", "double", "numeric", "real"],
        "decimal, or int for whole numbers",
    ),
    (&["integer", "Int", "long", "int64"], "int"),
    (&["boolean", "Boolean"], "bool"),
    (&["timestamp", "DateTime", "dateTime"], "datetime"),
    (
        &["array", "list", "Array", "List"],
        "[string], with the type of the elements",
    ),
    (
        &["object", "dict", "map", "Object"],
        "{ id: int, name: string }, with the fields",
    ),
    (&["any", "unknown", "mixed"], "json"),
    (&["currency", "price", "amount"], "money"),
];

pub(super) fn unknown_type(at: Place, name: &str, nearest: Option<&str>) -> Diagnostic {
    let message = format!("there is no type `{name}`");
    if let Some((_, here)) = FOREIGN_TYPES
        .iter()
        .find(|(words, _)| words.contains(&name))
    {
        return Diagnostic::error("unknown-type", at, message, "").help(*here);
    }
    help_nearest(Diagnostic::error("unknown-type", at, message, ""), nearest)
}

/// `headers { ApiKey: apiKey }`
pub(super) fn value_as_type(at: Place, name: &str) -> Diagnostic {
    let message = format!("`{name}` is a value, and a type is wanted after `:`");
    Diagnostic::error("unknown-type", at, message, "").help(format!("= {name}"))
}

/// `request GET "/orders/{id}"` without an argument `id`.
pub(super) fn unknown_in_path(at: Place, name: &str, nearest: Option<&str>) -> Diagnostic {
    let message = format!("`{{{name}}}` in the path is no argument of this action");
    let found = Diagnostic::error("unknown-name", at, message, "");
    match nearest {
        Some(name) => found.help(name).fix(name),
        None => found.help(format!("path {{ {name}: string }}")),
    }
}

pub(super) fn type_cycle(at: Place, name: &str) -> Diagnostic {
    Diagnostic::error(
        "type-cycle",
        at,
        format!("type `{name}` stands for itself"),
        "to hold others of its kind, it needs a field for them",
    )
}

pub(super) fn spread_of_no_object(at: Place) -> Diagnostic {
    Diagnostic::error(
        "not-an-object",
        at,
        "`...` takes the fields of an object type, but this is not one",
        "",
    )
}

pub(super) fn duplicate(at: Place, first: Option<Place>, what: &str, name: &str) -> Diagnostic {
    let found = Diagnostic::error(
        "duplicate-name",
        at,
        format!("{what} `{name}` is there twice"),
        "again here",
    );
    match first {
        Some(first) => found.also(first, "first here"),
        None => found,
    }
}

pub(super) fn unknown_codec(at: Place, name: &str, nearest: Option<&str>, all: &str) -> Diagnostic {
    let message = format!("there is no wire form `as {name}`");
    let found = Diagnostic::error("unknown-wire-form", at, message, "");
    match nearest {
        Some(name) => found.help(format!("as {name}")),
        None => found.help(format!("one of {all}")),
    }
}

pub(super) fn codec_arguments(at: Place, example: &str) -> Diagnostic {
    Diagnostic::error(
        "wire-form-arguments",
        at,
        format!("this wire form is written `as {example}`"),
        "",
    )
}

pub(super) fn codec_misfit(at: Place, codec: &str, fits: &str, found: &str) -> Diagnostic {
    Diagnostic::error(
        "wire-form-misfit",
        at,
        format!("`as {codec}` is a form of {fits}, but this field is {found}"),
        "",
    )
}

pub(super) fn unknown_name(at: Place, name: &str, nearest: Option<&str>) -> Diagnostic {
    let message = format!("`{name}` is no setting, argument or field that can be used here");
    help_nearest(Diagnostic::error("unknown-name", at, message, ""), nearest)
}

pub(super) fn unknown_function(at: Place, name: &str, nearest: Option<&str>) -> Diagnostic {
    help_nearest(
        Diagnostic::error(
            "unknown-function",
            at,
            format!("there is no function `{name}`"),
            "",
        ),
        nearest,
    )
}

pub(super) fn argument_count(at: Place, signature: &str) -> Diagnostic {
    Diagnostic::error(
        "wrong-arguments",
        at,
        format!("this function is `{signature}`"),
        "",
    )
}

/// Something that an expression of a definition cannot say.
pub(super) fn no_place_here(at: Place, what: &str) -> Diagnostic {
    Diagnostic::error(
        "not-in-definitions",
        at,
        format!("{what} has no place in a connector definition"),
        "",
    )
}

/// A regular expression or number that cannot be read.
pub(super) fn unreadable(at: Place, what: &str, why: &str) -> Diagnostic {
    Diagnostic::error(
        "unreadable-literal",
        at,
        format!("this is no {what}: {why}"),
        "",
    )
}

pub(super) fn only_in_definitions(at: Place, what: &str) -> Diagnostic {
    Diagnostic::error(
        "only-in-definitions",
        at,
        format!("{what} can be said of fields of a connector only"),
        "",
    )
}

/// A word out of a fixed list.
pub(super) fn unknown_word(at: Place, what: &str, word: &str, words: &[&str]) -> Diagnostic {
    let found = Diagnostic::error("unknown-word", at, format!("`{word}` is no {what}"), "");
    match nearest(word, words.iter().copied()) {
        Some(word) => found.help(word).fix(word),
        None => found.help(format!("one of {}", words.join(", "))),
    }
}

/// A definition that refers to another one of the same connector.
pub(super) fn unknown_part(at: Place, what: &str, name: &str, nearest: Option<&str>) -> Diagnostic {
    let message = format!("this connector has no {what} `{name}`");
    help_nearest(
        Diagnostic::error("unknown-definition", at, message, ""),
        nearest,
    )
}

pub(super) fn unknown_argument(
    at: Place,
    action: &str,
    name: &str,
    nearest: Option<&str>,
) -> Diagnostic {
    let message = format!("action `{action}` has no argument `{name}`");
    let found = Diagnostic::error("unknown-argument", at, message, "");
    match nearest {
        Some(name) => found.help(name),
        None => found,
    }
}

/// `read getOrders() -> ordrs`
pub(super) fn no_part_of_answer(
    at: Place,
    action: &str,
    name: &str,
    nearest: Option<&str>,
) -> Diagnostic {
    let message = format!("what `{action}` answers has no `{name}`");
    let found = Diagnostic::error("unknown-definition", at, message, "");
    match nearest {
        Some(name) => found.help(format!("-> {name}")),
        None => found,
    }
}

/// A part of a definition that is missing or does not fit: the sentence says what was wanted.
pub(super) fn definition(at: Place, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error("definition", at, message, "")
}
