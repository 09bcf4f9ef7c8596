//! Calls of built-in functions: their signatures may have type variables.

use std::collections::HashMap;
use std::sync::Arc;

use ondo_grammar::ast;

use super::accepts;
use super::calls::{self, Call, Slot, Source};
use super::coerce::{Target, coerce};
use super::cx::Cx;
use super::expr;
use super::names_in_scope::unknown_value;
use super::personal::{self, Personal};
use super::relation::{self, join};
use super::typed::Typed;
use crate::builtins::{Builtin, SigType};
use crate::errors;
use crate::ir::Expr;
use crate::types::Type;

/// Functions whose result tells nothing of the person.
const HIDING: [&str; 1] = ["mask"];
/// Functions whose result has few digits.
const ROUNDING: [&str; 5] = ["round", "floor", "ceil", "int", "trunc"];

/// Functions that a secret goes into and does not come out of.
const SIGNING: [&str; 4] = ["hmac_sha256", "sha256", "sha512", "md5"];

type Vars = HashMap<&'static str, Type>;

/// The call of a built-in function.
pub(super) fn check(
    cx: &mut Cx<'_>,
    e: &ast::Expr,
    builtin: &'static Builtin,
    call: Call<'_>,
    want: Option<&Type>,
) -> Typed {
    let signature = builtin.signature();
    let slots: Vec<Slot<'_>> = signature
        .params
        .iter()
        .map(|param| Slot {
            name: param.name,
            optional: param.optional,
        })
        .collect();
    let Some(bound) = calls::bind(cx, &call, &slots) else {
        return unknown_value(cx, e);
    };
    // Secrets and personal data inside a call belong to its result, which is checked where it is sent.
    let outer = cx.scope.sink.take();
    let mut vars = Vars::new();
    let mut ids = Vec::new();
    let mut result = Typed::new(crate::ir::ExprId(0), Type::Unknown, call.place);
    let mut broken = false;
    for (param, source) in signature.params.iter().zip(bound) {
        let Some(source) = source else {
            ids.push(None);
            continue;
        };
        let hint = hint(&param.ty, &vars, want, &signature.result);
        let value = match source {
            Source::Receiver => match &call.receiver {
                Some(receiver) => receiver.clone(),
                None => continue,
            },
            Source::Written(value) => expr::check(cx, value, hint.as_ref()),
        };
        let target = calls::target(&call.name, param.name);
        if matches!(value.ty, Type::Secret) && !SIGNING.contains(&builtin.name) {
            let into = format!("what `{}` makes of it", builtin.name);
            cx.report(errors::data::secret_leak(value.place, &into));
        }
        // An optional parameter takes null as "left out".
        let value = if param.optional && matches!(value.ty, Type::Null) {
            value
        } else {
            fit(cx, value, &param.ty, &mut vars, &target)
        };
        broken |= holds_unknown(&value.ty);
        ids.push(Some(value.id));
        result = result.carry(&value);
    }
    cx.scope.sink = outer;
    broken |= !accepted(cx, builtin, &vars, &call);
    result.id = cx.add(Expr::Builtin { builtin, args: ids }, call.place);
    result.ty = substitute(&signature.result, &vars);
    if broken && has_vars(&signature.result) {
        result.ty = Type::Unknown;
    }
    result.fails |= builtin.fails;
    result.divided &= !ROUNDING.contains(&builtin.name);
    result.share &= !ROUNDING.contains(&builtin.name);
    result.personal = personal_of(cx, builtin, &result);
    result
}

/// A parameter of any type may still want certain ones.
fn accepted(cx: &mut Cx<'_>, builtin: &Builtin, vars: &Vars, call: &Call<'_>) -> bool {
    let Some(item) = vars.get("T") else {
        return true;
    };
    let Some(wanted) = accepts::refuses(builtin.name, &cx.resolve(item)) else {
        return true;
    };
    let wanted = errors::types::Wanted {
        what: &format!("`{}`", builtin.name),
        ty: wanted.to_owned(),
        declared: None,
        caption: None,
    };
    let first = call.args.first().map(|arg| cx.at(arg.value.span));
    let place = match &call.receiver {
        Some(receiver) => receiver.place,
        None => first.unwrap_or(call.place),
    };
    let text = cx.text(place);
    let found = cx.describe(item);
    let hint = match (builtin.name, item) {
        ("int" | "decimal", Type::Money(_)) => Some(format!("amount({text})")),
        _ => None,
    };
    cx.report(errors::types::mismatch(place, text, &found, &wanted, hint));
    false
}

fn personal_of(cx: &Cx<'_>, builtin: &Builtin, result: &Typed) -> Personal {
    let harmless = matches!(result.ty, Type::Bool | Type::Int) || HIDING.contains(&builtin.name);
    if harmless {
        return Personal::No;
    }
    match &result.personal {
        Personal::Contains(origin) => match personal::of_type(cx, &result.ty, origin.clone()) {
            Personal::No if holds_objects(cx, &result.ty) => Personal::No,
            Personal::No => Personal::Yes(origin.clone()),
            found => found,
        },
        other => other.clone(),
    }
}

