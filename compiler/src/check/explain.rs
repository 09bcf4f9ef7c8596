//! What a rule does without saying so: what holds it back, what repeating does, and all that may fail.

mod conditional;
mod failures;
mod gates;

use crate::catalog::Verdict;
use crate::ir::{Class, Program, Rule, Step};
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
        gates::lines(program, rule, &mut of_rule);
        for step in &rule.body {
            self::step(program, rule, step, &mut of_rule);
        }
        if let Some((_, steps)) = &rule.on_error {
            for step in steps {
                self::step(program, rule, step, &mut of_rule);
            }
        }
        failures::lines(program, rule, &mut of_rule);
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
            conditional::lines(program, rule, call, lines);
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
