//! What holds a rule back, in the order in which it does.

use super::{ExplainLine, line};
use crate::eval;
use crate::ir::{ExprId, Misfire, Once, Program, Rule, Trigger};
use crate::value::Value;

/// Adds a line for each gate.
pub(super) fn lines(program: &Program, rule: &Rule, lines: &mut Vec<ExplainLine>) {
    let text = |id: ExprId| {
        let place = program.exprs.place(id);
        place.span.text(&program.sources.get(place.file).text)
    };
    let mut say = |said: String| lines.push(line(rule, rule.place, said));
    if let Some((silence, per)) = &rule.debounce {
        let per = per.map_or(String::new(), |per| format!(" for each `{}`", text(per)));
        let silence = length(*silence);
        say(format!(
            "waits until nothing more has come for {silence}{per}; only the last event goes on"
        ));
    }
    match &rule.once {
        Once::Per {
            key,
            within,
            implied,
        } => {
            let how_long = match within {
                Some(within) => format!("within {}", length(*within)),
                None => "for ever".to_owned(),
            };
            let why = if *implied {
                " (implied; `once per …` replaces it)"
            } else {
                ""
            };
            say(format!(
                "acts once for each `{}`, {how_long}{why}",
                text(*key)
            ));
        }
        Once::PerEvent if matches!(rule.trigger, Trigger::Event { .. }) => {
            say("acts for each event that comes".to_owned());
        }
        Once::PerEvent => {}
    }
    if let Some((count, per)) = &rule.at_most {
        let per = length(*per);
        say(format!(
            "at most {count} in {per}; what is more waits, in order"
        ));
    }
    if let Some(key) = rule.ordered_by {
        let key = text(key);
        say(format!(
            "events of one `{key}` are taken one after the other"
        ));
    }
    if let Some(valid) = rule.valid_for {
        let valid = length(valid);
        say(format!(
            "an event that is older than {valid} is not acted upon"
        ));
    }
    if !matches!(rule.trigger, Trigger::Event { .. }) {
        say(match rule.misfire {
            Misfire::Skip => "times that were missed are left out".to_owned(),
            Misfire::Once => "times that were missed are made up for by one run".to_owned(),
            Misfire::All => "each time that was missed is made up for".to_owned(),
        });
        say(if rule.overlap_queue {
            "waits for the run before it".to_owned()
        } else {
            "is left out while the run before it still goes on".to_owned()
        });
    }
}

fn length(length: jiff::SignedDuration) -> String {
    eval::display(&Value::Duration(length)).unwrap_or_default()
}
