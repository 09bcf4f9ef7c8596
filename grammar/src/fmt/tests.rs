//! Cases under `tests/fmt/` (`UPDATE_FMT=1` writes what comes out now), and the whole corpus with comments everywhere.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say where"
)]

use std::fs;
use std::path::{Path, PathBuf};

use super::{FormatError, format, pieces};
use crate::{cst, parse};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All texts of a folder and the folders in it, by path.
fn texts(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            texts(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "ondo") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
}

/// The examples of the pages: what stands between lines of three backticks.
fn examples(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            examples(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "md") {
            let page = fs::read_to_string(&path).unwrap();
            let fenced = page.split("\n```").skip(1).step_by(2);
            let inside = fenced.filter_map(|block| block.split_once('\n'));
            found.extend(inside.map(|(_, text)| (path.clone(), format!("{text}\n"))));
        }
    }
}

/// Every text of the repository that can be read.
fn corpus() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for folder in [
        "bundles",
        "connectors",
        "tests",
        "compiler",
        "grammar/tests",
    ] {
        texts(&root().join(folder), &mut found);
    }
    examples(&root().join("docs"), &mut found);
    found.retain(|(_, text)| parse(text).errors.is_empty());
    assert!(found.len() > 20, "the corpus is gone");
    found
}

/// Formats, and says which text could not be.
fn must_format(path: &Path, text: &str) -> String {
    match format(text) {
        Ok(formatted) => formatted,
        Err(error) => panic!("{}: {error}\n{text}", path.display()),
    }
}

#[test]
fn every_case_has_its_layout() {
    let mut cases = Vec::new();
    texts(&root().join("tests/fmt"), &mut cases);
    assert!(!cases.is_empty());
    for (path, text) in cases {
        let wanted = path.with_extension("formatted");
        let formatted = must_format(&path, &text);
        if std::env::var_os("UPDATE_FMT").is_some() {
            fs::write(&wanted, &formatted).unwrap();
        }
        let wanted = fs::read_to_string(&wanted).unwrap_or_default();
        assert!(
            formatted == wanted,
            "{}: formatted is\n{formatted}",
            path.display()
        );
    }
}

#[test]
fn every_text_of_the_corpus_is_formatted_and_stays_so() {
    for (path, text) in corpus() {
        let formatted = must_format(&path, &text);
        assert_eq!(must_format(&path, &formatted), formatted);
        assert!(formatted.lines().all(|line| line == line.trim_end()));
        assert!(!formatted.contains("\n\n\n"));
    }
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

const COMMENTS: [&str; 6] = [
    " // behind\n",
    " // позади: {\"да\"\n",
    "\n// a line\n",
    " /* inside */ ",
    "\n\n/* an own\n   block */\n\n",
    " /* twice */ // behind\n",
];

/// The text with comments before some of its words: before one of `rarity`.
fn with_comments(text: &str, dice: &mut Dice, rarity: u64) -> String {
    let file = cst::read_with_signs(text).unwrap();
    let mut words = Vec::new();
    pieces::words(&file, &mut words);
    let mut commented = String::new();
    let mut at = 0;
    for word in words {
        let start = word.span.start as usize;
        commented.push_str(&text[at..start]);
        at = start;
        if dice.below(rarity) == 0 {
            commented.push_str(COMMENTS[dice.below(COMMENTS.len() as u64) as usize]);
        }
    }
    commented + &text[at..]
}

#[test]
fn comments_between_any_words_are_kept() {
    // Another number tries other places.
    let seed = std::env::var("FMT_SEED").map_or(7, |seed| seed.parse().unwrap());
    let mut dice = Dice(seed);
    let (mut tried, mut read) = (0, 0);
    for (path, text) in corpus() {
        let rounds = if text.len() > 8_000 { 1 } else { 3 };
        for round in 0..rounds {
            let commented = with_comments(&text, &mut dice, [25, 4, 60][round % 3]);
            tried += 1;
            // A few places end with their line: there a comment changes what is read.
            if parse(&commented).errors.is_empty() {
                read += 1;
                must_format(&path, &commented);
            }
        }
    }
    assert!(read * 10 > tried * 8, "only {read} of {tried} were read");
}

#[test]
fn there_is_no_place_where_a_comment_is_lost() {
    const APART: usize = 19;
    let text = fs::read_to_string(root().join("tests/fmt/a_fuller_bundle.ondo")).unwrap();
    let file = cst::read_with_signs(&text).unwrap();
    let mut words = Vec::new();
    pieces::words(&file, &mut words);
    let mut read = 0;
    for first in 0..APART {
        let (mut commented, mut at) = (String::new(), 0);
        for (number, word) in words.iter().enumerate().skip(first).step_by(APART) {
            let start = word.span.start as usize;
            commented.push_str(&text[at..start]);
            commented.push_str(COMMENTS[number % COMMENTS.len()]);
            at = start;
        }
        commented.push_str(&text[at..]);
        if parse(&commented).errors.is_empty() {
            read += 1;
            must_format(Path::new("a_fuller_bundle"), &commented);
        }
    }
    assert!(read > APART / 2);
}

#[test]
fn a_text_with_mistakes_is_left_alone() {
    let Err(FormatError::Syntax(errors)) = format("on crm.order when a = 1 do staff.send()") else {
        panic!("formatted what could not be read");
    };
    assert_eq!(errors[0].code, "single-equals");
}

#[test]
fn deep_nesting_is_formatted() {
    let deep = format!("const A = {}1{}", "[".repeat(100), "]".repeat(100));
    assert!(format(&deep).is_ok());
}

#[test]
fn an_empty_text_stays_empty() {
    assert_eq!(format("").unwrap(), "");
    assert_eq!(format(" \n\n").unwrap(), "");
    assert_eq!(format("\n // alone \n").unwrap(), "// alone\n");
}

#[test]
fn line_ends_of_other_systems_become_ours() {
    let formatted = format("const A = 1 // one\r\n\r\nconst B = 2\r\n").unwrap();
    assert_eq!(formatted, "const A = 1  // one\n\nconst B = 2\n");
}
