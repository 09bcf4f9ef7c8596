//! The phrase of the first page checks with the connectors of the repository.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::{BundleInput, compile};
use super::lines;
use crate::catalog::{self, ConnectorSource};
use crate::source::SourceFile;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn files(folder: &Path) -> Vec<SourceFile> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "ondo"))
        .collect();
    paths.sort();
    let file = |path: PathBuf| SourceFile {
        text: std::fs::read_to_string(&path).unwrap(),
        path: path.to_string_lossy().into_owned(),
    };
    paths.into_iter().map(file).collect()
}

fn check(files: Vec<SourceFile>, name: &str) -> Vec<String> {
    let mut connectors: Vec<ConnectorSource> = std::fs::read_dir(root().join("connectors"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| ConnectorSource {
            name: entry.file_name().to_string_lossy().into_owned(),
            files: self::files(&entry.path()),
        })
        .collect();
    connectors.sort_by(|left, right| left.name.cmp(&right.name));
    let (catalog, _) = catalog::build(connectors);
    let bundle = BundleInput {
        name: name.to_owned(),
        files: files.into_iter().map(Arc::new).collect(),
        libraries: Vec::new(),
        tables: Vec::new(),
    };
    lines(&compile(&bundle, &Arc::new(catalog)))
}

#[test]
fn the_phrase_of_the_first_page_is_a_whole_bundle() {
    let phrase = r#"on retailcrm.order when status == "new" and phone != null do plazius.addBonus(
  guest:        { type: "phone", phone: e164(phone, region: "RU") },
  organization: { type: "rkObjectId", id: "4174244" },
  amount:       round(totalSumm * 5%, 2),
  comment:      "Order {number}",
)"#;
    let file = |text: &str| SourceFile {
        path: "bonus.ondo".to_owned(),
        text: text.to_owned(),
    };
    assert_eq!(check(vec![file(phrase)], "bonus"), Vec::<String>::new());
    let careless = phrase.replace(" and phone != null", "");
    assert_eq!(
        check(vec![file(&careless)], "bonus"),
        [
            "possibly-null @ 2:46 `phone` can be absent, but `text` of `e164` needs text | when … and phone != null"
        ]
    );
}
