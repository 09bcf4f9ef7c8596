//! What a rule does without saying so: the `once` it was given, and all that may fail.

use crate::catalog::Verdict;
use crate::ir::{Class, Expr, ExprId, Once, Program, Rule, Step};
use crate::source::Place;

/// One thing worth knowing of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainLine {
    /// Which rule.
    pub rule: String,
    /// Where.
    pub place: Place,
    /// In words, lower case, without a final period.
    pub text: String,
}

/// What the rules of a program do without saying so, in the order of the text.
pub fn explain(program: &Program) -> Vec<ExplainLine> {
    let mut lines = Vec::new();
    for rule in &program.rules {
        let mut of_rule = Vec::new();
        once(program, rule, &mut of_rule);
        debounce(rule, &mut of_rule);
        for step in &rule.body {
            self::step(program, rule, step, &mut of_rule);
        }
        if let Some((_, steps)) = &rule.on_error {
            for step in steps {
                self::step(program, rule, step, &mut of_rule);
            }
        }
        failures(program, rule, &mut of_rule);
        of_rule.sort_by_key(|line| line.place);
        of_rule.dedup();
        lines.append(&mut of_rule);
    }
    lines
}

fn line(rule: &Rule, place: Place, text: impl Into<String>) -> ExplainLine {
    ExplainLine {
        rule: rule.name.to_string(),
        place,
        text: text.into(),
    }
}

fn once(program: &Program, rule: &Rule, lines: &mut Vec<ExplainLine>) {
    if let Once::Per {
        key, implied: true, ..
    } = &rule.once
    {
        let key = program.exprs.place(*key);
        let key = key.span.text(&program.sources.get(key.file).text);
        let text =
            format!("acts once for each `{key}`, for ever (implied; `once per …` replaces it)");
        lines.push(line(rule, rule.place, text));
    }
}

/// The order in which the gates are asked is not that of the text.
fn debounce(rule: &Rule, lines: &mut Vec<ExplainLine>) {
    let Some((silence, _)) = rule.debounce else {
        return;
    };
    let mut later = Vec::new();
    if rule.when.is_some() {
        later.push("`when`");
    }
    if matches!(rule.once, Once::Per { .. }) {
        later.push("`once per`");
    }
    if rule.at_most.is_some() {
        later.push("`at most`");
    }
    if rule.ordered_by.is_some() {
        later.push("`ordered by`");
    }
    let mut text = format!("waits until {silence:#} pass without another event");
    if !later.is_empty() {
        text.push_str(&format!(
            "; only then, of the last one: {}",
            later.join(", ")
        ));
    }
    lines.push(line(rule, rule.place, text));
}

fn step(program: &Program, rule: &Rule, step: &Step, lines: &mut Vec<ExplainLine>) {
    match step {
        Step::Call(call) => {
            let repeats = match call.class {
                Class::Read => "a read; repeated freely",
                Class::Harmless => "may happen twice, which does no harm",
                Class::Idempotent => "repeated until it is done; twice is the same as once",
                Class::Keyed => "repeated with the same key; the vendor does it once",
                Class::UnsafeReadback => {
                    "never repeated blindly; in doubt when nobody knows, until a person decides"
                }
                Class::Unsafe => {
                    "never repeated; in doubt when nobody knows, until a person decides"
                }
            };
            let text = format!("{}.{}: {repeats}", call.connector, call.action);
            lines.push(line(rule, call.place, text));
            let connector = program.catalog.connectors.get(&call.connector);
            let action = connector.and_then(|c| c.actions.get(&call.action).map(|a| (c, a)));
            if let Some((connector, action)) = action {
                let unhandled: Vec<String> = connector
                    .outcomes(action)
                    .into_iter()
                    .filter(|outcome| outcome.verdict == Verdict::Refused)
                    // Rate limits are waited for.
                    .filter(|outcome| *outcome.name != *"rate_limited")
                    .filter(|outcome| call.handlers.iter().all(|h| h.outcome != outcome.name))
                    .map(|outcome| outcome.name.to_string())
                    .collect();
                if !unhandled.is_empty() {
                    let text = format!("{} ends the run", unhandled.join(", "));
                    lines.push(line(rule, call.place, text));
                }
            }
            for handler in &call.handlers {
                for inner in &handler.body {
                    self::step(program, rule, inner, lines);
                }
            }
        }
        Step::If {
            then, otherwise, ..
        } => {
            for inner in then.iter().chain(otherwise) {
                self::step(program, rule, inner, lines);
            }
        }
        Step::Match {
            arms, otherwise, ..
        } => {
            let bodies = arms.iter().map(|(_, body)| body).chain([otherwise]);
            for inner in bodies.flatten() {
                self::step(program, rule, inner, lines);
            }
        }
        Step::For { body, .. } => {
            for inner in body {
                self::step(program, rule, inner, lines);
            }
        }
        Step::Fail(_, place) => lines.push(line(rule, *place, "ends the run as failed")),
        Step::Let { .. } | Step::Stop(..) => {}
    }
}

/// Expressions that can have no value, within the text of the rule.
fn failures(program: &Program, rule: &Rule, lines: &mut Vec<ExplainLine>) {
    for (at, expr) in program.exprs.nodes.iter().enumerate() {
        let id = ExprId(at as u32);
        let place = program.exprs.place(id);
        if !within(program, rule, place) {
            continue;
        }
        let text = match expr {
            Expr::Builtin { builtin, .. } if builtin.fails => {
                format!("`{}` may fail", builtin.name)
            }
            Expr::Cast { .. } => "the conversion may fail".to_owned(),
            Expr::JsonPath {
                take: crate::ir::Take::One,
                ..
            } => "fails unless there is exactly one".to_owned(),
            Expr::Fail(_) => "fails here".to_owned(),
            Expr::Lookup { table, .. } => {
                let table = &program.tables[table.0 as usize];
                let Some(records) = &table.records else {
                    continue;
                };
                format!(
                    "`{}` fails without a row for this `{}`",
                    table.name, records.key
                )
            }
            Expr::Binary {
                op: crate::ir::Op::Div,
                ..
            } => "division by zero fails".to_owned(),
            _ => continue,
        };
        lines.push(line(rule, place, text));
    }
}

/// From a rule's trigger to the next one's.
fn within(program: &Program, rule: &Rule, place: Place) -> bool {
    if place.file != rule.place.file || place.span.start < rule.place.span.start {
        return false;
    }
    let next = program
        .rules
        .iter()
        .filter(|other| other.place.file == rule.place.file)
        .map(|other| other.place.span.start)
        .filter(|start| *start > rule.place.span.start)
        .min();
    next.is_none_or(|next| place.span.start < next)
}
