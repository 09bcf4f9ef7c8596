//! Schemas to shapes.
//!
//! A schema with a name becomes a declared type when something that is carried over uses it; all others are written where
//! they stand. `allOf` is one schema, `oneOf` and `anyOf` are alternatives.

mod choices;
mod gather;
mod limits;
mod objects;

use std::collections::{HashMap, VecDeque};

use indexmap::IndexMap;

use self::gather::Gathered;
pub(super) use self::limits::VALUE;
pub(super) use self::objects::field_of;
use super::captions::words;
use super::documents::{At, Class, Classes, Documents, Target};
use super::losses::Losses;
use super::shapes::{Declared, Direction, Key, Literal, Shape, union};
use super::tree::{Kind, Node};

/// Deepest nesting of schemas without names. The formatter has a limit too, and nobody reads what is deeper.
const INLINE_MAX: usize = 24;

/// What a schema says, read from one side.
#[derive(Debug, Clone)]
pub(super) struct Facts {
    /// Without `null`.
    pub(super) shape: Shape,
    pub(super) nullable: bool,
    pub(super) codec: Option<&'static str>,
    pub(super) personal: bool,
    pub(super) limits: Vec<String>,
    pub(super) words: super::captions::Words,
    pub(super) notes: Vec<String>,
    pub(super) is_one_sided: bool,
}

impl Facts {
    fn of(shape: Shape) -> Self {
        Self {
            shape,
            nullable: false,
            codec: None,
            personal: false,
            limits: Vec::new(),
            words: super::captions::Words::default(),
            notes: Vec::new(),
            is_one_sided: false,
        }
    }

    /// The shape where no wire form can be said: of an element, of an alternative.
    pub(super) fn bare(self) -> Shape {
        let shape = match self.codec {
            Some(_) => Shape::Word("string"),
            None => self.shape,
        };
        if self.nullable {
            shape.nullable()
        } else {
            shape
        }
    }
}

/// What is known while schemas are read.
pub(super) struct Schemas<'d> {
    pub(super) documents: &'d Documents,
    pub(super) classes: &'d Classes<'d>,
    pub(super) losses: Losses,
    /// In the order in which they are used.
    pub(super) declared: IndexMap<Key, Option<Declared>>,
    queue: VecDeque<Key>,
    /// By schema: the property that tells it from its alternatives, and what stands in it.
    told_apart: HashMap<Class, (String, Vec<String>)>,
}

impl<'d> Schemas<'d> {
    pub(super) fn new(documents: &'d Documents, classes: &'d Classes<'d>, losses: Losses) -> Self {
        let mut schemas = Self {
            documents,
            classes,
            losses,
            declared: IndexMap::new(),
            queue: VecDeque::new(),
            told_apart: HashMap::new(),
        };
        schemas.find_discriminators();
        schemas
    }

    /// Reads all schemas with names that are used, and those that they use.
    pub(super) fn finish(&mut self) {
        while let Some((class, direction)) = self.queue.pop_front() {
            let (at, _) = &self.classes.all[class];
            let mut facts = self.whole(at, direction, Some(class));
            facts.shape = match facts.codec {
                Some(_) => Shape::Word("string"),
                None => facts.shape,
            };
            if facts.nullable {
                facts.shape = facts.shape.nullable();
            }
            let declared = Declared {
                shape: facts.shape,
                words: facts.words,
                notes: facts.notes,
                is_one_sided: facts.is_one_sided,
            };
            self.declared.insert((class, direction), Some(declared));
        }
    }

    /// What stands at a place: a name for what has one, else all of it.
    pub(super) fn facts(&mut self, at: &At<'d>, direction: Direction) -> Facts {
        self.nested(at, direction, 0)
    }

