//! What a schema says together with those that `allOf` names: one list of fields, one list of limits.

use indexmap::IndexMap;

use super::Schemas;
use crate::import::documents::At;
use crate::import::tree::{Kind, Node};

/// Longest chain of `allOf` in `allOf`.
const PARENTS_MAX: usize = 40;

/// Words that say nothing about the value.
const REMARKS: &[&str] = &[
    "title",
    "description",
    "example",
    "examples",
    "externalDocs",
    "deprecated",
    "default",
    "xml",
    "$comment",
    "readOnly",
    "writeOnly",
    "nullable",
    "discriminator",
];

/// Words that narrow a value in a way that a type cannot say.
const NARROWING: &[(&str, &str)] = &[
    ("not", "what it must not be (`not`)"),
    ("if", "a condition between fields (`if`)"),
    (
        "dependentRequired",
        "fields that need others (`dependentRequired`)",
    ),
    (
        "dependentSchemas",
        "fields that need others (`dependentSchemas`)",
    ),
    (
        "prefixItems",
        "elements that differ by their place (`prefixItems`)",
    ),
    ("contains", "what one of the elements must be (`contains`)"),
    (
        "patternProperties",
        "fields whose names have a pattern (`patternProperties`)",
    ),
    (
        "propertyNames",
        "what names of fields must look like (`propertyNames`)",
    ),
];

/// A schema and those that it is made of.
#[derive(Debug, Clone, Default)]
pub(super) struct Gathered<'d> {
    types: Option<Vec<&'d str>>,
    pub(super) nullable: bool,
    pub(super) properties: IndexMap<&'d str, At<'d>>,
    pub(super) required: Vec<&'d str>,
    /// `enum` or `const`.
    pub(super) values: Option<Vec<&'d Node>>,
    pub(super) items: Option<At<'d>>,
    /// Fields that nobody knows by name.
    pub(super) more: Option<At<'d>>,
    /// There are none.
    pub(super) is_closed: bool,
    /// One list for each `oneOf` and `anyOf`.
    pub(super) alternatives: Vec<Vec<At<'d>>>,
    /// Of these fields exactly one is there.
    pub(super) exactly_one: Vec<Vec<String>>,
    pub(super) title: Option<&'d str>,
    pub(super) description: Option<&'d str>,
    pub(super) format: Option<&'d str>,
    /// `minimum`, `maxLength`, …
    pub(super) limits: Vec<(&'d str, &'d Node)>,
    pub(super) notes: Vec<String>,
}

impl<'d> Gathered<'d> {
    /// Adds what stands at a place. `parents`: the places that led here.
    pub(super) fn add(
        &mut self,
        schemas: &mut Schemas<'d>,
        at: &At<'d>,
        parents: &mut Vec<String>,
    ) {
        let Some(at) = schemas.documents.followed(at) else {
            let what = "a reference that leads nowhere".to_owned();
            self.notes.push(schemas.losses.add(at, what));
            return;
        };
        let place = format!("{}{}", at.document, at.pointer);
        if parents.contains(&place) || parents.len() > PARENTS_MAX {
            let what = "a schema that is made of itself".to_owned();
            self.notes.push(schemas.losses.add(&at, what));
            return;
        }
        let is_first = parents.is_empty();
        parents.push(place);
        for part in at.list("allOf") {
            self.add(schemas, &part, parents);
        }
        parents.pop();
        self.add_own(schemas, &at, is_first);
    }

    fn add_own(&mut self, schemas: &mut Schemas<'d>, at: &At<'d>, is_first: bool) {
        let node = at.node;
        self.add_types(node);
        for (name, property) in at.fields("properties") {
            self.properties.insert(name, property);
        }
        self.required
            .extend(node.list("required").iter().filter_map(Node::text));
        let values: Option<Vec<&Node>> = match (
            at.node.object().and_then(|own| own.get("const")),
            node.get("enum"),
        ) {
            (Some(only), _) => Some(vec![only]),
            (None, Some(list)) => Some(list.items().iter().collect()),
            (None, None) => None,
        };
        self.values = match (self.values.take(), values) {
            (Some(known), Some(more)) => {
                let both = known
                    .iter()
                    .filter(|value| more.iter().any(|other| other.kind == value.kind));
                Some(both.copied().collect())
            }
            (known, more) => known.or(more),
        };
        self.items = at.get("items").or(self.items.take());
        match at.get("additionalProperties") {
            Some(more) if more.node.kind == Kind::Bool(false) => self.is_closed = true,
            Some(more) if more.node.object().is_some() => self.more = Some(more),
            _ => {}
        }
        self.add_alternatives(schemas, at);
        if is_first || self.title.is_none() {
            self.title = node.text_of("title").or(self.title);
        }
        if is_first || self.description.is_none() {
            self.description = node.text_of("description").or(self.description);
        }
        self.format = node.text_of("format").or(self.format);
        let own = node.object().into_iter().flatten();
        self.limits.extend(
            own.filter(|(name, _)| super::limits::is_limit(name))
                .map(|(name, node)| (name.as_str(), node)),
        );
        for (word, what) in NARROWING {
            if node.get(word).is_some() {
                self.notes.push(schemas.losses.add(at, (*what).to_owned()));
            }
        }
        if is_first {
            super::limits::remarks(node, &mut self.notes);
        }
    }

