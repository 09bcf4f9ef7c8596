//! Expressions: what each kind yields, with a hint of what is wanted.
//!
//! A hint is passed down so that `{ … }`, `[ … ]` and the arms of a `match` are checked where they are written.

use std::sync::Arc;

use ondo_grammar::ast::{self, ExprKind, TextPart, UnaryOp};

use super::coerce::{Target, coerce};
use super::cx::Cx;
use super::names_in_scope::unknown_value;
use super::typed::Typed;
use super::{
    access, calls, comprehension, literals, matches, objects, operators, relation, secrets, types,
};
use crate::errors;
use crate::ir::Expr;
use crate::source::Place;
use crate::types::Type;
use crate::value::Value;

/// The value of an expression that must have a certain type.
pub(super) fn expect(cx: &mut Cx<'_>, e: &ast::Expr, want: &Type, target: &Target) -> Typed {
    let value = check(cx, e, Some(want));
    coerce(cx, value, want, target)
}

/// A condition: what it proves is among its facts.
pub(super) fn condition(cx: &mut Cx<'_>, e: &ast::Expr, what: &str) -> Typed {
    let value = check(cx, e, Some(&Type::Bool));
    let facts = value.facts.clone();
    let value = coerce(cx, value, &Type::Bool, &Target::plain(what));
    Typed { facts, ..value }
}

/// The value of an expression; `want` is a hint, not a check.
pub(super) fn check(cx: &mut Cx<'_>, e: &ast::Expr, want: Option<&Type>) -> Typed {
    let place = cx.at(e.span);
    match &e.kind {
        ExprKind::Null
        | ExprKind::Bool(_)
        | ExprKind::Int(_)
        | ExprKind::Decimal(_)
        | ExprKind::Percent(_)
        | ExprKind::Money { .. }
        | ExprKind::Duration(_)
        | ExprKind::Raw(_) => literals::check(cx, e),
        ExprKind::Text(parts) => text(cx, e, parts),
        ExprKind::JsonPath(_) => {
            cx.report(errors::calls::json_path_alone(place));
            unknown_value(cx, e)
        }
        ExprKind::Name(_) | ExprKind::Field { .. } | ExprKind::Index { .. } => {
            access::check(cx, e, want)
        }
        ExprKind::Call { callee, args } => match &callee.kind {
            ExprKind::Field { .. } => access::check(cx, e, want),
            _ => calls::plain(cx, e, callee, args, want),
        },
        ExprKind::Omit => {
            let id = cx.add(Expr::Omit, place);
            Typed::new(id, Type::Null, place)
        }
        ExprKind::Secret(name) => secrets::secret(cx, name, place),
        ExprKind::Env(name) => secrets::env(cx, name, place),
        ExprKind::Unary { op, operand } => unary(cx, e, *op, operand),
        ExprKind::Binary {
            op,
            op_span,
            left,
            right,
        } => operators::binary(cx, e, (*op, *op_span), left, right, want),
        ExprKind::If {
            cond,
            then,
            otherwise,
        } => choice(cx, e, cond, then, otherwise, want),
        ExprKind::Match { subject, arms } => matches::value(cx, e, subject, arms, want),
        ExprKind::List(items) => list(cx, e, items, want),
        ExprKind::Comprehension { .. } => comprehension::check(cx, e, want),
        ExprKind::Object(entries) => objects::literal(cx, e, entries, want),
        ExprKind::Fail(reason) => fail(cx, e, reason),
        ExprKind::Cast { value, ty } => cast(cx, e, value, ty),
        ExprKind::Error => unknown_value(cx, e),
    }
}

/// `"Order {number}"`: every piece must be there and have a text.
fn text(cx: &mut Cx<'_>, e: &ast::Expr, parts: &[TextPart]) -> Typed {
    let place = cx.at(e.span);
    if let Some(whole) = literals::whole_text(parts) {
        return literals::text(cx, &whole, place);
    }
    let mut result = Typed::new(crate::ir::ExprId(0), Type::Text, place);
    let mut pieces = Vec::new();
    for part in parts {
        match part {
            TextPart::Chars(chars) => {
                pieces.push(cx.add(Expr::Const(Value::text(chars.as_str())), place));
            }
            TextPart::Expr(inner) => {
                let piece = check(cx, inner, None);
                dollar(cx, &piece);
                let piece = printable(cx, piece);
                result.personal = result.personal.join(&piece.personal.clone().spread());
                result.fails |= piece.fails;
                pieces.push(piece.id);
            }
        }
    }
    result.id = cx.add(Expr::Text(pieces), place);
    result
}

