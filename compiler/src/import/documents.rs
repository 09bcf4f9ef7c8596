//! The documents of one import: read, told apart by version, and how one place of them leads to another.

use std::collections::{HashMap, HashSet};

use super::tree::{Kind, Node, Unreadable, escaped, unescaped};
use super::{Document, Problem, json, yaml};

/// Longest chain of references from one to the next.
const HOPS_MAX: usize = 32;

/// Where schemas with names stand.
const SCHEMAS: &str = "/components/schemas/";

/// Everything that was given, read.
pub(super) struct Documents {
    pub(super) all: Vec<Read>,
}

/// One document.
pub(super) struct Read {
    pub(super) path: String,
    pub(super) version: String,
    pub(super) root: Node,
}

/// A place in one of the documents.
#[derive(Debug, Clone)]
pub(super) struct At<'d> {
    pub(super) document: usize,
    pub(super) pointer: String,
    pub(super) node: &'d Node,
}

impl<'d> At<'d> {
    /// The place behind this name.
    pub(super) fn get(&self, name: &str) -> Option<At<'d>> {
        Some(self.of(name, self.node.get(name)?))
    }

    /// A part of what stands here.
    pub(super) fn of(&self, name: &str, node: &'d Node) -> At<'d> {
        At {
            document: self.document,
            pointer: format!("{}/{}", self.pointer, escaped(name)),
            node,
        }
    }

    /// The elements of the list behind this name.
    pub(super) fn list(&self, name: &str) -> Vec<At<'d>> {
        let Some(list) = self.get(name) else {
            return Vec::new();
        };
        let items = list.node.items().iter().enumerate();
        items
            .map(|(index, item)| list.of(&index.to_string(), item))
            .collect()
    }

    /// The parts of the object behind this name.
    pub(super) fn fields(&self, name: &str) -> Vec<(&'d str, At<'d>)> {
        let Some(object) = self.get(name) else {
            return Vec::new();
        };
        let fields = object.node.object().into_iter().flatten();
        fields
            .map(|(name, node)| (name.as_str(), object.of(name, node)))
            .collect()
    }
}

/// Where a reference leads.
pub(super) enum Target<'d> {
    /// A schema with a name of its own.
    Schema(usize, &'d str),
    /// Any other place.
    Place(At<'d>),
    /// Nowhere.
    Missing,
}

impl Documents {
    /// Reads all documents. What is wrong with any of them is said at once.
    pub(super) fn read(documents: &[Document]) -> Result<Self, Vec<Problem>> {
        let mut all = Vec::new();
        let mut problems = Vec::new();
        for document in documents {
            match read(document) {
                Ok(read) => all.push(read),
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() {
            Ok(Self { all })
        } else {
            Err(problems)
        }
    }

    /// The top of a document.
    pub(super) fn root(&self, document: usize) -> At<'_> {
        At {
            document,
            pointer: String::new(),
            node: &self.all[document].root,
        }
    }

    /// The top of each document.
    pub(super) fn roots(&self) -> impl Iterator<Item = At<'_>> {
        (0..self.all.len()).map(|document| self.root(document))
    }

    /// Where the reference of this place leads, one step.
    pub(super) fn target<'d>(&'d self, document: usize, reference: &str) -> Target<'d> {
        let Some(pointer) = reference.strip_prefix('#') else {
            return Target::Missing;
        };
        if let Some(name) = pointer.strip_prefix(SCHEMAS)
            && !name.contains('/')
            && let Some(schemas) = self.schemas(document)
            && let Some((name, _)) = schemas.get_key_value(&unescaped(name))
        {
            return Target::Schema(document, name);
        }
        match self.all[document].root.at(pointer) {
            Some(node) => Target::Place(At {
                document,
                pointer: pointer.to_owned(),
                node,
            }),
            None => Target::Missing,
        }
    }

    pub(super) fn schemas(&self, document: usize) -> Option<&indexmap::IndexMap<String, Node>> {
        let components = self.all[document].root.get("components")?;
        components.get("schemas")?.object()
    }

    /// The place of a schema with a name.
    pub(super) fn schema(&self, document: usize, name: &str) -> Option<At<'_>> {
        let node = self.schemas(document)?.get(name)?;
        Some(At {
            document,
            pointer: format!("{SCHEMAS}{}", escaped(name)),
            node,
        })
    }

    /// The place itself, or where its references lead in the end. `None`: nowhere, or round in a circle.
    pub(super) fn followed<'d>(&'d self, at: &At<'d>) -> Option<At<'d>> {
        let mut at = at.clone();
        for _ in 0..HOPS_MAX {
            let Some(reference) = at.node.text_of("$ref") else {
                return Some(at);
            };
            at = match self.target(at.document, reference) {
                Target::Schema(document, name) => self.schema(document, name)?,
                Target::Place(next) => next,
                Target::Missing => return None,
            };
        }
        None
    }
}

