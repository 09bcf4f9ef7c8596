//! OpenAPI documents to the text of a connector.
//!
//! ```text
//! documents -> trees with lines -> schemas and operations -> shapes -> text -> formatted and checked
//! ```
//!
//! What a document says is carried over; what it cannot say (what repeating a call does, which numbers are money, what is
//! personal) is for a person to add. What the language cannot say is lost, and each loss is listed with its place and
//! stands as a comment where it belongs. Nothing leaves here that does not check.

mod actions;
mod answers;
mod captions;
mod cycles;
mod documents;
mod events;
mod json;
mod losses;
mod names;
mod operations;
mod schemas;
mod servers;
mod settings;
mod shapes;
mod tree;
mod write;
mod yaml;

use std::collections::HashSet;

use self::documents::{At, Classes, Documents};
use self::losses::Losses;
use self::names::Names;
use self::operations::Operation;
use self::schemas::Schemas;
use self::settings::{Proof, Setting};
use self::write::Types;
use crate::catalog::{self, ConnectorSource};
use crate::source::SourceFile;

pub use losses::Loss;

/// A text of this size goes into the next file: editors and reviewers want to open it.
const FILE_BYTES: usize = 400_000;

/// A document as it was given.
#[derive(Debug, Clone)]
pub struct Document {
    /// As the user typed it.
    pub path: String,
    /// JSON or YAML.
    pub text: String,
}

/// Why there is no connector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The document.
    pub path: String,
    /// From 1.
    pub line: Option<u32>,
    /// Where in the document: `/paths/~1pets/get`.
    pub pointer: Option<String>,
    /// What was found, and what was wanted.
    pub message: String,
}

