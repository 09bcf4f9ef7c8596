//! Examples of the connectors that a bundle brings: `example "order.json"` is the file `examples/order.json` beside the
//! definition. They are no part of a version: only `ondo check`, `ondo test` and `ondo connectors` ask for them.

use std::path::{Path, PathBuf};

use ondo_compiler::check::no_example;
use ondo_compiler::diagnostic::Diagnostic;
use ondo_compiler::source::{FileId, Place, Sources};
use ondo_grammar::ast::{ActionPart, Definition, EventPart, Item, ItemKind, Str};

use super::{Bundle, Kind};

/// So many files of a folder are looked at for the nearest name.
const FILES_MAX: usize = 1_000;

/// Where an example of a definition lies. A name that leads elsewhere has none.
pub fn beside(definition: &str, file: &str) -> Option<PathBuf> {
    let leads_out = file.contains(['/', '\\']) || file.starts_with('.');
    let folder = Path::new(definition).parent()?;
    (!leads_out).then(|| folder.join("examples").join(file))
}

/// What is said of the examples that are not there. `sources`: those of the checked bundle.
pub fn missing(bundle: &Bundle, sources: &Sources) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let own = bundle.files.iter();
    for file in own.filter(|file| file.kind == Kind::Connector) {
        let path = &file.source.path;
        let id = sources.files.iter().position(|known| known.path == *path);
        let Some(id) = id.and_then(|id| u32::try_from(id).ok()) else {
            continue;
        };
        let tree = ondo_grammar::parse(&file.source.text).file;
        let mut named = Vec::new();
        examples(&tree.items, &mut named);
        for name in named {
            let is_there = beside(path, &name.text).is_some_and(|path| path.is_file());
            if !is_there {
                let place = Place {
                    file: FileId(id),
                    span: name.span,
                };
                found.push(no_example(place, &name.text, &known(path)));
            }
        }
    }
    found
}

fn examples<'a>(items: &'a [Item], named: &mut Vec<&'a Str>) {
    for item in items {
        match &item.kind {
            ItemKind::Connector(connector) => examples(&connector.items, named),
            ItemKind::Definition(Definition::Event(event)) => {
                let parts = event.parts.iter();
                named.extend(parts.filter_map(|part| match part {
                    EventPart::Example(file) => Some(file),
                    _ => None,
                }));
            }
            ItemKind::Definition(Definition::Action(action)) => {
                let parts = action.parts.iter();
                named.extend(parts.filter_map(|part| match part {
                    ActionPart::Example(file) => Some(file),
                    _ => None,
                }));
            }
            _ => {}
        }
    }
}

/// The examples that lie beside a definition.
fn known(definition: &str) -> Vec<String> {
    let folder = Path::new(definition).parent();
    let entries = folder.and_then(|folder| std::fs::read_dir(folder.join("examples")).ok());
    entries
        .into_iter()
        .flatten()
        .take(FILES_MAX)
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect()
}
