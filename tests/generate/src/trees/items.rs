//! Declarations.

use ondo_grammar::ast::{
    Account, Allow, Bundle, Connector, Const, Extend, Fn, Item, ItemKind, Param, Setting, Table,
    TableSource, TypeDecl, Use,
};

use super::{NOWHERE, cases, connectors, exprs, field_name, name, path, plain, rules, types};
use crate::Tape;

pub(super) fn item(tape: &mut Tape<'_>) -> Item {
    of(match tape.roll(24) {
        0 => constant(tape),
        1..=6 => ItemKind::Rule(Box::new(rules::rule(tape))),
        7..=11 => ItemKind::Definition(connectors::definition(tape)),
        12 => ItemKind::Connector(connector(tape)),
        other => small(tape, other),
    })
}

fn of(kind: ItemKind) -> Item {
    Item {
        span: NOWHERE,
        kind,
    }
}

fn constant(tape: &mut Tape<'_>) -> ItemKind {
    ItemKind::Const(Const {
        name: name(tape),
        ty: tape.maybe(types::ty),
        value: exprs::expr(tape),
    })
}

fn small(tape: &mut Tape<'_>, kind: usize) -> ItemKind {
    match kind {
        13 => ItemKind::Bundle(Bundle {
            name: name(tape),
            fields: settings(tape),
        }),
        14 => ItemKind::Use(Use {
            path: plain(tape),
            alias: tape.maybe(name),
        }),
        15 => ItemKind::Account(Account {
            name: name(tape),
            connector: name(tape),
            settings: settings(tape),
        }),
        16 => ItemKind::Allow(Allow {
            what: name(tape),
            targets: tape.many(1, 3, name),
        }),
        17 | 18 => ItemKind::Table(table(tape)),
        19 => ItemKind::Type(TypeDecl {
            name: name(tape),
            caption: tape.maybe(plain),
            ty: types::ty(tape),
        }),
        20 => ItemKind::Extend(Extend {
            path: path(tape),
            fields: types::object(tape),
        }),
        21 => ItemKind::Fn(Fn {
            name: name(tape),
            params: params(tape),
            result: types::ty(tape),
            body: exprs::expr(tape),
        }),
        22 => ItemKind::Test(cases::test(tape)),
        _ => constant(tape),
    }
}

fn settings(tape: &mut Tape<'_>) -> Vec<Setting> {
    tape.many(0, 3, |tape| Setting {
        name: field_name(tape),
        value: exprs::expr(tape),
    })
}

fn table(tape: &mut Tape<'_>) -> Table {
    let declared = tape.maybe(|tape| (types::ty(tape), types::ty(tape)));
    let (from, to) = declared.unzip();
    Table {
        name: name(tape),
        from,
        to,
        source: match tape.rarely(3) {
            true => TableSource::Csv {
                file: plain(tape),
                key: plain(tape),
            },
            false => TableSource::Rows(tape.many(0, 4, exprs::row)),
        },
    }
}

pub(super) fn params(tape: &mut Tape<'_>) -> Vec<Param> {
    tape.many(0, 3, |tape| Param {
        name: name(tape),
        ty: types::ty(tape),
        caption: tape.maybe(plain),
        default: tape.maybe(exprs::expr),
    })
}

fn connector(tape: &mut Tape<'_>) -> Connector {
    Connector {
        name: name(tape),
        caption: tape.maybe(plain),
        items: tape.many(0, 4, |tape| {
            of(match tape.roll(4) {
                3 => small(tape, 19),
                _ => ItemKind::Definition(connectors::definition(tape)),
            })
        }),
    }
}