/// `"Order ${number}"`, as JavaScript has it: the sign would stand in the text. Before an amount it is meant.
fn dollar(cx: &mut Cx<'_>, piece: &Typed) {
    if matches!(cx.resolve(&piece.ty), Type::Money(_) | Type::Decimal) {
        return;
    }
    let source = &cx.trees.sources.get(piece.place.file).text;
    let start = piece.place.span.start as usize;
    let before = source.get(..start).unwrap_or_default().trim_end();
    let Some(sign) = before
        .strip_suffix('{')
        .and_then(|text| text.strip_suffix('$'))
    else {
        return;
    };
    let place = Place {
        span: ast::Span {
            start: sign.len() as u32,
            end: sign.len() as u32 + 1,
        },
        ..piece.place
    };
    let value = cx.text(piece.place).to_owned();
    cx.report(errors::lints::dollar_hole(place, &value));
}

fn printable(cx: &mut Cx<'_>, piece: Typed) -> Typed {
    let ty = cx.resolve(&piece.ty);
    let text = cx.text(piece.place);
    let finding = match &ty {
        Type::Nullable(_) | Type::Null => errors::nulls::null_in_text(piece.place, text),
        Type::Secret => errors::data::secret_leak(piece.place, "a text"),
        Type::Json
        | Type::Bytes
        | Type::List(_)
        | Type::Map(_)
        | Type::Object(_)
        | Type::Union(_)
        | Type::Account(_) => {
            errors::types::not_printable(piece.place, text, &cx.describe(&piece.ty), &ty)
        }
        _ => return piece,
    };
    cx.report(finding);
    piece
}

fn unary(cx: &mut Cx<'_>, e: &ast::Expr, op: UnaryOp, operand: &ast::Expr) -> Typed {
    let place = cx.at(e.span);
    match op {
        UnaryOp::Not => {
            let value = condition(cx, operand, "`not`");
            let id = cx.add(Expr::Not(value.id), place);
            let mut result = Typed::new(id, Type::Bool, place);
            result.facts = value.facts.negate();
            result.fails = value.fails;
            result
        }
        UnaryOp::Neg => literals::negate(cx, e, operand),
    }
}

/// `if c then a else b`: each side knows what the condition proved.
fn choice(
    cx: &mut Cx<'_>,
    e: &ast::Expr,
    cond: &ast::Expr,
    then: &ast::Expr,
    otherwise: &ast::Expr,
    want: Option<&Type>,
) -> Typed {
    let cond = condition(cx, cond, "`if`");
    let outer = cx.scope.known.clone();
    cx.scope.known.learn(&cond.facts.when_true);
    let then = check(cx, then, want);
    cx.scope.known = outer.clone();
    cx.scope.known.learn(&cond.facts.when_false);
    let otherwise = check(cx, otherwise, want);
    cx.scope.known = outer;

    let place = cx.at(e.span);
    let (ty, ids) = common(cx, &[then.clone(), otherwise.clone()], want, "`if`");
    let id = cx.add(Expr::If(cond.id, ids[0], ids[1]), place);
    let mut result = Typed::new(id, ty, place).carry(&then).carry(&otherwise);
    result.fails |= cond.fails;
    result.accounts = [then.accounts, otherwise.accounts].concat();
    result
}

/// The type of a value that is one of several, and the alternatives converted to it. What has nothing in common is
/// reported at the first alternative that differs.
pub(super) fn common(
    cx: &mut Cx<'_>,
    values: &[Typed],
    want: Option<&Type>,
    what: &str,
) -> (Type, Vec<crate::ir::ExprId>) {
    let ids = |values: &[Typed]| values.iter().map(|value| value.id).collect();
    // Where a type is wanted and every side fits it by itself, they need nothing else in common.
    if let Some(want) = want
        && !matches!(want, Type::Unknown | Type::Json)
        && values.len() > 1
    {
        let target = Target::plain(format!("the result of {what}"));
        let all_fit = values
            .iter()
            .all(|value| fits_with_literals(cx, value, want));
        if all_fit {
            let coerced: Vec<Typed> = values
                .iter()
                .map(|value| coerce(cx, value.clone(), want, &target))
                .collect();
            let null = values.iter().any(|value| cx.is_nullable(&value.ty));
            let ty = if null {
                want.clone()
            } else {
                cx.non_null(want)
            };
            return (ty, ids(&coerced));
        }
    }
    let mut ty = Type::Never;
    for value in values {
        match relation::join(cx, &ty, &value.ty) {
            Some(joined) => ty = joined,
            None => {
                let money = values
                    .iter()
                    .find(|v| matches!(cx.non_null(&v.ty), Type::Money(_)));
                if let Some(money) = money.cloned()
                    && values
                        .iter()
                        .all(|v| fits_with_literals(cx, v, &money.ty.clone().nullable()))
                {
                    return common(cx, values, Some(&money.ty.nullable()), what);
                }
                let first = values[0].place;
                let (left, right) = (cx.describe(&ty), cx.describe(&value.ty));
                let finding =
                    errors::types::nothing_in_common(value.place, what, &left, &right, first);
                cx.report(finding);
                return (Type::Unknown, ids(values));
            }
        }
    }
    let target = Target::plain(what);
    let converted: Vec<Typed> = values
        .iter()
        .map(|value| match relation::fits(cx, &value.ty, &ty) {
            relation::Fit::Convert(_) => coerce(cx, value.clone(), &ty, &target),
            _ => value.clone(),
        })
        .collect();
    (ty, ids(&converted))
}

