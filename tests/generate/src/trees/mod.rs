//! Syntax trees of everything that the grammar can say.
//!
//! Places are empty and expressions have no numbers: trees are compared without both. Left out is only what no text can
//! say, such as an outcome of the name `error`.

mod cases;
mod connectors;
mod exprs;
mod items;
mod rules;
mod types;

use ondo_grammar::ast::{File, Name, Path, Span, Str};

use crate::Tape;

/// How deep trees become.
const DEPTH: usize = 4;

/// Some declarations.
pub fn file(tape: &mut Tape<'_>) -> File {
    File {
        items: tape.many(1, 4, items::item),
        expr_count: 0,
    }
}

const NOWHERE: Span = Span { start: 0, end: 0 };

/// Names that can stand anywhere, among them words that mean something elsewhere.
const NAMES: &[&str] = &[
    "a",
    "b",
    "order",
    "x",
    "заказ",
    "items",
    "status",
    "_",
    "id",
    "еarned",
    "event",
    "token",
    "rate",
    "USD",
    "path",
    "text",
    "rule",
    "once",
    "by",
    "at",
    "given",
];

/// Hard words and other texts: fields may have them, too.
const FIELDS: &[&str] = &[
    "a",
    "status",
    "if",
    "on",
    "null",
    "utm source",
    "тип",
    "",
    "with \"quotes\"",
    "omit",
];

fn name(tape: &mut Tape<'_>) -> Name {
    named(tape.one_of(NAMES))
}

fn named(text: &str) -> Name {
    Name {
        text: text.to_owned(),
        span: NOWHERE,
    }
}

fn field_name(tape: &mut Tape<'_>) -> Name {
    match tape.rarely(4) {
        true => named(tape.one_of(FIELDS)),
        false => name(tape),
    }
}

/// `a.b`: at least two names, of which only the first must be one.
fn path(tape: &mut Tape<'_>) -> Path {
    let mut names = vec![name(tape)];
    names.extend(tape.many(1, 2, name));
    Path {
        names,
        span: NOWHERE,
    }
}

const TEXTS: &[&str] = &[
    "",
    "a",
    "Order ",
    "Заказ №",
    "1.4.0",
    "file.json",
    "say \"hi\"",
    "back\\slash",
    "tab\there",
    "two\nlines",
    "{a}",
    "}}",
    "// no comment",
    "/* neither */",
    "'",
    "`",
    "😀",
];

fn chars(tape: &mut Tape<'_>) -> String {
    tape.one_of(TEXTS).to_owned()
}

fn plain(tape: &mut Tape<'_>) -> Str {
    Str {
        text: chars(tape),
        span: NOWHERE,
    }
}
