//! Schemas to shapes.
//!
//! A schema with a name becomes a declared type when something that is carried over uses it; all others are written where
//! they stand. `allOf` is one schema, `oneOf` and `anyOf` are alternatives.

mod gather;
mod limits;

use std::collections::{HashMap, VecDeque};

use indexmap::IndexMap;

use self::gather::Gathered;
pub(super) use self::limits::VALUE;
use super::captions::words;
use super::documents::{At, Class, Classes, Documents, Target, walk};
use super::losses::Losses;
use super::shapes::{Declared, Direction, Field, Key, Literal, Object, Shape, union};
use super::tree::{Kind, Node};

/// Deepest nesting of schemas without names. The formatter has a limit too, and nobody reads what is deeper.
const INLINE_MAX: usize = 24;

/// Most alternatives of one schema.
const ALTERNATIVES_MAX: usize = 200;

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

    fn object(
        &mut self,
        at: &At<'d>,
        gathered: &Gathered<'d>,
        direction: Direction,
        depth: usize,
        class: Option<Class>,
        notes: &mut Vec<String>,
    ) -> Facts {
        if gathered.properties.is_empty() {
            return self.map(gathered, direction, depth);
        }
        if let Some(more) = &gathered.more
            && more.node.object().is_some_and(|more| !more.is_empty())
        {
            notes.push(
                self.losses
                    .add(more, "further fields beside those with names".to_owned()),
            );
        }
        let (fields, is_one_sided) = self.fields(gathered, direction, depth, class, notes);
        let names: Vec<&str> = fields
            .iter()
            .filter(|field| field.optional)
            .map(|field| field.name.as_str())
            .collect();
        let mut one_of: Vec<Vec<String>> = Vec::new();
        for group in &gathered.exactly_one {
            let is_known = group
                .iter()
                .all(|name| names.contains(&name.as_str()) && super::names::is_plain(name));
            if is_known && group.len() > 1 {
                one_of.push(group.clone());
            } else {
                notes.push(
                    self.losses
                        .add(at, "which fields belong together".to_owned()),
                );
            }
        }
        let mut facts = Facts::of(Shape::Object(Object { fields, one_of }));
        facts.is_one_sided = is_one_sided;
        facts
    }

    /// An object without fields of its own: names that nobody knows before.
    fn map(&mut self, gathered: &Gathered<'d>, direction: Direction, depth: usize) -> Facts {
        if gathered.is_closed {
            return Facts::of(Shape::Object(Object::default()));
        }
        let Some(more) = &gathered.more else {
            return Facts::of(Shape::Map(Box::new(Shape::Json)));
        };
        let facts = self.nested(more, direction, depth + 1);
        let mut whole = Facts::of(Shape::Json);
        whole.is_one_sided = facts.is_one_sided;
        whole.notes = facts.notes.clone();
        whole.shape = Shape::Map(Box::new(facts.bare()));
        whole
    }

    fn fields(
        &mut self,
        gathered: &Gathered<'d>,
        direction: Direction,
        depth: usize,
        class: Option<Class>,
        notes: &mut Vec<String>,
    ) -> (Vec<Field>, bool) {
        let is_hidden = |documents: &Documents, at: &At<'d>| {
            let word = match direction {
                Direction::Request => "readOnly",
                Direction::Answer => "writeOnly",
            };
            at.node.flag(word)
                || documents
                    .followed(at)
                    .is_some_and(|target| target.node.flag(word))
        };
        let shown: Vec<(&str, At<'d>)> = gathered
            .properties
            .iter()
            .filter(|(_, at)| !is_hidden(self.documents, at))
            .map(|(name, at)| (*name, at.clone()))
            .collect();
        let mut is_one_sided = shown.len() < gathered.properties.len();
        let shown = if shown.is_empty() {
            notes.push(
                "Every field is marked as the other side's, although it stands here.".to_owned(),
            );
            is_one_sided = false;
            let all = gathered.properties.iter();
            all.map(|(name, at)| (*name, at.clone())).collect()
        } else {
            shown
        };
        let mut fields = Vec::with_capacity(shown.len());
        // Some documents require what they do not describe.
        let mut undescribed: Vec<&str> = gathered.required.clone();
        undescribed.retain(|name| !gathered.properties.contains_key(name));
        if direction == Direction::Answer {
            undescribed.clear();
        }
        for (name, at) in shown {
            if at.node.kind == Kind::Bool(false) {
                continue;
            }
            let facts = self.nested(&at, direction, depth + 1);
            is_one_sided |= facts.is_one_sided;
            let is_required = gathered.required.contains(&name);
            let mut field = self.field(&at, name, facts, is_required, direction);
            self.tell_apart(class, &mut field);
            fields.push(field);
        }
        for name in undescribed {
            if fields.iter().all(|field| field.name != name) {
                let mut field = field_of(name, facts_of_anything(), true, direction);
                field
                    .notes
                    .push("inferred: the document requires it without describing it.".to_owned());
                fields.push(field);
            }
        }
        (fields, is_one_sided)
    }

    /// A field or a parameter. A condition speaks of it by its name, so the name has to be one.
    pub(super) fn field(
        &mut self,
        at: &At<'d>,
        name: &str,
        mut facts: Facts,
        is_required: bool,
        direction: Direction,
    ) -> Field {
        if !facts.limits.is_empty() && !super::names::is_plain(name) {
            facts.limits.clear();
            let what =
                format!("what `{name}` must meet, because its name cannot stand in a condition");
            facts.notes.push(self.losses.add(at, what));
        }
        field_of(name, facts, is_required, direction)
    }

    /// What the discriminator of a union says stands in this field.
    fn tell_apart(&self, class: Option<Class>, field: &mut Field) {
        let Some((name, values)) = class.and_then(|class| self.told_apart.get(&class)) else {
            return;
        };
        if *name == field.name && field.shape == Shape::Word("string") {
            field.shape = Shape::Literals(values.iter().cloned().map(Literal::Text).collect());
            field.limits.clear();
        }
    }

    fn alternatives(
        &mut self,
        at: &At<'d>,
        gathered: &Gathered<'d>,
        direction: Direction,
        depth: usize,
        notes: &mut Vec<String>,
    ) -> Facts {
        let mut nullable = false;
        let mut parts = Vec::new();
        let mut is_one_sided = false;
        if gathered.alternatives.len() > 1 {
            notes.push(self.losses.add(at, "that several choices are made at once; all of them are fields that may be absent".to_owned()));
            let mut whole = gathered.without_alternatives();
            for group in &gathered.alternatives {
                for alternative in group {
                    let required = whole.required.len();
                    whole.add(self, alternative, &mut Vec::new());
                    whole.required.truncate(required);
                }
            }
            whole.alternatives.clear();
            return self.shape_of(at, &whole, direction, depth, None, notes);
        }
        let group = &gathered.alternatives[0];
        if group.len() > ALTERNATIVES_MAX {
            notes.push(
                self.losses
                    .add(at, format!("more than {ALTERNATIVES_MAX} alternatives")),
            );
            return Facts::of(Shape::Json);
        }
        let base = gathered.without_alternatives();
        for alternative in group {
            if is_null(alternative.node) {
                nullable = true;
                continue;
            }
            let facts = if base.says_nothing() {
                self.nested(alternative, direction, depth + 1)
            } else {
                let mut whole = base.clone();
                whole.add(self, alternative, &mut Vec::new());
                if whole.alternatives.len() > 1 || depth > INLINE_MAX {
                    whole.alternatives.clear();
                    notes.push(
                        self.losses
                            .add(alternative, "a choice inside of an alternative".to_owned()),
                    );
                }
                let mut inner = Vec::new();
                let mut facts =
                    self.shape_of(alternative, &whole, direction, depth + 1, None, &mut inner);
                facts.notes.extend(inner);
                facts
            };
            if !facts.limits.is_empty() && group.len() > 1 {
                notes.push(
                    self.losses
                        .add(alternative, "what this alternative must meet".to_owned()),
                );
            }
            is_one_sided |= facts.is_one_sided;
            notes.extend(facts.notes.iter().cloned());
            parts.push(facts.bare());
        }
        let shape = union(parts);
        let mut facts = Facts::of(shape.non_null().clone());
        facts.nullable = nullable || matches!(shape, Shape::Nullable(_));
        facts.is_one_sided = is_one_sided;
        facts
    }

    /// Which schemas are told apart by a property, and by what in it.
    fn find_discriminators(&mut self) {
        let documents = self.documents;
        let classes = self.classes;
        for (document, read) in documents.all.iter().enumerate() {
            let told_apart = &mut self.told_apart;
            let mut visit = |_: &str, node: &Node| {
                let Some(discriminator) = node.get("discriminator") else {
                    return;
                };
                let Some(property) = discriminator.text_of("propertyName") else {
                    return;
                };
                let schema = |reference: &str| match documents.target(document, reference) {
                    Target::Schema(document, name) => Some((classes.of(document, name)?, name)),
                    _ => None,
                };
                let mut add = |class: Class, value: &str| {
                    let (name, values) = told_apart
                        .entry(class)
                        .or_insert_with(|| (property.to_owned(), Vec::new()));
                    if name == property && !values.iter().any(|known| known == value) {
                        values.push(value.to_owned());
                    }
                };
                let mut mapped = Vec::new();
                for (value, target) in discriminator.fields("mapping") {
                    let Some(target) = target.text() else {
                        continue;
                    };
                    let by_name = format!("#/components/schemas/{target}");
                    if let Some((class, _)) = schema(target).or_else(|| schema(&by_name)) {
                        add(class, value);
                        mapped.push(class);
                    }
                }
                for alternative in node.list("oneOf").iter().chain(node.list("anyOf")) {
                    let found = alternative.text_of("$ref").and_then(schema);
                    if let Some((class, name)) = found
                        && !mapped.contains(&class)
                    {
                        add(class, name);
                    }
                }
            };
            walk(&read.root, &mut String::new(), &mut visit);
        }
    }
}