fn fits_with_literals(cx: &Cx<'_>, value: &Typed, want: &Type) -> bool {
    let money = matches!(cx.resolve(&cx.non_null(want)), Type::Money(_));
    value.number_literal && money || relation::fits(cx, &value.ty, want).is_fine()
}

fn list(cx: &mut Cx<'_>, e: &ast::Expr, items: &[ast::Expr], want: Option<&Type>) -> Typed {
    let place = cx.at(e.span);
    let wanted_item = want.and_then(|want| list_item(cx, want));
    let mut values = Vec::new();
    for item in items {
        let value = check(cx, item, wanted_item.as_ref());
        let value = match &wanted_item {
            Some(want) => coerce(cx, value, want, &Target::plain("an element of the list")),
            None => value,
        };
        values.push(value);
    }
    let (ty, ids) = match &wanted_item {
        Some(item) => (item.clone(), values.iter().map(|value| value.id).collect()),
        None => common(cx, &values, None, "the list"),
    };
    let id = cx.add(Expr::List(ids), place);
    let result = Typed::new(id, Type::List(Arc::new(ty)), place);
    values.iter().fold(result, |result, value| Typed {
        divided: false,
        share: false,
        ..result.carry(value)
    })
}

/// What a wanted list holds.
pub(super) fn list_item(cx: &Cx<'_>, want: &Type) -> Option<Type> {
    match cx.resolve(&cx.non_null(want)) {
        Type::List(item) if *item != Type::Unknown => Some((*item).clone()),
        Type::Union(variants) => variants.iter().find_map(|variant| list_item(cx, variant)),
        _ => None,
    }
}

fn fail(cx: &mut Cx<'_>, e: &ast::Expr, reason: &ast::Expr) -> Typed {
    let place = cx.at(e.span);
    let reason = expect(cx, reason, &Type::Text, &Target::plain("`fail`"));
    super::personal::check_reason(cx, &reason);
    let id = cx.add(Expr::Fail(reason.id), place);
    let mut result = Typed::new(id, Type::Never, place);
    result.fails = true;
    result
}

/// `x as T`: the conversion of json, and a check that a text is one of an enum's.
fn cast(cx: &mut Cx<'_>, e: &ast::Expr, value: &ast::Expr, ty: &ast::TypeExpr) -> Typed {
    let place = cx.at(e.span);
    let value = check(cx, value, None);
    let ty = types::lower(cx, ty);
    let found = cx.resolve(&cx.non_null(&value.ty));
    let castable = castable(cx, &found, &ty)
        || relation::text_like(&found) && relation::text_like(&cx.resolve(&cx.non_null(&ty)));
    if !castable {
        let (from, to) = (cx.describe(&value.ty), cx.describe(&ty));
        cx.report(errors::types::cannot_cast(place, &from, &to));
    }
    let null_lost =
        matches!(cx.resolve(&value.ty), Type::Nullable(_) | Type::Null) && !cx.is_nullable(&ty);
    if null_lost {
        let text = cx.text(value.place);
        let wanted = errors::types::Wanted {
            what: "`as`",
            ty: cx.describe(&ty),
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
    }
    let id = cx.add(
        Expr::Cast {
            value: value.id,
            ty: ty.clone(),
        },
        place,
    );
    let mut result = Typed::new(id, ty, place).carry(&value);
    result.fails = true;
    result
}

/// Whether `as` can make the one of the other: json, what fits anyway, and lists of those, such as `all(…)` gives.
fn castable(cx: &Cx<'_>, found: &Type, ty: &Type) -> bool {
    let found = cx.resolve(found);
    if matches!(found, Type::Json | Type::Unknown | Type::Never)
        || relation::fits(cx, &found, ty).is_fine()
    {
        return true;
    }
    match (found, cx.resolve(&cx.non_null(ty))) {
        (Type::List(found), Type::List(ty)) => castable(cx, &found, &ty),
        _ => false,
    }
}
