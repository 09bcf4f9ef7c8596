//! `test "…" { … }` and its lines.

use super::{Cx, expr, items, must, name, path, recover, str};
use crate::ast::{Occurs, Reply, ReplyKind, Test, TestStep, TestStepKind};
use crate::cst::{Node, Rule};
use crate::message;

/// A whole test.
pub(super) fn test(cx: &mut Cx<'_>, node: &Node<'_>) -> Test {
    let mut steps: Vec<TestStep> = Vec::new();
    for child in node.children() {
        match child.rule {
            Rule::test_step => {
                let kind = child
                    .children()
                    .first()
                    .and_then(|line| line_kind(cx, line))
                    .unwrap_or(TestStepKind::Error);
                steps.push(TestStep {
                    span: child.span,
                    kind,
                });
            }
            Rule::bad_test_step => {
                let span = recover::trimmed(cx.text, cx.scan, child.span);
                let error = recover::explain(cx.text, cx.scan, span, Rule::only_test);
                cx.errors.push(error);
                steps.push(TestStep {
                    span,
                    kind: TestStepKind::Error,
                });
            }
            Rule::stray_sign => {
                cx.errors
                    .push(message::stray(child.span, child.text, "a line of a test"))
            }
            _ => {}
        }
    }
    items::unclosed(cx, node);
    Test {
        name: str(cx, must(node, Rule::plain)),
        steps,
    }
}

fn line_kind(cx: &mut Cx<'_>, node: &Node<'_>) -> Option<TestStepKind> {
    let target = node.get(Rule::path).map(path);
    let args = node
        .get(Rule::call)
        .map(|call| expr::args(cx, call))
        .unwrap_or_default();
    Some(match node.rule {
        Rule::test_at => TestStepKind::At(str(cx, must(node, Rule::plain))),
        Rule::test_after => TestStepKind::After(expr::first(cx, node)),
        Rule::test_given => TestStepKind::Given {
            event: target?,
            args,
            from: node.get(Rule::plain).map(|from| str(cx, from)),
            with: node.get(Rule::given_with).map(|with| expr::first(cx, with)),
        },
        Rule::test_reply => {
            let replies = node.all(Rule::reply).map(|node| reply(cx, node)).collect();
            TestStepKind::Reply {
                action: target?,
                replies,
            }
        }
        Rule::test_no => TestStepKind::ExpectNo(target?),
        Rule::test_run => TestStepKind::ExpectRun(name(must(node, Rule::name))),
        Rule::test_call => TestStepKind::ExpectCall {
            action: target?,
            args,
            occurs: occurs(cx, node),
        },
        _ => TestStepKind::Error,
    })
}

fn occurs(cx: &mut Cx<'_>, node: &Node<'_>) -> Occurs {
    let Some(kind) = node
        .get(Rule::occurs)
        .and_then(|occurs| occurs.children().first())
    else {
        return Occurs::Any;
    };
    match kind.rule {
        Rule::in_order => Occurs::InOrder,
        Rule::kw_once => Occurs::Once,
        _ => Occurs::Times(expr::first(cx, kind)),
    }
}

fn reply(cx: &mut Cx<'_>, node: &Node<'_>) -> Reply {
    let span = node.span;
    let Some(found) = node.children().first() else {
        return Reply {
            span,
            kind: ReplyKind::Timeout,
        };
    };
    let mut values = expr::all(cx, found).into_iter();
    let kind = match found.rule {
        Rule::kw_applied => ReplyKind::Applied,
        Rule::kw_reset => ReplyKind::Reset,
        Rule::reply_outcome => ReplyKind::Outcome {
            name: name(must(found, Rule::name)),
            value: values.next(),
        },
        Rule::reply_status => {
            let code = match found.get(Rule::int) {
                Some(code) => expr::expr(cx, code),
                None => values.next().unwrap_or_else(|| cx.error_expr(span)),
            };
            ReplyKind::Status {
                code,
                body: values.next(),
            }
        }
        _ => ReplyKind::Timeout,
    };
    Reply { span, kind }
}
