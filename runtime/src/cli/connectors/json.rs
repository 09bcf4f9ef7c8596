//! The JSON of `ondo connectors`, as `docs/connectors.schema.json` says it.

use ondo_compiler::describe::{
    self, Action, Auth, Event, Field, Hook, Outcome, Part, Remark, Setting, Shape, System,
};
use serde_json::{Value, json};

use super::Known;
use super::find::Found;
use super::search::Found as Hits;

/// `list`
pub(super) fn list(known: &Known) -> Value {
    let systems = known.systems.iter().map(|system| {
        json!({
            "name": system.name,
            "caption": system.caption,
            "own": known.own.contains(&system.name),
            "events": names(system.events.iter().map(|event| &event.name)),
            "actions": names(system.actions.iter().map(|action| &action.name)),
        })
    });
    json!({ "connectors": systems.collect::<Vec<_>>() })
}

fn names<'a>(names: impl Iterator<Item = &'a String>) -> Vec<&'a String> {
    names.collect()
}

/// `show`
pub(super) fn show(known: &Known, found: &Found<'_>) -> Value {
    match found {
        Found::System(one) => json!({ "connector": system(known, one) }),
        Found::Event(system, one) => {
            json!({ "connector_name": system.name, "event": event(known, system, one) })
        }
        Found::Action(system, one) => {
            json!({ "connector_name": system.name, "action": action(known, system, one) })
        }
        Found::Shape(system, one) => {
            json!({ "connector_name": system.name, "type": shape(one) })
        }
        Found::Field(system, path, one) => {
            json!({ "connector_name": system.name, "path": path, "field": field(one) })
        }
    }
}

/// `search`
pub(super) fn search(words: &[String], found: &Hits) -> Value {
    let hits = found.hits.iter().map(|hit| {
        json!({
            "kind": hit.kind.word(),
            "connector": hit.connector,
            "part": hit.part,
            "path": hit.path,
            "type": hit.ty,
            "caption": hit.caption,
            "remark": remark(hit.remark.as_ref()),
            "title": hit.title(),
            "show": hit.show(),
        })
    });
    json!({
        "words": words,
        "found": hits.collect::<Vec<_>>(),
        "nearest": found.nearest,
    })
}

fn system(known: &Known, system: &System) -> Value {
    let codes = system.codes.iter();
    let codes = codes.map(|code| json!({ "code": code.code, "caption": code.caption }));
    let events = system.events.iter().map(|one| event(known, system, one));
    let actions = system.actions.iter().map(|one| action(known, system, one));
    json!({
        "name": system.name,
        "caption": system.caption,
        "own": known.own.contains(&system.name),
        "remark": remark(system.remark.as_ref()),
        "notes": parts(&system.notes),
        "settings": system.settings.iter().map(setting).collect::<Vec<_>>(),
        "auth": system.auth.as_ref().map(auth),
        "hook": system.hook.as_ref().map(hook),
        "limits": system.limits,
        "events": events.collect::<Vec<_>>(),
        "actions": actions.collect::<Vec<_>>(),
        "codes": codes.collect::<Vec<_>>(),
        "types": system.types.iter().map(shape).collect::<Vec<_>>(),
    })
}

fn setting(setting: &Setting) -> Value {
    json!({
        "name": setting.name,
        "type": setting.ty,
        "required": setting.required,
        "default": setting.default,
        "secret": setting.secret,
        "identity": setting.identity,
        "common": setting.common,
        "caption": setting.caption,
        "remark": remark(setting.remark.as_ref()),
    })
}

fn auth(auth: &Auth) -> Value {
    json!({ "lines": auth.lines, "remarks": parts(&auth.remarks) })
}

fn hook(hook: &Hook) -> Value {
    json!({ "lines": hook.lines, "remarks": parts(&hook.remarks) })
}

