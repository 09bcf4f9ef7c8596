//! A real bundle with one mistake at a time: each is found at its place, with a message that helps, and nothing else is.
//!
//! The mistakes stand in `tests/mistakes/pizza.txt`. One run of the real binary checks them all.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::daemon::ondo;
use crate::support::root;

/// The rows of the decisions table of the language. Each has at least one mistake.
const ROWS: &[&str] = &[
    "source",
    "rule names",
    "names",
    "words",
    "null",
    "lists",
    "failure",
    "omitted, null",
    "numbers",
    "money",
    "booleans",
    "text",
    "arrays",
    "objects",
    "branching",
    "accounts as values",
    "tables",
    "functions",
    "JSONPath",
    "steps",
    "after a call",
    "retry",
    "outcomes",
    "once",
    "gates",
    "end of a run",
    "secrets",
    "personal data",
    "effects",
    "tests",
    "escape hatch",
];

/// One edit and what it leads to.
#[derive(Debug, Default)]
struct Mistake {
    row: String,
    title: String,
    file: String,
    old: Vec<String>,
    new: Vec<String>,
    findings: Vec<Expected>,
}

#[derive(Debug, Default)]
struct Expected {
    code: String,
    at: String,
    elsewhere: bool,
    says: Vec<String>,
    help: Vec<String>,
}

fn mistakes() -> Vec<Mistake> {
    let text = fs::read_to_string(root().join("tests/mistakes/pizza.txt")).unwrap();
    let mut found: Vec<Mistake> = Vec::new();
    for line in text.lines() {
        if line.starts_with("# ") || line == "#" || line.trim().is_empty() {
            continue;
        }
        if let Some(head) = line.strip_prefix("## ") {
            let (row, rest) = head.split_once(": ").expect(head);
            let (title, file) = match rest.rsplit_once(" (") {
                Some((title, file)) if file.contains('.') => (title, file.trim_end_matches(')')),
                _ => (rest, "pizza.ondo"),
            };
            found.push(Mistake {
                row: row.to_owned(),
                title: title.to_owned(),
                file: file.to_owned(),
                ..Mistake::default()
            });
            continue;
        }
        let mistake = found.last_mut().expect(line);
        if let Some(old) = line.strip_prefix("- ") {
            mistake.old.push(old.to_owned());
        } else if let Some(new) = line.strip_prefix("+ ") {
            mistake.new.push(new.to_owned());
        } else if let Some(says) = line.strip_prefix("says: ") {
            let expected = mistake.findings.last_mut().expect(line);
            expected.says.push(says.to_owned());
        } else if let Some(help) = line.strip_prefix("help: ") {
            let expected = mistake.findings.last_mut().expect(line);
            expected.help.push(help.to_owned());
        } else {
            let (code, at) = line.split_once(" at `").expect(line);
            let (at, tail) = at.rsplit_once('`').expect(line);
            mistake.findings.push(Expected {
                code: code.to_owned(),
                at: at.replace("\\n", "\n"),
                elsewhere: tail.trim() == "elsewhere",
                ..Expected::default()
            });
        }
    }
    found
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// Makes the edit in a copy of the bundle. Yields the lines that it touches, from 1.
fn edit(mistake: &Mistake, folder: &Path) -> (usize, usize) {
    let path = folder.join("pizza").join(&mistake.file);
    let text = fs::read_to_string(&path).unwrap();
    let (old, new) = (mistake.old.join("\n"), mistake.new.join("\n"));
    let places: Vec<usize> = text.match_indices(&old).map(|(at, _)| at).collect();
    assert_eq!(
        places.len(),
        1,
        "{}: the text stands there {} times",
        mistake.title,
        places.len()
    );
    fs::write(&path, text.replacen(&old, &new, 1)).unwrap();
    let first = text[..places[0]].matches('\n').count() + 1;
    (first, first + new.matches('\n').count())
}

/// What is wrong with what was found for a mistake; empty if nothing is.
fn judge(mistake: &Mistake, folder: &Path, lines: (usize, usize), found: &[&Value]) -> String {
    let mut wrong = String::new();
    let mut left: Vec<&Value> = found.to_vec();
    for expected in &mistake.findings {
        let place = left
            .iter()
            .position(|finding| finding["code"] == *expected.code.as_str());
        let Some(place) = place else {
            let _ = writeln!(wrong, "  nothing found as {}", expected.code);
            continue;
        };
        let finding = left.remove(place);
        let label = &finding["labels"][0];
        let path = folder
            .parent()
            .unwrap()
            .join(label["path"].as_str().unwrap());
        let text = fs::read_to_string(path).unwrap();
        let at = |name: &str| label[name].as_u64().unwrap() as usize;
        let marked = &text[at("start")..at("end")];
        if marked != expected.at {
            let _ = writeln!(wrong, "  {} is at `{marked}`", expected.code);
        }
        let inside = (lines.0..=lines.1).contains(&at("line"))
            && label["path"].as_str().unwrap().ends_with(&mistake.file);
        if inside == expected.elsewhere {
            let _ = writeln!(wrong, "  {} is in line {}", expected.code, label["line"]);
        }
        for (name, parts) in [("message", &expected.says), ("help", &expected.help)] {
            let said = finding[name].as_str().unwrap_or_default();
            for part in parts.iter().filter(|part| !said.contains(*part)) {
                let _ = writeln!(wrong, "  the {name} does not hold `{part}`: {said}");
            }
        }
    }
    for finding in left {
        let label = &finding["labels"][0];
        let _ = writeln!(
            wrong,
            "  found too: {} at {}:{}:{}: {} | {}",
            finding["code"],
            label["path"],
            label["line"],
            label["column"],
            finding["message"],
            finding["help"]
        );
    }
    wrong
}

#[test]
fn each_mistake_is_found_at_its_place_and_nothing_else() {
    let mistakes = mistakes();
    assert!(mistakes.len() >= 80, "only {} mistakes", mistakes.len());
    for row in ROWS {
        assert!(
            mistakes.iter().any(|mistake| mistake.row == *row),
            "no mistake about {row}"
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let mut paths: Vec<PathBuf> = Vec::new();
    let mut lines: Vec<(usize, usize)> = Vec::new();
    for (number, mistake) in mistakes.iter().enumerate() {
        assert!(
            ROWS.contains(&mistake.row.as_str()),
            "no row {}",
            mistake.row
        );
        assert!(
            !mistake.findings.is_empty(),
            "{} expects nothing",
            mistake.title
        );
        let name = format!("m{number}");
        let copied = folder.path().join(&name);
        copy(&root().join("bundles/pizza"), &copied.join("pizza"));
        copy(&root().join("bundles/lib"), &copied.join("lib"));
        lines.push(edit(mistake, &copied));
        paths.push(PathBuf::from(name));
    }
    let output = ondo()
        .args(["check", "--json"])
        .args(&paths)
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(
        output.status.code(),
        Some(1),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let mut wrong = String::new();
    for ((mistake, path), lines) in mistakes.iter().zip(&paths).zip(lines) {
        let prefix = format!("{}/", path.display());
        let own: Vec<&Value> = findings
            .iter()
            .filter(|finding| {
                finding["labels"][0]["path"]
                    .as_str()
                    .is_some_and(|at| at.starts_with(&prefix))
            })
            .collect();
        let judged = judge(mistake, &folder.path().join(path), lines, &own);
        if !judged.is_empty() {
            let _ = write!(wrong, "{}: {}\n{judged}", mistake.row, mistake.title);
        }
    }
    println!("{} mistakes in {} rows", mistakes.len(), ROWS.len());
    assert!(wrong.is_empty(), "{wrong}");
}
