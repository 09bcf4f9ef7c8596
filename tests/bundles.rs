//! The bundles of the repository are examples: they pass their own tests, every step of them is tried, and the list of
//! them is whole.

use std::collections::BTreeSet;

use crate::support::daemon::ondo;
use crate::support::root;

/// Their names as the list has them: `pizza`, `bonus.ondo`.
fn names() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(root().join("bundles")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let is_file = path.extension().is_some_and(|ending| ending == "ondo");
        let holds_rules = || {
            let mut files = std::fs::read_dir(&path).unwrap();
            files.any(|file| file.unwrap().path().extension() == Some("ondo".as_ref()))
        };
        if is_file || path.is_dir() && name != "lib" && holds_rules() {
            names.insert(name);
        }
    }
    names
}

#[test]
fn every_test_of_the_bundles_passes_and_every_step_is_tried() {
    let output = ondo()
        .args(["test", "bundles"])
        .current_dir(root())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let failed: Vec<&str> = said
        .lines()
        .filter(|line| !line.contains("  ok "))
        .collect();
    assert!(output.status.success(), "{}", failed.join("\n"));
    assert!(!said.contains("no test comes to"), "{}", failed.join("\n"));
    assert!(
        !said.contains("bundles without tests"),
        "{}",
        failed.join("\n")
    );
}

#[test]
fn the_list_of_the_bundles_has_each_of_them() {
    let folder = root().join("bundles");
    let page = std::fs::read_to_string(folder.join("README.md")).unwrap();
    let listed: BTreeSet<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| [")?.split(']').next())
        .map(str::to_owned)
        .collect();
    assert_eq!(listed, names());
    for link in page.split("](").skip(1) {
        let target = link.split(')').next().unwrap();
        assert!(folder.join(target).exists(), "the list links to {target}");
    }
}

/// A bundle is begun by whoever sets it up: what happens, and which names have to be set.
#[test]
fn every_bundle_begins_with_what_has_to_be_set() {
    for name in names() {
        let path = root().join("bundles").join(&name);
        let texts: Vec<String> = match path.is_dir() {
            true => std::fs::read_dir(&path)
                .unwrap()
                .map(|file| file.unwrap().path())
                .filter(|file| file.extension() == Some("ondo".as_ref()))
                .map(|file| std::fs::read_to_string(file).unwrap())
                .collect(),
            false => vec![std::fs::read_to_string(&path).unwrap()],
        };
        for text in &texts {
            assert!(
                text.starts_with("// "),
                "a file of {name} begins without a comment"
            );
        }
        // Those that the language's page and the demonstration show are as short as they are there.
        if ["bonus.ondo", "demo", "pizza"].contains(&name.as_str()) {
            continue;
        }
        let comments: String = texts
            .iter()
            .flat_map(|text| text.lines().take_while(|line| line.starts_with("//")))
            .collect();
        let all = texts.concat();
        let wanted = ["env \"", "secret \""];
        for variable in wanted.iter().flat_map(|word| all.split(word).skip(1)) {
            let variable = variable.split('"').next().unwrap();
            assert!(
                comments.contains(variable),
                "{name} does not say what {variable} is"
            );
        }
    }
}
