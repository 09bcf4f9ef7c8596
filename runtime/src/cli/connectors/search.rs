//! `ondo connectors search`: every word that is asked for must occur in a thing's own words or in those around it, and at
//! least one in its own.

use ondo_compiler::describe::{Field, Remark, System};
use ondo_compiler::errors::nearest_name;

use super::layout::Layout;
use super::stems::{Stems, Word, fit};

/// So many are printed without `--all`.
const SHOWN_MAX: usize = 40;

/// What a hit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Connector,
    Setting,
    Event,
    Action,
    Argument,
    Field,
    Outcome,
    Code,
    Type,
}

impl Kind {
    /// One word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Kind::Connector => "connector",
            Kind::Setting => "setting",
            Kind::Event => "event",
            Kind::Action => "action",
            Kind::Argument => "argument",
            Kind::Field => "field",
            Kind::Outcome => "outcome",
            Kind::Code => "code",
            Kind::Type => "type",
        }
    }
}

/// Something that can be found.
#[derive(Debug, Clone)]
pub(super) struct Hit {
    pub(super) kind: Kind,
    pub(super) connector: String,
    /// Event, action, type, or what else it stands in.
    pub(super) part: Option<String>,
    /// The path of a field in it.
    pub(super) path: Option<String>,
    pub(super) ty: Option<String>,
    pub(super) caption: Option<String>,
    pub(super) remark: Option<Remark>,
}

impl Hit {
    /// `plazius.addBonus amount: money`
    pub(super) fn title(&self) -> String {
        let mut title = self.connector.clone();
        match (self.kind, &self.part) {
            (Kind::Code | Kind::Setting, Some(part)) => {
                title.push_str(&format!(" {} {part}", self.kind.word()));
            }
            (_, Some(part)) => title.push_str(&format!(".{part}")),
            (_, None) => {}
        }
        if let Some(path) = &self.path {
            title.push_str(&format!(" {path}"));
        }
        if let Some(ty) = &self.ty {
            title.push_str(&format!(": {ty}"));
        }
        title
    }

    /// What `ondo connectors show` is given for more of it.
    pub(super) fn show(&self) -> String {
        match (self.kind, &self.part) {
            (Kind::Code | Kind::Setting | Kind::Connector, _) | (_, None) => self.connector.clone(),
            (_, Some(part)) => format!("{}.{part}", self.connector),
        }
    }
}

/// A hit with the words that find it.
struct Entry {
    hit: Hit,
    name: Vec<Word>,
    caption: Vec<Word>,
    remark: Vec<Word>,
    around: Vec<Word>,
}

/// What a search gives.
pub(super) struct Found {
    /// Best first.
    pub(super) hits: Vec<Hit>,
    /// Words that nearly are those asked for, when there is nothing.
    pub(super) nearest: Vec<String>,
}

/// Everything that has these words.
pub(super) fn search(systems: &[System], asked: &[String]) -> Found {
    let stems = Stems::new();
    let asked: Vec<Word> = asked.iter().flat_map(|text| stems.asked(text)).collect();
    let entries = entries(systems, &stems);
    let mut scored: Vec<(u32, &Entry)> = entries
        .iter()
        .filter_map(|entry| Some((score(entry, &asked)?, entry)))
        .collect();
    // What is equally good stays in the order of the definitions.
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    let hits: Vec<Hit> = scored.iter().map(|(_, entry)| entry.hit.clone()).collect();
    let nearest = match hits.is_empty() {
        true => nearest(&entries, &asked),
        false => Vec::new(),
    };
    Found { hits, nearest }
}

/// How well an entry fits; none if a word does not occur, or no word is its own.
fn score(entry: &Entry, asked: &[Word]) -> Option<u32> {
    let best = |words: &[Word], word: &Word| words.iter().map(|there| fit(word, there)).max();
    let (mut total, mut is_own) = (0, asked.is_empty());
    for word in asked {
        let weighted = [(&entry.name, 8), (&entry.caption, 6), (&entry.remark, 2)];
        let own = weighted
            .iter()
            .filter_map(|(words, weight)| Some(best(words, word)? * weight))
            .max();
        let own = own.unwrap_or_default();
        let around = best(&entry.around, word).unwrap_or_default();
        if own == 0 && around == 0 {
            return None;
        }
        is_own |= own > 0;
        total += own.max(around);
    }
    // What is near the top says more than what is deep inside, and a whole thing more than a part of it.
    let depth = entry
        .hit
        .path
        .as_ref()
        .map_or(0, |path| path.matches('.').count() + 1);
    let bonus = 6_u32.saturating_sub(u32::try_from(depth).unwrap_or(u32::MAX));
    is_own.then_some(total * 8 + bonus)
}

/// For each word that occurs nowhere the nearest one that does; the others as they are.
fn nearest(entries: &[Entry], asked: &[Word]) -> Vec<String> {
    let all = || {
        let words = entries
            .iter()
            .flat_map(|entry| [&entry.name, &entry.caption]);
        words.flatten()
    };
    let mut changed = false;
    let mut words = Vec::new();
    for word in asked {
        if all().any(|there| fit(word, there) > 0) {
            words.push(word.text.clone());
            continue;
        }
        let Some(near) = nearest_name(&word.text, all().map(|there| there.text.as_str())) else {
            continue;
        };
        changed = true;
        words.push(near.to_owned());
    }
    match changed || words.len() < asked.len() {
        true => words,
        // Every word is somewhere, but not together: fewer of them find something.
        false => words
            .into_iter()
            .take(1)
            .filter(|_| asked.len() > 1)
            .collect(),
    }
}

struct Index<'a> {
    stems: &'a Stems,
    entries: Vec<Entry>,
    /// Named types whose fields stand in an event or in arguments already.
    seen: Vec<String>,
}

