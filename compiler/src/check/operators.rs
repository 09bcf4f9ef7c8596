//! Operators between two values.

use ondo_grammar::ast::{self, BinaryOp, Span};

use super::accepts::has_order;
use super::coerce::{Target, coerce, convert};
use super::cx::Cx;
use super::expr::{check, condition, expect};
use super::names_in_scope::unknown_value;
use super::narrow::Facts;
use super::relation::{Fit, currencies, fits, join, nullable, text_like};
use super::typed::Typed;
use super::{arithmetic, literals, membership};
use crate::errors;
use crate::ir::{Conversion, Expr, Op};
use crate::types::{Currency, EnumType, EnumValue, Type};

/// `left op right`
pub(super) fn binary(
    cx: &mut Cx<'_>,
    e: &ast::Expr,
    (op, op_span): (BinaryOp, Span),
    left: &ast::Expr,
    right: &ast::Expr,
    want: Option<&Type>,
) -> Typed {
    match op {
        BinaryOp::And | BinaryOp::Or => logic(cx, e, op, left, right),
        BinaryOp::Coalesce => coalesce(cx, e, left, right, want),
        BinaryOp::Catch => catch(cx, e, left, right, want),
        BinaryOp::Eq => equality(cx, e, Op::Eq, left, right),
        BinaryOp::Ne => equality(cx, e, Op::Ne, left, right),
        BinaryOp::Lt => order(cx, e, Op::Lt, left, right),
        BinaryOp::Le => order(cx, e, Op::Le, left, right),
        BinaryOp::Gt => order(cx, e, Op::Gt, left, right),
        BinaryOp::Ge => order(cx, e, Op::Ge, left, right),
        BinaryOp::In => membership::check(cx, e, left, right),
        BinaryOp::NotIn => {
            let inside = membership::check(cx, e, left, right);
            let id = cx.add(Expr::Not(inside.id), inside.place);
            Typed {
                id,
                facts: inside.facts.clone().negate(),
                ..inside
            }
        }
        BinaryOp::Matches => matches(cx, e, left, right),
        BinaryOp::Add => arithmetic::check(cx, e, (Op::Add, op_span), left, right),
        BinaryOp::Sub => arithmetic::check(cx, e, (Op::Sub, op_span), left, right),
        BinaryOp::Mul => arithmetic::check(cx, e, (Op::Mul, op_span), left, right),
        BinaryOp::Div => arithmetic::check(cx, e, (Op::Div, op_span), left, right),
    }
}

fn logic(
    cx: &mut Cx<'_>,
    e: &ast::Expr,
    op: BinaryOp,
    left: &ast::Expr,
    right: &ast::Expr,
) -> Typed {
    let place = cx.at(e.span);
    let both = op == BinaryOp::And;
    let word = if both { "`and`" } else { "`or`" };
    let left_expr = left;
    let left = check(cx, left_expr, Some(&Type::Bool));
    if !both && stands_in(cx, &left) {
        let (found, right) = (cx.describe(&left.ty), cx.at(right.span));
        let (text, right) = (cx.text(left.place), cx.text(right));
        let finding = errors::types::value_before_or(left.place, text, &found, right);
        cx.report(finding);
        return unknown_value(cx, e);
    }
    let facts = left.facts.clone();
    let left = coerce(cx, left, &Type::Bool, &Target::plain(word));
    let left = Typed { facts, ..left };
    // The right side runs only if the left is true (`and`) or false (`or`).
    let outer = cx.scope.known.clone();
    let proved = if both {
        &left.facts.when_true
    } else {
        &left.facts.when_false
    };
    cx.scope.known.learn(proved);
    if !both && let Some(help) = listed_alternatives(cx, left_expr, right) {
        let at = cx.at(right.span);
        let text = cx.text(at);
        cx.report(errors::types::value_after_or(at, text, help));
        cx.scope.known = outer;
        return unknown_value(cx, e);
    }
    let right = condition(cx, right, word);
    cx.scope.known = outer;
    let (expr, facts) = if both {
        let facts = left.facts.clone().and(right.facts.clone());
        (Expr::And(left.id, right.id), facts)
    } else {
        let facts = left.facts.clone().or(right.facts.clone());
        (Expr::Or(left.id, right.id), facts)
    };
    let id = cx.add(expr, place);
    let mut result = Typed::new(id, Type::Bool, place);
    result.facts = facts;
    result.fails = left.fails || right.fails;
    result
}

/// `phone or "none"` of languages where anything is a condition.
fn stands_in(cx: &Cx<'_>, left: &Typed) -> bool {
    let present = cx.resolve(&cx.non_null(&left.ty));
    let undecided = matches!(
        present,
        Type::Bool | Type::Unknown | Type::Never | Type::Null | Type::Json
    );
    cx.is_nullable(&left.ty) && !undecided
}

