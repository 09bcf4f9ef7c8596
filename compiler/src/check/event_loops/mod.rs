//! Rules that start themselves again through a system: an action changes an order, the order comes as an event, and the
//! event starts the rule that made the change.
//!
//! Connectors say which event an action raises. A chain of rules back to its beginning is reported unless it ends:
//! because a condition does not hold for what the call has set, because a rule acts once for the thing, or because the
//! second time changes nothing any more.

mod edges;

use std::collections::BTreeSet;

use self::edges::{Edge, Set};
use super::cx::Cx;
use super::decide::{Reader, RuleFacts};
use super::overlaps::{event_title, title_place};
use crate::diagnostic::Diagnostic;
use crate::errors;
use crate::ir::{AccountId, Class, Expr, ExprId, Once, Trigger};
use crate::source::Place;

/// Longer chains are not looked for.
const CHAIN_MAX: usize = 6;
/// Steps of the search, so that many rules on one event cannot make it long.
const WORK_MAX: u32 = 20_000;
/// Parts of an expression in which fields are looked for.
const PARTS_MAX: u32 = 500;

/// Reports each call that begins an endless chain.
pub(super) fn check(cx: &Cx<'_>, facts: &[RuleFacts<'_>]) -> Vec<Diagnostic> {
    let raises = edges::raises(cx, facts);
    let edges = edges::edges(cx, facts, &raises);
    let mut found = Vec::new();
    let mut reported: BTreeSet<Place> = BTreeSet::new();
    let mut work = WORK_MAX;
    for start in 0..facts.len() {
        let mut chain = Vec::new();
        search(
            cx,
            facts,
            &edges,
            start,
            &mut chain,
            &mut work,
            &mut |chain| {
                let place = title_place(cx, chain[0].call());
                if chain
                    .iter()
                    .all(|edge| !reported.contains(&title_place(cx, edge.call())))
                {
                    reported.insert(place);
                    found.push(finding(cx, facts, chain));
                }
            },
        );
    }
    found
}

/// Goes on from the end of a chain; rules before the first one were a beginning already.
fn search<'e, 'g, 'f, 'r>(
    cx: &Cx<'_>,
    facts: &[RuleFacts<'_>],
    edges: &'e [Edge<'g, 'f, 'r>],
    start: usize,
    chain: &mut Vec<&'e Edge<'g, 'f, 'r>>,
    work: &mut u32,
    report: &mut impl FnMut(&[&'e Edge<'g, 'f, 'r>]),
) {
    let at = chain.last().map_or(start, |edge| edge.to);
    // INVARIANT: edges are in the order of the rules that they come from.
    let first = edges.partition_point(|edge| edge.from() < at);
    let of_rule = edges[first..].iter().take_while(|edge| edge.from() == at);
    for edge in of_rule.filter(|edge| edge.to >= start) {
        *work = work.saturating_sub(1);
        if *work == 0 {
            return;
        }
        let seen = chain.iter().any(|known| known.from() == edge.to) && edge.to != start;
        if seen {
            continue;
        }
        chain.push(edge);
        if edge.to == start {
            if is_endless(cx, facts, chain) {
                report(chain);
            }
        } else if chain.len() < CHAIN_MAX {
            search(cx, facts, edges, start, chain, work, report);
        }
        chain.pop();
    }
}

/// The accounts that a value may be.
pub(super) fn accounts(cx: &Cx<'_>, id: ExprId) -> Vec<AccountId> {
    let mut found = Vec::new();
    each_part(cx, id, &mut |expr| {
        if let Expr::Account(account) = expr {
            found.push(*account);
        }
    });
    found
}

/// Whether nothing in a closed chain brings it to rest.
fn is_endless(cx: &Cx<'_>, facts: &[RuleFacts<'_>], chain: &[&Edge<'_, '_, '_>]) -> bool {
    let watched = chain
        .iter()
        .any(|edge| acts_once(cx, &facts[edge.to], edge));
    !watched && goes_on_changing(cx, facts, chain)
}

/// Whether `once per` holds back a rule that the same thing starts again.
fn acts_once(cx: &Cx<'_>, target: &RuleFacts<'_>, edge: &Edge<'_, '_, '_>) -> bool {
    let Once::Per { key, .. } = &target.rule.once else {
        return false;
    };
    if is_of_the_moment(cx, *key) {
        return false;
    }
    if edge.same_thing || edge.call().class == Class::Idempotent {
        return true;
    }
    // A new thing has a new key, unless the key is about something else.
    let Trigger::Event {
        entity: Some(entity),
        ..
    } = &target.rule.trigger
    else {
        return true;
    };
    let reader = target.reader(cx);
    let Some(entity) = reader.key(*entity) else {
        return true;
    };
    !reads(&reader, *key, &entity.text)
}