fn read(document: &Document) -> Result<Read, Problem> {
    let problem = |line: Option<u32>, message: String| Problem {
        path: document.path.clone(),
        line,
        pointer: None,
        message,
    };
    let begins_as_json = document
        .text
        .trim_start_matches(['\u{feff}', '\u{a0}', ' ', '\t', '\r', '\n'])
        .starts_with('{');
    let (form, tree) = if begins_as_json {
        ("JSON", json::read(&document.text))
    } else {
        ("YAML", yaml::read(&document.text))
    };
    let root = tree.map_err(|Unreadable { line, message }| {
        problem(Some(line), format!("this is no {form}: {message}"))
    })?;
    if root.object().is_none() {
        let message = format!(
            "an OpenAPI document is an object, and this is {}",
            root.describe()
        );
        return Err(problem(Some(root.line), message));
    }
    if root.get("swagger").is_some() {
        let line = root.get("swagger").map(|node| node.line);
        let message = "this is a Swagger 2.0 document, and only OpenAPI 3.0 and 3.1 are read; most tools for such \
                       documents convert it";
        return Err(problem(line, message.to_owned()));
    }
    let version = match root.get("openapi").map(|node| &node.kind) {
        Some(Kind::Text(text) | Kind::Number(text)) => text.clone(),
        _ => {
            let message = "this is no OpenAPI document: it has no line `openapi: 3.…`";
            return Err(problem(Some(1), message.to_owned()));
        }
    };
    if !(version.starts_with("3.") || version == "3") {
        let line = root.get("openapi").map(|node| node.line);
        let message = format!("this is OpenAPI {version}, and only 3.0 and 3.1 are read");
        return Err(problem(line, message));
    }
    Ok(Read {
        path: document.path.clone(),
        version,
        root,
    })
}

/// A reference into another file or to another host, if one stands here: what it names is not read.
pub(super) fn external<'d>(at: &At<'d>) -> Option<&'d str> {
    let reference = at.node.text_of("$ref")?;
    (!reference.starts_with('#')).then_some(reference)
}

/// Calls `visit` for every object of a document that is no example.
pub(super) fn walk(node: &Node, pointer: &mut String, visit: &mut impl FnMut(&str, &Node)) {
    let length = pointer.len();
    match &node.kind {
        Kind::Object(fields) => {
            visit(pointer, node);
            // A property may be named `example`.
            let holds_names = pointer.ends_with("/properties");
            for (name, value) in fields {
                let is_data = matches!(name.as_str(), "example" | "examples" | "default" | "enum");
                if (is_data && !holds_names) || name.starts_with("x-") {
                    continue;
                }
                pointer.push('/');
                pointer.push_str(&escaped(name));
                walk(value, pointer, visit);
                pointer.truncate(length);
            }
        }
        Kind::List(items) => {
            for (index, item) in items.iter().enumerate() {
                pointer.push('/');
                pointer.push_str(&index.to_string());
                walk(item, pointer, visit);
                pointer.truncate(length);
            }
        }
        _ => {}
    }
}

/// A schema with a name; equal ones of several documents are one.
pub(super) type Class = usize;

