//! Examples that are carried out: on the engine of `ondo test`, with vendors that are played from their definitions.

use ondo::testing::{self, Report};
use ondo_grammar::ast::{Item, ItemKind, Rule, Trigger};

use super::example::{Compiled, Example};
use super::reported;
use crate::language::happened;

/// A good example with the blocks behind it.
pub(super) struct Shown {
    pub(super) example: Example,
    /// What comes in: the source if it is not that of the first rule, and the fields.
    events: Vec<(Option<String>, String)>,
    /// What happens, and whether with the times.
    calls: Option<(String, bool)>,
}

/// The good examples of a page.
pub(super) fn shown(blocks: Vec<Example>) -> Vec<Shown> {
    let mut shown: Vec<Shown> = Vec::new();
    // Blocks behind a wrong example would belong to none.
    let mut is_good = false;
    for block in blocks {
        match block.language.as_str() {
            "ondo" => {
                is_good = block.marked("good");
                if is_good {
                    shown.push(Shown {
                        example: block,
                        events: Vec::new(),
                        calls: None,
                    });
                }
            }
            "event" | "calls" => {
                let last = shown.last_mut().filter(|_| is_good);
                let last = last.unwrap_or_else(|| panic!("line {}: of no example", block.line));
                let is_timed = block.marked("timed");
                match block.language.as_str() {
                    "event" => last
                        .events
                        .push((block.marks.into_iter().next(), block.text)),
                    _ => last.calls = Some((block.text, is_timed)),
                }
            }
            _ => {}
        }
    }
    shown
}

impl Shown {
    /// What does not come out as the page says.
    pub(super) fn complaints(&self) -> Vec<String> {
        let items = items(&self.example);
        let has_test = items
            .iter()
            .any(|item| matches!(item.kind, ItemKind::Test(_)));
        let rules: Vec<&Rule> = items.iter().filter_map(rule).collect();
        let behind = if has_test {
            String::new()
        } else {
            self.test(&rules)
        };
        let compiled = self.example.compile(&behind);
        let report = match played(&compiled) {
            Ok(report) => report,
            Err(problem) => return vec![problem],
        };
        let mut complaints: Vec<String> = failures(&report);
        if has_test {
            let idle = report.not_reached.iter().filter(|one| one.step.is_none());
            complaints.extend(idle.map(|one| format!("no test comes to rule `{}`", one.rule)));
        } else {
            complaints.extend(self.ends(&report));
        }
        complaints.extend(self.other_calls(&report, rules.len()));
        complaints
    }

    /// A test that lets the events of the page come in, or one of each kind that the rules wait for.
    fn test(&self, rules: &[&Rule]) -> String {
        let files = self.example.files().into_iter();
        let mut own = files.filter(|(path, _)| path == "rules.ondo");
        let text = own.next().map(|(_, text)| text).unwrap_or_default();
        let sources = rules.iter().filter_map(|rule| match &rule.trigger {
            Trigger::Event { path, args, .. } => {
                let args: Vec<&str> = args.iter().map(|arg| arg.value.span.text(&text)).collect();
                let args = match args.as_slice() {
                    [] => String::new(),
                    args => format!("({})", args.join(", ")),
                };
                Some(format!("{}{args}", path.span.text(&text)))
            }
            _ => None,
        });
        let mut sources: Vec<String> = sources.collect();
        sources.dedup();
        let mut lines: Vec<String> = match self.events.as_slice() {
            [] => sources
                .iter()
                .map(|source| format!("given {source}"))
                .collect(),
            events => events
                .iter()
                .map(|(source, fields)| {
                    let source = source.as_ref().or(sources.first());
                    let source = source.unwrap_or_else(|| panic!("no rule waits for {fields}"));
                    format!("given {source} with {}", fields.trim())
                })
                .collect(),
        };
        let is_timed = |of: fn(&Trigger) -> bool| rules.iter().any(|rule| of(&rule.trigger));
        if is_timed(|trigger| matches!(trigger, Trigger::Cron { .. })) {
            lines.push("after 24h".to_owned());
        } else if is_timed(|trigger| matches!(trigger, Trigger::Every(_))) {
            lines.push("after 1h".to_owned());
        }
        format!("\ntest \"events\" {{\n{}\n}}\n", lines.join("\n"))
    }

    /// Rules that did not act, and runs that did not end well.
    fn ends(&self, report: &Report) -> Vec<String> {
        let mut complaints = Vec::new();
        let rules = report.tests.iter().flat_map(|test| &test.happened.ends);
        let ends: Vec<&testing::Ended> = rules.collect();
        for end in &ends {
            let acted = |other: &&testing::Ended| other.rule == end.rule && other.state.is_some();
            if !ends.iter().copied().any(|other| acted(&other)) {
                complaints.push(format!("rule `{}` did not act: {:?}", end.rule, end.reason));
            }
            let is_bad = matches!(end.state, Some("failed" | "dead" | "in_doubt"));
            if is_bad && !self.example.marked("fails") {
                complaints.push(format!(
                    "rule `{}` {:?}: {:?}",
                    end.rule, end.state, end.reason
                ));
            }
        }
        let failed = |end: &&testing::Ended| matches!(end.state, Some("failed" | "dead"));
        if self.example.marked("fails") && !ends.iter().copied().any(|end| failed(&end)) {
            complaints.push("nothing failed".to_owned());
        }
        complaints
    }

    /// What happened, if the page says something else.
    fn other_calls(&self, report: &Report, rules: usize) -> Option<String> {
        let (expected, is_timed) = self.calls.as_ref()?;
        let found = report.tests.first()?;
        happened::difference(&found.happened, rules, *is_timed, expected)
    }
}

/// The declarations of its own files.
fn items(example: &Example) -> Vec<Item> {
    let files = example.files().into_iter();
    let own = files.filter(|(path, _)| path.ends_with(".ondo") && !path.contains('/'));
    own.flat_map(|(_, text)| ondo_grammar::parse(&text).file.items)
        .collect()
}

fn rule(item: &Item) -> Option<&Rule> {
    match &item.kind {
        ItemKind::Rule(rule) => Some(rule),
        _ => None,
    }
}

fn played(compiled: &Compiled) -> Result<Report, String> {
    let ready = compiled.checked.ready.as_ref();
    let ready = ready.ok_or_else(|| reported(&compiled.checked))?;
    testing::run(&compiled.bundle, ready, None)
}

fn failures(report: &Report) -> Vec<String> {
    let tests = report.tests.iter();
    tests
        .flat_map(|test| {
            let failures = test.failures.iter();
            failures.map(|failure| {
                let found = failure.found.join("\n    ");
                format!("{}: {}\n    {found}", test.name, failure.expected)
            })
        })
        .collect()
}
