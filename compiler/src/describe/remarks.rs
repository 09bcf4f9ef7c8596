//! What a definition says in comments: the lines directly above a part, or behind it on its own line.
//!
//! ```text
//! // inferred: the documents do not say whether the token is sent bare or as `Bearer …`.
//! setting tokenPrefix: string = ""  "Что стоит перед токеном"   // Belongs to the setting, too.
//! ```
//!
//! A remark belongs to the first thing on its line. What no setting, event, action, type or field has taken belongs to
//! the event or action around it, with the line that it speaks of; what stands alone is a note of the connector. So
//! nothing that a definition admits to be a guess is lost.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use ondo_grammar::ast::{Definition, Item, ItemKind, Span};

use super::System;
use super::text::one_line;
use crate::catalog::{Catalog, Connector};
use crate::source::{FileId, Place};

/// A comment in plain text. Paragraphs are parted by an empty line, indented lines are code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The text without slashes.
    pub text: String,
    /// It says of itself that something in it is inferred, not documented.
    pub inferred: bool,
}

/// A remark about a part that has no place of its own in a description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The line of the definition that it speaks of: `effect unsafe`. `None`: it stands alone.
    pub about: Option<String>,
    /// What it says.
    pub remark: Remark,
}

/// A line of a file.
type Line = (FileId, usize);

/// The comments of a connector by the line that they speak of.
pub(super) struct Remarks<'a> {
    files: BTreeMap<FileId, FileRemarks<'a>>,
    used: RefCell<BTreeSet<Line>>,
}

struct FileRemarks<'a> {
    text: &'a str,
    /// Where lines begin.
    starts: Vec<usize>,
    by_line: BTreeMap<usize, String>,
    alone: BTreeMap<usize, String>,
    items: Vec<Item>,
}

impl<'a> Remarks<'a> {
    /// The comments in the files of a connector.
    pub(super) fn of(catalog: &'a Catalog, connector: &Connector) -> Remarks<'a> {
        let prefix = format!("{}.", connector.name);
        let types = catalog.types.types.iter();
        let types = types
            .filter(|(name, _)| name.starts_with(&prefix))
            .map(|(_, def)| def.place.file);
        let settings = connector.settings.values().map(|one| one.place.file);
        let events = connector.events.values().map(|one| one.place.file);
        let actions = connector.actions.values().map(|one| one.place.file);
        let mut files: BTreeSet<FileId> = settings.chain(events).chain(actions).collect();
        files.extend(types);
        files.insert(connector.place.file);
        files.extend(beside(catalog, connector));
        Remarks {
            files: files
                .into_iter()
                .map(|file| (file, FileRemarks::of(&catalog.sources.get(file).text)))
                .collect(),
            used: RefCell::default(),
        }
    }

    /// What is said of the part whose name stands here.
    pub(super) fn at(&self, place: Place) -> Option<Remark> {
        let file = self.files.get(&place.file)?;
        let line = file.line_of(place.span.start as usize);
        let text = file.by_line.get(&line)?;
        if !file.begins_line(line, place.span) {
            return None;
        }
        self.used.borrow_mut().insert((place.file, line));
        Some(remark(text))
    }
}

/// The other files of a connector that has a folder of its own: what stands there may declare nothing.
fn beside(catalog: &Catalog, connector: &Connector) -> Vec<FileId> {
    let folder_of = |path: &str| path.rsplit_once('/').map(|(folder, _)| folder.to_owned());
    let own = folder_of(&catalog.sources.get(connector.place.file).path);
    let is_own = own.as_ref().is_some_and(|folder| {
        let name = folder.rsplit('/').next().unwrap_or(folder);
        *name == *connector.name
    });
    let all = catalog.sources.files.iter().zip(0..);
    all.filter(|(file, _)| is_own && folder_of(&file.path) == own)
        .map(|(_, id)| FileId(id))
        .collect()
}

impl<'a> FileRemarks<'a> {
    fn of(text: &'a str) -> FileRemarks<'a> {
        let parsed = ondo_grammar::parse(text);
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        let mut file = FileRemarks {
            text,
            starts: std::iter::once(0).chain(ends).collect(),
            by_line: BTreeMap::new(),
            alone: BTreeMap::new(),
            items: parsed.file.items,
        };
        // Comments of whole lines that follow one another are one.
        let mut block: Option<(usize, usize, String)> = None;
        for comment in &parsed.comments {
            let first = file.line_of(comment.span.start as usize);
            let last = file.line_of((comment.span.end as usize).saturating_sub(1));
            let said = plain(comment.span.text(text));
            let before = &text[file.starts[first]..comment.span.start as usize];
            if !before.trim().is_empty() {
                add(&mut file.by_line, first, &said);
                continue;
            }
            match &mut block {
                Some((_, end, so_far)) if *end + 1 == first => {
                    so_far.push('\n');
                    so_far.push_str(&said);
                    *end = last;
                }
                _ => {
                    if let Some(block) = block.take() {
                        file.keep(block);
                    }
                    block = Some((first, last, said));
                }
            }
        }
        if let Some(block) = block {
            file.keep(block);
        }
        file
    }

    /// A block speaks of the line below it, unless that is empty.
    fn keep(&mut self, (first, last, said): (usize, usize, String)) {
        let below = self.line(last + 1);
        if below.trim().is_empty() {
            self.alone.insert(first, said);
            return;
        }
        // What stands behind the line comes after what stands above it, although it was met before.
        let behind = self.by_line.remove(&(last + 1));
        add(&mut self.by_line, last + 1, &said);
        if let Some(behind) = behind {
            add(&mut self.by_line, last + 1, &behind);
        }
    }

    fn line_of(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at) - 1
    }

