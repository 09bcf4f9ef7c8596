//! Conditions and what they prove about null: that is what is tested.

use super::values::{literal, maybe, present};
use super::{Cx, MISTAKE, Ty, Var, paths};

/// A condition, and the paths that are there when it is true and when it is false. Now and then that is wrong.
pub(super) struct Guard {
    pub(super) text: String,
    pub(super) when_true: Vec<Var>,
    pub(super) when_false: Vec<Var>,
}

impl Guard {
    fn of(text: String) -> Guard {
        Guard {
            text,
            when_true: Vec::new(),
            when_false: Vec::new(),
        }
    }
}

/// Types of the paths that are tested.
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

/// Only the text.
pub(super) fn condition(cx: &mut Cx<'_, '_>, depth: usize) -> String {
    guard(cx, depth).text
}

pub(super) fn guard(cx: &mut Cx<'_, '_>, depth: usize) -> Guard {
    let mut made = right(cx, depth);
    if cx.tape.rarely(MISTAKE) {
        std::mem::swap(&mut made.when_true, &mut made.when_false);
    }
    made
}

fn right(cx: &mut Cx<'_, '_>, depth: usize) -> Guard {
    if depth == 0 || cx.tape.has_ended() {
        return test(cx);
    }
    let depth = depth - 1;
    match cx.tape.roll(12) {
        0..=3 => test(cx),
        4 | 5 => {
            let left = guard(cx, depth);
            let right = cx.knowing(&left.when_true, |cx| guard(cx, depth));
            Guard {
                text: format!("({}) and ({})", left.text, right.text),
                when_true: [left.when_true, right.when_true].concat(),
                when_false: Vec::new(),
            }
        }
        6 | 7 => {
            let left = guard(cx, depth);
            let right = cx.knowing(&left.when_false, |cx| guard(cx, depth));
            Guard {
                text: format!("({}) or ({})", left.text, right.text),
                when_true: Vec::new(),
                when_false: [left.when_false, right.when_false].concat(),
            }
        }
        8 => {
            let inner = guard(cx, depth);
            Guard {
                text: format!("not ({})", inner.text),
                when_true: inner.when_false,
                when_false: inner.when_true,
            }
        }
        9 => {
            let cond = guard(cx, depth);
            let then = cx.knowing(&cond.when_true, |cx| condition(cx, depth));
            let otherwise = cx.knowing(&cond.when_false, |cx| condition(cx, depth));
            Guard::of(format!("(if {} then {then} else {otherwise})", cond.text))
        }
        10 => {
            let (list, element) = list(cx);
            let name = cx.fresh();
            let var = Var {
                name: name.clone(),
                ty: element,
                nullable: false,
            };
            cx.within(var, |cx| {
                let filter = guard(cx, 1);
                let cond = cx.knowing(&filter.when_true, |cx| condition(cx, depth));
                Guard::of(format!(
                    "any({cond} for {name} in {list} if {})",
                    filter.text
                ))
            })
        }
        _ => {
            let value = maybe(cx, Ty::Bool, depth);
            Guard::of(format!("({value} == true)"))
        }
    }
}

/// One comparison.
fn test(cx: &mut Cx<'_, '_>) -> Guard {
    let ty = cx.tape.one_of(TESTED);
    let Some((path, proved)) = paths::nullable(cx, ty) else {
        return Guard::of(format!(
            "{} == {}",
            present(cx, Ty::Int, 0),
            literal(cx, Ty::Int)
        ));
    };
    let flat = matches!(ty, Ty::Text | Ty::Int | Ty::Money | Ty::Bool);
    let some = |text: String| Guard {
        text,
        when_true: proved.clone(),
        when_false: Vec::new(),
    };
    let none = |text: String| Guard {
        text,
        when_true: Vec::new(),
        when_false: proved.clone(),
    };
    match cx.tape.roll(11) {
        0 | 1 => some(format!("{path} != null")),
        2 | 3 => none(format!("{path} == null")),
        4 if flat => some(format!("{path} == {}", literal(cx, ty))),
        5 if flat => none(format!("{path} != {}", literal(cx, ty))),
        6 if matches!(ty, Ty::Text | Ty::Int) => some(format!(
            "{path} in [{}, {}]",
            literal(cx, ty),
            present(cx, ty, 0)
        )),
        7 if matches!(ty, Ty::Text | Ty::Int) => none(format!(
            "{path} not in [{}, {}]",
            literal(cx, ty),
            literal(cx, ty)
        )),
        // Equal to what may be null itself: that proves nothing.
        8 if flat => match paths::to(cx, ty) {
            Some((other, false)) => some(format!("{path} == {other}")),
            Some((other, true)) => Guard::of(format!("{path} == {other}")),
            None => some(format!("{path} != null")),
        },
        // A null that was sent is present too.
        9 => Guard::of(format!("present({path})")),
        _ => some(format!("null != {path}")),
    }
}

/// A list and what is in it.
pub(super) fn list(cx: &mut Cx<'_, '_>) -> (String, Ty) {
    let (ty, element) = cx
        .tape
        .one_of(&[(Ty::Items, Ty::Item), (Ty::Payments, Ty::Payment)]);
    let text = match paths::to(cx, ty) {
        Some((path, false)) => path,
        Some((path, true)) => format!("({path} ?? [])"),
        None => return ("[1, 2]".to_owned(), Ty::Int),
    };
    (text, element)
}
