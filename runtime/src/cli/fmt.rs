//! `ondo fmt [PATH…]`: writes texts in the one style. Reads no secrets, needs no network and no connectors.
//!
//! A path is a file or a folder with every `.ondo` file below it; hidden folders and links are passed by. `-` reads from
//! standard input and writes to standard output. A text with mistakes is left as it is, and the mistakes are shown.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ondo_compiler::diagnostic::Diagnostic;
use ondo_compiler::errors::from_grammar;
use ondo_compiler::source::{SourceFile, Sources};
use ondo_grammar::SyntaxError;
use ondo_grammar::fmt::{FormatError, format};
use similar::TextDiff;

use super::{Exit, print, unable};
use crate::report::{self, Style};

/// A source of this size is a mistake, not a bundle.
const SOURCE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// A folder with more files than this was given by mistake.
const FILES_MAX: usize = 10_000;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files, or folders with all `.ondo` files below them; `-` for standard input
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// Write nothing; name the files that would change and end with 1 if there are any
    #[arg(long)]
    check: bool,
    /// Write nothing; show what would change and end with 1 if anything would
    #[arg(long)]
    diff: bool,
}

pub(super) fn main(args: &Args) -> Exit {
    let stdin = Path::new("-");
    if args.paths.iter().any(|path| path == stdin) {
        return match args.paths.len() {
            1 => standard_input(args),
            _ => unable("`-` stands for standard input and goes with no other path"),
        };
    }
    let mut tally = Tally::default();
    let mut files = Vec::new();
    for path in &args.paths {
        let before = files.len();
        if let Err(reason) = collect(path, true, &mut files) {
            tally.refuse(&reason);
        } else if files.len() == before {
            tally.refuse(&format!("no `.ondo` file in `{}`", path.display()));
        }
    }
    files.sort();
    files.dedup();
    for path in &files {
        one(path, args, &mut tally);
    }
    tally.finish(args)
}

/// What was met so far.
#[derive(Default)]
struct Tally {
    changed: usize,
    kept: usize,
    refused: usize,
}

impl Tally {
    fn refuse(&mut self, reason: &str) {
        self.refused += 1;
        eprintln!("error: {reason}");
    }

    fn finish(&self, args: &Args) -> Exit {
        let only_asked = args.check || args.diff;
        let done = if only_asked {
            "would be formatted"
        } else {
            "formatted"
        };
        let noun = |count| if count == 1 { "file" } else { "files" };
        let mut line = format!("{} {} {done}", self.changed, noun(self.changed));
        if self.kept > 0 {
            line.push_str(&format!(", {} in the style already", self.kept));
        }
        if self.refused > 0 {
            line.push_str(&format!(", {} not formatted", self.refused));
        }
        eprintln!("{line}");
        match () {
            () if self.refused > 0 => Exit::Unable,
            () if only_asked && self.changed > 0 => Exit::No,
            () => Exit::Done,
        }
    }
}

/// The files that a path means.
fn collect(path: &Path, named_by_user: bool, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let failed = |error: io::Error| format!("cannot read `{}`: {error}", path.display());
    let metadata = if named_by_user {
        fs::metadata(path)
    } else {
        fs::symlink_metadata(path)
    };
    let metadata = metadata.map_err(failed)?;
    if metadata.is_file() {
        let is_source = path.extension().is_some_and(|ending| ending == "ondo");
        if is_source || named_by_user {
            files.push(path.to_path_buf());
        }
        if files.len() > FILES_MAX {
            return Err(format!("more than {FILES_MAX} files in one go"));
        }
        return Ok(());
    }
    if !metadata.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(path).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        collect(&below(path, &entry.path()), false, files)?;
    }
    Ok(())
}

/// `bundles/demo` rather than `./bundles/demo`.
fn below(folder: &Path, path: &Path) -> PathBuf {
    match path.strip_prefix(".") {
        Ok(short) if folder == Path::new(".") => short.to_path_buf(),
        _ => path.to_path_buf(),
    }
}

