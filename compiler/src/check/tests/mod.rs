//! Cases of the checker: a source, and the lines of what it finds.

#![allow(
    clippy::unwrap_used,
    reason = "a case that cannot be set up is a broken case"
)]

mod calls;
mod composites;
mod conditions;
mod csv_tables;
mod decisions;
mod effects;
mod explain;
mod functions;
mod jobs;
mod libraries;
mod literals;
mod program_text;
mod repository;
mod silence;
mod soundness;
mod tests_of_bundles;
mod values;

use std::sync::{Arc, LazyLock};

use super::{BundleInput, Compiled, compile};
use crate::catalog::{self, Catalog, ConnectorSource};
use crate::source::SourceFile;

/// A shop and a till, as small as they can be.
const SHOP: &str = include_str!("shop.ondo");
const TILL: &str = include_str!("till.ondo");
/// A door for anybody's webhooks and a way out to anywhere.
const DOOR: &str = include_str!("door.ondo");

/// A market whose actions are made of others.
const MARKET: &str = include_str!("market.ondo");

/// Built once for all cases.
pub(super) static CATALOG: LazyLock<Arc<Catalog>> = LazyLock::new(|| {
    let source = |name: &str, text: &str| ConnectorSource {
        name: name.to_owned(),
        files: vec![SourceFile {
            path: format!("connectors/{name}/connector.ondo"),
            text: text.to_owned(),
        }],
    };
    let (catalog, findings) = catalog::build(vec![
        source("shop", SHOP),
        source("till", TILL),
        source("door", DOOR),
        source("market", MARKET),
    ]);
    assert_eq!(
        findings,
        Vec::new(),
        "the connectors of the cases are sound"
    );
    Arc::new(catalog)
});

pub(super) fn compiled(text: &str) -> Compiled {
    compiled_with(text, &[])
}

/// With files that `use` reaches, by path.
pub(super) fn compiled_with(text: &str, libraries: &[(&str, &str)]) -> Compiled {
    let file = |path: String, text: &str| {
        let text = text.to_owned();
        Arc::new(SourceFile { path, text })
    };
    let library = |(path, text): &(&str, &str)| {
        let file = file(format!("bundles/{path}"), text);
        ((*path).to_owned(), file)
    };
    let bundle = BundleInput {
        name: "case".to_owned(),
        files: vec![file("bundles/case.ondo".to_owned(), text)],
        libraries: libraries.iter().map(library).collect(),
        tables: Vec::new(),
    };
    compile(&bundle, &CATALOG)
}

/// With a CSV file beside it.
pub(super) fn compiled_with_csv(text: &str, csv: (&str, &str)) -> Compiled {
    let file = |path: String, text: &str| {
        let text = text.to_owned();
        Arc::new(SourceFile { path, text })
    };
    let bundle = BundleInput {
        name: "case".to_owned(),
        files: vec![file("bundles/case.ondo".to_owned(), text)],
        libraries: Vec::new(),
        tables: vec![file(format!("bundles/{}", csv.0), csv.1)],
    };
    compile(&bundle, &CATALOG)
}

/// `CODE @ LINE:COLUMN message | help`, one line for each finding.
pub(super) fn lines(compiled: &Compiled) -> Vec<String> {
    let sources = &compiled.sources;
    let line = |finding: &crate::diagnostic::Diagnostic| {
        let (line, column) = sources.line_col(finding.labels[0].place);
        let help = finding
            .help
            .as_ref()
            .map_or(String::new(), |help| format!(" | {help}"));
        format!(
            "{} @ {line}:{column} {}{help}",
            finding.code, finding.message
        )
    };
    compiled.diagnostics.iter().map(line).collect()
}

/// What is found in a bundle.
pub(super) fn check(text: &str) -> Vec<String> {
    lines(&compiled(text))
}

/// A bundle in which nothing is wrong.
#[track_caller]
pub(super) fn sound(text: &str) {
    let compiled = compiled(text);
    assert_eq!(lines(&compiled), Vec::<String>::new(), "in\n{text}");
    assert!(compiled.program.is_some());
}

/// A bundle in which exactly this is wrong.
#[track_caller]
pub(super) fn finds(text: &str, expected: &[&str]) {
    assert_eq!(check(text), expected, "in\n{text}");
}
