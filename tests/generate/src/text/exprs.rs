//! Expressions, with the parentheses that the precedence needs.

use ondo_grammar::ast::{
    Arg, Arm, BinaryOp, Entry, Expr, ExprKind, Pattern, PatternKind, TextPart, TypeExpr, TypeKind,
    UnaryOp,
};

use super::{HARD, Page, types};

/// Where an expression stands.
#[derive(Clone, Copy)]
struct At {
    /// Operators that hold less strongly are put in parentheses.
    least: u8,
    /// Nothing follows that `if … else`, `fail` and `not` would swallow.
    end: bool,
    /// `x as T` is put in parentheses: `as` belongs to what follows.
    tight: bool,
}

const COMPARE: u8 = 6;
const NOT: u8 = 5;
const ATOM: u8 = 10;

fn strength(op: BinaryOp) -> u8 {
    match op {
        BinaryOp::Catch => 1,
        BinaryOp::Coalesce => 2,
        BinaryOp::Or => 3,
        BinaryOp::And => 4,
        BinaryOp::Add | BinaryOp::Sub => 7,
        BinaryOp::Mul | BinaryOp::Div => 8,
        _ => COMPARE,
    }
}

fn sign(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Catch => "catch",
        BinaryOp::Coalesce => "??",
        BinaryOp::Or => "or",
        BinaryOp::And => "and",
        BinaryOp::Eq => "==",
        BinaryOp::Ne => "!=",
        BinaryOp::Lt => "<",
        BinaryOp::Le => "<=",
        BinaryOp::Gt => ">",
        BinaryOp::Ge => ">=",
        BinaryOp::In => "in",
        BinaryOp::NotIn => "not in",
        BinaryOp::Matches => "matches",
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
    }
}

/// Any expression.
pub(super) fn expr(page: &mut Page<'_, '_>, value: &Expr) {
    level(
        page,
        value,
        At {
            least: 0,
            end: true,
            tight: false,
        },
    );
}

/// Before `as` and `=` that belong to something else.
pub(super) fn tight(page: &mut Page<'_, '_>, value: &Expr) {
    level(
        page,
        value,
        At {
            least: 0,
            end: true,
            tight: true,
        },
    );
}

/// Only a value with its fields, indexes and calls, or something in parentheses.
pub(super) fn operand(page: &mut Page<'_, '_>, value: &Expr) {
    level(
        page,
        value,
        At {
            least: ATOM,
            end: false,
            tight: true,
        },
    );
}

/// A call that begins with its name: no parentheses on the way.
pub(super) fn step_call(page: &mut Page<'_, '_>, value: &Expr) {
    match &value.kind {
        ExprKind::Call { callee, args } => {
            step_call(page, callee);
            page.gap();
            self::args(page, args);
        }
        ExprKind::Field {
            base,
            name,
            optional,
        } => {
            step_call(page, base);
            page.gap();
            page.put(if *optional { "?." } else { "." });
            page.gap();
            page.key(name);
        }
        _ => primary(page, value),
    }
}

/// Without parentheses around it: the grammar looks at its first character.
pub(super) fn plainly(page: &mut Page<'_, '_>, value: &Expr) {
    chain(page, value);
}

fn in_parens(page: &mut Page<'_, '_>, value: &Expr) {
    page.put("(");
    page.gap();
    expr(page, value);
    page.gap();
    page.put(")");
}

fn level(page: &mut Page<'_, '_>, value: &Expr, at: At) {
    let needs = match &value.kind {
        ExprKind::Binary { op, .. } => strength(*op) < at.least,
        // The words behind `else` would take an `as` that is not theirs.
        ExprKind::If { .. } => !at.end || at.tight || at.least >= ATOM,
        ExprKind::Fail(_) => !at.end || at.least >= ATOM,
        ExprKind::Unary {
            op: UnaryOp::Not, ..
        } => at.least > NOT,
        ExprKind::Unary {
            op: UnaryOp::Neg, ..
        } => at.least >= ATOM,
        ExprKind::Cast { ty, .. } => {
            at.tight || at.least >= ATOM || (at.least > 0 && ends_open(ty))
        }
        ExprKind::Comprehension { bracketed, .. } => !bracketed,
        _ => false,
    };
    if needs || page.tape.rarely(24) {
        return in_parens(page, value);
    }
    match &value.kind {
        ExprKind::Binary {
            op, left, right, ..
        } => binary(page, *op, left, right, at),
        ExprKind::Unary { op, operand } => {
            let (word, least) = match op {
                UnaryOp::Not => ("not", NOT),
                UnaryOp::Neg => ("-", ATOM - 1),
            };
            page.put(word);
            // `--` and `->` are something else.
            match op {
                UnaryOp::Not => page.blank(),
                UnaryOp::Neg if matches!(operand.kind, ExprKind::Unary { .. }) => page.blank(),
                UnaryOp::Neg => page.gap(),
            }
            level(page, operand, At { least, ..at });
        }
        ExprKind::If {
            cond,
            then,
            otherwise,
        } => {
            page.put("if");
            page.blank();
            expr(page, cond);
            page.word("then");
            expr(page, then);
            page.word("else");
            level(page, otherwise, At { least: 0, ..at });
        }
        ExprKind::Fail(reason) => {
            page.put("fail");
            page.blank();
            // `fail a, b ->` is two patterns: between fields that can be meant otherwise.
            match begins_reason(reason) && !at.tight {
                // Whatever holds less strongly than `fail` itself is no part of the reason.
                true => level(page, reason, At { least: 2, ..at }),
                false => in_parens(page, reason),
            }
        }
        _ => chain(page, value),
    }
}

