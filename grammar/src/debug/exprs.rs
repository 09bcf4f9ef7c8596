//! Expressions and types.

use super::{Sexp, list, quoted};
use crate::ast::{
    Arg, Arm, Attr, AttrKind, BinaryOp, Entry, Expr, ExprKind, Field, Member, Name, Path, Pattern,
    PatternKind, Str, TextPart, TypeExpr, TypeKind, UnaryOp,
};

impl From<&Expr> for Sexp {
    fn from(value: &Expr) -> Sexp {
        expr(value)
    }
}

impl From<&TypeExpr> for Sexp {
    fn from(value: &TypeExpr) -> Sexp {
        ty(value)
    }
}

impl From<&Name> for Sexp {
    fn from(name: &Name) -> Sexp {
        Sexp::Word(name.text.clone())
    }
}

impl From<&Str> for Sexp {
    fn from(text: &Str) -> Sexp {
        Sexp::Word(quoted(&text.text))
    }
}

impl From<&Path> for Sexp {
    fn from(path: &Path) -> Sexp {
        Sexp::Word(
            path.names
                .iter()
                .map(|name| name.text.as_str())
                .collect::<Vec<_>>()
                .join("."),
        )
    }
}

pub(super) fn expr(value: &Expr) -> Sexp {
    match &value.kind {
        ExprKind::Null => "null".into(),
        ExprKind::Bool(value) => value.to_string().into(),
        ExprKind::Int(digits) | ExprKind::Decimal(digits) | ExprKind::Duration(digits) => {
            digits.as_str().into()
        }
        ExprKind::Percent(digits) => format!("{digits}%").into(),
        ExprKind::Money { amount, currency } => format!("{amount}{}", currency.text).into(),
        ExprKind::Text(parts) => text(parts),
        ExprKind::Raw(text) => format!("r'{text}'").into(),
        ExprKind::JsonPath(path) => format!("`{path}`").into(),
        ExprKind::Name(name) => name.as_str().into(),
        ExprKind::Omit => "omit".into(),
        ExprKind::Secret(name) => list("secret").with(name),
        ExprKind::Env(name) => list("env").with(name),
        ExprKind::Field {
            base,
            name,
            optional,
        } => match expr(base) {
            Sexp::Word(word) if !optional => Sexp::Word(format!("{word}.{}", name.text)),
            base => list(if *optional { "?." } else { "." })
                .with(base)
                .with(name),
        },
        ExprKind::Index {
            base,
            index,
            optional,
        } => list(if *optional { "?[]" } else { "[]" })
            .with(base.as_ref())
            .with(index.as_ref()),
        ExprKind::Call { callee, args } => {
            list("call").with(callee.as_ref()).all(args.iter().map(arg))
        }
        ExprKind::Unary { op, operand } => {
            list(if *op == UnaryOp::Neg { "-" } else { "not" }).with(operand.as_ref())
        }
        ExprKind::Binary {
            op, left, right, ..
        } => list(sign(*op)).with(left.as_ref()).with(right.as_ref()),
        ExprKind::If {
            cond,
            then,
            otherwise,
        } => list("if")
            .with(cond.as_ref())
            .with(then.as_ref())
            .with(otherwise.as_ref()),
        ExprKind::Match { subject, arms } => list("match")
            .with(subject.as_ref())
            .all(arms.iter().map(arm)),
        ExprKind::List(values) => list("list").all(values),
        ExprKind::Comprehension {
            value,
            var,
            list: source,
            cond,
            bracketed,
        } => {
            let all = list(if *bracketed { "list-for" } else { "for" })
                .with(value.as_ref())
                .with(var)
                .with(source.as_ref());
            all.tagged("if", cond.as_deref())
        }
        ExprKind::Object(entries) => list("object").all(entries.iter().map(entry)),
        ExprKind::Fail(reason) => list("fail").with(reason.as_ref()),
        ExprKind::Cast { value, ty } => list("as").with(value.as_ref()).with(ty),
        ExprKind::Error => "ERROR".into(),
    }
}