/// `status == "new" or "paid"` means `status in ["new", "paid"]`.
fn listed_alternatives(cx: &Cx<'_>, left: &ast::Expr, right: &ast::Expr) -> Option<String> {
    let literal = |e: &ast::Expr| matches!(e.kind, ast::ExprKind::Text(_) | ast::ExprKind::Int(_));
    let text = |e: &ast::Expr| cx.text(cx.at(e.span));
    match &left.kind {
        ast::ExprKind::Binary {
            op: BinaryOp::Eq,
            left,
            right: first,
            ..
        } if literal(right) => Some(format!(
            "{} in [{}, {}]",
            text(left),
            text(first),
            text(right)
        )),
        _ => None,
    }
}

/// `a ?? b`
fn coalesce(
    cx: &mut Cx<'_>,
    e: &ast::Expr,
    left: &ast::Expr,
    right: &ast::Expr,
    want: Option<&Type>,
) -> Typed {
    let place = cx.at(e.span);
    let wanted_left = want.map(|want| nullable(cx, want));
    let left = check(cx, left, wanted_left.as_ref());
    let resolved = cx.resolve(&left.ty);
    if !resolved.is_nullable() && resolved != Type::Never {
        let text = cx.text(left.place);
        cx.report(errors::lints::needless_default(place, text));
    }
    let present = cx.non_null(&left.ty);
    let hint = match (&present, want) {
        (Type::Null | Type::Unknown | Type::Never, want) => want.cloned(),
        (present, _) => Some(present.clone()),
    };
    let right = check(cx, right, hint.as_ref());
    let right = if right.number_literal && matches!(cx.resolve(&present), Type::Money(_)) {
        coerce(cx, right, &present, &Target::plain("`??`"))
    } else {
        right
    };
    let mut left_id = left.id;
    let mut right_id = right.id;
    let ty = match fits(cx, &right.ty, &present) {
        Fit::Convert(_) => {
            right_id = coerce(cx, right.clone(), &present, &Target::plain("`??`")).id;
            present
        }
        _ => {
            let stripped = Typed {
                ty: present.clone(),
                ..left.clone()
            };
            match join(cx, &present, &right.ty) {
                Some(ty) => {
                    if ty == Type::Decimal && cx.resolve(&present) == Type::Int {
                        left_id = convert(cx, left.clone(), Conversion::Decimal).id;
                    }
                    ty
                }
                None => {
                    let (found, other) = (cx.describe(&stripped.ty), cx.describe(&right.ty));
                    let finding = errors::types::nothing_in_common(
                        right.place,
                        "`??`",
                        &found,
                        &other,
                        left.place,
                    );
                    cx.report(finding);
                    Type::Unknown
                }
            }
        }
    };
    let id = cx.add(Expr::Coalesce(left_id, right_id), place);
    let mut result = Typed::new(id, ty, place).carry(&left).carry(&right);
    result.accounts = [left.accounts, right.accounts].concat();
    result
}

/// `a catch b`
fn catch(
    cx: &mut Cx<'_>,
    e: &ast::Expr,
    left: &ast::Expr,
    right: &ast::Expr,
    want: Option<&Type>,
) -> Typed {
    let place = cx.at(e.span);
    let left = check(cx, left, want);
    if !left.fails && !left.is_unknown() {
        let text = cx.text(left.place);
        cx.report(errors::lints::needless_catch(place, text));
    }
    let hint = match &left.ty {
        Type::Unknown | Type::Never => want.cloned(),
        ty => Some(ty.clone()),
    };
    let right = check(cx, right, hint.as_ref());
    let (ty, ids) = super::expr::common(cx, &[left.clone(), right.clone()], None, "`catch`");
    let id = cx.add(Expr::Catch(ids[0], ids[1]), place);
    let fails = right.fails;
    let mut result = Typed::new(id, ty, place).carry(&left).carry(&right);
    result.fails = fails;
    result
}

fn compared(
    cx: &mut Cx<'_>,
    e: &ast::Expr,
    op: Op,
    left: Typed,
    right: Typed,
    facts: Facts,
) -> Typed {
    let place = cx.at(e.span);
    let fails = left.fails || right.fails;
    let id = cx.add(
        Expr::Binary {
            op,
            left: left.id,
            right: right.id,
        },
        place,
    );
    let mut result = Typed::new(id, Type::Bool, place);
    result.facts = facts;
    result.fails = fails;
    result
}

