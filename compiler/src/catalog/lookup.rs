//! Questions that the checker and the engine ask of a catalog.

use std::sync::Arc;

use super::{Action, Answer, Catalog, Connector, Event, Setting, Verdict};
use crate::ir::{Class, Entry, Expr, ExprId};
use crate::types::{Field, Name, ObjectType, Type};

/// An outcome of an action, whatever answers lead to it.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Its name.
    pub name: Name,
    /// What it says about the effect.
    pub verdict: Verdict,
    /// Type of its value. A field that only some of the answers have can be absent.
    pub value: Type,
}

impl Catalog {
    /// The connector with this name.
    pub fn connector(&self, name: &str) -> Option<&Connector> {
        self.connectors.get(name)
    }

    /// The event and what it is a kind of, nearest first: `order_created`, `order`.
    pub fn parent_events<'a>(&'a self, connector: &str, event: &str) -> Vec<&'a Event> {
        let mut events: Vec<&Event> = Vec::new();
        let Some(connector) = self.connectors.get(connector) else {
            return events;
        };
        let mut next = connector.event(event);
        while let Some(event) = next {
            if events.iter().any(|seen| seen.name == event.name) {
                break;
            }
            events.push(event);
            next = event
                .parent
                .as_deref()
                .and_then(|name| connector.event(name));
        }
        events
    }
}

impl Connector {
    /// The event with this name.
    pub fn event(&self, name: &str) -> Option<&Event> {
        self.events.get(name)
    }

    /// The event and all that are a kind of it: what a rule on it hears.
    pub fn kinds_of(&self, event: &str) -> Vec<&Event> {
        let is_kind = |kind: &&Event| {
            let mut next = Some(*kind);
            // A chain of parents is no longer than there are events.
            for _ in 0..=self.events.len() {
                let Some(known) = next else { return false };
                if *known.name == *event {
                    return true;
                }
                next = known
                    .parent
                    .as_deref()
                    .and_then(|parent| self.events.get(parent));
            }
            false
        };
        self.events.values().filter(is_kind).collect()
    }

    /// The action with this name.
    pub fn action(&self, name: &str) -> Option<&Action> {
        self.actions.get(name)
    }

    /// The setting with this name.
    pub fn setting(&self, name: &str) -> Option<&Setting> {
        self.settings.get(name)
    }

    /// The meaning of one of the vendor's error codes.
    pub fn code(&self, code: &str) -> Option<&Name> {
        self.codes
            .iter()
            .find(|(known, _)| &**known == code)
            .map(|(_, caption)| caption)
    }

    /// Events in the order in which a delivery is compared with them: `order_created` before `order`, which it is a
    /// kind of; else as they are written.
    pub fn deliveries(&self) -> Vec<&Event> {
        let mut events: Vec<&Event> = self.events.values().collect();
        events.sort_by_key(|event| std::cmp::Reverse(self.depth(event)));
        events
    }

    fn depth(&self, event: &Event) -> usize {
        let mut depth = 0;
        let mut next = event.parent.as_deref().and_then(|name| self.event(name));
        while let Some(parent) = next
            && depth < self.events.len()
        {
            depth += 1;
            next = parent.parent.as_deref().and_then(|name| self.event(name));
        }
        depth
    }

    /// The answers of an action: its own first, then the connector's.
    pub fn answers_of<'a>(&'a self, action: &'a Action) -> impl Iterator<Item = &'a Answer> {
        action.answers.iter().chain(&self.answers)
    }

    /// The read that asks for the result of an action which is a job.
    pub fn asks(&self, action: &Action) -> Option<&Action> {
        let ask = action.job.as_ref()?.ask.as_ref()?;
        self.actions.get(&ask.action)
    }

