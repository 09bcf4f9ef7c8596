//! Conditions: what they prove about null is what is tested.

use super::values::{literal, maybe, present};
use super::{Cx, Ty, Var, paths};

/// Types that a path often leads to.
const TESTED: &[Ty] = &[
    Ty::Text,
    Ty::Int,
    Ty::Customer,
    Ty::Text,
    Ty::Item,
    Ty::Bool,
    Ty::Money,
    Ty::Offer,
    Ty::Order,
];

pub(super) fn condition(cx: &mut Cx<'_, '_>, depth: usize) -> String {
    if depth == 0 || cx.tape.has_ended() {
        return test(cx);
    }
    let depth = depth - 1;
    match cx.tape.roll(14) {
        0..=4 => test(cx),
        5 | 6 => format!("{} and {}", joined(cx, depth), joined(cx, depth)),
        7 | 8 => format!("{} or {}", joined(cx, depth), joined(cx, depth)),
        9 => format!("not {}", joined(cx, depth)),
        10 => {
            let (cond, then, otherwise) =
                (condition(cx, depth), joined(cx, depth), joined(cx, depth));
            format!("(if {cond} then {then} else {otherwise})")
        }
        11 => {
            let Some((list, element)) = list(cx) else {
                return test(cx);
            };
            let name = cx.fresh();
            let var = Var {
                name: name.clone(),
                ty: element,
                nullable: false,
            };
            let (filter, cond) = cx.within(var, |cx| (test(cx), condition(cx, depth)));
            format!("any({cond} for {name} in {list} if {filter})")
        }
        12 => {
            let value = maybe(cx, Ty::Bool, depth);
            format!("({value} ?? false)")
        }
        _ => {
            let Some((path, _)) = tested(cx) else {
                return test(cx);
            };
            let cond = joined(cx, depth);
            format!("(match {path} {{ null -> false  else -> {cond} }})")
        }
    }
}

fn joined(cx: &mut Cx<'_, '_>, depth: usize) -> String {
    format!("({})", condition(cx, depth))
}

fn tested(cx: &mut Cx<'_, '_>) -> Option<(String, Ty)> {
    let ty = cx.tape.one_of(TESTED);
    Some((paths::to(cx, ty)?.0, ty))
}

/// One comparison.
fn test(cx: &mut Cx<'_, '_>) -> String {
    let Some((path, ty)) = tested(cx) else {
        return "true".to_owned();
    };
    let flat = matches!(ty, Ty::Text | Ty::Int | Ty::Money | Ty::Bool);
    match cx.tape.roll(10) {
        0..=2 => format!("{path} != null"),
        3 | 4 => format!("{path} == null"),
        5 if flat => format!("{path} == {}", literal(cx, ty)),
        6 if flat => format!("{path} != {}", literal(cx, ty)),
        7 if matches!(ty, Ty::Text | Ty::Int) => {
            let word = cx.tape.one_of(&["in", "not in"]);
            let other = match paths::to(cx, ty) {
                Some((other, _)) => other,
                None => literal(cx, ty),
            };
            format!("{path} {word} [{}, {other}]", literal(cx, ty))
        }
        8 if flat => match paths::to(cx, ty) {
            Some((other, _)) => format!("{path} {} {other}", cx.tape.one_of(&["==", "!="])),
            None => format!("{path} != null"),
        },
        9 if ty == Ty::Text => format!("{} matches r'^7'", present(cx, ty, 0)),
        _ => format!("null != {path}"),
    }
}

/// A list and what is in it.
pub(super) fn list(cx: &mut Cx<'_, '_>) -> Option<(String, Ty)> {
    let (ty, element) = cx
        .tape
        .one_of(&[(Ty::Items, Ty::Item), (Ty::Payments, Ty::Payment)]);
    Some((paths::to(cx, ty)?.0, element))
}
