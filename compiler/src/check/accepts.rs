//! What built-in functions of any type really take: `max` needs values with an order, `year` a day.

use super::relation::text_like;
use crate::types::{EnumValue, Type};

/// What the function wants, if a value of this type is nothing for it.
pub(super) fn refuses(builtin: &str, ty: &Type) -> Option<&'static str> {
    let text = text_like(ty);
    let number = matches!(ty, Type::Int | Type::Decimal | Type::Percent) || is_number(ty);
    let data = matches!(ty, Type::Json | Type::Unknown | Type::Never);
    let (fine, wanted) = match builtin {
        "max" | "min" | "sort" | "clamp" | "greatest" | "least" => {
            (has_order(ty), "values with an order")
        }
        "int" | "decimal" => (text || number, "a number or text"),
        "bool" => (text || number || *ty == Type::Bool, "text"),
        "form_encode" => (matches!(ty, Type::Object(_) | Type::Map(_)), "an object"),
        "money" => (
            text || number || matches!(ty, Type::Money(_)),
            "a number or text",
        ),
        "string" | "join" => (has_text(ty), "something with a text of its own"),
        "date" | "datetime" => (
            text || matches!(ty, Type::Date | Type::DateTime),
            "text or a date",
        ),
        "time" => (
            text || matches!(ty, Type::Time | Type::DateTime),
            "text or a time",
        ),
        "format" => (
            matches!(ty, Type::Date | Type::Time | Type::DateTime),
            "a date or time",
        ),
        "hour" | "minute" | "second" => (matches!(ty, Type::Time | Type::DateTime), "a time"),
        "year" | "month" | "day" | "weekday" | "add_months" | "add_days" | "start_of_week"
        | "start_of_month" | "start_of_year" | "days_between" | "months_between"
        | "years_between" => (matches!(ty, Type::Date | Type::DateTime), "a date"),
        _ => return None,
    };
    (!fine && !data).then_some(wanted)
}

/// The function does not take every value: data that is only known at run time may be refused.
pub(super) fn is_choosy(builtin: &str) -> bool {
    refuses(builtin, &Type::Secret).is_some()
}

/// The same for the key that a loop says of its elements.
pub(super) fn refuses_key(builtin: &str, ty: &Type) -> Option<&'static str> {
    let data = matches!(ty, Type::Json | Type::Unknown | Type::Never);
    let (fine, wanted) = match builtin {
        "sort_by" | "min_by" | "max_by" => (has_order(ty), "values with an order"),
        "index_by" => (
            text_like(ty) || *ty == Type::Int || is_number(ty),
            "text or an int",
        ),
        _ => return None,
    };
    (!fine && !data).then_some(wanted)
}

fn is_number(ty: &Type) -> bool {
    match ty {
        Type::Enum(members) => members
            .values
            .iter()
            .all(|value| matches!(value, EnumValue::Int(_))),
        _ => false,
    }
}

/// Whether one value of the type can be less than another.
pub(super) fn has_order(ty: &Type) -> bool {
    match ty {
        Type::Int
        | Type::Decimal
        | Type::Percent
        | Type::Money(_)
        | Type::Text
        | Type::Phone
        | Type::Date
        | Type::Time
        | Type::DateTime
        | Type::Duration
        | Type::Unknown
        | Type::Never => true,
        Type::Enum(members) => members
            .values
            .iter()
            .all(|value| !matches!(value, EnumValue::Bool(_))),
        _ => false,
    }
}

/// Whether a value of the type can stand in a text.
pub(super) fn has_text(ty: &Type) -> bool {
    !matches!(
        ty,
        Type::Null
            | Type::Nullable(_)
            | Type::Bytes
            | Type::Secret
            | Type::List(_)
            | Type::Map(_)
            | Type::Object(_)
            | Type::Union(_)
            | Type::Account(_)
    )
}
