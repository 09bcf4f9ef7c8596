//! Examples: the fenced blocks of a page, and the bundles that they are.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use ondo::bundle::{self, Bundle, Checked};

/// A fenced block of a page.
pub(crate) struct Example {
    /// From the top of the page.
    pub(crate) line: usize,
    pub(crate) language: String,
    /// The words behind the language.
    pub(crate) marks: Vec<String>,
    pub(crate) text: String,
}

/// An example on disk, checked.
pub(crate) struct Compiled {
    pub(crate) bundle: Bundle,
    pub(crate) checked: Checked,
    /// What tests read lies in it until this is dropped.
    _folder: tempfile::TempDir,
}

pub(crate) fn examples(page: &str) -> Vec<Example> {
    let mut found: Vec<Example> = Vec::new();
    let mut open = false;
    for (number, line) in page.lines().enumerate() {
        match line.strip_prefix("```") {
            Some(_) if open => open = false,
            Some(info) => {
                let mut words = info.split_whitespace().map(str::to_owned);
                open = true;
                found.push(Example {
                    line: number + 1,
                    language: words.next().unwrap_or_default(),
                    marks: words.collect(),
                    text: String::new(),
                });
            }
            None if open => {
                let example = found.last_mut().unwrap();
                example.text.push_str(line);
                example.text.push('\n');
            }
            None => {}
        }
    }
    assert!(!open, "a block is not closed");
    found
}

impl Example {
    pub(crate) fn marked(&self, mark: &str) -> bool {
        self.marks.iter().any(|word| word == mark)
    }

    /// Its files with their paths.
    pub(crate) fn files(&self) -> Vec<(String, String)> {
        if self.language == "ondo-connector" {
            let connector = ("connectors/shop.ondo".to_owned(), self.text.clone());
            return vec![("rules.ondo".to_owned(), String::new()), connector];
        }
        let mut files: Vec<(String, String)> = Vec::new();
        for line in self.text.lines() {
            let path = line
                .strip_prefix("// ")
                .filter(|path| {
                    let ends = [".ondo", ".csv", ".json"];
                    ends.iter().any(|end| path.ends_with(end))
                })
                .filter(|path| !path.contains(' '));
            match (path, files.last_mut()) {
                (Some(path), _) => files.push((path.to_owned(), String::new())),
                (None, Some((_, text))) => writeln!(text, "{line}").unwrap(),
                (None, None) => files.push(("rules.ondo".to_owned(), format!("{line}\n"))),
            }
        }
        files
    }

    /// Checks it with something behind its rules.
    pub(crate) fn compile(&self, behind: &str) -> Compiled {
        let folder = tempfile::tempdir().unwrap();
        let mut files = self.files();
        if let Some((_, rules)) = files.iter_mut().find(|(path, _)| path == "rules.ondo") {
            rules.push_str(behind);
        }
        let path = write(folder.path(), &files);
        let mut found = bundle::load(&path).unwrap();
        assert!(found.errors.is_empty(), "{:?}", found.errors);
        let bundle = found.bundles.remove(0);
        let mut checked = bundle::compile(&bundle);
        let fixtures = bundle::fixtures::findings(&bundle, &checked);
        checked.findings.extend(fixtures);
        Compiled {
            checked,
            bundle,
            _folder: folder,
        }
    }
}

/// Writes the files of a bundle, and says where it is.
fn write(folder: &Path, files: &[(String, String)]) -> PathBuf {
    let is_folder = files
        .iter()
        .any(|(path, _)| path != "rules.ondo" && !path.starts_with("lib/"));
    let bundle = folder.join(if is_folder { "cafe" } else { "cafe.ondo" });
    for (path, text) in files {
        // A library stands beside the bundle, as it does in a directory of bundles.
        let path = match path.as_str() {
            "rules.ondo" if !is_folder => bundle.clone(),
            library if library.starts_with("lib/") => folder.join(library),
            other => bundle.join(other),
        };
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    bundle
}
