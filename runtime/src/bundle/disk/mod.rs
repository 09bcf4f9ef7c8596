//! Reads bundles from a directory.
//!
//! `ondo run bundles/`: every subfolder with `.ondo` files and every `.ondo` file directly in it is a bundle; a folder
//! named `lib` is not. `ondo check PATH`: a file or a folder is one bundle, a directory of bundles is all of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ondo_compiler::check::used_paths;
use ondo_compiler::source::SourceFile;
use ondo_grammar::ast::{File as Tree, ItemKind, TableSource};

use super::{Bundle, File, Kind};

mod connectors;

/// A source of this size is a mistake, not a bundle.
const SOURCE_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Price lists are long. Each version of a bundle that is kept holds its own.
const TABLE_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// A folder with more files than this was given by mistake.
const FILES_MAX: usize = 10_000;

/// Why a bundle could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// The file system says no.
    #[error("cannot read `{path}`: {reason}")]
    Read {
        /// What was to be read.
        path: String,
        /// Why not.
        reason: String,
    },
    /// There is nothing to load.
    #[error("no bundle in `{0}`: no `.ondo` file, and no folder with one")]
    Empty(String),
    /// A file outside the directory.
    #[error("`{path}` leads outside `{root}`: a bundle may only use files below its directory")]
    Outside {
        /// The link or path.
        path: String,
        /// The directory of bundles.
        root: String,
    },
    /// Two bundles of one name.
    #[error(
        "two bundles are named `{name}`: `{first}` and `{second}`; give one of them a `bundle` line with another name"
    )]
    SameName {
        /// The name.
        name: String,
        /// One.
        first: String,
        /// The other.
        second: String,
    },
}

/// What a path holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The bundles, in the order of their paths.
    pub bundles: Vec<Bundle>,
    /// Bundles that could not be read, and names that clash.
    pub errors: Vec<LoadError>,
    /// Stems of bundles that are there and could not be read, and names that two bundles have.
    pub unreadable: Vec<String>,
}

/// Loads what `ondo check PATH` means: a file or a folder as one bundle, or a directory of bundles.
pub fn load(path: &Path) -> Result<Found, LoadError> {
    let metadata = fs::metadata(path).map_err(|error| read_error(path, &error))?;
    if metadata.is_file() {
        let roots = roots_of(path);
        return Ok(one(read_bundle(&[path.to_path_buf()], path, &roots)));
    }
    let own = ondo_files(path)?;
    let holds_bundles = subfolders(path)?.iter().any(|folder| {
        !named(folder, "connectors") && ondo_files(folder).is_ok_and(|f| !f.is_empty())
    });
    if holds_bundles {
        return directory(path);
    }
    if own.is_empty() {
        return Err(LoadError::Empty(shown(path)));
    }
    let roots = roots_of(path);
    Ok(one(read_bundle(&own, path, &roots)))
}

/// Loads what a daemon would run: a directory of bundles, or a file as the only one.
pub fn runnable(path: &Path) -> Result<Found, LoadError> {
    if path.is_dir() {
        directory(path)
    } else {
        load(path)
    }
}

/// Loads what `ondo run DIR` means: every bundle in the directory.
pub fn directory(dir: &Path) -> Result<Found, LoadError> {
    let roots = [dir.to_path_buf()];
    let mut found = Found {
        bundles: Vec::new(),
        errors: Vec::new(),
        unreadable: Vec::new(),
    };
    let mut candidates: Vec<(PathBuf, Vec<PathBuf>)> = ondo_files(dir)?
        .into_iter()
        .map(|file| (file.clone(), vec![file]))
        .collect();
    for folder in subfolders(dir)? {
        if named(&folder, "lib") {
            continue;
        }
        let files = ondo_files(&folder)?;
        if !files.is_empty() {
            candidates.push((folder, files));
        }
    }
    candidates.sort();
    if candidates.is_empty() {
        return Err(LoadError::Empty(shown(dir)));
    }
    let mut by_name: BTreeMap<String, String> = BTreeMap::new();
    for (path, files) in candidates {
        let bundle = match read_bundle(&files, &path, &roots) {
            Ok(bundle) => bundle,
            Err(error) => {
                found.errors.push(error);
                found.unreadable.push(stem_of(&path));
                continue;
            }
        };
        if let Some(first) = by_name.get(&bundle.name) {
            // Nobody knows which is meant: neither is loaded, and what runs under the name goes on.
            found.bundles.retain(|other| other.name != bundle.name);
            found.unreadable.push(bundle.name.clone());
            found.errors.push(LoadError::SameName {
                name: bundle.name,
                first: first.clone(),
                second: bundle.path,
            });
            continue;
        }
        by_name.insert(bundle.name.clone(), bundle.path.clone());
        found.bundles.push(bundle);
    }
    Ok(found)
}

fn one(bundle: Result<Bundle, LoadError>) -> Found {
    match bundle {
        Ok(bundle) => Found {
            bundles: vec![bundle],
            errors: Vec::new(),
            unreadable: Vec::new(),
        },
        Err(error) => Found {
            bundles: Vec::new(),
            errors: vec![error],
            unreadable: Vec::new(),
        },
    }
}

