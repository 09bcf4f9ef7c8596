//! The pages are tests: every example of `docs/errors` and `docs/language` is compiled.
//!
//! An example is a fenced block. `ondo bad` reports the code of its page and nothing else, `ondo good` reports nothing at
//! all. `not-yet` behind either says that it is about something that is not carried out yet. A line such as
//! `// connectors/shop.ondo` or `// skus.csv` begins another file of the bundle; `ondo-connector` is that file alone.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use ondo::{bundle, report};
use ondo_compiler::errors;

use crate::support::root;

/// A fenced block of a page.
struct Example {
    /// From the top of the page.
    line: usize,
    language: String,
    /// The words behind the language.
    marks: Vec<String>,
    text: String,
}

fn examples(page: &str) -> Vec<Example> {
    let mut found: Vec<Example> = Vec::new();
    let mut open = false;
    for (number, line) in page.lines().enumerate() {
        match line.strip_prefix("```") {
            Some(_) if open => open = false,
            Some(info) => {
                let mut words = info.split_whitespace().map(str::to_owned);
                open = true;
                found.push(Example {
                    line: number + 1,
                    language: words.next().unwrap_or_default(),
                    marks: words.collect(),
                    text: String::new(),
                });
            }
            None if open => {
                let example = found.last_mut().unwrap();
                example.text.push_str(line);
                example.text.push('\n');
            }
            None => {}
        }
    }
    assert!(!open, "a block is not closed");
    found
}

/// The files of an example with their paths.
fn files(example: &Example) -> Vec<(String, String)> {
    if example.language == "ondo-connector" {
        let connector = ("connectors/shop.ondo".to_owned(), example.text.clone());
        return vec![("rules.ondo".to_owned(), String::new()), connector];
    }
    let mut files: Vec<(String, String)> = Vec::new();
    for line in example.text.lines() {
        let path = line
            .strip_prefix("// ")
            .filter(|path| path.ends_with(".ondo") || path.ends_with(".csv"))
            .filter(|path| !path.contains(' '));
        match (path, files.last_mut()) {
            (Some(path), _) => files.push((path.to_owned(), String::new())),
            (None, Some((_, text))) => writeln!(text, "{line}").unwrap(),
            (None, None) => files.push(("rules.ondo".to_owned(), format!("{line}\n"))),
        }
    }
    files
}

/// The codes that an example reports, and the report as people see it.
fn findings(example: &Example) -> (BTreeSet<String>, String) {
    let dir = tempfile::tempdir().unwrap();
    let write = |path: &Path, text: &str| {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let files = files(example);
    let is_folder = files
        .iter()
        .any(|(path, _)| path.starts_with("connectors/") || path.ends_with(".csv"));
    let name = if is_folder { "cafe" } else { "cafe.ondo" };
    for (path, text) in files {
        // A library stands beside the bundle, as it does in a directory of bundles.
        let path = match path.as_str() {
            "rules.ondo" if !is_folder => dir.path().join(name),
            library if library.starts_with("lib/") => dir.path().join(library),
            other => dir.path().join(name).join(other),
        };
        write(&path, &text);
    }
    let found = bundle::load(&dir.path().join(name)).unwrap();
    assert!(found.errors.is_empty(), "{:?}", found.errors);
    let checked = bundle::compile(&found.bundles[0]);
    let codes = checked
        .findings
        .iter()
        .map(|finding| finding.code.to_owned());
    (
        codes.collect(),
        report::concise(&checked.findings, &checked.sources),
    )
}

/// What an example should have reported and did not. None if all is as it says.
fn complaint(page: &str, example: &Example) -> Option<String> {
    let (mut codes, report) = findings(example);
    let marked = |mark: &str| example.marks.iter().any(|word| word == mark);
    let not_yet = marked("not-yet") && codes.remove("not-yet");
    let wanted: BTreeSet<String> = match marked("bad") {
        true => BTreeSet::from([page.to_owned()]),
        false => BTreeSet::new(),
    };
    let fine = codes == wanted && not_yet == marked("not-yet") && marked("bad") != marked("good");
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
            let shown = examples
                .iter()
                .any(|example| example.marks.iter().any(|word| word == mark));
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
                .find(|mark| errors::find(mark).is_some() && *mark != "not-yet");
            complaints.extend(complaint(code.unwrap_or(&name), example));
        }
    }
    assert!(count > 10, "only {count} examples");
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
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