/// A field of an object, or a parameter.
pub(super) fn field_of(name: &str, facts: Facts, is_required: bool, direction: Direction) -> Field {
    let is_many = matches!(facts.shape, Shape::List(_) | Shape::Map(_));
    // What the vendor leaves out or null is an empty list.
    let is_empty_instead = is_many && direction == Direction::Answer;
    Field {
        name: name.to_owned(),
        optional: (!is_required || facts.nullable) && !is_empty_instead,
        shape: facts.shape,
        codec: facts.codec,
        personal: facts.personal,
        limits: facts.limits,
        words: facts.words,
        notes: facts.notes,
    }
}

/// `type: null`, `enum: [null]`, `nullable: true` alone.
fn is_null(node: &Node) -> bool {
    let says_null = node.text_of("type") == Some("null");
    let only_null = node
        .list("enum")
        .iter()
        .all(|value| value.kind == Kind::Null)
        && !node.list("enum").is_empty();
    let only_nullable =
        node.flag("nullable") && node.object().is_some_and(|fields| fields.len() == 1);
    says_null || only_null || only_nullable
}

/// What a text of which nothing else is known says.
pub(super) fn facts_of_text() -> Facts {
    Facts::of(Shape::Word("string"))
}

/// What is said of something of which nothing is known.
pub(super) fn facts_of_anything() -> Facts {
    Facts::of(Shape::Json)
}

impl<'d> Schemas<'d> {
    /// The fields that stand at a place, also where they have a name.
    pub(super) fn object_at(&mut self, at: &At<'d>, direction: Direction) -> Option<Object> {
        let at = self.documents.followed(at)?;
        let facts = self.whole(&at, direction, None);
        match facts.shape {
            Shape::Object(object) => Some(object),
            _ => None,
        }
    }
}
