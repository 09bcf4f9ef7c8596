//! What starts a rule: which event of which account, with which payload.

use ondo_grammar::ast;

use super::cron::Wrong;
use super::cx::Cx;
use super::names::DeclKind;
use super::scope::EventScope;
use super::{accounts, consts, entity, types};
use crate::catalog::{Connector, Event};
use crate::errors;
use crate::ir::{AccountId, ReadSet, SettingValue, Trigger};
use crate::schedule::{EVERY_MIN, Times};
use crate::source::Place;
use crate::types::{Name, Type};
use crate::value::Value;

/// A rule's source, checked.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) trigger: Trigger,
    /// Whether the connector says what the event is about.
    pub(super) has_entity: bool,
}

/// Finds the event and opens the rule's scope on it. None: it was reported, and nothing is known of the payload.
pub(super) fn open(cx: &mut Cx<'_>, trigger: &ast::Trigger) -> Option<Source> {
    match trigger {
        ast::Trigger::Event {
            path,
            args,
            alias,
            ty,
        } => event(cx, path, args, alias.as_ref(), ty.as_ref()),
        ast::Trigger::Every(every) => {
            let length = consts::duration(cx, every, "`every`")?;
            if length < EVERY_MIN {
                cx.report(errors::decls::every_too_short(cx.at(every.span), "every"));
                return None;
            }
            Some(Source {
                trigger: Trigger::Every(length),
                has_entity: false,
            })
        }
        ast::Trigger::Cron { spec, zone } => cron(cx, spec, zone.as_ref()),
        ast::Trigger::Error => None,
    }
}

fn event(
    cx: &mut Cx<'_>,
    path: &ast::Path,
    args: &[ast::Arg],
    alias: Option<&ast::Name>,
    ty: Option<&ast::TypeExpr>,
) -> Option<Source> {
    let place = cx.at(path.span);
    let title = cx.text(place).to_owned();
    let found = find(cx, path);
    let Some((account, connector, event)) = found else {
        unknown_event(cx, alias, title, place);
        return None;
    };
    let payload = payload(cx, event, ty);
    let payload = super::extend::apply(cx, account, &event.name, payload);
    let args = arguments(cx, event, args, place, &title);
    open_hook(cx, account, connector, event, place);
    cx.scope.event = Some(EventScope {
        alias: alias.map(|alias| alias.text.clone()),
        alias_place: alias.map_or(place, |alias| cx.at(alias.span)),
        title,
        payload: payload.clone(),
        connector: connector.name.clone(),
        reads: ReadSet::default(),
        slots: Default::default(),
    });
    if let Some(alias) = alias {
        super::names_in_scope::shadow(cx, alias);
    }
    let entity = entity::key(cx, &connector.name, event);
    Some(Source {
        has_entity: entity.is_some(),
        trigger: Trigger::Event {
            account,
            event: event.name.clone(),
            args,
            payload,
            entity,
        },
    })
}

/// An event that was reported: its fields are whatever the rule says they are.
fn unknown_event(cx: &mut Cx<'_>, alias: Option<&ast::Name>, title: String, place: Place) {
    cx.scope.event = Some(EventScope {
        alias: alias.map(|alias| alias.text.clone()),
        alias_place: alias.map_or(place, |alias| cx.at(alias.span)),
        title,
        payload: Type::Unknown,
        connector: "".into(),
        reads: ReadSet::default(),
        slots: Default::default(),
    });
}

pub(super) fn find<'a>(
    cx: &mut Cx<'a>,
    path: &ast::Path,
) -> Option<(AccountId, &'a Connector, &'a Event)> {
    let place = cx.at(path.span);
    let [source, name] = path.names.as_slice() else {
        let title = cx.text(place);
        let suggestion = with_dot(cx, title);
        cx.report(errors::names::event_without_dot(
            place,
            title,
            suggestion.as_deref(),
        ));
        return None;
    };
    let source_place = cx.at(source.span);
    let account = source_account(cx, &source.text, source_place)?;
    let connector = cx.connector_of(account)?;
    let Some(event) = connector.events.get(name.text.as_str()) else {
        let near = errors::nearest::nearest(&name.text, connector.events.keys().map(|e| &**e));
        let known: Vec<&str> = connector.events.keys().map(|event| &**event).collect();
        let is_action = connector.actions.contains_key(name.text.as_str());
        let finding = errors::names::unknown_event(
            cx.at(name.span),
            &name.text,
            &connector.name,
            near,
            &known,
            is_action,
        );
        cx.report(finding);
        return None;
    };
    Some((account, connector, event))
}

/// An account by its name, or the one that a connector's name means.
pub(super) fn source_account(cx: &mut Cx<'_>, name: &str, place: Place) -> Option<AccountId> {
    if let Some(decl) = cx.decl(name)
        && let DeclKind::Account(id) = decl.kind
    {
        cx.use_decl(name);
        return Some(id);
    }
    if cx.catalog.connectors.contains_key(name) {
        return accounts::of_connector(cx, name, place);
    }
    if cx.names.broken.contains(name) {
        return None;
    }
    let mut known: Vec<String> = cx
        .accounts
        .iter()
        .filter(|account| account.declared)
        .map(|account| account.name.to_string())
        .collect();
    known.extend(cx.catalog.connectors.keys().map(|name| name.to_string()));
    let near = errors::nearest::nearest(name, known.iter().map(|name| &**name));
    let known: Vec<&str> = known.iter().map(|name| &**name).collect();
    cx.report(errors::names::unknown_connector(place, name, near, &known));
    None
}

