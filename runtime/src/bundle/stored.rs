//! The texts of a version as JSON in the store: `{"name":…,"stem":…,"files":[{"kind":…,"path":…,"text":…}]}`.

use std::sync::Arc;

use ondo_compiler::source::SourceFile;
use serde_json::{Value, json};

use super::{Bundle, File, Kind};

/// The texts as they are kept. `files` are the bundle's own and the connectors of the binary that it uses.
pub fn stored(bundle: &Bundle, files: &[File]) -> String {
    let files: Vec<Value> = files
        .iter()
        .map(|file| {
            json!({
                "kind": word(file.kind),
                "path": file.key,
                "shown": file.source.path,
                "text": file.source.text,
            })
        })
        .collect();
    json!({
        "name": bundle.name,
        "stem": bundle.stem,
        "path": bundle.path,
        "files": files,
    })
    .to_string()
}

/// Reads them back. None if this is not what [`stored`] wrote.
pub fn from_stored(text: &str) -> Option<Bundle> {
    let value: Value = serde_json::from_str(text).ok()?;
    let field = |value: &Value, name: &str| value.get(name)?.as_str().map(str::to_owned);
    let files = value
        .get("files")?
        .as_array()?
        .iter()
        .map(|file| {
            Some(File {
                kind: kind(file.get("kind")?.as_str()?)?,
                key: field(file, "path")?,
                source: Arc::new(SourceFile {
                    path: field(file, "shown")?,
                    text: field(file, "text")?,
                }),
            })
        })
        .collect::<Option<Vec<File>>>()?;
    Some(Bundle {
        name: field(&value, "name")?,
        stem: field(&value, "stem")?,
        path: field(&value, "path")?,
        files,
    })
}

const WORDS: [(Kind, &str); 5] = [
    (Kind::Own, "bundle"),
    (Kind::Library, "library"),
    (Kind::Connector, "connector"),
    (Kind::Table, "table"),
    (Kind::Embedded, "embedded"),
];

pub(super) fn word(kind: Kind) -> &'static str {
    WORDS
        .iter()
        .find(|(known, _)| *known == kind)
        .map_or("bundle", |(_, word)| word)
}

fn kind(word: &str) -> Option<Kind> {
    WORDS
        .iter()
        .find(|(_, known)| *known == word)
        .map(|(kind, _)| *kind)
}
