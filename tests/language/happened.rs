//! Rules: carried out by the engine, over a store in memory and vendors in this process.

use std::sync::Arc;

use ondo::bundle::{Bundle, Ready};
use ondo::store::Version;
use ondo::testing::{self, Called, Ended, Happened};
use ondo_grammar::ast::{ItemKind, Trigger};
use serde_json::Value as Json;

use super::cases::{Case, Kind, Section};
use super::system;
use crate::support::root;

/// The cases that do not come out.
pub(super) fn complaints(section: &Section) -> Vec<String> {
    section
        .cases
        .iter()
        .filter_map(|case| complaint(section, case))
        .collect()
}

fn complaint(section: &Section, case: &Case) -> Option<String> {
    let Kind::Calls { expected, timed } = &case.kind else {
        return None;
    };
    let place = section.place(case.line);
    let (happened, rules) = match carry_out(section) {
        Ok(done) => done,
        Err(problem) => return Some(format!("{place}\n{problem}\n")),
    };
    let difference = difference(&happened, rules, *timed, expected)?;
    Some(format!("{place}\n{difference}"))
}

/// What happened, if it is not what a page says. `rules`: of the bundle; the only one is not named.
pub(crate) fn difference(
    happened: &Happened,
    rules: usize,
    timed: bool,
    expected: &str,
) -> Option<String> {
    let found = lines(happened, rules, timed);
    let same = expected_lines(expected);
    let fits = same.len() == found.len() && same.iter().zip(&found).all(|(a, b)| alike(a, b));
    (!fits).then(|| {
        format!(
            "  expected\n{}\n  found\n{}\n",
            indented(&same),
            indented(&found)
        )
    })
}

fn indented(lines: &[String]) -> String {
    lines.iter().map(|line| format!("    {line}\n")).collect()
}

/// What happened, and how many rules the bundle has.
fn carry_out(section: &Section) -> Result<(Happened, usize), String> {
    let folder = tempfile::tempdir().unwrap();
    let mut path = root().join("tests/language");
    for (at, event) in section.events.iter().enumerate() {
        let file = folder.path().join(format!("event-{}.json", at + 1));
        std::fs::write(file, event).unwrap();
        path = folder.path().to_owned();
    }
    let mut files = section.files.clone();
    let parsed = ondo_grammar::parse(&files[0].1).file;
    let has_test = parsed
        .items
        .iter()
        .any(|item| matches!(item.kind, ItemKind::Test(_)));
    if !has_test {
        files.insert(1, ("test.ondo".to_owned(), test(section)));
    }
    let compiled = system::compile(&files, &section.tables);
    let findings = system::findings(&compiled);
    let Some(program) = compiled.program.filter(|_| findings.is_empty()) else {
        return Err(findings);
    };
    let rules = program.rules.len();
    let bundle = Bundle {
        name: "case".to_owned(),
        path: path.to_str().unwrap().to_owned(),
        stem: "case".to_owned(),
        files: Vec::new(),
    };
    let ready = Ready {
        program: Arc::new(program),
        version: Version("case".to_owned()),
        stored: String::new(),
    };
    let mut report = testing::run(&bundle, &ready, None)?;
    let tested = report.tests.pop().ok_or("no test")?;
    assert!(report.tests.is_empty(), "one test for each section");
    if !tested.failures.is_empty() {
        return Err(format!("{:#?}", tested.failures));
    }
    Ok((tested.happened, rules))
}

/// A test that lets the section's events come in.
fn test(section: &Section) -> String {
    let text = &section.files[0].1;
    let parsed = ondo_grammar::parse(text).file;
    let trigger = parsed.items.iter().find_map(|item| match &item.kind {
        ItemKind::Rule(rule) => match &rule.trigger {
            Trigger::Event { path, args, .. } => Some((path, args)),
            _ => None,
        },
        _ => None,
    });
    let Some((path, args)) = trigger else {
        return "test \"time\" { after 1h }".to_owned();
    };
    let args: Vec<&str> = args.iter().map(|arg| arg.value.span.text(text)).collect();
    let args = match args.as_slice() {
        [] => String::new(),
        args => format!("({})", args.join(", ")),
    };
    let path = path.span.text(text);
    let given = (1..=section.events.len())
        .map(|at| format!("  given {path}{args} from \"event-{at}.json\"\n"));
    format!("test \"events\" {{\n{}}}\n", given.collect::<String>())
}

/// Each call and each end in a line.
fn lines(happened: &Happened, rules: usize, timed: bool) -> Vec<String> {
    let first = happened.calls.first().map(|call| call.at);
    let call = |call: &Called| {
        let since = first.map_or(0, |first| call.at.as_second() - first.as_second());
        let time = if timed {
            format!("+{since}s ")
        } else {
            String::new()
        };
        // What a request does not have reads as empty.
        let args = call
            .args
            .replace(",\"headers\":{}", "")
            .replace(",\"query\":{}", "");
        format!("{time}{} {args}", call.action)
    };
    let end = |ended: &Ended| {
        let rule = match rules {
            1 => String::new(),
            _ => format!(" {}", ended.rule),
        };
        let what = match ended.state {
            Some(state) => format!("run{rule} {state}"),
            None => format!("no run{rule}"),
        };
        match &ended.reason {
            Some(reason) => format!("{what}: {reason}"),
            None => what,
        }
    };
    let calls = happened.calls.iter().map(call);
    calls.chain(happened.ends.iter().map(end)).collect()
}

/// A line that is indented goes on with the one above.
fn expected_lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        match lines.last_mut() {
            Some(last) if line.starts_with(' ') => {
                last.push(' ');
                last.push_str(line.trim());
            }
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}

/// Calls are compared as JSON; a text in it and a reason may be cut short with `…`.
fn alike(expected: &str, found: &str) -> bool {
    let json = |line: &str| {
        let (action, args) = line.split_at(line.find('{')?);
        let args: Json = serde_json::from_str(args).ok()?;
        Some((action.trim().to_owned(), args))
    };
    match (json(expected), json(found)) {
        (Some((expected, wanted)), Some((found, args))) => {
            expected == found && alike_json(&wanted, &args)
        }
        _ => match expected.strip_suffix('…') {
            Some(begin) => found.starts_with(begin),
            None => expected == found,
        },
    }
}

fn alike_json(expected: &Json, found: &Json) -> bool {
    match (expected, found) {
        (Json::String(expected), Json::String(found)) => match expected.strip_suffix('…') {
            Some(begin) => found.starts_with(begin),
            None => expected == found,
        },
        (Json::Array(expected), Json::Array(found)) => {
            let pairs = || expected.iter().zip(found);
            expected.len() == found.len()
                && pairs().all(|(expected, found)| alike_json(expected, found))
        }
        (Json::Object(expected), Json::Object(found)) => {
            let same = |name: &String, value: &Json| {
                found
                    .get(name)
                    .is_some_and(|found| alike_json(value, found))
            };
            expected.len() == found.len() && expected.iter().all(|(name, value)| same(name, value))
        }
        (expected, found) => expected == found,
    }
}
