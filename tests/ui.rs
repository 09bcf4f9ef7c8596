//! What `ondo check` says about mistakes: every case under `tests/ui/CODE/` beside the message it leads to.
//!
//! `CASE.ondo`, or the folder `CASE` when it takes several files, is checked by the real binary; `CASE.stderr` is what it
//! must say. `UPDATE_UI=1 cargo test ui::` writes what it says now; read the difference before you commit it.

use std::path::{Path, PathBuf};

use crate::support::daemon::ondo;
use crate::support::root;

/// Every case, by path.
fn cases() -> Vec<PathBuf> {
    let mut cases = Vec::new();
    for folder in std::fs::read_dir(root().join("tests/ui"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
    {
        for file in std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
        {
            let is_library = file.file_name().is_some_and(|name| name == "lib");
            let is_file = file
                .extension()
                .is_some_and(|extension| extension == "ondo");
            if is_file || file.is_dir() && !is_library {
                cases.push(file);
            }
        }
    }
    cases.sort();
    cases
}

/// What the binary says about a case, run in the folder of cases so that paths are short and the same everywhere.
fn said(case: &Path) -> (Option<i32>, String) {
    let folder = root().join("tests/ui");
    let output = ondo()
        .arg("check")
        .arg(case.strip_prefix(&folder).unwrap())
        .current_dir(&folder)
        .output()
        .unwrap();
    let mut text = String::from_utf8(output.stderr).unwrap();
    text.push_str(&String::from_utf8(output.stdout).unwrap());
    (output.status.code(), text)
}

#[test]
fn every_mistake_has_its_message() {
    let update = std::env::var_os("UPDATE_UI").is_some();
    let mut wrong = Vec::new();
    let cases = cases();
    assert!(cases.len() >= 20, "only {} cases", cases.len());
    for case in &cases {
        let (_, text) = said(case);
        let expected = case.with_extension("stderr");
        if update {
            std::fs::write(&expected, &text).unwrap();
        } else if std::fs::read_to_string(&expected).ok().as_deref() != Some(&text) {
            wrong.push(format!("{}:\n{text}", case.display()));
        }
    }
    assert!(
        wrong.is_empty(),
        "these messages are not the expected ones (UPDATE_UI=1 writes them):\n\n{}",
        wrong.join("\n")
    );
}

/// The first line of each message is its code.
#[test]
fn every_case_reports_the_code_of_its_folder() {
    for case in cases() {
        let inside = case.strip_prefix(root().join("tests/ui")).unwrap();
        let code = inside.iter().next().unwrap().to_str().unwrap();
        let expected = std::fs::read_to_string(case.with_extension("stderr")).unwrap();
        let reported = expected.lines().any(|line| line == code);
        assert!(reported, "{} does not report {code}", case.display());
    }
}
