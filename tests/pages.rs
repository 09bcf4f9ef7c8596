//! The pages are tests: every example of `docs/errors` and `docs/language` is compiled, what `docs/connectors` says is
//! `good` too, and the good ones of `docs/language` and of how to write a connector are carried out.
//!
//! An example is a fenced block. `ondo bad` reports the code of its page and nothing else, `ondo good` reports nothing at
//! all. A line such as `// connectors/shop.ondo` or `// skus.csv` begins another file of the bundle; `ondo-connector` is
//! that file alone.
//!
//! An example with a `test` is run as `ondo test` does. To any other, events come in: those of the blocks behind it, else
//! the connector's own. ```` ```event ```` has the fields that are laid over the connector's example, ```` ```calls ````
//! what happens, as [the corpus](../language/README.md) writes it. `ondo good fails` is one whose runs are to fail. A block
//! ```` ```values ```` has expressions with their values, as in the corpus.

pub(crate) mod example;
mod ran;

use std::collections::BTreeSet;
use std::path::PathBuf;

use ondo::bundle::Checked;
use ondo::report;
use ondo_compiler::errors;

use crate::language::{self, labels, tree};
use crate::support::root;
use example::{Example, examples};

/// What can be written and stands in no example of the reference.
const WITHOUT_AN_EXAMPLE: &[&str] = &[
    // A mistake that is read to be explained.
    "pattern name",
];

/// Of a page of the reference.
const PAGE_LINES_MAX: usize = 240;

/// The codes that an example reports, and the report as people see it.
fn findings(example: &Example) -> (BTreeSet<String>, String) {
    let checked = example.compile("").checked;
    let codes = checked
        .findings
        .iter()
        .map(|finding| finding.code.to_owned());
    (codes.collect(), reported(&checked))
}

fn reported(checked: &Checked) -> String {
    report::concise(&checked.findings, &checked.sources)
}

/// What an example should have reported and did not. None if all is as it says.
fn complaint(page: &str, example: &Example) -> Option<String> {
    let (codes, report) = findings(example);
    let wanted: BTreeSet<String> = match example.marked("bad") {
        true => BTreeSet::from([page.to_owned()]),
        false => BTreeSet::new(),
    };
    let fine = codes == wanted && example.marked("bad") != example.marked("good");
    (!fine).then(|| {
        format!(
            "{page}:{}: wanted {wanted:?}, found\n{report}",
            example.line
        )
    })
}

fn pages(folder: &str) -> Vec<(String, String)> {
    let mut pages: Vec<(String, String)> = std::fs::read_dir(root().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(&path).unwrap())
        })
        .collect();
    pages.sort();
    pages
}

