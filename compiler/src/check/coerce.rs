//! A value meets what is wanted: it fits, it is converted, or the reason is told.

use super::cx::Cx;
use super::describe::describe;
use super::relation::{Fit, fits};
use super::typed::Typed;
use super::{narrow, relation};
use crate::errors;
use crate::errors::types::Wanted;
use crate::ir::{Conversion, Expr, ExprId};
use crate::source::Place;
use crate::types::{Currency, EnumType, EnumValue, Name, Type};
use crate::value::{Num, Value};

/// Who wants a value, in the words of messages.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// `` `amount` of `plazius.addBonus` ``
    pub(super) what: String,
    /// Where it is declared.
    pub(super) declared: Option<Place>,
    /// The vendor's words for it.
    pub(super) caption: Option<Name>,
}

impl Target {
    /// Something that is declared nowhere.
    pub(super) fn plain(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            declared: None,
            caption: None,
        }
    }
}

/// The value as `want` wants it. What does not fit is reported and becomes unknown.
pub(super) fn coerce(cx: &mut Cx<'_>, value: Typed, want: &Type, target: &Target) -> Typed {
    if let Some(value) = literal(cx, &value, want) {
        return value;
    }
    match fits(cx, &value.ty, want) {
        Fit::Yes => value,
        Fit::Convert(conversion) => convert(cx, value, conversion),
        fit => {
            explain(cx, &value, want, target, fit);
            Typed {
                ty: Type::Unknown,
                ..value
            }
        }
    }
}

/// Literals that take the type that is wanted: `0` as money, `1` as a member of an enum of numbers, `true` of `true`.
fn literal(cx: &mut Cx<'_>, value: &Typed, want: &Type) -> Option<Typed> {
    let want = cx.resolve(&cx.non_null(want));
    match &want {
        Type::Money(currency) if value.number_literal => {
            let code = match currency {
                Currency::Named(code) => Some(code.clone()),
                _ => None,
            };
            let mut money = convert(cx, value.clone(), Conversion::Money(code));
            money.ty = want;
            money.number_literal = false;
            Some(money)
        }
        // In a test a number may stand as it was sent.
        Type::Phone if cx.scope.partial => {
            let Expr::Const(Value::Text(text)) = cx.exprs.get(value.id) else {
                return None;
            };
            let digits = text.strip_prefix('+')?;
            let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| Typed {
                ty: Type::Phone,
                ..value.clone()
            })
        }
        Type::Enum(members) => {
            let written = match cx.exprs.get(value.id) {
                Expr::Const(Value::Int(number)) => EnumValue::Int(*number),
                Expr::Const(Value::Bool(truth)) => EnumValue::Bool(*truth),
                _ => return None,
            };
            let found = EnumType {
                name: None,
                values: vec![written],
            };
            members.values.contains(&found.values[0]).then(|| Typed {
                ty: Type::Enum(found.into()),
                ..value.clone()
            })
        }
        _ => None,
    }
}

/// Converts what is there; null stays null.
pub(super) fn convert(cx: &mut Cx<'_>, value: Typed, to: Conversion) -> Typed {
    let place = value.place;
    let ty = match &to {
        Conversion::Decimal => Type::Decimal,
        Conversion::Money(Some(code)) => Type::Money(Currency::Named(code.clone())),
        Conversion::Money(None) => Type::Money(Currency::Unnamed),
    };
    if !cx.is_nullable(&value.ty) {
        let id = cx.add(
            Expr::Convert {
                value: value.id,
                to,
            },
            place,
        );
        return Typed { id, ty, ..value };
    }
    let bind = cx.scope.fresh();
    let local = cx.add(Expr::Local(bind), place);
    let then = cx.add(Expr::Convert { value: local, to }, place);
    let id = cx.add(
        Expr::Chain {
            value: value.id,
            bind,
            then,
        },
        place,
    );
    Typed {
        id,
        ty: ty.nullable(),
        ..value
    }
}

fn explain(cx: &mut Cx<'_>, value: &Typed, want: &Type, target: &Target, fit: Fit) {
    let text = cx.text(value.place);
    let wanted = Wanted {
        what: &target.what,
        ty: describe(&cx.non_null(want)),
        declared: target.declared,
        caption: target.caption.as_deref(),
    };
    let finding = match fit {
        Fit::Null if value.ty == Type::Null => errors::nulls::null_literal(value.place, &wanted),
        Fit::Null => {
            let help = match cx.resolve(want) {
                Type::Bool => format!("{text} == true"),
                _ => guard(cx, value),
            };
            errors::nulls::possibly_null(value.place, text, &wanted, help)
        }
        Fit::Values(strange) => {
            let Type::Enum(members) = cx.resolve(&cx.non_null(want)) else {
                return;
            };
            let place = branch_with(cx, value.id, &strange).unwrap_or(value.place);
            errors::types::enum_value(place, &strange, &members, &wanted)
        }
        Fit::Currency(found, want) => {
            errors::types::currency_mismatch(value.place, &found, &want, &target.what)
        }
        _ if holds_secret(&value.ty) => errors::data::secret_leak(value.place, &target.what),
        _ => {
            let hint = conversion_hint(cx, value, want, text);
            errors::types::mismatch(value.place, text, &describe(&value.ty), &wanted, hint)
        }
    };
    cx.report(finding);
}

