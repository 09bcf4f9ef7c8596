//! Requests as trees that can be spoiled: bodies of JSON, forms whose fields hold JSON, queries with brackets, paths.

use ondo_compiler::catalog::{Action, Section};
use ondo_compiler::types::{EnumType, EnumValue, Type, TypeTable};
use ondo_compiler::value::Secret;
use ondo_compiler::wire::HttpRequest;
use ondo_grammar::ast::Place;
use serde_json::{Map, Value as Json, json};

/// Where something stands in a tree.
pub(super) type Pointer = Vec<String>;

/// A part of a request that is a tree, and the section that describes it.
pub(super) struct Part<'a> {
    pub(super) section: &'a Section,
    pub(super) tree: Json,
    /// Fields of a form that are JSON in a text.
    nested: Vec<String>,
}

/// The body and the query of a request, as far as the action describes them.
pub(super) fn parts<'a>(action: &'a Action, request: &HttpRequest) -> Vec<Part<'a>> {
    let sections = action.request.iter().flat_map(|request| &request.sections);
    let parts = sections.filter_map(|section| {
        let (tree, nested) = match section.place {
            Place::Json => (serde_json::from_slice(&request.body).ok()?, Vec::new()),
            Place::Form => of_pairs(&request.body),
            Place::Query => of_pairs(query_of(request).as_bytes()),
            _ => return None,
        };
        Some(Part {
            section,
            tree,
            nested,
        })
    });
    parts.collect()
}

fn query_of(request: &HttpRequest) -> String {
    let url = request.url.expose();
    url.split_once('?')
        .map_or("", |(_, query)| query)
        .to_owned()
}

fn of_pairs(bytes: &[u8]) -> (Json, Vec<String>) {
    let mut tree = Json::Object(Map::new());
    let mut nested = Vec::new();
    for (name, text) in form_urlencoded::parse(bytes) {
        let inner: Option<Json> = serde_json::from_str(&text).ok();
        let value = match inner.filter(|inner| inner.is_object() || inner.is_array()) {
            Some(inner) => {
                nested.push(name.to_string());
                inner
            }
            None => json!(text),
        };
        let keys: Vec<String> = name
            .split('[')
            .map(|key| key.trim_end_matches(']').to_owned())
            .collect();
        let mut at = &mut tree;
        for (depth, key) in keys.iter().enumerate() {
            let is_list = keys.get(depth + 1).is_some_and(String::is_empty);
            let slot = at
                .as_object_mut()
                .unwrap()
                .entry(key.clone())
                .or_insert_with(|| match is_list {
                    true => json!([]),
                    false => json!({}),
                });
            if is_list {
                slot.as_array_mut().unwrap().push(value.clone());
                break;
            }
            if depth + 1 == keys.len() {
                *slot = value.clone();
            }
            at = slot;
        }
    }
    (tree, nested)
}

/// The request with this part instead of its own.
pub(super) fn with(request: &HttpRequest, part: &Part<'_>, tree: &Json) -> HttpRequest {
    let mut request = request.clone();
    match part.section.place {
        Place::Json => request.body = tree.to_string().into_bytes(),
        Place::Form => request.body = to_pairs(tree, &part.nested).into_bytes(),
        _ => {
            let url = request.url.expose();
            let address = url.split_once('?').map_or(url, |(address, _)| address);
            request.url = Secret::new(format!("{address}?{}", to_pairs(tree, &[])));
        }
    }
    request
}

fn to_pairs(tree: &Json, nested: &[String]) -> String {
    let mut out = form_urlencoded::Serializer::new(String::new());
    let fields = tree.as_object().unwrap();
    for (name, value) in fields {
        if nested.contains(name) {
            out.append_pair(name, &value.to_string());
        } else {
            push(name, value, &mut out);
        }
    }
    out.finish()
}

fn push(name: &str, value: &Json, out: &mut form_urlencoded::Serializer<'_, String>) {
    match value {
        Json::Object(fields) => {
            for (key, value) in fields {
                push(&format!("{name}[{key}]"), value, out);
            }
        }
        Json::Array(items) => {
            for item in items {
                push(&format!("{name}[]"), item, out);
            }
        }
        Json::String(text) => {
            out.append_pair(name, text);
        }
        other => {
            out.append_pair(name, &other.to_string());
        }
    }
}

