//! Expressions and patterns.

use ondo_grammar::ast::{
    Arg, Arm, BinaryOp, Entry, Expr, ExprId, ExprKind, Pattern, PatternKind, TextPart, UnaryOp,
};

use super::{DEPTH, NOWHERE, chars, field_name, name, named, plain, types};
use crate::Tape;

pub(super) fn expr(tape: &mut Tape<'_>) -> Expr {
    deep(tape, DEPTH)
}

pub(super) fn of(kind: ExprKind) -> Expr {
    Expr {
        id: ExprId(0),
        span: NOWHERE,
        kind,
    }
}

/// What people write where a duration is wanted.
pub(super) fn duration(tape: &mut Tape<'_>) -> Expr {
    match tape.rarely(5) {
        true => of(ExprKind::Name(name(tape).text)),
        false => of(ExprKind::Duration(
            tape.one_of(&["10s", "1h30m", "2d", "500ms", "4w"])
                .to_owned(),
        )),
    }
}

/// What people write where a number is wanted.
pub(super) fn count(tape: &mut Tape<'_>) -> Expr {
    match tape.rarely(4) {
        true => deep(tape, 1),
        false => of(ExprKind::Int(tape.one_of(&["5", "0", "100"]).to_owned())),
    }
}

pub(super) fn object(tape: &mut Tape<'_>) -> Expr {
    of(ExprKind::Object(
        tape.many(0, 3, |tape| entry(tape, DEPTH - 1)),
    ))
}

pub(super) fn text(tape: &mut Tape<'_>) -> Expr {
    of(ExprKind::Text(parts(tape, DEPTH - 1)))
}

/// `a.b(…)`: begins with a name, as a step must.
pub(super) fn call(tape: &mut Tape<'_>) -> Expr {
    let mut callee = of(ExprKind::Name(name(tape).text));
    let fields = tape.many(1, 2, field_name);
    for name in fields {
        callee = of(ExprKind::Field {
            base: Box::new(callee),
            name,
            optional: tape.rarely(6),
        });
    }
    of(ExprKind::Call {
        callee: Box::new(callee),
        args: args(tape, DEPTH - 1),
    })
}

pub(super) fn some_args(tape: &mut Tape<'_>) -> Vec<Arg> {
    tape.maybe(|tape| args(tape, DEPTH - 1)).unwrap_or_default()
}

const BINARY: &[BinaryOp] = &[
    BinaryOp::Add,
    BinaryOp::Sub,
    BinaryOp::Mul,
    BinaryOp::Div,
    BinaryOp::Eq,
    BinaryOp::Ne,
    BinaryOp::Lt,
    BinaryOp::Le,
    BinaryOp::Gt,
    BinaryOp::Ge,
    BinaryOp::And,
    BinaryOp::Or,
    BinaryOp::Coalesce,
    BinaryOp::Catch,
    BinaryOp::In,
    BinaryOp::NotIn,
    BinaryOp::Matches,
];

fn deep(tape: &mut Tape<'_>, depth: usize) -> Expr {
    if depth == 0 || tape.has_ended() {
        return leaf(tape);
    }
    let depth = depth - 1;
    let boxed = |tape: &mut Tape<'_>| Box::new(deep(tape, depth));
    of(match tape.roll(17) {
        0..=3 => return leaf(tape),
        4 | 5 => ExprKind::Binary {
            op: tape.one_of(BINARY),
            op_span: NOWHERE,
            left: boxed(tape),
            right: boxed(tape),
        },
        6 => ExprKind::Unary {
            op: tape.one_of(&[UnaryOp::Not, UnaryOp::Neg]),
            operand: boxed(tape),
        },
        7 => ExprKind::Field {
            base: boxed(tape),
            name: field_name(tape),
            optional: tape.rarely(2),
        },
        8 => ExprKind::Index {
            base: boxed(tape),
            index: boxed(tape),
            optional: tape.rarely(2),
        },
        9 => ExprKind::Call {
            callee: Box::new(of(ExprKind::Name(name(tape).text))),
            args: args(tape, depth),
        },
        10 => ExprKind::Call {
            callee: Box::new(of(ExprKind::Field {
                base: boxed(tape),
                name: field_name(tape),
                optional: tape.rarely(3),
            })),
            args: args(tape, depth),
        },
        11 => ExprKind::If {
            cond: boxed(tape),
            then: boxed(tape),
            otherwise: boxed(tape),
        },
        12 => ExprKind::Match {
            subject: boxed(tape),
            arms: tape.many(0, 3, |tape| arm(tape, depth)),
        },
        13 => match tape.rarely(2) {
            true => comprehension(tape, depth, true),
            false => ExprKind::List(tape.many(0, 3, |tape| deep(tape, depth))),
        },
        14 => ExprKind::Object(tape.many(0, 3, |tape| entry(tape, depth))),
        15 => match tape.rarely(2) {
            true => ExprKind::Cast {
                value: boxed(tape),
                ty: types::deep(tape, depth),
            },
            false => ExprKind::Fail(boxed(tape)),
        },
        _ => ExprKind::Text(parts(tape, depth)),
    })
}