/// Whether the second time round still changes something. Setting the same values again does not.
fn goes_on_changing(cx: &Cx<'_>, facts: &[RuleFacts<'_>], chain: &[&Edge<'_, '_, '_>]) -> bool {
    chain.iter().enumerate().any(|(position, edge)| {
        if edge.call().class != Class::Idempotent {
            return true;
        }
        let reader = facts[edge.from()].reader(cx);
        let before = chain[(position + chain.len() - 1) % chain.len()];
        edge.sets().iter().any(|set| {
            let grows = before.sets().iter().any(|known| {
                reader.literal(known.value).is_none()
                    && !matches!(cx.exprs.get(set.value), Expr::Slot(_))
                    && reads(&reader, set.value, &known.path)
            });
            grows || is_of_the_moment(cx, set.value) || contradicted(cx, set, edge, chain)
        })
    })
}

/// Whether another call of the chain sets the same field of the same thing to something else.
fn contradicted(
    cx: &Cx<'_>,
    set: &Set,
    edge: &Edge<'_, '_, '_>,
    chain: &[&Edge<'_, '_, '_>],
) -> bool {
    let literal = |id: ExprId| match cx.exprs.get(id) {
        Expr::Const(value) if !value.is_null() => Some(value),
        _ => None,
    };
    let Some(value) = literal(set.value) else {
        return false;
    };
    let accounts = accounts(cx, edge.call().account);
    chain
        .iter()
        .filter(|other| self::accounts(cx, other.call().account) == accounts)
        .flat_map(|other| other.sets())
        .filter(|other| other.path == set.path)
        .filter_map(|other| literal(other.value))
        .any(|other| other != value)
}

fn is_of_the_moment(cx: &Cx<'_>, id: ExprId) -> bool {
    let mut found = false;
    each_part(cx, id, &mut |expr| {
        found |= matches!(expr, Expr::Now | Expr::StepTime);
    });
    found
}

/// Whether a value is made of a field of the event, or of something inside of it.
fn reads(reader: &Reader<'_, '_>, id: ExprId, path: &str) -> bool {
    let mut found = false;
    let mut slots = |expr: &Expr| {
        if let Expr::Slot(slot) = expr
            && let Some(read) = reader.slots.get(slot.0 as usize)
        {
            let names = read.path.iter().map(|name| format!(".{name}"));
            let read = format!("@{}", names.collect::<String>());
            // A function that takes the whole event need not look at this field of it.
            found |= read == path || read.starts_with(&format!("{path}."));
        }
    };
    each_part(reader.cx, id, &mut slots);
    let mut locals = Vec::new();
    each_part(reader.cx, id, &mut |expr| {
        if let Expr::Local(local) = expr
            && let Some(value) = reader.names.get(local)
        {
            locals.push(*value);
        }
    });
    for value in locals {
        each_part(reader.cx, value, &mut slots);
    }
    found
}

fn each_part(cx: &Cx<'_>, id: ExprId, see: &mut impl FnMut(&Expr)) {
    let mut open = vec![id];
    for _ in 0..PARTS_MAX {
        let Some(next) = open.pop() else { return };
        let expr = cx.exprs.get(next);
        see(expr);
        open.extend(expr.parts());
    }
}

fn finding(cx: &Cx<'_>, facts: &[RuleFacts<'_>], chain: &[&Edge<'_, '_, '_>]) -> Diagnostic {
    let place = title_place(cx, chain[0].call());
    let mut others = Vec::new();
    for (position, edge) in chain.iter().enumerate() {
        let target = &facts[edge.to];
        let again = if position + 1 == chain.len() {
            "starts again"
        } else {
            "starts then"
        };
        if position > 0 {
            let title = event_title(cx, target);
            let label = format!("raises `{title}`");
            others.push((title_place(cx, edge.call()), label));
        }
        others.push((target.rule.place, again.to_owned()));
    }
    let action = cx.text(place);
    let raised = event_title(cx, &facts[chain[0].to]);
    let names: Vec<&str> = chain
        .iter()
        .map(|edge| &*facts[edge.from()].rule.name)
        .collect();
    let help = once_per(cx, &facts[chain[0].from()]);
    errors::effects::event_loop(place, action, raised, &names, others, help)
}

/// `once per order.id`, as it is written in the rule.
fn once_per(cx: &Cx<'_>, facts: &RuleFacts<'_>) -> Option<String> {
    let Trigger::Event {
        entity: Some(entity),
        ..
    } = &facts.rule.trigger
    else {
        return None;
    };
    let reader = facts.reader(cx);
    let path = reader.key(*entity)?.text;
    let path = path.strip_prefix("@.")?;
    let trigger = cx.text(facts.rule.place);
    let alias = trigger.split_once(" as ").map(|(_, rest)| {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
        &rest[..end.unwrap_or(rest.len())]
    });
    Some(match alias {
        Some(alias) => format!("once per {alias}.{path}"),
        None => format!("once per {path}"),
    })
}
