//! Bundles over the shop and the till of the checker's cases.
//!
//! Types are followed, null is not: a field that may be absent is used with a guard, with the wrong guard, or without one.
//! So some bundles do not check, and those that do must never meet a null where the checker promised none.

mod conditions;
mod paths;
mod steps;
mod values;

use std::fmt::Write;

use crate::Tape;

/// One guard or use in so many is wrong: the checker must say so, and nothing that it lets pass may be.
const MISTAKE: usize = 40;

/// What an expression yields, apart from null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ty {
    Text,
    Int,
    Bool,
    Money,
    Decimal,
    Status,
    Order,
    Customer,
    Item,
    Offer,
    Payment,
    Edited,
    Found,
    Items,
    Payments,
}

/// A name in scope.
#[derive(Debug, Clone)]
struct Var {
    name: String,
    ty: Ty,
    nullable: bool,
}

/// What generators of one bundle share.
struct Cx<'c, 't> {
    tape: &'c mut Tape<'t>,
    scope: Vec<Var>,
    /// Fields of the event are bare names.
    bare: bool,
    /// Functions that can be called.
    functions: usize,
    /// The last number given to a local.
    locals: usize,
    /// How many loops stand around: there, a call that must not be repeated needs a key.
    loops: usize,
}

impl Cx<'_, '_> {
    fn fresh(&mut self) -> String {
        self.locals += 1;
        format!("v{}", self.locals)
    }

    /// With what a guard has proved.
    fn knowing<T>(&mut self, facts: &[Var], make: impl FnOnce(&mut Self) -> T) -> T {
        let outside = self.scope.len();
        self.scope.extend_from_slice(facts);
        let made = make(self);
        self.scope.truncate(outside);
        made
    }

    /// With another name in scope.
    fn within<T>(&mut self, var: Var, make: impl FnOnce(&mut Self) -> T) -> T {
        self.scope.push(var);
        let made = make(self);
        self.scope.pop();
        made
    }
}

/// The text of a bundle with one or two rules.
pub fn bundle(tape: &mut Tape<'_>) -> String {
    let mut text = String::from(
        "table words: shop.Status -> string { \"new\" -> \"n\"  \"paid\", \"done\" -> \"d\" }\n",
    );
    let mut cx = Cx {
        tape,
        scope: Vec::new(),
        bare: false,
        functions: 0,
        locals: 0,
        loops: 0,
    };
    let functions = cx.tape.roll(3);
    for number in 0..functions {
        let body = function(&mut cx);
        let _ = writeln!(
            text,
            "fn f{number}(a: string?, n: int?, c: shop.Customer?) -> string = {body}"
        );
        cx.functions = number + 1;
    }
    let rules = 1 + cx.tape.roll(2);
    for number in 0..rules {
        let _ = writeln!(text, "rule r{number}: {}", rule(&mut cx));
    }
    text
}

fn function(cx: &mut Cx<'_, '_>) -> String {
    cx.scope = [("a", Ty::Text), ("n", Ty::Int), ("c", Ty::Customer)]
        .map(|(name, ty)| Var {
            name: name.to_owned(),
            ty,
            nullable: true,
        })
        .to_vec();
    values::present(cx, Ty::Text, 3)
}

fn rule(cx: &mut Cx<'_, '_>) -> String {
    cx.bare = cx.tape.rarely(2);
    cx.scope = match cx.bare {
        true => Vec::new(),
        false => vec![Var {
            name: "o".to_owned(),
            ty: Ty::Order,
            nullable: false,
        }],
    };
    let mut text = String::from(if cx.bare {
        "on shop.order"
    } else {
        "on shop.order as o"
    });
    if cx.tape.rarely(2) {
        let guard = conditions::guard(cx, 3);
        let _ = write!(text, "\n  when {}", guard.text);
        cx.scope.extend(guard.when_true);
    }
    if cx.tape.rarely(4) {
        let key = values::present(cx, Ty::Text, 1);
        let _ = write!(text, "\n  once per {key}");
    }
    text.push_str("\ndo {\n");
    text.push_str(&steps::block(cx, 3));
    text.push('}');
    if cx.tape.rarely(4) {
        let number = cx.fresh();
        let value = values::present(cx, Ty::Text, 1);
        let _ = write!(
            text,
            "\non error as e {{ let {number} = shop.note(id: 1, text: \"{{e.kind}}\" ?? {value}) }}"
        );
    }
    text
}