fn text(parts: &[TextPart]) -> Sexp {
    match parts {
        [] => "\"\"".into(),
        [TextPart::Chars(chars)] => quoted(chars).into(),
        _ => list("text").all(parts.iter().map(|part| match part {
            TextPart::Chars(chars) => Sexp::Word(quoted(chars)),
            TextPart::Expr(value) => expr(value),
        })),
    }
}

pub(super) fn sign(op: BinaryOp) -> &'static str {
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
        BinaryOp::NotIn => "not-in",
        BinaryOp::Matches => "matches",
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
    }
}

pub(super) fn arg(arg: &Arg) -> Sexp {
    match &arg.name {
        Some(name) => list(format!("{}:", name.text)).with(&arg.value),
        None => expr(&arg.value),
    }
}

fn entry(entry: &Entry) -> Sexp {
    match entry {
        Entry::Field {
            name, short: true, ..
        } => name.into(),
        Entry::Field { name, value, .. } => list(format!("{}:", name.text)).with(value),
        Entry::Spread(value) => list("...").with(value),
    }
}

pub(super) fn arm(arm: &Arm) -> Sexp {
    patterns(&arm.patterns).with(&arm.value)
}

/// `(-> pattern … `, still without what stands behind the arrow.
pub(super) fn patterns(patterns: &[Pattern]) -> Sexp {
    let all = list("->");
    match patterns {
        [] => all.with("else"),
        _ => all.all(patterns.iter().map(pattern)),
    }
}

fn pattern(pattern: &Pattern) -> Sexp {
    match &pattern.kind {
        PatternKind::Text(text) => quoted(text).into(),
        PatternKind::Int(text) | PatternKind::Decimal(text) | PatternKind::Name(text) => {
            text.as_str().into()
        }
        PatternKind::Bool(value) => value.to_string().into(),
        PatternKind::Null => "null".into(),
        PatternKind::Error => "ERROR".into(),
    }
}

pub(super) fn ty(ty: &TypeExpr) -> Sexp {
    match &ty.kind {
        TypeKind::Name(path) => path.into(),
        TypeKind::MoneyIn(name) => list("money-in").with(name),
        TypeKind::Nullable(base) => match self::ty(base) {
            Sexp::Word(word) => Sexp::Word(word + "?"),
            base => list("?").with(base),
        },
        TypeKind::List(base) => list("[]").with(base.as_ref()),
        TypeKind::Map(base) => list("map").with(base.as_ref()),
        TypeKind::Object(object) => list("{}").all(object.members.iter().map(member)),
        TypeKind::Text(text) => quoted(text).into(),
        TypeKind::Int(digits) => digits.as_str().into(),
        TypeKind::Bool(value) => value.to_string().into(),
        TypeKind::Union(parts) => list("|").all(parts),
        TypeKind::Error => "ERROR".into(),
    }
}

fn member(member: &Member) -> Sexp {
    match member {
        Member::Field(field) => self::field(field),
        Member::Spread(ty) => list("...").with(ty),
        Member::OneOf(names) => list("one-of").all(names),
    }
}

fn field(field: &Field) -> Sexp {
    list(format!("{}:", field.name.text))
        .maybe(field.ty.as_ref())
        .tagged("=", field.value.as_ref())
        .all(field.attrs.iter().map(attr))
        .maybe(field.caption.as_ref())
}

fn attr(attr: &Attr) -> Sexp {
    match &attr.kind {
        AttrKind::Codec { name, args } => list("as").with(name).all(args.iter().map(arg)),
        AttrKind::Personal => "personal".into(),
        AttrKind::Since(version) => list("since").with(version),
        AttrKind::Where(cond) => list("where").with(cond),
        AttrKind::RequiredIf(cond) => list("required-if").with(cond),
        AttrKind::IgnoredIf(cond) => list("ignored-if").with(cond),
        AttrKind::Alias(other) => list("alias").with(other),
        AttrKind::Hole(name) => list("->").with(name),
        AttrKind::HoleSpread => list("->").with("..."),
    }
}
