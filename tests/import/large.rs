//! Large public documents, if this machine has some: `ONDO_OPENAPI_DOCS=DIR`. Each becomes a connector that checks and is
//! in the style; the table says how many operations, types and losses each has, and how long it took.

use std::time::Instant;

use ondo_compiler::import::{self, Document};

use super::whole;

#[test]
fn public_documents_become_connectors_that_check() {
    let Some(folder) = std::env::var_os("ONDO_OPENAPI_DOCS") else {
        println!("skipped: ONDO_OPENAPI_DOCS is not set to a folder with OpenAPI documents");
        return;
    };
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|ending| ending == "json" || ending == "yaml")
        })
        .collect();
    paths.sort();
    let mut wrong = Vec::new();
    for path in &paths {
        let name = path.file_name().unwrap().to_str().unwrap();
        let document = Document {
            path: name.to_owned(),
            text: std::fs::read_to_string(path).unwrap(),
        };
        let start = Instant::now();
        // Formatting and checking are a part of it.
        match import::openapi(&[document], Some("large")) {
            Ok(imported) => {
                let seconds = start.elapsed().as_millis();
                for (file, text) in &imported.files {
                    let again = ondo_grammar::fmt::format(text).unwrap();
                    assert!(again == *text, "{name}: {file} is not in the style");
                }
                println!(
                    "{name}: {} actions, {} events, {} types, {} losses, {} bytes, {seconds} ms",
                    imported.actions,
                    imported.events,
                    imported.types,
                    imported.losses.len(),
                    whole(&imported).len(),
                );
            }
            Err(problems)
                if problems[0]
                    .message
                    .starts_with("this is a Swagger 2.0 document") =>
            {
                println!("{name}: Swagger 2.0");
            }
            Err(problems) => wrong.push(problems[0].to_string()),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
