//! `ondo check [PATH…]`: says everything that is wrong with bundles. Reads no secrets and needs no network.

use std::path::PathBuf;

use ondo_compiler::diagnostic::Diagnostic;
use serde_json::{Value, json};

use super::{Exit, print};
use crate::bundle::{self, Bundle, Checked, LoadError};
use crate::report::{self, Counts, Style};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files, folders (one bundle each) or directories of bundles
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
    /// Print one line for each finding
    #[arg(long, conflicts_with = "json")]
    concise: bool,
    /// What else counts as a finding
    #[arg(long, value_name = "WHAT", value_parser = ["warnings"])]
    deny: Option<String>,
    /// Say what each rule does implicitly: how often it acts, what may fail
    #[arg(long)]
    explain: bool,
}

pub(super) fn main(args: &Args) -> Exit {
    let mut bundles: Vec<Bundle> = Vec::new();
    let mut failures: Vec<LoadError> = Vec::new();
    for path in &args.paths {
        match bundle::load(path) {
            Ok(found) => {
                bundles.extend(found.bundles);
                failures.extend(found.errors);
            }
            Err(error) => failures.push(error),
        }
    }
    let mut counts = Counts::default();
    let mut json_findings: Vec<Value> = Vec::new();
    let mut explained = String::new();
    for bundle in &bundles {
        let checked = bundle::compile(bundle);
        counts.add(Counts::of(&checked.findings));
        if args.json {
            if let Value::Array(findings) = report::json(&checked.findings, &checked.sources) {
                json_findings.extend(findings);
            }
        } else {
            show(&checked.findings, &checked, args.concise);
        }
        if args.explain {
            explained.push_str(&explain(&checked));
        }
    }
    for failure in &failures {
        eprintln!("error: {failure}");
    }
    print(&explained);
    if args.json {
        let failures: Vec<String> = failures.iter().map(ToString::to_string).collect();
        let report = json!({
            "findings": json_findings,
            "errors": counts.errors,
            "warnings": counts.warnings,
            "failures": failures,
        });
        print(&format!("{report:#}\n"));
    } else {
        summary(bundles.len(), counts);
    }
    let clash = |failure: &LoadError| matches!(failure, LoadError::SameName { .. });
    if failures.iter().any(|failure| !clash(failure)) {
        return Exit::Unable;
    }
    let denied = counts.errors > 0 || (args.deny.is_some() && counts.warnings > 0);
    if denied || !failures.is_empty() {
        return Exit::No;
    }
    Exit::Done
}

fn show(findings: &[Diagnostic], checked: &Checked, concise: bool) {
    if findings.is_empty() {
        return;
    }
    if concise {
        eprint!("{}", report::concise(findings, &checked.sources));
    } else {
        eprintln!(
            "{}",
            report::full(findings, &checked.sources, Style::of_stderr())
        );
    }
}

fn summary(bundles: usize, counts: Counts) {
    let noun = if bundles == 1 { "bundle" } else { "bundles" };
    match counts.line() {
        Some(line) => eprintln!("{line}"),
        None if bundles > 0 => eprintln!("{bundles} {noun} checked, nothing found"),
        None => {}
    }
}

/// What the rules of a bundle do without saying it.
fn explain(checked: &Checked) -> String {
    let Some(ready) = &checked.ready else {
        return String::new();
    };
    let mut out = format!("{}\n", checked.name);
    for line in ondo_compiler::check::explain(&ready.program) {
        let (row, column) = ready.program.sources.line_col(line.place);
        let path = &ready.program.sources.get(line.place.file).path;
        out.push_str(&format!("  {path}:{row}:{column}: {}\n", line.text));
    }
    out
}
