//! `ondo test [PATH…]`: runs the tests in bundles. Reads no secrets, needs no network and does not wait.

use std::path::PathBuf;

use serde_json::json;

use super::{Exit, junit, print, unable};
use crate::bundle::{self, Bundle};
use crate::report::{self, Counts, Style};
use crate::testing::{self, Report};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files, folders (one bundle each) or directories of bundles
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// Only tests whose name holds this text
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Print the results as JSON
    #[arg(long)]
    json: bool,
    /// Also write the results to a file in the form of JUnit
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
}

pub(super) fn main(args: &Args) -> Exit {
    let mut bundles: Vec<Bundle> = Vec::new();
    for path in &args.paths {
        match bundle::load(path) {
            Ok(found) => {
                if let Some(error) = found.errors.first() {
                    return unable(error);
                }
                bundles.extend(found.bundles);
            }
            Err(error) => return unable(error),
        }
    }
    let mut reports = Vec::new();
    let mut errors = 0;
    for bundle in &bundles {
        let checked = bundle::compile(bundle);
        let Some(ready) = &checked.ready else {
            let counts = Counts::of(&checked.findings);
            errors += counts.errors;
            let style = Style::of_stderr();
            eprintln!(
                "{}",
                report::full(&checked.findings, &checked.sources, style)
            );
            continue;
        };
        match testing::run(bundle, ready, args.filter.as_deref()) {
            Ok(mut report) => {
                report.fail_tests_without_expect();
                reports.push(report);
            }
            Err(problem) => return unable(problem),
        }
    }
    if let Some(file) = &args.junit
        && let Err(error) = std::fs::write(file, junit::text(&reports))
    {
        return unable(format!("cannot write `{}`: {error}", file.display()));
    }
    let failed: usize = reports.iter().map(Report::failed).sum();
    let count: usize = reports.iter().map(|report| report.tests.len()).sum();
    if args.json {
        print(&format!("{:#}\n", as_json(&reports, count, failed)));
    } else {
        print(&told(&reports, count, failed));
    }
    if let (Some(filter), 0, 0) = (&args.filter, count, errors) {
        return unable(format!("no test has `{filter}` in its name"));
    }
    if failed > 0 || errors > 0 {
        return Exit::No;
    }
    Exit::Done
}

fn told(reports: &[Report], count: usize, failed: usize) -> String {
    let mut out = String::new();
    for report in reports.iter().filter(|report| !report.tests.is_empty()) {
        out.push_str(&format!("{}\n", report.path));
        for test in &report.tests {
            if test.failures.is_empty() {
                out.push_str(&format!("  ok      {}\n", test.name));
                continue;
            }
            out.push_str(&format!("  FAILED  {}\n", test.name));
            for failure in &test.failures {
                out.push_str(&format!("    {}: {}\n", failure.place, failure.expected));
                for line in &failure.found {
                    out.push_str(&format!("      {line}\n"));
                }
            }
        }
    }
    let without: Vec<&str> = reports
        .iter()
        .filter(|report| report.tests.is_empty() && report.left_out == 0)
        .map(|report| report.path.as_str())
        .collect();
    let missing: Vec<String> = reports
        .iter()
        .flat_map(|report| &report.not_reached)
        .map(|missing| match &missing.step {
            Some(step) => format!("{}: `{step}` in rule `{}`", missing.place, missing.rule),
            None => format!("{}: rule `{}`", missing.place, missing.rule),
        })
        .collect();
    section(&mut out, "bundles without tests", &without);
    section(&mut out, "no test comes to", &missing);
    let noun = if count == 1 { "test" } else { "tests" };
    out.push_str(&match failed {
        0 if count == 0 => "\nno test was run\n".to_owned(),
        0 => format!("\n{count} {noun} passed\n"),
        failed => format!("\n{count} {noun}, {failed} failed\n"),
    });
    out
}

fn section(out: &mut String, title: &str, lines: &[impl AsRef<str>]) {
    if lines.is_empty() {
        return;
    }
    out.push_str(&format!("\n{title}\n"));
    for line in lines {
        out.push_str(&format!("  {}\n", line.as_ref()));
    }
}

fn as_json(reports: &[Report], count: usize, failed: usize) -> serde_json::Value {
    let bundles: Vec<serde_json::Value> = reports
        .iter()
        .map(|report| {
            let tests: Vec<serde_json::Value> = report
                .tests
                .iter()
                .map(|test| {
                    let failures: Vec<serde_json::Value> = test
                        .failures
                        .iter()
                        .map(|failure| {
                            json!({
                                "place": failure.place,
                                "expected": failure.expected,
                                "found": failure.found,
                            })
                        })
                        .collect();
                    json!({
                        "name": test.name,
                        "place": test.place,
                        "passed": test.failures.is_empty(),
                        "failures": failures,
                    })
                })
                .collect();
            let not_reached: Vec<serde_json::Value> = report
                .not_reached
                .iter()
                .map(|missing| {
                    json!({
                        "place": missing.place,
                        "rule": missing.rule,
                        "step": missing.step,
                    })
                })
                .collect();
            json!({
                "bundle": report.bundle,
                "path": report.path,
                "tests": tests,
                "not_reached": not_reached,
            })
        })
        .collect();
    json!({ "bundles": bundles, "tests": count, "failed": failed })
}