    fn nested(&mut self, at: &At<'d>, direction: Direction, depth: usize) -> Facts {
        if depth > INLINE_MAX {
            let note = self.losses.add(
                at,
                format!("what is nested deeper than {INLINE_MAX} levels"),
            );
            let mut facts = Facts::of(Shape::Json);
            facts.notes.push(note);
            return facts;
        }
        if let Some(reference) = at.node.text_of("$ref") {
            return self.referred(at, reference, direction, depth);
        }
        if let Some(only) = gather::only_one(at) {
            let mut facts = self.nested(&only, direction, depth + 1);
            let own = words(at.node.text_of("title"), at.node.text_of("description"));
            if own.caption.is_some() || own.comment.is_some() {
                facts.words = own;
            }
            facts.nullable |= at.node.flag("nullable");
            limits::remarks(at.node, &mut facts.notes);
            return facts;
        }
        let mut gathered = Gathered::default();
        gathered.add(self, at, &mut Vec::new());
        self.read(at, gathered, direction, depth, None)
    }

    fn referred(
        &mut self,
        at: &At<'d>,
        reference: &str,
        direction: Direction,
        depth: usize,
    ) -> Facts {
        let mut facts = match self.documents.target(at.document, reference) {
            Target::Schema(document, name) => match self.classes.of(document, name) {
                Some(class) => Facts::of(self.named(class, direction)),
                None => Facts::of(Shape::Json),
            },
            Target::Place(place) => self.nested(&place, direction, depth + 1),
            Target::Missing => {
                let note = self
                    .losses
                    .add(at, format!("`{reference}`, which leads nowhere"));
                let mut facts = Facts::of(Shape::Json);
                facts.notes.push(note);
                facts
            }
        };
        // What 3.1 may say beside a reference.
        let own = words(at.node.text_of("title"), at.node.text_of("description"));
        if own.caption.is_some() || own.comment.is_some() {
            facts.words = own;
        }
        facts.nullable |= at.node.flag("nullable");
        limits::remarks(at.node, &mut facts.notes);
        facts
    }

    fn named(&mut self, class: Class, direction: Direction) -> Shape {
        let key = (class, direction);
        if !self.declared.contains_key(&key) {
            self.declared.insert(key, None);
            self.queue.push_back(key);
        }
        Shape::Named(key)
    }

    /// All of a schema with a name.
    fn whole(&mut self, at: &At<'d>, direction: Direction, class: Option<Class>) -> Facts {
        if at.node.get("$ref").is_some() || gather::only_one(at).is_some() {
            return self.nested(at, direction, 0);
        }
        let mut gathered = Gathered::default();
        gathered.add(self, at, &mut Vec::new());
        self.read(at, gathered, direction, 0, class)
    }

    fn read(
        &mut self,
        at: &At<'d>,
        gathered: Gathered<'d>,
        direction: Direction,
        depth: usize,
        class: Option<Class>,
    ) -> Facts {
        let mut notes = gathered.notes.clone();
        let mut facts = self.shape_of(at, &gathered, direction, depth, class, &mut notes);
        facts.nullable |= gathered.nullable;
        facts.words = words(gathered.title, gathered.description);
        facts.notes.extend(notes);
        facts
    }