/// Whether a type before `in`, `|` or a dot would go on.
fn ends_open(ty: &TypeExpr) -> bool {
    match &ty.kind {
        TypeKind::Name(path) => path.names.last().is_some_and(|name| name.text == "money"),
        TypeKind::Union(_) | TypeKind::MoneyIn(_) => true,
        _ => false,
    }
}

/// `fail` is followed by a text, a name or a parenthesis.
fn begins_reason(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::Text(_) => true,
        ExprKind::Name(name) => !HARD.contains(&name.as_str()),
        _ => false,
    }
}

fn binary(page: &mut Page<'_, '_>, op: BinaryOp, left: &Expr, right: &Expr, at: At) {
    let mine = strength(op);
    // Comparisons are not chained.
    let least = if mine == COMPARE { COMPARE + 1 } else { mine };
    level(
        page,
        left,
        At {
            least,
            end: false,
            tight: at.tight,
        },
    );
    page.word(sign(op));
    level(
        page,
        right,
        At {
            least: mine + 1,
            ..at
        },
    );
}

/// A value with what hangs on it.
fn chain(page: &mut Page<'_, '_>, value: &Expr) {
    match &value.kind {
        ExprKind::Field {
            base,
            name,
            optional,
        } => {
            head(page, base);
            page.gap();
            page.put(if *optional { "?." } else { "." });
            page.gap();
            page.key(name);
        }
        ExprKind::Index {
            base,
            index,
            optional,
        } => {
            head(page, base);
            page.gap();
            page.put(if *optional { "?[" } else { "[" });
            page.gap();
            expr(page, index);
            page.gap();
            page.put("]");
        }
        ExprKind::Call { callee, args } => {
            head(page, callee);
            page.gap();
            self::args(page, args);
        }
        ExprKind::Cast { value, ty } => {
            match &value.kind {
                ExprKind::Cast { ty, .. } if !ends_open(ty) => chain(page, value),
                _ => head(page, value),
            }
            page.word("as");
            types::ty(page, ty);
        }
        _ => primary(page, value),
    }
}

/// What something hangs on.
fn head(page: &mut Page<'_, '_>, value: &Expr) {
    match &value.kind {
        ExprKind::Cast { .. } => in_parens(page, value),
        // `5 .a` would be read, `5.5.a` as well, but nobody should have to.
        ExprKind::Int(_) | ExprKind::Decimal(_) | ExprKind::Money { .. } => in_parens(page, value),
        _ => level(
            page,
            value,
            At {
                least: ATOM,
                end: false,
                tight: true,
            },
        ),
    }
}

pub(super) fn args(page: &mut Page<'_, '_>, args: &[Arg]) {
    page.put("(");
    page.gap();
    page.listed(args, |page, arg| {
        if let Some(name) = &arg.name {
            page.key(name);
            page.gap();
            page.put(":");
            page.gap();
        }
        match &arg.value.kind {
            ExprKind::Comprehension {
                bracketed: false, ..
            } => comprehension(page, &arg.value),
            _ => expr(page, &arg.value),
        }
    });
    page.gap();
    page.put(")");
}

fn comprehension(page: &mut Page<'_, '_>, value: &Expr) {
    let ExprKind::Comprehension {
        value,
        var,
        list,
        cond,
        ..
    } = &value.kind
    else {
        return;
    };
    expr(page, value);
    page.word("for");
    page.name(var);
    page.word("in");
    expr(page, list);
    if let Some(cond) = cond {
        page.word("if");
        expr(page, cond);
    }
}

