//! The reference pages of connectors, made of their definitions: `docs/connectors/NAME.md`.
//!
//! `UPDATE_DOCS=1 cargo test -p ondo --test ondo connector_pages::` writes them.

mod deviations;
mod tables;

use std::fmt::Write as _;

use serde_json::Value as Json;

pub use deviations::deviations;

use super::{Action, Event, Part, Remark, Shape, System, start_of_action, start_of_event, system};
use crate::catalog::{Catalog, Connector};
use tables::{cell, code};

/// What a page needs besides the catalog.
pub struct Beside<'a> {
    /// What stands of the connector in the list of deviations, a line each, in Markdown.
    pub deviations: Vec<String>,
    /// An example by its file name.
    pub example: &'a dyn Fn(&str) -> Option<Json>,
}

/// The rows of the index: each system with its page.
pub fn index(systems: &[System]) -> String {
    let mut text = String::from("| system | in bundles | events | actions |\n|---|---|---|---|\n");
    for system in systems {
        let title = system.caption.as_ref().unwrap_or(&system.name);
        let names = |names: Vec<&String>| match names.is_empty() {
            true => "–".to_owned(),
            false => {
                let names: Vec<String> = names.into_iter().map(|name| code(name)).collect();
                names.join(", ")
            }
        };
        let events = names(system.events.iter().map(|event| &event.name).collect());
        let actions = names(system.actions.iter().map(|action| &action.name).collect());
        // Writing into a text cannot fail.
        let _ = writeln!(
            text,
            "| [{}]({}.md) | {} | {events} | {actions} |",
            cell(title),
            system.name,
            code(&system.name)
        );
    }
    text
}

/// The page of a connector.
pub fn page(catalog: &Catalog, connector: &Connector, beside: &Beside<'_>) -> String {
    let system = system(catalog, connector);
    let mut page = Page {
        catalog,
        connector,
        beside,
        text: String::new(),
    };
    page.head(&system);
    page.account(&system);
    if !system.events.is_empty() {
        page.title("## Events");
        for event in &system.events {
            page.event(event);
        }
    }
    if !system.actions.is_empty() {
        page.title("## Actions");
        for action in &system.actions {
            page.action(action);
        }
    }
    page.codes(&system);
    if !system.types.is_empty() {
        page.title("## Types");
        for shape in &system.types {
            page.shape(shape);
        }
    }
    page.notes(&system);
    page.text
}

struct Page<'a> {
    catalog: &'a Catalog,
    connector: &'a Connector,
    beside: &'a Beside<'a>,
    text: String,
}

