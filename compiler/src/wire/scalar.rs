//! Single values: numbers, texts, dates, enums, in the wire forms that connectors name.

use super::decode::Reader;
use super::json::{Kind, Node};
use super::path::{Path, failure, shape, shown};
use super::times;
use crate::eval::Failure;
use crate::types::{Codec, EnumType, EnumValue, Name, Type};
use crate::value::{Money, Num, NumError, Secret, Value};

/// Reads a single value.
pub(crate) fn read(
    reader: &Reader<'_>,
    ty: &Type,
    codec: Option<&Codec>,
    node: &Node<'_>,
    parent: Option<&Node<'_>>,
    path: &Path<'_>,
) -> Result<Value, Failure> {
    let wrong = |found: &str| Err(shape(path, found, &reader.describe(ty)));
    let unlike = || {
        let found = format!("{} that is not one", node.describe());
        Err(shape(path, &found, &reader.describe(ty)))
    };
    let pattern = match codec {
        Some(Codec::Pattern(pattern)) => Some(pattern),
        _ => None,
    };
    match (ty, &node.kind) {
        (Type::Enum(known), _) => read_enum(known, codec, node, path),
        (Type::Bool, Kind::Bool(bool)) => Ok(Value::Bool(*bool)),
        (Type::Bool, Kind::Text(text)) => match text.as_ref() {
            "true" | "1" => Ok(Value::Bool(true)),
            "false" | "0" => Ok(Value::Bool(false)),
            _ => unlike(),
        },
        (
            Type::Int | Type::Decimal | Type::Percent | Type::Money(_),
            Kind::Number(text) | Kind::Text(text),
        ) => {
            let number = match read_number(text, codec) {
                Ok(number) => number,
                Err(NumError::NotANumber) => return unlike(),
                Err(_) => return wrong("a number of more than 28 digits"),
            };
            match ty {
                Type::Int => match number.to_i64() {
                    Some(int) => Ok(Value::Int(int)),
                    None => wrong("a number that is not whole or too large"),
                },
                Type::Money(currency) => Ok(Value::Money(Money {
                    amount: number,
                    currency: reader.currency_of(currency, parent),
                })),
                _ => Ok(Value::Num(number)),
            }
        }
        // `string as padded(7)`: a number on the wire whose leading zeros mean something.
        (Type::Text, Kind::Number(text)) if matches!(codec, Some(Codec::Padded(_))) => {
            let width = match codec {
                Some(Codec::Padded(width)) => *width as usize,
                _ => 0,
            };
            match Num::parse(text)
                .ok()
                .filter(|num| num.is_whole() && !num.is_negative())
            {
                Some(number) => Ok(Value::text(format!("{:0>width$}", number.to_string()))),
                None => wrong("a number that is not whole"),
            }
        }
        // Some vendors write ids now as numbers, now as texts.
        (Type::Text, Kind::Number(text)) if codec == Some(&Codec::Text) => {
            Ok(Value::text(text.as_ref()))
        }
        (Type::Text | Type::Phone, Kind::Text(text)) => Ok(Value::text(text.as_ref())),
        (Type::Secret, Kind::Text(text)) => Ok(Value::Secret(Secret::new(text.as_ref()))),
        (Type::Bytes, Kind::Text(text)) => Ok(Value::Bytes(text.as_bytes().into())),
        (Type::Date, Kind::Text(text)) => {
            times::read_date(text, pattern).map_or_else(unlike, |date| Ok(Value::Date(date)))
        }
        (Type::Time, Kind::Text(text)) => {
            times::read_time(text, pattern).map_or_else(unlike, |time| Ok(Value::Time(time)))
        }
        (Type::DateTime, Kind::Number(text) | Kind::Text(text)) => {
            let per_second = match codec {
                Some(Codec::EpochMs) => Some(1000),
                Some(Codec::EpochS) => Some(1),
                _ => None,
            };
            let moment = match (per_second, &node.kind) {
                (Some(per_second), _) => Num::parse(text)
                    .ok()
                    .and_then(|number| times::read_epoch(number, per_second, &reader.zone)),
                (None, Kind::Text(text)) => times::read_moment(text, pattern, &reader.zone),
                (None, _) => return wrong("a number"),
            };
            moment.map_or_else(unlike, |moment| Ok(Value::DateTime(moment)))
        }
        (Type::Duration, Kind::Text(text)) => {
            times::read_duration(text).map_or_else(unlike, |span| Ok(Value::Duration(span)))
        }
        _ => wrong(node.describe()),
    }
}

