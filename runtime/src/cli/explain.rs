//! `ondo explain CODE`: the page of a message, as it stands in the documentation.

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
    let mut codes: Vec<String> = Pages::iter()
        .filter_map(|path| path.strip_suffix(".md").map(str::to_owned))
        .filter(|code| code != "README")
        .collect();
    codes.sort();
    let Some(code) = &args.code else {
        print(&format!("{}\n", codes.join("\n")));
        return Exit::Done;
    };
    let page = Pages::get(&format!("{code}.md"))
        .filter(|_| codes.contains(code))
        .and_then(|page| String::from_utf8(page.data.into_owned()).ok());
    if let Some(page) = page {
        print(&page);
        return Exit::Done;
    }
    eprintln!("error: no message has the code `{code}`");
    let nearest = codes
        .iter()
        .filter(|known| known.contains(code.as_str()) || code.contains(known.as_str()))
        .min_by_key(|known| known.len().abs_diff(code.len()));
    if let Some(nearest) = nearest {
        eprintln!("  help: ondo explain {nearest}");
    }
    Exit::No
}