/// Where fields stand that have to be there. Literals, which say what request it is, come last.
pub(super) fn required(types: &TypeTable, part: &Part<'_>) -> Vec<Pointer> {
    let mut found = Found::default();
    found.walk(types, &part.section.ty, &part.tree, &mut Vec::new());
    found.required
}

/// Where single values stand, with what is none of their type.
pub(super) fn single_values(types: &TypeTable, part: &Part<'_>) -> Vec<(Pointer, Json)> {
    let mut found = Found {
        only_texts: part.section.place != Place::Json,
        nested: part.nested.clone(),
        ..Found::default()
    };
    found.walk(types, &part.section.ty, &part.tree, &mut Vec::new());
    found.single
}

#[derive(Default)]
struct Found {
    /// A query or a form: every value is a text.
    only_texts: bool,
    nested: Vec<String>,
    required: Vec<Pointer>,
    single: Vec<(Pointer, Json)>,
}

impl Found {
    fn walk(&mut self, types: &TypeTable, ty: &Type, tree: &Json, at: &mut Pointer) {
        match (types.resolve(types.resolve(ty).non_null()), tree) {
            (Type::Object(object), Json::Object(fields)) => {
                for field in &object.fields {
                    let Some(inner) = fields.get(&*field.name) else {
                        continue;
                    };
                    if field.computed.is_some() || is_literal(types, &field.ty) {
                        continue;
                    }
                    at.push(field.name.to_string());
                    if !types.resolve(&field.ty).is_nullable() && field.default.is_none() {
                        self.required.push(at.clone());
                    }
                    self.walk(types, &field.ty, inner, at);
                    at.pop();
                }
            }
            (Type::List(item), Json::Array(items)) => {
                if let Some(first) = items.first() {
                    at.push("0".to_owned());
                    self.walk(types, item, first, at);
                    at.pop();
                }
            }
            (ty, value) if !value.is_null() => {
                let in_json =
                    !self.only_texts || self.nested.contains(at.first().unwrap_or(&String::new()));
                self.single
                    .extend(no_such(ty, in_json).map(|wrong| (at.clone(), wrong)));
            }
            _ => {}
        }
    }
}

fn is_literal(types: &TypeTable, ty: &Type) -> bool {
    matches!(types.resolve(ty), Type::Enum(known) if known.values.len() == 1)
}

/// A value that is none of this type. None: everything that can be said here is one.
fn no_such(ty: &Type, in_json: bool) -> Option<Json> {
    match ty {
        Type::Json | Type::Unknown | Type::Union(_) | Type::Map(_) | Type::Object(_) => None,
        Type::Text | Type::Phone | Type::Secret => in_json.then(|| json!(17)),
        Type::Enum(known) if is_of_texts(known) => Some(json!("нет такого")),
        _ if in_json => Some(json!({ "не": "то" })),
        _ => Some(json!("не то")),
    }
}

fn is_of_texts(known: &EnumType) -> bool {
    known
        .values
        .iter()
        .all(|value| matches!(value, EnumValue::Text(_)))
}

/// The tree without what stands there.
pub(super) fn without(tree: &Json, at: &[String]) -> Json {
    let mut tree = tree.clone();
    let (last, way) = at.split_last().unwrap();
    let holder = way.iter().fold(&mut tree, |tree, key| step(tree, key));
    match holder {
        Json::Object(fields) => drop(fields.remove(last)),
        other => panic!("{other} has no fields"),
    }
    tree
}

/// The tree with something else there.
pub(super) fn replaced(tree: &Json, at: &[String], by: Json) -> Json {
    let mut tree = tree.clone();
    *at.iter().fold(&mut tree, |tree, key| step(tree, key)) = by;
    tree
}

fn step<'t>(tree: &'t mut Json, key: &str) -> &'t mut Json {
    match tree {
        Json::Array(items) => &mut items[key.parse::<usize>().unwrap()],
        tree => &mut tree[key],
    }
}