fn read_number(text: &str, codec: Option<&Codec>) -> Result<Num, NumError> {
    // `as padded(7)`: zeros before the number mean nothing.
    let text = match codec {
        Some(Codec::Padded(_)) => match text.trim_start_matches('0') {
            "" if !text.is_empty() => "0",
            rest => rest,
        },
        _ => text,
    };
    let number = Num::parse(text)?;
    match codec {
        Some(Codec::Hundredths) => number.div(Num::from_i64(100)),
        _ => Ok(number),
    }
}

fn read_enum(
    known: &EnumType,
    codec: Option<&Codec>,
    node: &Node<'_>,
    path: &Path<'_>,
) -> Result<Value, Failure> {
    let has_text = |text: &str| {
        let values = &mut known.values.iter();
        values.any(|value| matches!(value, EnumValue::Text(name) if &**name == text))
    };
    let has_int = |int: i64| known.values.contains(&EnumValue::Int(int));
    let value = match (&node.kind, codec) {
        (Kind::Number(text), Some(Codec::Words(words))) => {
            let int = Num::parse(text).ok().and_then(Num::to_i64);
            words
                .iter()
                .find(|(number, _)| Some(*number) == int)
                .map(|(_, word)| Value::Text(word.clone()))
        }
        (Kind::Number(text), _) => Num::parse(text)
            .ok()
            .and_then(Num::to_i64)
            .filter(|int| has_int(*int))
            .map(Value::Int),
        (Kind::Text(text), _) if has_text(text) => Some(Value::text(text.as_ref())),
        (Kind::Text(text), _) => Num::parse(text)
            .ok()
            .and_then(Num::to_i64)
            .filter(|int| has_int(*int))
            .map(Value::Int)
            .or_else(|| match text.as_ref() {
                "true" if known.values.contains(&EnumValue::Bool(true)) => Some(Value::Bool(true)),
                "false" if known.values.contains(&EnumValue::Bool(false)) => {
                    Some(Value::Bool(false))
                }
                _ => None,
            }),
        (Kind::Bool(bool), _) if known.values.contains(&EnumValue::Bool(*bool)) => {
            Some(Value::Bool(*bool))
        }
        _ => None,
    };
    value.ok_or_else(|| {
        let found = format!("{} that is not among the known values", node.describe());
        shape(path, &found, &describe_enum(known))
    })
}

/// `"new", "closed" or 2`, at most five of them.
pub(crate) fn describe_enum(known: &EnumType) -> String {
    let shown: Vec<String> = known.values.iter().take(5).map(enum_value_text).collect();
    let rest = if known.values.len() > 5 { ", …" } else { "" };
    match shown.as_slice() {
        [one] => one.clone(),
        _ => format!("one of {}{rest}", shown.join(", ")),
    }
}

fn enum_value_text(value: &EnumValue) -> String {
    match value {
        EnumValue::Text(text) => format!("\"{text}\""),
        EnumValue::Int(int) => int.to_string(),
        EnumValue::Bool(bool) => bool.to_string(),
    }
}

/// An empty text is no value of this type.
pub(crate) fn is_never_empty(ty: &Type) -> bool {
    !matches!(
        ty,
        Type::Text
            | Type::Phone
            | Type::Secret
            | Type::Bytes
            | Type::Json
            | Type::Unknown
            | Type::Enum(_)
    )
}

/// A single value as JSON writes it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Written {
    /// Without quotes: a number, `true`, `null`.
    Bare(String),
    /// In quotes.
    Quoted(String),
    /// In quotes, never shown.
    Secret(Secret),
}

