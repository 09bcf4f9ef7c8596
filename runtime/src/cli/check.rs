//! `ondo check [PATH…]`: says everything that is wrong with bundles. Reads no secrets and needs no network.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::{Exit, print};
use crate::bundle::{self, Bundle, Checked, LoadError};
use crate::report::{self, Counts, Style};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files, folders (one bundle each) or directories of bundles
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    form: Form,
    /// What else counts as a finding
    #[arg(long, value_name = "WHAT", value_parser = ["warnings"])]
    deny: Option<String>,
    /// Say what each rule does implicitly: how often it acts, what may fail
    #[arg(long, conflicts_with_all = ["json", "github", "sarif"])]
    explain: bool,
}

/// How findings are printed. At most one; without any, with the text around each.
#[derive(Debug, Clone, Copy, clap::Args)]
#[group(multiple = false)]
struct Form {
    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
    /// Print one line for each finding
    #[arg(long)]
    concise: bool,
    /// Print the findings as annotations for a GitHub workflow
    #[arg(long)]
    github: bool,
    /// Print the findings as SARIF 2.1.0, for code scanning
    #[arg(long)]
    sarif: bool,
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
    let mut results: Vec<Value> = Vec::new();
    let mut rules: Vec<&'static str> = Vec::new();
    let mut explained = String::new();
    for bundle in &bundles {
        let mut checked = bundle::compile(bundle);
        let fixtures = bundle::fixtures::findings(bundle, &checked);
        checked.findings.extend(fixtures);
        let missing = bundle::examples::missing(bundle, &checked.sources);
        checked.findings.extend(missing);
        counts.add(Counts::of(&checked.findings));
        let (findings, sources) = (&checked.findings, &checked.sources);
        match args.form {
            Form { json: true, .. } => results.extend(report::json(findings, sources)),
            Form { sarif: true, .. } => {
                results.extend(report::sarif_results(findings, sources, &mut rules));
            }
            Form { github: true, .. } => print(&report::github(findings, sources)),
            Form { concise: true, .. } => eprint!("{}", report::concise(findings, sources)),
            _ if findings.is_empty() => {}
            _ => eprintln!("{}", report::full(findings, sources, Style::of_stderr())),
        }
        if args.explain {
            explained.push_str(&explain(&checked));
        }
    }
    for failure in &failures {
        eprintln!("error: {failure}");
    }
    print(&explained);
    let unread: Vec<String> = failures.iter().map(ToString::to_string).collect();
    if args.form.json {
        let report = json!({
            "findings": results,
            "errors": counts.errors,
            "warnings": counts.warnings,
            "failures": unread,
        });
        print(&format!("{report:#}\n"));
    } else if args.form.sarif {
        print(&format!("{:#}\n", report::sarif(results, &rules, &unread)));
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
