//! Files that tests take events from. They are no part of a version: nobody but `ondo check` and `ondo test` asks for them.

use std::path::{Path, PathBuf};

use ondo_compiler::check::{Fixture, broken_fixture, fixture_shape, no_fixture};
use ondo_compiler::diagnostic::Diagnostic;

use super::{Bundle, Checked};
use crate::testing;

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

/// Largest file that a test takes an event from: no hook takes a larger one.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// What is said of the files that are not there, of those that are no JSON, and of those that no such event comes as.
pub fn findings(bundle: &Bundle, checked: &Checked) -> Vec<Diagnostic> {
    let mut findings = missing(&bundle.path, &checked.fixtures);
    let folder = folder(&bundle.path);
    let mut told: Vec<&str> = Vec::new();
    for fixture in &checked.fixtures {
        if told.contains(&&*fixture.path) {
            continue;
        }
        if let Some(why) = broken(&folder.join(&*fixture.path)) {
            told.push(&fixture.path);
            findings.push(broken_fixture(fixture, &why));
        }
    }
    let misfits = match &checked.ready {
        Some(ready) => testing::misfits(bundle, ready),
        None => Vec::new(),
    };
    for misfit in misfits {
        let named = checked.fixtures.iter().find(|fixture| {
            let line = misfit.given.span;
            let at = fixture.place.span;
            fixture.place.file == misfit.given.file && line.start <= at.start && at.end <= line.end
        });
        let named = named.filter(|fixture| !told.contains(&&*fixture.path));
        findings.extend(named.map(|fixture| fixture_shape(fixture, &misfit.why)));
    }
    findings.sort_by_key(|finding| finding.labels.first().map(|label| label.place));
    findings
}

/// What is wrong with a file that is there, as JSON.
fn broken(file: &Path) -> Option<String> {
    let size = std::fs::metadata(file).ok()?.len();
    if size > FILE_BYTES_MAX {
        return Some(format!(
            "it has {size} bytes, and no event has more than {FILE_BYTES_MAX}"
        ));
    }
    let bytes = std::fs::read(file).ok()?;
    let error = serde_json::from_slice::<serde::de::IgnoredAny>(&bytes).err()?;
    let (line, column) = (error.line(), error.column());
    let text = error.to_string();
    let what = text.strip_suffix(&format!(" at line {line} column {column}"));
    let what = what.unwrap_or(&text);
    Some(format!("line {line}, column {column}: {what}"))
}

/// What is said of the files that are not there.
fn missing(bundle_path: &str, fixtures: &[Fixture]) -> Vec<Diagnostic> {
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
