//! Two rules that do the same thing for one event, though it must not be done twice.
//!
//! `once` watches over each rule by itself: two rules on the same event pay two bonuses. That may be meant, so it is a
//! lint. It is reported only if both conditions are understood and an event can be shown for which both hold.

use std::collections::HashMap;

use super::cx::Cx;
use super::decide::{CallAt, Case, RuleFacts};
use crate::diagnostic::Diagnostic;
use crate::errors;
use crate::ir::{AccountId, Call, Class, Expr, ExprId, Trigger};
use crate::source::Place;
use crate::types::Name;
use crate::value::Value;

/// Fields of an example beyond these tell no more.
const SHOWN_MAX: usize = 4;

/// Pairs of rules that are looked at, so that many rules on one event cannot make it long.
const PAIRS_MAX: usize = 20_000;

/// A rule with calls that must not be made twice for one event.
struct Acting<'f, 'r> {
    facts: &'f RuleFacts<'r>,
    event: &'r Name,
    args: &'r [(Name, Value)],
    /// The event and what it is a kind of.
    kinds: Vec<&'f Name>,
    calls: Vec<&'f CallAt<'r>>,
}

/// Reports each call that an earlier rule makes for the same event.
pub(super) fn check(cx: &Cx<'_>, facts: &[RuleFacts<'_>]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut by_account: HashMap<AccountId, Vec<Acting<'_, '_>>> = HashMap::new();
    let mut pairs = 0;
    for facts in facts {
        let Some((account, second)) = acting(cx, facts) else {
            continue;
        };
        let earlier = by_account.entry(account).or_default();
        let first = earlier.iter().find_map(|first| {
            pairs += 1;
            let (first_call, second_call, example) = both_act(cx, first, &second)?;
            Some((first, first_call, second_call, example))
        });
        if let Some((first, first_call, second_call, example)) = first {
            found.push(errors::effects::overlapping_rules(
                title_place(cx, second_call),
                title_place(cx, first_call),
                event_title(cx, facts),
                (&first.facts.rule.name, &facts.rule.name),
                &example,
            ));
        }
        if pairs > PAIRS_MAX {
            break;
        }
        earlier.push(second);
    }
    found
}

fn acting<'f, 'r>(cx: &'f Cx<'_>, facts: &'f RuleFacts<'r>) -> Option<(AccountId, Acting<'f, 'r>)> {
    let Trigger::Event {
        account,
        event,
        args,
        ..
    } = &facts.rule.trigger
    else {
        return None;
    };
    let acts = |at: &&CallAt<'_>| {
        let must_not_repeat = matches!(
            at.call.class,
            Class::Keyed | Class::UnsafeReadback | Class::Unsafe
        );
        must_not_repeat && !at.hangs
    };
    let calls: Vec<_> = facts.calls.iter().filter(acts).collect();
    if calls.is_empty() {
        return None;
    }
    let connector = &cx.accounts[account.0 as usize].connector;
    let kinds = cx.catalog.parent_events(connector, event);
    let acting = Acting {
        facts,
        event,
        args,
        kinds: kinds.into_iter().map(|kind| &kind.name).collect(),
        calls,
    };
    Some((*account, acting))
}

/// Two calls that both happen for one event of the account, and what this event is like.
fn both_act<'r>(
    cx: &Cx<'_>,
    first: &Acting<'_, 'r>,
    second: &Acting<'_, 'r>,
) -> Option<(&'r Call, &'r Call, String)> {
    // One delivery can start both rules.
    let same_event = first.args == second.args
        && (first.kinds.contains(&second.event) || second.kinds.contains(&first.event));
    if !same_event {
        return None;
    }
    for two in &second.calls {
        for one in &first.calls {
            if same_effect(cx, one.call, two.call)
                && let Some(case) = together(&one.cases, &two.cases)
            {
                return Some((one.call, two.call, example(&case)));
            }
        }
    }
    None
}

/// The same action of the same account, at the same address as far as it is known.
fn same_effect(cx: &Cx<'_>, first: &Call, second: &Call) -> bool {
    let account = |call: &Call| match cx.exprs.get(call.account) {
        Expr::Account(id) => Some(*id),
        _ => None,
    };
    if first.action != second.action
        || account(first).is_none()
        || account(first) != account(second)
    {
        return false;
    }
    let arg = |call: &Call, name: &Name| {
        let arg = call.args.iter().find(|arg| arg.name == *name)?;
        Some(arg.value)
    };
    addressing(cx, first)
        .iter()
        .all(|name| match (arg(first, name), arg(second, name)) {
            (Some(first), Some(second)) => !surely_different(cx, first, second),
            _ => true,
        })
}

/// The arguments that are part of the address to which the call goes.
fn addressing(cx: &Cx<'_>, call: &Call) -> Vec<Name> {
    let connector = cx.catalog.connectors.get(&call.connector);
    let action = connector.and_then(|connector| connector.actions.get(&call.action));
    let (Some(connector), Some(request)) = (connector, action.and_then(|a| a.request.as_ref()))
    else {
        return Vec::new();
    };
    let mut names = Vec::new();
    for id in [request.method, request.path] {
        match connector.exprs.get(id) {
            Expr::Input(name) => names.push(name.clone()),
            Expr::Text(parts) => {
                names.extend(
                    parts
                        .iter()
                        .filter_map(|part| match connector.exprs.get(*part) {
                            Expr::Input(name) => Some(name.clone()),
                            _ => None,
                        }),
                )
            }
            _ => {}
        }
    }
    names
}

/// Two texts that begin differently, or two different literals.
fn surely_different(cx: &Cx<'_>, first: ExprId, second: ExprId) -> bool {
    let beginning = |id: ExprId| match cx.exprs.get(id) {
        Expr::Const(Value::Text(text)) => Some((text.clone(), true)),
        Expr::Text(parts) => match parts.first().map(|part| cx.exprs.get(*part)) {
            Some(Expr::Const(Value::Text(text))) => Some((text.clone(), false)),
            _ => None,
        },
        _ => None,
    };
    match (beginning(first), beginning(second)) {
        (Some((first, true)), Some((second, true))) => first != second,
        (Some((first, _)), Some((second, _))) => {
            !first.starts_with(&*second) && !second.starts_with(&*first)
        }
        _ => false,
    }
}

/// A case in which both hold, if both are understood.
fn together(first: &[Case], second: &[Case]) -> Option<Case> {
    let clear = |case: &&Case| !case.unclear;
    first.iter().filter(clear).find_map(|one| {
        let mut others = second.iter().filter(clear);
        others.find_map(|other| one.meet(other))
    })
}

fn example(case: &Case) -> String {
    let fields = case.fields.iter().filter_map(|(key, domain)| {
        let path = key.text.strip_prefix("@.")?;
        Some(format!("{path}: {}", domain.example()?))
    });
    fields.take(SHOWN_MAX).collect::<Vec<_>>().join(", ")
}

/// The call without its arguments.
pub(super) fn title_place(cx: &Cx<'_>, call: &Call) -> Place {
    let mut place = call.place;
    let title = cx.text(place).split('(').next().unwrap_or_default();
    place.span.end = place.span.start + title.trim_end().len() as u32;
    place
}

/// `crm.order`
pub(super) fn event_title<'a>(cx: &Cx<'a>, facts: &RuleFacts<'_>) -> &'a str {
    let trigger = cx.text(facts.rule.place).trim_start_matches("on").trim();
    let end = trigger.find(|c: char| c.is_whitespace() || c == '(');
    &trigger[..end.unwrap_or(trigger.len())]
}