/// The schemas with names of all documents.
pub(super) struct Classes<'d> {
    of: HashMap<(usize, &'d str), Class>,
    /// By class: where it is first declared, and its name there.
    pub(super) all: Vec<(At<'d>, &'d str)>,
    /// Names that stand for different things in different documents, with the documents of the second and further ones.
    pub(super) apart: Vec<(&'d str, usize)>,
}

impl<'d> Classes<'d> {
    pub(super) fn new(documents: &'d Documents) -> Self {
        let marks = marks(documents);
        let mut classes = Self {
            of: HashMap::new(),
            all: Vec::new(),
            apart: Vec::new(),
        };
        let mut known: HashMap<(&str, u64), Class> = HashMap::new();
        let mut names: HashSet<&str> = HashSet::new();
        for (document, _) in documents.all.iter().enumerate() {
            for name in documents
                .schemas(document)
                .into_iter()
                .flatten()
                .map(|(name, _)| name.as_str())
            {
                let Some(at) = documents.schema(document, name) else {
                    continue;
                };
                let mark = marks.get(&(document, name)).copied().unwrap_or_default();
                let next = classes.all.len();
                let class = *known.entry((name, mark)).or_insert(next);
                if class == next {
                    classes.all.push((at, name));
                    if !names.insert(name) {
                        classes.apart.push((name, document));
                    }
                }
                classes.of.insert((document, name), class);
            }
        }
        classes
    }

    pub(super) fn of(&self, document: usize, name: &str) -> Option<Class> {
        self.of.get(&(document, name)).copied()
    }
}

/// A number for each schema, equal for two that mean the same. What a schema refers to counts by its own number, so the
/// numbers are computed again until they tell nothing more apart.
fn marks(documents: &Documents) -> HashMap<(usize, &str), u64> {
    use std::collections::hash_map::DefaultHasher;
    use std::hash::{Hash, Hasher};
    let mut marks: HashMap<(usize, &str), u64> = HashMap::new();
    for (document, _) in documents.all.iter().enumerate() {
        let names = documents.schemas(document).into_iter().flatten();
        marks.extend(names.map(|(name, _)| ((document, name.as_str()), 0)));
    }
    if documents.all.len() < 2 {
        // Nothing to compare: a name stands once in a document.
        return marks;
    }
    let mut different = 0;
    for _ in 0..HOPS_MAX {
        let mut next = HashMap::with_capacity(marks.len());
        for (document, name) in marks.keys() {
            let Some(at) = documents.schema(*document, name) else {
                continue;
            };
            let mut hasher = DefaultHasher::new();
            name.hash(&mut hasher);
            let of_reference = |reference: &str| match documents.target(*document, reference) {
                Target::Schema(document, name) => marks.get(&(document, name)).copied(),
                _ => None,
            };
            hash(at.node, false, &of_reference, &mut hasher);
            next.insert((*document, *name), hasher.finish());
        }
        let count = next.values().collect::<HashSet<_>>().len();
        marks = next;
        if count == different {
            break;
        }
        different = count;
    }
    marks
}

fn hash(
    node: &Node,
    holds_names: bool,
    of_reference: &impl Fn(&str) -> Option<u64>,
    hasher: &mut impl std::hash::Hasher,
) {
    use std::hash::Hash;
    std::mem::discriminant(&node.kind).hash(hasher);
    match &node.kind {
        Kind::Null => {}
        Kind::Bool(value) => value.hash(hasher),
        Kind::Number(text) | Kind::Text(text) => text.hash(hasher),
        Kind::List(items) => {
            items.len().hash(hasher);
            items
                .iter()
                .for_each(|item| hash(item, false, of_reference, hasher));
        }
        Kind::Object(fields) => {
            if let Some(reference) = node.text_of("$ref") {
                let last = reference.rsplit('/').next();
                (last, of_reference(reference)).hash(hasher);
                return;
            }
            // The order of an object says nothing, and what people read does not change what is sent.
            let mut names: Vec<&String> = fields.keys().collect();
            names.sort();
            for name in names {
                let is_remark = matches!(
                    name.as_str(),
                    "description" | "title" | "example" | "examples" | "externalDocs"
                );
                if !holds_names && (is_remark || name.starts_with("x-")) {
                    continue;
                }
                name.hash(hasher);
                let Some(value) = fields.get(name) else {
                    continue;
                };
                hash(
                    value,
                    !holds_names && name == "properties",
                    of_reference,
                    hasher,
                );
            }
        }
    }
}