    fn line(&self, line: usize) -> &'a str {
        let Some(start) = self.starts.get(line) else {
            return "";
        };
        let end = self.starts.get(line + 1).copied();
        &self.text[*start..end.unwrap_or(self.text.len())]
    }

    /// Whether nothing else is declared on the line before this name.
    fn begins_line(&self, line: usize, span: Span) -> bool {
        let before = self.text.get(self.starts[line]..span.start as usize);
        before.is_some_and(|before| !before.contains(['{', ',', '[', '(', ':']))
    }

    /// A line of the definition without comment.
    fn code(&self, line: usize) -> String {
        let line = self.line(line);
        let code = line.split("  //").next().unwrap_or(line);
        one_line(code.trim().trim_end_matches(['{', ',', '(']).trim())
    }
}

fn add(lines: &mut BTreeMap<usize, String>, line: usize, said: &str) {
    if said.trim().is_empty() {
        return;
    }
    let known = lines.entry(line).or_default();
    if !known.is_empty() {
        known.push('\n');
    }
    known.push_str(said);
}

/// A comment without its slashes. Rulers say nothing.
fn plain(comment: &str) -> String {
    let lines: Vec<String> = match comment.strip_prefix("/*") {
        Some(rest) => {
            let rest = rest.strip_suffix("*/").unwrap_or(rest);
            let lines = rest.lines().map(str::trim);
            lines
                .map(|line| line.trim_start_matches('*').trim().to_owned())
                .collect()
        }
        None => {
            let line = comment.trim_start_matches('/').trim_end();
            vec![line.strip_prefix(' ').unwrap_or(line).to_owned()]
        }
    };
    let is_ruler =
        |line: &str| line.len() >= 4 && line.chars().all(|c| matches!(c, '-' | '=' | '─'));
    let kept: Vec<String> = lines.into_iter().filter(|line| !is_ruler(line)).collect();
    kept.join("\n")
}

/// Lines of prose run on; indented ones are code and stay.
fn remark(lines: &str) -> Remark {
    let mut text = String::new();
    let mut after_code = false;
    for line in lines.lines() {
        let is_code = line.starts_with("    ");
        let joint = match () {
            () if line.trim().is_empty() => {
                after_code = false;
                if !text.is_empty() && !text.ends_with("\n\n") {
                    text.push_str("\n\n");
                }
                continue;
            }
            () if text.is_empty() || text.ends_with("\n\n") => "",
            () if is_code || after_code => "\n",
            () => " ",
        };
        text.push_str(joint);
        text.push_str(if is_code { line } else { line.trim() });
        after_code = is_code;
    }
    let text = text.trim_end().to_owned();
    Remark {
        inferred: text.to_lowercase().contains("inferred:"),
        text,
    }
}

/// Gives what no part has taken to what stands around it.
pub(super) fn hand_out(remarks: &Remarks<'_>, system: &mut System) {
    let used = remarks.used.borrow();
    for (id, file) in &remarks.files {
        let left = file
            .by_line
            .iter()
            .filter(|(line, _)| !used.contains(&(*id, **line)))
            .map(|(line, text)| (*line, Some(file.code(*line)), text));
        let alone = file.alone.iter().map(|(line, text)| (*line, None, text));
        let mut all: Vec<_> = left.chain(alone).collect();
        all.sort_by_key(|(line, ..)| *line);
        for (line, about, text) in all {
            let part = Part {
                about,
                remark: remark(text),
            };
            if !part.remark.text.is_empty() {
                give(part, around(&file.items, file, line), system);
            }
        }
    }
}

