//! What may fail in a rule: in its own text, and in the functions, tables and constants that it uses. What `catch`
//! takes care of is not among it.

use std::collections::HashSet;

use super::{ExplainLine, line};
use crate::ir::{Expr, ExprId, Once, Op, Program, Rule, Step, Take};
use crate::source::Place;
use crate::value::{Num, Value};

/// Adds a line for each expression that may have no value.
pub(super) fn lines(program: &Program, rule: &Rule, lines: &mut Vec<ExplainLine>) {
    let mut seen = HashSet::new();
    let mut open: Vec<ExprId> = Vec::new();
    let when = rule.when.iter().flat_map(|when| &when.terms);
    open.extend(when.map(|(term, _)| *term));
    if let Once::Per { key, .. } = &rule.once {
        open.push(*key);
    }
    open.extend(rule.ordered_by);
    open.extend(rule.debounce.and_then(|(_, per)| per));
    steps(&rule.body, &mut open);
    if let Some((_, handler)) = &rule.on_error {
        steps(handler, &mut open);
    }
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        let expr = program.exprs.get(id);
        let place = program.exprs.place(id);
        // What fails in the steps of a connector's action is said where the rule calls it.
        let is_ours = place.file.0 as usize >= program.catalog.sources.files.len();
        if let Some(text) = failure(program, expr)
            && is_ours
        {
            lines.push(line(rule, place, text));
        }
        match expr {
            Expr::Catch(_, otherwise) => open.push(*otherwise),
            Expr::Call { function, args } => {
                open.extend(args);
                let function = program.functions.get(function.0 as usize);
                open.extend(function.map(|function| function.body));
            }
            Expr::Lookup { table, key } => {
                open.push(*key);
                if let Some(table) = program.tables.get(table.0 as usize) {
                    open.extend(table.rows.iter().map(|(_, value)| *value));
                    open.extend(table.otherwise);
                }
            }
            other => open.extend(other.parts()),
        }
    }
}

fn failure(program: &Program, expr: &Expr) -> Option<String> {
    let text = match expr {
        Expr::Builtin { builtin, .. } if builtin.fails => format!("`{}` may fail", builtin.name),
        Expr::Cast { .. } => "the conversion may fail".to_owned(),
        Expr::JsonPath {
            take: Take::One, ..
        } => "fails unless there is exactly one".to_owned(),
        Expr::Fail(reason) => {
            let place: Place = program.exprs.place(*reason);
            let reason = place.span.text(&program.sources.get(place.file).text);
            format!("fails here: {reason}")
        }
        Expr::Lookup { table, .. } => {
            let table = program.tables.get(table.0 as usize)?;
            let records = table.records.as_ref()?;
            format!(
                "`{}` fails without a row for this `{}`",
                table.name, records.key
            )
        }
        Expr::Binary {
            op: Op::Div, right, ..
        } if may_be_zero(program.exprs.get(*right)) => "division by zero fails".to_owned(),
        _ => return None,
    };
    Some(text)
}

fn may_be_zero(divisor: &Expr) -> bool {
    match divisor {
        Expr::Const(Value::Int(number)) => *number == 0,
        Expr::Const(Value::Num(number)) => *number == Num::ZERO,
        _ => true,
    }
}

/// All expressions of steps.
fn steps(steps: &[Step], open: &mut Vec<ExprId>) {
    for step in steps {
        match step {
            Step::Let { value, .. } => open.push(*value),
            Step::Call(call) => {
                open.push(call.account);
                open.extend(call.args.iter().map(|arg| arg.value));
                open.extend(call.key);
                for handler in &call.handlers {
                    self::steps(&handler.body, open);
                }
            }
            Step::If {
                cond,
                then,
                otherwise,
            } => {
                open.push(*cond);
                self::steps(then, open);
                self::steps(otherwise, open);
            }
            Step::Match {
                subject,
                arms,
                otherwise,
            } => {
                open.push(*subject);
                for (_, body) in arms {
                    self::steps(body, open);
                }
                self::steps(otherwise, open);
            }
            Step::For {
                list, cond, body, ..
            } => {
                open.push(*list);
                open.extend(cond);
                self::steps(body, open);
            }
            Step::Composite(composite) => self::steps(&composite.steps, open),
            Step::Stop(reason, _) => open.extend(reason),
            Step::Fail(reason, _) => open.push(*reason),
        }
    }
}
