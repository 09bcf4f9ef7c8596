//! Shapes and operations as text of a connector. What is written here is formatted afterwards, so blanks do not matter;
//! where lines break does.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use indexmap::IndexMap;

use super::captions::Words;
use super::names;
use super::shapes::{Declared, Direction, Field, Key, Literal, Object, Shape};

/// Comments are broken here.
const COMMENT_WIDTH: usize = 112;

/// Most fields that stand on one line.
const LINE_FIELDS_MAX: usize = 3;

/// A caption or another text without holes.
pub(super) fn quoted(text: &str) -> String {
    escaped(text, &['"', '\\'])
}

/// A text of an expression: braces are no holes.
pub(super) fn quoted_text(text: &str) -> String {
    escaped(text, &['"', '\\', '{', '}'])
}

/// A text in quotes, with a backslash before each of these characters.
fn escaped(text: &str, special: &[char]) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for char in text.chars() {
        match char {
            char if special.contains(&char) => out.extend(['\\', char]),
            char if char.is_control() => out.push_str(&format!("\\u{{{:x}}}", u32::from(char))),
            char => out.push(char),
        }
    }
    out.push('"');
    out
}

/// Comment lines.
pub(super) fn comment(text: &str) -> String {
    let mut out = String::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.chars().count() + word.chars().count() >= COMMENT_WIDTH {
            out.push_str(&format!("// {line}\n"));
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        out.push_str(&format!("// {line}\n"));
    }
    out
}

/// Lines of a body. At the beginning of a line a declaration would end whatever is open above it.
pub(super) fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

/// The holes of a path: `/pets/{id}` has `id`.
pub(super) fn path_holes(path: &str) -> Vec<String> {
    let mut holes = Vec::new();
    let mut rest = path;
    while let Some((_, after)) = rest.split_once('{') {
        let Some((hole, after)) = after.split_once('}') else {
            break;
        };
        if !holes.iter().any(|known| known == hole) {
            holes.push(hole.to_owned());
        }
        rest = after;
    }
    holes
}

/// The types of an import and the names that they get.
pub(super) struct Types {
    pub(super) declared: IndexMap<Key, Declared>,
    names: HashMap<Key, String>,
    /// From both sides of a type to the one under which it is kept.
    canonical: HashMap<Key, Key>,
    /// Named in what was written so far.
    used: RefCell<BTreeSet<Key>>,
}

impl Types {
    /// `written`: the schema's name in its document, by key.
    pub(super) fn new(declared: IndexMap<Key, Declared>, written: impl Fn(Key) -> String) -> Self {
        let is_one_sided = one_sided(&declared);
        let mut given = names::Names::default();
        let mut names: HashMap<Key, String> = HashMap::new();
        let mut kept = IndexMap::new();
        for (key, ty) in &declared {
            let (class, direction) = *key;
            let other = match direction {
                Direction::Request => (class, Direction::Answer),
                Direction::Answer => (class, Direction::Request),
            };
            let differ = is_one_sided.contains(key) || is_one_sided.contains(&other);
            if differ || !declared.contains_key(&other) {
                let word = match direction {
                    Direction::Request if differ && declared.contains_key(&other) => "Input",
                    _ => "",
                };
                let name = given.give(&format!("{}{word}", names::pascal(&written(*key))));
                names.insert(*key, name);
                kept.insert(*key, ty.clone());
                continue;
            }
            // The same from both sides: the request's, which says what must be met.
            if let Some(name) = names.get(&other) {
                let name = name.clone();
                names.insert(*key, name);
            } else {
                names.insert(*key, given.give(&names::pascal(&written(*key))));
                let request = declared.get(&(class, Direction::Request)).unwrap_or(ty);
                kept.insert(*key, request.clone());
            }
        }
        // A type that stands for both sides is found by either key.
        let by_name: HashMap<&String, Key> = kept
            .keys()
            .filter_map(|key| Some((names.get(key)?, *key)))
            .collect();
        let canonical: HashMap<Key, Key> = names
            .iter()
            .filter_map(|(key, name)| Some((*key, *by_name.get(name)?)))
            .collect();
        for ty in kept.values_mut() {
            rename(&mut ty.shape, &canonical);
        }
        Self {
            declared: kept,
            names,
            canonical,
            used: RefCell::new(BTreeSet::new()),
        }
    }

    /// What stands behind names.
    pub(super) fn resolve<'s>(&'s self, mut shape: &'s Shape) -> &'s Shape {
        for _ in 0..64 {
            let Shape::Named(key) = shape else {
                return shape;
            };
            match self.declared.get(self.canonical.get(key).unwrap_or(key)) {
                Some(ty) => shape = &ty.shape,
                None => return &Shape::Json,
            }
        }
        &Shape::Json
    }

    /// The fields of an object, whatever its name.
    pub(super) fn object<'s>(&'s self, shape: &'s Shape) -> Option<&'s Object> {
        match self.resolve(shape) {
            Shape::Object(object) => Some(object),
            _ => None,
        }
    }

    fn name(&self, key: Key) -> &str {
        let key = self.canonical.get(&key).copied().unwrap_or(key);
        self.used.borrow_mut().insert(key);
        self.names.get(&key).map_or("json", String::as_str)
    }

    /// A type as it is written.
    pub(super) fn ty(&self, shape: &Shape) -> String {
        match shape {
            Shape::Json => "json".to_owned(),
            Shape::Word(word) => (*word).to_owned(),
            Shape::Literals(values) => joined(values.iter().map(literal)),
            Shape::Named(key) => self.name(*key).to_owned(),
            Shape::Object(object) => self.fields(object),
            Shape::List(inner) => format!("[{}]", self.ty(inner)),
            Shape::Map(inner) => format!("{{ [string]: {} }}", self.ty(inner)),
            Shape::Union(parts) => joined(parts.iter().map(|part| self.ty(part))),
            Shape::Nullable(inner) => match &**inner {
                Shape::Union(_) | Shape::Literals(_) => format!("({})?", self.ty(inner)),
                Shape::Nullable(_) => self.ty(inner),
                inner => format!("{}?", self.ty(inner)),
            },
        }
    }

