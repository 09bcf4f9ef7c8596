//! Signatures of built-in functions meet types: what a parameter takes, and what its variables come to stand for.

use std::collections::HashMap;
use std::sync::Arc;

use super::cx::Cx;
use super::relation::{self, join};
use crate::builtins::SigType;
use crate::types::{Field, ObjectType, Type};

/// What `T`, `K`, `num` and `seq` stand for in one call.
pub(super) type Vars = HashMap<&'static str, Type>;

/// What is known of an argument's type before it is looked at.
pub(super) fn hint(
    param: &SigType,
    vars: &Vars,
    want: Option<&Type>,
    result: &SigType,
) -> Option<Type> {
    match param {
        SigType::Type(ty) => Some(ty.clone()),
        SigType::Var(name) => vars.get(name).cloned().or_else(|| match (result, want) {
            (SigType::Var(other), Some(want)) if name == other => Some(want.clone()),
            _ => None,
        }),
        SigType::Nullable(inner) => hint(inner, vars, want, result).map(Type::nullable),
        SigType::List(inner) => {
            hint(inner, vars, None, result).map(|item| Type::List(Arc::new(item)))
        }
        SigType::Num
        | SigType::Data
        | SigType::Seq
        | SigType::Keyed(..)
        | SigType::Object(_)
        | SigType::Map(_) => None,
    }
}

pub(super) fn unify(cx: &Cx<'_>, found: &Type, param: &SigType, vars: &mut Vars) -> bool {
    let resolved = cx.resolve(found);
    if matches!(resolved, Type::Unknown | Type::Never) {
        return true;
    }
    match param {
        SigType::Type(ty) => relation::fits(cx, found, ty).is_fine(),
        SigType::Var(name) => {
            if matches!(resolved, Type::Secret | Type::Bytes | Type::Account(_)) {
                return false;
            }
            merge(cx, name, found, vars)
        }
        SigType::Num => match resolved {
            Type::Int | Type::Decimal | Type::Percent | Type::Money(_) | Type::Duration => {
                merge(cx, "num", &resolved, vars)
            }
            _ => false,
        },
        SigType::Data => {
            relation::text_like(&resolved) || matches!(resolved, Type::Secret | Type::Bytes)
        }
        SigType::Seq => match &resolved {
            Type::List(_) => merge(cx, "seq", found, vars),
            text if relation::text_like(text) => merge(cx, "seq", &Type::Text, vars),
            _ => false,
        },
        SigType::Map(inner) => match &resolved {
            Type::Map(item) => unify(cx, item, inner, vars),
            _ => false,
        },
        SigType::Keyed(..) | SigType::Object(_) => false,
        SigType::List(inner) => match &resolved {
            Type::List(item) => {
                if matches!(cx.resolve(item), Type::Nullable(_))
                    && !matches!(**inner, SigType::Nullable(_))
                    && !matches!(**inner, SigType::Var(_))
                {
                    return false;
                }
                unify(cx, item, inner, vars)
            }
            _ => false,
        },
        SigType::Nullable(inner) => unify(cx, &cx.non_null(found), inner, vars),
    }
}

fn merge(cx: &Cx<'_>, name: &'static str, found: &Type, vars: &mut Vars) -> bool {
    match vars.get(name) {
        None => {
            vars.insert(name, found.clone());
            true
        }
        Some(known) => match join(cx, known, found) {
            Some(joined) => {
                vars.insert(name, joined);
                true
            }
            None => false,
        },
    }
}

/// A parameter's type in the words of messages.
pub(super) fn describe(param: &SigType) -> String {
    match param {
        SigType::Type(ty) => super::describe::describe(ty),
        SigType::Var(_) => "a value".to_owned(),
        SigType::Num => "a number or money".to_owned(),
        SigType::Data => "text or bytes".to_owned(),
        SigType::Seq => "a string or a list".to_owned(),
        SigType::Keyed(..) => "a loop".to_owned(),
        SigType::Object(_) => "an object".to_owned(),
        SigType::Map(inner) => format!("an object of {}", describe(inner)),
        SigType::Nullable(inner) => format!("{} or null", describe(inner)),
        SigType::List(inner) => match &**inner {
            SigType::Num => "a list of numbers or money".to_owned(),
            SigType::Var(_) => "a list".to_owned(),
            inner => format!("a list of {}", describe(inner)),
        },
    }
}

/// Whether something inside was reported, so that nothing can be said of the result.
pub(super) fn holds_unknown(ty: &Type) -> bool {
    match ty {
        Type::Unknown => true,
        Type::List(inner) | Type::Nullable(inner) => holds_unknown(inner),
        _ => false,
    }
}

pub(super) fn has_vars(ty: &SigType) -> bool {
    match ty {
        SigType::Type(_) | SigType::Data => false,
        SigType::Var(_) | SigType::Num | SigType::Seq | SigType::Keyed(..) => true,
        SigType::Nullable(inner) | SigType::List(inner) | SigType::Map(inner) => has_vars(inner),
        SigType::Object(fields) => fields.iter().any(|(_, ty)| has_vars(ty)),
    }
}

pub(super) fn holds_var(ty: &SigType, name: &str) -> bool {
    match ty {
        SigType::Var(var) => *var == name,
        SigType::Nullable(inner) | SigType::List(inner) | SigType::Map(inner) => {
            holds_var(inner, name)
        }
        SigType::Object(fields) => fields.iter().any(|(_, ty)| holds_var(ty, name)),
        SigType::Type(_) | SigType::Num | SigType::Data | SigType::Seq | SigType::Keyed(..) => {
            false
        }
    }
}

pub(super) fn substitute(ty: &SigType, vars: &Vars) -> Type {
    match ty {
        SigType::Type(ty) => ty.clone(),
        SigType::Var(name) => vars.get(name).cloned().unwrap_or(Type::Never),
        SigType::Num => vars.get("num").cloned().unwrap_or(Type::Int),
        SigType::Data => Type::Text,
        SigType::Seq => vars.get("seq").cloned().unwrap_or(Type::Text),
        SigType::Keyed(_, item) => substitute(&SigType::Var(item), vars),
        SigType::Map(inner) => Type::Map(Arc::new(substitute(inner, vars))),
        SigType::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(name, ty)| Field::new(*name, substitute(ty, vars)));
            Type::Object(Arc::new(ObjectType {
                fields: fields.collect(),
                one_of: Vec::new(),
            }))
        }
        SigType::Nullable(inner) => substitute(inner, vars).nullable(),
        SigType::List(inner) => Type::List(Arc::new(substitute(inner, vars))),
    }
}
