//! `ondo connectors show`: a system at a glance, or one part of it with all its fields.

use ondo_compiler::describe::{self, Action, Event, Field, Outcome, Shape, System};
use serde_json::Value;

use super::Known;
use super::find::Found;
use super::layout::Layout;

/// What was asked for.
pub(super) fn text(known: &Known, found: &Found<'_>) -> String {
    let mut layout = Layout::new();
    match found {
        Found::System(system) => show_system(&mut layout, system),
        Found::Event(system, event) => show_event(&mut layout, known, system, event),
        Found::Action(system, action) => show_action(&mut layout, known, system, action),
        Found::Shape(system, shape) => show_shape(&mut layout, system, shape),
        Found::Field(_, path, field) => {
            layout.row(
                0,
                &format!("{path}: {}", declared(field)),
                caption(field).as_deref(),
            );
            layout.remark(0, field.remark.as_ref());
            fields(&mut layout, 1, &field.fields);
            groups(&mut layout, 1, &field.one_of);
        }
    }
    layout.finish()
}

fn title(layout: &mut Layout, name: &str, caption: Option<&String>) {
    match caption {
        Some(caption) => layout.heading(&format!("{name}  {caption}")),
        None => layout.heading(name),
    }
}

fn show_system(layout: &mut Layout, system: &System) {
    title(layout, &system.name, system.caption.as_ref());
    layout.remark(0, system.remark.as_ref());
    settings(layout, system);
    if let Some(auth) = &system.auth {
        layout.heading("how requests prove who they come from");
        for line in &auth.lines {
            layout.line(1, line);
        }
        layout.parts(1, &auth.remarks);
    }
    if let Some(hook) = &system.hook {
        layout.heading("how deliveries prove themselves");
        for line in &hook.lines {
            layout.line(1, line);
        }
        layout.parts(1, &hook.remarks);
    }
    if !system.limits.is_empty() {
        layout.heading("limits, shared by all rules of an account");
        for limit in &system.limits {
            layout.line(1, limit);
        }
    }
    if !system.events.is_empty() {
        layout.heading("events");
        for event in &system.events {
            event_at_a_glance(layout, system, event);
        }
    }
    if !system.actions.is_empty() {
        layout.heading("actions");
        for action in &system.actions {
            action_at_a_glance(layout, system, action);
        }
    }
    if !system.codes.is_empty() {
        layout.heading("error codes");
        for code in &system.codes {
            layout.row(1, &code.code, Some(&code.caption));
        }
    }
    if !system.types.is_empty() {
        layout.heading("types");
        for shape in &system.types {
            layout.row(1, &shape.name, shape.caption.as_deref());
        }
    }
    if !system.notes.is_empty() {
        layout.heading("notes");
        layout.parts(1, &system.notes);
    }
    let part = system.actions.first().map(|action| &action.name);
    if let Some(part) = part.or(system.events.first().map(|event| &event.name)) {
        layout.heading(&format!(
            "all fields of a part: ondo connectors show {}.{part}",
            system.name
        ));
    }
}

fn settings(layout: &mut Layout, system: &System) {
    let (common, own): (Vec<_>, Vec<_>) = system.settings.iter().partition(|one| one.common);
    if own.is_empty() && system.auth.is_none() && system.actions.is_empty() {
        return;
    }
    layout.heading("settings of an account");
    for setting in own {
        let mut left = format!("{}: {}", setting.name, setting.ty);
        if let Some(default) = &setting.default {
            left.push_str(&format!(" = {default}"));
        }
        if setting.required {
            left.push_str(", required");
        }
        layout.row(1, &left, setting.caption.as_deref());
        layout.remark(2, setting.remark.as_ref());
    }
    let common: Vec<&str> = common.iter().map(|one| one.name.as_str()).collect();
    if !common.is_empty() {
        layout.line(1, &format!("of every account: {}", common.join(", ")));
    }
}

fn event_at_a_glance(layout: &mut Layout, system: &System, event: &Event) {
    let name = event_title(system, event);
    layout.row(1, &name, event.caption.as_deref());
    let ways: Vec<&str> = ways(event);
    let mut line = format!("heard: {}", ways.join(", "));
    if let Some(key) = &event.key {
        line.push_str(&format!("; one delivery: {key}"));
    }
    if let Some(entity) = &event.entity {
        line.push_str(&format!("; once for each: {entity}"));
    }
    layout.line(2, &line);
}