    fn fields(&self, object: &Object) -> String {
        let fields = object.fields.iter().map(|field| self.field(field, None));
        let one_of = object
            .one_of
            .iter()
            .map(|names| format!("one of {}", names.join(", ")));
        braces(fields.chain(one_of).collect())
    }

    /// A field as it is written. `arrow`: the name of the argument.
    pub(super) fn field(&self, field: &Field, arrow: Option<&str>) -> String {
        self.field_as(field, None, arrow)
    }

    /// `form`: a wire form that its place wants.
    pub(super) fn field_as(
        &self,
        field: &Field,
        form: Option<&str>,
        arrow: Option<&str>,
    ) -> String {
        let mut out = String::new();
        let Words {
            caption,
            comment: long,
        } = &field.words;
        if let Some(long) = long {
            out.push_str(&comment(long));
        }
        for note in &field.notes {
            out.push_str(&comment(note));
        }
        let shape = match field.optional {
            true => field.shape.clone().nullable(),
            false => field.shape.clone(),
        };
        out.push_str(&format!(
            "{}: {}",
            names::field(&field.name),
            self.ty(&shape)
        ));
        if let Some(form) = form.or(field.codec) {
            out.push_str(&format!(" as {form}"));
        }
        if field.personal {
            out.push_str(" personal");
        }
        if !field.limits.is_empty() && names::is_plain(&field.name) {
            let limits: Vec<String> = field
                .limits
                .iter()
                .map(|limit| limit.replace(super::schemas::VALUE, &field.name))
                .collect();
            out.push_str(&format!(" where {}", limits.join(" and ")));
        }
        if let Some(arrow) = arrow {
            out.push_str(&format!(" -> {arrow}"));
        }
        if let Some(caption) = caption {
            out.push_str(&format!(" {}", quoted(caption)));
        }
        out
    }

    /// The types that are named in what was written, and those that they name.
    pub(super) fn text(&self) -> Vec<String> {
        let mut written: BTreeSet<Key> = BTreeSet::new();
        let mut texts: Vec<(usize, String)> = Vec::new();
        loop {
            let used: Vec<Key> = self.used.borrow().iter().copied().collect();
            let new: Vec<Key> = used
                .into_iter()
                .filter(|key| written.insert(*key))
                .collect();
            if new.is_empty() {
                break;
            }
            for key in new {
                if let Some((place, _, ty)) = self.declared.get_full(&key) {
                    texts.push((place, self.declaration(key, ty)));
                }
            }
        }
        texts.sort_by_key(|(place, _)| *place);
        texts.into_iter().map(|(_, text)| text).collect()
    }

    fn declaration(&self, key: Key, ty: &Declared) -> String {
        let mut out = String::new();
        if let Some(long) = &ty.words.comment {
            out.push_str(&comment(long));
        }
        for note in &ty.notes {
            out.push_str(&comment(note));
        }
        out.push_str(&format!("type {}", self.name(key)));
        if let Some(caption) = &ty.words.caption {
            out.push_str(&format!(" {}", quoted(caption)));
        }
        out.push_str(&format!(" = {}\n", self.ty(&ty.shape)));
        out
    }
}

/// A part of a type or a message in braces. Short ones stand on one line.
pub(super) fn braces(parts: Vec<String>) -> String {
    let is_short = parts.len() <= LINE_FIELDS_MAX
        && parts
            .iter()
            .all(|part| !part.contains(['\n', '"']) && part.len() < 40);
    match (parts.is_empty(), is_short) {
        (true, _) => "{ }".to_owned(),
        (_, true) => format!("{{ {} }}", parts.join(", ")),
        _ => format!("{{\n{}}}", indented(&format!("{},", parts.join(",\n")))),
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(" | ")
}

fn literal(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) => quoted(text),
        Literal::Int(int) => int.to_string(),
        Literal::Bool(bool) => bool.to_string(),
    }
}

fn rename(shape: &mut Shape, to: &HashMap<Key, Key>) {
    match shape {
        Shape::Named(key) => {
            if let Some(other) = to.get(key) {
                *key = *other;
            }
        }
        Shape::Object(object) => object
            .fields
            .iter_mut()
            .for_each(|field| rename(&mut field.shape, to)),
        Shape::List(inner) | Shape::Map(inner) | Shape::Nullable(inner) => rename(inner, to),
        Shape::Union(parts) => parts.iter_mut().for_each(|part| rename(part, to)),
        Shape::Json | Shape::Word(_) | Shape::Literals(_) => {}
    }
}

/// Types that are not the same from both sides, because they or what they name hold fields of one side only.
fn one_sided(declared: &IndexMap<Key, Declared>) -> BTreeSet<Key> {
    let mut found: BTreeSet<Key> = declared
        .iter()
        .filter(|(_, ty)| ty.is_one_sided)
        .map(|(key, _)| *key)
        .collect();
    // Who names such a type is one-sided too; the other side of a type counts like itself.
    loop {
        let before = found.len();
        for (key, ty) in declared {
            let mut holds = false;
            ty.shape.each_name(&mut |(class, direction)| {
                let other = match direction {
                    Direction::Request => Direction::Answer,
                    Direction::Answer => Direction::Request,
                };
                holds |= found.contains(&(class, direction)) || found.contains(&(class, other));
            });
            if holds {
                found.insert(*key);
            }
        }
        if found.len() == before {
            return found;
        }
    }
}