    fn add_types(&mut self, node: &'d Node) {
        let own: Vec<&str> = match node.get("type").map(|ty| &ty.kind) {
            Some(Kind::Text(text)) => vec![known(text)],
            Some(Kind::List(items)) => items.iter().filter_map(Node::text).collect(),
            _ => Vec::new(),
        };
        let is_null = node.flag("nullable") || own.contains(&"null");
        let says = !own.is_empty() || node.flag("nullable");
        let own: Vec<&str> = own.into_iter().filter(|ty| *ty != "null").collect();
        self.nullable |= is_null && says;
        if own.is_empty() {
            return;
        }
        self.types = match self.types.take() {
            None => Some(own),
            Some(known) => {
                let both: Vec<&str> = known
                    .iter()
                    .copied()
                    .filter(|ty| own.contains(ty))
                    .collect();
                // `integer` narrows `number`.
                let narrowed = match both.is_empty() {
                    true if own.contains(&"integer") && known.contains(&"number") => own,
                    true => known,
                    false => both,
                };
                Some(narrowed)
            }
        };
    }

    fn add_alternatives(&mut self, schemas: &mut Schemas<'d>, at: &At<'d>) {
        for word in ["oneOf", "anyOf"] {
            let group = at.list(word);
            if group.is_empty() {
                continue;
            }
            if group.iter().all(|part| only_requires(part.node)) {
                let names: Vec<Vec<&str>> = group
                    .iter()
                    .map(|part| {
                        part.node
                            .list("required")
                            .iter()
                            .filter_map(Node::text)
                            .collect()
                    })
                    .collect();
                let single: Option<Vec<String>> = names
                    .iter()
                    .map(|names| match names.as_slice() {
                        [only] => Some((*only).to_owned()),
                        _ => None,
                    })
                    .collect();
                match single {
                    Some(names) if word == "oneOf" => self.exactly_one.push(names),
                    _ => {
                        let what = "which fields must be there together".to_owned();
                        self.notes.push(schemas.losses.add(at, what));
                    }
                }
                continue;
            }
            self.alternatives.push(group);
        }
    }

    /// The same without its choices.
    pub(super) fn without_alternatives(&self) -> Self {
        Self {
            alternatives: Vec::new(),
            notes: Vec::new(),
            nullable: false,
            ..self.clone()
        }
    }

    /// Nothing that an alternative would have to be joined with.
    pub(super) fn says_nothing(&self) -> bool {
        self.properties.is_empty()
            && self.items.is_none()
            && self.values.is_none()
            && self.required.is_empty()
    }

    /// Nothing but null is said.
    pub(super) fn is_null(&self) -> bool {
        self.nullable
    }

    /// The types that are said, or that follow from what is said.
    pub(super) fn types(&self) -> Vec<&'d str> {
        if let Some(types) = &self.types {
            return types.clone();
        }
        let has = |names: &[&str]| self.limits.iter().any(|(name, _)| names.contains(name));
        if !self.properties.is_empty() || self.more.is_some() {
            vec!["object"]
        } else if self.items.is_some() {
            vec!["array"]
        } else if has(&["pattern", "minLength", "maxLength"])
            || matches!(
                self.format,
                Some("date" | "date-time" | "uuid" | "uri" | "email")
            )
        {
            vec!["string"]
        } else if has(&["minimum", "maximum"]) {
            vec!["number"]
        } else {
            Vec::new()
        }
    }
}

/// Types that documents name although OpenAPI does not, where there is no doubt what is meant.
fn known(ty: &str) -> &str {
    match ty {
        "bool" => "boolean",
        "int" | "int32" | "int64" | "long" => "integer",
        "float" | "double" | "decimal" => "number",
        "text" | "str" | "uuid" | "file" => "string",
        "list" => "array",
        other => other,
    }
}

/// `{ required: [a] }`, perhaps with a title: no alternative, but a condition on the fields beside it.
fn only_requires(node: &Node) -> bool {
    let Some(own) = node.object() else {
        return false;
    };
    let is_silent =
        |name: &&String| *name == "required" || REMARKS.contains(&name.as_str()) || *name == "type";
    own.contains_key("required") && own.keys().all(|name| is_silent(&name))
}

/// `allOf: [X]` with nothing but remarks beside it: only a way to put remarks beside a reference. The same for one
/// alternative.
pub(super) fn only_one<'d>(at: &At<'d>) -> Option<At<'d>> {
    let own = at.node.object()?;
    let (word, _) = own
        .iter()
        .find(|(name, _)| matches!(name.as_str(), "allOf" | "oneOf" | "anyOf"))?;
    let is_silent = |name: &String| {
        name == word || REMARKS.contains(&name.as_str()) || name.starts_with("x-") || name == "type"
    };
    if !own.keys().all(is_silent) {
        return None;
    }
    let mut parts = at.list(word);
    (parts.len() == 1).then(|| parts.remove(0))
}