/// Each way once.
fn ways(event: &Event) -> Vec<&'static str> {
    let mut ways: Vec<&str> = event.heard.iter().map(|heard| heard.way.word()).collect();
    ways.dedup();
    match ways.is_empty() {
        true => vec!["not by itself"],
        false => ways,
    }
}

/// `webhook.post(path)`
fn event_title(system: &System, event: &Event) -> String {
    let params: Vec<&str> = event.params.iter().map(|one| one.name.as_str()).collect();
    match params.is_empty() {
        true => format!("{}.{}", system.name, event.name),
        false => format!("{}.{}({})", system.name, event.name, params.join(", ")),
    }
}

fn action_at_a_glance(layout: &mut Layout, system: &System, action: &Action) {
    let name = format!("{}.{}", system.name, action.name);
    layout.row(1, &name, action.caption.as_deref());
    let needed = action.args.iter().filter(|arg| is_needed(arg));
    let needed: Vec<&str> = needed.map(|arg| arg.name.as_str()).collect();
    let others = action.args.len() - needed.len();
    let mut takes = match needed.is_empty() {
        true => "needs nothing".to_owned(),
        false => format!("needs {}", needed.join(", ")),
    };
    if others > 0 {
        takes.push_str(&format!(" and can have {others} more"));
    }
    layout.line(2, &takes);
    let outcomes: Vec<&str> = action
        .outcomes
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    layout.line(2, &format!("outcomes: {}", outcomes.join(", ")));
    layout.line(2, &effect(action));
}

/// Whether a call that leaves it out is refused, with an account that sets nothing that it need not.
fn is_needed(arg: &Field) -> bool {
    arg.required || !arg.default_needs.is_empty()
}

fn effect(action: &Action) -> String {
    let effect = &action.effect;
    let mut line = format!("{}: {}", effect.class, effect.repeats);
    if let Some(key) = &effect.key {
        line.push_str(&format!("; the key is {key}"));
    }
    if let Some(form) = &effect.key_form {
        line.push_str(&format!(", made as {form} where you give none"));
    }
    if let Some(window) = &effect.window {
        line.push_str(&format!(", remembered for {window}"));
    }
    if let Some(readback) = &effect.readback {
        line.push_str(&format!(" ({readback})"));
    }
    line
}

fn show_event(layout: &mut Layout, known: &Known, system: &System, event: &Event) {
    title(layout, &event_title(system, event), event.caption.as_ref());
    layout.remark(0, event.remark.as_ref());
    if let Some(parent) = &event.parent {
        layout.line(0, &format!("a kind of {}.{parent}", system.name));
    }
    layout.heading("how it is heard");
    for heard in &event.heard {
        layout.line(1, &format!("{}: {}", heard.way.word(), heard.text));
    }
    let lines = [
        ("one delivery is told by", &event.key),
        ("`once` hangs on", &event.entity),
        (
            "a rule keeps them in order with `ordered by`",
            &event.ordered_by,
        ),
    ];
    for (what, value) in lines {
        if let Some(value) = value {
            layout.line(1, &format!("{what} {value}"));
        }
    }
    layout.parts(1, &event.remarks);
    match event.fields.is_empty() {
        true => layout.heading(&format!("it brings {}", event.payload)),
        false => {
            layout.heading("fields");
            fields(layout, 1, &event.fields);
        }
    }
    let parts = known.catalog.connector(&system.name);
    let start = parts.and_then(|connector| {
        let event = connector.event(&event.name)?;
        Some(describe::start_of_event(&known.catalog, connector, event))
    });
    start_and_examples(layout, known, system, start, &event.examples);
}

fn show_action(layout: &mut Layout, known: &Known, system: &System, action: &Action) {
    let name = format!("{}.{}", system.name, action.name);
    title(layout, &name, action.caption.as_ref());
    layout.remark(0, action.remark.as_ref());
    let (needed, others): (Vec<&Field>, Vec<&Field>) =
        action.args.iter().partition(|arg| is_needed(arg));
    for (heading, some) in [("needs", needed), ("can have", others)] {
        if !some.is_empty() {
            layout.heading(heading);
            some.into_iter().for_each(|arg| field(layout, 1, arg));
        }
    }
    groups(layout, 1, &action.one_of);
    layout.heading("outcomes");
    for outcome in &action.outcomes {
        show_outcome(layout, outcome);
    }
    layout.heading("what repeating does");
    layout.line(1, &effect(action));
    if let Some(raises) = &action.raises {
        layout.line(1, &format!("it causes the event {}.{raises}", system.name));
    }
    if let Some(job) = &action.job {
        layout.line(1, job);
    }
    layout.heading("request");
    layout.line(1, &action.sends);
    if let Some(since) = &action.since {
        layout.line(1, &format!("since version {since}"));
    }
    if let Some(timeout) = &action.timeout {
        layout.line(1, &format!("the vendor's own time limit is {timeout}"));
    }
    layout.parts(1, &action.remarks);
    let example = action.examples.first();
    let example = example.and_then(|file| known.example(&system.name, file));
    let example = example.and_then(|text| serde_json::from_str::<Value>(&text).ok());
    let start = known.catalog.connector(&system.name).and_then(|connector| {
        let (catalog, action) = (&known.catalog, connector.action(&action.name)?);
        let example = example.as_ref();
        Some(describe::start_of_action(
            catalog, connector, action, example,
        ))
    });
    start_and_examples(layout, known, system, start, &action.examples);
}