fn leaf(tape: &mut Tape<'_>) -> Expr {
    of(match tape.roll(14) {
        0..=3 => ExprKind::Name(name(tape).text),
        4 => ExprKind::Int(tape.one_of(&["1", "0", "1000000"]).to_owned()),
        5 => ExprKind::Decimal(tape.one_of(&["0.5", "12.90"]).to_owned()),
        6 => ExprKind::Percent(tape.one_of(&["5", "0.5"]).to_owned()),
        7 => ExprKind::Money {
            amount: tape.one_of(&["500", "0.99"]).to_owned(),
            currency: named(tape.one_of(&["RUB", "KZT"])),
        },
        8 => return duration(tape),
        9 => ExprKind::Text(vec![TextPart::Chars("new".to_owned())]),
        10 => tape.one_of(&[
            ExprKind::Null,
            ExprKind::Bool(true),
            ExprKind::Bool(false),
            ExprKind::Omit,
        ]),
        11 => ExprKind::Raw(
            tape.one_of(&["", r"\d+[а-я]", "a\"b{c}", "// raw"])
                .to_owned(),
        ),
        12 => ExprKind::JsonPath(tape.one_of(&["$.a", "$.a[?@.b == 'x']", "$..*"]).to_owned()),
        _ => match tape.rarely(2) {
            true => ExprKind::Env(plain(tape)),
            false => ExprKind::Secret(plain(tape)),
        },
    })
}

/// No two pieces of characters stand side by side, and none is empty: they would be read as one, or none.
fn parts(tape: &mut Tape<'_>, depth: usize) -> Vec<TextPart> {
    let mut parts: Vec<TextPart> = Vec::new();
    for part in tape.many(0, 3, |tape| match tape.rarely(2) {
        true => TextPart::Expr(deep(tape, depth)),
        false => TextPart::Chars(chars(tape)),
    }) {
        match (&part, parts.last()) {
            (TextPart::Chars(chars), _) if chars.is_empty() => {}
            (TextPart::Chars(_), Some(TextPart::Chars(_))) => {}
            _ => parts.push(part),
        }
    }
    parts
}

fn comprehension(tape: &mut Tape<'_>, depth: usize, bracketed: bool) -> ExprKind {
    ExprKind::Comprehension {
        value: Box::new(deep(tape, depth)),
        var: name(tape),
        list: Box::new(deep(tape, depth)),
        cond: tape.maybe(|tape| Box::new(deep(tape, depth))),
        bracketed,
    }
}

fn args(tape: &mut Tape<'_>, depth: usize) -> Vec<Arg> {
    tape.many(0, 3, |tape| Arg {
        name: tape.maybe(field_name),
        value: match tape.rarely(6) {
            true => of(comprehension(tape, depth, false)),
            false => deep(tape, depth),
        },
    })
}

fn entry(tape: &mut Tape<'_>, depth: usize) -> Entry {
    match tape.roll(6) {
        4 => {
            let name = name(tape);
            Entry::Field {
                value: of(ExprKind::Name(name.text.clone())),
                name,
                short: true,
            }
        }
        5 => Entry::Spread(deep(tape, depth)),
        _ => Entry::Field {
            name: field_name(tape),
            value: deep(tape, depth),
            short: false,
        },
    }
}

fn arm(tape: &mut Tape<'_>, depth: usize) -> Arm {
    Arm {
        span: NOWHERE,
        patterns: patterns(tape),
        value: deep(tape, depth),
    }
}

/// A row of a table.
pub(super) fn row(tape: &mut Tape<'_>) -> Arm {
    arm(tape, DEPTH - 1)
}

/// None for `else`.
pub(super) fn patterns(tape: &mut Tape<'_>) -> Vec<Pattern> {
    tape.many(0, 3, |tape| Pattern {
        span: NOWHERE,
        kind: match tape.roll(7) {
            0 | 1 => PatternKind::Text(chars(tape)),
            2 => PatternKind::Int(tape.one_of(&["1", "-1"]).to_owned()),
            3 => PatternKind::Decimal(tape.one_of(&["0.5", "-0.5"]).to_owned()),
            4 => PatternKind::Bool(tape.rarely(2)),
            5 => PatternKind::Null,
            // `_` is the wildcard of other languages and explained. A currency behind a number is read with it.
            _ => PatternKind::Name(tape.one_of(&["paid", "заказ", "key"]).to_owned()),
        },
    })
}
