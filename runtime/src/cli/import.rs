//! `ondo import openapi FILE…`: the text of a connector from the vendor's own documents. Needs no network.
//!
//! The connector goes to standard output, to a file or to a folder; what was not carried over goes to standard error, with
//! its place. Nothing is half written: all texts are ready before the first file is touched.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use ondo_compiler::import::{self, Document, Imported, Loss};
use serde_json::json;

use super::{Exit, print, unable};

/// A document of this size is none. The largest public ones have 12 MB.
const DOCUMENT_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// More documents than this were given by mistake.
const DOCUMENTS_MAX: usize = 200;

/// Losses that are printed; `--json` has all.
const LOSSES_SHOWN_MAX: usize = 40;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    from: From,
}

#[derive(Debug, clap::Subcommand)]
enum From {
    /// From OpenAPI 3.0 and 3.1 documents, JSON or YAML. Several become one connector.
    Openapi(Openapi),
}

#[derive(Debug, clap::Args)]
struct Openapi {
    /// The documents; `-` for standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The connector's name; without it that of the folder or file, else made from the title
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Where it goes: a file that ends in `.ondo`, or a folder as `connectors/NAME`; without it standard output
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
    /// Write over a connector that is there already
    #[arg(long, requires = "out")]
    force: bool,
    /// Print a report as JSON instead of the losses, and without `--out` the texts in it
    #[arg(long)]
    json: bool,
}

pub(super) fn main(args: &Args) -> Exit {
    let From::Openapi(args) = &args.from;
    openapi(args)
}

fn openapi(args: &Openapi) -> Exit {
    let name = match wanted_name(args) {
        Ok(name) => name,
        Err(reason) => return unable(reason),
    };
    let documents = match read_all(&args.files) {
        Ok(documents) => documents,
        Err(reason) => return unable(reason),
    };
    let imported = match import::openapi(&documents, name.as_deref()) {
        Ok(imported) => imported,
        Err(problems) => {
            for problem in &problems {
                eprintln!("error: {problem}");
            }
            return Exit::Unable;
        }
    };
    let written = match &args.out {
        None => Vec::new(),
        Some(out) => match write_all(out, &imported, args.force) {
            Ok(written) => written,
            Err(reason) => return unable(reason),
        },
    };
    if args.json {
        print(&format!("{:#}\n", report(&imported, &written)));
        return Exit::Done;
    }
    if args.out.is_none() {
        print(&whole(&imported));
    }
    tell(&imported, &written);
    Exit::Done
}

/// `--name`, else the name of the folder or file that is written.
fn wanted_name(args: &Openapi) -> Result<Option<String>, String> {
    let of_folder = || {
        let out = args.out.as_ref()?;
        let name = if is_file(out) {
            out.file_stem()
        } else {
            out.file_name()
        };
        Some(name?.to_str()?.to_owned())
    };
    let name = args.name.clone().or_else(of_folder);
    match name {
        Some(name) if !import::is_name(&name) => Err(format!(
            "`{name}` cannot be the name of a connector: it is one word of letters, digits and `_`, and begins with a letter"
        )),
        name => Ok(name),
    }
}

fn is_file(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "ondo")
}

fn read_all(files: &[PathBuf]) -> Result<Vec<Document>, String> {
    if files.len() > DOCUMENTS_MAX {
        return Err(format!("more than {DOCUMENTS_MAX} documents in one go"));
    }
    files.iter().map(|file| read(file)).collect()
}

fn read(path: &Path) -> Result<Document, String> {
    let is_stdin = path == Path::new("-");
    let shown = if is_stdin {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    };
    let failed = |reason: &dyn std::fmt::Display| format!("cannot read `{shown}`: {reason}");
    let mut bytes = Vec::new();
    let read = if is_stdin {
        io::stdin()
            .lock()
            .take(DOCUMENT_BYTES_MAX + 1)
            .read_to_end(&mut bytes)
    } else {
        let file = fs::File::open(path).map_err(|error| failed(&error))?;
        file.take(DOCUMENT_BYTES_MAX + 1).read_to_end(&mut bytes)
    };
    read.map_err(|error| failed(&error))?;
    if bytes.len() as u64 > DOCUMENT_BYTES_MAX {
        return Err(failed(&format!(
            "it has more than {DOCUMENT_BYTES_MAX} bytes"
        )));
    }
    let text = String::from_utf8(bytes).map_err(|_| failed(&"it is not UTF-8 text"))?;
    Ok(Document { path: shown, text })
}

