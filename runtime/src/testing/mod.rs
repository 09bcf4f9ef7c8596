//! Tests of bundles: the engine of production over a store in memory, vendors played in this process, a clock that does
//! not wait.
//!
//! ```text
//! test "a new order brings five percent" {
//!   given crm.order from "fixtures/order.json" with { status: "new" }
//!   expect loyalty.addBonus(amount: 64.53) once
//! }
//! ```
//!
//! [`run`] runs the tests of a bundle and says which steps none of them came to. Secrets are `sandbox:NAME`.

mod compare;
mod coverage;
mod expect;
mod happened;
mod key;
mod misfits;
mod payload;
mod play;
mod world;

use std::sync::Arc;

use ondo_compiler::ir::Program;
use ondo_compiler::source::Place;

use crate::bundle::{Bundle, Ready};
use crate::engine::ResolvedAccount;
use crate::settings::{self, Environment, Unset};
use crate::store::Version;

pub use happened::{Called, Ended, Happened};
pub(crate) use misfits::misfits;

/// What the tests of a bundle came to.
#[derive(Debug, Clone)]
pub struct Report {
    /// The bundle's name.
    pub bundle: String,
    /// The folder or file as the user typed it.
    pub path: String,
    /// In the order of the text.
    pub tests: Vec<Tested>,
    /// Tests that were left out by their name.
    pub left_out: usize,
    /// What no test came to; empty when tests were left out.
    pub not_reached: Vec<NotReached>,
}

/// What one test came to.
#[derive(Debug, Clone)]
pub struct Tested {
    /// Its name.
    pub name: String,
    /// `loyalty.ondo:50:1`
    pub place: String,
    /// Empty: it passed.
    pub failures: Vec<Failure>,
    /// Whether it has an `expect`. Without one it says what happened, but not whether that is right.
    pub expects: bool,
    /// What the rules did, whatever was expected.
    pub happened: Happened,
}

/// An expectation that was not met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// `loyalty.ondo:53:3`
    pub place: String,
    /// The line of the test: `expect plazius.addBonus(amount: 64.53) once`.
    pub expected: String,
    /// What was found instead, line by line.
    pub found: Vec<String>,
}

/// A rule or a step that no test came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotReached {
    /// `loyalty.ondo:40:7`
    pub place: String,
    /// The rule.
    pub rule: String,
    /// `plazius.addBonus`, `stop "…"`; none for a rule that never ran.
    pub step: Option<String>,
}

impl Report {
    /// How many tests failed.
    pub fn failed(&self) -> usize {
        let failed = self.tests.iter().filter(|test| !test.failures.is_empty());
        failed.count()
    }

    /// Counts tests that expect nothing as failed: they would pass whatever happens.
    pub fn fail_tests_without_expect(&mut self) {
        let tests = self.tests.iter_mut();
        for test in tests.filter(|test| test.failures.is_empty() && !test.expects) {
            test.failures.push(Failure {
                place: test.place.clone(),
                expected: format!("test \"{}\"", test.name),
                found: vec![
                    "it expects nothing, so it would pass whatever happens".to_owned(),
                    "help: expect run done".to_owned(),
                ],
            });
        }
    }
}

/// What every test of a bundle begins with.
struct Setting<'a> {
    bundle: &'a Bundle,
    program: Arc<Program>,
    accounts: Vec<ResolvedAccount>,
    version: &'a Version,
}

/// Runs the tests of a bundle whose names hold `filter`.
///
/// # Errors
/// A setting that even the sandbox cannot make up.
pub fn run(bundle: &Bundle, ready: &Ready, filter: Option<&str>) -> Result<Report, String> {
    let setting = setting(bundle, ready)?;
    let program = &setting.program;
    let mut reached = Vec::new();
    let mut tests = Vec::new();
    let mut left_out = 0;
    for test in &program.tests {
        if filter.is_some_and(|filter| !test.name.contains(filter)) {
            left_out += 1;
            continue;
        }
        let (failures, happened) = play::play(&setting, test, &mut reached);
        tests.push(Tested {
            name: test.name.to_string(),
            place: shown(program, test.place),
            failures,
            expects: test.steps.iter().any(|step| step.kind.expects()),
            happened,
        });
    }
    let not_reached = match left_out {
        0 if !tests.is_empty() => coverage::not_reached(program, &reached),
        _ => Vec::new(),
    };
    Ok(Report {
        bundle: program.bundle.to_string(),
        path: bundle.path.clone(),
        tests,
        left_out,
        not_reached,
    })
}

fn setting<'a>(bundle: &'a Bundle, ready: &'a Ready) -> Result<Setting<'a>, String> {
    let problems = |problems: Vec<settings::Problem>| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        lines.join("; ")
    };
    // Nothing of the machine's own settings: a test gives the same result everywhere.
    let environment = Environment::default();
    let program = settings::resolve_rules(&ready.program, &environment, Unset::Sandbox);
    let program = program.map_err(problems)?;
    let accounts = settings::resolve(&program, &environment, Unset::Sandbox).map_err(problems)?;
    Ok(Setting {
        bundle,
        program,
        accounts,
        version: &ready.version,
    })
}

/// `bundles/loyalty/loyalty.ondo:50:3`
fn shown(program: &Program, place: Place) -> String {
    let (line, column) = program.sources.line_col(place);
    let path = &program.sources.get(place.file).path;
    format!("{path}:{line}:{column}")
}

/// The text of a place in one line.
fn text(program: &Program, place: Place) -> String {
    let text = place.span.text(&program.sources.get(place.file).text);
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}
