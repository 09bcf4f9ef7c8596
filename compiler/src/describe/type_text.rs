//! Types as they are written: `string?`, `[OrderItem]`, `money in currency`.

use super::text::quoted;
use crate::types::{Currency, EnumType, EnumValue, Type};

/// A type as the definition of this connector would write it.
pub(super) fn of(ty: &Type, connector: &str) -> String {
    match ty {
        Type::Unknown | Type::Json => "json".to_owned(),
        Type::Never | Type::Null => "null".to_owned(),
        Type::Bool => "bool".to_owned(),
        Type::Int => "int".to_owned(),
        Type::Decimal => "decimal".to_owned(),
        Type::Percent => "percent".to_owned(),
        Type::Money(Currency::Unnamed) => "money".to_owned(),
        Type::Money(Currency::Named(name) | Currency::Field(name)) => format!("money in {name}"),
        Type::Text => "string".to_owned(),
        Type::Phone => "phone".to_owned(),
        Type::Date => "date".to_owned(),
        Type::Time => "time".to_owned(),
        Type::DateTime => "datetime".to_owned(),
        Type::Duration => "duration".to_owned(),
        Type::Bytes => "bytes".to_owned(),
        Type::Secret => "secret".to_owned(),
        Type::Enum(values) => match &values.name {
            Some(name) => short(name, connector).to_owned(),
            None => self::values(values),
        },
        Type::Nullable(inner) => match &**inner {
            Type::Union(_) => format!("({})?", of(inner, connector)),
            Type::Enum(values) if values.name.is_none() && values.values.len() > 1 => {
                format!("({})?", of(inner, connector))
            }
            inner => format!("{}?", of(inner, connector)),
        },
        Type::List(item) => format!("[{}]", of(item, connector)),
        Type::Map(item) => format!("{{ [string]: {} }}", of(item, connector)),
        // Its fields stand below it.
        Type::Object(_) => "object".to_owned(),
        Type::Named(name) => short(name, connector).to_owned(),
        Type::Union(parts) => {
            let parts: Vec<String> = parts.iter().map(|part| of(part, connector)).collect();
            parts.join(" | ")
        }
        Type::Account(name) => format!("account of {name}"),
    }
}

/// `"new" | "paid"`
pub(super) fn values(values: &EnumType) -> String {
    let values: Vec<String> = values.values.iter().map(value).collect();
    values.join(" | ")
}

/// `"new"`, `1`
pub(super) fn value(value: &EnumValue) -> String {
    match value {
        EnumValue::Text(text) => quoted(text),
        EnumValue::Int(number) => number.to_string(),
        EnumValue::Bool(value) => value.to_string(),
    }
}

/// A type's name as its own connector writes it.
pub(super) fn short<'a>(name: &'a str, connector: &str) -> &'a str {
    name.strip_prefix(connector)
        .and_then(|rest| rest.strip_prefix('.'))
        .unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn types_are_written_as_in_a_definition() {
        let named = Type::Named("crm.Order".into());
        let list = Type::List(Arc::new(named.clone())).nullable();
        assert_eq!(of(&list, "crm"), "[Order]?");
        assert_eq!(of(&named, "shop"), "crm.Order");
        let money = Type::Money(Currency::Field("currency".into())).nullable();
        assert_eq!(of(&money, "crm"), "money in currency?");
        let two = Type::Enum(Arc::new(EnumType {
            name: None,
            values: vec![EnumValue::Text("да".into()), EnumValue::Int(2)],
        }));
        assert_eq!(of(&two.nullable(), "crm"), "(\"да\" | 2)?");
    }
}
