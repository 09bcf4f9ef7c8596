//! Types in the words of the author.

use super::cx::Cx;
use crate::types::{Currency, EnumType, EnumValue, Type};

/// `text`, `money in RUB`, `a list of retailcrm.OrderItem`, `text or null`.
pub(crate) fn describe(ty: &Type) -> String {
    match ty {
        Type::Unknown => "something unknown".to_owned(),
        Type::Never => "a failure".to_owned(),
        Type::Null => "null".to_owned(),
        Type::Bool => "true or false".to_owned(),
        Type::Int => "a whole number".to_owned(),
        Type::Decimal => "a decimal number".to_owned(),
        Type::Percent => "a percentage".to_owned(),
        Type::Money(Currency::Named(code)) => format!("money in {code}"),
        Type::Money(_) => "money".to_owned(),
        Type::Text => "text".to_owned(),
        Type::Phone => "a phone number".to_owned(),
        Type::Date => "a date".to_owned(),
        Type::Time => "a time of day".to_owned(),
        Type::DateTime => "a date and time".to_owned(),
        Type::Duration => "a duration".to_owned(),
        Type::Json => "json of unknown shape".to_owned(),
        Type::Bytes => "raw bytes".to_owned(),
        Type::Secret => "a secret".to_owned(),
        Type::Enum(values) => describe_enum(values),
        Type::Nullable(inner) => format!("{} or null", describe(inner)),
        Type::List(item) => match &**item {
            Type::Unknown | Type::Never => "an empty list".to_owned(),
            item => format!("a list of {}", without_article(&describe(item))),
        },
        Type::Map(item) => format!("an object of {}", without_article(&describe(item))),
        Type::Object(object) => {
            let names: Vec<&str> = object.fields.iter().take(3).map(|f| &*f.name).collect();
            let more = if object.fields.len() > 3 { ", …" } else { "" };
            format!("an object {{ {}{more} }}", names.join(", "))
        }
        Type::Named(name) => name.to_string(),
        Type::Union(variants) => {
            let variants: Vec<String> = variants.iter().map(describe).collect();
            variants.join(" or ")
        }
        Type::Account(connector) => format!("an account of {connector}"),
    }
}

fn describe_enum(values: &EnumType) -> String {
    if let Some(name) = &values.name {
        return name.to_string();
    }
    match values.values.as_slice() {
        // What an author writes has such a type, too: there the kind says more than the value.
        [EnumValue::Text(_)] => "text".to_owned(),
        [EnumValue::Int(_)] => "a whole number".to_owned(),
        values => format!("one of {}", list_values(values)),
    }
}

/// `"new"`, `1`
pub(super) fn value(value: &EnumValue) -> String {
    match value {
        EnumValue::Text(text) => format!("\"{text}\""),
        EnumValue::Int(number) => number.to_string(),
        EnumValue::Bool(value) => value.to_string(),
    }
}

/// `"new", "paid", … (12 in all)`
pub(super) fn list_values(values: &[EnumValue]) -> String {
    const SHOWN_MAX: usize = 8;
    let shown: Vec<String> = values.iter().take(SHOWN_MAX).map(value).collect();
    let shown = shown.join(", ");
    if values.len() > SHOWN_MAX {
        format!("{shown}, … ({} in all)", values.len())
    } else {
        shown
    }
}

fn without_article(text: &str) -> &str {
    text.strip_prefix("a ")
        .or_else(|| text.strip_prefix("an "))
        .unwrap_or(text)
}

impl Cx<'_> {
    /// A type in the author's words; a name that stands for something simple is explained.
    pub(super) fn describe(&self, ty: &Type) -> String {
        describe(ty)
    }
}
