//! Ways from a name in scope to a value of a type, some of them over what may be absent.

use super::{Cx, MISTAKE, Ty, Var};

/// The fields of each type, and whether they may be absent.
fn fields(ty: Ty) -> &'static [(&'static str, Ty, bool)] {
    match ty {
        Ty::Order => &[
            ("customer", Ty::Customer, true),
            ("phone", Ty::Text, true),
            ("count", Ty::Int, true),
            ("items", Ty::Items, false),
            ("payments", Ty::Payments, false),
            ("number", Ty::Text, false),
            ("status", Ty::Status, false),
            ("total", Ty::Money, false),
            ("id", Ty::Int, false),
        ],
        Ty::Customer => &[
            ("phone", Ty::Text, true),
            ("name", Ty::Text, true),
            ("vip", Ty::Bool, true),
            ("id", Ty::Int, false),
        ],
        Ty::Item => &[
            ("offer", Ty::Offer, true),
            ("discount", Ty::Money, true),
            ("price", Ty::Money, false),
            ("quantity", Ty::Decimal, false),
            ("id", Ty::Int, false),
        ],
        Ty::Offer => &[("externalId", Ty::Text, true)],
        Ty::Payment => &[
            ("type", Ty::Text, false),
            ("status", Ty::Status, false),
            ("amount", Ty::Money, false),
            ("id", Ty::Int, false),
        ],
        Ty::Edited => &[("note", Ty::Text, true), ("id", Ty::Int, false)],
        Ty::Found => &[("order", Ty::Order, true)],
        _ => &[],
    }
}

/// A path to a value of this type; `None` after a few ways that led elsewhere. With whether it may be null as written.
pub(super) fn to(cx: &mut Cx<'_, '_>, wanted: Ty) -> Option<(String, bool)> {
    for _ in 0..6 {
        if let Some(found) = walk(cx, wanted) {
            return Some(found);
        }
    }
    None
}

/// A path that may be null, as it is written and as it is written behind a guard.
pub(super) fn nullable(cx: &mut Cx<'_, '_>, wanted: Ty) -> Option<(String, Vec<Var>)> {
    for _ in 0..4 {
        if let Some((text, true)) = walk(cx, wanted) {
            let proved = proved(&text, wanted);
            return Some((text, proved));
        }
    }
    None
}

/// What is there when the path is: itself. What stands before a `?` is reached over it.
fn proved(text: &str, ty: Ty) -> Vec<Var> {
    let name = text.replace("?.", ".").replace("?[", "[");
    vec![Var {
        name,
        ty,
        nullable: false,
    }]
}

fn walk(cx: &mut Cx<'_, '_>, wanted: Ty) -> Option<(String, bool)> {
    let (mut text, mut ty, mut nullable) = root(cx)?;
    for _ in 0..5 {
        if ty == wanted && (wanted_is_flat(wanted) || !cx.tape.rarely(3)) {
            return Some((text, nullable));
        }
        match ty {
            Ty::Items | Ty::Payments => {
                let at = cx.tape.one_of(&["0", "1", "-1"]);
                let sign = if nullable && !cx.tape.rarely(MISTAKE) {
                    "?["
                } else {
                    "["
                };
                text = format!("{text}{sign}{at}]");
                ty = if ty == Ty::Items {
                    Ty::Item
                } else {
                    Ty::Payment
                };
                nullable = true;
            }
            _ => {
                let fields = fields(ty);
                if fields.is_empty() {
                    return None;
                }
                let (name, next, absent) = cx.tape.one_of(fields);
                // Without `?` only by mistake: what a guard has proved is in scope as it is.
                let sign = if nullable && !cx.tape.rarely(MISTAKE) {
                    "?."
                } else {
                    "."
                };
                text = format!("{text}{sign}{name}");
                ty = next;
                nullable = absent || (nullable && sign == "?.");
            }
        }
    }
    (ty == wanted).then_some((text, nullable))
}

fn wanted_is_flat(ty: Ty) -> bool {
    fields(ty).is_empty() && !matches!(ty, Ty::Items | Ty::Payments)
}

/// A name in scope; without an alias also a field of the event.
fn root(cx: &mut Cx<'_, '_>) -> Option<(String, Ty, bool)> {
    let all = cx.scope.len() + usize::from(cx.bare) * 3;
    if all == 0 {
        return None;
    }
    let at = cx.tape.roll(all);
    // The newest first: what a loop or a handler binds is used.
    match cx.scope.iter().rev().nth(at) {
        Some(Var { name, ty, nullable }) => Some((name.clone(), *ty, *nullable)),
        None => {
            let (name, ty, nullable) = cx.tape.one_of(fields(Ty::Order));
            Some((name.to_owned(), ty, nullable))
        }
    }
}
