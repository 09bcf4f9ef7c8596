//! Catalogs for tests.

pub(crate) mod account;
pub(crate) mod documents;
pub(crate) mod fits;
pub(crate) mod report;
pub(crate) mod wire;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use ondo_compiler::catalog::{Catalog, ConnectorSource, build};
use ondo_compiler::diagnostic::Diagnostic;
use ondo_compiler::source::SourceFile;

/// The top folder of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The folder of the connectors under test. `ONDO_TEST_CONNECTORS` puts another one in its place, which is how
/// `mutations.rs` proves that these tests notice a wrong definition.
pub(crate) fn connectors_folder() -> PathBuf {
    match std::env::var_os("ONDO_TEST_CONNECTORS") {
        Some(folder) if !folder.is_empty() => PathBuf::from(folder),
        _ => root().join("connectors"),
    }
}

/// The connectors of that folder, built once for all tests of a file.
pub(crate) fn built_in() -> &'static (Catalog, Vec<Diagnostic>) {
    static BUILT: OnceLock<(Catalog, Vec<Diagnostic>)> = OnceLock::new();
    BUILT.get_or_init(|| build_folder(&connectors_folder()))
}

/// The connectors of a folder, with what is wrong with them.
pub(crate) fn build_folder(folder: &Path) -> (Catalog, Vec<Diagnostic>) {
    let mut folders: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    build(folders.iter().map(|folder| source_of(folder)).collect())
}

fn source_of(folder: &Path) -> ConnectorSource {
    let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "ondo")
        })
        .collect();
    paths.sort();
    let files = paths.iter().map(|path| SourceFile {
        path: format!(
            "connectors/{name}/{}",
            path.file_name().unwrap().to_str().unwrap()
        ),
        text: fs::read_to_string(path).unwrap(),
    });
    ConnectorSource {
        files: files.collect(),
        name,
    }
}

/// One connector of one text.
pub(crate) fn one(text: &str) -> (Catalog, Vec<Diagnostic>) {
    build(vec![ConnectorSource {
        name: "shop".into(),
        files: vec![SourceFile {
            path: "connectors/shop/connector.ondo".into(),
            text: text.into(),
        }],
    }])
}

/// Findings as lines: place, code, message, help.
pub(crate) fn render(catalog: &Catalog, found: &[Diagnostic]) -> String {
    found
        .iter()
        .map(|finding| render_one(catalog, finding))
        .collect()
}

fn render_one(catalog: &Catalog, finding: &Diagnostic) -> String {
    let place = finding.labels[0].place;
    let (line, column) = catalog.sources.line_col(place);
    let file = catalog.sources.get(place.file);
    let text = place
        .span
        .text(&file.text)
        .lines()
        .next()
        .unwrap_or("")
        .to_owned();
    let help = finding
        .help
        .as_ref()
        .map_or(String::new(), |help| format!(" | help: {help}"));
    format!(
        "{}:{line}:{column} [{text}] {}: {}{help}\n",
        file.path, finding.code, finding.message
    )
}