/// Directories that `use` may start from when one bundle is checked by itself: the one around it, and the next.
fn roots_of(path: &Path) -> Vec<PathBuf> {
    let absolute = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let depth = absolute.ancestors().skip(1).take(2).count();
    let mut roots = Vec::new();
    let mut root = path.to_path_buf();
    for _ in 0..depth {
        root = match root.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
            Some(_) if root.as_os_str() != "." => PathBuf::from("."),
            _ => root.join(".."),
        };
        roots.push(root.clone());
    }
    roots
}

fn read_bundle(own: &[PathBuf], path: &Path, roots: &[PathBuf]) -> Result<Bundle, LoadError> {
    let is_folder = path.is_dir();
    let folder = if is_folder {
        path
    } else {
        path.parent().unwrap_or(Path::new(""))
    };
    let stem = stem_of(path);
    let mut files = Vec::new();
    let mut trees = Vec::new();
    for file in own {
        let source = read(file, folder, SOURCE_BYTES_MAX)?;
        let key = if is_folder {
            format!("{stem}/{}", file_name(file))
        } else {
            file_name(file)
        };
        trees.push((file.clone(), ondo_grammar::parse(&source.text).file));
        files.push(File {
            kind: Kind::Own,
            key,
            source,
        });
    }
    let is_definition = |(_, tree): &(PathBuf, Tree)| {
        let heads = |item: &ondo_grammar::ast::Item| matches!(item.kind, ItemKind::Connector(_));
        tree.items.iter().any(heads)
    };
    if is_folder && trees.iter().any(is_definition) {
        // A folder of definitions, such as those of the binary: what is checked is the connector.
        for file in &mut files {
            file.kind = Kind::Connector;
            file.key = format!("connectors/{}", file.key);
        }
    }
    if is_folder {
        connectors::read_own(folder, &stem, &mut files)?;
    }
    for (file, tree) in &trees {
        read_tables(&mut files, tree, file, (&stem, folder))?;
    }
    read_libraries(&mut files, roots)?;
    let name = trees
        .iter()
        .find_map(|(_, tree)| declared_name(tree))
        .unwrap_or_else(|| stem.clone());
    Ok(Bundle {
        name,
        path: shown(path),
        stem,
        files,
    })
}

/// Follows `use` lines, also those of used files. What cannot be found is the checker's message.
fn read_libraries(files: &mut Vec<File>, roots: &[PathBuf]) -> Result<(), LoadError> {
    let mut next = 0;
    while next < files.len() && files.len() < FILES_MAX {
        let wanted = match files[next].kind {
            Kind::Own | Kind::Library => used_paths(&files[next].source.text),
            _ => Vec::new(),
        };
        next += 1;
        for path in wanted {
            if files
                .iter()
                .any(|file| file.kind == Kind::Library && file.key == path)
            {
                continue;
            }
            let Some((root, at)) = roots
                .iter()
                .map(|root| (root, root.join(&path)))
                .find(|(_, at)| at.is_file())
            else {
                beside(files, roots, &path);
                continue;
            };
            let source = read(&at, root, SOURCE_BYTES_MAX)?;
            let tree = ondo_grammar::parse(&source.text).file;
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            read_tables(files, &tree, &at, (folder, root))?;
            files.push(File {
                kind: Kind::Library,
                key: path,
                source,
            });
        }
    }
    Ok(())
}

/// Keeps the names of the files beside one that is not there: the checker names the nearest. It reports an error, so
/// what they hold is never asked for.
fn beside(files: &mut Vec<File>, roots: &[PathBuf], path: &str) {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let outside = folder.split('/').any(|part| part == "..");
    for root in roots.iter().filter(|_| !outside) {
        let Ok(entries) = std::fs::read_dir(root.join(folder)) else {
            continue;
        };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let key = format!("{folder}/{name}")
                .trim_start_matches('/')
                .to_owned();
            let known = files.iter().any(|file| file.key == key);
            if files.len() < FILES_MAX && name.ends_with(".ondo") && !known {
                files.push(File {
                    kind: Kind::Library,
                    source: Arc::new(SourceFile {
                        path: shown(&entry.path()),
                        text: String::new(),
                    }),
                    key,
                });
            }
        }
    }
}

/// Reads the CSV files that a file's tables name, by their paths from there. `folder` stands before the keys; nothing
/// above `root` is read. A missing file is the checker's message, which can point at the line.
fn read_tables(
    files: &mut Vec<File>,
    tree: &Tree,
    from: &Path,
    (folder, root): (&str, &Path),
) -> Result<(), LoadError> {
    for table in csv_paths(tree) {
        let at = from.parent().unwrap_or(Path::new("")).join(table);
        let shown = shown(&at);
        let known = files
            .iter()
            .any(|file| file.kind == Kind::Table && file.source.path == shown);
        if known || !at.is_file() {
            continue;
        }
        files.push(File {
            kind: Kind::Table,
            key: format!("{folder}/{table}")
                .trim_start_matches('/')
                .to_owned(),
            source: read_table(&at, root)?,
        });
    }
    Ok(())
}

