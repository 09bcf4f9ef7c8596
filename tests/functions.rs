//! The reference of functions, on paper and in the terminal, is what the program knows.
//!
//! `UPDATE_DOCS=1 cargo test functions::` writes `docs/language/functions.md`.

use ondo_compiler::builtins;

use crate::support::daemon::ondo;
use crate::support::root;

#[test]
fn the_reference_is_fresh() {
    let path = root().join("docs/language/functions.md");
    let page = builtins::reference::page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/language/functions.md is not what the functions say; UPDATE_DOCS=1 writes it"
    );
}

/// What `ondo explain` prints, and whether it knew the name.
fn explain(name: &str) -> (bool, String) {
    let output = ondo().args(["explain", name]).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&text).into_owned(),
    )
}

#[test]
fn a_function_is_explained_in_the_terminal() {
    let (known, text) = explain("round");
    assert!(known, "{text}");
    assert!(text.contains("round(x: num, places: int = 0"), "{text}");
    assert!(text.contains("round(10 / 3, 2)  // 3.33"), "{text}");
    let (known, text) = explain("first");
    assert!(known && text.contains("first(list: [T]) -> T?"), "{text}");
    assert!(text.contains("first(x, `path`) -> T?"), "{text}");
}

#[test]
fn a_code_is_explained_before_a_function() {
    let (known, text) = explain("unknown-function");
    assert!(known && text.starts_with("# unknown-function\n"), "{text}");
}

#[test]
fn a_slip_in_a_name_is_answered_with_the_name() {
    let (known, text) = explain("gruop_by");
    assert!(!known, "{text}");
    assert!(text.contains("help: ondo explain group_by"), "{text}");
    let (known, text) = explain("щука");
    assert!(!known && !text.contains("help"), "{text}");
}
