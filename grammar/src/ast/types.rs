//! Types, with what a connector says about the wire form of each field.

use super::{Arg, Expr, Name, Path, Span, Str};

/// A type as written.
#[derive(Debug, Clone)]
pub struct TypeExpr {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: TypeKind,
}

/// The kinds of types.
#[derive(Debug, Clone)]
pub enum TypeKind {
    /// `string`, `SiteLead`, `retailcrm.OrderItem`
    Name(Path),
    /// `money in currency` (a sibling field) or `money in RUB`.
    MoneyIn(Name),
    /// `T?`
    Nullable(Box<TypeExpr>),
    /// `[T]`
    List(Box<TypeExpr>),
    /// `{ [string]: T }`
    Map(Box<TypeExpr>),
    /// `{ name: T, … }`
    Object(ObjectType),
    /// `"new"`
    Text(String),
    /// `1`
    Int(String),
    /// `true`
    Bool(bool),
    /// `A | B`
    Union(Vec<TypeExpr>),
    /// Could not be read.
    Error,
}

/// The fields of an object type.
#[derive(Debug, Clone, Default)]
pub struct ObjectType {
    /// In order.
    pub members: Vec<Member>,
}

/// A part of an object type.
#[derive(Debug, Clone)]
pub enum Member {
    /// `name: T …`
    Field(Box<Field>),
    /// `...T`: all fields of another type.
    Spread(TypeExpr),
    /// `one of sync, async`: exactly one of them is sent.
    OneOf(Vec<Name>),
}

/// A field of an object type, with what a connector says about its wire form.
#[derive(Debug, Clone)]
pub struct Field {
    /// The whole field.
    pub span: Span,
    /// Its name; may be quoted.
    pub name: Name,
    /// `: T`. None for a computed field (`objectId = objectId`).
    pub ty: Option<TypeExpr>,
    /// With a type: the default when the caller gives none. Without: the value that is always sent.
    pub value: Option<Expr>,
    /// `personal`, `as …`, `since …`, in the order of the text.
    pub attrs: Vec<Attr>,
    /// The vendor's own words.
    pub caption: Option<Str>,
}

/// Something said about a field.
#[derive(Debug, Clone)]
pub struct Attr {
    /// Where it stands.
    pub span: Span,
    /// What it says.
    pub kind: AttrKind,
}

/// What can be said about a field.
#[derive(Debug, Clone)]
pub enum AttrKind {
    /// `as hundredths`, `as pattern("%Y-%m-%d %H:%M:%S")`: the wire form.
    Codec {
        /// The codec.
        name: Name,
        /// Its arguments.
        args: Vec<Arg>,
    },
    /// `personal`: names, phones, e-mails.
    Personal,
    /// `since "2.7.9.1"`
    Since(Str),
    /// `where amount > 0`
    Where(Expr),
    /// `required if EXPR`
    RequiredIf(Expr),
    /// `ignored if EXPR`
    IgnoredIf(Expr),
    /// `alias "еarnedBonuses"`: a second spelling that is read.
    Alias(Str),
    /// `-> name`: in a request the argument's name, in an answer the field of the outcome.
    Hole(Name),
    /// `-> ...`: the fields of this object are arguments (or fields of the outcome) themselves.
    HoleSpread,
}
