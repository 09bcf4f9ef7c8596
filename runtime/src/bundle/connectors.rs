//! The connectors of the binary, and which of them a bundle needs.
//!
//! Most bundles speak of two or three systems. Only the definitions of those are read at first; all of them when there
//! is something to say, because a message may name what stands in another one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock};

use ondo_compiler::catalog::{self, Catalog, ConnectorSource};
use ondo_compiler::diagnostic::Diagnostic;
use ondo_compiler::source::SourceFile;
use rust_embed::RustEmbed;

use super::{Bundle, File, Kind};

#[derive(RustEmbed)]
#[folder = "../connectors"]
#[allow_missing = true]
struct Embedded;

/// Texts by connector.
type Texts = BTreeMap<String, Vec<SourceFile>>;

/// A catalog and what is wrong with its definitions.
pub(super) type Built = (Arc<Catalog>, Vec<Diagnostic>);

/// The catalog of every connector in the binary.
pub fn catalog() -> Arc<Catalog> {
    built(embedded().keys().cloned().collect()).0
}

/// An example payload of a connector, by the file name that its definition gives.
pub fn example(connector: &str, file: &str) -> Option<Vec<u8>> {
    Embedded::get(&format!("{connector}/examples/{file}")).map(|file| file.data.into_owned())
}

fn embedded() -> &'static Texts {
    static TEXTS: OnceLock<Texts> = OnceLock::new();
    TEXTS.get_or_init(|| {
        let mut texts = Texts::new();
        let mut paths: Vec<_> = Embedded::iter().collect();
        paths.sort();
        for path in paths {
            let Some((connector, file)) = path.split_once('/') else {
                continue;
            };
            if file.contains('/') || !file.ends_with(".ondo") {
                continue;
            }
            let text = Embedded::get(&path)
                .and_then(|file| String::from_utf8(file.data.into_owned()).ok())
                .unwrap_or_default();
            texts
                .entry(connector.to_owned())
                .or_default()
                .push(SourceFile {
                    path: format!("connectors/{path}"),
                    text,
                });
        }
        texts
    })
}

/// The binary's connectors that a bundle speaks of, also through the definitions of others.
pub(super) fn mentioned(bundle: &Bundle) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut texts: Vec<&str> = bundle
        .files
        .iter()
        .filter(|file| !matches!(file.kind, Kind::Table | Kind::Embedded))
        .map(|file| file.source.text.as_str())
        .collect();
    while let Some(text) = texts.pop() {
        for (name, files) in embedded() {
            if !names.contains(name) && has_word(text, name) {
                names.insert(name.clone());
                texts.extend(files.iter().map(|file| file.text.as_str()));
            }
        }
    }
    names
}

/// The definitions that go with a stored version.
pub(super) fn files_of(names: &BTreeSet<String>) -> Vec<File> {
    names
        .iter()
        .flat_map(|name| embedded().get(name).into_iter().flatten())
        .map(|source| File {
            kind: Kind::Embedded,
            key: source.path.clone(),
            source: Arc::new(source.clone()),
        })
        .collect()
}

/// The catalog that a bundle is checked against: these connectors of the binary (a stored version brings its own) and
/// those of the bundle.
pub(super) fn catalog_for(bundle: &Bundle, names: BTreeSet<String>) -> Built {
    let of_kind = |kind: Kind| bundle.files.iter().filter(move |file| file.kind == kind);
    let pinned: Vec<&File> = of_kind(Kind::Embedded).collect();
    let own: Vec<&File> = of_kind(Kind::Connector).collect();
    let pinned_differ = pinned.iter().any(|file| {
        !embedded()
            .values()
            .flatten()
            .any(|known| *known == *file.source)
    });
    if own.is_empty() && !pinned_differ {
        let pinned_names = pinned.iter().filter_map(|file| connector_of(&file.key));
        let names = if pinned.is_empty() {
            names
        } else {
            pinned_names.collect()
        };
        return built(names);
    }
    let mut texts = Texts::new();
    if pinned.is_empty() {
        for name in &names {
            texts.insert(
                name.clone(),
                embedded().get(name).cloned().unwrap_or_default(),
            );
        }
    }
    for file in pinned {
        if let Some(name) = connector_of(&file.key) {
            texts.entry(name).or_default().push((*file.source).clone());
        }
    }
    let mut of_bundle = Texts::new();
    for file in own {
        let name = own_name(&file.key);
        of_bundle
            .entry(name)
            .or_default()
            .push((*file.source).clone());
    }
    // The bundle's own definition goes before the binary's of the same name.
    let takes_engine = of_bundle
        .get(catalog::ENGINE)
        .is_some_and(|files| !is_embedded(catalog::ENGINE, files));
    texts.extend(of_bundle);
    let (catalog, mut findings) = build(texts);
    if takes_engine {
        findings.extend(catalog::taken_from_engine(&catalog));
    }
    (catalog, findings)
}

/// Whether these are the texts that the binary has: `ondo check` reads them as a bundle's own.
fn is_embedded(name: &str, files: &[SourceFile]) -> bool {
    let known = embedded().get(name).into_iter().flatten();
    let known: Vec<&str> = known.map(|file| file.text.as_str()).collect();
    files.len() == known.len() && files.iter().all(|file| known.contains(&file.text.as_str()))
}

fn build(texts: Texts) -> Built {
    let sources = texts
        .into_iter()
        .map(|(name, files)| ConnectorSource { name, files })
        .collect();
    let (catalog, findings) = catalog::build(sources);
    (Arc::new(catalog), findings)
}

/// Catalogs of the binary's connectors are built once for each set of names.
fn built(names: BTreeSet<String>) -> Built {
    static BUILT: Mutex<BTreeMap<BTreeSet<String>, Built>> = Mutex::new(BTreeMap::new());
    let mut known = BUILT
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    known
        .entry(names)
        .or_insert_with_key(|names| {
            let texts = names
                .iter()
                .filter_map(|name| Some((name.clone(), embedded().get(name)?.clone())))
                .collect();
            build(texts)
        })
        .clone()
}

/// Every connector of the binary.
pub(super) fn all_names() -> BTreeSet<String> {
    embedded().keys().cloned().collect()
}

/// `plazius` of `connectors/plazius/guests.ondo`.
fn connector_of(key: &str) -> Option<String> {
    key.strip_prefix("connectors/")?
        .split_once('/')
        .map(|(name, _)| name.to_owned())
}

/// `kitchen` of `cafe/connectors/kitchen.ondo` and of `cafe/connectors/kitchen/orders.ondo`.
fn own_name(key: &str) -> String {
    let inside = key
        .rsplit_once("connectors/")
        .map_or(key, |(_, inside)| inside);
    let name = inside.split('/').next().unwrap_or(inside);
    name.strip_suffix(".ondo").unwrap_or(name).to_owned()
}

fn has_word(text: &str, word: &str) -> bool {
    let part_of_name = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(part_of_name) && !after.is_some_and(part_of_name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connector_of_a_bundle_is_named_by_its_file_or_folder() {
        assert_eq!(own_name("cafe/connectors/kitchen.ondo"), "kitchen");
        assert_eq!(own_name("cafe/connectors/kitchen/orders.ondo"), "kitchen");
        assert_eq!(own_name("connectors/kitchen/orders.ondo"), "kitchen");
    }

    #[test]
    fn a_connector_is_mentioned_as_a_whole_word() {
        assert!(has_word("on crm.order do telegram.send()", "telegram"));
        assert!(!has_word("let telegrams = 1", "telegram"));
        assert!(!has_word("let my_telegram = 1", "telegram"));
        assert!(has_word("= telegram {", "telegram"));
    }
}
