//! `ondo connectors list`: all systems, one line each.

use ondo_compiler::describe::System;

use super::Known;
use super::layout::Layout;

/// All systems.
pub(super) fn text(known: &Known) -> String {
    let mut layout = Layout::new();
    let names = known.systems.iter().map(|one| one.name.chars().count());
    let longest = names.max().unwrap_or_default();
    for system in &known.systems {
        let blanks = " ".repeat(longest - system.name.chars().count());
        let own = known.own.contains(&system.name);
        let counts = counts(system);
        let own = if own { " (of the bundle)" } else { "" };
        let caption = system.caption.as_deref().unwrap_or_default();
        let left = format!("{}{blanks}  {counts}", system.name);
        layout.row(0, &left, Some(format!("{caption}{own}").trim()));
    }
    layout.heading("more of one: ondo connectors show NAME");
    layout.line(0, "a field by its words: ondo connectors search WORDS");
    layout.finish()
}

/// `4 events, 12 actions`
fn counts(system: &System) -> String {
    let plural = |count: usize, word: &str| match count {
        1 => format!("1 {word}"),
        count => format!("{count} {word}s"),
    };
    format!(
        "{}, {}",
        plural(system.events.len(), "event"),
        plural(system.actions.len(), "action")
    )
}
