//! Texts and numbers: which type a format means, and what a value must meet.

use rust_decimal::Decimal;

use super::{Facts, gather::Gathered};
use crate::import::captions::cleaned;
use crate::import::shapes::Shape;
use crate::import::tree::{Kind, Node};
use crate::import::write::quoted;

/// Longest regular expression that is carried over.
const PATTERN_BYTES_MAX: usize = 500;

/// Stands for the value in a condition. No name and no pattern has it.
pub(in crate::import) const VALUE: char = '\u{1}';

/// Longest default that is shown.
const DEFAULT_CHARS_MAX: usize = 80;

pub(super) fn is_limit(name: &str) -> bool {
    matches!(
        name,
        "minimum"
            | "maximum"
            | "exclusiveMinimum"
            | "exclusiveMaximum"
            | "multipleOf"
            | "minLength"
            | "maxLength"
            | "pattern"
            | "minItems"
            | "maxItems"
            | "uniqueItems"
    )
}

/// The type of a text or a number.
pub(super) fn scalar(ty: &str, gathered: &Gathered<'_>) -> Facts {
    let format = gathered.format.unwrap_or("");
    let word = |word| Facts::of(Shape::Word(word));
    let as_text = |word| Facts {
        codec: Some("string"),
        ..Facts::of(Shape::Word(word))
    };
    match (ty, format) {
        ("integer", _) | ("number", "int32" | "int64" | "integer") => word("int"),
        ("number", _) => word("decimal"),
        ("string", "date") => word("date"),
        ("string", "date-time") => word("datetime"),
        ("string", "int32" | "int64") => as_text("int"),
        ("string", "decimal") => as_text("decimal"),
        ("string", "uri" | "url") => word("url"),
        ("string", "email" | "idn-email" | "phone" | "tel") => Facts {
            personal: true,
            ..word("string")
        },
        ("string", _) => word("string"),
        ("boolean", _) => word("bool"),
        _ => Facts::of(Shape::Json),
    }
}

/// Conditions on a value, and what could not be made one.
pub(super) fn of(
    ty: &str,
    shape: &Shape,
    gathered: &Gathered<'_>,
    conditions: &mut Vec<String>,
) -> Vec<String> {
    let mut lost = Vec::new();
    let exclusive = |word: &str| {
        gathered
            .limits
            .iter()
            .any(|(name, node)| *name == word && node.is_true())
    };
    for (name, node) in &gathered.limits {
        let number = node.number();
        let limit = match (*name, ty, number) {
            ("minimum", "integer" | "number", Some(number)) => {
                let sign = if exclusive("exclusiveMinimum") {
                    ">"
                } else {
                    ">="
                };
                bound(sign, number)
            }
            ("maximum", "integer" | "number", Some(number)) => {
                let sign = if exclusive("exclusiveMaximum") {
                    "<"
                } else {
                    "<="
                };
                bound(sign, number)
            }
            ("exclusiveMinimum", "integer" | "number", Some(number)) => bound(">", number),
            ("exclusiveMaximum", "integer" | "number", Some(number)) => bound("<", number),
            ("minLength" | "maxLength" | "pattern", "string", _)
                if *shape != Shape::Word("string") =>
            {
                Limit::Silent
            }
            ("minLength", "string", Some("0")) | ("minItems", "array", Some("0")) => Limit::Silent,
            ("minLength", "string", Some(count)) => counted("length(@) >=", count),
            ("maxLength", "string", Some(count)) => counted("length(@) <=", count),
            ("minItems", "array", Some(count)) => counted("count(@) >=", count),
            ("maxItems", "array", Some(count)) => counted("count(@) <=", count),
            ("pattern", "string", _) => pattern(node),
            ("uniqueItems", "array", _) if node.is_true() => {
                condition("count(unique(@)) == count(@)")
            }
            ("multipleOf", "integer" | "number", Some("1")) => Limit::Silent,
            ("multipleOf", "integer" | "number", Some(number)) => multiple(number),
            _ => Limit::Silent,
        };
        match limit {
            Limit::Condition(text) if !conditions.contains(&text) => conditions.push(text),
            Limit::Lost(what) => lost.push(what),
            Limit::Condition(_) | Limit::Silent => {}
        }
    }
    lost
}

enum Limit {
    Condition(String),
    Lost(String),
    /// Says nothing that is not known.
    Silent,
}

/// `@` is the value.
fn condition(text: &str) -> Limit {
    Limit::Condition(text.replace('@', &VALUE.to_string()))
}

fn multiple(number: &str) -> Limit {
    match Decimal::from_str_exact(number) {
        Ok(value) if value > Decimal::ZERO => {
            condition(&format!("mod(@, {}) == 0", value.normalize()))
        }
        _ => Limit::Lost(format!("that it is a multiple of {number}")),
    }
}

/// A condition on every element of a list.
pub(super) fn of_each(conditions: &[String]) -> String {
    let each: Vec<String> = conditions
        .iter()
        .map(|text| text.replace(VALUE, "one"))
        .collect();
    format!("all({} for one in {VALUE})", each.join(" and "))
}

fn bound(sign: &str, number: &str) -> Limit {
    let value = Decimal::from_str_exact(number).or_else(|_| Decimal::from_scientific(number));
    match value {
        // The ends of 32 and 64 bits are what every number meets.
        Ok(value) if value.abs() >= Decimal::from(i32::MAX) => Limit::Silent,
        Ok(value) => condition(&format!("@ {sign} {}", value.normalize())),
        Err(_) => Limit::Silent,
    }
}

fn counted(condition: &str, count: &str) -> Limit {
    match count.parse::<u32>() {
        Ok(count) if count < u32::from(u16::MAX) * 1_000 => {
            self::condition(&format!("{condition} {count}"))
        }
        _ => Limit::Silent,
    }
}

/// A pattern of ECMA that means the same here. What looks around or back is not carried over.
fn pattern(node: &Node) -> Limit {
    let lost = || Limit::Lost("a pattern that looks around or cannot be read".to_owned());
    let Kind::Text(text) = &node.kind else {
        return lost();
    };
    // A raw text holds no quote and no line end.
    let written = text
        .replace('\'', "\\x27")
        .replace('\n', "\\n")
        .replace('\r', "\\r");
    let is_too_long = written.len() > PATTERN_BYTES_MAX || written.chars().any(char::is_control);
    if is_too_long
        || regex::RegexBuilder::new(&written)
            .size_limit(1 << 20)
            .build()
            .is_err()
    {
        return lost();
    }
    Limit::Condition(format!("{VALUE} matches r'{written}'"))
}

/// Remarks that stay remarks: defaults, what is going away, a format that is only a word.
pub(super) fn remarks(node: &Node, notes: &mut Vec<String>) {
    if node.flag("deprecated") {
        notes.push("Deprecated.".to_owned());
    }
    if let Some(default) = node.get("default")
        && let Some(text) = shown(default)
    {
        notes.push(format!("Without it: {text}."));
    }
}

fn shown(node: &Node) -> Option<String> {
    let text = match &node.kind {
        Kind::Bool(value) => value.to_string(),
        Kind::Number(text) => text.clone(),
        Kind::Text(text) => quoted(&cleaned(text)),
        Kind::List(items) if items.is_empty() => "[]".to_owned(),
        _ => return None,
    };
    (text.chars().count() <= DEFAULT_CHARS_MAX).then_some(text)
}
