//! Tests of a bundle: names, fields and outcomes are checked as in rules, values are lowered for the runner.
//!
//! Objects are partial here: `with { … }` is laid over a fixture, `expect` compares only what it names, and a reply is
//! filled in by type.

use std::collections::HashMap;

use ondo_grammar::ast::{self, ItemKind};

use super::coerce::Target;
use super::cx::Cx;
use super::objects::{self, Given, Owner};
use super::{Fixture, consts, events, expr, extend, literals};
use crate::catalog::{Action, Connector};
use crate::errors;
use crate::ir::{
    self, AccountId, CalledAction, ExprId, Test, TestGiven, TestReply, TestStep, TestStepKind,
    Trigger,
};
use crate::source::Place;
use crate::types::{Name, Type};
use crate::value::Value;

/// What a run can come to, as `expect run` says it.
const RUN_STATES: [&str; 9] = [
    "done",
    "stopped",
    "failed",
    "dead",
    "in_doubt",
    "cancelled",
    "expired",
    "superseded",
    "filtered",
];

/// Checks the tests of the bundle, after its rules.
pub(super) fn check_all(cx: &mut Cx<'_>, rules: &[ir::Rule]) -> Vec<Test> {
    let mut tests = Vec::new();
    let mut names: HashMap<String, Place> = HashMap::new();
    cx.each_item(|cx, item, library| {
        let ItemKind::Test(test) = &item.kind else {
            return;
        };
        let place = cx.at(test.name.span);
        if library {
            cx.report(errors::decls::not_in_library(place, "a test"));
            return;
        }
        if let Some(first) = names.insert(test.name.text.clone(), place) {
            let finding = errors::names::declared_twice(place, "test", &test.name.text, first);
            cx.report(finding);
        }
        let (file, namespace) = (cx.file, cx.namespace.clone());
        tests.push(cx.apart(file, &namespace, |cx| one(cx, test, rules, place)));
    });
    tests
}

fn one(cx: &mut Cx<'_>, test: &ast::Test, rules: &[ir::Rule], place: Place) -> Test {
    cx.scope.partial = true;
    let mut steps = Vec::new();
    for step in &test.steps {
        let at = cx.at(step.span);
        if let Some(kind) = kind(cx, &step.kind, rules) {
            steps.push(TestStep { place: at, kind });
        }
    }
    // A line with a mistake may have been one.
    let is_read = steps.len() == test.steps.len();
    if is_read && !steps.iter().any(|step| step.kind.expects()) {
        cx.report(errors::decls::no_expect(place));
    }
    Test {
        name: test.name.text.as_str().into(),
        steps,
        local_count: cx.scope.local_count,
        place,
    }
}

fn kind(cx: &mut Cx<'_>, step: &ast::TestStepKind, rules: &[ir::Rule]) -> Option<TestStepKind> {
    match step {
        ast::TestStepKind::At(text) => moment(cx, text).map(TestStepKind::At),
        ast::TestStepKind::After(length) => {
            consts::duration(cx, length, "`after`").map(TestStepKind::After)
        }
        ast::TestStepKind::Given {
            event,
            args,
            from,
            with,
        } => {
            let file = from.as_ref().and_then(|from| fixture(cx, from));
            given(cx, event, args, rules).map(|(given, payload)| {
                let with = with.as_ref().map(|with| {
                    let target = Target::plain("`with`");
                    expr::expect(cx, with, &payload, &target).id
                });
                TestStepKind::Given(Box::new(TestGiven {
                    from: file,
                    with,
                    payload,
                    ..given
                }))
            })
        }
        ast::TestStepKind::Reply { action, replies } => {
            let (called, connector, action) = called(cx, action, "reply")?;
            let replies = lower_replies(cx, connector, action, &called, replies);
            Some(TestStepKind::Reply {
                action: called,
                replies,
            })
        }
        ast::TestStepKind::ExpectCall {
            action,
            args,
            occurs,
        } => {
            let place = cx.at(action.span);
            let (called, _, action) = called(cx, action, "expect")?;
            let args = arguments(cx, action, args, &called.title, place);
            let occurs = match occurs {
                ast::Occurs::Any => ir::Occurs::Any,
                ast::Occurs::Once => ir::Occurs::Times(1),
                ast::Occurs::Times(count) => {
                    ir::Occurs::Times(consts::count(cx, count, "`times`")?)
                }
                ast::Occurs::InOrder => ir::Occurs::InOrder,
            };
            Some(TestStepKind::ExpectCall {
                action: called,
                args,
                occurs,
            })
        }
        ast::TestStepKind::ExpectNo(action) if is_run(action) => Some(TestStepKind::ExpectNoRun),
        ast::TestStepKind::ExpectNo(action) => {
            called(cx, action, "expect no").map(|(called, _, _)| TestStepKind::ExpectNo(called))
        }
        ast::TestStepKind::ExpectRun(state) => {
            if !RUN_STATES.contains(&state.text.as_str()) {
                let place = cx.at(state.span);
                let finding =
                    errors::rules::one_word_of(place, "expect run", &state.text, &RUN_STATES);
                cx.report(finding);
                return None;
            }
            Some(TestStepKind::ExpectRun(state.text.as_str().into()))
        }
        ast::TestStepKind::Error => None,
    }
}

