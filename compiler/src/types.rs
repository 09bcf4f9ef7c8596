//! Types of values, with what a connector says about the wire form of each field.

use std::collections::HashMap;
use std::sync::Arc;

use crate::ir::ExprId;
use crate::source::Place;

/// A name that is shared widely.
pub type Name = Arc<str>;

/// The type of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// The result of something already reported; fits everything.
    Unknown,
    /// No value ever: `fail "…"`.
    Never,
    /// The literal `null`.
    Null,
    /// `bool`
    Bool,
    /// `int`: 64 bits, checked.
    Int,
    /// `decimal`: exact, 28 digits.
    Decimal,
    /// `percent`
    Percent,
    /// `money`
    Money(Currency),
    /// `string`
    Text,
    /// `phone`: E.164; also a text.
    Phone,
    /// `date`
    Date,
    /// `time`
    Time,
    /// `datetime`: an instant with its zone or offset.
    DateTime,
    /// `duration`
    Duration,
    /// `json`: anything; must be cast before it is used.
    Json,
    /// `bytes`: a raw body.
    Bytes,
    /// `secret`: a text that is never shown.
    Secret,
    /// One of some texts or whole numbers.
    Enum(Arc<EnumType>),
    /// `T?`. Never nested.
    Nullable(Arc<Type>),
    /// `[T]`
    List(Arc<Type>),
    /// `{ [string]: T }`
    Map(Arc<Type>),
    /// `{ … }` written in place.
    Object(Arc<ObjectType>),
    /// A declared type by its qualified name: `retailcrm.Order`, or `SiteLead` of the bundle. See [`TypeTable`].
    Named(Name),
    /// `A | B` of things that are not all literals.
    Union(Arc<[Type]>),
    /// An account of a connector, as a value.
    Account(Name),
}

/// Which currency an amount has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Currency {
    /// The account's or bundle's, or none.
    Unnamed,
    /// `money in RUB`: an ISO 4217 code.
    Named(Name),
    /// `money in currency`: the code stands in a sibling field.
    Field(Name),
}

/// One of some literals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnumType {
    /// The declared name, if any: `retailcrm.PaymentType`.
    pub name: Option<Name>,
    /// Every value, in the order of the definition.
    pub values: Vec<EnumValue>,
}

/// A literal of an enum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnumValue {
    /// `"new"`
    Text(Name),
    /// `1`
    Int(i64),
    /// `true`
    Bool(bool),
}

/// The fields of an object.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ObjectType {
    /// In order.
    pub fields: Vec<Field>,
    /// Of each group exactly one is sent.
    pub one_of: Vec<Vec<Name>>,
}

impl ObjectType {
    /// The field with this name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| &*field.name == name)
    }
}

/// A field of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name, also on the wire.
    pub name: Name,
    /// Other spellings that are read.
    pub aliases: Vec<Name>,
    /// Its type; `Nullable` when it may be absent or null.
    pub ty: Type,
    /// The vendor's own words.
    pub caption: Option<Name>,
    /// May go only to systems named in `allow personal -> …`.
    pub personal: bool,
    /// First version of the account's system that knows it.
    pub since: Option<Name>,
    /// The wire form, outermost first. Empty: the natural one.
    pub codecs: Vec<Codec>,
    /// Used when the author gives none (an expression of the connector).
    pub default: Option<ExprId>,
    /// Always sent with this value; nobody can set it (an expression of the connector).
    pub computed: Option<ExprId>,
    /// Must hold for a value that is sent (an expression of the connector over this field's name).
    pub check: Option<ExprId>,
    /// Required when this holds, an expression of the connector over sibling fields.
    pub required_if: Option<ExprId>,
    /// Not sent when this holds.
    pub ignored_if: Option<ExprId>,
    /// `-> name`: an argument of the action, or a field of the outcome.
    pub hole: Option<Hole>,
    /// Where it is declared.
    pub place: Option<Place>,
}

