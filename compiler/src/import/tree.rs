//! A document as a tree that remembers its lines: what JSON and YAML have in common.

use indexmap::IndexMap;

/// Deepest nesting of lists and objects. The largest public documents have some 40.
pub(super) const DEPTH_MAX: usize = 200;

/// Most values of one document, each use of a YAML alias counted anew. The largest public documents have half a million.
pub(super) const NODES_MAX: usize = 2_000_000;

/// A value and the line on which it begins.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) kind: Kind,
    /// From 1.
    pub(super) line: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    /// As written: `1.10` stays `1.10`.
    Number(String),
    Text(String),
    List(Vec<Node>),
    Object(IndexMap<String, Node>),
}

/// Why a text is no tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unreadable {
    pub(super) line: u32,
    pub(super) message: String,
}

impl Node {
    /// The value behind this name, if this is an object that has it and it is not null.
    pub(super) fn get(&self, name: &str) -> Option<&Node> {
        let found = self.object()?.get(name)?;
        (found.kind != Kind::Null).then_some(found)
    }

    pub(super) fn object(&self) -> Option<&IndexMap<String, Node>> {
        match &self.kind {
            Kind::Object(fields) => Some(fields),
            _ => None,
        }
    }

    /// The elements; none for everything that is no list.
    pub(super) fn items(&self) -> &[Node] {
        match &self.kind {
            Kind::List(items) => items,
            _ => &[],
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn number(&self) -> Option<&str> {
        match &self.kind {
            Kind::Number(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn is_true(&self) -> bool {
        self.kind == Kind::Bool(true)
    }

    /// The text behind this name.
    pub(super) fn text_of(&self, name: &str) -> Option<&str> {
        self.get(name)?.text()
    }

    /// Whether `true` stands behind this name.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.get(name).is_some_and(Node::is_true)
    }

    /// The elements of the list behind this name.
    pub(super) fn list(&self, name: &str) -> &[Node] {
        self.get(name).map_or(&[], Node::items)
    }

    /// The names and values of the object behind this name.
    pub(super) fn fields(&self, name: &str) -> impl Iterator<Item = (&str, &Node)> {
        let fields = self.get(name).and_then(Node::object);
        fields
            .into_iter()
            .flatten()
            .map(|(name, node)| (name.as_str(), node))
    }

    /// What it is, for messages.
    pub(super) fn describe(&self) -> &'static str {
        match self.kind {
            Kind::Null => "null",
            Kind::Bool(_) => "true or false",
            Kind::Number(_) => "a number",
            Kind::Text(_) => "text",
            Kind::List(_) => "a list",
            Kind::Object(_) => "an object",
        }
    }

    /// What a JSON pointer leads to: `/components/schemas/Pet`.
    pub(super) fn at(&self, pointer: &str) -> Option<&Node> {
        let mut node = self;
        for part in pointer.split('/').skip(1) {
            node = match &node.kind {
                Kind::Object(fields) => fields.get(&unescaped(part))?,
                Kind::List(items) => items.get(part.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        Some(node)
    }
}

/// A name as a part of a JSON pointer.
pub(super) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// A part of a JSON pointer in a `$ref`, which is also a part of a URL.
pub(super) fn unescaped(part: &str) -> String {
    let text = if part.contains('%') {
        percent_decoded(part)
    } else {
        part.to_owned()
    };
    text.replace("~1", "/").replace("~0", "~")
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match (first, hex.and_then(|hex| u8::from_str_radix(hex, 16).ok())) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
