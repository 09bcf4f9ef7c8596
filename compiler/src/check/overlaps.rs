//! Two rules that do the same thing for one event, though it must not be done twice.
//!
//! `once` watches over each rule by itself: two rules on the same event pay two bonuses. That may be meant, so it is a
//! lint. It is reported only if both conditions are understood and an event can be shown for which both hold.

use super::cx::Cx;
use super::decide::{CallAt, Case, RuleFacts};
use crate::diagnostic::Diagnostic;
use crate::errors;
use crate::ir::{Call, Class, Expr, ExprId, Trigger};
use crate::source::Place;
use crate::types::Name;
use crate::value::Value;

/// Fields of an example beyond these tell no more.
const SHOWN_MAX: usize = 4;

/// Reports each call that an earlier rule makes for the same event.
pub(super) fn check(cx: &Cx<'_>, facts: &[RuleFacts<'_>]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (at, second) in facts.iter().enumerate() {
        let first = facts[..at].iter().find_map(|first| {
            let (first_call, second_call, example) = both_act(cx, first, second)?;
            Some((first, first_call, second_call, example))
        });
        if let Some((first, first_call, second_call, example)) = first {
            found.push(errors::effects::overlapping_rules(
                title_place(cx, second_call),
                title_place(cx, first_call),
                event_title(cx, second),
                (&first.rule.name, &second.rule.name),
                &example,
            ));
        }
    }
    found
}

/// Two calls that both happen for one event, and what this event is like.
fn both_act<'r>(
    cx: &Cx<'_>,
    first: &RuleFacts<'r>,
    second: &RuleFacts<'r>,
) -> Option<(&'r Call, &'r Call, String)> {
    if !same_event(cx, &first.rule.trigger, &second.rule.trigger) {
        return None;
    }
    let acts = |at: &&CallAt<'_>| {
        let must_not_repeat = matches!(
            at.call.class,
            Class::Keyed | Class::UnsafeReadback | Class::Unsafe
        );
        must_not_repeat && !at.hangs
    };
    for two in second.calls.iter().filter(acts) {
        for one in first.calls.iter().filter(acts) {
            if same_effect(cx, one.call, two.call)
                && let Some(case) = together(&one.cases, &two.cases)
            {
                return Some((one.call, two.call, example(&case)));
            }
        }
    }
    None
}

/// Whether one delivery can start both rules.
fn same_event(cx: &Cx<'_>, first: &Trigger, second: &Trigger) -> bool {
    let (
        Trigger::Event {
            account: first_account,
            event: first,
            args: first_args,
            ..
        },
        Trigger::Event {
            account: second_account,
            event: second,
            args: second_args,
            ..
        },
    ) = (first, second)
    else {
        return false;
    };
    let kind_of = |event: &Name, other: &Name| {
        let connector = &cx.accounts[first_account.0 as usize].connector;
        let kinds = cx.catalog.parent_events(connector, event);
        kinds.iter().any(|kind| kind.name == *other)
    };
    first_account == second_account
        && first_args == second_args
        && (kind_of(first, second) || kind_of(second, first))
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
