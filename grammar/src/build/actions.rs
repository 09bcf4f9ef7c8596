//! Actions of connectors: what is sent, what repeating does, and how the sandbox plays the vendor.

use super::connectors::{answer, parts, request};
use super::{Cx, caption, expr, items, must, name, path, steps, str, types};
use crate::ast::{
    ActionDef, ActionPart, Effect, Job, Readback, Sandbox, SandboxAction, SandboxVerb,
};
use crate::cst::{Node, Rule};

/// `action NAME "caption" { … }`
pub(super) fn action(cx: &mut Cx<'_>, node: &Node<'_>) -> ActionDef {
    let result = node
        .get(Rule::action_result)
        .and_then(|result| types::first(cx, result));
    ActionDef {
        name: name(must(node, Rule::name)),
        caption: caption(cx, node),
        params: items::params(cx, node),
        result,
        parts: parts(cx, node, action_part),
        span: node.span,
    }
}

fn action_part(cx: &mut Cx<'_>, node: &Node<'_>) -> Option<ActionPart> {
    Some(match node.rule {
        Rule::request => ActionPart::Request(request(cx, node)),
        Rule::answer => ActionPart::Answer(answer(cx, node)),
        Rule::effect => ActionPart::Effect(effect(cx, node)),
        Rule::raises => ActionPart::Raises(name(must(node, Rule::name))),
        Rule::action_timeout => ActionPart::Timeout(expr::first(cx, node)),
        Rule::action_since => ActionPart::Since(str(cx, must(node, Rule::plain))),
        Rule::example => ActionPart::Example(str(cx, must(node, Rule::plain))),
        Rule::job => ActionPart::Job(job(cx, node)),
        Rule::steps => {
            let (block, result) = steps::block(cx, must(node, Rule::block), true);
            ActionPart::Steps { block, result }
        }
        _ => return None,
    })
}

fn effect(cx: &mut Cx<'_>, node: &Node<'_>) -> Effect {
    let keyed = node.get(Rule::effect_keyed);
    let class = match keyed {
        Some(keyed) => name(must(keyed, Rule::kw_keyed)),
        None => name(must(node, Rule::name)),
    };
    Effect {
        span: node.span,
        class,
        key: keyed.map(|keyed| path(must(keyed, Rule::path))),
        key_form: node
            .get(Rule::key_form)
            .map(|form| name(must(form, Rule::name))),
        window: node
            .get(Rule::effect_window)
            .map(|window| expr::first(cx, window)),
        readback: node
            .get(Rule::readback)
            .map(|node| Box::new(readback(cx, node))),
    }
}

fn readback(cx: &mut Cx<'_>, node: &Node<'_>) -> Readback {
    let mut found = Readback {
        call: expr::first(cx, node),
        marker: None,
        found: None,
        complete: None,
        settle: None,
    };
    for child in node.children() {
        match child.rule {
            Rule::marker => {
                let mut names = child.all(Rule::name).map(name);
                found.marker = names.next().zip(names.next());
            }
            Rule::found => found.found = Some(expr::first(cx, child)),
            Rule::complete => found.complete = Some(expr::first(cx, child)),
            Rule::settle => found.settle = Some(expr::first(cx, child)),
            _ => {}
        }
    }
    found
}

fn job(cx: &mut Cx<'_>, node: &Node<'_>) -> Job {
    let mut job = Job {
        span: node.span,
        id: None,
        ask: None,
        every: None,
        give_up: None,
    };
    let found = parts(cx, node, |cx, part| {
        matches!(
            part.rule,
            Rule::job_id | Rule::job_ask | Rule::job_every | Rule::job_give_up
        )
        .then(|| (part.rule, expr::first(cx, part)))
    });
    for (kind, value) in found {
        match kind {
            Rule::job_id => job.id = Some(value),
            Rule::job_ask => job.ask = Some(value),
            Rule::job_every => job.every = Some(value),
            Rule::job_give_up => job.give_up = Some(value),
            _ => {}
        }
    }
    job
}

/// `sandbox { action addBonus { … } }`
pub(super) fn sandbox(cx: &mut Cx<'_>, node: &Node<'_>) -> Sandbox {
    let actions = parts(cx, node, |cx, part| {
        (part.rule == Rule::sandbox_action).then(|| SandboxAction {
            action: name(must(part, Rule::name)),
            verbs: verbs(cx, part),
        })
    });
    let wrong = node.get(Rule::sandbox_wrong);
    Sandbox {
        span: node.span,
        wrong: wrong.map(|part| str(cx, must(part, Rule::plain))),
        actions,
    }
}

fn verbs(cx: &mut Cx<'_>, node: &Node<'_>) -> Vec<SandboxVerb> {
    parts(cx, node, verb)
}

fn verb(cx: &mut Cx<'_>, node: &Node<'_>) -> Option<SandboxVerb> {
    if node.rule == Rule::verb_after {
        let delay = expr::first(cx, node);
        let verbs = match node.get(Rule::verbs) {
            Some(list) => verbs(cx, list),
            None => verbs(cx, node),
        };
        return Some(SandboxVerb::After { delay, verbs });
    }
    if !matches!(
        node.rule,
        Rule::verb_let
            | Rule::verb_keep
            | Rule::verb_replace
            | Rule::verb_forget
            | Rule::verb_find
            | Rule::verb_refuse
            | Rule::verb_add
            | Rule::verb_reply
    ) {
        return None;
    }
    let word = || node.get(Rule::name).map(name);
    let mut values = expr::all(cx, node).into_iter();
    Some(match node.rule {
        Rule::verb_let => SandboxVerb::Let {
            name: word()?,
            value: values.next()?,
        },
        Rule::verb_keep => SandboxVerb::Keep {
            row: values.next()?,
            set: word()?,
            key: values.next()?,
        },
        Rule::verb_replace => SandboxVerb::Replace {
            row: values.next()?,
            set: word()?,
            key: values.next()?,
        },
        Rule::verb_forget => SandboxVerb::Forget {
            set: word()?,
            key: values.next()?,
        },
        Rule::verb_find => {
            let mut names = node.all(Rule::name).map(name);
            SandboxVerb::Find {
                set: names.next()?,
                key: node.get(Rule::find_by).map(|by| expr::first(cx, by)),
                within: node
                    .get(Rule::find_within)
                    .map(|within| expr::first(cx, within)),
                alias: names.next()?,
            }
        }
        Rule::verb_refuse => SandboxVerb::Refuse {
            code: str(cx, must(node, Rule::plain)),
            cond: values.next()?,
        },
        Rule::verb_add => SandboxVerb::Add {
            amount: values.next()?,
            target: path(must(node, Rule::path)),
            key: values.next()?,
        },
        Rule::verb_reply => SandboxVerb::Reply {
            outcome: node
                .get(Rule::reply_as)
                .map(|outcome| name(must(outcome, Rule::name))),
            value: values.next(),
            cond: node.get(Rule::reply_if).map(|cond| expr::first(cx, cond)),
        },
        _ => return None,
    })
}
