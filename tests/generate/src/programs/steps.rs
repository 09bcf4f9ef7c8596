//! Steps: guards that stop, bindings, loops, and calls that need values.

use super::conditions::{guard, list};
use super::values::{maybe, present};
use super::{Cx, Ty, Var, paths};

pub(super) fn block(cx: &mut Cx<'_, '_>, depth: usize) -> String {
    let outside = cx.scope.len();
    let count = 1 + cx.tape.roll(4);
    let mut text = String::new();
    for _ in 0..count {
        text.push_str(&step(cx, depth));
        text.push('\n');
    }
    cx.scope.truncate(outside);
    text
}

fn step(cx: &mut Cx<'_, '_>, depth: usize) -> String {
    if depth == 0 || cx.tape.has_ended() {
        return call(cx, 1);
    }
    let depth = depth - 1;
    match cx.tape.roll(14) {
        0..=2 => call(cx, depth),
        3..=6 => {
            let cond = guard(cx, 2);
            let end = cx.tape.one_of(&["stop", "fail \"no\"", "stop \"done\""]);
            // Behind it, the condition is false.
            cx.scope.extend(cond.when_false);
            format!("if {} {{ {end} }}", cond.text)
        }
        7 => {
            let cond = guard(cx, 2);
            let then = cx.knowing(&cond.when_true, |cx| block(cx, depth));
            let otherwise = cx.knowing(&cond.when_false, |cx| block(cx, depth));
            format!("if {} {{\n{then}}} else {{\n{otherwise}}}", cond.text)
        }
        8 => {
            let cond = guard(cx, 2);
            let then = cx.knowing(&cond.when_true, |cx| block(cx, depth));
            cx.scope.extend(cond.when_true);
            format!("if {} {{\n{then}}} else {{ stop }}", cond.text)
        }
        9 => {
            let (list, element) = list(cx);
            let name = cx.fresh();
            cx.loops += 1;
            let var = Var {
                name: name.clone(),
                ty: element,
                nullable: false,
            };
            let text = cx.within(var, |cx| {
                let filter = guard(cx, 2);
                let body = cx.knowing(&filter.when_true, |cx| block(cx, depth));
                format!("for {name} in {list} if {} {{\n{body}}}", filter.text)
            });
            cx.loops -= 1;
            text
        }
        10 => {
            let ty = cx.tape.one_of(&[Ty::Text, Ty::Int]);
            let Some((path, proved)) = paths::nullable(cx, ty) else {
                return call(cx, depth);
            };
            let body = cx.knowing(&proved, |cx| block(cx, depth));
            format!("match {path} {{\n  null -> stop\n  else -> {{\n{body}}}\n}}")
        }
        _ => binding(cx, depth),
    }
}

/// `let x = …`: often of what may be null, for a guard to come.
fn binding(cx: &mut Cx<'_, '_>, depth: usize) -> String {
    let ty = cx.tape.one_of(&[
        Ty::Text,
        Ty::Customer,
        Ty::Int,
        Ty::Item,
        Ty::Money,
        Ty::Offer,
    ]);
    let flat = matches!(ty, Ty::Text | Ty::Int | Ty::Money);
    let found = match cx.tape.rarely(2) && flat {
        true => None,
        false => paths::nullable(cx, ty),
    };
    let name = cx.fresh();
    let (value, nullable) = match found {
        Some((path, _)) => (path, true),
        None if flat => (present(cx, ty, depth), false),
        None => return call(cx, depth),
    };
    let written = format!("let {name} = {value}");
    cx.scope.push(Var { name, ty, nullable });
    written
}

fn call(cx: &mut Cx<'_, '_>, depth: usize) -> String {
    let name = cx.fresh();
    let depth = depth.min(2);
    match cx.tape.roll(7) {
        0..=2 => {
            let (id, text) = (present(cx, Ty::Int, depth), present(cx, Ty::Text, depth));
            format!("let {name} = shop.note(id: {id}, text: {text})")
        }
        3 | 4 => {
            let (id, comment) = (present(cx, Ty::Int, 1), maybe(cx, Ty::Text, depth));
            let total = maybe(cx, Ty::Money, depth);
            let handler = match cx.tape.roll(3) {
                0 => "",
                1 => " on rejected { stop }",
                _ => " on rejected as r { shop.note(id: 1, text: r.message) }",
            };
            let written = format!(
                "let {name} = shop.edit(id: {id}, comment: {comment}, total: {total}){handler}"
            );
            cx.scope.push(Var {
                name,
                ty: Ty::Edited,
                nullable: true,
            });
            written
        }
        5 => {
            let number = present(cx, Ty::Text, depth);
            let written = format!("let {name} = shop.find(number: {number})");
            cx.scope.push(Var {
                name,
                ty: Ty::Found,
                nullable: false,
            });
            written
        }
        _ => {
            let (phone, comment) = (present(cx, Ty::Text, depth), present(cx, Ty::Text, depth));
            let (amount, points) = (present(cx, Ty::Money, 1), maybe(cx, Ty::Int, depth));
            let key = match cx.loops {
                0 => String::new(),
                _ => format!(" key {}", present(cx, Ty::Text, 1)),
            };
            format!(
                "let {name} = till.pay(guest: {{ type: \"phone\", phone: e164({phone}, region: \"RU\") }}, \
                 organization: \"1\", amount: round({amount}, 2), comment: {comment}, points: {points}){key}"
            )
        }
    }
}
