//! What an import does not carry over: each with its place, and as a comment where it belongs.

use std::collections::HashSet;

use super::Problem;
use super::documents::{At, external};

/// Something in a document that the connector does not say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// The document.
    pub path: String,
    /// From 1.
    pub line: u32,
    /// Where in the document: `#/paths/~1pets/get`.
    pub pointer: String,
    /// What is not carried over: `cookies`, `a body of multipart/form-data`.
    pub what: String,
}

/// The losses so far.
#[derive(Default)]
pub(super) struct Losses {
    /// By document.
    paths: Vec<String>,
    pub(super) all: Vec<Loss>,
    /// A schema can be read from both sides.
    seen: HashSet<(usize, String, String)>,
    /// What is in other files: without it there is no connector.
    pub(super) elsewhere: Vec<Problem>,
}

impl Losses {
    pub(super) fn new(paths: Vec<String>) -> Self {
        Self {
            paths,
            ..Self::default()
        }
    }

    /// By document and line.
    pub(super) fn in_order(mut self) -> Vec<Loss> {
        let paths = std::mem::take(&mut self.paths);
        let place = |loss: &Loss| paths.iter().position(|path| *path == loss.path);
        self.all.sort_by_key(|loss| (place(loss), loss.line));
        self.all
    }

    /// Writes down what is lost, and gives the comment that stands in its place.
    pub(super) fn add(&mut self, at: &At<'_>, what: String) -> String {
        if let Some(reference) = external(at) {
            self.elsewhere.push(Problem {
                path: self.paths[at.document].clone(),
                line: Some(at.node.line),
                pointer: Some(at.pointer.clone()),
                message: format!(
                    "`{reference}` is in another file, which is not read: put all into one document (most tools for \
                     such documents bundle it)"
                ),
            });
        }
        let note = format!("Not carried over: {what}.");
        if self
            .seen
            .insert((at.document, at.pointer.clone(), what.clone()))
        {
            self.all.push(Loss {
                path: self.paths[at.document].clone(),
                line: at.node.line,
                pointer: format!("#{}", at.pointer),
                what,
            });
        }
        note
    }
}