    /// The outcomes of an action, each once, in the order of its answers. An action without an answer of its own that
    /// is `applied` has `ok` without a value. What the question for a job's result is answered is an outcome of the job.
    pub fn outcomes(&self, action: &Action) -> Vec<Outcome> {
        let mut outcomes: Vec<Outcome> = Vec::new();
        let of_question = self
            .asks(action)
            .into_iter()
            .flat_map(|question| &question.answers)
            .filter(|answer| answer.verdict != Verdict::Pending);
        let answers = action.answers.iter().chain(of_question);
        for answer in answers.chain(&self.answers) {
            match outcomes.iter_mut().find(|known| known.name == answer.name) {
                Some(known) => known.value = merge(&known.value, &answer.value),
                None => outcomes.push(Outcome {
                    name: answer.name.clone(),
                    verdict: answer.verdict,
                    value: answer.value.clone(),
                }),
            }
        }
        if !outcomes.iter().any(|outcome| &*outcome.name == "ok") {
            let value = action
                .steps
                .as_ref()
                .map_or(Type::Null, |steps| steps.result.clone());
            outcomes.insert(
                0,
                Outcome {
                    name: "ok".into(),
                    verdict: Verdict::Applied,
                    value,
                },
            );
        }
        outcomes
    }

    /// What repeating an action does: as declared, else by the method (GET and HEAD are reads, all else is unsafe).
    pub fn class(&self, action: &Action) -> Class {
        if let Some(class) = action.effect.class {
            return class;
        }
        let method = action
            .request
            .as_ref()
            .map(|request| self.exprs.get(request.method));
        match method {
            Some(Expr::Const(crate::value::Value::Text(method)))
                if matches!(&**method, "GET" | "HEAD") =>
            {
                Class::Read
            }
            _ => Class::Unsafe,
        }
    }

    /// The settings without which a default has no value: those it reads that may be left out. An argument whose default
    /// needs one that the account does not set is required.
    pub fn settings_needed(&self, default: ExprId) -> Vec<Name> {
        let mut names = Vec::new();
        self.inputs(default, &mut names);
        names.retain(|name| {
            self.settings
                .get(name)
                .is_some_and(|setting| setting.ty.is_nullable() && setting.default.is_none())
        });
        names
    }

    fn inputs(&self, id: ExprId, names: &mut Vec<Name>) {
        match self.exprs.get(id) {
            Expr::Input(name) if !names.contains(name) => names.push(name.clone()),
            // `a ?? b` and `a catch b` have a value without `a`.
            Expr::Coalesce(_, right) | Expr::Catch(_, right) => self.inputs(*right, names),
            Expr::Object(entries) => {
                for entry in entries {
                    match entry {
                        Entry::Field { value, .. } | Entry::Spread(value) => {
                            self.inputs(*value, names);
                        }
                    }
                }
            }
            Expr::List(items) | Expr::Text(items) => {
                items.iter().for_each(|item| self.inputs(*item, names));
            }
            Expr::Field { base, .. } => self.inputs(*base, names),
            Expr::Builtin { args, .. } => {
                args.iter()
                    .flatten()
                    .for_each(|arg| self.inputs(*arg, names));
            }
            Expr::Binary { left, right, .. } => {
                self.inputs(*left, names);
                self.inputs(*right, names);
            }
            _ => {}
        }
    }
}

/// The value of an outcome that two answers share: what only one of them has can be absent.
fn merge(left: &Type, right: &Type) -> Type {
    let (left, right) = match (left, right) {
        (Type::Object(left), Type::Object(right)) => (left.clone(), right.clone()),
        (Type::Object(only), _) | (_, Type::Object(only)) => (only.clone(), Arc::default()),
        _ => return left.clone(),
    };
    let mut fields: Vec<Field> = left
        .fields
        .iter()
        .map(|field| merge_field(field, right.field(&field.name)))
        .collect();
    let rest = right
        .fields
        .iter()
        .filter(|field| left.field(&field.name).is_none());
    fields.extend(rest.map(|field| merge_field(field, None)));
    Type::Object(Arc::new(ObjectType {
        fields,
        one_of: Vec::new(),
    }))
}

fn merge_field(field: &Field, other: Option<&Field>) -> Field {
    let mut merged = field.clone();
    merged.ty = match other {
        None => field.ty.clone().nullable(),
        Some(other) if other.ty == field.ty => field.ty.clone(),
        Some(other) if other.ty.non_null() == field.ty.non_null() => field.ty.clone().nullable(),
        Some(_) => Type::Json,
    };
    merged
}