impl Page<'_> {
    fn title(&mut self, title: &str) {
        self.paragraph(title);
    }

    /// A block with an empty line before it.
    fn paragraph(&mut self, text: &str) {
        let text = text.trim_end();
        if text.is_empty() {
            return;
        }
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn remark(&mut self, remark: Option<&Remark>) {
        if let Some(remark) = remark {
            self.paragraph(&prose(remark));
        }
    }

    /// Remarks about lines of the definition.
    fn parts(&mut self, parts: &[Part]) {
        let items: Vec<String> = parts
            .iter()
            .map(|part| {
                let said = prose(&part.remark).replace("\n\n", " ").replace('\n', " ");
                match &part.about {
                    Some(about) => format!("- {}: {said}", code(about)),
                    None => format!("- {said}"),
                }
            })
            .collect();
        if !items.is_empty() {
            // Without words between them two lists would be one.
            self.paragraph("The definition says:");
        }
        self.paragraph(&items.join("\n"));
    }

    fn head(&mut self, system: &System) {
        let caption = system.caption.as_ref().unwrap_or(&system.name);
        self.title(&format!("# {caption}"));
        self.paragraph(&format!(
            "{} in bundles. This page is made of the definition in \
             [connectors/{name}/](../../connectors/{name}/); `ondo connectors show {name}` prints the same. \
             [How to read it](README.md#how-to-read-a-page).",
            code(&system.name),
            name = system.name,
        ));
        self.remark(system.remark.as_ref());
        let all = [
            ("events", system.events.is_empty()),
            ("actions", system.actions.is_empty()),
            ("error codes", system.codes.is_empty()),
            ("types", system.types.is_empty()),
            ("differences", self.beside.deviations.is_empty()),
            ("notes", system.notes.is_empty()),
        ];
        let links: Vec<String> = all
            .into_iter()
            .filter(|(_, is_empty)| !is_empty)
            .map(|(name, _)| format!("[{name}](#{})", name.replace(' ', "-")))
            .collect();
        self.paragraph(&links.join(" · "));
    }

    fn account(&mut self, system: &System) {
        let own = system.settings.iter().filter(|setting| !setting.common);
        let rows: Vec<String> = own
            .map(|setting| {
                let mut ty = setting.ty.clone();
                if setting.identity {
                    ty.push_str(" identity");
                }
                if let Some(default) = &setting.default {
                    ty.push_str(&format!(" = {default}"));
                }
                let said = tables::said(setting.caption.as_ref(), setting.remark.as_ref());
                format!("| {} | {} | {said} |", code(&setting.name), code(&ty))
            })
            .collect();
        if !rows.is_empty() {
            self.title("## Settings");
            let head = "| setting | type | what it is |\n|---|---|---|";
            self.paragraph(&format!("{head}\n{}", rows.join("\n")));
            self.paragraph(
                "Every account can say `currency`, `timezone`, `privateNetwork` and `certificate` too \
                 ([accounts](../language/accounts.md)).",
            );
        }
        if let Some(auth) = &system.auth {
            self.title("## How requests prove who they come from");
            self.paragraph(&lines(&auth.lines));
            self.parts(&auth.remarks);
        }
        if let Some(hook) = &system.hook {
            self.title("## How deliveries prove themselves");
            self.paragraph(&lines(&hook.lines));
            self.parts(&hook.remarks);
        }
        if !system.limits.is_empty() {
            self.title("## Limits");
            self.paragraph(&lines(&system.limits));
        }
    }

    fn event(&mut self, event: &Event) {
        self.title(&format!("### event {}", event.name));
        if let Some(caption) = &event.caption {
            self.paragraph(&cell(caption));
        }
        self.remark(event.remark.as_ref());
        let mut facts: Vec<String> = Vec::new();
        if let Some(parent) = &event.parent {
            facts.push(format!(
                "a kind of [`{parent}`](#event-{})",
                parent.to_lowercase()
            ));
        }
        for param in &event.params {
            facts.push(format!(
                "a rule gives {}",
                code(&format!("{}: {}", param.name, param.ty))
            ));
        }
        for heard in &event.heard {
            facts.push(format!("{}: {}", heard.way.word(), cell(&heard.text)));
        }
        let lines_of = [
            ("one delivery is told by", &event.key),
            ("`once` hangs on", &event.entity),
            (
                "a rule keeps them in order with `ordered by`",
                &event.ordered_by,
            ),
        ];
        for (what, value) in lines_of {
            if let Some(value) = value {
                facts.push(format!("{what} {}", code(value)));
            }
        }
        self.paragraph(&lines(&facts));
        self.parts(&event.remarks);
        match (&event.parent, event.fields.is_empty()) {
            (Some(parent), false) => self.paragraph(&format!(
                "Its fields are those of [`{parent}`](#event-{}).",
                parent.to_lowercase()
            )),
            (None, false) => self.paragraph(&tables::tree("field", &event.fields)),
            (_, true) => self.paragraph(&format!("It brings {}.", code(&event.payload))),
        }
        if let Some(defined) = self.connector.event(&event.name) {
            self.start(&start_of_event(self.catalog, self.connector, defined));
        }
        self.examples(&event.examples);
    }

    fn action(&mut self, action: &Action) {
        self.title(&format!("### action {}", action.name));
        if let Some(caption) = &action.caption {
            self.paragraph(&cell(caption));
        }
        self.remark(action.remark.as_ref());
        let effect = &action.effect;
        let mut class = format!("{}: {}", code(effect.class), effect.repeats);
        if let Some(key) = &effect.key {
            class.push_str(&format!("; the key is {}", code(key)));
        }
        if let Some(form) = &effect.key_form {
            class.push_str(&format!(", made as {} where you give none", code(form)));
        }
        if let Some(window) = &effect.window {
            class.push_str(&format!(", remembered for {window}"));
        }
        if let Some(readback) = &effect.readback {
            class.push_str(&format!(" (`{readback}`)"));
        }
        let mut facts = vec![code(&action.sends), class];
        if let Some(raises) = &action.raises {
            facts.push(format!(
                "it causes the event [`{raises}`](#event-{})",
                raises.to_lowercase()
            ));
        }
        if let Some(job) = &action.job {
            facts.push(job.clone());
        }
        if let Some(since) = &action.since {
            facts.push(format!("since version {since}"));
        }
        if let Some(timeout) = &action.timeout {
            facts.push(format!("the vendor's own time limit is {timeout}"));
        }
        self.paragraph(&lines(&facts));
        self.parts(&action.remarks);
        if !action.args.is_empty() {
            self.paragraph(&tables::tree("argument", &action.args));
        }
        for group in &action.one_of {
            self.paragraph(&format!("One of {}.", code(&group.join(", "))));
        }
        self.paragraph(&tables::outcomes(&action.outcomes));
        if let Some(defined) = self.connector.action(&action.name) {
            let example = action.examples.first();
            let example = example.and_then(|file| (self.beside.example)(file));
            let example = example.as_ref();
            self.start(&start_of_action(
                self.catalog,
                self.connector,
                defined,
                example,
            ));
        }
        self.examples(&action.examples);
    }

    fn start(&mut self, start: &str) {
        self.paragraph(&format!("```text\n{}\n```", start.trim_end()));
    }

    fn examples(&mut self, files: &[String]) {
        let links: Vec<String> = files
            .iter()
            .map(|file| {
                let folder = format!("../../connectors/{}/examples", self.connector.name);
                format!("[{file}]({folder}/{file})")
            })
            .collect();
        if !links.is_empty() {
            self.paragraph(&format!("Example: {}", links.join(", ")));
        }
    }

    fn codes(&mut self, system: &System) {
        if system.codes.is_empty() {
            return;
        }
        self.title("## Error codes");
        let mut table = String::from("| code | what it means |\n|---|---|\n");
        for one in &system.codes {
            let _ = writeln!(table, "| {} | {} |", code(&one.code), cell(&one.caption));
        }
        self.paragraph(&table);
    }

    fn shape(&mut self, shape: &Shape) {
        self.title(&format!("### type {}", shape.name));
        if let Some(caption) = &shape.caption {
            self.paragraph(&cell(caption));
        }
        self.remark(shape.remark.as_ref());
        self.parts(&shape.remarks);
        if let Some(ty) = &shape.ty {
            self.paragraph(&code(ty));
        }
        if !shape.fields.is_empty() {
            self.paragraph(&tables::tree("field", &shape.fields));
        }
        for group in &shape.one_of {
            self.paragraph(&format!("One of {}.", code(&group.join(", "))));
        }
    }

    fn notes(&mut self, system: &System) {
        if !self.beside.deviations.is_empty() {
            self.title("## Differences");
            self.paragraph("From the vendor's documents:");
            self.paragraph(&lines(&self.beside.deviations));
        }
        if !system.notes.is_empty() {
            self.title("## Notes");
            self.parts(&system.notes);
        }
    }
}

/// A list.
fn lines(lines: &[String]) -> String {
    let items: Vec<String> = lines.iter().map(|line| format!("- {line}")).collect();
    items.join("\n")
}

/// A remark in Markdown: its code blocks stay, and an inference is seen.
fn prose(remark: &Remark) -> String {
    let mut blocks: Vec<String> = Vec::new();
    for block in remark.text.split("\n\n") {
        // Code that follows prose needs an empty line before it.
        let mut text = String::new();
        let mut was_code = block.starts_with("    ");
        for line in block.lines() {
            let is_code = line.starts_with("    ");
            if !text.is_empty() {
                text.push_str(if is_code == was_code { "\n" } else { "\n\n" });
            }
            let line = match is_code {
                true => line.to_owned(),
                false => tables::marked(line),
            };
            text.push_str(&line);
            was_code = is_code;
        }
        blocks.push(text);
    }
    blocks.join("\n\n")
}