fn event(known: &Known, system: &System, event: &Event) -> Value {
    let heard = event.heard.iter();
    let heard = heard.map(|heard| json!({ "way": heard.way.word(), "text": heard.text }));
    let start = known.catalog.connector(&system.name).and_then(|connector| {
        let event = connector.event(&event.name)?;
        Some(describe::start_of_event(&known.catalog, connector, event))
    });
    json!({
        "name": event.name,
        "is": event.parent,
        "caption": event.caption,
        "remark": remark(event.remark.as_ref()),
        "remarks": parts(&event.remarks),
        "params": fields(&event.params),
        "heard": heard.collect::<Vec<_>>(),
        "key": event.key,
        "entity": event.entity,
        "ordered_by": event.ordered_by,
        "payload": event.payload,
        "fields": fields(&event.fields),
        "start": start,
        "examples": examples(known, system, &event.examples),
    })
}

fn action(known: &Known, system: &System, action: &Action) -> Value {
    let examples = examples(known, system, &action.examples);
    let effect = &action.effect;
    let start = known.catalog.connector(&system.name).and_then(|connector| {
        let (catalog, action) = (&known.catalog, connector.action(&action.name)?);
        let example = examples.first().map(|example| &example["content"]);
        Some(describe::start_of_action(
            catalog, connector, action, example,
        ))
    });
    json!({
        "name": action.name,
        "caption": action.caption,
        "remark": remark(action.remark.as_ref()),
        "remarks": parts(&action.remarks),
        "sends": action.sends,
        "args": fields(&action.args),
        "one_of": action.one_of,
        "outcomes": action.outcomes.iter().map(outcome).collect::<Vec<_>>(),
        "effect": {
            "class": effect.class,
            "repeats": effect.repeats,
            "key": effect.key,
            "key_form": effect.key_form,
            "window": effect.window,
            "readback": effect.readback,
        },
        "raises": action.raises,
        "since": action.since,
        "timeout": action.timeout,
        "job": action.job,
        "start": start,
        "examples": examples,
    })
}

fn outcome(outcome: &Outcome) -> Value {
    json!({
        "name": outcome.name,
        "verdict": outcome.verdict,
        "statuses": outcome.statuses,
        "caption": outcome.caption,
        "type": outcome.value,
        "fields": fields(&outcome.fields),
    })
}

fn shape(shape: &Shape) -> Value {
    json!({
        "name": shape.name,
        "type": shape.ty,
        "caption": shape.caption,
        "remark": remark(shape.remark.as_ref()),
        "remarks": parts(&shape.remarks),
        "fields": fields(&shape.fields),
        "one_of": shape.one_of,
    })
}

fn fields(all: &[Field]) -> Vec<Value> {
    all.iter().map(field).collect()
}

fn field(field: &Field) -> Value {
    json!({
        "name": field.name,
        "type": field.ty,
        "shape": field.shape,
        "required": field.required,
        "default": field.default,
        "default_needs": field.default_needs,
        "values": field.values,
        "personal": field.personal,
        "since": field.since,
        "forms": field.forms,
        "aliases": field.aliases,
        "conditions": field.conditions,
        "caption": field.caption,
        "remark": remark(field.remark.as_ref()),
        "again": field.again,
        "one_of": field.one_of,
        "fields": fields(&field.fields),
    })
}

fn remark(remark: Option<&Remark>) -> Value {
    match remark {
        Some(remark) => json!({ "text": remark.text, "inferred": remark.inferred }),
        None => Value::Null,
    }
}

fn parts(parts: &[Part]) -> Vec<Value> {
    let parts = parts.iter();
    parts
        .map(|part| {
            json!({
                "about": part.about,
                "text": part.remark.text,
                "inferred": part.remark.inferred,
            })
        })
        .collect()
}

/// Examples with what stands in them. One that cannot be read is not there.
fn examples(known: &Known, system: &System, files: &[String]) -> Vec<Value> {
    let read = |file: &String| {
        let text = known.example(&system.name, file)?;
        let content: Value = serde_json::from_str(&text).ok()?;
        Some(json!({ "file": file, "content": content }))
    };
    files.iter().filter_map(read).collect()
}