/// The innermost declaration that holds a line.
fn around<'f>(items: &'f [Item], file: &FileRemarks<'_>, line: usize) -> Option<&'f ItemKind> {
    let item = items.iter().find(|item| {
        let first = file.line_of(item.span.start as usize);
        let last = file.line_of(item.span.end as usize);
        (first..=last).contains(&line)
    })?;
    match &item.kind {
        ItemKind::Connector(connector) => around(&connector.items, file, line),
        kind => Some(kind),
    }
}

fn give(part: Part, around: Option<&ItemKind>, system: &mut System) {
    let target = match around {
        Some(ItemKind::Definition(Definition::Event(event))) => {
            let mut events = system.events.iter_mut();
            let found = events.find(|known| known.name == event.name.text);
            found.map(|event| &mut event.remarks)
        }
        Some(ItemKind::Definition(Definition::Action(action))) => {
            let mut actions = system.actions.iter_mut();
            let found = actions.find(|known| known.name == action.name.text);
            found.map(|action| &mut action.remarks)
        }
        Some(ItemKind::Type(decl)) => {
            let mut types = system.types.iter_mut();
            let found = types.find(|known| known.name == decl.name.text);
            found.map(|shape| &mut shape.remarks)
        }
        Some(ItemKind::Definition(Definition::Auth(_))) => {
            system.auth.as_mut().map(|auth| &mut auth.remarks)
        }
        Some(ItemKind::Definition(Definition::Hook(_))) => {
            system.hook.as_mut().map(|hook| &mut hook.remarks)
        }
        // How the simulated vendor is played is no fact about the real one.
        Some(ItemKind::Definition(Definition::Sandbox(_))) if !part.remark.inferred => return,
        _ => None,
    };
    target.unwrap_or(&mut system.notes).push(part);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::super::{System, systems};
    use crate::catalog::{ConnectorSource, build};
    use crate::source::SourceFile;

    fn shop(inside: &str) -> System {
        let (catalog, found) = build(vec![ConnectorSource {
            name: "shop".into(),
            files: vec![SourceFile {
                path: "connectors/shop.ondo".into(),
                text: inside.into(),
            }],
        }]);
        assert!(found.is_empty(), "{found:?}");
        systems(&catalog).remove(0)
    }

    #[test]
    fn a_comment_above_or_behind_a_setting_is_its_remark() {
        let shop = shop(
            "// Магазин.\n// Sources: a page.\nconnector shop {\n  // inferred: where it\n  // stands.\n  setting a: int  // and behind\n  setting b: int\n}",
        );
        let remark = shop.settings[0].remark.clone().unwrap();
        assert_eq!(remark.text, "inferred: where it stands. and behind");
        assert!(remark.inferred);
        assert_eq!(shop.settings[1].remark, None);
        assert_eq!(shop.remark.unwrap().text, "Магазин. Sources: a page.");
    }

    #[test]
    fn a_comment_of_a_line_belongs_to_what_begins_it() {
        let shop = shop(
            "connector shop { }\ntype T = { a: int, b: int }  // of the type\ntype U = {\n  a: int,  // of the field\n}",
        );
        assert_eq!(shop.types[0].remark.as_ref().unwrap().text, "of the type");
        assert_eq!(shop.types[0].fields[0].remark, None);
        let field = &shop.types[1].fields[0];
        assert_eq!(field.remark.as_ref().unwrap().text, "of the field");
    }

    #[test]
    fn what_no_part_takes_belongs_to_the_action_around_it() {
        let shop = shop(
            "connector shop { }\naction f {\n  request POST \"/\" json { a: int }\n  // Twice is a nuisance.\n  effect harmless\n}",
        );
        let part = &shop.actions[0].remarks[0];
        assert_eq!(part.about.as_deref(), Some("effect harmless"));
        assert_eq!(part.remark.text, "Twice is a nuisance.");
    }

    #[test]
    fn what_stands_alone_is_a_note_and_code_keeps_its_lines() {
        let shop = shop(
            "connector shop { }\n// Prose that\n// runs on.\n//\n//     code {\n//     }\n\n// ------\n\ntype T = int",
        );
        assert_eq!(shop.notes.len(), 1);
        assert_eq!(shop.notes[0].about, None);
        assert_eq!(
            shop.notes[0].remark.text,
            "Prose that runs on.\n\n    code {\n    }"
        );
    }

    #[test]
    fn what_is_said_of_the_sandbox_is_no_fact_about_the_vendor() {
        let shop = shop(
            "connector shop { }\naction f { request GET \"/\" }\n// Played.\nsandbox { action f { reply { } } }",
        );
        assert!(shop.notes.is_empty(), "{:?}", shop.notes);
    }
}