/// Writes a single value. `None`: this value is not single (a list, an object, JSON).
pub(crate) fn write(
    ty: &Type,
    codecs: &[Codec],
    value: &Value,
    zone: Option<&jiff::tz::TimeZone>,
    path: &Path<'_>,
) -> Result<Option<Written>, Failure> {
    let in_quotes = codecs.contains(&Codec::Text);
    let number = |number: Num| -> Result<Option<Written>, Failure> {
        let text = write_number(number, codecs, path)?;
        let padded = codecs.iter().any(|codec| matches!(codec, Codec::Padded(_)));
        Ok(Some(if in_quotes || padded {
            Written::Quoted(text)
        } else {
            Written::Bare(text)
        }))
    };
    let pattern = codecs.iter().find_map(|codec| match codec {
        Codec::Pattern(pattern) => Some(pattern),
        _ => None,
    });
    let unwritable = || {
        failure(
            "unwritable",
            format!(
                "{} cannot be written in the form that the connector names",
                shown(path)
            ),
        )
    };
    Ok(Some(match value {
        Value::Absent | Value::Null => Written::Bare("null".to_owned()),
        Value::Bool(bool) if in_quotes => Written::Quoted(bool.to_string()),
        Value::Bool(bool) => Written::Bare(bool.to_string()),
        Value::Int(int) => return number(Num::from_i64(*int)),
        Value::Num(num) => return number(*num),
        Value::Money(money) => return number(money.amount),
        Value::Text(text) => write_text(ty, text, codecs, path)?,
        Value::Date(date) => {
            Written::Quoted(times::write_date(*date, pattern).ok_or_else(unwritable)?)
        }
        Value::Time(time) => {
            Written::Quoted(times::write_time(*time, pattern).ok_or_else(unwritable)?)
        }
        Value::DateTime(moment) => {
            let milliseconds = moment.timestamp().as_millisecond();
            if codecs.contains(&Codec::EpochMs) {
                return number(Num::from_i64(milliseconds));
            }
            if codecs.contains(&Codec::EpochS) {
                return number(Num::from_i64(moment.timestamp().as_second()));
            }
            Written::Quoted(
                times::write_moment(moment, pattern, zone.unwrap_or(moment.time_zone()))
                    .ok_or_else(unwritable)?,
            )
        }
        Value::Duration(span) => Written::Quoted(span.to_string()),
        Value::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Written::Quoted(text.to_owned()),
            Err(_) => {
                return Err(failure(
                    "not-utf8",
                    format!(
                        "{} holds bytes that are not text: write base64(…)",
                        shown(path)
                    ),
                ));
            }
        },
        Value::Secret(secret) => Written::Secret(secret.clone()),
        Value::Account(_) => return Err(wrong_value(path, "an account", "a value")),
        Value::List(_) | Value::Object(_) | Value::Json(_) => return Ok(None),
    }))
}

/// The exact digits, without zeros at the end unless the connector wants them.
fn write_number(number: Num, codecs: &[Codec], path: &Path<'_>) -> Result<String, Failure> {
    for codec in codecs {
        match codec {
            Codec::Hundredths => {
                let hundredths = number
                    .mul(Num::from_i64(100))
                    .ok()
                    .filter(|num| num.is_whole());
                return hundredths.map(|num| num.to_string()).ok_or_else(|| {
                    failure(
                        "inexact",
                        format!(
                            "{} has more than two digits behind the point: round(…, 2)",
                            shown(path)
                        ),
                    )
                });
            }
            Codec::Scale(scale) => {
                if number.scale() > *scale {
                    return Err(failure(
                        "inexact",
                        format!(
                            "{} has more than {scale} digits behind the point: round(…, {scale})",
                            shown(path)
                        ),
                    ));
                }
                return Ok(number.text_with_scale(*scale));
            }
            Codec::Padded(width) => {
                let text = number.to_string();
                let width = *width as usize;
                if number.is_negative() || !number.is_whole() || text.len() > width {
                    return Err(failure(
                        "inexact",
                        format!("{} does not fit {width} digits", shown(path)),
                    ));
                }
                return Ok(format!("{text:0>width$}"));
            }
            _ => {}
        }
    }
    Ok(number.to_string())
}

fn write_text(
    ty: &Type,
    text: &Name,
    codecs: &[Codec],
    path: &Path<'_>,
) -> Result<Written, Failure> {
    if let Type::Enum(known) = ty {
        let has = known
            .values
            .iter()
            .any(|value| matches!(value, EnumValue::Text(name) if name == text));
        if !has {
            return Err(wrong_value(path, "another text", &describe_enum(known)));
        }
        let words = codecs.iter().find_map(|codec| match codec {
            Codec::Words(words) => Some(words),
            _ => None,
        });
        if let Some(words) = words {
            return match words.iter().find(|(_, word)| word == text) {
                Some((number, _)) => Ok(Written::Bare(number.to_string())),
                None => Err(wrong_value(path, "another text", &describe_enum(known))),
            };
        }
    }
    if codecs.iter().any(|codec| matches!(codec, Codec::Padded(_))) {
        let number = Num::parse(text.trim_start_matches('0')).unwrap_or(Num::ZERO);
        return Ok(Written::Bare(number.to_string()));
    }
    Ok(Written::Quoted(text.to_string()))
}

/// A value that does not fit the type it is written as.
pub(crate) fn wrong_value(path: &Path<'_>, found: &str, wanted: &str) -> Failure {
    failure(
        "wrong-value",
        format!("{} is {found}, wanted {wanted}", shown(path)),
    )
}