/// Tables come out of other programs, some of which write the letters of one country only.
fn read_table(path: &Path, root: &Path) -> Result<Arc<SourceFile>, LoadError> {
    let bytes = read_bytes(path, root, TABLE_BYTES_MAX)?;
    let text = text_of(bytes, path, "save it again as \"CSV UTF-8\"")?;
    Ok(Arc::new(SourceFile {
        path: shown(path),
        text,
    }))
}

fn declared_name(tree: &Tree) -> Option<String> {
    tree.items.iter().find_map(|item| match &item.kind {
        ItemKind::Bundle(bundle) => Some(bundle.name.text.clone()),
        _ => None,
    })
}

fn csv_paths(tree: &Tree) -> impl Iterator<Item = &str> {
    tree.items.iter().filter_map(|item| match &item.kind {
        ItemKind::Table(table) => match &table.source {
            TableSource::Csv { file, .. } => Some(file.text.as_str()),
            TableSource::Rows(_) => None,
        },
        _ => None,
    })
}

/// Reads a text that must lie below `root`, links followed.
fn read(path: &Path, root: &Path, bytes_max: u64) -> Result<Arc<SourceFile>, LoadError> {
    let bytes = read_bytes(path, root, bytes_max)?;
    let text = text_of(bytes, path, "save it again as UTF-8")?;
    Ok(Arc::new(SourceFile {
        path: shown(path),
        text,
    }))
}

/// Bytes as text. Many an editor writes the letters of one country only, and a workbook is often taken for its CSV.
fn text_of(bytes: Vec<u8>, path: &Path, what_to_do: &str) -> Result<String, LoadError> {
    String::from_utf8(bytes).map_err(|error| {
        let bytes = error.as_bytes();
        let before = &bytes[..error.utf8_error().valid_up_to()];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        let reason = match bytes {
            [b'P', b'K', ..] => format!("it is a workbook or an archive, not a text; {what_to_do}"),
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => format!("it is UTF-16 text; {what_to_do}"),
            _ => format!("line {line} is not UTF-8 text, but perhaps Windows-1251; {what_to_do}"),
        };
        LoadError::Read {
            path: shown(path),
            reason,
        }
    })
}

fn read_bytes(path: &Path, root: &Path, bytes_max: u64) -> Result<Vec<u8>, LoadError> {
    let real_root = if root.as_os_str().is_empty() {
        Path::new(".")
    } else {
        root
    };
    let real_root = real_root
        .canonicalize()
        .map_err(|error| read_error(root, &error))?;
    let real = path
        .canonicalize()
        .map_err(|error| read_error(path, &error))?;
    if !real.starts_with(&real_root) {
        return Err(LoadError::Outside {
            path: shown(path),
            root: shown(root),
        });
    }
    let size = fs::metadata(&real)
        .map_err(|error| read_error(path, &error))?
        .len();
    if size > bytes_max {
        return Err(LoadError::Read {
            path: shown(path),
            reason: format!("it has {size} bytes; at most {bytes_max} are read"),
        });
    }
    fs::read(&real).map_err(|error| read_error(path, &error))
}

/// `.ondo` files directly in a folder, sorted. Hidden ones are editors' business.
fn ondo_files(folder: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let mut files: Vec<PathBuf> = entries(folder)?
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ext| ext == "ondo") && path.is_file())
        .collect();
    files.sort();
    Ok(files)
}

fn subfolders(folder: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let mut folders: Vec<PathBuf> = entries(folder)?
        .into_iter()
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    Ok(folders)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| read_error(folder, &error))? {
        let entry = entry.map_err(|error| read_error(folder, &error))?;
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        paths.push(entry.path());
        if paths.len() > FILES_MAX {
            return Err(LoadError::Read {
                path: shown(folder),
                reason: format!("it has more than {FILES_MAX} files"),
            });
        }
    }
    Ok(paths)
}

fn stem_of(path: &Path) -> String {
    let real = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    // A link keeps the name it has here.
    let named = if path.file_name().is_some() {
        path
    } else {
        &real
    };
    let stem = if path.is_dir() {
        named.file_name()
    } else {
        named.file_stem()
    };
    stem.map_or_else(
        || "bundle".into(),
        |stem| stem.to_string_lossy().into_owned(),
    )
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

fn named(path: &Path, name: &str) -> bool {
    path.file_name().is_some_and(|own| own == name)
}

/// A path as people type it.
fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    text.strip_prefix("./").unwrap_or(&text).replace('\\', "/")
}

fn read_error(path: &Path, error: &std::io::Error) -> LoadError {
    let reason = match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file or folder".into(),
        std::io::ErrorKind::PermissionDenied => "permission denied".into(),
        _ => error.to_string(),
    };
    LoadError::Read {
        path: shown(path),
        reason,
    }
}

#[cfg(test)]
mod tests;
