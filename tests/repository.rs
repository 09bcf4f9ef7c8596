//! The repository checks itself: every code has a page and a case, what must stay in one place does.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::support::root;

/// Every file below a folder with this extension.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn codes() -> BTreeSet<String> {
    ondo_compiler::errors::ALL
        .iter()
        .map(|info| info.code.to_owned())
        .collect()
}

#[test]
fn every_code_has_a_page() {
    let pages: BTreeSet<String> = files(&root().join("docs/errors"), "md")
        .iter()
        .map(|page| page.file_stem().unwrap().to_str().unwrap().to_owned())
        .filter(|name| name != "README")
        .collect();
    assert_eq!(
        pages.difference(&codes()).collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "pages of no code"
    );
    assert_eq!(
        codes().difference(&pages).collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "codes without a page"
    );
}

#[test]
fn every_code_has_a_case() {
    let cases: BTreeSet<String> = files(&root().join("tests/ui"), "ondo")
        .iter()
        .map(|case| {
            let inside = case.strip_prefix(root().join("tests/ui")).unwrap();
            inside.iter().next().unwrap().to_str().unwrap().to_owned()
        })
        .collect();
    let without: Vec<String> = codes().difference(&cases).cloned().collect();
    assert_eq!(
        without,
        Vec::<String>::new(),
        "codes without a case under tests/ui"
    );
}

#[test]
fn pest_is_seen_only_inside_the_grammar() {
    for folder in ["compiler/src", "runtime/src", "tests"] {
        for file in files(&root().join(folder), "rs") {
            let text = std::fs::read_to_string(&file).unwrap();
            let used = text
                .lines()
                .any(|line| line.trim_start().starts_with("use pest"));
            assert!(!used, "{} uses pest", file.display());
        }
    }
}

#[test]
fn no_vendor_is_named_in_the_code() {
    let vendors = [
        "retailcrm",
        "plazius",
        "rkeeper",
        "iiko",
        "carbis",
        "wildberries",
        "kaspi",
        "telegram",
    ];
    for folder in ["compiler/src", "runtime/src", "grammar/src"] {
        for file in files(&root().join(folder), "rs") {
            // What every store is tested with is a folder of its own.
            let of_tests = ["tests", "tests.rs", "contract"];
            if of_tests
                .iter()
                .any(|name| file.iter().any(|part| part == *name))
            {
                continue;
            }
            let text = std::fs::read_to_string(&file).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            if code.contains("#[test]") || code.contains("#[tokio::test]") {
                continue;
            }
            for (number, line) in code.lines().enumerate() {
                let spoken = line.trim_start();
                if spoken.starts_with("//") {
                    continue;
                }
                for vendor in vendors {
                    assert!(
                        !spoken.to_lowercase().contains(vendor),
                        "{}:{} names {vendor}",
                        file.display(),
                        number + 1
                    );
                }
            }
        }
    }
}

#[test]
fn every_bundle_of_the_repository_is_checked_without_findings() {
    let output = crate::support::daemon::ondo()
        .args(["check", "--deny", "warnings"])
        .arg(root().join("bundles"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn the_readme_shows_the_message_as_it_is() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let case = root().join("tests/ui/possibly-null/phone-of-an-order.stderr");
    let message = std::fs::read_to_string(case).unwrap();
    assert!(
        readme.contains(message.trim_end()),
        "README.md shows another message than:\n{message}"
    );
}

#[test]
fn every_link_of_the_documents_leads_somewhere() {
    let mut pages = files(&root().join("docs"), "md");
    pages.push(root().join("README.md"));
    for page in pages {
        let text = std::fs::read_to_string(&page).unwrap();
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let target = link.split('#').next().unwrap();
            if target.is_empty() || target.contains("://") {
                continue;
            }
            assert!(
                page.parent().unwrap().join(target).exists(),
                "{} links to {target}",
                page.display()
            );
        }
    }
}
