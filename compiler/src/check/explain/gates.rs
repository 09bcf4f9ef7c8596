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
    for asked in program.polled_by(rule) {
        let also = match asked.event.accepts.is_empty() {
            true => "",
            false => ", and heard when it is sent",
        };
        let from = match asked.poll.start_waiting {
            true => "begins with what is waiting",
            false => "begins with what comes from then on",
        };
        let every = length(asked.every);
        say(format!(
            "{}.{} is asked for every {every} with {}{also}; {from}",
            asked.connector.name, asked.event.name, asked.poll.read.action
        ));
    }
    if let Some((silence, per)) = &rule.debounce {
        let per = per.map_or(String::new(), |per| format!(" for each `{}`", text(per)));
        let silence = length(*silence);
        let later = behind_debounce(rule);
        say(format!(
            "waits until nothing more has come for {silence}{per}; only the last event goes on{later}"
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

/// The order in which the gates are asked is not that of the text.
fn behind_debounce(rule: &Rule) -> String {
    let gates = [
        (rule.when.is_some(), "`when`"),
        (matches!(rule.once, Once::Per { .. }), "`once per`"),
        (rule.at_most.is_some(), "`at most`"),
        (rule.ordered_by.is_some(), "`ordered by`"),
    ];
    let later: Vec<&str> = gates
        .iter()
        .filter(|(is_there, _)| *is_there)
        .map(|(_, gate)| *gate)
        .collect();
    match later.is_empty() {
        true => String::new(),
        false => format!(", and only then is it asked for {}", later.join(", ")),
    }
}
