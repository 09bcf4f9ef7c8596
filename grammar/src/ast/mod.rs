//! The tree of what was written: every declaration, statement and expression with its place in the text.
//!
//! The tree says nothing about meaning. A piece that could not be read is an `Error` node, so that the rest of a file
//! can still be checked. Every expression has an id; the compiler keeps names and types in tables beside the tree.

mod connectors;
mod exprs;
mod rules;
mod tests;
mod types;

pub use connectors::*;
pub use exprs::*;
pub use rules::*;
pub use tests::*;
pub use types::*;

/// A piece of the source text, in bytes from its start. Never contains blanks or comments at its ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// From the first byte of `self` to the last byte of `other`.
    pub fn to(self, other: Span) -> Span {
        Span {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// The text that the span covers.
    pub fn text(self, source: &str) -> &str {
        source
            .get(self.start as usize..self.end as usize)
            .unwrap_or("")
    }
}

/// A name as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name without quotes.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// A plain text without interpolation: a caption, a path, a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Str {
    /// The text after escapes.
    pub text: String,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// Dotted names: `crm.order`, `retailcrm.OrderItem`, `order`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// At least one name.
    pub names: Vec<Name>,
    /// The whole path.
    pub span: Span,
}

/// Number of an expression within its file. Dense from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExprId(pub u32);

/// One source file.
#[derive(Debug, Clone, Default)]
pub struct File {
    /// The declarations in the order of the text.
    pub items: Vec<Item>,
    /// How many expression ids were given out.
    pub expr_count: u32,
}

/// One declaration.
#[derive(Debug, Clone)]
pub struct Item {
    /// The whole declaration.
    pub span: Span,
    /// What it declares.
    pub kind: ItemKind,
}

/// What can stand at the top of a file. Connector definitions may also stand inside `connector NAME { … }`.
#[derive(Debug, Clone)]
pub enum ItemKind {
    /// `bundle pizza { version: "1.4.0", … }`
    Bundle(Bundle),
    /// `use "lib/common.ondo" as common`
    Use(Use),
    /// `account crm = retailcrm { … }`
    Account(Account),
    /// `allow personal -> plazius, rkeeper`
    Allow(Allow),
    /// `const CASHBACK = 5%`
    Const(Const),
    /// `table pay_type: A -> B { … }`, `table skus from "skus.csv" key "article"`
    Table(Table),
    /// `type SiteLead = { … }`
    Type(TypeDecl),
    /// `extend crm.order { … }`
    Extend(Extend),
    /// `fn net(i: retailcrm.OrderItem) -> money = …`
    Fn(Fn),
    /// `rule NAME "caption": on … do …`, or a bare `on … do …`
    Rule(Box<Rule>),
    /// `test "…" { … }`
    Test(Test),
    /// `connector plazius "…" { … }`
    Connector(Connector),
    /// A part of a connector definition.
    Definition(Definition),
    /// Could not be read; a syntax error was reported for it.
    Error,
}

/// `bundle NAME { field: expr, … }`
#[derive(Debug, Clone)]
pub struct Bundle {
    /// The bundle's name.
    pub name: Name,
    /// `version`, `timezone`, `currency`, …
    pub fields: Vec<Setting>,
}

/// `name: expr` in `bundle` and `account`.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The setting's name.
    pub name: Name,
    /// Its value; may be `env "X"` or `secret "X"`.
    pub value: Expr,
}

/// `use "path" as alias`
#[derive(Debug, Clone)]
pub struct Use {
    /// The path, relative to the directory of bundles.
    pub path: Str,
    /// `as NAME`.
    pub alias: Option<Name>,
}

/// `account NAME = CONNECTOR { … }`
#[derive(Debug, Clone)]
pub struct Account {
    /// The name that rules use.
    pub name: Name,
    /// The connector.
    pub connector: Name,
    /// Its settings.
    pub settings: Vec<Setting>,
}

/// `allow personal -> a, b`
#[derive(Debug, Clone)]
pub struct Allow {
    /// `personal`.
    pub what: Name,
    /// Connectors that may receive it.
    pub targets: Vec<Name>,
}

/// `const NAME: type = expr`
#[derive(Debug, Clone)]
pub struct Const {
    /// The name.
    pub name: Name,
    /// The declared type, if written.
    pub ty: Option<TypeExpr>,
    /// The value.
    pub value: Expr,
}

/// A mapping table.
#[derive(Debug, Clone)]
pub struct Table {
    /// The name.
    pub name: Name,
    /// Type of the keys, if written.
    pub from: Option<TypeExpr>,
    /// Type of the values, if written.
    pub to: Option<TypeExpr>,
    /// The rows, or the file they come from.
    pub source: TableSource,
}

/// Where a table's rows are.
#[derive(Debug, Clone)]
pub enum TableSource {
    /// `{ "cash", "courier-cash" -> "cash"  else -> fail "…" }`
    Rows(Vec<Arm>),
    /// `from "skus.csv" key "article"`
    Csv {
        /// File beside the bundle.
        file: Str,
        /// Column whose value is the key.
        key: Str,
    },
}

/// `type NAME = …`
#[derive(Debug, Clone)]
pub struct TypeDecl {
    /// The name.
    pub name: Name,
    /// The vendor's caption, in connector definitions.
    pub caption: Option<Str>,
    /// What it stands for.
    pub ty: TypeExpr,
}

/// `extend crm.order { customFields: { utm: string? } }`
#[derive(Debug, Clone)]
pub struct Extend {
    /// Account and event.
    pub path: Path,
    /// An object type.
    pub fields: TypeExpr,
}

/// `fn NAME(params) -> type = expr`
#[derive(Debug, Clone)]
pub struct Fn {
    /// The name.
    pub name: Name,
    /// Parameters in order.
    pub params: Vec<Param>,
    /// The result's type.
    pub result: TypeExpr,
    /// The body.
    pub body: Expr,
}

/// `name: type = default`
#[derive(Debug, Clone)]
pub struct Param {
    /// The name.
    pub name: Name,
    /// Its type.
    pub ty: TypeExpr,
    /// The vendor's words, in a definition.
    pub caption: Option<Str>,
    /// Used when the caller leaves it out.
    pub default: Option<Expr>,
}
