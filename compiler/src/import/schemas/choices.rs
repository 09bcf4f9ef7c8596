//! `oneOf` and `anyOf`: alternatives, and how one is told from the others.

use super::gather::Gathered;
use super::{Facts, INLINE_MAX, Schemas};
use crate::import::documents::{At, Class, Target, walk};
use crate::import::shapes::{Direction, Shape, union};
use crate::import::tree::{Kind, Node};

/// Most alternatives of one schema.
const ALTERNATIVES_MAX: usize = 200;

impl<'d> Schemas<'d> {
    pub(super) fn alternatives(
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
    pub(super) fn find_discriminators(&mut self) {
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
