//! YAML to the same tree as JSON.
//!
//! `saphyr-parser` gives events with their lines, and nothing is built that this file does not build: an alias is a copy
//! whose values count, so ten lines cannot become ten thousand million. Plain words mean what YAML 1.2 says: `no` is text.

use indexmap::IndexMap;
use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use super::tree::{DEPTH_MAX, Kind, NODES_MAX, Node, Unreadable};

/// Reads a whole text.
pub(super) fn read(text: &str) -> Result<Node, Unreadable> {
    let mut reader = Reader {
        events: Parser::new_from_str(text),
        anchors: Vec::new(),
        nodes: 0,
    };
    let mut document = None;
    loop {
        let (event, span) = reader.next()?;
        match event {
            Event::StreamEnd => break,
            Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
            _ if document.is_some() => {
                return Err(unreadable(&span, "a second document in one file"));
            }
            event => document = Some(reader.node(event, &span, 0)?),
        }
    }
    document.ok_or(Unreadable {
        line: 1,
        message: "the document is empty".to_owned(),
    })
}

struct Reader<'t> {
    events: Parser<'t, saphyr_parser::StrInput<'t>>,
    /// What has a name, with the number of its values.
    anchors: Vec<(usize, Node, usize)>,
    nodes: usize,
}

fn unreadable(span: &Span, message: impl Into<String>) -> Unreadable {
    Unreadable {
        line: line(span),
        message: message.into(),
    }
}

fn line(span: &Span) -> u32 {
    u32::try_from(span.start.line()).unwrap_or(u32::MAX)
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<(Event<'t>, Span), Unreadable> {
        match self.events.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(Unreadable {
                line: u32::try_from(error.marker().line()).unwrap_or(u32::MAX),
                message: error.info().to_owned(),
            }),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn count(&mut self, more: usize, span: &Span) -> Result<(), Unreadable> {
        self.nodes = self.nodes.saturating_add(more);
        if self.nodes > NODES_MAX {
            let message =
                format!("more than {NODES_MAX} values, with those that aliases stand for");
            return Err(unreadable(span, message));
        }
        Ok(())
    }

    fn node(&mut self, event: Event<'t>, span: &Span, depth: usize) -> Result<Node, Unreadable> {
        self.count(1, span)?;
        if depth > DEPTH_MAX {
            let message = format!("nested deeper than {DEPTH_MAX} levels");
            return Err(unreadable(span, message));
        }
        let before = self.nodes;
        let (anchor, kind) = match event {
            Event::Alias(id) => return self.alias(id, span, depth),
            Event::Scalar(text, style, anchor, tag) => {
                let is_text = tag.is_some_and(|tag| tag.suffix == "str");
                let kind = match style {
                    ScalarStyle::Plain if !is_text => plain(&text),
                    _ => Kind::Text(text.into_owned()),
                };
                (anchor, kind)
            }
            Event::SequenceStart(anchor, _) => (anchor, self.list(depth)?),
            Event::MappingStart(anchor, _) => (anchor, self.object(depth)?),
            _ => return Err(unreadable(span, "something else where a value is wanted")),
        };
        let node = Node {
            kind,
            line: line(span),
        };
        if anchor > 0 {
            let size = self.nodes - before + 1;
            // The copy that is kept counts like any other: anchors can stand in anchors.
            self.count(size, span)?;
            self.anchors.push((anchor, node.clone(), size));
        }
        Ok(node)
    }

    /// A copy of what has this name. What is deep already can stand even deeper.
    fn alias(&mut self, id: usize, span: &Span, depth: usize) -> Result<Node, Unreadable> {
        let known = self.anchors.iter().rev().find(|(known, ..)| *known == id);
        let Some((_, node, size)) = known else {
            return Err(unreadable(span, "an alias of what it is a part of"));
        };
        let (node, size) = (node.clone(), *size);
        self.count(size, span)?;
        if depth + height(&node) > DEPTH_MAX {
            let message = format!("nested deeper than {DEPTH_MAX} levels");
            return Err(unreadable(span, message));
        }
        Ok(node)
    }

    fn list(&mut self, depth: usize) -> Result<Kind, Unreadable> {
        let mut items = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::SequenceEnd {
                return Ok(Kind::List(items));
            }
            items.push(self.node(event, &span, depth + 1)?);
        }
    }

    fn object(&mut self, depth: usize) -> Result<Kind, Unreadable> {
        let mut fields = IndexMap::new();
        let mut merged: Vec<IndexMap<String, Node>> = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                break;
            }
            let is_merge =
                matches!(&event, Event::Scalar(text, ScalarStyle::Plain, ..) if text == "<<");
            let name = match event {
                // `200:` and `null:` are names as they are written.
                Event::Scalar(text, ..) => text.into_owned(),
                _ => return Err(unreadable(&span, "a name that is no text")),
            };
            let (event, value_span) = self.next()?;
            let value = self.node(event, &value_span, depth + 1)?;
            if is_merge {
                merged.extend(objects(value));
                continue;
            }
            if fields.contains_key(&name) {
                let message = format!("`{name}` stands twice in one object");
                return Err(unreadable(&span, message));
            }
            fields.insert(name, value);
        }
        // `<<: *common`: what the object says itself goes before it.
        for (name, value) in merged.into_iter().flatten() {
            fields.entry(name).or_insert(value);
        }
        Ok(Kind::Object(fields))
    }
}

fn objects(node: Node) -> Vec<IndexMap<String, Node>> {
    match node.kind {
        Kind::Object(fields) => vec![fields],
        Kind::List(items) => items.into_iter().flat_map(objects).collect(),
        _ => Vec::new(),
    }
}

fn height(node: &Node) -> usize {
    let children: Box<dyn Iterator<Item = &Node>> = match &node.kind {
        Kind::List(items) => Box::new(items.iter()),
        Kind::Object(fields) => Box::new(fields.values()),
        _ => return 0,
    };
    1 + children.map(height).max().unwrap_or(0)
}

/// A word without quotes, by the core schema of YAML 1.2.
fn plain(text: &str) -> Kind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Kind::Null,
        "true" | "True" | "TRUE" => return Kind::Bool(true),
        "false" | "False" | "FALSE" => return Kind::Bool(false),
        _ => {}
    }
    let number = text.strip_prefix('+').unwrap_or(text);
    if serde_json::from_str::<serde_json::Number>(number).is_ok() {
        return Kind::Number(number.to_owned());
    }
    Kind::Text(text.to_owned())
}
