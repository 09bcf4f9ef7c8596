//! `ondo import openapi`: every document under `tests/import/` beside the connector that becomes of it, and every document
//! under `tests/import/bad/` beside what is said about it.
//!
//! `UPDATE_IMPORT=1 cargo test import::` writes what comes out now; read the difference before you commit it.

mod command;
mod compared;
mod large;
mod mutated;
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

/// The block of a page behind this line.
fn block<'p>(page: &'p str, fence: &str) -> &'p str {
    let start = page.find(&format!("```{fence}\n")).unwrap() + fence.len() + 4;
    let length = page[start..].find("```").unwrap();
    &page[start..start + length]
}

#[test]
fn the_page_shows_what_comes_out() {
    let page = std::fs::read_to_string(root().join("docs/connectors/import.md")).unwrap();
    let document = Document {
        path: "coffee.yaml".to_owned(),
        text: block(&page, "yaml").to_owned(),
    };
    let imported = import::openapi(&[document], Some("shop")).unwrap();
    assert_eq!(block(&page, "ondo-connector"), whole(&imported));
    for loss in &imported.losses {
        let line = format!(
            "{}:{}: {}: not carried over: {}\n",
            loss.path, loss.line, loss.pointer, loss.what
        );
        assert!(page.contains(&line), "{line}");
    }
}

/// Equal schemas of several documents are one type, others are told apart, also by what they refer to.
#[test]
fn several_documents_are_one_connector() {
    let with = |path: &str, host: &str, ty: &str| Document {
        path: format!("{path}.yaml"),
        text: format!(
            "openapi: 3.0.0\nservers: [{{ url: 'https://{host}.example.com' }}]\n\
             paths: {{ /{path}: {{ get: {{ operationId: {path}, responses: {{ '200': {{ description: ok, content: {{ application/json: {{ \
             schema: {{ type: object, properties: {{ same: {{ $ref: '#/components/schemas/Same' }}, holder: {{ $ref: \
             '#/components/schemas/Holder' }} }} }} }} }} }} }} }} }} }}\n\
             components: {{ schemas: {{ Same: {{ type: object, description: {path}, properties: {{ id: {{ type: integer }} }} }}, \
             Holder: {{ type: object, properties: {{ inner: {{ $ref: '#/components/schemas/Inner' }} }} }}, \
             Inner: {{ type: {ty} }} }} }}\n"
        ),
    };
    let documents = [
        with("a", "one", "string"),
        with("b", "two", "integer"),
        with("c", "one", "string"),
    ];
    let imported = import::openapi(&documents, Some("shop")).unwrap();
    assert_eq!(imported.apart, ["Holder", "Inner"]);
    let text = whole(&imported);
    for wanted in [
        "setting base: url = \"https://one.example.com\"",
        "setting two:  url = \"https://two.example.com\"",
        "type Same \"a\" = { id: int? }",
        "type Holder = { inner: Inner? }",
        "type Holder2 = { inner: Inner2? }",
        "type Inner = string",
        "type Inner2 = int",
        "request GET \"/a\"",
        "request GET \"{two}/b\"",
        "json { same: Same?, holder: Holder2? }",
    ] {
        assert!(text.contains(wanted), "{wanted} is not in\n{text}");
    }
    assert_eq!(text.matches("type Same").count(), 1);
}
