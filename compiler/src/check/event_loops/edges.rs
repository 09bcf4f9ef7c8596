//! Which calls raise which events, and which rules those events can start.

use std::collections::HashMap;

use super::accounts;
use crate::check::cx::Cx;
use crate::check::decide::{CallAt, Case, Domain, Key, Reader, RuleFacts};
use crate::ir::{AccountId, Call, Entry, Expr, ExprId, Trigger};
use crate::types::Type;
use crate::value::Value;

/// Pairs of a call and a rule that are looked at, so that many rules on one event cannot make it long.
const PAIRS_MAX: usize = 100_000;

/// A call that raises an event.
pub(super) struct Raise<'f, 'r> {
    from: usize,
    at: &'f CallAt<'r>,
    /// It says by the event's own key which thing it changes.
    names_the_thing: bool,
    /// Fields of the raised event that the call determines. None: it cannot be told.
    sets: Option<Vec<Set>>,
}

/// A field of the raised event that the call determines.
pub(super) struct Set {
    pub(super) path: String,
    pub(super) value: ExprId,
}

/// A call that can start a rule.
pub(super) struct Edge<'g, 'f, 'r> {
    raise: &'g Raise<'f, 'r>,
    pub(super) to: usize,
    /// It is about the very thing that the event was about.
    pub(super) same_thing: bool,
}

impl<'f, 'r> Edge<'_, 'f, 'r> {
    pub(super) fn from(&self) -> usize {
        self.raise.from
    }

    pub(super) fn call(&self) -> &'r Call {
        self.raise.at.call
    }

    pub(super) fn sets(&self) -> &[Set] {
        self.raise.sets.as_deref().unwrap_or_default()
    }
}

/// The calls that raise events.
pub(super) fn raises<'f, 'r>(cx: &Cx<'_>, facts: &'f [RuleFacts<'r>]) -> Vec<Raise<'f, 'r>> {
    let mut raises = Vec::new();
    for (from, rule) in facts.iter().enumerate() {
        for at in &rule.calls {
            if let Some(raised) = raised(cx, at.call) {
                let reader = rule.reader(cx);
                raises.push(Raise {
                    from,
                    at,
                    names_the_thing: names_the_thing(&reader, rule, at),
                    sets: sets(&reader, at, raised),
                });
            }
        }
    }
    raises
}

/// The event that a call raises by the connector's word.
fn raised<'c>(cx: &'c Cx<'_>, call: &Call) -> Option<&'c str> {
    let connector = cx.catalog.connectors.get(&call.connector)?;
    connector.actions.get(&call.action)?.raises.as_deref()
}

/// Which rules each of them can start, in the order of the rules that make the calls.
pub(super) fn edges<'g, 'f, 'r>(
    cx: &Cx<'_>,
    facts: &'f [RuleFacts<'r>],
    raises: &'g [Raise<'f, 'r>],
) -> Vec<Edge<'g, 'f, 'r>> {
    let hearers = hearers(cx, facts);
    let wanted: Vec<Vec<Case>> = facts
        .iter()
        .map(|target| target.when.iter().map(Case::of_event).collect())
        .collect();
    let mut edges = Vec::new();
    let mut pairs = 0;
    for raise in raises {
        let rule = &facts[raise.from];
        let reader = rule.reader(cx);
        let Some(raised) = raised(cx, raise.at.call) else {
            continue;
        };
        let mut accounts = accounts(cx, raise.at.call.account);
        accounts.sort_by_key(|id| id.0);
        accounts.dedup();
        for account in accounts {
            let same_thing = raise.names_the_thing && listens_to(rule, account);
            let cases = raised_cases(&reader, raise, same_thing);
            for to in hearers.get(&(account, raised)).into_iter().flatten() {
                pairs += 1;
                if pairs > PAIRS_MAX {
                    return edges;
                }
                if can_start(cases.as_deref(), &wanted[*to]) {
                    edges.push(Edge {
                        raise,
                        to: *to,
                        same_thing,
                    });
                }
            }
        }
    }
    edges
}

/// The rules that hear each event of each account, also as a kind of another.
type Hearers<'n> = HashMap<(AccountId, &'n str), Vec<usize>>;

fn hearers<'n>(cx: &'n Cx<'_>, facts: &[RuleFacts<'_>]) -> Hearers<'n> {
    let mut hearers = Hearers::new();
    for (at, target) in facts.iter().enumerate() {
        let Trigger::Event { account, event, .. } = &target.rule.trigger else {
            continue;
        };
        let connector = &cx.accounts[account.0 as usize].connector;
        let kinds = cx.catalog.parent_events(connector, event);
        // A source that leaves out our own changes does not bring them back.
        let skips = skips_own_changes(cx, connector, event, target);
        if !skips {
            for kind in kinds {
                hearers.entry((*account, &*kind.name)).or_default().push(at);
            }
        }
    }
    hearers
}

