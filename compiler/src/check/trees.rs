//! The files of a bundle as trees, with what `use` reaches.

use std::sync::Arc;

use ondo_grammar::Comment;
use ondo_grammar::ast::{File, Item, ItemKind, Span, Str};

use super::BundleInput;
use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;
use crate::errors;
use crate::source::{FileId, Place, SourceFile, Sources};

/// Everything that was written.
#[derive(Debug)]
pub(super) struct Trees {
    /// The connectors' texts, then the bundle's, then what `use` reaches.
    pub(super) sources: Sources,
    /// The bundle's files, then what `use` reaches.
    pub(super) files: Vec<Tree>,
    /// The CSV files of tables.
    pub(super) tables: Vec<FileId>,
    /// What could not be read, and `use` lines that lead nowhere.
    pub(super) syntax_errors: Vec<Diagnostic>,
}

/// One file.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) id: FileId,
    pub(super) file: File,
    pub(super) comments: Vec<Comment>,
    /// `common.` for a file used `as common`; empty for the bundle's own files and for a `use` without a name.
    pub(super) namespace: String,
    /// Reached by `use`: only its declarations are seen.
    pub(super) library: bool,
}

/// The paths in the `use` lines of a text, for the caller that has to read them.
pub fn used_paths(text: &str) -> Vec<String> {
    let parsed = ondo_grammar::parse(text);
    uses(&parsed.file)
        .map(|(path, _, _)| path.text.clone())
        .collect()
}

pub(super) fn parse(bundle: &BundleInput, catalog: &Arc<Catalog>) -> Trees {
    let mut trees = Trees {
        sources: catalog.sources.clone(),
        files: Vec::new(),
        tables: Vec::new(),
        syntax_errors: Vec::new(),
    };
    for file in &bundle.files {
        add(&mut trees, file, String::new(), false);
    }
    // A used file may use others; each is read once under each name. The bound keeps circles of names finite.
    let mut at = 0;
    while at < trees.files.len() && trees.files.len() < 256 {
        for wanted in wanted_by(&trees, at) {
            use_file(&mut trees, bundle, wanted);
        }
        at += 1;
    }
    for table in &bundle.tables {
        let id = trees.sources.add(Arc::clone(table));
        trees.tables.push(id);
    }
    trees
}

impl Trees {
    /// The CSV file that a file names by its path from there.
    pub(super) fn table(&self, from: FileId, path: &str) -> Option<FileId> {
        let wanted = match self.sources.get(from).path.rsplit_once('/') {
            Some((folder, _)) => format!("{folder}/{path}"),
            None => path.trim_start_matches("./").to_owned(),
        };
        let is_wanted = |id: &FileId| self.sources.get(*id).path == wanted;
        self.tables.iter().copied().find(is_wanted)
    }
}

struct Wanted {
    path: String,
    place: Place,
    namespace: String,
}

fn wanted_by(trees: &Trees, at: usize) -> Vec<Wanted> {
    let tree = &trees.files[at];
    uses(&tree.file)
        .map(|(path, alias, _)| Wanted {
            path: path.text.clone(),
            place: Place {
                file: tree.id,
                span: path.span,
            },
            namespace: match alias {
                Some(alias) => format!("{}{alias}.", tree.namespace),
                None => tree.namespace.clone(),
            },
        })
        .collect()
}

fn use_file(trees: &mut Trees, bundle: &BundleInput, wanted: Wanted) {
    let path = wanted.path.trim_start_matches("./");
    let Some((_, file)) = bundle.libraries.iter().find(|(known, _)| known == path) else {
        let known: Vec<&str> = bundle.libraries.iter().map(|(path, _)| &**path).collect();
        let error = errors::decls::unknown_file(wanted.place, &wanted.path, &known);
        trees.syntax_errors.push(error);
        return;
    };
    let here = trees.files.iter().any(|tree| {
        tree.namespace == wanted.namespace && trees.sources.get(tree.id).path == file.path
    });
    if !here {
        add(trees, file, wanted.namespace, true);
    }
}

fn add(trees: &mut Trees, file: &Arc<SourceFile>, namespace: String, library: bool) {
    let parsed = ondo_grammar::parse(&file.text);
    // A file used under two names is read twice; its slips are told once.
    let known = trees
        .files
        .iter()
        .any(|tree| trees.sources.get(tree.id).path == file.path);
    let id = trees.sources.add(file.clone());
    if !known {
        let errors = parsed.errors.iter();
        trees
            .syntax_errors
            .extend(errors.map(|error| errors::syntax::from_grammar(id, error)));
    }
    trees.files.push(Tree {
        id,
        file: parsed.file,
        comments: parsed.comments,
        namespace,
        library,
    });
}

fn uses(file: &File) -> impl Iterator<Item = (&Str, Option<&str>, Span)> {
    file.items
        .iter()
        .filter_map(|item: &Item| match &item.kind {
            ItemKind::Use(used) => Some((
                &used.path,
                used.alias.as_ref().map(|alias| &*alias.text),
                item.span,
            )),
            _ => None,
        })
}
