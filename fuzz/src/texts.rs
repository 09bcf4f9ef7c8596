//! Any text: parsed, formatted, checked, built into a catalog.

use std::sync::Arc;

use ondo_compiler::catalog::{self, ConnectorSource};
use ondo_compiler::check::{BundleInput, compile, explain};
use ondo_compiler::diagnostic::{Diagnostic, Severity};
use ondo_compiler::ir_text;
use ondo_compiler::source::{SourceFile, Sources};
use ondo_grammar::fmt::{self, FormatError};

use crate::repository::CATALOG;

/// The parser comes to an end, its places lie in the text, and what can be read can be formatted.
pub fn parse(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let parsed = ondo_grammar::parse(&text);
    let inside = |span: ondo_grammar::ast::Span| {
        let found = text.get(span.start as usize..span.end as usize);
        assert!(found.is_some(), "{span:?} is no place of the text");
    };
    for error in &parsed.errors {
        inside(error.span);
        error.related.iter().for_each(|(span, _)| inside(*span));
        assert!(ondo_grammar::CODES.contains(&error.code), "{}", error.code);
        assert!(!error.message.contains('\n'), "{}", error.message);
    }
    assert!(parsed.errors.is_sorted_by_key(|error| error.span));
    parsed.file.items.iter().for_each(|item| inside(item.span));
    parsed
        .comments
        .iter()
        .for_each(|comment| inside(comment.span));
    if parsed.errors.is_empty() {
        assert!(
            !format!("{:?}", parsed.file).contains("kind: Error"),
            "an error node without its message"
        );
    }
    match fmt::format(&text) {
        Ok(formatted) => {
            assert!(parsed.errors.is_empty());
            assert_eq!(fmt::format(&formatted).as_ref(), Ok(&formatted));
        }
        Err(FormatError::Syntax(_)) => assert!(!parsed.errors.is_empty()),
        Err(FormatError::Ours(what)) => panic!("the formatter: {what}"),
    }
}

/// A bundle is a program or has an error, and every finding has a place.
pub fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let file = SourceFile {
        path: "bundles/case.ondo".to_owned(),
        text: text.into_owned(),
    };
    let bundle = BundleInput {
        name: "case".to_owned(),
        files: vec![Arc::new(file)],
        libraries: Vec::new(),
        tables: Vec::new(),
    };
    let compiled = compile(&bundle, &CATALOG);
    let wrong = compiled
        .diagnostics
        .iter()
        .any(|finding| finding.severity == Severity::Error);
    assert_eq!(compiled.program.is_none(), wrong);
    well_formed(&compiled.diagnostics, &compiled.sources);
    if let Some(program) = &compiled.program {
        let _ = (explain(program), ir_text::print(program));
    }
}

/// A definition is built, or what is wrong with it has a place.
pub fn definition(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let source = ConnectorSource {
        name: "vendor".to_owned(),
        files: vec![SourceFile {
            path: "connectors/vendor/connector.ondo".to_owned(),
            text: text.into_owned(),
        }],
    };
    let (catalog, findings) = catalog::build(vec![source]);
    well_formed(&findings, &catalog.sources);
}

fn well_formed(findings: &[Diagnostic], sources: &Sources) {
    for finding in findings {
        let code = finding.code;
        assert!(
            !finding.message.is_empty() && !finding.message.contains('\n'),
            "{code}: {}",
            finding.message
        );
        assert!(!finding.labels.is_empty(), "{code} has no place");
        for label in &finding.labels {
            let text = &sources.get(label.place.file).text;
            let span = label.place.span;
            let found = text.get(span.start as usize..span.end as usize);
            assert!(found.is_some(), "{code}: {span:?} is no place of its text");
        }
    }
}
