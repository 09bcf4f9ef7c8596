//! What a built-in function takes and gives, read from its `signature` text.
//!
//! ```
//! use ondo_compiler::builtins;
//!
//! let signature = builtins::find("round").expect("it exists").signature();
//! assert_eq!(signature.params[1].name, "places");
//! assert!(signature.params[1].optional);
//! ```

use std::sync::Arc;

use crate::types::{Currency, EnumType, EnumValue, Type};

/// Parameters and result.
#[derive(Debug, Clone, PartialEq)]
pub struct Signature {
    /// In order.
    pub params: Vec<Param>,
    /// What it yields.
    pub result: SigType,
}

/// A parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    /// Its name, for calls like `e164(phone, region: "RU")`.
    pub name: &'static str,
    /// What fits.
    pub ty: SigType,
    /// Has a default and may be left out.
    pub optional: bool,
    /// The default as written, for the reference: `"RU"`.
    pub default: Option<&'static str>,
}

/// A type in a signature.
#[derive(Debug, Clone, PartialEq)]
pub enum SigType {
    /// A type of the language. `money` is of any currency.
    Type(Type),
    /// `T`, `K`: any type without null, the same wherever the letter stands.
    Var(&'static str),
    /// `num`: int, decimal, percent, money or duration; the same wherever it stands.
    Num,
    /// `data`: a text, a secret or bytes. For hashes and encodings.
    Data,
    /// `seq`: a text or a list; the same wherever it stands.
    Seq,
    /// `K for T`: a loop over elements `T` that says a key `K` of each: `sort_by(i.price for i in items)`. The function gets
    /// a list of pairs, each a list of the key and the element.
    Keyed(&'static str, &'static str),
    /// `{ key: K, items: [T] }`
    Object(Vec<(&'static str, SigType)>),
    /// `{ [string]: T }`
    Map(Arc<SigType>),
    /// `[T]`
    List(Arc<SigType>),
    /// `T?`
    Nullable(Arc<SigType>),
}

impl Signature {
    /// Reads `(x: num, places: int = 0) -> num`. `None` when the text has another form; a test reads every signature.
    pub fn parse(text: &'static str) -> Option<Signature> {
        let (params, result) = text.rsplit_once("->")?;
        let params = params.trim().strip_prefix('(')?.strip_suffix(')')?;
        let params = split_params(params)
            .into_iter()
            .map(parse_param)
            .collect::<Option<Vec<_>>>()?;
        Some(Signature {
            params,
            result: parse_type(result)?,
        })
    }

    /// The parameter with this name, and its position.
    pub fn param(&self, name: &str) -> Option<(usize, &Param)> {
        self.params
            .iter()
            .enumerate()
            .find(|(_, param)| param.name == name)
    }
}

/// Cuts at commas outside quotes: a default may be `", "`.
fn split_params(text: &'static str) -> Vec<&'static str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut quoted = false;
    for (at, character) in text.char_indices() {
        match character {
            '"' => quoted = !quoted,
            ',' if !quoted => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    if !text[start..].trim().is_empty() {
        parts.push(&text[start..]);
    }
    parts
}

fn parse_param(text: &'static str) -> Option<Param> {
    let (name, rest) = text.split_once(':')?;
    let (ty, default) = match rest.split_once('=') {
        Some((ty, default)) => (ty, Some(default.trim())),
        None => (rest, None),
    };
    Some(Param {
        name: name.trim(),
        ty: parse_type(ty)?,
        optional: default.is_some(),
        default,
    })
}

fn parse_type(text: &'static str) -> Option<SigType> {
    let text = text.trim();
    if let Some(inner) = text.strip_suffix('?') {
        return Some(match parse_type(inner)? {
            SigType::Type(ty) => SigType::Type(ty.nullable()),
            other => SigType::Nullable(Arc::new(other)),
        });
    }
    if let Some(inner) = text.strip_prefix('[') {
        return Some(match parse_type(inner.strip_suffix(']')?)? {
            SigType::Type(ty) => SigType::Type(Type::List(Arc::new(ty))),
            other => SigType::List(Arc::new(other)),
        });
    }
    if text.starts_with('"') {
        let words = text.split('|').map(|word| {
            let word = word.trim().strip_prefix('"')?.strip_suffix('"')?;
            Some(EnumValue::Text(word.into()))
        });
        let values = words.collect::<Option<Vec<_>>>()?;
        return Some(SigType::Type(Type::Enum(Arc::new(EnumType {
            name: None,
            values,
        }))));
    }
    if let Some((key, item)) = text.split_once(" for ") {
        return Some(SigType::Keyed(variable(key)?, variable(item)?));
    }
    if let Some(inner) = text.strip_prefix('{') {
        let inner = inner.strip_suffix('}')?.trim();
        if let Some(item) = inner.strip_prefix("[string]:") {
            return Some(SigType::Map(Arc::new(parse_type(item)?)));
        }
        let fields = inner.split(',').map(|field| {
            let (name, ty) = field.split_once(':')?;
            Some((name.trim(), parse_type(ty)?))
        });
        return fields.collect::<Option<Vec<_>>>().map(SigType::Object);
    }
    let ty = match text {
        "T" => return Some(SigType::Var("T")),
        "K" => return Some(SigType::Var("K")),
        "num" => return Some(SigType::Num),
        "data" => return Some(SigType::Data),
        "seq" => return Some(SigType::Seq),
        "bool" => Type::Bool,
        "int" => Type::Int,
        "decimal" => Type::Decimal,
        "percent" => Type::Percent,
        "money" => Type::Money(Currency::Unnamed),
        "string" => Type::Text,
        "phone" => Type::Phone,
        "date" => Type::Date,
        "time" => Type::Time,
        "datetime" => Type::DateTime,
        "duration" => Type::Duration,
        "json" => Type::Json,
        "bytes" => Type::Bytes,
        _ => return None,
    };
    Some(SigType::Type(ty))
}

fn variable(text: &'static str) -> Option<&'static str> {
    matches!(text.trim(), "T" | "K").then(|| text.trim())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn names_types_and_defaults_are_read() {
        let signature =
            Signature::parse("(list: [T], separator: string = \", \", at: date? = null) -> T?")
                .unwrap();
        assert_eq!(signature.params.len(), 3);
        assert_eq!(
            signature.params[0].ty,
            SigType::List(Arc::new(SigType::Var("T")))
        );
        assert!(!signature.params[0].optional);
        assert_eq!(signature.params[1].default, Some("\", \""));
        assert_eq!(signature.params[2].ty, SigType::Type(Type::Date.nullable()));
        assert_eq!(
            signature.result,
            SigType::Nullable(Arc::new(SigType::Var("T")))
        );
    }

    #[test]
    fn no_parameters_are_no_parameters() {
        assert!(Signature::parse("() -> int").unwrap().params.is_empty());
    }

    #[test]
    fn one_of_some_words_is_a_type() {
        let signature =
            Signature::parse("(side: \"left\" | \"right\" = \"left\") -> string").unwrap();
        let words = ["left", "right"].map(|word| EnumValue::Text(word.into()));
        let SigType::Type(Type::Enum(side)) = &signature.params[0].ty else {
            panic!("no enum")
        };
        assert_eq!(side.values, words);
        assert_eq!(signature.params[0].default, Some("\"left\""));
    }

    #[test]
    fn loops_with_a_key_give_objects_of_it() {
        let signature = Signature::parse("(loop: K for T) -> [{ key: K, items: [T] }]").unwrap();
        assert_eq!(signature.params[0].ty, SigType::Keyed("K", "T"));
        let group = vec![
            ("key", SigType::Var("K")),
            ("items", SigType::List(Arc::new(SigType::Var("T")))),
        ];
        assert_eq!(
            signature.result,
            SigType::List(Arc::new(SigType::Object(group)))
        );
        assert_eq!(
            Signature::parse("(loop: K for T) -> { [string]: T }")
                .unwrap()
                .result,
            SigType::Map(Arc::new(SigType::Var("T")))
        );
    }

    #[test]
    fn an_unknown_type_is_refused() {
        assert_eq!(Signature::parse("(x: strin) -> int"), None);
        assert_eq!(Signature::parse("x: string -> int"), None);
    }
}
