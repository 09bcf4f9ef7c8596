//! Expressions without sugar.

use std::sync::Arc;

use super::*;
use crate::builtins::Builtin;
use crate::types::{Name, Type};
use crate::value::Value;

/// An expression without sugar.
#[derive(Debug, Clone)]
pub enum Expr {
    /// A literal.
    Const(Value),
    /// A field of the event.
    Slot(SlotId),
    /// A local value: `let`, a loop's name, a parameter, the value of a call.
    Local(LocalId),
    /// In connector definitions: a setting, an argument, `token`, `status`, `answer`, … by name.
    Input(Name),
    /// An account as a value.
    Account(AccountId),
    /// `base.name`. A null base yields null: the checker allowed it only where that is meant.
    Field {
        /// The object.
        base: ExprId,
        /// The field.
        name: Name,
    },
    /// `base[index]` of a list: null outside. Negative counts from the end.
    Index {
        /// The list.
        base: ExprId,
        /// An int.
        index: ExprId,
    },
    /// `a?.b…`: null if the value is null, else the rest of the chain with the value bound.
    Chain {
        /// The part before `?`.
        value: ExprId,
        /// Where `then` finds it.
        bind: LocalId,
        /// The rest of the chain.
        then: ExprId,
    },
    /// An expression with locals of its own: a constant, or the default of a parameter, wherever it is used.
    Apart {
        /// The expression.
        value: ExprId,
        /// How many locals it uses.
        local_count: u32,
    },
    /// `t[x]` of a table.
    Lookup {
        /// The table.
        table: TableId,
        /// The key.
        key: ExprId,
    },
    /// A function of the bundle.
    Call {
        /// Which.
        function: FnId,
        /// One for each parameter.
        args: Vec<ExprId>,
    },
    /// A built-in function.
    Builtin {
        /// Which.
        builtin: &'static Builtin,
        /// One for each parameter; none where the caller left an optional one out.
        args: Vec<Option<ExprId>>,
    },
    /// `not x`
    Not(ExprId),
    /// `-x`
    Neg(ExprId),
    /// Arithmetic and comparison.
    Binary {
        /// Which.
        op: Op,
        /// Left.
        left: ExprId,
        /// Right.
        right: ExprId,
    },
    /// `a and b`: the right side only if the left is true.
    And(ExprId, ExprId),
    /// `a or b`: the right side only if the left is false.
    Or(ExprId, ExprId),
    /// `a ?? b`
    Coalesce(ExprId, ExprId),
    /// `a catch b`
    Catch(ExprId, ExprId),
    /// `x in xs`
    In(ExprId, ExprId),
    /// `x matches r'…'`
    Matches {
        /// The text.
        value: ExprId,
        /// Compiled once.
        regex: Arc<regex::Regex>,
    },
    /// `if c then a else b`
    If(ExprId, ExprId, ExprId),
    /// `match`
    Match {
        /// What is compared.
        subject: ExprId,
        /// Tried in order; equal to any of the values.
        arms: Vec<(Vec<Value>, ExprId)>,
        /// `else`; a failure without it.
        otherwise: Option<ExprId>,
    },
    /// `[a, b]`
    List(Vec<ExprId>),
    /// `[value for x in list if cond]`
    Comprehension {
        /// The loop's name.
        var: LocalId,
        /// The list.
        list: ExprId,
        /// The filter.
        cond: Option<ExprId>,
        /// The element.
        value: ExprId,
    },
    /// `{ … }`
    Object(Vec<Entry>),
    /// `"Order {number}"`
    Text(Vec<ExprId>),
    /// `fail "why"`
    Fail(ExprId),
    /// `x as T`, and the checked conversion of `json`.
    Cast {
        /// The value.
        value: ExprId,
        /// To what.
        ty: Type,
    },
    /// `money(x)` of a number literal where money is wanted, and other conversions that the checker decided.
    Convert {
        /// The value.
        value: ExprId,
        /// To what.
        to: Conversion,
    },
    /// `first(x, path)`, `all(x, path)`, `one(x, path)`
    JsonPath {
        /// The JSON.
        base: ExprId,
        /// How many are wanted.
        take: Take,
        /// RFC 9535, checked.
        path: Name,
    },
    /// `present(x)`: a null that was sent counts, an absent field does not.
    Present(ExprId),
    /// `omit`
    Omit,
    /// `now()`
    Now,
    /// `step_time()`
    StepTime,
}

/// Conversions that change no meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conversion {
    /// int to decimal.
    Decimal,
    /// A number literal to money of this currency; none: unnamed.
    Money(Option<Name>),
}

/// Which matches of a JSONPath are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// The first, or null.
    First,
    /// All.
    All,
    /// Exactly one, else a failure.
    One,
}

/// Binary operators on evaluated sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
}

/// A part of an object expression.
#[derive(Debug, Clone)]
pub enum Entry {
    /// `name: value`
    Field {
        /// The field.
        name: Name,
        /// Its value.
        value: ExprId,
        /// Leave the field out when the value is null. False for a literal `null` and required fields.
        omit_null: bool,
    },
    /// `...value`
    Spread(ExprId),
}
