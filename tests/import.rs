//! `ondo import openapi`: every document under `tests/import/` beside the connector that becomes of it, and every document
//! under `tests/import/bad/` beside what is said about it.
//!
//! `UPDATE_IMPORT=1 cargo test import::` writes what comes out now; read the difference before you commit it.

mod command;
mod compared;
mod large;
mod sent;

use std::path::{Path, PathBuf};

use ondo_compiler::import::{self, Document, Imported};

use crate::support::root;

/// The documents of a folder, by path.
fn documents(folder: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(root().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|ending| ending == "json" || ending == "yaml")
        })
        .collect();
    found.sort();
    found
}

/// A document by its file name: expectations are the same on every machine.
fn document(path: &Path) -> Document {
    Document {
        path: path.file_name().unwrap().to_str().unwrap().to_owned(),
        text: std::fs::read_to_string(path).unwrap(),
    }
}

/// All files of a connector in one text.
fn whole(imported: &Imported) -> String {
    let texts: Vec<&str> = imported
        .files
        .iter()
        .map(|(_, text)| text.as_str())
        .collect();
    texts.join("\n")
}

/// What is lost, one line each.
fn losses(imported: &Imported) -> String {
    let lines = imported.losses.iter().map(|loss| {
        format!(
            "{}:{}: {}: {}\n",
            loss.path, loss.line, loss.pointer, loss.what
        )
    });
    lines.collect()
}

/// Compares with what stands beside a document, or writes it.
fn compare(document: &Path, ending: &str, found: &str, wrong: &mut Vec<String>) {
    let expected = PathBuf::from(format!("{}.{ending}", document.display()));
    if std::env::var_os("UPDATE_IMPORT").is_some() {
        if found.is_empty() {
            let _ = std::fs::remove_file(&expected);
        } else {
            std::fs::write(&expected, found).unwrap();
        }
    } else if std::fs::read_to_string(&expected).unwrap_or_default() != found {
        wrong.push(format!("{}:\n{found}", expected.display()));
    }
}

#[test]
fn every_document_becomes_its_connector() {
    let mut wrong = Vec::new();
    let paths = documents("tests/import");
    assert!(paths.len() >= 20, "only {} documents", paths.len());
    for path in &paths {
        let imported = import::openapi(&[document(path)], Some("shop"));
        let imported =
            imported.unwrap_or_else(|problems| panic!("{}: {}", path.display(), problems[0]));
        let text = whole(&imported);
        let formatted = ondo_grammar::fmt::format(&text).unwrap();
        assert_eq!(text, formatted, "{} is not in the style", path.display());
        compare(path, "ondo", &text, &mut wrong);
        compare(path, "losses", &losses(&imported), &mut wrong);
    }
    assert!(
        wrong.is_empty(),
        "other than expected (UPDATE_IMPORT=1 writes them):\n\n{}",
        wrong.join("\n")
    );
}

#[test]
fn every_bad_document_is_refused_with_its_place() {
    let mut wrong = Vec::new();
    let paths = documents("tests/import/bad");
    assert!(paths.len() >= 10, "only {} documents", paths.len());
    for path in &paths {
        let problems = match import::openapi(&[document(path)], Some("shop")) {
            Err(problems) => problems,
            Ok(imported) => panic!(
                "{} became a connector:\n{}",
                path.display(),
                whole(&imported)
            ),
        };
        let text: String = problems
            .iter()
            .map(|problem| format!("{problem}\n"))
            .collect();
        compare(path, "stderr", &text, &mut wrong);
    }
    assert!(
        wrong.is_empty(),
        "other than expected (UPDATE_IMPORT=1 writes them):\n\n{}",
        wrong.join("\n")
    );
}

/// A loss is a comment where it belongs, so none is there that the text does not say.
#[test]
fn every_loss_stands_in_the_text() {
    let mut counted = 0;
    for path in documents("tests/import") {
        let imported = import::openapi(&[document(&path)], Some("shop")).unwrap();
        // Comments are broken into lines.
        let text: String = whole(&imported)
            .lines()
            .map(|line| format!("{} ", line.trim().trim_start_matches("//").trim()))
            .collect();
        for loss in &imported.losses {
            counted += 1;
            assert!(
                text.contains(&loss.what),
                "{}: {} is not in\n{text}",
                path.display(),
                loss.what
            );
        }
    }
    assert!(counted > 20, "only {counted} losses");
}
