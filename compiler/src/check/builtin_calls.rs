//! Calls of built-in functions: their signatures may have type variables.

use std::sync::Arc;

use ondo_grammar::ast;

use super::accepts;
use super::calls::{self, Call, Slot, Source};
use super::coerce::{Target, coerce};
use super::comprehension;
use super::cx::Cx;
use super::expr;
use super::literal_args;
use super::names_in_scope::unknown_value;
use super::personal::{self, Personal};
use super::relation::{self, join};
use super::signatures::{
    Vars, describe, has_vars, hint, holds_unknown, holds_var, substitute, unify,
};
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
const SIGNING: [&str; 6] = [
    "hmac_sha256",
    "hmac_sha512",
    "md5",
    "sha1",
    "sha256",
    "sha512",
];

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
        if let SigType::Keyed(key, item) = param.ty {
            match keyed(cx, builtin, &call, source, (key, item), &mut vars) {
                Some(list) => {
                    ids.push(Some(list.id));
                    result = result.carry(&list);
                }
                None => {
                    ids.push(None);
                    broken = true;
                }
            }
            continue;
        }
        let hint = hint(&param.ty, &vars, want, &signature.result);
        let mut value = match source {
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
            value.ty = Type::Unknown;
        }
        // An optional parameter takes null as "left out".
        let value = if param.optional && matches!(value.ty, Type::Null) {
            value
        } else {
            fit(cx, value, &param.ty, &mut vars, &target, builtin)
        };
        literal_args::check(cx, builtin, param.name, &value);
        broken |= holds_unknown(&value.ty);
        ids.push(Some(value.id));
        result = result.carry(&value);
    }
    cx.scope.sink = outer;
    broken |= !accepted(cx, builtin, &vars, &call);
    broken |= !part_fits(cx, builtin, &vars, &call);
    result.id = cx.add(Expr::Builtin { builtin, args: ids }, call.place);
    result.ty = substitute(&signature.result, &vars);
    if broken && has_vars(&signature.result) {
        result.ty = Type::Unknown;
    }
    // Data of unknown shape may hold nothing that the function takes, such as null.
    let shapeless = vars.get("T").is_some_and(|ty| *ty == Type::Json);
    result.fails |= builtin.fails || shapeless && accepts::is_choosy(builtin.name);
    result.divided &= !ROUNDING.contains(&builtin.name);
    result.share &= !ROUNDING.contains(&builtin.name);
    result.personal = personal_of(cx, builtin, &result);
    result
}

/// `sort_by(i.price for i in items)`: the elements with their keys. None for what is no such loop, which is reported.
fn keyed(
    cx: &mut Cx<'_>,
    builtin: &Builtin,
    call: &Call<'_>,
    source: Source<'_>,
    (key_var, item_var): (&'static str, &'static str),
    vars: &mut Vars,
) -> Option<Typed> {
    let found = match source {
        Source::Written(written) => match comprehension::keyed(cx, written) {
            Some(found) => Ok(found),
            None => Err(expr::check(cx, written, None)),
        },
        Source::Receiver => Err(call.receiver.clone()?),
    };
    let found = match found {
        Ok(found) => found,
        Err(other) if other.is_unknown() => return None,
        Err(other) => {
            let (text, found) = (cx.text(other.place), cx.describe(&other.ty));
            cx.report(errors::calls::wants_loop(
                other.place,
                builtin,
                text,
                &found,
            ));
            return None;
        }
    };
    let target = Target::plain(format!("the key of `{}`", builtin.name));
    let key = fit(
        cx,
        found.key,
        &SigType::Var(key_var),
        vars,
        &target,
        builtin,
    );
    if key.is_unknown() || found.item.is_unknown() {
        return None;
    }
    if let Some(wanted) = accepts::refuses_key(builtin.name, &cx.resolve(&key.ty)) {
        let found = cx.describe(&key.ty);
        let text = cx.text(key.place);
        let wanted = errors::types::Wanted {
            what: &target.what,
            ty: wanted.to_owned(),
            declared: None,
            caption: None,
        };
        let finding = errors::types::mismatch(key.place, text, &found, &wanted, None);
        cx.report(finding);
        return None;
    }
    vars.insert(item_var, found.item.ty.clone());
    let ty = Type::List(Arc::new(found.item.ty.clone()));
    let mut list = Typed::new(found.id, ty, found.item.place).carry(&found.item);
    // The key of a group comes out again; elsewhere it only decides.
    if holds_var(&builtin.signature().result, key_var) {
        list = list.carry(&key);
    }
    list.divided = false;
    list.fails |= found.fails;
    Some(list)
}

