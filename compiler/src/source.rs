//! Source texts by number, so that a place is two small numbers.

use std::sync::Arc;

use ondo_grammar::ast::Span;

/// One text: a bundle's file, a connector's file, or a CSV table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// The path as the user would type it: `bundles/pizza/orders.ondo`, `connectors/plazius/guests.ondo`.
    pub path: String,
    /// The text.
    pub text: String,
}

/// Number of a file in [`Sources`]. The connectors' files come first, then the bundle's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// The bytes.
    pub span: Span,
}

/// All texts that a compilation speaks of.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// By [`FileId`].
    pub files: Vec<Arc<SourceFile>>,
}

impl Sources {
    /// Adds a file and gives its number.
    pub fn add(&mut self, file: Arc<SourceFile>) -> FileId {
        self.files.push(file);
        FileId(self.files.len() as u32 - 1)
    }

    /// The file with this number.
    pub fn get(&self, id: FileId) -> &Arc<SourceFile> {
        &self.files[id.0 as usize]
    }

    /// Line and column of the place's first character, both from 1, columns in characters.
    pub fn line_col(&self, place: Place) -> (usize, usize) {
        let text = &self.get(place.file).text;
        let start = (place.span.start as usize).min(text.len());
        let before = text.get(..start).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (
            before.matches('\n').count() + 1,
            before[line_start..].chars().count() + 1,
        )
    }
}
