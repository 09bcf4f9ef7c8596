//! Files that tests take events from. They are no part of a version: nobody but `ondo check` and `ondo test` asks for them.

use std::path::{Path, PathBuf};

use ondo_compiler::check::{Fixture, no_fixture};
use ondo_compiler::diagnostic::Diagnostic;

/// So many files below a bundle's folder are looked at for the nearest name.
const FILES_MAX: usize = 1_000;
/// So deep below it.
const DEPTH_MAX: usize = 4;

/// Where fixtures are looked for: the bundle's folder, or the one that its only file is in.
pub(crate) fn folder(bundle_path: &str) -> PathBuf {
    let path = Path::new(bundle_path);
    if path.is_dir() {
        return path.to_owned();
    }
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// What is said of the files that are not there.
pub fn missing(bundle_path: &str, fixtures: &[Fixture]) -> Vec<Diagnostic> {
    let folder = folder(bundle_path);
    let missing: Vec<&Fixture> = fixtures
        .iter()
        .filter(|fixture| !folder.join(&*fixture.path).is_file())
        .collect();
    if missing.is_empty() {
        return Vec::new();
    }
    let mut known = Vec::new();
    files_below(&folder, "", DEPTH_MAX, &mut known);
    missing
        .into_iter()
        .map(|fixture| no_fixture(fixture, &known))
        .collect()
}

/// The JSON files below a folder, by their paths from there.
fn files_below(folder: &Path, prefix: &str, depth: usize, known: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        if known.len() >= FILES_MAX {
            return;
        }
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && depth > 0 => {
                files_below(&entry.path(), &format!("{path}/"), depth - 1, known);
            }
            Ok(kind) if kind.is_file() && name.ends_with(".json") => known.push(path),
            _ => {}
        }
    }
}