fn entries(systems: &[System], stems: &Stems) -> Vec<Entry> {
    let mut index = Index {
        stems,
        entries: Vec::new(),
        seen: Vec::new(),
    };
    for system in systems {
        index.seen.clear();
        of_system(&mut index, system);
    }
    index.entries
}

fn of_system(index: &mut Index<'_>, system: &System) {
    let hit =
        |kind, part: Option<&String>, caption: Option<&String>, remark: Option<&Remark>| Hit {
            kind,
            connector: system.name.clone(),
            part: part.cloned(),
            path: None,
            ty: None,
            caption: caption.cloned(),
            remark: remark.cloned(),
        };
    let title = format!(
        "{} {}",
        system.name,
        system.caption.clone().unwrap_or_default()
    );
    index.add(
        hit(
            Kind::Connector,
            None,
            system.caption.as_ref(),
            system.remark.as_ref(),
        ),
        &system.name,
        "",
    );
    for setting in system.settings.iter().filter(|setting| !setting.common) {
        let (caption, remark) = (setting.caption.as_ref(), setting.remark.as_ref());
        let mut found = hit(Kind::Setting, Some(&setting.name), caption, remark);
        found.ty = Some(setting.ty.clone());
        index.add(found, &setting.name, &title);
    }
    for event in &system.events {
        let (caption, remark) = (event.caption.as_ref(), event.remark.as_ref());
        let found = hit(Kind::Event, Some(&event.name), caption, remark);
        index.add(found.clone(), &event.name, &title);
        // A kind of another event has the fields of that one.
        if event.parent.is_none() {
            let around = around(&title, &event.name, caption);
            index.fields(Kind::Field, &found, &event.fields, "", &around);
            index.seen.push(event.payload.clone());
        }
    }
    for action in &system.actions {
        let (caption, remark) = (action.caption.as_ref(), action.remark.as_ref());
        let found = hit(Kind::Action, Some(&action.name), caption, remark);
        index.add(
            found.clone(),
            &format!("{} {}", action.name, action.sends),
            &title,
        );
        let around = around(&title, &action.name, caption);
        index.fields(Kind::Argument, &found, &action.args, "", &around);
        for outcome in &action.outcomes {
            // Only what comes of this action; the connector's own answers come of any.
            let prefix = format!("{}.", outcome.name);
            index.fields(Kind::Outcome, &found, &outcome.fields, &prefix, &around);
        }
    }
    for code in &system.codes {
        let found = hit(Kind::Code, Some(&code.code), Some(&code.caption), None);
        index.add(found, &code.code, &title);
    }
    for shape in &system.types {
        let (caption, remark) = (shape.caption.as_ref(), shape.remark.as_ref());
        let mut found = hit(Kind::Type, Some(&shape.name), caption, remark);
        found.ty = shape.ty.clone();
        let values = shape.ty.clone().unwrap_or_default();
        index.add(found.clone(), &format!("{} {values}", shape.name), &title);
        if !index.seen.contains(&shape.name) {
            found.ty = None;
            let around = around(&title, &shape.name, caption);
            index.fields(Kind::Field, &found, &shape.fields, "", &around);
        }
    }
}

fn around(title: &str, name: &str, caption: Option<&String>) -> String {
    let caption = caption.map_or("", String::as_str);
    format!("{title} {name} {caption}")
}

impl Index<'_> {
    fn add(&mut self, hit: Hit, name: &str, around: &str) {
        let words = |text: &str| self.stems.words(text);
        let remark = hit.remark.as_ref().map_or("", |remark| &remark.text);
        let entry = Entry {
            name: words(name),
            caption: words(hit.caption.as_deref().unwrap_or_default()),
            remark: words(remark),
            around: words(around),
            hit,
        };
        self.entries.push(entry);
    }

    fn fields(&mut self, kind: Kind, part: &Hit, fields: &[Field], prefix: &str, around: &str) {
        for field in fields {
            let path = format!("{prefix}{}", field.name);
            let hit = Hit {
                kind,
                path: Some(path.clone()),
                ty: Some(field.ty.clone()),
                caption: field.caption.clone(),
                remark: field.remark.clone(),
                ..part.clone()
            };
            let mut name = field.name.clone();
            for more in field.aliases.iter().chain(&field.values) {
                name.push(' ');
                name.push_str(more);
            }
            self.add(hit, &name, around);
            if let Some(shape) = &field.shape
                && !field.fields.is_empty()
                && !self.seen.contains(shape)
            {
                self.seen.push(shape.clone());
            }
            let caption = field.caption.as_deref().unwrap_or_default();
            let around = format!("{around} {} {caption}", field.name);
            let list = if field.ty.starts_with('[') { "[]" } else { "" };
            self.fields(
                kind,
                part,
                &field.fields,
                &format!("{path}{list}."),
                &around,
            );
        }
    }
}

/// The hits, best first.
pub(super) fn text(found: &Found, all: bool) -> String {
    let mut layout = Layout::new();
    let most = if all { found.hits.len() } else { SHOWN_MAX };
    for hit in found.hits.iter().take(most) {
        let caption = hit.caption.as_ref().map(|caption| format!("\"{caption}\""));
        layout.row(0, &hit.title(), caption.as_deref());
        if let Some(remark) = hit.remark.as_ref().filter(|remark| remark.inferred) {
            layout.remark(1, Some(remark));
        }
    }
    let left = found.hits.len().saturating_sub(most);
    if left > 0 {
        layout.heading(&format!("and {left} more: add a word, or --all"));
    }
    if let Some(first) = found.hits.first() {
        layout.heading(&format!(
            "more of it: ondo connectors show {}",
            first.show()
        ));
    }
    layout.finish()
}