/// `expect no run`: the event made none.
fn is_run(path: &ast::Path) -> bool {
    matches!(path.names.as_slice(), [only] if only.text == "run")
}

/// A moment with its offset, or one of the bundle's zone.
fn moment(cx: &mut Cx<'_>, text: &ast::Str) -> Option<jiff::Timestamp> {
    if let Ok(moment) = text.text.parse::<jiff::Timestamp>() {
        return Some(moment);
    }
    let zone = cx.timezone.clone().unwrap_or_else(|| "UTC".into());
    let civil = text.text.parse::<jiff::civil::DateTime>().ok();
    let moment = civil
        .and_then(|civil| civil.in_tz(&zone).ok())
        .map(|zoned| zoned.timestamp());
    if moment.is_none() {
        let place = cx.at(text.span);
        cx.report(errors::decls::no_moment(place, &text.text));
    }
    moment
}

/// A file below the bundle's folder.
fn fixture(cx: &mut Cx<'_>, from: &ast::Str) -> Option<Name> {
    let path = from.text.as_str();
    let steps_out = path
        .split(['/', '\\'])
        .any(|part| part == ".." || part.is_empty() || part.contains(':'));
    if steps_out {
        let place = cx.at(from.span);
        cx.report(errors::decls::fixture_outside(place, path));
        return None;
    }
    let place = cx.at(from.span);
    cx.fixtures.push(Fixture {
        place,
        path: path.into(),
    });
    Some(path.into())
}

/// The event with its arguments, and the payload's type: for a webhook the one that a rule gives it.
fn given(
    cx: &mut Cx<'_>,
    path: &ast::Path,
    args: &[ast::Arg],
    rules: &[ir::Rule],
) -> Option<(TestGiven, Type)> {
    let place = cx.at(path.span);
    let title = cx.text(place).to_owned();
    let known = cx.accounts.len();
    let (account, _, event) = events::find(cx, path)?;
    used_account(cx, known, path)?;
    let args = events::arguments(cx, event, args, place, &title);
    let written = rules.iter().find_map(|rule| match &rule.trigger {
        Trigger::Event {
            account: of,
            event: name,
            args: wanted,
            payload,
            ..
        } if *of == account && *name == event.name && *wanted == args => Some(payload.clone()),
        _ => None,
    });
    let payload =
        written.unwrap_or_else(|| extend::apply(cx, account, &event.name, event.payload.clone()));
    let given = TestGiven {
        account,
        event: event.name.clone(),
        args,
        payload: payload.clone(),
        from: None,
        with: None,
    };
    Some((given, payload))
}

/// An account that only a test speaks of would want settings when the bundle runs.
fn used_account(cx: &mut Cx<'_>, known: usize, path: &ast::Path) -> Option<()> {
    if cx.accounts.len() == known {
        return Some(());
    }
    for account in cx.accounts.split_off(known) {
        cx.names.default_accounts.remove(&*account.connector);
    }
    let source = path.names.first()?;
    let place = cx.at(source.span);
    cx.report(errors::names::not_in_rules(place, &source.text));
    None
}

fn called<'a>(
    cx: &mut Cx<'a>,
    path: &ast::Path,
    word: &str,
) -> Option<(CalledAction, &'a Connector, &'a Action)> {
    let place = cx.at(path.span);
    let title = cx.text(place).to_owned();
    let [source, name] = path.names.as_slice() else {
        cx.report(errors::rules::not_a_call_in_test(place, &title));
        return None;
    };
    let known = cx.accounts.len();
    let source_place = cx.at(source.span);
    let account: AccountId = events::source_account(cx, &source.text, source_place)?;
    used_account(cx, known, path)?;
    let connector = cx.connector_of(account)?;
    let Some(action) = connector.actions.get(name.text.as_str()) else {
        super::call::unknown_action(cx, connector, name);
        return None;
    };
    if action.steps.is_some() {
        let called = super::composite::called(connector, action);
        cx.report(errors::composite::in_test(place, word, &title, &called));
        return None;
    }
    let called = CalledAction {
        account,
        action: action.name.clone(),
        title: title.into(),
    };
    Some((called, connector, action))
}