#[test]
fn every_example_of_a_page_reports_what_it_says() {
    let mut complaints = Vec::new();
    for (code, page) in pages("docs/errors") {
        for example in examples(&page)
            .iter()
            .filter(|example| example.language.starts_with("ondo"))
        {
            complaints.extend(complaint(&code, example));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn every_page_has_its_parts() {
    for (code, page) in pages("docs/errors") {
        let Some(info) = errors::find(&code) else {
            continue;
        };
        let start = format!("# {code}\n\n{}\n", info.summary);
        assert!(
            page.starts_with(&start),
            "{code} does not begin with its name and meaning"
        );
        assert!(
            page.contains("\n**What to write.** "),
            "{code} does not say what to write"
        );
        let examples = examples(&page);
        for mark in ["bad", "good"] {
            let shown = examples.iter().any(|example| example.marked(mark));
            assert!(shown, "{code} has no {mark} example");
        }
    }
}

#[test]
fn every_example_of_the_language_reports_nothing() {
    let mut complaints = Vec::new();
    let mut count = 0;
    for (name, page) in pages("docs/language") {
        for example in examples(&page)
            .iter()
            .filter(|example| example.language.starts_with("ondo"))
        {
            count += 1;
            // A wrong example names the code that it reports.
            let code = example
                .marks
                .iter()
                .find(|mark| errors::find(mark).is_some());
            complaints.extend(complaint(code.unwrap_or(&name), example));
        }
    }
    assert!(count > 10, "only {count} examples");
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn every_good_example_of_the_language_does_what_it_says() {
    let mut complaints = Vec::new();
    let mut count = 0;
    for (name, page) in pages("docs/language") {
        for shown in ran::shown(examples(&page)) {
            count += 1;
            let line = shown.example.line;
            let found = shown.complaints().into_iter();
            complaints
                .extend(found.map(|found| format!("docs/language/{name}.md:{line}: {found}")));
        }
    }
    println!("{count} examples were carried out");
    assert!(count >= 40, "only {count} examples");
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// What people read and copy is in the one style.
#[test]
fn every_good_example_of_the_language_is_in_the_style() {
    let mut wrong = Vec::new();
    for (name, page) in pages("docs/language") {
        for example in examples(&page).iter().filter(|one| one.marked("good")) {
            let texts = example.files().into_iter();
            for (path, text) in texts.filter(|(path, _)| path.ends_with(".ondo")) {
                let formatted = ondo_grammar::fmt::format(&text).unwrap();
                if formatted != text {
                    wrong.push(format!("{name}.md:{}: {path}\n{formatted}", example.line));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "`ondo fmt` writes\n{}", wrong.join("\n"));
}

#[test]
fn every_expression_of_the_language_has_the_value_that_is_said() {
    let mut complaints = Vec::new();
    for (name, page) in pages("docs/language") {
        for block in examples(&page)
            .iter()
            .filter(|one| one.language == "values")
        {
            let place = format!("../../docs/language/{name}.md");
            complaints.extend(language::values_elsewhere(&place, block.line, &block.text).1);
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// The trees of all good examples are walked: nothing of the language is without one.
#[test]
fn everything_of_the_language_has_an_example() {
    let mut found = BTreeSet::new();
    for (_, page) in pages("docs/language") {
        for example in examples(&page) {
            let texts: Vec<String> = match example.language.as_str() {
                "values" => vec![language::values_elsewhere("", 0, &example.text).0],
                _ if example.marked("good") => {
                    let files = example.files().into_iter();
                    files.map(|(_, text)| text).collect()
                }
                _ => Vec::new(),
            };
            for text in texts {
                tree::walk(&text, &mut found);
            }
        }
    }
    let missing: Vec<&&str> = labels::ALL
        .iter()
        .filter(|label| !found.contains(**label))
        .collect();
    let excused: Vec<&&str> = WITHOUT_AN_EXAMPLE.iter().collect();
    assert_eq!(missing, excused, "without an example");
}

#[test]
fn the_reference_lists_every_page() {
    let index = std::fs::read_to_string(root().join("docs/language/README.md")).unwrap();
    let lines = index.lines().filter(|line| line.starts_with("| ["));
    let rows: String = lines.map(|line| format!("{line}\n")).collect();
    for (name, _) in pages("docs/language") {
        let is_listed = name == "README" || rows.contains(&format!("]({name}.md)"));
        assert!(is_listed, "docs/language/README.md does not list {name}.md");
    }
}

/// A link to a heading is broken by a new wording of the heading, and nobody sees it.
#[test]
fn every_heading_that_is_linked_is_there() {
    let mut pages: Vec<PathBuf> = ["", "language", "engine", "connectors"]
        .iter()
        .flat_map(|folder| std::fs::read_dir(root().join("docs").join(folder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    pages.push(root().join("README.md"));
    let mut broken = Vec::new();
    for page in pages {
        let text = std::fs::read_to_string(&page).unwrap();
        let links = text.split("](").skip(1);
        for link in links.filter_map(|rest| rest.split(')').next()) {
            let Some((path, heading)) = link.split_once('#') else {
                continue;
            };
            if path.contains("://") {
                continue;
            }
            let target = match path {
                "" => page.clone(),
                path => page.parent().unwrap().join(path),
            };
            let target = std::fs::read_to_string(target).unwrap();
            let headings = target.lines().filter(|line| line.starts_with('#'));
            if !headings.map(anchor).any(|anchor| anchor == heading) {
                broken.push(format!("{} links to {link}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// What a link to a heading ends with.
fn anchor(heading: &str) -> String {
    let words = heading.trim_start_matches('#').trim().to_lowercase();
    words
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

/// A page that has to be scrolled for long is two pages.
#[test]
fn pages_of_the_reference_are_short() {
    for (name, page) in pages("docs/language") {
        let lines = page.lines().count();
        // What is generated is looked up, not read.
        let is_short = name == "functions" || lines <= PAGE_LINES_MAX;
        assert!(is_short, "docs/language/{name}.md has {lines} lines");
    }
}

/// Pages of connectors whose examples are carried out and in the style: how to write one, and what can be written.
const OF_CONNECTORS: &[&str] = &["README", "your-own", "definitions"];

/// Whether a page of `docs/connectors` is not made of a definition.
pub(crate) fn is_written_by_hand(page: &str) -> bool {
    !page.contains("This page is made of the definition")
}

#[test]
fn every_good_example_of_connectors_reports_nothing() {
    let mut complaints = Vec::new();
    let mut count = 0;
    for (name, page) in pages("docs/connectors") {
        let examples = examples(&page);
        let good = examples.iter().filter(|example| {
            example.marked("good")
                && example.language.starts_with("ondo")
                && is_written_by_hand(&page)
        });
        for example in good {
            count += 1;
            complaints.extend(complaint(&format!("docs/connectors/{name}"), example));
        }
    }
    println!("{count} examples of connectors report nothing");
    assert!(count >= 10, "only {count} examples");
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// A wrong example of a definition names the code that it reports.
#[test]
fn every_wrong_example_of_connectors_reports_what_it_says() {
    let mut complaints = Vec::new();
    for name in OF_CONNECTORS {
        let page =
            std::fs::read_to_string(root().join(format!("docs/connectors/{name}.md"))).unwrap();
        for example in examples(&page).iter().filter(|one| one.marked("bad")) {
            let code = example
                .marks
                .iter()
                .find(|mark| errors::find(mark).is_some());
            complaints.extend(complaint(code.map_or(name, |code| code), example));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn every_good_example_of_connectors_does_what_it_says() {
    let mut complaints = Vec::new();
    let mut count = 0;
    for name in OF_CONNECTORS {
        let page =
            std::fs::read_to_string(root().join(format!("docs/connectors/{name}.md"))).unwrap();
        for shown in ran::shown(examples(&page)) {
            count += 1;
            let line = shown.example.line;
            let found = shown.complaints().into_iter();
            complaints
                .extend(found.map(|found| format!("docs/connectors/{name}.md:{line}: {found}")));
        }
    }
    println!("{count} examples of connectors were carried out");
    assert!(count >= 4, "only {count} examples");
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn every_good_example_of_connectors_is_in_the_style() {
    let mut wrong = Vec::new();
    for name in OF_CONNECTORS {
        let page =
            std::fs::read_to_string(root().join(format!("docs/connectors/{name}.md"))).unwrap();
        for example in examples(&page).iter().filter(|one| one.marked("good")) {
            let texts = example.files().into_iter();
            for (path, text) in texts.filter(|(path, _)| path.ends_with(".ondo")) {
                let formatted = ondo_grammar::fmt::format(&text).unwrap();
                if formatted != text {
                    wrong.push(format!("{name}.md:{}: {path}\n{formatted}", example.line));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "`ondo fmt` writes\n{}", wrong.join("\n"));
}

#[test]
fn the_index_lists_every_code() {
    let index = std::fs::read_to_string(root().join("docs/errors/README.md")).unwrap();
    let rows: Vec<&str> = index
        .lines()
        .filter(|line| line.starts_with("| ["))
        .collect();
    let wanted: Vec<String> = errors::ALL
        .iter()
        .map(|info| {
            let summary = info.summary.replace('|', "&#124;");
            format!("| [{code}]({code}.md) | {summary} |", code = info.code)
        })
        .collect();
    let missing: Vec<&String> = wanted
        .iter()
        .filter(|row| !rows.contains(&row.as_str()))
        .collect();
    assert_eq!(
        missing,
        Vec::<&String>::new(),
        "rows that docs/errors/README.md lacks"
    );
    assert_eq!(
        rows.len(),
        wanted.len(),
        "rows of codes that are gone, or twice"
    );
    assert!(rows.is_sorted(), "rows stand in the order of the codes");
}

#[test]
fn every_code_of_the_grammar_is_in_the_registry() {
    for code in ondo_grammar::CODES {
        assert!(errors::find(code).is_some(), "{code} has no entry");
    }
}
