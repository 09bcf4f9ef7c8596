//! Wire forms of fields: `as hundredths`, `as pattern("%Y-%m-%d")`. One line of [`CODECS`] for each.

use ondo_grammar::ast::{Arg, Name};

use super::errors;
use super::literals::{count_of, text_of};
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Place};
use crate::types::{Codec, Type};

/// A wire form: how it is written, what it fits, how its arguments are read.
struct CodecDef {
    name: &'static str,
    /// As it is written, for messages.
    example: &'static str,
    /// What it is a form of, for messages.
    fits_text: &'static str,
    fits: fn(&Type) -> bool,
    read: fn(&[Arg]) -> Option<Codec>,
}

#[rustfmt::skip]
const CODECS: &[CodecDef] = &[
    CodecDef { name: "string",     example: "string",                  fits_text: "texts, numbers, bools",    fits: is_scalar,  read: |args| plain(args, Codec::Text) },
    CodecDef { name: "hundredths", example: "hundredths",              fits_text: "money and numbers",        fits: is_number,  read: |args| plain(args, Codec::Hundredths) },
    CodecDef { name: "scale",      example: "scale(2)",                fits_text: "money and numbers",        fits: is_number,  read: |args| Some(Codec::Scale(one_count(args)?)) },
    CodecDef { name: "pattern",    example: "pattern(\"%Y-%m-%d\")",   fits_text: "dates and times",          fits: is_moment,  read: pattern },
    CodecDef { name: "epoch_ms",   example: "epoch_ms",                fits_text: "moments (datetime)",       fits: is_instant, read: |args| plain(args, Codec::EpochMs) },
    CodecDef { name: "epoch_s",    example: "epoch_s",                 fits_text: "moments (datetime)",       fits: is_instant, read: |args| plain(args, Codec::EpochS) },
    CodecDef { name: "utc",        example: "utc",                     fits_text: "moments (datetime)",       fits: is_instant, read: |args| plain(args, Codec::Pattern(UTC.into())) },
    CodecDef { name: "words",      example: "words(none: 0, male: 1)", fits_text: "enums",                    fits: is_text,    read: words },
    CodecDef { name: "json",       example: "json",                    fits_text: "anything",                 fits: |_| true,   read: |args| plain(args, Codec::JsonText) },
    CodecDef { name: "keyed",      example: "keyed",                   fits_text: "lists",                    fits: is_list,    read: |args| plain(args, Codec::Keyed) },
    CodecDef { name: "empty_list", example: "empty_list",              fits_text: "objects",                  fits: is_object,  read: |args| plain(args, Codec::EmptyList) },
    CodecDef { name: "padded",     example: "padded(7)",               fits_text: "whole numbers and texts",  fits: is_code,    read: |args| Some(Codec::Padded(one_count(args)?)) },
    CodecDef { name: "brackets",   example: "brackets",                fits_text: "lists and objects",        fits: is_nested,  read: |args| plain(args, Codec::Brackets) },
];

/// The names of all wire forms.
pub fn wire_forms() -> impl Iterator<Item = &'static str> {
    CODECS.iter().map(|def| def.name)
}

/// `as utc`: the natural form of a moment, in a zone of its own as that of a pattern may be.
const UTC: &str = "[UTC]";

