//! Rules: name, trigger, gates, steps, and how often they act.

use std::collections::HashMap;

use ondo_grammar::ast::{self, ItemKind};

use super::cx::Cx;
use super::gates::{self, Gates};
use super::narrow::Known;
use super::{events, steps};
use crate::errors;
use crate::ir::{LocalId, Misfire, Once, Rule, Step, Trigger};
use crate::source::{FileId, Place};
use crate::types::{Field, Name, ObjectType, Type};

/// Checks all rules of the bundle.
pub(super) fn check_all(cx: &mut Cx<'_>) -> Vec<Rule> {
    let mut rules = Vec::new();
    let mut names: HashMap<String, Place> = HashMap::new();
    cx.each_item(|cx, item, library| {
        let ItemKind::Rule(rule) = &item.kind else {
            return;
        };
        if library {
            return;
        }
        let name = name(cx, rule, &mut names);
        let (file, namespace) = (cx.file, cx.namespace.clone());
        let place = cx.at(rule.trigger_span);
        if let Some(rule) = cx.apart(file, &namespace, |cx| check(cx, rule, name, place)) {
            rules.push(rule);
        }
    });
    rules
}

/// A rule's own name, else the stem of its file, which only one rule of the file can have.
fn name(cx: &mut Cx<'_>, rule: &ast::Rule, names: &mut HashMap<String, Place>) -> Name {
    let (text, place) = match &rule.name {
        Some(name) => (name.text.clone(), cx.at(name.span)),
        None => (stem(cx, cx.file), cx.at(rule.trigger_span)),
    };
    if let Some(first) = names.insert(text.clone(), place) {
        let finding = match rule.name {
            Some(_) => errors::names::declared_twice(place, "rule", &text, first),
            None => errors::rules::needs_name(place, &text, first),
        };
        cx.report(finding);
    }
    text.into()
}

fn stem(cx: &Cx<'_>, file: FileId) -> String {
    let path = &cx.trees.sources.get(file).path;
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.strip_suffix(".ondo").unwrap_or(name).to_owned()
}

fn check(cx: &mut Cx<'_>, rule: &ast::Rule, name: Name, place: Place) -> Option<Rule> {
    cx.scope.has_when = rule
        .gates
        .iter()
        .any(|gate| matches!(gate.kind, ast::GateKind::When(_)));
    let source = events::open(cx, &rule.trigger);
    let gates = gates::check(cx, &rule.gates, source.as_ref());
    let outer = cx.scope.known.clone();
    let (body, _) = steps::block(cx, &rule.body);
    // A run whose condition failed ends at `on error` too.
    cx.scope.known = if gates.when_fails {
        Known::default()
    } else {
        outer
    };
    let on_error = rule.on_error.as_ref().map(|handler| on_error(cx, handler));
    if rule.body.stmts.is_empty() {
        cx.report(errors::rules::no_steps(place));
    }
    let source = source?;
    let once = once(cx, &source, &gates, place);
    Some(lowered(
        cx, rule, name, place, source, gates, once, body, on_error,
    ))
}

#[expect(
    clippy::too_many_arguments,
    reason = "the parts of a rule, each checked above, meet here once"
)]
fn lowered(
    cx: &mut Cx<'_>,
    rule: &ast::Rule,
    name: Name,
    place: Place,
    source: events::Source,
    gates: Gates,
    once: Once,
    body: Vec<Step>,
    on_error: Option<(LocalId, Vec<Step>)>,
) -> Rule {
    let reads = cx.scope.event.take().map(|event| event.reads);
    Rule {
        name,
        caption: rule
            .caption
            .as_ref()
            .map(|caption| caption.text.as_str().into()),
        trigger: source.trigger,
        read_set: reads.unwrap_or_default(),
        when: gates.when,
        once,
        ordered_by: gates.ordered_by,
        at_most: gates.at_most,
        debounce: gates.debounce,
        valid_for: gates.valid_for,
        poll_every: gates.poll_every,
        overlap_queue: gates
            .overlap_queue
            .unwrap_or(gates.misfire == Some(Misfire::All)),
        misfire: gates.misfire.unwrap_or(Misfire::Once),
        body,
        on_error,
        local_count: cx.scope.local_count,
        place,
    }
}

/// How often the rule acts: as written, else once for each entity if it does what must not be done twice.
fn once(cx: &mut Cx<'_>, source: &events::Source, gates: &Gates, place: Place) -> Once {
    if let Some(once) = &gates.once {
        return once.clone();
    }
    let Some((effect, action)) = cx.scope.effects.first().cloned() else {
        return Once::PerEvent;
    };
    match &source.trigger {
        Trigger::Event {
            entity: Some(key), ..
        } => Once::Per {
            key: *key,
            within: None,
            implied: true,
        },
        _ => {
            debug_assert!(
                !source.has_entity,
                "an entity key gives the rule its `once`"
            );
            let finding = errors::effects::repeats(place, effect, &action, cx.text(place));
            cx.report(finding);
            Once::PerEvent
        }
    }
}

/// `on error as e { … }` sees the event and the error, but no value of the steps: they may not have run.
fn on_error(cx: &mut Cx<'_>, handler: &ast::OnError) -> (LocalId, Vec<Step>) {
    let place = cx.at(handler.span);
    let name = handler.alias.as_ref().map_or("", |alias| &*alias.text);
    let place = handler
        .alias
        .as_ref()
        .map_or(place, |alias| cx.at(alias.span));
    cx.scope.locals.clear();
    let local = cx.scope.bind(name, error_type(), place);
    let id = local.id;
    let prefix = std::mem::replace(&mut cx.scope.step_prefix, ON_ERROR.to_owned());
    let (steps, _) = steps::block(cx, &handler.block);
    cx.scope.step_prefix = prefix;
    (id, steps)
}

/// What stands before the ids of the steps of `on error`.
const ON_ERROR: &str = "on_error.";

/// What `on error as e` binds.
fn error_type() -> Type {
    let fields = ["kind", "step", "message"]
        .map(|name| Field::new(name, Type::Text))
        .to_vec();
    Type::Object(std::sync::Arc::new(ObjectType {
        fields,
        one_of: Vec::new(),
    }))
}
