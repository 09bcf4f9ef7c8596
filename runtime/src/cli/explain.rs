//! `ondo explain CODE`: the page of a message, as it stands in the documentation.

use ondo_compiler::errors;
use rust_embed::RustEmbed;

use super::{Exit, print};

#[derive(RustEmbed)]
#[folder = "../docs/errors"]
#[allow_missing = true]
struct Pages;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The name in the first line of a message; all names without it
    code: Option<String>,
}

pub(super) fn main(args: &Args) -> Exit {
    let Some(code) = &args.code else {
        for info in errors::ALL {
            print(&format!("{:<28} {}\n", info.code, info.summary));
        }
        return Exit::Done;
    };
    let page = Pages::get(&format!("{code}.md"));
    match (errors::find(code), page) {
        (Some(_), Some(page)) => print(&String::from_utf8_lossy(&page.data)),
        (Some(info), None) => print(&format!("{}\n\n{}\n", info.code, info.summary)),
        (None, _) => {
            eprintln!("error: no message has the code `{code}`");
            if let Some(near) = nearest(code) {
                eprintln!("  help: ondo explain {near}");
            }
            return Exit::No;
        }
    }
    Exit::Done
}

/// A code that holds what was typed, or is held by it.
fn nearest(typed: &str) -> Option<&'static str> {
    errors::ALL
        .iter()
        .map(|info| info.code)
        .filter(|code| code.contains(typed) || typed.contains(code))
        .min_by_key(|code| code.len().abs_diff(typed.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_code_finds_it_and_nonsense_nothing() {
        assert_eq!(nearest("ambiguous"), Some("ambiguous-name"));
        assert_eq!(nearest("щука"), None);
    }
}