/// Whether all that brings the event to this rule is asked for and leaves out our own changes.
fn skips_own_changes(cx: &Cx<'_>, connector: &str, event: &str, target: &RuleFacts<'_>) -> bool {
    let Some(connector) = cx.catalog.connectors.get(connector) else {
        return false;
    };
    let kinds = connector.kinds_of(event);
    let mut polls = kinds
        .iter()
        .filter_map(|kind| kind.poll.as_ref())
        .peekable();
    let is_asked =
        target.rule.poll_every.is_some() || kinds.iter().all(|kind| kind.accepts.is_empty());
    polls.peek().is_some() && is_asked && polls.all(|poll| poll.skip.is_some())
}

/// What the call says about the raised event. None: it cannot be told.
fn sets(reader: &Reader<'_, '_>, at: &CallAt<'_>, raised: &str) -> Option<Vec<Set>> {
    let mut found = Vec::new();
    for arg in &at.call.args {
        let entries = match reader.cx.exprs.get(arg.value) {
            // `createOrder(order: { … })`: the thing itself.
            Expr::Object(entries) if *arg.name == *raised => entries,
            _ => {
                add(reader, format!("@.{}", arg.name), arg.value, &mut found)?;
                continue;
            }
        };
        for entry in entries {
            let Entry::Field { name, value, .. } = entry else {
                return None;
            };
            add(reader, format!("@.{name}"), *value, &mut found)?;
        }
    }
    Some(found)
}

fn add(reader: &Reader<'_, '_>, path: String, value: ExprId, found: &mut Vec<Set>) -> Option<()> {
    if let Expr::Object(entries) = reader.cx.exprs.get(value) {
        for entry in entries {
            let Entry::Field { name, value, .. } = entry else {
                return None;
            };
            add(reader, format!("{path}.{name}"), *value, found)?;
        }
        return Some(());
    }
    // What stays as it was is not set.
    if reader.key(value).is_none_or(|key| key.text != path) {
        found.push(Set { path, value });
    }
    Some(())
}

/// Whether the call says by the event's own key which thing it changes.
fn names_the_thing(reader: &Reader<'_, '_>, rule: &RuleFacts<'_>, at: &CallAt<'_>) -> bool {
    let Trigger::Event {
        entity: Some(entity),
        ..
    } = &rule.rule.trigger
    else {
        return false;
    };
    let Some(entity) = reader.key(*entity) else {
        return false;
    };
    let is_entity = |value: ExprId| reader.key(value).is_some_and(|key| key == entity);
    at.call.args.iter().any(|arg| is_entity(arg.value))
}

/// Whether a rule waits for events of this account.
fn listens_to(rule: &RuleFacts<'_>, wanted: AccountId) -> bool {
    matches!(&rule.rule.trigger, Trigger::Event { account, .. } if *account == wanted)
}

/// What is known of the event that a call raises. None: nothing.
fn raised_cases(
    reader: &Reader<'_, '_>,
    raise: &Raise<'_, '_>,
    same_thing: bool,
) -> Option<Vec<Case>> {
    let sets = raise.sets.as_ref()?;
    let changes = |key: &Key| {
        sets.iter().any(|set| {
            let inner = key.text.strip_prefix(&set.path);
            inner.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        })
    };
    let known: Vec<(Key, Domain)> = sets
        .iter()
        .filter_map(|set| {
            let key = Key {
                text: set.path.clone(),
                of_event: true,
            };
            Some((key, value_of(reader, set.value)?))
        })
        .collect();
    let kept = |case: &Case| {
        let mut raised = Case::default();
        if same_thing {
            raised = case.of_event();
            raised.fields.retain(|key, _| !changes(key));
        }
        raised.fields.extend(known.iter().cloned());
        raised
    };
    Some(raise.at.cases.iter().map(kept).collect())
}

/// Whether the raised event can pass a rule's condition.
fn can_start(raised: Option<&[Case]>, wanted: &[Case]) -> bool {
    raised.is_none_or(|raised| {
        raised
            .iter()
            .any(|raised| wanted.iter().any(|wanted| raised.meet(wanted).is_some()))
    })
}

/// What is known of a value that is sent. An optional field that turns out to be null is not sent.
fn value_of(reader: &Reader<'_, '_>, value: ExprId) -> Option<Domain> {
    match reader.literal(value) {
        Some(Value::Absent) => return None,
        Some(value) => return Some(Domain::exactly(value)),
        None => {}
    }
    match reader.cx.exprs.get(value) {
        Expr::Text(_) => Some(Domain::present()),
        Expr::Slot(slot) => {
            let path = reader.slots.get(slot.0 as usize)?;
            let nullable = matches!(
                reader.cx.resolve(&path.ty),
                Type::Nullable(_) | Type::Json | Type::Unknown
            );
            (!nullable).then(Domain::present)
        }
        _ => None,
    }
}
