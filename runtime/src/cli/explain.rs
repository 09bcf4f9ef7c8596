//! `ondo explain CODE`, `ondo explain FUNCTION`: the page of a message or the entry of a function, as they stand in the
//! documentation.

use ondo_compiler::builtins::reference;
use ondo_compiler::errors;
use rust_embed::RustEmbed;

use super::{Exit, connectors, print};

#[derive(RustEmbed)]
#[folder = "../docs/errors"]
#[allow_missing = true]
struct Pages;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The name in the first line of a message, or of a function; all names without it
    name: Option<String>,
}

pub(super) fn main(args: &Args) -> Exit {
    let Some(code) = &args.name else {
        let codes = errors::ALL.iter().map(|info| (info.code, info.summary));
        for (name, summary) in codes.chain(reference::summaries()) {
            print(&format!("{name:<28} {summary}\n"));
        }
        return Exit::Done;
    };
    let page = Pages::get(&format!("{code}.md"));
    match (errors::find(code), page) {
        (Some(_), Some(page)) => print(&String::from_utf8_lossy(&page.data)),
        (Some(info), None) => print(&format!("{}\n\n{}\n", info.code, info.summary)),
        (None, _) if let Some(entry) = reference::of(code) => print(&entry),
        (None, _) => {
            eprintln!("error: no message and no function is called `{code}`");
            // Systems and what they offer are explained elsewhere.
            if let Some(hint) = connectors::hint(code) {
                eprintln!("  help: {hint}");
            } else if let Some(near) = nearest(code) {
                eprintln!("  help: ondo explain {near}");
            }
            return Exit::No;
        }
    }
    Exit::Done
}

/// A name that is nearly the same; else one that holds what was typed, or is held by it.
fn nearest(typed: &str) -> Option<&'static str> {
    let codes = errors::ALL.iter().map(|info| info.code);
    let functions = reference::summaries().into_iter().map(|(name, _)| name);
    let names: Vec<&'static str> = codes.chain(functions).collect();
    let near = errors::nearest_name(typed, names.iter().copied());
    if let Some(near) = near.and_then(|near| names.iter().find(|name| **name == near)) {
        return Some(near);
    }
    names
        .into_iter()
        .filter(|code| code.contains(typed) || typed.contains(code))
        .min_by_key(|code| code.len().abs_diff(typed.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_code_finds_it_and_nonsense_nothing() {
        assert_eq!(nearest("ambiguous"), Some("ambiguous-name"));
        assert_eq!(nearest("ruond"), Some("round"));
        assert_eq!(nearest("щука"), None);
    }
}
