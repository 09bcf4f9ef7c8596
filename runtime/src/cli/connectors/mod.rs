//! `ondo connectors list`, `show NAME[.PART]`, `search WORDS…`: what the systems offer, read where the compiler reads it.
//!
//! With `--bundle` the connectors of that bundle are there too. `--json` prints what `docs/connectors.schema.json` says.

mod find;
mod json;
mod layout;
mod list;
mod search;
mod show;
mod stems;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Subcommand;
use ondo_compiler::catalog::Catalog;
use ondo_compiler::describe::{self, System};
use serde_json::Value;

use super::{Exit, print, unable};
use crate::bundle::{self, Kind};
use crate::report::{self, Style};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List all systems
    List {
        #[command(flatten)]
        form: Form,
    },
    /// Show a system, or one of its events, actions or types with all fields
    Show {
        /// NAME, NAME.EVENT, NAME.ACTION, NAME.TYPE, or the path of a field behind it
        #[arg(value_name = "NAME[.PART]")]
        path: String,
        #[command(flatten)]
        form: Form,
    },
    /// Find fields, events, actions, types and error codes by words of any language: all must occur
    Search {
        /// Names, paths, codes, or words of captions
        #[arg(value_name = "WORDS", required = true)]
        words: Vec<String>,
        /// Print all that is found, not only the best
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        form: Form,
    },
}

#[derive(Debug, clap::Args)]
struct Form {
    /// With the connectors of this bundle
    #[arg(long, value_name = "PATH")]
    bundle: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The systems that are looked into.
struct Known {
    catalog: Arc<Catalog>,
    /// By name.
    systems: Vec<System>,
    /// Names of those that the bundle brings.
    own: Vec<String>,
}

impl Known {
    /// An example, as it lies beside the definition.
    fn example(&self, system: &str, file: &str) -> Option<String> {
        let is_own = self.own.iter().any(|own| own == system);
        let bytes = match self.catalog.connector(system) {
            Some(connector) if is_own => {
                let definition = &self.catalog.sources.get(connector.place.file).path;
                std::fs::read(bundle::examples::beside(definition, file)?).ok()
            }
            _ => bundle::example(system, file),
        };
        String::from_utf8(bytes?).ok()
    }
}

pub(super) fn main(args: &Args) -> Exit {
    let form = match &args.what {
        What::List { form } | What::Show { form, .. } | What::Search { form, .. } => form,
    };
    let known = match known(form.bundle.as_deref()) {
        Ok(known) => known,
        Err(error) => return unable(error),
    };
    match &args.what {
        What::List { form } => {
            match form.json {
                true => print_json(&json::list(&known)),
                false => print(&list::text(&known)),
            }
            Exit::Done
        }
        What::Show { path, form } => show(&known, path, form.json),
        What::Search { words, all, form } => search(&known, words, *all, form.json),
    }
}

/// The connectors of the binary, and those of a bundle. What is wrong with these is said, and the rest is shown.
fn known(path: Option<&Path>) -> Result<Known, String> {
    let Some(path) = path else {
        let catalog = bundle::catalog();
        return Ok(Known {
            systems: describe::systems(&catalog),
            catalog,
            own: Vec::new(),
        });
    };
    let found = bundle::load(path).map_err(|error| error.to_string())?;
    if let Some(error) = found.errors.first() {
        return Err(error.to_string());
    }
    let [bundle] = found.bundles.as_slice() else {
        let message = "holds several bundles; name one of them";
        return Err(format!("`{}` {message}", path.display()));
    };
    let (catalog, findings) = bundle::catalog_of(bundle);
    if !findings.is_empty() {
        let style = Style::of_stderr();
        eprintln!("{}", report::full(&findings, &catalog.sources, style));
    }
    let own_paths: Vec<&str> = bundle
        .files
        .iter()
        .filter(|file| file.kind == Kind::Connector)
        .map(|file| file.source.path.as_str())
        .collect();
    let is_own = |file| own_paths.contains(&catalog.sources.get(file).path.as_str());
    let own = catalog.connectors.values();
    let own: Vec<String> = own
        .filter(|connector| is_own(connector.place.file))
        .map(|connector| connector.name.to_string())
        .collect();
    Ok(Known {
        systems: describe::systems(&catalog),
        catalog,
        own,
    })
}

fn show(known: &Known, path: &str, as_json: bool) -> Exit {
    match find::find(known, path) {
        Ok(found) => {
            match as_json {
                true => print_json(&json::show(known, &found)),
                false => print(&show::text(known, &found)),
            }
            Exit::Done
        }
        Err(unknown) => {
            eprintln!("error: {}", unknown.message);
            if let Some(near) = unknown.nearest {
                eprintln!("  help: ondo connectors show {near}");
            }
            Exit::No
        }
    }
}

fn search(known: &Known, words: &[String], all: bool, as_json: bool) -> Exit {
    let found = search::search(&known.systems, words);
    if as_json {
        print_json(&json::search(words, &found));
    } else if found.hits.is_empty() {
        let words = words.join(" ");
        eprintln!("error: nothing has the words `{words}` in its name, caption or remark");
        if !found.nearest.is_empty() {
            eprintln!("  help: ondo connectors search {}", found.nearest.join(" "));
        }
    } else {
        print(&search::text(&found, all));
    }
    match found.hits.is_empty() {
        true => Exit::No,
        false => Exit::Done,
    }
}

fn print_json(value: &Value) {
    print(&format!("{value:#}\n"));
}

/// What `ondo explain` answers when it is asked for a part of a connector.
pub(super) fn hint(path: &str) -> Option<String> {
    let known = known(None).ok()?;
    let (system, _) = path.split_once('.').unwrap_or((path, ""));
    if !known.systems.iter().any(|known| known.name == system) {
        return None;
    }
    let shown = match find::find(&known, path) {
        Ok(_) => path.to_owned(),
        Err(unknown) => unknown.nearest.unwrap_or_else(|| system.to_owned()),
    };
    Some(format!("ondo connectors show {shown}"))
}
