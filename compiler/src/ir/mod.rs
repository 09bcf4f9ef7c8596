//! What to do: a checked bundle without sugar. The engine sees this and values, never the tree.
//!
//! Nothing that is stored refers to positions in here: journals speak of rules and steps by name.

mod expr;
mod inputs;
mod parts;
mod polled;
mod rule;
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

pub use expr::*;
pub use polled::Polled;
pub use rule::*;
pub use tests::*;

use crate::catalog::Catalog;
use crate::source::{Place, Sources};
use crate::types::{Name, Type, TypeTable};
use crate::value::Value;

/// Number of an expression in its [`Exprs`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExprId(pub u32);

/// Number of a local value within a rule or function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LocalId(pub u32);

/// Number of a slot of the event, an index into [`ReadSet::paths`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SlotId(pub u32);

/// Number of a function of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FnId(pub u32);

/// Number of a table of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TableId(pub u32);

/// Number of an account of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AccountId(pub u32);

/// Expressions with the places they come from. A bundle has one, each connector has one.
#[derive(Debug, Clone, Default)]
pub struct Exprs {
    /// By [`ExprId`].
    pub nodes: Vec<Expr>,
    /// Where each stands, for failures.
    pub places: Vec<Place>,
}

impl Exprs {
    /// Adds an expression.
    pub fn add(&mut self, expr: Expr, place: Place) -> ExprId {
        self.nodes.push(expr);
        self.places.push(place);
        ExprId(self.nodes.len() as u32 - 1)
    }

    /// The expression with this number.
    pub fn get(&self, id: ExprId) -> &Expr {
        &self.nodes[id.0 as usize]
    }

    /// Where it stands.
    pub fn place(&self, id: ExprId) -> Place {
        self.places[id.0 as usize]
    }
}

/// Exactly which fields of the event a rule can read.
#[derive(Debug, Clone, Default)]
pub struct ReadSet {
    /// Each path is one slot. An empty path is the whole event.
    pub paths: Vec<ReadPath>,
}

/// One field that is read.
#[derive(Debug, Clone)]
pub struct ReadPath {
    /// Names from the payload down; an absent or null object on the way gives null.
    pub path: Vec<Name>,
    /// The type of what stands there (`Nullable` if anything on the way can be absent).
    pub ty: Type,
    /// Wire form of the last field.
    pub codecs: Vec<crate::types::Codec>,
    /// Other spellings of the last field that are read.
    pub aliases: Vec<Name>,
}

/// A whole bundle, ready to run.
#[derive(Debug, Clone)]
pub struct Program {
    /// The bundle's name.
    pub bundle: Name,
    /// `version: "1.4.0"`, if written.
    pub version: Option<Name>,
    /// IANA name; `UTC` if not written.
    pub timezone: Name,
    /// The bundle's currency.
    pub currency: Option<Name>,
    /// By [`AccountId`].
    pub accounts: Vec<Account>,
    /// By [`FnId`].
    pub functions: Vec<Function>,
    /// By [`TableId`].
    pub tables: Vec<Table>,
    /// In the order of the text.
    pub rules: Vec<Rule>,
    /// In the order of the text. Nothing but `ondo test` looks at them.
    pub tests: Vec<Test>,
    /// All expressions of the bundle.
    pub exprs: Exprs,
    /// Every type that the bundle can name: its own and the connectors'. An event is decoded by these.
    pub types: TypeTable,
    /// What the connectors offer.
    pub catalog: Arc<Catalog>,
    /// The texts, for places.
    pub sources: Sources,
}

/// An account as declared, or `default` for one that is not.
#[derive(Debug, Clone)]
pub struct Account {
    /// The name that rules use.
    pub name: Name,
    /// The connector.
    pub connector: Name,
    /// Given settings. What is not given has the connector's default, or comes from the environment for `default`.
    pub settings: Vec<(Name, SettingValue)>,
    /// Declared in the text. False: its settings come from the environment (`RETAILCRM_APIKEY`).
    pub declared: bool,
    /// Where it is declared or first used.
    pub place: Place,
}

/// The value of a setting.
#[derive(Debug, Clone)]
pub enum SettingValue {
    /// A literal or constant expression.
    Value(Value),
    /// `env "NAME"`
    Env(Name),
    /// `secret "NAME"`
    Secret(Name),
}

/// A function of the bundle.
#[derive(Debug, Clone)]
pub struct Function {
    /// Its name.
    pub name: Name,
    /// Where it finds its arguments.
    pub params: Vec<LocalId>,
    /// Its body.
    pub body: ExprId,
    /// How many locals it uses.
    pub local_count: u32,
}

/// A mapping table.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its name.
    pub name: Name,
    /// Keys and values.
    pub rows: Vec<(Vec<Value>, ExprId)>,
    /// `else`.
    pub otherwise: Option<ExprId>,
    /// The rows of a CSV file. Then there are no others, and a key without one is a failure.
    pub records: Option<Arc<Records>>,
}

/// The rows of a CSV file.
#[derive(Debug, Clone)]
pub struct Records {
    /// The column of the keys.
    pub key: Name,
    /// Each row as an object, by the text of its key as gates remember keys ([`crate::eval::key_text`]). A price list
    /// has thousands of them.
    pub by_key: HashMap<String, Value>,
}
