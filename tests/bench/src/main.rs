//! How parsing, checking and formatting grow with the text: `cargo run -p ondo-bench [LINES…]`.
//!
//! What counts is the time per line. It must stay the same from 1,000 to 20,000 lines, in any build; how large it is says
//! something only with `--release`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ondo_compiler::catalog::{self, Catalog, ConnectorSource};
use ondo_compiler::check::{BundleInput, Compiled, compile};
use ondo_compiler::source::SourceFile;
use ondo_generate::growth;
use ondo_grammar::{fmt, parse};

/// Lines of the bundles, when nothing else is asked for.
const LINES: [usize; 3] = [1_000, 5_000, 20_000];

fn main() -> std::io::Result<()> {
    let asked: Vec<usize> = std::env::args()
        .skip(1)
        .filter_map(|word| word.parse().ok())
        .collect();
    let sizes = if asked.is_empty() {
        LINES.to_vec()
    } else {
        asked
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../connectors");
    let all = connectors(&folder, None)?;
    let needed = connectors(&folder, Some(&["plazius", "retailcrm"]))?;
    let (catalog, took) = timed(|| build(&needed));
    println!("catalogue of two connectors  {:>8} ms", millis(took));
    let (_, took) = timed(|| build(&all));
    println!(
        "catalogue of {} connectors   {:>8} ms",
        all.len(),
        millis(took)
    );
    let one = "on retailcrm.order when status == \"new\" do retailcrm.editOrder(id: id, by: \"id\", managerComment: \"new\")\n";
    let (compiled, took) = timed(|| checked(one, &catalog));
    assert!(compiled.program.is_some(), "{:?}", compiled.diagnostics);
    println!("checking one line            {:>8} ms\n", millis(took));
    println!(
        "{:>8} {:>12} {:>12} {:>12}   microseconds per line",
        "lines", "parse", "check", "fmt"
    );
    for size in sizes {
        measure(size, &catalog);
    }
    Ok(())
}

fn measure(size: usize, catalog: &Arc<Catalog>) {
    let text = growth::bundle(size);
    let lines = text.lines().count();
    let (parsed, parse_took) = timed(|| parse(&text));
    assert!(parsed.errors.is_empty(), "{:?}", parsed.errors.first());
    let (compiled, check_took) = timed(|| checked(&text, catalog));
    assert!(
        compiled.program.is_some(),
        "{:?}",
        compiled.diagnostics.first()
    );
    let (formatted, fmt_took) = timed(|| fmt::format(&text));
    assert!(formatted.is_ok(), "{:?}", formatted.err());
    let per_line = |took: Duration| took.as_micros() / lines as u128;
    println!(
        "{lines:>8} {:>12} {:>12} {:>12}",
        per_line(parse_took),
        per_line(check_took.saturating_sub(parse_took)),
        per_line(fmt_took)
    );
}

fn checked(text: &str, catalog: &Arc<Catalog>) -> Compiled {
    let file = SourceFile {
        path: "growth.ondo".to_owned(),
        text: text.to_owned(),
    };
    let bundle = BundleInput {
        name: "growth".to_owned(),
        files: vec![Arc::new(file)],
        libraries: Vec::new(),
        tables: Vec::new(),
    };
    compile(&bundle, catalog)
}

/// What the work gives, and the time for which it had a processor: that of a clock says nothing on a busy machine.
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let (clock, begin) = (Instant::now(), processor_time());
    let made = work();
    let took = match (begin, processor_time()) {
        (Some(begin), Some(end)) => end.saturating_sub(begin),
        _ => clock.elapsed(),
    };
    (made, took)
}

/// Of this thread; none where the system does not say.
fn processor_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(text.split(' ').next()?.parse().ok()?))
}

fn millis(took: Duration) -> String {
    format!("{}.{}", took.as_millis(), took.as_micros() / 100 % 10)
}

fn build(sources: &[ConnectorSource]) -> Arc<Catalog> {
    Arc::new(catalog::build(sources.to_vec()).0)
}

/// The texts of the connectors, or of some of them.
fn connectors(folder: &Path, names: Option<&[&str]>) -> std::io::Result<Vec<ConnectorSource>> {
    let mut found = Vec::new();
    for path in entries(folder)?.into_iter().filter(|path| path.is_dir()) {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if names.is_some_and(|names| !names.contains(&name.as_str())) {
            continue;
        }
        let mut files = Vec::new();
        for file in entries(&path)?
            .into_iter()
            .filter(|file| file.extension().is_some_and(|end| end == "ondo"))
        {
            files.push(SourceFile {
                text: std::fs::read_to_string(&file)?,
                path: file.to_string_lossy().into_owned(),
            });
        }
        found.push(ConnectorSource { name, files });
    }
    Ok(found)
}

fn entries(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut paths = std::fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<Vec<PathBuf>>>()?;
    paths.sort();
    Ok(paths)
}