fn show_outcome(layout: &mut Layout, outcome: &Outcome) {
    let statuses = match outcome.statuses.is_empty() {
        true => String::new(),
        false => format!(", status {}", outcome.statuses.join(", ")),
    };
    let value = outcome.value.as_ref();
    let value = value.map_or(String::new(), |value| format!(": {value}"));
    let left = format!("{}{value} ({}{statuses})", outcome.name, outcome.verdict);
    layout.row(1, &left, outcome.caption.as_deref());
    fields(layout, 2, &outcome.fields);
}

fn show_shape(layout: &mut Layout, system: &System, shape: &Shape) {
    let name = format!("{}.{}", system.name, shape.name);
    title(layout, &name, shape.caption.as_ref());
    layout.remark(0, shape.remark.as_ref());
    if let Some(ty) = &shape.ty {
        layout.line(1, ty);
    }
    fields(layout, 1, &shape.fields);
    groups(layout, 1, &shape.one_of);
    layout.parts(1, &shape.remarks);
}

fn start_and_examples(
    layout: &mut Layout,
    known: &Known,
    system: &System,
    start: Option<String>,
    examples: &[String],
) {
    if let Some(start) = start {
        layout.heading("to start from");
        layout.verbatim(1, &start);
    }
    for file in examples {
        if let Some(text) = known.example(&system.name, file) {
            layout.heading(&format!("example {file}"));
            layout.verbatim(1, &text);
        }
    }
}

fn fields(layout: &mut Layout, depth: usize, fields: &[Field]) {
    for one in fields {
        field(layout, depth, one);
    }
}

fn field(layout: &mut Layout, depth: usize, field: &Field) {
    let left = format!("{}: {}", field.name, declared(field));
    layout.row(depth, &left, caption(field).as_deref());
    layout.remark(depth + 1, field.remark.as_ref());
    fields(layout, depth + 1, &field.fields);
    groups(layout, depth + 1, &field.one_of);
}

/// A type that has its fields below it says what it is again.
fn caption(field: &Field) -> Option<String> {
    match (&field.caption, field.again) {
        (Some(caption), true) => Some(format!("{caption} (the fields are those above)")),
        (None, true) => Some("(the fields are those above)".to_owned()),
        (caption, false) => caption.clone(),
    }
}

/// A field's type with all that is said of it.
fn declared(field: &Field) -> String {
    const VALUES_MAX: usize = 12;
    let mut text = field.ty.clone();
    let is_named_enum = field.shape.is_some() && !field.values.is_empty();
    if is_named_enum {
        let shown: Vec<&str> = field
            .values
            .iter()
            .take(VALUES_MAX)
            .map(String::as_str)
            .collect();
        let more = if field.values.len() > VALUES_MAX {
            " | …"
        } else {
            ""
        };
        text.push_str(&format!(" ({}{more})", shown.join(" | ")));
    }
    for form in &field.forms {
        text.push_str(&format!(" {form}"));
    }
    if field.personal {
        text.push_str(" personal");
    }
    if let Some(since) = &field.since {
        text.push_str(&format!(" since \"{since}\""));
    }
    for condition in &field.conditions {
        text.push_str(&format!(" {condition}"));
    }
    for alias in &field.aliases {
        text.push_str(&format!(" alias \"{alias}\""));
    }
    if let Some(default) = &field.default {
        text.push_str(&format!(" = {default}"));
    }
    if !field.default_needs.is_empty() {
        let needs = field.default_needs.join(", ");
        text.push_str(&format!(" (with the setting {needs})"));
    }
    text
}

fn groups(layout: &mut Layout, depth: usize, groups: &[Vec<String>]) {
    for group in groups {
        layout.line(depth, &format!("one of {}", group.join(", ")));
    }
}