/// Where one of these values stands, in a value that is chosen among several.
fn branch_with(cx: &Cx<'_>, id: ExprId, strange: &[EnumValue]) -> Option<Place> {
    let branches: Vec<ExprId> = match cx.exprs.get(id) {
        Expr::Const(Value::Text(text)) => {
            let is_it = |value: &EnumValue| matches!(value, EnumValue::Text(of) if of == text);
            return strange.iter().any(is_it).then(|| cx.exprs.place(id));
        }
        Expr::If(_, then, otherwise) => vec![*then, *otherwise],
        Expr::Coalesce(value, otherwise) | Expr::Catch(value, otherwise) => {
            vec![*value, *otherwise]
        }
        Expr::Match {
            arms, otherwise, ..
        } => {
            let values = arms.iter().map(|(_, value)| *value);
            values.chain(*otherwise).collect()
        }
        _ => return None,
    };
    branches
        .into_iter()
        .find_map(|branch| branch_with(cx, branch, strange))
}

/// The guard that makes a value present, as text to type.
pub(super) fn guard(cx: &Cx<'_>, value: &Typed) -> String {
    let text = cx.text(value.place);
    match &value.key {
        Some(key) if key[0] == narrow::EVENT => {
            if cx.scope.has_when {
                format!("when … and {text} != null")
            } else {
                format!("when {text} != null")
            }
        }
        Some(_) if cx.scope.event.is_some() => format!("if {text} == null {{ stop \"…\" }}"),
        Some(_) => format!("{text} ?? …"),
        None => format!("{text} ?? fail \"…\""),
    }
}

/// What to write so that the value fits, when there is one obvious thing.
fn conversion_hint(cx: &Cx<'_>, value: &Typed, want: &Type, text: &str) -> Option<String> {
    let found = cx.resolve(&cx.non_null(&value.ty));
    let want = cx.resolve(&cx.non_null(want));
    if let Expr::Const(Value::Text(written)) = cx.exprs.get(value.id) {
        return literal_hint(written, &want);
    }
    let hint = match (&found, &want) {
        (Type::Int | Type::Decimal, Type::Text) if value.number_literal => format!("\"{text}\""),
        (Type::Decimal | Type::Int, Type::Money(_)) => format!("money({text})"),
        (Type::Money(_), Type::Decimal) => format!("amount({text})"),
        (Type::Text | Type::Enum(_), Type::Int) => format!("int({text})"),
        (Type::Text | Type::Enum(_), Type::Decimal) => format!("decimal({text})"),
        (Type::Text | Type::Enum(_), Type::Phone) => format!("e164({text}, region: \"RU\")"),
        (Type::Text | Type::Enum(_), Type::Date) => format!("date({text})"),
        (Type::Text | Type::Enum(_), Type::Time) => format!("time({text})"),
        (Type::Text | Type::Enum(_), Type::DateTime) => format!("datetime({text})"),
        (Type::Int | Type::Decimal | Type::Money(_) | Type::Date | Type::DateTime, Type::Text) => {
            format!("string({text})")
        }
        (Type::Bool, Type::Text) => format!("string({text})"),
        (Type::Int, Type::Duration) if value.number_literal => format!("{text}s"),
        (Type::Decimal, Type::Int) => format!("int(round({text}))"),
        (Type::Text, Type::Enum(_)) => {
            format!("match {text} {{ \"…\" -> \"…\"  else -> fail \"…\" }}")
        }
        (_, Type::Bool) if cx.is_nullable(&value.ty) => format!("{text} != null"),
        (Type::Text, Type::Bool) => format!("{text} != \"\""),
        (Type::Int | Type::Decimal | Type::Money(_), Type::Bool) => format!("{text} != 0"),
        (Type::List(_), Type::Bool) => format!("count({text}) > 0"),
        (Type::Json, _) => format!("{text} as {}", type_text(&want)),
        (_, Type::List(item)) if relation::fits(cx, &found, item).is_fine() => format!("[{text}]"),
        (Type::List(_), want) if *want != Type::Json => format!("{text}[0]"),
        _ => return None,
    };
    Some(hint)
}

fn holds_secret(ty: &Type) -> bool {
    match ty {
        Type::Secret => true,
        Type::List(inner) | Type::Map(inner) | Type::Nullable(inner) => holds_secret(inner),
        _ => false,
    }
}

/// The number in a text that was written.
fn literal_hint(written: &str, want: &Type) -> Option<String> {
    let number = match want {
        Type::Int => written.parse::<i64>().is_ok(),
        Type::Decimal | Type::Money(_) => Num::parse(written).is_ok(),
        _ => false,
    };
    match want {
        Type::Duration if crate::catalog::duration(written).is_some() => Some(written.to_owned()),
        Type::Bool if matches!(written, "true" | "false") => Some(written.to_owned()),
        Type::Date => Some(format!("date(\"{written}\")")),
        Type::DateTime => Some(format!("datetime(\"{written}\")")),
        Type::Time => Some(format!("time(\"{written}\")")),
        Type::Phone => Some(format!("e164(\"{written}\", region: \"RU\")")),
        _ => number.then(|| written.to_owned()),
    }
}

/// A simple type as it is written.
fn type_text(ty: &Type) -> &'static str {
    match ty {
        Type::Int => "int",
        Type::Decimal => "decimal",
        Type::Money(_) => "money",
        Type::Bool => "bool",
        Type::Phone => "phone",
        Type::Date => "date",
        Type::DateTime => "datetime",
        Type::List(_) => "[…]",
        Type::Object(_) | Type::Map(_) => "{ … }",
        _ => "string",
    }
}
