//! Steps and blocks, and what may follow a call.

use super::{Cx, alias, arms, expr, items, must, name, recover, types};
use crate::ast::{Block, Clause, ClauseKind, Expr, ExprKind, Span, Stmt, StmtArm, StmtKind};
use crate::cst::{Node, Rule};
use crate::{message, slips};

/// The block among the children, or their only step as a block of one.
pub(super) fn block_or_step(cx: &mut Cx<'_>, node: &Node<'_>) -> Block {
    for child in node.children() {
        if child.rule == Rule::block {
            return block(cx, child, false).0;
        }
        if is_step(child.rule) {
            let stmt = step(cx, child);
            return Block {
                span: stmt.span,
                stmts: vec![stmt],
            };
        }
    }
    Block {
        stmts: Vec::new(),
        span: node.span,
    }
}

/// `{ … }`. With `returns`, a final `return EXPR` is the block's value; elsewhere it is explained.
pub(super) fn block(cx: &mut Cx<'_>, node: &Node<'_>, returns: bool) -> (Block, Option<Expr>) {
    let mut stmts: Vec<Stmt> = Vec::new();
    let mut result = None;
    // Where a number such as `0,05` ends, of which the grammar sees two halves.
    let mut number_end = 0;
    for child in node.children() {
        match child.rule {
            Rule::bad_step if child.span.start < number_end => {}
            Rule::bad_step => {
                let span = recover::trimmed(cx.text, cx.scan, child.span);
                let error = recover::explain(cx.text, cx.scan, span, Rule::only_step);
                // Behind a brace that is missing, `on error` stands where it should.
                if !(error.code == "error-outcome" && node.has(Rule::unclosed)) {
                    cx.errors.push(error);
                }
                stmts.push(Stmt {
                    span,
                    kind: StmtKind::Error,
                });
            }
            Rule::stray_sign => {
                if let Some(error) = slips::decimal_comma(cx.text, child.span) {
                    number_end = error.span.end;
                    cx.errors.push(error);
                } else if !matches!(
                    stmts.last(),
                    Some(Stmt {
                        kind: StmtKind::Error,
                        ..
                    })
                ) {
                    cx.errors
                        .push(message::stray(child.span, child.text, "a step"));
                }
            }
            Rule::step_return if returns => {
                if let Some(value) = child
                    .children()
                    .iter()
                    .find(|part| expr::is_expr(part.rule))
                {
                    result = Some(expr::expr(cx, value));
                }
            }
            Rule::unclosed => {}
            _ => stmts.push(step(cx, child)),
        }
    }
    items::unclosed(cx, node);
    let mut span = node.span;
    if node.has(Rule::unclosed) {
        span = recover::trimmed(cx.text, cx.scan, span);
    }
    (Block { stmts, span }, result)
}

fn is_step(kind: Rule) -> bool {
    matches!(
        kind,
        Rule::step_let
            | Rule::step_if
            | Rule::step_match
            | Rule::step_for
            | Rule::step_stop
            | Rule::step_return
            | Rule::step_fail
            | Rule::step_call
            | Rule::slip_var
            | Rule::slip_assign
    )
}

fn step(cx: &mut Cx<'_>, node: &Node<'_>) -> Stmt {
    let span = node.span;
    let kind = match node.rule {
        Rule::step_let | Rule::slip_var | Rule::slip_assign => binding(cx, node),
        Rule::step_call => call(cx, node),
        Rule::step_if => return if_step(cx, node, 0),
        Rule::step_match => StmtKind::Match {
            subject: condition(cx, node),
            arms: step_arms(cx, node),
        },
        Rule::step_for => for_step(cx, node),
        Rule::step_stop => {
            let reason = node
                .children()
                .iter()
                .find(|child| expr::is_expr(child.rule));
            StmtKind::Stop(reason.map(|reason| expr::expr(cx, reason)))
        }
        Rule::step_fail => StmtKind::Fail(expr::first(cx, node)),
        Rule::step_return => {
            cx.errors
                .push(message::return_step(must(node, Rule::kw_return).span));
            StmtKind::Error
        }
        _ => StmtKind::Error,
    };
    Stmt { span, kind }
}

/// `let x = …`, and `x = …`, `var x = …`, `let x := …` of other languages.
fn binding(cx: &mut Cx<'_>, node: &Node<'_>) -> StmtKind {
    let bound = name(must(node, Rule::name));
    match node.rule {
        Rule::slip_assign => cx.errors.push(message::assignment(bound.span, &bound.text)),
        Rule::slip_var => cx.errors.push(message::var_word(
            must(node, Rule::slip_var_word).span,
            &bound.text,
        )),
        _ => {
            if let Some(slip) = node.get(Rule::slip_walrus) {
                cx.errors.push(message::walrus(slip.span, &bound.text));
            }
        }
    }
    let ty = types::first(cx, node);
    let value = expr::first(cx, node);
    StmtKind::Let {
        name: bound,
        ty,
        value,
        clauses: clauses(cx, node),
    }
}