    fn shape_of(
        &mut self,
        at: &At<'d>,
        gathered: &Gathered<'d>,
        direction: Direction,
        depth: usize,
        class: Option<Class>,
        notes: &mut Vec<String>,
    ) -> Facts {
        if let Some(values) = &gathered.values {
            return self.literals(at, values, gathered, notes);
        }
        if !gathered.alternatives.is_empty() {
            return self.alternatives(at, gathered, direction, depth, notes);
        }
        let types = gathered.types();
        match types.as_slice() {
            [] => Facts {
                nullable: gathered.is_null(),
                ..Facts::of(Shape::Json)
            },
            [one] => self.one(at, one, gathered, direction, depth, class, notes),
            several => {
                let parts = several.iter().map(|one| {
                    self.one(at, one, gathered, direction, depth, class, notes)
                        .bare()
                });
                Facts::of(union(parts.collect()))
            }
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "a place, what was read there and where it goes"
    )]
    fn one(
        &mut self,
        at: &At<'d>,
        ty: &str,
        gathered: &Gathered<'d>,
        direction: Direction,
        depth: usize,
        class: Option<Class>,
        notes: &mut Vec<String>,
    ) -> Facts {
        match ty {
            "object" => self.object(at, gathered, direction, depth, class, notes),
            "array" => self.array(at, gathered, direction, depth, notes),
            "boolean" => Facts::of(Shape::Word("bool")),
            "integer" | "number" | "string" => {
                let mut facts = limits::scalar(ty, gathered);
                let lost = limits::of(ty, &facts.shape, gathered, &mut facts.limits);
                for lost in lost {
                    notes.push(self.losses.add(at, lost));
                }
                facts
            }
            "null" => Facts {
                nullable: true,
                ..Facts::of(Shape::Json)
            },
            other => {
                notes.push(self.losses.add(
                    at,
                    format!("the type `{other}`, which OpenAPI does not have"),
                ));
                Facts::of(Shape::Json)
            }
        }
    }

    fn literals(
        &mut self,
        at: &At<'d>,
        values: &[&'d Node],
        gathered: &Gathered<'d>,
        notes: &mut Vec<String>,
    ) -> Facts {
        let mut literals: Vec<Literal> = Vec::new();
        let mut nullable = false;
        let is_text = gathered.types() == ["string"];
        for value in values {
            let literal = match &value.kind {
                Kind::Null => {
                    nullable = true;
                    continue;
                }
                Kind::Text(text) if text.chars().any(char::is_control) => None,
                Kind::Text(text) => Some(Literal::Text(text.clone())),
                // `enum: [1, 2]` of a text, or `on` and `off` of YAML 1.1: a text is what is sent.
                Kind::Number(text) if is_text => Some(Literal::Text(text.clone())),
                Kind::Bool(value) if is_text => Some(Literal::Text(value.to_string())),
                Kind::Number(text) => text.parse().ok().map(Literal::Int),
                Kind::Bool(value) => Some(Literal::Bool(*value)),
                Kind::List(_) | Kind::Object(_) => None,
            };
            let Some(literal) = literal else {
                notes.push(self.losses.add(
                    at,
                    "fixed values that are no texts, whole numbers or true and false".to_owned(),
                ));
                let mut facts =
                    limits::scalar(gathered.types().first().copied().unwrap_or(""), gathered);
                facts.nullable = nullable;
                return facts;
            };
            if !literals.contains(&literal) {
                literals.push(literal);
            }
        }
        let shape = match literals.is_empty() {
            true => Shape::Json,
            false => Shape::Literals(literals),
        };
        Facts {
            nullable,
            ..Facts::of(shape)
        }
    }

    fn array(
        &mut self,
        at: &At<'d>,
        gathered: &Gathered<'d>,
        direction: Direction,
        depth: usize,
        notes: &mut Vec<String>,
    ) -> Facts {
        let mut of_elements = None;
        let item = match &gathered.items {
            Some(items) => {
                let facts = self.nested(items, direction, depth + 1);
                if !facts.limits.is_empty() && !facts.nullable && facts.codec.is_none() {
                    of_elements = Some(limits::of_each(&facts.limits));
                }
                notes.extend(facts.notes.iter().cloned());
                facts
            }
            None => Facts::of(Shape::Json),
        };
        let is_one_sided = item.is_one_sided;
        let mut facts = Facts::of(Shape::List(Box::new(item.bare())));
        facts.is_one_sided = is_one_sided;
        for lost in limits::of("array", &facts.shape, gathered, &mut facts.limits) {
            notes.push(self.losses.add(at, lost));
        }
        facts.limits.extend(of_elements);
        facts
    }
}

/// What a text of which nothing else is known says.
pub(super) fn facts_of_text() -> Facts {
    Facts::of(Shape::Word("string"))
}

/// What is said of something of which nothing is known.
pub(super) fn facts_of_anything() -> Facts {
    Facts::of(Shape::Json)
}