/// `order` is an event of one connector: `retailcrm.order`.
fn with_dot(cx: &Cx<'_>, title: &str) -> Option<String> {
    let mut owners = cx
        .catalog
        .connectors
        .values()
        .filter(|connector| connector.events.contains_key(title));
    let owner = owners.next()?;
    owners
        .next()
        .is_none()
        .then(|| format!("{}.{title}", owner.name))
}

fn payload(cx: &mut Cx<'_>, event: &Event, ty: Option<&ast::TypeExpr>) -> Type {
    let Some(written) = ty else {
        return event.payload.clone();
    };
    let ty = types::lower(cx, written);
    if event.payload == Type::Json {
        return ty;
    }
    let place = cx.at(written.span);
    cx.report(errors::decls::payload_is_declared(
        place,
        &event.name,
        event.place,
    ));
    event.payload.clone()
}

pub(super) fn arguments(
    cx: &mut Cx<'_>,
    event: &Event,
    args: &[ast::Arg],
    place: Place,
    title: &str,
) -> Vec<(Name, Value)> {
    let mut values: Vec<(Name, Value)> = Vec::new();
    for (at, arg) in args.iter().enumerate() {
        let param = match &arg.name {
            Some(name) => event.params.iter().find(|param| *param.name == *name.text),
            None => event.params.get(at),
        };
        let Some(param) = param else {
            let span = arg.name.as_ref().map_or(arg.value.span, |name| name.span);
            let place = cx.at(span);
            let given = cx.text(place);
            let names = event.params.iter().map(|param| &*param.name);
            let near = errors::nearest::nearest(given, names).map(|near| (near, None));
            cx.report(errors::objects::unknown_given(
                place, "argument", given, title, near,
            ));
            continue;
        };
        let what = format!("`{}` of `{title}`", param.name);
        if let Some(value) = consts::fixed(cx, &arg.value, &param.ty, &what) {
            if *param.name == *"path"
                && let Value::Text(path) = &value
                && !is_path(path)
            {
                let place = cx.at(arg.value.span);
                cx.report(errors::decls::not_a_path(place, path));
            }
            values.push((param.name.clone(), value));
        }
    }
    let given = args.len();
    for param in &event.params {
        let there = values.iter().any(|(name, _)| *name == param.name);
        let optional = param.default.is_some() || param.ty.is_nullable();
        if !there && !optional && given < event.params.len() {
            cx.report(errors::objects::missing_argument(place, title, &param.name));
        }
    }
    values
}

/// Whether a request can come to this path.
fn is_path(path: &str) -> bool {
    path.starts_with('/') && !path.contains(|c: char| c.is_whitespace() || "?#".contains(c))
}

/// A webhook that anybody can send to must say so.
fn open_hook(
    cx: &mut Cx<'_>,
    account: AccountId,
    connector: &Connector,
    event: &Event,
    place: Place,
) {
    if event.accepts.is_empty() || !cx.accounts[account.0 as usize].declared {
        return;
    }
    let account = &cx.accounts[account.0 as usize];
    let set = |name: &str| account.settings.iter().find(|(known, _)| &**known == name);
    let open = matches!(
        set("open"),
        Some((_, SettingValue::Value(Value::Bool(true))))
    );
    let Some(hook) = &connector.hook else {
        if !open {
            let finding = errors::data::open_hook(place, &account.name, account.place, &[]);
            cx.report(finding);
        }
        return;
    };
    if open || hook.path_secret.is_some() {
        return;
    }
    // A proof needs a secret: one that the account sets, or one that every account must set.
    let secrets: Vec<&Name> = connector
        .settings
        .iter()
        .filter(|(_, setting)| matches!(setting.ty.non_null(), Type::Secret))
        .map(|(name, _)| name)
        .collect();
    let proved = secrets
        .iter()
        .any(|name| set(name).is_some() || !connector.settings[&***name].ty.is_nullable());
    if !proved || hook.verify.is_none() {
        let names: Vec<&str> = secrets.iter().map(|name| &***name).collect();
        let finding = errors::data::open_hook(place, &account.name, account.place, &names);
        cx.report(finding);
    }
}

fn cron(cx: &mut Cx<'_>, spec: &ast::Str, zone: Option<&ast::Str>) -> Option<Source> {
    let place = cx.at(spec.span);
    match super::cron::check(&spec.text) {
        None => {}
        Some(Wrong::Count(fields)) => {
            cx.report(errors::decls::bad_cron(place, &spec.text, fields));
            return None;
        }
        Some(Wrong::Field {
            part,
            what,
            first,
            last,
        }) => {
            let finding = errors::decls::bad_cron_field(place, &part, what, (first, last));
            cx.report(finding);
            return None;
        }
    }
    let zone = match zone {
        Some(zone) => {
            let place = cx.at(zone.span);
            super::decls::known_zone(cx, &zone.text, place)?
        }
        None => cx.timezone.clone().unwrap_or_else(|| "UTC".into()),
    };
    let comes =
        Times::cron(&spec.text, &zone).map(|times| times.after(jiff::Timestamp::UNIX_EPOCH));
    if !matches!(comes, Some(Some(_))) {
        cx.report(errors::decls::cron_never(place, &spec.text));
        return None;
    }
    Some(Source {
        trigger: Trigger::Cron {
            spec: spec.text.as_str().into(),
            zone,
        },
        has_entity: false,
    })
}
