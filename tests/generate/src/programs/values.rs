//! Values of a type, with null and without.

use super::conditions::{condition, guard, list};
use super::{Cx, MISTAKE, Ty, Var, paths};

pub(super) fn literal(cx: &mut Cx<'_, '_>, ty: Ty) -> String {
    let words: &[&str] = match ty {
        Ty::Text => &["\"Заказ\"", "\"+79161234567\""],
        Ty::Int => &["0", "3"],
        Ty::Bool => &["true", "false"],
        Ty::Money => &["money(5)", "money(0)"],
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

/// Where a value is wanted that is not null.
pub(super) fn present(cx: &mut Cx<'_, '_>, ty: Ty, depth: usize) -> String {
    if depth == 0 || cx.tape.has_ended() {
        return match paths::to(cx, ty) {
            Some((path, true)) if !cx.tape.rarely(MISTAKE) => {
                format!("({path} ?? {})", literal(cx, ty))
            }
            Some((path, _)) => path,
            None => literal(cx, ty),
        };
    }
    let depth = depth - 1;
    match cx.tape.roll(12) {
        0..=2 => present(cx, ty, 0),
        3 => match paths::nullable(cx, ty) {
            Some((path, _)) => format!("({path} ?? {})", present(cx, ty, depth)),
            None => present(cx, ty, depth),
        },
        4..=6 => {
            let cond = guard(cx, depth);
            let then = cx.knowing(&cond.when_true, |cx| present(cx, ty, depth));
            let otherwise = cx.knowing(&cond.when_false, |cx| present(cx, ty, depth));
            format!("(if {} then {then} else {otherwise})", cond.text)
        }
        7 => {
            let tested = cx.tape.one_of(&[Ty::Text, Ty::Int]);
            let Some((subject, proved)) = paths::nullable(cx, tested) else {
                return present(cx, ty, depth);
            };
            let absent = present(cx, ty, depth);
            if cx.tape.rarely(4) {
                let pattern = literal(cx, tested);
                let there = cx.knowing(&proved, |cx| present(cx, ty, 0));
                return format!("(match {subject} {{ {pattern} -> {there}  else -> {absent} }})");
            }
            let there = cx.knowing(&proved, |cx| present(cx, ty, depth));
            format!("(match {subject} {{ null -> {absent}  else -> {there} }})")
        }
        _ => of_type(cx, ty, depth),
    }
}

fn of_type(cx: &mut Cx<'_, '_>, ty: Ty, depth: usize) -> String {
    match (ty, cx.tape.roll(6)) {
        (Ty::Text, 0) => format!(
            "\"{{{}}} {{{}}}\"",
            in_hole(cx, Ty::Text),
            in_hole(cx, Ty::Int)
        ),
        (Ty::Text, 1) => {
            let (value, filter) = each(cx, Ty::Text, depth);
            format!("join([{value} {filter}], \", \")")
        }
        (Ty::Text, 2) if cx.functions > 0 => {
            let function = cx.tape.roll(cx.functions);
            let (text, number) = (maybe(cx, Ty::Text, depth), maybe(cx, Ty::Int, depth));
            let customer = paths::to(cx, Ty::Customer).map_or("null".to_owned(), |found| found.0);
            format!("f{function}({text}, {number}, {customer})")
        }
        (Ty::Text, 3) => format!("{}.upper()", present(cx, Ty::Text, 0)),
        (Ty::Text, 4) => format!("words[{}]", present(cx, Ty::Status, 0)),
        (Ty::Text, _) => format!("string({})", present(cx, Ty::Int, depth)),
        (Ty::Int, 0) => format!("({} + 1)", present(cx, Ty::Int, depth)),
        (Ty::Int, 1) => format!("length({})", present(cx, Ty::Text, depth)),
        (Ty::Int, 2) => format!("(int({}) catch 0)", present(cx, Ty::Text, depth)),
        (Ty::Int, _) => format!("count({})", list(cx).0),
        (Ty::Money, 0) => format!(
            "({} - {})",
            present(cx, Ty::Money, 0),
            present(cx, Ty::Money, depth)
        ),
        (Ty::Money, 1) => {
            let (value, filter) = each(cx, Ty::Money, depth);
            format!("sum({value} {filter})")
        }
        (Ty::Money, _) => match paths::to(cx, Ty::Money) {
            Some((path, false)) => format!("round({path} * 5%, 2)"),
            _ => present(cx, ty, depth),
        },
        (Ty::Bool, _) => format!("({})", condition(cx, depth)),
        _ => present(cx, ty, 0),
    }
}

/// `"{…}"`: null has no text.
fn in_hole(cx: &mut Cx<'_, '_>, ty: Ty) -> String {
    present(cx, ty, 0)
}

/// A value for each element of a list that a filter lets through.
fn each(cx: &mut Cx<'_, '_>, ty: Ty, depth: usize) -> (String, String) {
    let (list, element) = list(cx);
    let name = cx.fresh();
    let var = Var {
        name: name.clone(),
        ty: element,
        nullable: false,
    };
    cx.within(var, |cx| {
        let filter = guard(cx, depth.max(1));
        let value = cx.knowing(&filter.when_true, |cx| present(cx, ty, depth));
        (value, format!("for {name} in {list} if {}", filter.text))
    })
}

/// Where null may be.
pub(super) fn maybe(cx: &mut Cx<'_, '_>, ty: Ty, depth: usize) -> String {
    let path = match paths::nullable(cx, ty) {
        Some((path, _)) => path,
        None => return present(cx, ty, depth),
    };
    match cx.tape.roll(6) {
        1 if depth > 0 => {
            let cond = guard(cx, depth - 1);
            let then = cx.knowing(&cond.when_true, |cx| present(cx, ty, depth - 1));
            format!("(if {} then {then} else null)", cond.text)
        }
        2 => match paths::nullable(cx, ty) {
            Some((other, _)) => format!("({path} ?? {other})"),
            None => path,
        },
        3 if ty == Ty::Text => format!("({path}?.e164(region: \"RU\") catch null)"),
        4 if ty == Ty::Int => format!("(int({}) catch null)", present(cx, Ty::Text, 0)),
        _ => path,
    }
}
