//! Types with what connectors say about fields.

use ondo_grammar::ast::{Attr, AttrKind, Field, Member, ObjectType, Path, TypeExpr, TypeKind};

use super::{DEPTH, NOWHERE, chars, exprs, field_name, name, named, plain};
use crate::Tape;

pub(super) fn ty(tape: &mut Tape<'_>) -> TypeExpr {
    deep(tape, DEPTH - 1)
}

fn of(kind: TypeKind) -> TypeExpr {
    TypeExpr {
        span: NOWHERE,
        kind,
    }
}

pub(super) fn named_type(text: &str) -> TypeExpr {
    of(TypeKind::Name(Path {
        names: vec![named(text)],
        span: NOWHERE,
    }))
}

pub(super) fn object(tape: &mut Tape<'_>) -> TypeExpr {
    of(TypeKind::Object(members(tape, DEPTH - 2)))
}

pub(super) fn deep(tape: &mut Tape<'_>, depth: usize) -> TypeExpr {
    if depth == 0 || tape.has_ended() {
        return leaf(tape);
    }
    let depth = depth - 1;
    match tape.roll(10) {
        0..=3 => leaf(tape),
        4 | 5 => match deep(tape, depth) {
            // There is no `T??`.
            twice @ TypeExpr {
                kind: TypeKind::Nullable(_),
                ..
            } => twice,
            once => of(TypeKind::Nullable(Box::new(once))),
        },
        6 => of(TypeKind::List(Box::new(deep(tape, depth)))),
        7 => of(TypeKind::Map(Box::new(deep(tape, depth)))),
        8 => of(TypeKind::Union(tape.many(2, 4, |tape| deep(tape, depth)))),
        _ => of(TypeKind::Object(members(tape, depth))),
    }
}

fn leaf(tape: &mut Tape<'_>) -> TypeExpr {
    match tape.roll(8) {
        0..=2 => named_type(tape.one_of(&["int", "string", "money", "json", "Order"])),
        3 => of(TypeKind::Name(super::path(tape))),
        4 => of(TypeKind::MoneyIn(name(tape))),
        5 => of(TypeKind::Text(chars(tape))),
        6 => of(TypeKind::Int(tape.one_of(&["1", "-1"]).to_owned())),
        _ => of(TypeKind::Bool(tape.rarely(2))),
    }
}

fn members(tape: &mut Tape<'_>, depth: usize) -> ObjectType {
    ObjectType {
        members: tape.many(0, 4, |tape| match tape.roll(8) {
            6 => Member::Spread(deep(tape, depth)),
            7 => Member::OneOf(tape.many(1, 3, name)),
            _ => Member::Field(Box::new(field(tape, depth))),
        }),
    }
}

fn field(tape: &mut Tape<'_>, depth: usize) -> Field {
    let ty = match tape.rarely(5) {
        true => None,
        false => Some(deep(tape, depth)),
    };
    let value = tape.maybe(exprs::expr);
    let mut attrs = Vec::new();
    // Without a type there is a value or a hole.
    if ty.is_none() && value.is_none() {
        attrs.push(attr(AttrKind::Hole(name(tape))));
    }
    if tape.rarely(2) {
        attrs.extend(tape.many(0, 3, some_attr));
    }
    Field {
        span: NOWHERE,
        name: field_name(tape),
        ty,
        value,
        attrs,
        caption: tape.maybe(plain),
    }
}

fn attr(kind: AttrKind) -> Attr {
    Attr {
        span: NOWHERE,
        kind,
    }
}

fn some_attr(tape: &mut Tape<'_>) -> Attr {
    attr(match tape.roll(9) {
        0 | 1 => AttrKind::Personal,
        2 => AttrKind::Codec {
            name: name(tape),
            args: exprs::some_args(tape),
        },
        3 => AttrKind::Since(plain(tape)),
        4 => AttrKind::Where(exprs::expr(tape)),
        5 => AttrKind::RequiredIf(exprs::expr(tape)),
        6 => AttrKind::IgnoredIf(exprs::expr(tape)),
        7 => AttrKind::Alias(plain(tape)),
        _ => match tape.rarely(2) {
            true => AttrKind::HoleSpread,
            false => AttrKind::Hole(name(tape)),
        },
    })
}
