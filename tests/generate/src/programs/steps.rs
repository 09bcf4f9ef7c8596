//! Steps: guards that stop, bindings, loops, and calls that need values.

use super::conditions::{condition, list};
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
        3..=5 => {
            let cond = condition(cx, 2);
            let end = cx.tape.one_of(&["stop", "fail \"no\"", "stop \"done\""]);
            format!("if {cond} {{ {end} }}")
        }
        6 => {
            let cond = condition(cx, 2);
            format!(
                "if {cond} {{\n{}}} else {{\n{}}}",
                block(cx, depth),
                block(cx, depth)
            )
        }
        7 => {
            let cond = condition(cx, 2);
            format!("if {cond} {{\n{}}} else {{ stop }}", block(cx, depth))
        }
        8 => {
            let Some((list, element)) = list(cx) else {
                return call(cx, depth);
            };
            let name = cx.fresh();
            cx.loops += 1;
            let var = Var {
                name: name.clone(),
                ty: element,
                nullable: false,
            };
            let (cond, body) = cx.within(var, |cx| (condition(cx, 2), block(cx, depth)));
            cx.loops -= 1;
            format!("for {name} in {list} if {cond} {{\n{body}}}")
        }
        9 => {
            let ty = cx.tape.one_of(&[Ty::Text, Ty::Int, Ty::Customer]);
            let Some((path, _)) = paths::to(cx, ty) else {
                return call(cx, depth);
            };
            format!(
                "match {path} {{\n  null -> stop\n  else -> {{\n{}}}\n}}",
                block(cx, depth)
            )
        }
        _ => binding(cx, depth),
    }
}

/// `let x = …`: whether it may be null is the checker's business.
fn binding(cx: &mut Cx<'_, '_>, depth: usize) -> String {
    let ty = cx.tape.one_of(&[
        Ty::Text,
        Ty::Customer,
        Ty::Int,
        Ty::Item,
        Ty::Money,
        Ty::Bool,
        Ty::Items,
    ]);
    let value = match paths::to(cx, ty) {
        Some((path, _)) if cx.tape.rarely(2) => path,
        _ if matches!(ty, Ty::Customer | Ty::Item | Ty::Items) => match paths::to(cx, ty) {
            Some((path, _)) => path,
            None => return call(cx, depth),
        },
        _ => maybe(cx, ty, depth),
    };
    let name = cx.fresh();
    let written = format!("let {name} = {value}");
    cx.scope.push(Var {
        name,
        ty,
        nullable: true,
    });
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