/// A connector, and what it lacks.
#[derive(Debug, Clone)]
pub struct Imported {
    /// Its name.
    pub name: String,
    /// Name and text of each file. The first holds settings and answers.
    pub files: Vec<(String, String)>,
    /// What was not carried over, in the order of the documents.
    pub losses: Vec<Loss>,
    /// How many actions it has.
    pub actions: usize,
    /// How many events it has.
    pub events: usize,
    /// How many types it declares.
    pub types: usize,
    /// Schemas of one name that differ between documents, and so have several names here.
    pub apart: Vec<String>,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.path)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(pointer) = &self.pointer {
            write!(f, ": #{pointer}")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// The connector that these documents describe together. `name`: its name, else it is made from the title.
///
/// # Errors
/// What keeps a document from being read, or the connector from being written.
pub fn openapi(documents: &[Document], name: Option<&str>) -> Result<Imported, Vec<Problem>> {
    let documents = Documents::read(documents)?;
    let name = name.map_or_else(|| name_of(&documents), str::to_owned);
    let draft = draft(&documents, &name)?;
    draft.finish(&name).map_err(|message| {
        vec![Problem {
            path: documents.all[0].path.clone(),
            line: None,
            pointer: None,
            message,
        }]
    })
}

/// Whether a connector can have this name.
pub fn is_name(name: &str) -> bool {
    names::is_plain(name)
}

/// The title in lower case: `Petstore API` is `petstoreApi`.
fn name_of(documents: &Documents) -> String {
    let titles = documents
        .roots()
        .filter_map(|root| root.node.get("info")?.text_of("title").map(str::to_owned));
    let title = titles.into_iter().next().unwrap_or_default();
    let words: Vec<String> = title
        .split_whitespace()
        .take(3)
        .map(str::to_lowercase)
        .collect();
    let name = names::camel(&words.join(" "));
    if name == "unnamed" {
        "imported".to_owned()
    } else {
        name
    }
}

/// The text before it is formatted.
struct Draft {
    head: String,
    types: Vec<String>,
    actions: Vec<String>,
    losses: Vec<Loss>,
    events: usize,
    apart: Vec<String>,
}

fn draft(documents: &Documents, name: &str) -> Result<Draft, Vec<Problem>> {
    let paths = documents.all.iter().map(|read| read.path.clone()).collect();
    let classes = Classes::new(documents);
    let mut losses = Losses::new(paths);
    let found = operations::find(documents, &mut losses);
    let places: Vec<At<'_>> = found.iter().map(|found| found.at.clone()).collect();
    let parameters: Vec<Vec<At<'_>>> = found.iter().map(|found| found.parameters.clone()).collect();
    let mut setting_names = Names::default();
    let mut settings: Vec<Setting> = Vec::new();
    let paths_of: Vec<At<'_>> = found
        .iter()
        .flat_map(|found| [found.at.clone(), found.shared.clone()])
        .collect();
    let mut servers =
        servers::Servers::new(documents, &paths_of, &mut settings, &mut setting_names);
    let mut proof = Proof::new(
        documents,
        &places,
        &mut settings,
        &mut setting_names,
        &mut losses,
    );
    proof.common_headers(documents, &parameters, &mut settings, &mut setting_names);
    let mut schemas = Schemas::new(documents, &classes, losses);
    let names = operations::names(&found);
    let operations: Vec<Operation<'_>> = found
        .iter()
        .zip(names)
        .map(|(found, name)| {
            let root = &documents.all[found.at.document].root;
            let places = [found.at.node, found.shared.node, root];
            let route = servers.route(&places, &mut settings, &mut setting_names);
            operations::read(&mut schemas, &proof, found, name, route)
        })
        .collect();
    let webhooks = events::read(documents, &mut schemas);
    schemas.finish();
    let (declared, mut losses) = cycles::broken(schemas);
    if !losses.elsewhere.is_empty() {
        return Err(losses.elsewhere);
    }
    let short = names::short(
        &classes
            .all
            .iter()
            .map(|(_, name)| *name)
            .collect::<Vec<_>>(),
    );
    let types = Types::new(declared, |(class, _)| short[class].clone());
    let common = answers::Common::new(&operations, &types);
    let taken: HashSet<String> = settings
        .iter()
        .filter(|setting| setting.ty == "url")
        .map(|setting| setting.name.clone())
        .collect();
    let actions: Vec<String> = operations
        .iter()
        .map(|operation| actions::text(operation, &types, &taken, &common))
        .collect();
    let (event_text, events) = webhooks.text(&types, &mut losses);
    if events > 0 {
        settings.push(Setting {
            name: setting_names.give("hookSecret"),
            ty: "secret",
            is_identity: false,
            default: None,
            caption: "Ends the address of the webhook".to_owned(),
            notes: Vec::new(),
        });
    }
    let mut head = head(documents, name, &settings, &proof, &common, &losses);
    head.push_str(&event_text);
    Ok(Draft {
        events,
        head,
        types: types.text(),
        actions,
        losses: losses.in_order(),
        apart: classes
            .apart
            .iter()
            .map(|(name, _)| (*name).to_owned())
            .collect(),
    })
}

/// Comment, settings, proof and the answers that all actions share.
fn head(
    documents: &Documents,
    name: &str,
    settings: &[Setting],
    proof: &Proof,
    common: &answers::Common,
    losses: &Losses,
) -> String {
    let info = |word: &str| {
        documents
            .roots()
            .find_map(|root| root.node.get("info")?.text_of(word))
    };
    let title = info("title")
        .map(captions::cleaned)
        .filter(|title| !title.is_empty());
    let sources: Vec<String> = documents
        .all
        .iter()
        .map(|read| {
            let file = read.path.rsplit(['/', '\\']).next().unwrap_or(&read.path);
            format!("{file} (OpenAPI {})", captions::cleaned(&read.version))
        })
        .collect();
    let mut out = write::comment(&format!(
        "Made by `ondo import openapi` from {}.",
        sources.join(", ")
    ));
    out.push_str(&write::comment(
        "No document says what repeating a call does, what is money and what is personal: see docs/connectors/import.md.",
    ));
    if !losses.all.is_empty() {
        let count = losses.all.len();
        out.push_str(&write::comment(&format!(
            "{count} {} not carried over; each is a comment where it belongs.",
            if count == 1 { "thing is" } else { "things are" }
        )));
    }
    if let Some(description) = info("description") {
        let words = captions::words(None, Some(description));
        if let Some(text) = words.comment.or(words.caption) {
            out.push_str("//\n");
            out.push_str(&write::comment(&text));
        }
    }
    out.push_str(&format!("connector {name}"));
    if let Some(title) = title {
        out.push_str(&format!(" {}", write::quoted(&title)));
    }
    let mut inside = String::new();
    settings
        .iter()
        .for_each(|setting| inside.push_str(&settings::text(setting)));
    inside.push_str(&format!("\n{}\n", proof.text()));
    if let Some(secret) = settings
        .iter()
        .find(|setting| setting.name.starts_with("hookSecret"))
    {
        inside.push_str(&format!("hook {{\nsecret in path {}\n}}\n\n", secret.name));
    }
    inside.push_str(&common.text());
    out.push_str(&format!(" {{\n{}}}\n\n", write::indented(&inside)));
    out
}

impl Draft {
    /// Formats and checks. A mistake here is the importer's own, and says so.
    fn finish(self, name: &str) -> Result<Imported, String> {
        let (types, actions) = (self.types.len(), self.actions.len());
        let mut drafts = vec![("connector".to_owned(), self.head)];
        spread("types", self.types, &mut drafts);
        spread("actions", self.actions, &mut drafts);
        let mut files = Vec::with_capacity(drafts.len());
        for (file, text) in drafts {
            let formatted =
                ondo_grammar::fmt::format(&text).map_err(|error| own_mistake(&text, &error))?;
            files.push((format!("{file}.ondo"), formatted));
        }
        check(name, &files)?;
        Ok(Imported {
            name: name.to_owned(),
            files,
            losses: self.losses,
            actions,
            events: self.events,
            types,
            apart: self.apart,
        })
    }
}

/// Declarations into as many files as they need.
fn spread(name: &str, declarations: Vec<String>, files: &mut Vec<(String, String)>) {
    let mut count = 0;
    let mut text = String::new();
    let mut finish = |text: &mut String| {
        count += 1;
        let file = if count == 1 {
            name.to_owned()
        } else {
            format!("{name}-{count}")
        };
        files.push((file, std::mem::take(text)));
    };
    for declaration in declarations {
        if !text.is_empty() && text.len() + declaration.len() > FILE_BYTES {
            finish(&mut text);
        }
        text.push_str(&declaration);
        text.push('\n');
    }
    if !text.is_empty() {
        finish(&mut text);
    }
}

fn own_mistake(text: &str, error: &ondo_grammar::fmt::FormatError) -> String {
    let near = match error {
        ondo_grammar::fmt::FormatError::Syntax(errors) => errors.first().map(|error| {
            let line = text[..error.span.start as usize].lines().count();
            let shown: Vec<&str> = text.lines().skip(line.saturating_sub(2)).take(3).collect();
            format!(" near `{}`", shown.join(" ").trim())
        }),
        ondo_grammar::fmt::FormatError::Ours(_) => None,
    };
    format!(
        "a mistake of the importer, not of the document: what it wrote could not be formatted: {error}{}",
        near.unwrap_or_default()
    )
}

/// Reads what was written as a connector.
fn check(name: &str, files: &[(String, String)]) -> Result<(), String> {
    let files = files.iter().map(|(file, text)| SourceFile {
        path: file.clone(),
        text: text.clone(),
    });
    let source = ConnectorSource {
        name: name.to_owned(),
        files: files.collect(),
    };
    let (catalog, found) = catalog::build(vec![source]);
    let Some(first) = found.first() else {
        return Ok(());
    };
    let near = first.labels.first().map_or(String::new(), |label| {
        let file = catalog.sources.get(label.place.file);
        let (line, _) = catalog.sources.line_col(label.place);
        let shown = file
            .text
            .lines()
            .nth(line.saturating_sub(1))
            .unwrap_or_default();
        format!(" in {}:{line}: `{}`", file.path, shown.trim())
    });
    Err(format!(
        "a mistake of the importer, not of the document: what it wrote does not check: {}{near}",
        first.message
    ))
}
