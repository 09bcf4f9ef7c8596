//! Bundles on disk, in the binary and in the store: the same texts, the same program, the same version.
//!
//! A bundle is a folder with `.ondo` files or a single `.ondo` file. [`load`] reads what is on disk, [`compile`] turns it
//! into a program, and [`stored`]/[`from_stored`] keep the texts so that a run finishes on the version it began with.

mod connectors;
mod disk;
pub mod examples;
pub mod fixtures;
mod stored;

use std::collections::BTreeSet;
use std::sync::Arc;

use ondo_compiler::catalog::Catalog;
use ondo_compiler::check::{self, BundleInput, Fixture};
use ondo_compiler::diagnostic::{Diagnostic, Severity};
use ondo_compiler::eval;
use ondo_compiler::ir::Program;
use ondo_compiler::source::{SourceFile, Sources};
use sha2::{Digest, Sha256};

use crate::store::Version;

pub use connectors::{catalog, example};
pub use disk::{Found, LoadError, directory, load, runnable};
pub use stored::{from_stored, stored};

/// The texts of one bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// By its `bundle` line, else the stem of its folder or file.
    pub name: String,
    /// The folder or file as the user typed it.
    pub path: String,
    /// The name without a `bundle` line.
    pub stem: String,
    /// Everything it is made of.
    pub files: Vec<File>,
}

/// One text of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// What it is for.
    pub kind: Kind,
    /// From the directory of bundles: `pizza/orders.ondo`, `lib/common.ondo`. Part of the version, unlike the path that
    /// is shown.
    pub key: String,
    /// The text, with the path as the user would type it.
    pub source: Arc<SourceFile>,
}

/// What a text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// One of its own files.
    Own,
    /// Reached by `use`.
    Library,
    /// A connector of the bundle, under `connectors/`.
    Connector,
    /// A CSV file.
    Table,
    /// A connector of the binary, kept with a stored version.
    Embedded,
}

/// A bundle that was checked.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The bundle's name.
    pub name: String,
    /// Its name without a `bundle` line: still known when that line is broken.
    pub stem: String,
    /// Ready to run; none if there is an error among the findings.
    pub ready: Option<Ready>,
    /// What is wrong with it.
    pub findings: Vec<Diagnostic>,
    /// The files that tests name.
    pub fixtures: Vec<Fixture>,
    /// The texts that the findings speak of.
    pub sources: Sources,
}

/// A program with its version.
#[derive(Debug, Clone)]
pub struct Ready {
    /// Ready to run.
    pub program: Arc<Program>,
    /// Hash of its texts and of the connectors it uses.
    pub version: Version,
    /// The texts as they are kept in the store.
    pub stored: String,
}

/// All connectors of the binary and those of a bundle, which go before, with what is wrong in them.
pub fn catalog_of(bundle: &Bundle) -> (Arc<Catalog>, Vec<Diagnostic>) {
    connectors::catalog_for(bundle, connectors::all_names())
}

/// Checks a bundle against the connectors of the binary and its own.
pub fn compile(bundle: &Bundle) -> Checked {
    let mentioned = connectors::mentioned(bundle);
    let checked = compile_with(bundle, &mentioned, mentioned.clone());
    let pinned = bundle.files.iter().any(|file| file.kind == Kind::Embedded);
    if pinned || checked.findings.is_empty() {
        return checked;
    }
    compile_with(bundle, &mentioned, connectors::all_names())
}

fn compile_with(bundle: &Bundle, mentioned: &BTreeSet<String>, known: BTreeSet<String>) -> Checked {
    let (catalog, mut findings) = connectors::catalog_for(bundle, known);
    let texts = |kind: Kind| bundle.files.iter().filter(move |file| file.kind == kind);
    let input = BundleInput {
        name: bundle.stem.clone(),
        files: texts(Kind::Own)
            .map(|file| Arc::clone(&file.source))
            .collect(),
        libraries: texts(Kind::Library)
            .map(|file| (file.key.clone(), Arc::clone(&file.source)))
            .collect(),
        tables: texts(Kind::Table)
            .map(|file| Arc::clone(&file.source))
            .collect(),
    };
    let compiled = check::compile(&input, &catalog);
    findings.extend(compiled.diagnostics);
    // A definition with a mistake may lack what a rule needs, although the rule says nothing wrong.
    let sound = findings
        .iter()
        .all(|finding| finding.severity != Severity::Error);
    let ready = compiled.program.filter(|_| sound).map(|program| {
        let mut files = bundle.files.clone();
        if !files.iter().any(|file| file.kind == Kind::Embedded) {
            files.extend(connectors::files_of(mentioned));
        }
        Ready {
            version: version_of(&files),
            stored: stored(bundle, &files),
            program: Arc::new(program),
        }
    });
    Checked {
        name: bundle.name.clone(),
        stem: bundle.stem.clone(),
        ready,
        findings,
        fixtures: compiled.fixtures,
        sources: compiled.sources,
    }
}

