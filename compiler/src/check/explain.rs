//! What a rule does without saying so: what holds it back, what repeating does, and all that may fail.

mod conditional;
mod failures;
mod gates;

use crate::catalog::{Action, Verdict};
use crate::ir::{Call, Composite, Program, Rule, Step};
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
        steps(program, rule, &rule.body, &mut of_rule);
        if let Some((_, handler)) = &rule.on_error {
            steps(program, rule, handler, &mut of_rule);
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

fn steps(program: &Program, rule: &Rule, steps: &[Step], lines: &mut Vec<ExplainLine>) {
    for step in steps {
        self::step(program, rule, step, lines);
    }
}

fn step(program: &Program, rule: &Rule, step: &Step, lines: &mut Vec<ExplainLine>) {
    match step {
        Step::Call(call) => {
            let repeats = crate::describe::repeats(call.class);
            let text = format!("{}.{}: {repeats}", call.connector, call.action);
            lines.push(line(rule, call.place, text));
            let connector = program.catalog.connectors.get(&call.connector);
            let action = connector.and_then(|c| c.actions.get(&call.action).map(|a| (c, a)));
            if let Some((connector, action)) = action {
                lines.extend(job(rule, call, action));
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
                steps(program, rule, &handler.body, lines);
            }
        }
        Step::If {
            then, otherwise, ..
        } => {
            steps(program, rule, then, lines);
            steps(program, rule, otherwise, lines);
        }
        Step::Match {
            arms, otherwise, ..
        } => {
            for body in arms.iter().map(|(_, body)| body).chain([otherwise]) {
                steps(program, rule, body, lines);
            }
        }
        Step::For { body, .. } => steps(program, rule, body, lines),
        Step::Composite(composite) => made_of_steps(program, rule, composite, lines),
        Step::Fail(_, place) => lines.push(line(rule, *place, "ends the run as failed")),
        Step::Let { .. } | Step::Stop(..) => {}
    }
}

/// How long the result of what was accepted is waited for.
fn job(rule: &Rule, call: &Call, action: &Action) -> Option<ExplainLine> {
    let job = action.job.as_ref()?;
    let ask = job.ask.as_ref()?;
    let often = job
        .every
        .map_or(String::new(), |every| format!(" every {every:#}"));
    let long = job.give_up.map_or(String::new(), |limit| {
        format!("; in doubt when it is not there after {limit:#}")
    });
    let text = format!("its result is asked for with `{}`{often}{long}", ask.action);
    Some(line(rule, call.place, text))
}

/// What an action made of steps does, told where the rule calls it.
fn made_of_steps(
    program: &Program,
    rule: &Rule,
    composite: &Composite,
    lines: &mut Vec<ExplainLine>,
) {
    let mut inner = Vec::new();
    steps(program, rule, &composite.steps, &mut inner);
    let title = format!("{}.{}", composite.connector, composite.action);
    let text = format!("{title}: made of the calls below, each with its own repetitions");
    lines.push(line(rule, composite.place, text));
    for found in inner {
        // Blocks behind the call stand in the rule itself.
        let here = found.place.file == composite.place.file;
        let place = if here { found.place } else { composite.place };
        let text = if here {
            found.text
        } else {
            format!("- {}", found.text)
        };
        lines.push(line(rule, place, text));
    }
}
