//! The connectors and bundles of this repository, read once.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use ondo_compiler::catalog::{self, Catalog, ConnectorSource};
use ondo_compiler::check::{BundleInput, compile};
use ondo_compiler::ir::Program;
use ondo_compiler::source::SourceFile;

/// Every connector, as the binary has them.
pub(crate) static CATALOG: LazyLock<Arc<Catalog>> = LazyLock::new(|| {
    let sources = entries(&root().join("connectors"))
        .into_iter()
        .filter(|path| path.is_dir())
        .map(|folder| ConnectorSource {
            name: name_of(&folder),
            files: texts_in(&folder),
        })
        .collect();
    let (catalog, findings) = catalog::build(sources);
    assert!(findings.is_empty(), "{findings:?}");
    Arc::new(catalog)
});

/// Checked programs: every bundle of the repository that needs nothing but its own files.
pub(crate) static PROGRAMS: LazyLock<Vec<Program>> = LazyLock::new(|| {
    let mut programs = Vec::new();
    for path in entries(&root().join("bundles")) {
        let files = match path.is_dir() {
            true => texts_in(&path),
            false => texts_in(&root().join("bundles"))
                .into_iter()
                .filter(|file| Path::new(&file.path) == path)
                .collect(),
        };
        let bundle = BundleInput {
            name: name_of(&path),
            files: files.into_iter().map(Arc::new).collect(),
            libraries: Vec::new(),
            tables: Vec::new(),
        };
        programs.extend(compile(&bundle, &CATALOG).program);
    }
    programs.retain(|program| !program.rules.is_empty());
    assert!(!programs.is_empty(), "no bundle could be compiled");
    programs
});

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn name_of(path: &Path) -> String {
    path.file_stem()
        .map_or(String::new(), |stem| stem.to_string_lossy().into_owned())
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the repository's folders are there")
        .map(|entry| entry.expect("a folder can be read").path())
        .collect();
    paths.sort();
    paths
}

fn texts_in(folder: &Path) -> Vec<SourceFile> {
    entries(folder)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "ondo"))
        .map(|path| SourceFile {
            text: fs::read_to_string(&path).expect("a text can be read"),
            path: path.to_string_lossy().into_owned(),
        })
        .collect()
}
