//! The checker: a bundle's trees to a program and everything that is wrong with it.
//!
//! All mistakes are found in one pass and reported in the order of the text. A piece that was reported has the type
//! `Unknown`, which fits everything, so that one cause gives one report.

mod accepts;
mod access;
mod accounts;
mod arithmetic;
mod builtin_calls;
mod call;
mod calls;
mod cascade;
mod clauses;
mod coerce;
mod collect;
mod composite;
mod composite_clauses;
mod comprehension;
mod consts;
mod cron;
mod csv_cells;
mod csv_tables;
mod currencies;
mod cx;
mod decide;
mod decls;
mod describe;
mod entity;
mod event_loops;
mod events;
mod explain;
mod expr;
mod extend;
mod free_objects;
mod functions;
mod gates;
mod jsonpath;
mod libraries;
mod lints;
mod literal_args;
mod literals;
mod matches;
mod membership;
mod names;
mod names_in_scope;
mod narrow;
mod objects;
mod operators;
mod overlaps;
mod personal;
mod relation;
mod required_if;
mod rule;
mod scope;
mod secrets;
mod signatures;
mod silence;
mod steps;
mod strays;
mod tables;
#[cfg(test)]
mod tests;
mod tests_of_bundle;
mod trees;
mod typed;
mod types;
mod versions;

use std::sync::Arc;

use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::{Program, Rule};
use crate::source::{Place, SourceFile, Sources};
use crate::types::{Name, Type};

pub(crate) use composite::definitions;
pub(crate) use describe::describe;
pub use explain::{ExplainLine, explain};
pub use secrets::{ENV_INPUT, SECRET_INPUT};
pub use trees::used_paths;

/// What is compiled: one bundle.
#[derive(Debug, Clone, Default)]
pub struct BundleInput {
    /// The stem of the folder or file: the bundle's name unless it has a `bundle` line.
    pub name: String,
    /// The bundle's own files.
    pub files: Vec<Arc<SourceFile>>,
    /// The files that `use` lines of this directory may reach, each with its path from that directory
    /// (`lib/common.ondo`). Only those that are used are looked at.
    pub libraries: Vec<(String, Arc<SourceFile>)>,
    /// CSV files of tables, each with the path that the file of its table has, up to the folder.
    pub tables: Vec<Arc<SourceFile>>,
}

/// What came out.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// Ready to run. None if there is an error among the diagnostics.
    pub program: Option<Program>,
    /// Ordered by place.
    pub diagnostics: Vec<Diagnostic>,
    /// The names that `let` gives to values, in the order in which they were checked: what an editor shows beside them.
    pub bindings: Vec<Binding>,
    /// The files that tests name: whoever can look at the disk says which of them are not there.
    pub fixtures: Vec<Fixture>,
    /// The texts that the places speak of.
    pub sources: Sources,
}

/// `let x = value`: a name and the type that was found for it.
#[derive(Debug, Clone)]
pub struct Binding {
    /// Where the name stands.
    pub place: Place,
    /// What it holds.
    pub ty: Type,
}

/// `given crm.order from "fixtures/order.json"`: a file below the bundle's folder.
#[derive(Debug, Clone)]
pub struct Fixture {
    /// Where it is named.
    pub place: Place,
    /// Its path from the bundle's folder.
    pub path: Name,
}

/// What is said of a file that is not there. `known`: the files that are.
pub fn no_fixture(fixture: &Fixture, known: &[String]) -> Diagnostic {
    crate::errors::decls::no_fixture(fixture.place, &fixture.path, known)
}

/// What is said of an example of a definition that is not there. `known`: the examples that are.
pub fn no_example(place: Place, path: &str, known: &[String]) -> Diagnostic {
    crate::errors::decls::no_example(place, path, known)
}

/// What is said of a file that is no JSON. `why`: what was found, and where in it.
pub fn broken_fixture(fixture: &Fixture, why: &str) -> Diagnostic {
    crate::errors::decls::broken_fixture(fixture.place, &fixture.path, why)
}

/// What is said of a file that its system would not send so. `why`: which field, and what is wrong with it.
pub fn fixture_shape(fixture: &Fixture, why: &str) -> Diagnostic {
    crate::errors::decls::fixture_shape(fixture.place, &fixture.path, why)
}

/// Checks a bundle and turns it into a program.
pub fn compile(bundle: &BundleInput, catalog: &Arc<Catalog>) -> Compiled {
    let trees = trees::parse(bundle, catalog);
    let mut cx = cx::Cx::new(catalog, &trees);

    names::collect(&mut cx);
    types::declare(&mut cx);
    accounts::declare(&mut cx);
    functions::declare(&mut cx);
    tables::declare(&mut cx);
    let header = decls::check(&mut cx, &bundle.name);
    let rules = rule::check_all(&mut cx);
    let tests = tests_of_bundle::check_all(&mut cx, &rules);
    conditions(&mut cx, &rules);
    lints::unused(&mut cx);

    let mut diagnostics = trees.syntax_errors.clone();
    diagnostics.append(&mut cx.diagnostics);
    let diagnostics = cascade::without_followers(diagnostics, &trees.syntax_errors, &trees.sources);
    let diagnostics = lints::in_order(diagnostics, &trees);
    let bindings = std::mem::take(&mut cx.bindings);
    let fixtures = std::mem::take(&mut cx.fixtures);
    // What is wrong with an action made of steps is among the findings of its connector.
    let sound = cx.sound_actions.values().all(|sound| *sound)
        && diagnostics
            .iter()
            .all(|finding| finding.severity != Severity::Error);
    Compiled {
        program: sound.then(|| cx.into_program(header, rules, tests)),
        diagnostics,
        bindings,
        fixtures,
        sources: trees.sources,
    }
}

/// What the rules' conditions say about themselves and about each other.
fn conditions(cx: &mut cx::Cx<'_>, rules: &[Rule]) {
    let facts = decide::check(cx, rules);
    let mut found = overlaps::check(cx, &facts);
    found.append(&mut event_loops::check(cx, &facts));
    found.append(&mut lints::unused_allows(cx, &facts));
    cx.diagnostics.append(&mut found);
}