impl Field {
    /// A field with nothing said about it.
    pub fn new(name: impl Into<Name>, ty: Type) -> Self {
        Self {
            name: name.into(),
            aliases: Vec::new(),
            ty,
            caption: None,
            personal: false,
            since: None,
            codecs: Vec::new(),
            default: None,
            computed: None,
            check: None,
            required_if: None,
            ignored_if: None,
            hole: None,
            place: None,
        }
    }
}

/// What a pattern's field is called outside the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hole {
    /// `-> name`
    Named(Name),
    /// `-> ...`: the fields of the object stand for themselves.
    Spread,
}

/// The wire form of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Codec {
    /// `as string`: a number or bool in quotes.
    Text,
    /// `as hundredths`: 12.90 is 1290.
    Hundredths,
    /// `as scale(2)`: always this many digits behind the point.
    Scale(u32),
    /// `as pattern("%Y-%m-%d %H:%M:%S")`: a date or time, in the account's zone where the pattern has none. `[UTC]` before it: a time in that zone.
    Pattern(Name),
    /// `as epoch_ms`, `as epoch_s`: a moment as a number.
    EpochMs,
    /// Seconds since 1970.
    EpochS,
    /// `as words(notSpecified: 0, male: 1)`: an enum whose wire form is a number. Also read when the text itself comes.
    Words(Vec<(i64, Name)>),
    /// `as json`: the value is JSON inside a text (form fields of some vendors).
    JsonText,
    /// `as keyed`: an object keyed by id is read as the list of its values.
    Keyed,
    /// `as empty_list`: `[]` stands for an empty object.
    EmptyList,
    /// `as padded(7)`: leading zeros. An `int` is a text on the wire (`"0024790"`), a `string` is a number there (24790).
    Padded(u32),
    /// `as brackets`: in a query, `filter[ids][]=1`.
    Brackets,
}

/// Declared types by qualified name.
#[derive(Debug, Clone, Default)]
pub struct TypeTable {
    /// `retailcrm.Order` -> its type.
    pub types: HashMap<Name, TypeDef>,
}

/// A declared type.
#[derive(Debug, Clone)]
pub struct TypeDef {
    /// What the name stands for.
    pub ty: Type,
    /// The vendor's words.
    pub caption: Option<Name>,
    /// Where it is declared.
    pub place: Place,
}

impl TypeTable {
    /// The type behind a name, as often as needed. `Unknown` for a name that is not declared.
    pub fn resolve<'a>(&'a self, mut ty: &'a Type) -> &'a Type {
        // A cycle of bare names is refused when the table is built; the bound only keeps a broken table from hanging.
        for _ in 0..64 {
            let Type::Named(name) = ty else { return ty };
            match self.types.get(name) {
                Some(def) => ty = &def.ty,
                None => return &Type::Unknown,
            }
        }
        &Type::Unknown
    }

    /// The object behind a type, through names and `?`.
    pub fn object<'a>(&'a self, ty: &'a Type) -> Option<&'a Arc<ObjectType>> {
        match self.resolve(ty) {
            Type::Object(object) => Some(object),
            Type::Nullable(inner) => self.object(inner),
            _ => None,
        }
    }
}

impl Type {
    /// `T?`, never nested.
    pub fn nullable(self) -> Type {
        match self {
            Type::Nullable(_) | Type::Unknown | Type::Null | Type::Json => self,
            Type::Never => Type::Null,
            other => Type::Nullable(Arc::new(other)),
        }
    }

    /// `T` of `T?`.
    pub fn non_null(&self) -> &Type {
        match self {
            Type::Nullable(inner) => inner,
            other => other,
        }
    }

    /// Whether null fits.
    pub fn is_nullable(&self) -> bool {
        matches!(
            self,
            Type::Nullable(_) | Type::Null | Type::Unknown | Type::Json
        )
    }
}