/// What is looked for in a text is a text, and in a list something of its kind.
fn part_fits(cx: &mut Cx<'_>, builtin: &Builtin, vars: &Vars, call: &Call<'_>) -> bool {
    let (Some(whole), Some(part), "contains" | "index_of") =
        (vars.get("seq"), vars.get("T"), builtin.name)
    else {
        return true;
    };
    let item = match cx.resolve(whole) {
        Type::List(item) => cx.non_null(&item),
        _ => Type::Text,
    };
    let part = part.clone();
    if join(cx, &item, &part).is_some() {
        return true;
    }
    let Some(arg) = call.args.last() else {
        return false;
    };
    let place = cx.at(arg.value.span);
    let target = calls::target(builtin.name, "part");
    let wanted = errors::types::Wanted {
        what: &target.what,
        ty: cx.describe(&item),
        declared: None,
        caption: None,
    };
    let found = cx.describe(&part);
    let finding = errors::types::mismatch(place, cx.text(place), &found, &wanted, None);
    cx.report(finding);
    false
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
        (name, item) => {
            Some(instead(cx, name, item, text).unwrap_or_else(|| errors::calls::usage(builtin)))
        }
    };
    cx.report(errors::types::mismatch(place, text, &found, &wanted, hint));
    false
}

/// What to write for elements that a function cannot take as they are.
fn instead(cx: &Cx<'_>, name: &str, item: &Type, text: &str) -> Option<String> {
    match (name, cx.resolve(item)) {
        ("max" | "min" | "sort" | "join", Type::Nullable(_)) => {
            Some(format!("{name}(compact({text}))"))
        }
        ("max" | "min" | "sort", Type::Object(_)) => {
            Some(format!("{name}_by(x.price for x in {text})"))
        }
        ("join", Type::Object(_)) => Some(format!("join(x.name for x in {text})")),
        _ => None,
    }
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

/// Checks a value against a parameter and remembers what its variables stand for.
fn fit(
    cx: &mut Cx<'_>,
    value: Typed,
    param: &SigType,
    vars: &mut Vars,
    target: &Target,
    builtin: &Builtin,
) -> Typed {
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
            let fitted = fit(cx, present, inner, vars, target, builtin);
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
            }
            .cloned();
            if value.number_literal
                && let Some(money @ Type::Money(_)) = &bound
            {
                return coerce(cx, value, money, target);
            }
            if !unify(cx, &value.ty, param, vars) {
                return mismatch(cx, value, param, bound, target, builtin);
            }
            value
        }
    }
}

/// `bound`: what the parameter's variable came to stand for by the arguments before.
fn mismatch(
    cx: &mut Cx<'_>,
    value: Typed,
    param: &SigType,
    bound: Option<Type>,
    target: &Target,
    builtin: &Builtin,
) -> Typed {
    let wanted = errors::types::Wanted {
        what: &target.what,
        // A number of any kind may stand beside one of another kind.
        ty: match (bound, param) {
            (Some(bound), SigType::Var(_)) => cx.describe(&bound),
            _ => describe(param),
        },
        declared: None,
        caption: None,
    };
    let text = cx.text(value.place);
    let found = cx.describe(&value.ty);
    let hint = match (builtin.name, cx.resolve(&value.ty)) {
        ("count", ty) if relation::text_like(&ty) => format!("length({text})"),
        ("first", ty) if relation::text_like(&ty) => format!("slice({text}, 0, 1)"),
        ("last", ty) if relation::text_like(&ty) => format!("slice({text}, -1)"),
        (_, Type::Json) => format!("{text} as [json]"),
        _ => errors::calls::usage(builtin),
    };
    let finding = errors::types::mismatch(value.place, text, &found, &wanted, Some(hint));
    cx.report(finding);
    Typed {
        ty: Type::Unknown,
        ..value
    }
}