/// All files in one text.
fn whole(imported: &Imported) -> String {
    let texts: Vec<&str> = imported
        .files
        .iter()
        .map(|(_, text)| text.as_str())
        .collect();
    texts.join("\n")
}

/// Writes the connector and gives the paths.
fn write_all(out: &Path, imported: &Imported, force: bool) -> Result<Vec<PathBuf>, String> {
    let files: Vec<(PathBuf, String)> = if is_file(out) {
        vec![(out.to_path_buf(), whole(imported))]
    } else {
        let files = imported.files.iter();
        files
            .map(|(name, text)| (out.join(name), text.clone()))
            .collect()
    };
    let folder = if is_file(out) {
        out.parent()
    } else {
        Some(out)
    };
    let occupied = match is_file(out) {
        true => out.exists().then(|| out.to_path_buf()),
        false => first_source(out),
    };
    if let Some(path) = occupied.filter(|_| !force) {
        return Err(format!(
            "`{}` is there already; `--force` writes over it",
            path.display()
        ));
    }
    let failed =
        |path: &Path, error: &io::Error| format!("cannot write `{}`: {error}", path.display());
    if let Some(folder) = folder.filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    }
    // Everything is on disk beside its place before the first name changes.
    let mut prepared: Vec<(PathBuf, PathBuf)> = Vec::new();
    let result = files.iter().try_for_each(|(path, text)| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let beside = path.with_file_name(format!(".{name}.{}.new", std::process::id()));
        prepared.push((beside.clone(), path.clone()));
        write_new(&beside, text).map_err(|error| failed(path, &error))
    });
    let result = result.and_then(|()| {
        prepared.iter().try_for_each(|(beside, path)| {
            fs::rename(beside, path).map_err(|error| failed(path, &error))
        })
    });
    if let Err(reason) = result {
        for (beside, _) in &prepared {
            let _ = fs::remove_file(beside);
        }
        return Err(reason);
    }
    Ok(prepared.into_iter().map(|(_, path)| path).collect())
}

/// A source that is in the folder already.
fn first_source(folder: &Path) -> Option<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .ok()?
        .flatten()
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    paths.into_iter().find(|path| is_file(path))
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = fs::File::create(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn tell(imported: &Imported, written: &[PathBuf]) {
    for loss in imported.losses.iter().take(LOSSES_SHOWN_MAX) {
        let Loss {
            path,
            line,
            pointer,
            what,
        } = loss;
        eprintln!("{path}:{line}: {pointer}: not carried over: {what}");
    }
    let more = imported.losses.len().saturating_sub(LOSSES_SHOWN_MAX);
    if more > 0 {
        eprintln!("and {more} more; `--json` lists all");
    }
    for name in &imported.apart {
        eprintln!(
            "note: the documents differ in what `{name}` is, so there is more than one type for it"
        );
    }
    for path in written {
        eprintln!("{}", path.display());
    }
    let events = match imported.events {
        0 => String::new(),
        count => format!(", {}", counted(count, "event")),
    };
    eprintln!(
        "connector {}: {}{events}, {}; {} not carried over",
        imported.name,
        counted(imported.actions, "action"),
        counted(imported.types, "type"),
        counted(imported.losses.len(), "thing"),
    );
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn report(imported: &Imported, written: &[PathBuf]) -> serde_json::Value {
    let losses: Vec<_> = imported
        .losses
        .iter()
        .map(|loss| {
            json!({ "file": loss.path, "line": loss.line, "pointer": loss.pointer, "what": loss.what })
        })
        .collect();
    let files: Vec<_> = match written.is_empty() {
        true => imported
            .files
            .iter()
            .map(|(name, text)| json!({ "name": name, "text": text }))
            .collect(),
        false => written
            .iter()
            .map(|path| json!({ "path": path.display().to_string() }))
            .collect(),
    };
    json!({
        "connector": imported.name,
        "actions": imported.actions,
        "events": imported.events,
        "types": imported.types,
        "losses": losses,
        "differing": imported.apart,
        "files": files,
    })
}