fn one(path: &Path, args: &Args, tally: &mut Tally) {
    let shown = path.display().to_string();
    let text = match read(path) {
        Ok(text) => text,
        Err(reason) => return tally.refuse(&format!("cannot read `{shown}`: {reason}")),
    };
    let Some(formatted) = formatted(&shown, &text, tally) else {
        return;
    };
    if formatted == text {
        tally.kept += 1;
        return;
    }
    if !args.check
        && !args.diff
        && let Err(error) = replace(path, &formatted)
    {
        return tally.refuse(&format!("cannot write `{shown}`: {error}"));
    }
    tally.changed += 1;
    show(&shown, &text, &formatted, args);
}

fn show(shown: &str, text: &str, formatted: &str, args: &Args) {
    if !args.diff {
        return print(&format!("{shown}\n"));
    }
    let difference = TextDiff::from_lines(text, formatted);
    let header = (format!("a/{shown}"), format!("b/{shown}"));
    print(
        &difference
            .unified_diff()
            .header(&header.0, &header.1)
            .to_string(),
    );
}

/// The text in the style; none when it was refused, and why was said.
fn formatted(shown: &str, text: &str, tally: &mut Tally) -> Option<String> {
    match format(text) {
        Ok(formatted) => Some(formatted),
        Err(FormatError::Syntax(errors)) => {
            let (findings, sources) = findings(shown, text, &errors);
            eprintln!("{}", report::full(&findings, &sources, Style::of_stderr()));
            tally.refused += 1;
            None
        }
        Err(error) => {
            tally.refuse(&format!("`{shown}`: {error}"));
            None
        }
    }
}

fn findings(shown: &str, text: &str, errors: &[SyntaxError]) -> (Vec<Diagnostic>, Sources) {
    let mut sources = Sources::default();
    let file = sources.add(Arc::new(SourceFile {
        path: shown.to_owned(),
        text: text.to_owned(),
    }));
    let findings = errors.iter().map(|error| from_grammar(file, error));
    (findings.collect(), sources)
}

fn standard_input(args: &Args) -> Exit {
    let mut tally = Tally::default();
    let text = match limited(io::stdin().lock()) {
        Ok(text) => text,
        Err(reason) => return unable(format!("cannot read standard input: {reason}")),
    };
    let shown = "standard input";
    let Some(formatted) = formatted(shown, &text, &mut tally) else {
        return Exit::Unable;
    };
    if !args.check && !args.diff {
        print(&formatted);
        return Exit::Done;
    }
    if formatted == text {
        return Exit::Done;
    }
    show(shown, &text, &formatted, args);
    Exit::No
}

fn read(path: &Path) -> Result<String, String> {
    limited(fs::File::open(path).map_err(|error| error.to_string())?)
}

fn limited(source: impl Read) -> Result<String, String> {
    let mut bytes = Vec::new();
    let mut source = source.take(SOURCE_BYTES_MAX + 1);
    source
        .read_to_end(&mut bytes)
        .map_err(|error| error.to_string())?;
    if bytes.len() as u64 > SOURCE_BYTES_MAX {
        return Err(format!("it has more than {SOURCE_BYTES_MAX} bytes"));
    }
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned())
}

/// Puts the text in the file's place in one step: whoever reads it meanwhile sees the old text or the new one. A link
/// stays a link.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let path = path.canonicalize()?;
    let permissions = fs::metadata(&path)?.permissions();
    if permissions.readonly() {
        return Err(io::Error::from(io::ErrorKind::PermissionDenied));
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // Hidden, so that a daemon that watches the folder does not take it for a source.
    let beside = path.with_file_name(format!(".{name}.{}.new", std::process::id()));
    let written = write_new(&beside, text, permissions).and_then(|()| fs::rename(&beside, &path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

fn write_new(path: &Path, text: &str, permissions: fs::Permissions) -> io::Result<()> {
    let mut file = fs::File::create_new(path)?;
    file.write_all(text.as_bytes())?;
    file.set_permissions(permissions)?;
    file.sync_all()
}
