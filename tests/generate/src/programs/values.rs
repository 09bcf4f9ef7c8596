//! Values of a type, with null and without.

use super::conditions::{condition, list};
use super::{Cx, Ty, Var, paths};

pub(super) fn literal(cx: &mut Cx<'_, '_>, ty: Ty) -> String {
    let words: &[&str] = match ty {
        Ty::Text => &["\"Заказ\"", "\"+79161234567\""],
        Ty::Int => &["0", "3"],
        Ty::Bool => &["true", "false"],
        Ty::Money => &["5", "0"],
        Ty::Decimal => &["1.5", "2.0"],
        Ty::Status => &["\"new\"", "\"paid\""],
        Ty::Order
        | Ty::Customer
        | Ty::Item
        | Ty::Offer
        | Ty::Payment
        | Ty::Edited
        | Ty::Found
        | Ty::Items
        | Ty::Payments => &["null"],
    };
    cx.tape.one_of(words).to_owned()
}

/// A path of this type, wherever it leads: as if it were never null.
fn path(cx: &mut Cx<'_, '_>, ty: Ty) -> String {
    match paths::to(cx, ty) {
        Some((path, _)) => path,
        None => literal(cx, ty),
    }
}

/// Where a value is wanted that is not null.
pub(super) fn present(cx: &mut Cx<'_, '_>, ty: Ty, depth: usize) -> String {
    if depth == 0 || cx.tape.has_ended() {
        return match paths::to(cx, ty) {
            // As it is one time in two, so that there are guards that matter.
            Some((path, true)) if cx.tape.rarely(2) => format!("({path} ?? {})", literal(cx, ty)),
            Some((path, _)) => path,
            None => literal(cx, ty),
        };
    }
    let depth = depth - 1;
    match cx.tape.roll(10) {
        0..=2 => path(cx, ty),
        3 => format!("({} ?? {})", maybe(cx, ty, depth), present(cx, ty, depth)),
        4 | 5 => {
            let cond = condition(cx, depth);
            format!(
                "(if {cond} then {} else {})",
                present(cx, ty, depth),
                present(cx, ty, depth)
            )
        }
        6 => {
            let tested = cx.tape.one_of(&[Ty::Text, Ty::Int, Ty::Customer]);
            let subject = path(cx, tested);
            format!(
                "(match {subject} {{ null -> {}  else -> {} }})",
                present(cx, ty, depth),
                present(cx, ty, depth)
            )
        }
        _ => of_type(cx, ty, depth),
    }
}

fn of_type(cx: &mut Cx<'_, '_>, ty: Ty, depth: usize) -> String {
    match (ty, cx.tape.roll(6)) {
        (Ty::Text, 0) => format!("\"{{{}}} {{{}}}\"", path(cx, Ty::Text), path(cx, Ty::Int)),
        (Ty::Text, 1) => {
            let Some((list, element)) = list(cx) else {
                return literal(cx, ty);
            };
            let name = cx.fresh();
            let var = Var {
                name: name.clone(),
                ty: element,
                nullable: false,
            };
            let (cond, value) = cx.within(var, |cx| {
                (condition(cx, depth), present(cx, Ty::Text, depth))
            });
            format!("join([{value} for {name} in {list} if {cond}], \", \")")
        }
        (Ty::Text, 2) if cx.functions > 0 => {
            let function = cx.tape.roll(cx.functions);
            let (text, number) = (maybe(cx, Ty::Text, depth), maybe(cx, Ty::Int, depth));
            format!("f{function}({text}, {number}, {})", path(cx, Ty::Customer))
        }
        (Ty::Text, 3) => format!("{}.upper()", path(cx, Ty::Text)),
        (Ty::Text, 4) => format!("words[{}]", path(cx, Ty::Status)),
        (Ty::Text, _) => format!("string({})", present(cx, Ty::Int, depth)),
        (Ty::Int, 0) => format!("({} + 1)", path(cx, Ty::Int)),
        (Ty::Int, 1) => format!("length({})", present(cx, Ty::Text, depth)),
        (Ty::Int, 2) => format!("(int({}) catch 0)", present(cx, Ty::Text, depth)),
        (Ty::Int, _) => format!("count({})", path(cx, Ty::Items)),
        (Ty::Money, 0) => format!(
            "({} - {})",
            path(cx, Ty::Money),
            present(cx, Ty::Money, depth)
        ),
        (Ty::Money, 1) => {
            let name = cx.fresh();
            let list = path(cx, Ty::Items);
            let var = Var {
                name: name.clone(),
                ty: Ty::Item,
                nullable: false,
            };
            let (cond, value) = cx.within(var, |cx| {
                (condition(cx, depth), present(cx, Ty::Money, depth))
            });
            format!("sum({value} for {name} in {list} if {cond})")
        }
        (Ty::Money, _) => format!("round({} * 5%, 2)", path(cx, Ty::Money)),
        (Ty::Bool, _) => format!("({})", condition(cx, depth)),
        _ => path(cx, ty),
    }
}

/// Where null may be.
pub(super) fn maybe(cx: &mut Cx<'_, '_>, ty: Ty, depth: usize) -> String {
    if depth == 0 || cx.tape.has_ended() {
        return path(cx, ty);
    }
    let depth = depth - 1;
    match cx.tape.roll(8) {
        0..=2 => path(cx, ty),
        3 => {
            let cond = condition(cx, depth);
            format!("(if {cond} then {} else null)", present(cx, ty, depth))
        }
        4 => format!("({} ?? {})", path(cx, ty), maybe(cx, ty, depth)),
        5 if ty == Ty::Text => format!("({}?.e164(region: \"RU\") catch null)", path(cx, Ty::Text)),
        6 if ty == Ty::Int => format!("(int({}) catch null)", present(cx, Ty::Text, depth)),
        _ => present(cx, ty, depth),
    }
}
