//! Expressions and patterns.

use super::{ExprId, Name, Span, Str, TypeExpr};

/// An expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// Its number in the file.
    pub id: ExprId,
    /// Its text.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// The kinds of expressions. Numbers keep their text: no digit is lost before the checker sees it.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// `42` (digits, `_` removed)
    Int(String),
    /// `0.5`
    Decimal(String),
    /// `5%`: the digits before the sign.
    Percent(String),
    /// `500 RUB`
    Money {
        /// Digits.
        amount: String,
        /// The code.
        currency: Name,
    },
    /// `10s`, `1h30m`, `2d`: the text as written.
    Duration(String),
    /// `"Order {number}"`, also `"""…"""`.
    Text(Vec<TextPart>),
    /// `r'…'`
    Raw(String),
    /// A JSONPath in backticks.
    JsonPath(String),
    /// A name.
    Name(String),
    /// `omit`
    Omit,
    /// `secret "NAME"`
    Secret(Str),
    /// `env "NAME"`
    Env(Str),
    /// `base.name`, `base?.name`
    Field {
        /// Left of the dot.
        base: Box<Expr>,
        /// Right of it.
        name: Name,
        /// Written with `?.`.
        optional: bool,
    },
    /// `base[index]`, `base?[index]`
    Index {
        /// The list, table or JSON.
        base: Box<Expr>,
        /// The index or key.
        index: Box<Expr>,
        /// Written with `?[`.
        optional: bool,
    },
    /// `f(a, name: b)`; `x.f(a)` has a `Field` as callee.
    Call {
        /// What is called.
        callee: Box<Expr>,
        /// The arguments in order.
        args: Vec<Arg>,
    },
    /// `-x`, `not x`
    Unary {
        /// Which.
        op: UnaryOp,
        /// Of what.
        operand: Box<Expr>,
    },
    /// `a + b`, `a ?? b`, `a catch b`, …
    Binary {
        /// Which.
        op: BinaryOp,
        /// The operator's own place.
        op_span: Span,
        /// Left side.
        left: Box<Expr>,
        /// Right side.
        right: Box<Expr>,
    },
    /// `if c then a else b`
    If {
        /// The condition.
        cond: Box<Expr>,
        /// When true.
        then: Box<Expr>,
        /// When false.
        otherwise: Box<Expr>,
    },
    /// `match x { "a", "b" -> v  else -> w }`
    Match {
        /// What is compared.
        subject: Box<Expr>,
        /// The arms.
        arms: Vec<Arm>,
    },
    /// `[a, b]`
    List(Vec<Expr>),
    /// `[f(x) for x in xs if c]`, or without brackets as the argument of `sum`, `any`, …
    Comprehension {
        /// The value of each element.
        value: Box<Expr>,
        /// The loop's name.
        var: Name,
        /// The list.
        list: Box<Expr>,
        /// `if c`.
        cond: Option<Box<Expr>>,
        /// Written in `[ ]`.
        bracketed: bool,
    },
    /// `{ field: expr, short, ...base }`
    Object(Vec<Entry>),
    /// `fail "why"`
    Fail(Box<Expr>),
    /// `x as T`
    Cast {
        /// The value.
        value: Box<Expr>,
        /// The type.
        ty: TypeExpr,
    },
    /// Could not be read.
    Error,
}

/// A piece of a text.
#[derive(Debug, Clone)]
pub enum TextPart {
    /// Characters, after escapes.
    Chars(String),
    /// `{expr}`
    Expr(Expr),
}

/// An argument, named or by position.
#[derive(Debug, Clone)]
pub struct Arg {
    /// `name:`.
    pub name: Option<Name>,
    /// The value.
    pub value: Expr,
}

/// A part of an object.
#[derive(Debug, Clone)]
pub enum Entry {
    /// `name: expr`, or `name` alone.
    Field {
        /// The field.
        name: Name,
        /// The value; for the short form a `Name` expression at the same place.
        value: Expr,
        /// Written without a value.
        short: bool,
    },
    /// `...expr`
    Spread(Expr),
}

/// An arm of a value `match` or a row of a table.
#[derive(Debug, Clone)]
pub struct Arm {
    /// The whole arm.
    pub span: Span,
    /// Empty for `else`.
    pub patterns: Vec<Pattern>,
    /// The value.
    pub value: Expr,
}

/// What an arm is compared with.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: PatternKind,
}

/// The kinds of patterns.
#[derive(Debug, Clone, PartialEq)]
pub enum PatternKind {
    /// `"cash"`
    Text(String),
    /// `42`, `-1`
    Int(String),
    /// `0.5`
    Decimal(String),
    /// `true`
    Bool(bool),
    /// `null`
    Null,
    /// A name of an enum.
    Name(String),
    /// Could not be read.
    Error,
}

/// Operators before their operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOp {
    /// `-x`
    Neg,
    /// `not x`
    Not,
}

/// Operators between their operands, loosest first: `catch`, `??`, `or`, `and`, comparisons and `in` and `matches`,
/// `+ -`, `* /`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOp {
    /// `a catch b`
    Catch,
    /// `a ?? b`
    Coalesce,
    /// `a or b`
    Or,
    /// `a and b`
    And,
    /// `a == b`
    Eq,
    /// `a != b`
    Ne,
    /// `a < b`
    Lt,
    /// `a <= b`
    Le,
    /// `a > b`
    Gt,
    /// `a >= b`
    Ge,
    /// `a in b`
    In,
    /// `a not in b`
    NotIn,
    /// `a matches r'…'`
    Matches,
    /// `a + b`
    Add,
    /// `a - b`
    Sub,
    /// `a * b`
    Mul,
    /// `a / b`
    Div,
}