fn holds_objects(cx: &Cx<'_>, ty: &Type) -> bool {
    match cx.resolve(ty) {
        Type::List(item) => holds_objects(cx, &item),
        Type::Nullable(inner) => holds_objects(cx, &inner),
        Type::Object(_) => true,
        _ => false,
    }
}

/// What is known of an argument's type before it is looked at.
fn hint(param: &SigType, vars: &Vars, want: Option<&Type>, result: &SigType) -> Option<Type> {
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
        SigType::Num | SigType::Data => None,
    }
}

/// Checks a value against a parameter and remembers what its variables stand for.
fn fit(cx: &mut Cx<'_>, value: Typed, param: &SigType, vars: &mut Vars, target: &Target) -> Typed {
    if value.is_unknown() {
        return value;
    }
    match param {
        SigType::Type(ty) => coerce(cx, value, ty, target),
        SigType::Nullable(inner) => {
            if value.ty == Type::Null {
                return value;
            }
            let nullable = cx.is_nullable(&value.ty);
            let present = Typed {
                ty: cx.non_null(&value.ty),
                ..value.clone()
            };
            let fitted = fit(cx, present, inner, vars, target);
            if fitted.is_unknown() || !nullable {
                fitted
            } else {
                value
            }
        }
        _ => {
            if matches!(cx.resolve(&value.ty), Type::Nullable(_) | Type::Null) {
                let ty = describe(param);
                let text = cx.text(value.place);
                let wanted = errors::types::Wanted {
                    what: &target.what,
                    ty,
                    declared: None,
                    caption: None,
                };
                let help = super::coerce::guard(cx, &value);
                cx.report(errors::nulls::possibly_null(
                    value.place,
                    text,
                    &wanted,
                    help,
                ));
                return Typed {
                    ty: Type::Unknown,
                    ..value
                };
            }
            // `max(total, 500)`: a number literal beside money is money.
            let bound = match param {
                SigType::Num => vars.get("num"),
                SigType::Var(name) => vars.get(name),
                _ => None,
            };
            if value.number_literal
                && let Some(money @ Type::Money(_)) = bound.cloned()
            {
                return coerce(cx, value, &money, target);
            }
            if !unify(cx, &value.ty, param, vars) {
                return mismatch(cx, value, param, target);
            }
            value
        }
    }
}

fn unify(cx: &Cx<'_>, found: &Type, param: &SigType, vars: &mut Vars) -> bool {
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

fn mismatch(cx: &mut Cx<'_>, value: Typed, param: &SigType, target: &Target) -> Typed {
    let wanted = errors::types::Wanted {
        what: &target.what,
        ty: describe(param),
        declared: None,
        caption: None,
    };
    let text = cx.text(value.place);
    let found = cx.describe(&value.ty);
    cx.report(errors::types::mismatch(
        value.place,
        text,
        &found,
        &wanted,
        None,
    ));
    Typed {
        ty: Type::Unknown,
        ..value
    }
}

/// A parameter's type in the words of messages.
fn describe(param: &SigType) -> String {
    match param {
        SigType::Type(ty) => super::describe::describe(ty),
        SigType::Var(_) => "a value".to_owned(),
        SigType::Num => "a number or money".to_owned(),
        SigType::Data => "text or bytes".to_owned(),
        SigType::Nullable(inner) => format!("{} or null", describe(inner)),
        SigType::List(inner) => match &**inner {
            SigType::Num => "a list of numbers or money".to_owned(),
            SigType::Var(_) => "a list".to_owned(),
            inner => format!("a list of {}", describe(inner)),
        },
    }
}

/// Whether something inside was reported, so that nothing can be said of the result.
fn holds_unknown(ty: &Type) -> bool {
    match ty {
        Type::Unknown => true,
        Type::List(inner) | Type::Nullable(inner) => holds_unknown(inner),
        _ => false,
    }
}

fn has_vars(ty: &SigType) -> bool {
    match ty {
        SigType::Type(_) | SigType::Data => false,
        SigType::Var(_) | SigType::Num => true,
        SigType::Nullable(inner) | SigType::List(inner) => has_vars(inner),
    }
}

fn substitute(ty: &SigType, vars: &Vars) -> Type {
    match ty {
        SigType::Type(ty) => ty.clone(),
        SigType::Var(name) => vars.get(name).cloned().unwrap_or(Type::Never),
        SigType::Num => vars.get("num").cloned().unwrap_or(Type::Int),
        SigType::Data => Type::Text,
        SigType::Nullable(inner) => substitute(inner, vars).nullable(),
        SigType::List(inner) => Type::List(Arc::new(substitute(inner, vars))),
    }
}