fn arguments(
    cx: &mut Cx<'_>,
    action: &Action,
    args: &[ast::Arg],
    title: &str,
    place: Place,
) -> Vec<(Name, ExprId)> {
    let mut given: Vec<Given<'_>> = Vec::new();
    for arg in args {
        match &arg.name {
            Some(name) => given.push(Given {
                name,
                value: &arg.value,
            }),
            None => {
                let names: Vec<&str> = action.args.fields.iter().map(|f| &*f.name).collect();
                let at = cx.at(arg.value.span);
                let text = cx.text(at);
                cx.report(errors::calls::unnamed_argument(at, text, title, &names));
            }
        }
    }
    let owner = Owner {
        title: format!("`{title}`"),
        word: "argument",
        place,
    };
    let sent = objects::fields(cx, &given, &action.args, &owner, &HashMap::new());
    sent.into_iter()
        .map(|sent| (sent.name, sent.value.id))
        .collect()
}

fn lower_replies(
    cx: &mut Cx<'_>,
    connector: &Connector,
    action: &Action,
    called: &CalledAction,
    replies: &[ast::Reply],
) -> Vec<TestReply> {
    let mut lowered = Vec::new();
    let mut applied = false;
    for reply in replies {
        let was_applied = std::mem::take(&mut applied);
        match &reply.kind {
            ast::ReplyKind::Timeout => lowered.push(TestReply::Timeout {
                applied: was_applied,
            }),
            ast::ReplyKind::Reset => lowered.push(TestReply::Reset {
                applied: was_applied,
            }),
            other => {
                if was_applied {
                    lowered.push(TestReply::Applied);
                }
                match other {
                    ast::ReplyKind::Applied => applied = true,
                    ast::ReplyKind::Status { code, body } => {
                        lowered.extend(status(cx, code, body.as_ref()));
                    }
                    ast::ReplyKind::Outcome { name, value } => {
                        lowered.extend(outcome(
                            cx,
                            (connector, action),
                            called,
                            name,
                            value.as_ref(),
                        ));
                    }
                    _ => {}
                }
            }
        }
    }
    if applied {
        lowered.push(TestReply::Applied);
    }
    lowered
}

fn status(cx: &mut Cx<'_>, code: &ast::Expr, body: Option<&ast::Expr>) -> Option<TestReply> {
    let place = cx.at(code.span);
    let number = consts::count(cx, code, "`status`")?;
    let Some(code) = u16::try_from(number)
        .ok()
        .filter(|code| (100..600).contains(code))
    else {
        cx.report(errors::decls::no_status(place, number));
        return None;
    };
    let text = body.and_then(literals::text_of);
    let body = match (body, text) {
        (_, Some(text)) => {
            let place = cx.at(body?.span);
            Some(cx.add(ir::Expr::Const(Value::text(text.as_str())), place))
        }
        (Some(body), None) => {
            Some(expr::expect(cx, body, &Type::Json, &Target::plain("the body")).id)
        }
        (None, None) => None,
    };
    Some(TestReply::Status { code, body })
}

fn outcome(
    cx: &mut Cx<'_>,
    (connector, action): (&Connector, &Action),
    called: &CalledAction,
    name: &ast::Name,
    value: Option<&ast::Expr>,
) -> Option<TestReply> {
    let outcomes = connector.outcomes(action);
    if name.text == "not_sent" && value.is_none() {
        return Some(TestReply::NotSent);
    }
    let Some(outcome) = outcomes.iter().find(|known| *known.name == *name.text) else {
        let names: Vec<Name> = outcomes.iter().map(|known| known.name.clone()).collect();
        let near = errors::nearest::nearest(&name.text, names.iter().map(|name| &**name));
        let place = cx.at(name.span);
        let title = &called.title;
        let finding = errors::names::unknown_outcome(place, &name.text, title, near, &names);
        cx.report(finding);
        return None;
    };
    let value = value.map(|value| {
        let target = Target::plain(format!("the value of `{}`", outcome.name));
        expr::expect(cx, value, &outcome.value, &target).id
    });
    Some(TestReply::Outcome {
        name: outcome.name.clone(),
        value,
    })
}
