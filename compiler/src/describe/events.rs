//! Events: what happens, and how it is heard.

use super::fields::{self, Depth, Field};
use super::remarks::{Part, Remark};
use super::{Cx, owned, type_text};
use crate::catalog::{self, ENGINE};
use crate::types::Type;
use ondo_grammar::ast::Place;

/// An event of a system.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its name.
    pub name: String,
    /// What it is a kind of.
    pub parent: Option<String>,
    /// The vendor's words.
    pub caption: Option<String>,
    /// What a rule gives: `path`.
    pub params: Vec<Field>,
    /// Ways in which it comes.
    pub heard: Vec<Heard>,
    /// What tells this very delivery, as written.
    pub key: Option<String>,
    /// What `once` hangs on, as written.
    pub entity: Option<String>,
    /// Deliveries with the same value are in order.
    pub ordered_by: Option<String>,
    /// The type of what it brings.
    pub payload: String,
    /// What it brings.
    pub fields: Vec<Field>,
    /// Files under the connector's `examples/`.
    pub examples: Vec<String>,
    /// What the definition says.
    pub remark: Option<Remark>,
    /// What it says of parts.
    pub remarks: Vec<Part>,
}

/// How an event is heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// The way.
    pub way: Way,
    /// In words, lower case, without a final period.
    pub text: String,
}

/// A way on which events come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The vendor sends it.
    Hook,
    /// The vendor sends an id, and a read completes it.
    Enriched,
    /// The vendor is asked for it.
    Poll,
    /// The engine raises it itself.
    Engine,
}

impl Way {
    /// One word for it.
    pub fn word(self) -> &'static str {
        match self {
            Way::Hook => "hook",
            Way::Enriched => "enriched",
            Way::Poll => "poll",
            Way::Engine => "engine",
        }
    }
}

/// An event in words.
pub(super) fn describe(cx: &Cx<'_>, event: &catalog::Event) -> Event {
    let params: Vec<Field> = event
        .params
        .iter()
        .map(|param| fields::of_param(cx, param))
        .collect();
    Event {
        name: event.name.to_string(),
        parent: owned(event.parent.as_ref()),
        caption: owned(event.caption.as_ref()),
        params,
        heard: heard(cx, event),
        key: event.key.map(|key| cx.written(key)),
        entity: event.entity.as_ref().map(|one| cx.written(one.lowered)),
        ordered_by: event.ordered_by.map(|key| cx.written(key)),
        payload: type_text::of(&event.payload, &cx.connector.name),
        fields: fields::of(cx, &event.payload, fields::Way::Read, Depth::Whole),
        examples: event.examples.iter().map(ToString::to_string).collect(),
        remark: cx.remarks.at(event.place),
        remarks: Vec::new(),
    }
}

fn heard(cx: &Cx<'_>, event: &catalog::Event) -> Vec<Heard> {
    let mut heard: Vec<Heard> = Vec::new();
    let mut add = |one: Heard| {
        if !heard.contains(&one) {
            heard.push(one);
        }
    };
    for accept in &event.accepts {
        add(accepted(cx, accept));
    }
    if let Some(poll) = &event.poll {
        add(polled(cx, poll));
    }
    if *cx.connector.name == *ENGINE {
        add(Heard {
            way: Way::Engine,
            text: "raised by the engine itself".to_owned(),
        });
    }
    heard
}

fn accepted(cx: &Cx<'_>, accept: &catalog::Accept) -> Heard {
    let method = match &*accept.method {
        "*" => "any method",
        method => method,
    };
    let what = match accept.section.place {
        Place::Json => "JSON",
        Place::Form => "a form",
        Place::Query => "a query",
        Place::Text => "a text",
        Place::Path | Place::Headers | Place::Empty => "no body",
    };
    let mut text = format!("{method} with {what}");
    let fixed = literals_in(&accept.section.ty);
    if !fixed.is_empty() {
        text.push_str(&format!(" in which {}", fixed.join(", ")));
    }
    if let Some(when) = accept.when {
        text.push_str(&format!(" when `{}`", cx.written(when)));
    }
    if accept.each.is_some() {
        text.push_str(", a list of events");
    }
    match &accept.then {
        None => Heard {
            way: Way::Hook,
            text,
        },
        Some(enrich) => {
            text.push_str(&format!(", completed by `{}`", enrich.read.action));
            Heard {
                way: Way::Enriched,
                text,
            }
        }
    }
}

/// Fields of a delivery that must have one value: `event: "created"`.
fn literals_in(ty: &Type) -> Vec<String> {
    let Type::Object(object) = ty else {
        return Vec::new();
    };
    let fields = object.fields.iter();
    fields
        .filter_map(|field| match &field.ty {
            Type::Enum(values) if values.values.len() == 1 => {
                Some(format!("`{}` is {}", field.name, type_text::values(values)))
            }
            _ => None,
        })
        .collect()
}

fn polled(cx: &Cx<'_>, poll: &catalog::Poll) -> Heard {
    let often = match (poll.on_demand, poll.every) {
        (true, _) => "where a rule says `poll every`".to_owned(),
        (false, Some(every)) => format!("every {every:#}"),
        (false, None) => "every 1m".to_owned(),
    };
    let begins = match poll.start_waiting {
        true => "what is waiting at the first question counts",
        false => "only what comes after the first question counts",
    };
    let keeps = poll.keeps.map_or(String::new(), |keeps| {
        format!("; the vendor keeps it for {keeps:#}")
    });
    let skip = poll.skip.map_or(String::new(), |skip| {
        format!("; what is `{}` is left out", cx.written(skip))
    });
    let completed = poll.then.as_ref().map_or(String::new(), |then| {
        format!(", completed by `{}`", then.read.action)
    });
    Heard {
        way: Way::Poll,
        text: format!(
            "asked for with `{}` {often}{completed}; {begins}{keeps}{skip}",
            poll.read.action
        ),
    }
}