fn primary(page: &mut Page<'_, '_>, value: &Expr) {
    match &value.kind {
        ExprKind::Null => page.put("null"),
        ExprKind::Bool(value) => page.put(if *value { "true" } else { "false" }),
        ExprKind::Omit => page.put("omit"),
        ExprKind::Int(digits) if digits == "1000000" && page.tape.rarely(2) => {
            page.put("1_000_000")
        }
        ExprKind::Int(digits) | ExprKind::Decimal(digits) | ExprKind::Duration(digits) => {
            page.put(digits)
        }
        ExprKind::Name(name) => page.put(name),
        ExprKind::Percent(digits) => page.put(&format!("{digits}%")),
        ExprKind::Money { amount, currency } => {
            page.put(amount);
            page.space();
            page.name(currency);
        }
        ExprKind::Raw(text) => page.put(&format!("r'{text}'")),
        ExprKind::JsonPath(path) => page.put(&format!("`{path}`")),
        ExprKind::Secret(name) | ExprKind::Env(name) => {
            let secret = matches!(value.kind, ExprKind::Secret(_));
            page.put(if secret { "secret" } else { "env" });
            page.blank();
            page.plain(&name.text);
        }
        ExprKind::Text(parts) => text(page, parts),
        ExprKind::List(values) => {
            page.put("[");
            page.gap();
            page.listed(values, |page, value| expr(page, value));
            page.gap();
            page.put("]");
        }
        ExprKind::Comprehension { .. } => {
            page.put("[");
            page.gap();
            comprehension(page, value);
            page.gap();
            page.put("]");
        }
        ExprKind::Object(entries) => {
            page.put("{");
            page.gap();
            page.listed(entries, entry);
            page.gap();
            page.put("}");
        }
        ExprKind::Match { subject, arms } => {
            page.put("match");
            page.blank();
            expr(page, subject);
            page.blank();
            page.put("{");
            self::arms(page, arms);
            page.put("}");
        }
        other => panic!("{other:?} is no value of its own"),
    }
}

/// Each on a line of its own, or behind the one before.
pub(super) fn arms(page: &mut Page<'_, '_>, arms: &[Arm]) {
    for arm in arms {
        page.blank();
        patterns(page, &arm.patterns);
        page.gap();
        page.put("->");
        page.gap();
        expr(page, &arm.value);
        page.line();
    }
}

pub(super) fn patterns(page: &mut Page<'_, '_>, patterns: &[Pattern]) {
    if patterns.is_empty() {
        page.put("else");
    }
    for (number, pattern) in patterns.iter().enumerate() {
        if number > 0 {
            page.comma();
        }
        match &pattern.kind {
            PatternKind::Text(text) => page.plain(text),
            PatternKind::Int(text) | PatternKind::Decimal(text) | PatternKind::Name(text) => {
                page.put(text)
            }
            PatternKind::Bool(value) => page.put(if *value { "true" } else { "false" }),
            PatternKind::Null => page.put("null"),
            PatternKind::Error => {}
        }
    }
}

fn entry(page: &mut Page<'_, '_>, entry: &Entry) {
    match entry {
        Entry::Field {
            name, short: true, ..
        } => page.name(name),
        Entry::Field { name, value, .. } => {
            page.key(name);
            page.gap();
            page.put(":");
            page.gap();
            expr(page, value);
        }
        Entry::Spread(value) => {
            page.put("...");
            page.gap();
            expr(page, value);
        }
    }
}

pub(super) fn text(page: &mut Page<'_, '_>, parts: &[TextPart]) {
    if let [TextPart::Chars(only)] = parts
        && !page.one_line
        && is_block(only)
        && page.tape.rarely(2)
    {
        page.put("\"\"\"\n  ");
        let indented = only.replace('\n', "\n  ");
        page.put(&indented);
        return page.put("\n  \"\"\"");
    }
    page.put("\"");
    for part in parts {
        match part {
            TextPart::Chars(chars) => page.escaped(chars, true),
            TextPart::Expr(value) => {
                // `{{` would be a slip.
                page.put("{ ");
                let outer = std::mem::replace(&mut page.one_line, true);
                expr(page, value);
                page.one_line = outer;
                page.put(" }");
            }
        }
    }
    page.put("\"");
}

/// Whether `"""…"""` can say it without escapes.
fn is_block(text: &str) -> bool {
    text.lines().count() > 1
        && !text.contains(['\\', '{', '"', '\r'])
        && text
            .lines()
            .all(|line| !line.trim().is_empty() && !line.starts_with([' ', '\t']))
}
