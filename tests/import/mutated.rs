//! Documents that are broken somewhere: whatever stands in one, it is refused with a reason or becomes a connector that
//! checks. The importer's own mistakes are none of the two.

use ondo_compiler::import::{self, Document};

use super::{document, documents};

/// Broken documents; each is one of the cases with some lines changed.
const DOCUMENTS: usize = 600;

/// What is put in the place of a word.
const WORDS: &[&str] = &[
    "object",
    "array",
    "string",
    "integer",
    "null",
    "true",
    "[]",
    "{}",
    "-1",
    "1.5",
    "\"\"",
    "\"a \\\" b\"",
    "$ref",
    "allOf",
    "oneOf",
    "enum",
    "properties",
    "items",
    "required",
    "type",
    "additionalProperties",
    "const",
    "header",
    "query",
    "path",
    "200",
    "default",
    "#/components/schemas/Order",
    "#/paths",
    "ёж",
    "in",
    "{x}",
    "'",
    "\\u0000",
    "99999999999999999999",
    "readOnly",
    "discriminator",
];

/// A number that depends on all before it.
struct Seed(u64);

impl Seed {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % below
    }
}

/// The beginning and the end of each word of a text.
fn words(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut start = None;
    for (at, char) in text.char_indices().chain([(text.len(), ' ')]) {
        let is_part = char.is_alphanumeric() || matches!(char, '$' | '#' | '/' | '-' | '_' | '.');
        match (start, is_part) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                found.push((from, at));
                start = None;
            }
            _ => {}
        }
    }
    found
}

#[test]
fn broken_documents_are_refused_or_become_connectors_that_check() {
    let originals: Vec<Document> = documents("tests/import")
        .iter()
        .map(|path| document(path))
        .collect();
    let mut seed = Seed(42);
    let (mut made, mut refused) = (0, 0);
    for _ in 0..DOCUMENTS {
        let original = &originals[seed.next(originals.len())];
        let mut text = original.text.clone();
        for _ in 0..=seed.next(3) {
            let all = words(&text);
            let (from, to) = all[seed.next(all.len())];
            match seed.next(4) {
                0 => text.replace_range(from..to, ""),
                1 => {
                    // What stands elsewhere in the document.
                    let (other, end) = all[seed.next(all.len())];
                    let word = text[other..end].to_owned();
                    text.replace_range(from..to, &word);
                }
                _ => text.replace_range(from..to, WORDS[seed.next(WORDS.len())]),
            }
        }
        let broken = Document {
            path: original.path.clone(),
            text,
        };
        match import::openapi(std::slice::from_ref(&broken), Some("shop")) {
            Ok(_) => made += 1,
            Err(problems) => {
                refused += 1;
                let own = problems
                    .iter()
                    .find(|problem| problem.message.contains("a mistake of the importer"));
                assert!(own.is_none(), "{}\n{}", own.unwrap(), broken.text);
            }
        }
    }
    println!("{DOCUMENTS} broken documents: {made} became connectors, {refused} were refused");
    assert!(made > DOCUMENTS / 4 && refused > DOCUMENTS / 20);
}
