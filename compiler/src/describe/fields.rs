//! The fields of a type as a tree.

use super::remarks::Remark;
use super::{Cx, literals, owned, type_text, written};
use crate::catalog::Connector;
use crate::types::{self, Codec, Name, ObjectType, Type};

/// One field, and what stands in it.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name, as it is written in bundles.
    pub name: String,
    /// Its type.
    pub ty: String,
    /// The named type in it, inside the connector.
    pub shape: Option<String>,
    /// It cannot be left out. Of an answer or event: it is always there.
    pub required: bool,
    /// Used when it is left out, as written.
    pub default: Option<String>,
    /// Settings without which the default has no value: then the field is required.
    pub default_needs: Vec<String>,
    /// The values that it can have, if they are few and known.
    pub values: Vec<String>,
    /// May go only to systems that `allow personal` names.
    pub personal: bool,
    /// First version of the system that knows it.
    pub since: Option<String>,
    /// How it is written on the wire, where that is not the natural way: `as hundredths`.
    pub forms: Vec<String>,
    /// Other spellings that are read.
    pub aliases: Vec<String>,
    /// What must hold: `where amount > 0`, `required if …`, `ignored if …`.
    pub conditions: Vec<String>,
    /// The vendor's words.
    pub caption: Option<String>,
    /// What the definition says.
    pub remark: Option<Remark>,
    /// The fields inside, also through lists.
    pub fields: Vec<Field>,
    /// Its fields are those of a type that it stands in itself, so they are not repeated.
    pub again: bool,
    /// Groups of the fields inside of which exactly one is given.
    pub one_of: Vec<Vec<String>>,
}

/// How far a tree goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// Through named types, except those around a field.
    Whole,
    /// Not into types with a name of their own.
    Own,
}

/// A tree has at most so many fields: named types inside named types could make it as large as one likes.
const FIELDS_MAX: usize = 5_000;

/// Which way the values go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// An author gives them: an empty list has to be said, too.
    Sent,
    /// They are read: an absent list is an empty one.
    Read,
}

/// A walk through a type.
struct Walk<'c, 'a> {
    cx: &'c Cx<'a>,
    way: Way,
    depth: Depth,
    /// Named types around the field at hand.
    around: Vec<Name>,
    left: usize,
}

/// The fields of a type, through `?`, lists, maps and unions.
pub(super) fn of(cx: &Cx<'_>, ty: &Type, way: Way, depth: Depth) -> Vec<Field> {
    let mut walk = Walk {
        cx,
        way,
        depth,
        around: Vec::new(),
        left: FIELDS_MAX,
    };
    walk.inside(ty, cx.connector).fields
}

/// `one of` lines.
pub(super) fn groups(object: &ObjectType) -> Vec<Vec<String>> {
    let groups = object.one_of.iter();
    groups
        .map(|group| group.iter().map(ToString::to_string).collect())
        .collect()
}

/// What stands in a type.
#[derive(Default)]
struct Inside {
    fields: Vec<Field>,
    one_of: Vec<Vec<String>>,
    again: bool,
}

impl Walk<'_, '_> {
    /// What stands in a type. `owner`: whose expressions its fields have.
    fn inside(&mut self, ty: &Type, owner: &Connector) -> Inside {
        match ty {
            Type::Nullable(inner) | Type::List(inner) | Type::Map(inner) => {
                self.inside(inner, owner)
            }
            Type::Named(name) => self.named(name, owner),
            Type::Union(parts) => {
                let mut all = Inside::default();
                for part in parts.iter() {
                    let part = self.inside(part, owner);
                    all.again |= part.again;
                    all.one_of.extend(part.one_of);
                    for field in part.fields {
                        if !all.fields.iter().any(|known| known.name == field.name) {
                            all.fields.push(field);
                        }
                    }
                }
                all
            }
            Type::Object(object) => Inside {
                fields: self.fields(object, owner),
                one_of: groups(object),
                again: false,
            },
            _ => Inside::default(),
        }
    }

    fn named(&mut self, name: &Name, owner: &Connector) -> Inside {
        let catalog = self.cx.catalog;
        let Some(def) = catalog.types.types.get(name) else {
            return Inside::default();
        };
        // The fields of a type of another connector have that one's expressions.
        let of_name = name.split('.').next().unwrap_or_default();
        let owner = catalog.connectors.get(of_name).unwrap_or(owner);
        let stays_out = self.depth == Depth::Own && !matches!(def.ty, Type::Named(_));
        if stays_out {
            return Inside::default();
        }
        if self.around.contains(name) {
            return Inside {
                again: true,
                ..Inside::default()
            };
        }
        self.around.push(name.clone());
        let inside = self.inside(&def.ty, owner);
        self.around.pop();
        inside
    }