/// SHA-256 over kind, path and text of every file, in the order of the paths. Lengths stand before the texts, so that
/// moving a line from one file to the next changes it.
fn version_of(files: &[File]) -> Version {
    let mut sorted: Vec<&File> = files.iter().collect();
    sorted.sort_by(|a, b| (a.kind, &a.key).cmp(&(b.kind, &b.key)));
    let mut hash = Sha256::new();
    for file in sorted {
        for part in [stored::word(file.kind), &file.key, &file.source.text] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
    }
    Version(eval::hex(&hash.finalize()))
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;

    /// A bundle of one file.
    pub(crate) fn of_text(name: &str, text: &str) -> Bundle {
        Bundle {
            name: name.into(),
            path: format!("{name}.ondo"),
            stem: name.into(),
            files: vec![file(Kind::Own, &format!("{name}.ondo"), text)],
        }
    }

    /// Its program.
    pub(crate) fn ready(text: &str) -> Ready {
        let checked = compile(&of_text("shop", text));
        let said = crate::report::concise(&checked.findings, &checked.sources);
        checked.ready.unwrap_or_else(|| panic!("{said}"))
    }

    fn file(kind: Kind, key: &str, text: &str) -> File {
        File {
            kind,
            key: key.into(),
            source: Arc::new(SourceFile {
                path: format!("bundles/{key}"),
                text: text.into(),
            }),
        }
    }

    const PHRASE: &str = r#"on retailcrm.order when status == "new" and phone != null do plazius.addBonus(
  guest:        { type: "phone", phone: e164(phone, region: "RU") },
  organization: { type: "rkObjectId", id: "4174244" },
  amount:       round(totalSumm * 5%, 2),
  comment:      "Order {number}",
)
"#;

    #[test]
    fn the_connectors_of_the_binary_are_without_findings() {
        let (catalog, findings) =
            connectors::catalog_for(&of_text("empty", ""), connectors::all_names());
        assert_eq!(crate::report::concise(&findings, &catalog.sources), "");
        assert!(catalog.connectors.len() >= 4);
    }

    #[test]
    fn a_stored_version_compiles_to_the_same_version() {
        let first = ready(PHRASE);
        let bundle = from_stored(&first.stored).unwrap();
        let again = compile(&bundle).ready.unwrap();
        assert_eq!(again.version, first.version);
        assert_eq!(again.program.rules.len(), 1);
    }

    #[test]
    fn the_version_is_of_the_texts_not_of_where_they_lie() {
        let mut moved = of_text("shop", PHRASE);
        let mut source = (*moved.files[0].source).clone();
        source.path = "/elsewhere/shop.ondo".into();
        moved.files[0].source = Arc::new(source);
        let version = |bundle: &Bundle| compile(bundle).ready.unwrap().version;
        assert_eq!(version(&of_text("shop", PHRASE)), version(&moved));
        let edited = PHRASE.replace("5%", "6%");
        assert_ne!(
            version(&of_text("shop", PHRASE)),
            version(&of_text("shop", &edited))
        );
    }

    #[test]
    fn a_text_that_moves_to_the_next_file_is_another_version() {
        let one = [file(Kind::Own, "a", "xy"), file(Kind::Own, "b", "")];
        let other = [file(Kind::Own, "a", "x"), file(Kind::Own, "b", "y")];
        assert_ne!(version_of(&one), version_of(&other));
    }

    #[test]
    fn a_finding_of_a_bundle_leaves_no_program() {
        let checked = compile(&of_text("shop", &PHRASE.replace("totalSumm", "totalSum")));
        assert!(checked.ready.is_none());
        let said = crate::report::concise(&checked.findings, &checked.sources);
        assert!(
            said.contains("shop.ondo:4:23: error[unknown-name]"),
            "{said}"
        );
    }
}