/// `a == b`, `a != b`: null may be on either side.
fn equality(cx: &mut Cx<'_>, e: &ast::Expr, op: Op, left: &ast::Expr, right: &ast::Expr) -> Typed {
    let mut left = check(cx, left, None);
    let hint = cx.non_null(&left.ty);
    let mut right = check(cx, right, Some(&hint));
    if left.ty != Type::Null && right.ty != Type::Null {
        balance(cx, &mut left, &mut right);
        comparable(cx, e, &left, &right, false);
    } else if let Some(tested) = never_null(cx, &left, &right) {
        let text = cx.text(tested.place);
        let place = cx.at(e.span);
        cx.report(errors::lints::needless_null_check(
            place,
            text,
            op == Op::Eq,
        ));
    }
    let equal = equal_facts(cx, &left, &right);
    let facts = if op == Op::Eq { equal } else { equal.negate() };
    compared(cx, e, op, left, right, facts)
}

/// The side of a comparison with `null` that is always there, unless a condition before proved it.
fn never_null<'t>(cx: &Cx<'_>, left: &'t Typed, right: &'t Typed) -> Option<&'t Typed> {
    let tested = if right.ty == Type::Null { left } else { right };
    let nullable = cx.is_nullable(&tested.ty);
    let proved = tested
        .key
        .as_ref()
        .is_some_and(|key| cx.scope.known.present(key));
    (!nullable && !proved && tested.ty != Type::Never).then_some(tested)
}

/// What is present where two values are equal: whatever equals something that is there.
fn equal_facts(cx: &Cx<'_>, left: &Typed, right: &Typed) -> Facts {
    let mut facts = Facts::default();
    let pairs = [(left, right), (right, left)];
    for (one, other) in pairs {
        let Some(key) = &one.key else { continue };
        if other.ty == Type::Null {
            facts.when_false.insert(key.clone());
        } else if !cx.is_nullable(&other.ty) {
            facts.when_true.insert(key.clone());
        }
    }
    facts
}

/// Number literals take the type of the other side.
pub(super) fn balance(cx: &mut Cx<'_>, left: &mut Typed, right: &mut Typed) {
    let money = |cx: &Cx<'_>, value: &Typed| match cx.resolve(&cx.non_null(&value.ty)) {
        Type::Money(Currency::Named(code)) => Some(Some(code)),
        Type::Money(_) => Some(None),
        _ => None,
    };
    if let Some(code) = money(cx, left)
        && right.number_literal
    {
        *right = convert(cx, right.clone(), Conversion::Money(code));
    } else if let Some(code) = money(cx, right)
        && left.number_literal
    {
        *left = convert(cx, left.clone(), Conversion::Money(code));
    }
}

/// Reports a comparison of things that are never alike. With `ordered`, of things without an order too.
pub(super) fn comparable(
    cx: &mut Cx<'_>,
    e: &ast::Expr,
    left: &Typed,
    right: &Typed,
    ordered: bool,
) {
    let l = cx.resolve(&cx.non_null(&left.ty));
    let r = cx.resolve(&cx.non_null(&right.ty));
    let place = cx.at(e.span);
    let same = match (&l, &r) {
        (Type::Unknown | Type::Never, _) | (_, Type::Unknown | Type::Never) => return,
        (Type::Money(l), Type::Money(r)) => {
            if let Fit::Currency(l, r) = currencies(l, r) {
                let finding = errors::types::two_currencies((left.place, &l), (right.place, &r));
                cx.report(finding);
            }
            true
        }
        (Type::Int | Type::Decimal, Type::Int | Type::Decimal) => true,
        (Type::Enum(l), Type::Enum(r)) => {
            return enums(cx, left, right, l, r);
        }
        (Type::Enum(e), Type::Int) | (Type::Int, Type::Enum(e)) => {
            e.values.iter().all(|v| matches!(v, EnumValue::Int(_)))
        }
        (Type::Enum(e), Type::Bool) | (Type::Bool, Type::Enum(e)) => {
            e.values.iter().all(|v| matches!(v, EnumValue::Bool(_)))
        }
        (Type::Json, other) | (other, Type::Json) => {
            if !matches!(other, Type::Json) {
                let json = if l == Type::Json { left } else { right };
                let text = cx.text(json.place);
                cx.report(errors::types::untyped_json(json.place, text));
                return;
            }
            true
        }
        (l, r) if text_like(l) && text_like(r) => true,
        (l, r) => l == r || join(cx, l, r).is_some(),
    };
    let orderless = ordered && !has_order(&l);
    if matches!(l, Type::Secret) || matches!(r, Type::Secret) {
        cx.report(errors::data::secret_leak(place, "a comparison"));
    } else if !same {
        let texts = (cx.text(left.place), cx.text(right.place));
        let types = (cx.describe(&left.ty), cx.describe(&right.ty));
        let hint = comparison_hint(&l, &r, texts);
        let finding = errors::types::compare_types(
            place,
            (left.place, &types.0),
            (right.place, &types.1),
            hint,
        );
        cx.report(finding);
    } else if orderless {
        let found = cx.describe(&left.ty);
        cx.report(errors::types::no_order(place, &found));
    }
}