    fn fields(&mut self, object: &ObjectType, owner: &Connector) -> Vec<Field> {
        let mut fields = Vec::new();
        for field in &object.fields {
            // What is always sent with one value is nothing that anybody says or reads.
            if field.computed.is_some() {
                continue;
            }
            if self.left == 0 {
                break;
            }
            self.left -= 1;
            fields.push(self.field(field, owner));
        }
        fields
    }

    /// As the checker of calls sees it.
    fn is_required(&self, field: &types::Field) -> bool {
        let ty = self.cx.catalog.types.resolve(&field.ty);
        let is_empty_when_absent = matches!(ty, Type::List(_) | Type::Map(_));
        let may_be_absent = ty.is_nullable() || self.way == Way::Read && is_empty_when_absent;
        !may_be_absent && field.default.is_none() && field.required_if.is_none()
    }

    fn field(&mut self, field: &types::Field, owner: &Connector) -> Field {
        let cx = self.cx;
        let text = |id| written(cx.catalog, owner, id);
        let clauses = [
            ("where", field.check),
            ("required if", field.required_if),
            ("ignored if", field.ignored_if),
        ];
        let conditions = clauses.into_iter();
        let conditions = conditions.filter_map(|(word, id)| Some(format!("{word} {}", text(id?))));
        let default_needs = field
            .default
            .map_or_else(Vec::new, |default| owner.settings_needed(default));
        let inside = self.inside(&field.ty, owner);
        Field {
            name: field.name.to_string(),
            ty: type_text::of(&field.ty, &cx.connector.name),
            shape: shape(&field.ty, &cx.connector.name),
            required: self.is_required(field),
            default: field.default.map(text),
            default_needs: default_needs.iter().map(ToString::to_string).collect(),
            values: values(cx, &field.ty),
            personal: field.personal,
            since: owned(field.since.as_ref()),
            forms: field.codecs.iter().map(form).collect(),
            aliases: field.aliases.iter().map(ToString::to_string).collect(),
            conditions: conditions.collect(),
            caption: owned(field.caption.as_ref()),
            remark: field.place.and_then(|place| cx.remarks.at(place)),
            fields: inside.fields,
            again: inside.again,
            one_of: inside.one_of,
        }
    }
}

/// The named type in a type.
fn shape(ty: &Type, connector: &str) -> Option<String> {
    match ty {
        Type::Nullable(inner) | Type::List(inner) | Type::Map(inner) => shape(inner, connector),
        Type::Named(name) => Some(type_text::short(name, connector).to_owned()),
        Type::Enum(values) => {
            let name = values.name.as_ref()?;
            Some(type_text::short(name, connector).to_owned())
        }
        _ => None,
    }
}

/// The values of an enum.
fn values(cx: &Cx<'_>, ty: &Type) -> Vec<String> {
    match cx.catalog.types.resolve(ty) {
        Type::Nullable(inner) | Type::List(inner) => values(cx, inner),
        Type::Enum(values) => values.values.iter().map(type_text::value).collect(),
        _ => Vec::new(),
    }
}

/// A wire form as it is written.
fn form(codec: &Codec) -> String {
    match codec {
        Codec::Text => "as string".to_owned(),
        Codec::Hundredths => "as hundredths".to_owned(),
        Codec::Scale(digits) => format!("as scale({digits})"),
        Codec::Pattern(pattern) => match literals::zone_of(pattern) {
            Some(("UTC", "")) => "as utc".to_owned(),
            Some((zone, pattern)) => format!("as pattern(\"{pattern}\", \"{zone}\")"),
            None => format!("as pattern(\"{pattern}\")"),
        },
        Codec::EpochMs => "as epoch_ms".to_owned(),
        Codec::EpochS => "as epoch_s".to_owned(),
        Codec::Words(pairs) => {
            let pairs: Vec<String> = pairs
                .iter()
                .map(|(number, word)| format!("{word}: {number}"))
                .collect();
            format!("as words({})", pairs.join(", "))
        }
        Codec::JsonText => "as json".to_owned(),
        Codec::Keyed => "as keyed".to_owned(),
        Codec::EmptyList => "as empty_list".to_owned(),
        Codec::Padded(digits) => format!("as padded({digits})"),
        Codec::Brackets => "as brackets".to_owned(),
    }
}

/// A parameter as a field.
pub(super) fn of_param(cx: &Cx<'_>, param: &crate::catalog::Param) -> Field {
    let mut field = types::Field::new(param.name.clone(), param.ty.clone());
    field.default = param.default;
    field.caption = param.caption.clone();
    field.place = Some(param.place);
    let mut walk = Walk {
        cx,
        way: Way::Sent,
        depth: Depth::Whole,
        around: Vec::new(),
        left: FIELDS_MAX,
    };
    walk.field(&field, cx.connector)
}
