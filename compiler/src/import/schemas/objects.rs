//! Objects: fields with names, fields whose names nobody knows before, and what only the other side writes.

use super::gather::Gathered;
use super::{Facts, Schemas, facts_of_anything};
use crate::import::documents::{At, Class, Documents};
use crate::import::names;
use crate::import::shapes::{Direction, Field, Literal, Object, Shape};
use crate::import::tree::Kind;

impl<'d> Schemas<'d> {
    /// The fields that stand at a place, also where they have a name.
    pub(in crate::import) fn object_at(
        &mut self,
        at: &At<'d>,
        direction: Direction,
    ) -> Option<Object> {
        let at = self.documents.followed(at)?;
        let facts = self.whole(&at, direction, None);
        match facts.shape {
            Shape::Object(object) => Some(object),
            _ => None,
        }
    }

    pub(super) fn object(
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
                .all(|name| names.contains(&name.as_str()) && names::is_plain(name));
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
    pub(in crate::import) fn field(
        &mut self,
        at: &At<'d>,
        name: &str,
        mut facts: Facts,
        is_required: bool,
        direction: Direction,
    ) -> Field {
        if !facts.limits.is_empty() && !names::is_plain(name) {
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
}

/// A field of an object, or a parameter.
pub(in crate::import) fn field_of(
    name: &str,
    facts: Facts,
    is_required: bool,
    direction: Direction,
) -> Field {
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
