//! The conformance corpus: what the language means, case by case, in the pages under `tests/language/`.
//!
//! Each page is read by people and run here: expressions with their value and type, rules with an event and the exact
//! calls that the engine makes of it, mistakes with what is said of them. `tests/language/README.md` describes the form.
//! Nothing here writes an expectation: what a case expects was thought of before it was run.

mod cases;
pub(crate) mod happened;
pub(crate) mod labels;
mod system;
pub(crate) mod tree;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use ondo_compiler::builtins;

use crate::support::root;
use cases::{Case, Kind, Section};

/// Fewer cases than this, and pages are missing.
const CASES_MIN: usize = 1300;

/// What can be written and has no sound case: it stands in connectors only, or is a mistake that
/// is read to be explained.
const WITHOUT_A_CASE: &[&str] = &["item connector", "item definition", "pattern name"];

/// A block of expressions on another page: its rules, and what does not come out.
pub(crate) fn values_elsewhere(place: &str, line: usize, block: &str) -> (String, Vec<String>) {
    let section = cases::of_values(place, line, block);
    (section.bundle_of_values(), values::complaints(&section))
}

/// Every page with its sections.
fn pages() -> Vec<(String, Vec<Section>)> {
    let folder = root().join("tests/language");
    let paths = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut pages: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .filter(|path| !path.ends_with("README.md"))
        .collect();
    pages.sort();
    pages
        .into_iter()
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            let sections = cases::read(&name, &text);
            (name, sections)
        })
        .collect()
}

#[test]
fn every_case_comes_out_as_it_says() {
    let pages = pages();
    let complaints: Vec<String> = std::thread::scope(|scope| {
        let half = pages.len().div_ceil(2);
        let halves: Vec<_> = pages
            .chunks(half.max(1))
            .map(|pages| scope.spawn(move || pages.iter().flat_map(complaints).collect::<Vec<_>>()))
            .collect();
        halves
            .into_iter()
            .flat_map(|half| half.join().unwrap())
            .collect()
    });
    assert!(
        complaints.is_empty(),
        "{} cases do not come out:\n\n{}",
        complaints.len(),
        complaints.join("\n")
    );
}

fn complaints((_, sections): &(String, Vec<Section>)) -> Vec<String> {
    // One page while it is written: `LANGUAGE_PAGE=numbers cargo test language`.
    let wanted = std::env::var("LANGUAGE_PAGE").unwrap_or_default();
    let wanted = |section: &&Section| section.page.contains(&wanted);
    sections
        .iter()
        .filter(wanted)
        .flat_map(|section| {
            let mut found = values::complaints(section);
            found.extend(happened::complaints(section));
            found.extend(system::complaints(section));
            found
        })
        .collect()
}

#[test]
fn there_are_cases_of_every_kind() {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, sections) in pages() {
        let cases = sections.iter().flat_map(|section| &section.cases);
        let cases: Vec<&Case> = cases.collect();
        assert!(!cases.is_empty(), "{name} has no case");
        for case in cases {
            let kind = match case.kind {
                Kind::Value { .. } => "values",
                Kind::Calls { .. } => "calls",
                Kind::Findings { .. } => "findings",
            };
            *counts.entry(kind).or_default() += 1;
        }
    }
    let all: usize = counts.values().sum();
    println!("{all} cases: {counts:?}");
    assert!(all >= CASES_MIN, "only {all} cases: {counts:?}");
    for kind in ["values", "calls", "findings"] {
        assert!(
            counts.get(kind).is_some_and(|count| *count >= 60),
            "{counts:?}"
        );
    }
}

/// A heading says the point, and says it once.
#[test]
fn every_section_has_its_own_point() {
    for (name, sections) in pages() {
        let mut titles = BTreeSet::new();
        for section in &sections {
            assert!(
                titles.insert(&section.title),
                "{name} has two sections `{}`",
                section.title
            );
        }
    }
}

/// The trees of all sound cases are walked: nothing of the language is without one.
#[test]
fn everything_of_the_language_has_a_case() {
    let mut found = BTreeSet::new();
    for (_, sections) in pages() {
        for section in sections.iter().filter(|section| section.is_sound()) {
            for (_, source) in section.sources() {
                tree::walk(&source, &mut found);
            }
        }
    }
    let mut wanted: BTreeSet<String> = labels::ALL
        .iter()
        .map(|label| (*label).to_owned())
        .collect();
    wanted.extend(
        builtins::ALL
            .iter()
            .map(|builtin| format!("function {}", builtin.name)),
    );
    let missing: BTreeSet<&str> = wanted.difference(&found).map(String::as_str).collect();
    let excused: BTreeSet<&str> = WITHOUT_A_CASE.iter().copied().collect();
    assert_eq!(
        missing.difference(&excused).collect::<Vec<_>>(),
        Vec::<&&str>::new(),
        "without a case"
    );
    assert_eq!(
        excused.difference(&missing).collect::<Vec<_>>(),
        Vec::<&&str>::new(),
        "no longer without a case: take them off the list"
    );
}

/// What the formatter makes of every source says the same, keeps the comments, and stays as it is from then on.
#[test]
fn every_case_can_be_formatted() {
    let mut count = 0;
    for (_, sections) in pages() {
        for section in &sections {
            for (path, source) in section.sources() {
                let place = format!("{}:{} {path}", section.page, section.line);
                let parsed = ondo_grammar::parse(&source);
                if !parsed.errors.is_empty() {
                    continue;
                }
                count += 1;
                // `format` compares declarations, words and comments before it gives a text back.
                let once = ondo_grammar::fmt::format(&source)
                    .unwrap_or_else(|error| panic!("{place}: {error}"));
                let twice = ondo_grammar::fmt::format(&once)
                    .unwrap_or_else(|error| panic!("{place}: {error}"));
                assert_eq!(once, twice, "{place}");
                let comments = ondo_grammar::parse(&once).comments.len();
                assert_eq!(comments, parsed.comments.len(), "{place}");
            }
        }
    }
    assert!(count > 200, "only {count} sources");
}

/// What people read is in the one style.
#[test]
fn every_bundle_is_in_the_style() {
    let update = std::env::var_os("UPDATE_LANGUAGE_STYLE").is_some();
    let mut wrong = Vec::new();
    for (name, sections) in pages() {
        let path = root().join("tests/language").join(&name);
        let mut page = std::fs::read_to_string(&path).unwrap();
        for section in sections.iter().filter(|section| section.is_sound()) {
            for (_, source) in &section.files {
                let Ok(formatted) = ondo_grammar::fmt::format(source) else {
                    continue;
                };
                if formatted != *source {
                    wrong.push(format!("{name}:{}: {}", section.line, section.title));
                    let fence = "\n```";
                    page = page.replace(
                        &format!("{source}```"),
                        &format!("{}{fence}", formatted.trim_end()),
                    );
                }
            }
        }
        if update {
            std::fs::write(&path, page).unwrap();
        }
    }
    assert!(
        wrong.is_empty() || update,
        "UPDATE_LANGUAGE_STYLE=1 formats them:\n{}",
        wrong.join("\n")
    );
}
