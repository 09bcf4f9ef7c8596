//! The systems that the cases speak of, and what is found while a case is checked.
//!
//! Three small systems of the corpus itself, a shop, a bank and a till, and those of the binary that are no vendors.

use std::sync::{Arc, LazyLock};

use ondo_compiler::catalog::{self, Catalog, ConnectorSource};
use ondo_compiler::check::{self, BundleInput, Compiled};
use ondo_compiler::diagnostic::{Diagnostic, Severity};
use ondo_compiler::source::SourceFile;

use super::cases::{Kind, Section};
use crate::support::root;

static CATALOG: LazyLock<Arc<Catalog>> = LazyLock::new(|| {
    let mut sources = Vec::new();
    for (name, folder) in [
        ("shop", "tests/language/connectors/shop"),
        ("bank", "tests/language/connectors/bank"),
        ("till", "tests/language/connectors/till"),
        ("http", "connectors/http"),
        ("ondo", "connectors/ondo"),
        ("webhook", "connectors/webhook"),
    ] {
        let mut paths: Vec<_> = std::fs::read_dir(root().join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == "ondo")
            })
            .collect();
        paths.sort();
        let files = paths.into_iter().map(|path| SourceFile {
            path: format!("{folder}/{}", path.file_name().unwrap().to_str().unwrap()),
            text: std::fs::read_to_string(&path).unwrap(),
        });
        sources.push(ConnectorSource {
            name: name.to_owned(),
            files: files.collect(),
        });
    }
    let (catalog, findings) = catalog::build(sources);
    assert_eq!(findings, Vec::new(), "the systems of the cases are sound");
    Arc::new(catalog)
});

/// Checks a bundle. Files under `lib/` are what `use` reaches; `tables` are CSV files.
pub(super) fn compile(files: &[(String, String)], tables: &[(String, String)]) -> Compiled {
    let source = |(path, text): &(String, String)| {
        let (path, text) = (path.clone(), text.clone());
        Arc::new(SourceFile { path, text })
    };
    let is_library = |(path, _): &&(String, String)| path.starts_with("lib/");
    let bundle = BundleInput {
        name: "case".to_owned(),
        files: files
            .iter()
            .filter(|file| !is_library(file))
            .map(source)
            .collect(),
        tables: tables.iter().map(source).collect(),
        libraries: files
            .iter()
            .filter(is_library)
            .map(|file| (file.0.clone(), source(file)))
            .collect(),
    };
    check::compile(&bundle, &CATALOG)
}

/// What is found, as the cases write it; nothing about the values of expressions, which nobody reads.
pub(super) fn findings(compiled: &Compiled) -> String {
    told(compiled, 0)
        .into_iter()
        .map(|finding| finding.text())
        .collect()
}

/// What is found in a case.
struct Told {
    head: String,
    message: String,
    help: Option<String>,
}

impl Told {
    fn text(&self) -> String {
        let help = self
            .help
            .as_ref()
            .map_or(String::new(), |help| format!("  help: {help}\n"));
        format!("{}\n  {}\n{help}", self.head, self.message)
    }
}

/// `above`: lines of the bundle that the page does not show.
fn told(compiled: &Compiled, above: usize) -> Vec<Told> {
    let of_value =
        |finding: &&Diagnostic| finding.code == "unused" && finding.message.contains("`value`");
    // What is expected of a case stands on its page, not in its test.
    let of_test = |finding: &&Diagnostic| finding.code == "no-expect";
    let findings = compiled.diagnostics.iter();
    findings
        .filter(|finding| !of_value(finding) && !of_test(finding))
        .map(|finding| {
            let place = finding.labels[0].place;
            let (line, column) = compiled.sources.line_col(place);
            let path = &compiled.sources.get(place.file).path;
            let (path, line) = match path.as_str() {
                "case.ondo" => (String::new(), line.saturating_sub(above)),
                path => (format!("{path}:"), line),
            };
            let word = match finding.severity {
                Severity::Error => "",
                Severity::Warning => "warning ",
            };
            Told {
                head: format!("{word}{} @ {path}{line}:{column}", finding.code),
                message: finding.message.clone(),
                help: finding.help.clone(),
            }
        })
        .collect()
}

/// The cases of mistakes that do not come out.
pub(super) fn complaints(section: &Section) -> Vec<String> {
    let mut complaints = Vec::new();
    for case in &section.cases {
        let Kind::Findings { expected } = &case.kind else {
            continue;
        };
        let mut files = section.files.clone();
        // An expression begins on the second line of its bundle.
        let mut above = 0;
        if section.expression.is_some() {
            above = 1;
            files.retain(|(path, _)| path != "case.ondo");
            files.insert(0, ("case.ondo".to_owned(), section.bundle_of_values()));
        }
        let compiled = compile(&files, &section.tables);
        let found = told(&compiled, above);
        let wanted = read(expected);
        let fits = wanted.len() == found.len()
            && wanted.iter().zip(&found).all(|(wanted, found)| {
                wanted.head == found.head
                    && found.message.contains(&wanted.message)
                    && wanted.help == found.help
            });
        if !fits {
            let found: String = found.iter().map(Told::text).collect();
            complaints.push(format!(
                "{}\n expected\n{expected} found\n{found}",
                section.place(case.line)
            ));
        }
    }
    complaints
}

/// `CODE @ LINE:COLUMN`, a part of the message, the help.
fn read(expected: &str) -> Vec<Told> {
    let mut wanted: Vec<Told> = Vec::new();
    for line in expected.lines() {
        match (line.strip_prefix("  "), wanted.last_mut()) {
            (None, _) => wanted.push(Told {
                head: line.to_owned(),
                message: String::new(),
                help: None,
            }),
            (Some(inside), Some(finding)) => match inside.strip_prefix("help: ") {
                Some(help) => finding.help = Some(help.to_owned()),
                None => finding.message = inside.to_owned(),
            },
            (Some(_), None) => panic!("a code comes first: {line}"),
        }
    }
    for finding in &wanted {
        assert!(
            !finding.message.is_empty(),
            "{} has no message",
            finding.head
        );
    }
    wanted
}