fn comparison_hint(left: &Type, right: &Type, texts: (&str, &str)) -> Option<String> {
    let number = |text: &str| {
        let digits = text.trim_matches('"');
        crate::value::Num::parse(digits)
            .is_ok()
            .then(|| digits.to_owned())
    };
    let int = |text: &str| {
        let digits = text.trim_matches('"');
        match digits.parse::<i64>() {
            Ok(_) => Some(digits.to_owned()),
            Err(_) if text.starts_with('"') => None,
            Err(_) => Some(format!("int({text})")),
        }
    };
    let is_whole = |text: &str| text.parse::<i64>().is_ok();
    match (left, right) {
        // None of the texts of a declared field is a number.
        (Type::Enum(of), Type::Int) | (Type::Int, Type::Enum(of)) if of.values.len() > 1 => None,
        // `order.number == 5`: numbers of orders, statuses and codes are texts.
        (left, Type::Int) if text_like(left) && is_whole(texts.1) && !texts.0.starts_with('"') => {
            Some(format!("\"{}\"", texts.1))
        }
        (Type::Int, right)
            if text_like(right) && is_whole(texts.0) && !texts.1.starts_with('"') =>
        {
            Some(format!("\"{}\"", texts.0))
        }
        (left, Type::Int) if text_like(left) => int(texts.0),
        (Type::Int, right) if text_like(right) => int(texts.1),
        (Type::DateTime, right) if text_like(right) => Some(format!("datetime({})", texts.1)),
        (Type::Date, right) if text_like(right) => Some(format!("date({})", texts.1)),
        (Type::Money(_), right) if text_like(right) => number(texts.1),
        (left, Type::Money(_)) if text_like(left) => number(texts.0),
        (Type::Money(_), Type::Decimal | Type::Int) => Some(format!("money({})", texts.1)),
        (Type::Decimal | Type::Int, Type::Money(_)) => Some(format!("money({})", texts.0)),
        _ => None,
    }
}

/// Two enums are alike if they share a value; a literal must be a member.
fn enums(cx: &mut Cx<'_>, left: &Typed, right: &Typed, l: &EnumType, r: &EnumType) {
    if l.values.iter().any(|value| r.values.contains(value)) {
        return;
    }
    // Two values that the author wrote: a constant that is compared with what it might be.
    let is_written = |ty: &EnumType| ty.values.len() == 1 && ty.name.is_none();
    if is_written(l) && is_written(r) {
        return;
    }
    // Texts written by the author are compared with the declared ones, not the other way round.
    let (written, declared, ty, members) = if l.values.len() == 1 && l.name.is_none() {
        (left, right, l, r)
    } else {
        (right, left, r, l)
    };
    let what = format!("`{}`", cx.text(declared.place));
    let wanted = errors::types::Wanted {
        what: &what,
        ty: cx.describe(&declared.ty),
        declared: None,
        caption: None,
    };
    let finding = errors::types::enum_value(written.place, &ty.values, members, &wanted);
    cx.report(finding);
}

/// `a < b`: both must be there.
fn order(cx: &mut Cx<'_>, e: &ast::Expr, op: Op, left: &ast::Expr, right: &ast::Expr) -> Typed {
    let mut left = check(cx, left, None);
    let hint = cx.non_null(&left.ty);
    let mut right = check(cx, right, Some(&hint));
    balance(cx, &mut left, &mut right);
    let left = arithmetic::needed(cx, left, "the comparison");
    let right = arithmetic::needed(cx, right, "the comparison");
    comparable(cx, e, &left, &right, true);
    compared(cx, e, op, left, right, Facts::default())
}

/// `x matches r'…'`
fn matches(cx: &mut Cx<'_>, e: &ast::Expr, left: &ast::Expr, right: &ast::Expr) -> Typed {
    let place = cx.at(e.span);
    let value = expect(cx, left, &Type::Text, &Target::plain("`matches`"));
    let pattern_place = cx.at(right.span);
    let Some(pattern) = literals::text_of(right) else {
        cx.report(errors::types::pattern_not_literal(pattern_place));
        return unknown_value(cx, e);
    };
    let regex = match regex::Regex::new(&pattern) {
        Ok(regex) => regex,
        Err(reason) => {
            let finding = errors::types::bad_pattern(pattern_place, &reason);
            cx.report(finding);
            return unknown_value(cx, e);
        }
    };
    let id = cx.add(
        Expr::Matches {
            value: value.id,
            regex: regex.into(),
        },
        place,
    );
    let mut result = Typed::new(id, Type::Bool, place);
    result.fails = value.fails;
    result
}