/// The wire form with this name, for a field of this type (names resolved, without `?`). What does not fit is reported.
pub(super) fn lower(
    file: FileId,
    name: &Name,
    args: &[Arg],
    ty: &Type,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Codec> {
    let at = Place {
        file,
        span: name.span,
    };
    let Some(def) = CODECS.iter().find(|def| def.name == name.text) else {
        let names: Vec<&str> = CODECS.iter().map(|def| def.name).collect();
        let nearest = errors::nearest(&name.text, names.iter().copied());
        diagnostics.push(errors::unknown_codec(
            at,
            &name.text,
            nearest,
            &names.join(", "),
        ));
        return None;
    };
    if !fits(ty, def.fits) {
        diagnostics.push(errors::codec_misfit(
            at,
            def.name,
            def.fits_text,
            describe(ty),
        ));
        return None;
    }
    let codec = (def.read)(args);
    if codec.is_none() {
        diagnostics.push(errors::codec_arguments(at, def.example));
    }
    codec
}

/// A union fits if one of its parts does, a list if its elements do; what is not known fits.
fn fits(ty: &Type, test: fn(&Type) -> bool) -> bool {
    match ty {
        Type::Unknown | Type::Named(_) | Type::Json => true,
        Type::Nullable(inner) => fits(inner, test),
        Type::Union(parts) => parts.iter().any(|part| fits(part, test)),
        Type::List(item) => test(ty) || fits(item, test),
        other => test(other),
    }
}

fn plain(args: &[Arg], codec: Codec) -> Option<Codec> {
    args.is_empty().then_some(codec)
}

fn one_count(args: &[Arg]) -> Option<u32> {
    match args {
        [Arg { name: None, value }] => count_of(value)?.try_into().ok(),
        _ => None,
    }
}

fn one_text(args: &[Arg]) -> Option<String> {
    match args {
        [Arg { name: None, value }] => text_of(value),
        _ => None,
    }
}

/// `pattern("%Y-%m-%d")`, or `pattern("%Y-%m-%d %H:%M", "UTC")` of moments that are not the account's own time.
fn pattern(args: &[Arg]) -> Option<Codec> {
    let [text, zone] = args else {
        return Some(Codec::Pattern(one_text(args)?.into()));
    };
    let zone = one_text(std::slice::from_ref(zone))?;
    jiff::tz::TimeZone::get(&zone).ok()?;
    let text = one_text(std::slice::from_ref(text))?;
    Some(Codec::Pattern(format!("[{zone}]{text}").into()))
}

fn words(args: &[Arg]) -> Option<Codec> {
    let pairs = args.iter().map(|arg| {
        let number = i64::try_from(count_of(&arg.value)?).ok()?;
        Some((number, arg.name.as_ref()?.text.as_str().into()))
    });
    let pairs = pairs.collect::<Option<Vec<_>>>()?;
    (!pairs.is_empty()).then_some(Codec::Words(pairs))
}

fn is_scalar(ty: &Type) -> bool {
    is_number(ty) || matches!(ty, Type::Text | Type::Bool | Type::Enum(_))
}

fn is_number(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Int | Type::Decimal | Type::Percent | Type::Money(_)
    )
}

fn is_code(ty: &Type) -> bool {
    matches!(ty, Type::Int | Type::Text)
}

fn is_moment(ty: &Type) -> bool {
    matches!(ty, Type::Date | Type::Time | Type::DateTime)
}

fn is_instant(ty: &Type) -> bool {
    matches!(ty, Type::DateTime)
}

fn is_text(ty: &Type) -> bool {
    matches!(ty, Type::Enum(_) | Type::Text)
}

fn is_list(ty: &Type) -> bool {
    matches!(ty, Type::List(_))
}

fn is_object(ty: &Type) -> bool {
    matches!(ty, Type::Object(_) | Type::Map(_))
}

fn is_nested(ty: &Type) -> bool {
    is_list(ty) || is_object(ty)
}

/// A type in the words of a message.
fn describe(ty: &Type) -> &'static str {
    match ty.non_null() {
        Type::Bool => "a bool",
        Type::Int => "an int",
        Type::Decimal => "a decimal",
        Type::Percent => "a percent",
        Type::Money(_) => "money",
        Type::Text => "text",
        Type::Phone => "a phone",
        Type::Date => "a date",
        Type::Time => "a time of day",
        Type::DateTime => "a moment",
        Type::Duration => "a duration",
        Type::Bytes => "bytes",
        Type::Secret => "a secret",
        Type::Enum(_) => "one of some words",
        Type::List(_) => "a list",
        Type::Map(_) | Type::Object(_) => "an object",
        _ => "something else",
    }
}