fn call(cx: &mut Cx<'_>, node: &Node<'_>) -> StmtKind {
    let call = expr::first(cx, node);
    if !matches!(call.kind, ExprKind::Call { .. } | ExprKind::Error) {
        let found = call.span.text(cx.text);
        cx.errors.push(
            slips::foreign(call.span, found)
                .unwrap_or_else(|| message::value_as_step(call.span, found)),
        );
        return StmtKind::Error;
    }
    StmtKind::Call {
        call,
        clauses: clauses(cx, node),
    }
}

/// The branches are flat in the text; in the tree each `else if` is a block of one.
fn if_step(cx: &mut Cx<'_>, node: &Node<'_>, skipped: usize) -> Stmt {
    let branches: Vec<&Node<'_>> = node.all(Rule::else_if).collect();
    let here = match skipped {
        0 => node,
        _ => branches.get(skipped - 1).copied().unwrap_or(node),
    };
    let cond = condition(cx, here);
    let then = here
        .get(Rule::block)
        .map(|then| block(cx, then, false).0)
        .unwrap_or_default();
    let otherwise = match branches.get(skipped) {
        Some(next) => {
            if let Some(slip) = next.get(Rule::slip_elif) {
                cx.errors.push(message::elif(slip.span, slip.text));
            }
            let stmt = if_step(cx, node, skipped + 1);
            Some(Block {
                span: stmt.span,
                stmts: vec![stmt],
            })
        }
        None => last_else(cx, node),
    };
    let start = match here.rule {
        // `else if`: the step begins at its `if`.
        Rule::else_if => here.get(Rule::kw_if).unwrap_or(here).span.start,
        _ => here.span.start,
    };
    Stmt {
        span: Span {
            start,
            end: node.span.end,
        },
        kind: StmtKind::If {
            cond,
            then,
            otherwise,
        },
    }
}

/// The block behind the last `else`: the second block of the step itself.
fn last_else(cx: &mut Cx<'_>, node: &Node<'_>) -> Option<Block> {
    let last = node.all(Rule::block).nth(1)?;
    Some(block(cx, last, false).0)
}

/// The condition of `if`, the subject of `match`.
fn condition(cx: &mut Cx<'_>, node: &Node<'_>) -> Expr {
    match node.get(Rule::bad_condition) {
        Some(bad) => expr::broken(cx, bad),
        None => expr::first(cx, node),
    }
}

fn step_arms(cx: &mut Cx<'_>, node: &Node<'_>) -> Vec<StmtArm> {
    let mut found = Vec::new();
    for child in node.children() {
        match child.rule {
            Rule::step_arm => {
                let patterns = arms::patterns(cx, child);
                let body = block_or_step(cx, child);
                found.push(StmtArm {
                    span: Span {
                        start: child.span.start,
                        end: body.span.end,
                    },
                    patterns,
                    body,
                });
            }
            Rule::bad_arm => cx.broken(child, Rule::only_step_arm),
            _ => {}
        }
    }
    found
}

fn for_step(cx: &mut Cx<'_>, node: &Node<'_>) -> StmtKind {
    let head = node.get(Rule::slip_for).unwrap_or(node);
    let list = expr::first(cx, head);
    let var = name(must(head, Rule::name));
    if head.rule == Rule::slip_for {
        cx.errors.push(message::for_parentheses(
            head.span,
            &var.text,
            list.span.text(cx.text),
        ));
    }
    let cond = node.get(Rule::for_if).map(|cond| expr::first(cx, cond));
    let parallel = node
        .get(Rule::for_parallel)
        .map(|count| expr::first(cx, count));
    StmtKind::For {
        var,
        list,
        cond,
        parallel,
        body: block_or_step(cx, node),
    }
}

fn clauses(cx: &mut Cx<'_>, node: &Node<'_>) -> Vec<Clause> {
    let mut clauses = Vec::new();
    for child in node.children() {
        let kind = match child.rule {
            Rule::clause_timeout => ClauseKind::Timeout(expr::first(cx, child)),
            Rule::clause_never => ClauseKind::RetryNever,
            Rule::clause_retry | Rule::clause_backoff => retry(cx, child),
            Rule::clause_key => ClauseKind::Key(expr::first(cx, child)),
            Rule::clause_on => ClauseKind::OnOutcome {
                outcome: name(must(child, Rule::name)),
                alias: alias(child),
                block: block_or_step(cx, child),
            },
            _ => continue,
        };
        clauses.push(Clause {
            span: child.span,
            kind,
        });
    }
    clauses
}

fn retry(cx: &mut Cx<'_>, node: &Node<'_>) -> ClauseKind {
    let count = node.get(Rule::operand).map(|count| expr::expr(cx, count));
    if let (Some(slip), Some(count)) = (node.get(Rule::slip_times), &count) {
        let number = count.span.text(cx.text);
        cx.errors
            .push(message::retry_times(slip.span, slip.text, number));
    }
    let pauses = node
        .get(Rule::backoff)
        .map(|backoff| expr::all(cx, backoff))
        .unwrap_or_default();
    let backoff = <[Expr; 2]>::try_from(pauses)
        .ok()
        .map(|[least, most]| (least, most));
    let when = node
        .get(Rule::retry_when)
        .map(|when| when.all(Rule::name).map(name).collect())
        .unwrap_or_default();
    ClauseKind::Retry {
        count,
        backoff,
        when,
    }
}
