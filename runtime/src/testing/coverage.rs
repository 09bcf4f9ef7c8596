//! What no test came to: rules that never ran, and calls, `stop`s and `fail`s in branches that nobody took.

use ondo_compiler::ir::{Program, Step};
use ondo_compiler::source::Place;

use super::{NotReached, shown, text};

/// Longest text of a step that is shown.
const STEP_LENGTH_MAX: usize = 60;

/// Everything that is not among `reached`, in the order of the text. Of a rule that never ran, only the rule.
pub(super) fn not_reached(program: &Program, reached: &[Place]) -> Vec<NotReached> {
    let mut missing = Vec::new();
    for rule in &program.rules {
        let mut steps = Vec::new();
        collect(&rule.body, &mut steps);
        if let Some((_, handler)) = &rule.on_error {
            collect(handler, &mut steps);
        }
        let missed: Vec<Place> = steps
            .iter()
            .filter(|place| !reached.contains(place))
            .copied()
            .collect();
        if !missed.is_empty() && missed.len() == steps.len() {
            missing.push(NotReached {
                place: shown(program, rule.place),
                rule: rule.name.to_string(),
                step: None,
            });
            continue;
        }
        missing.extend(missed.into_iter().map(|place| NotReached {
            place: shown(program, place),
            rule: rule.name.to_string(),
            step: Some(step(program, place)),
        }));
    }
    missing
}

/// `crm.editOrder`, `stop "no phone"`
fn step(program: &Program, place: Place) -> String {
    let text = text(program, place);
    let is_call = !text.starts_with("stop") && !text.starts_with("fail");
    let shown = match text.split_once('(') {
        Some((callee, _)) if is_call => callee,
        _ => &text,
    };
    shown.chars().take(STEP_LENGTH_MAX).collect()
}

fn collect(steps: &[Step], places: &mut Vec<Place>) {
    for step in steps {
        match step {
            Step::Let { .. } => {}
            Step::Call(call) => {
                places.push(call.place);
                for handler in &call.handlers {
                    collect(&handler.body, places);
                }
            }
            Step::If {
                then, otherwise, ..
            } => {
                collect(then, places);
                collect(otherwise, places);
            }
            Step::Match {
                arms, otherwise, ..
            } => {
                for (_, arm) in arms {
                    collect(arm, places);
                }
                collect(otherwise, places);
            }
            Step::Composite(composite) => {
                places.push(composite.place);
                // Its steps are the connector's business; the blocks behind the call are the rule's.
                let mut inner = Vec::new();
                collect(&composite.steps, &mut inner);
                inner.retain(|place| place.file == composite.place.file);
                inner.sort_unstable();
                inner.dedup();
                places.append(&mut inner);
            }
            Step::For { body, .. } => collect(body, places),
            Step::Stop(_, place) | Step::Fail(_, place) => places.push(*place),
        }
    }
}
