//! `env "X"` and `secret "X"` inside rules.

use std::sync::Arc;

use ondo_compiler::check::{ENV_INPUT, SECRET_INPUT};
use ondo_compiler::ir::{Expr, Program};
use ondo_compiler::value::{Secret, Value};

use super::{Environment, Problem, Unset};

/// The program with the values of every `env "X"` and `secret "X"` inside its rules, or all that are missing.
pub fn resolve_rules(
    program: &Arc<Program>,
    environment: &Environment,
    unset: Unset,
) -> Result<Arc<Program>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut values = Vec::new();
    for (index, expr) in program.exprs.nodes.iter().enumerate() {
        let Expr::Input(input) = expr else { continue };
        let (name, is_secret) = match input.strip_prefix(SECRET_INPUT) {
            Some(name) => (name, true),
            None => match input.strip_prefix(ENV_INPUT) {
                Some(name) => (name, false),
                None => continue,
            },
        };
        let text = match environment.text(name) {
            Ok(None) if unset == Unset::Sandbox => Ok(Some(format!("sandbox:{name}"))),
            found => found,
        };
        match text {
            Ok(Some(text)) if is_secret => values.push((index, Value::Secret(Secret::new(text)))),
            Ok(Some(text)) => values.push((index, Value::text(text))),
            Ok(None) => problems.push(problem_of_rule(
                program,
                name,
                "is needed by its rules".into(),
            )),
            Err(reason) => problems.push(problem_of_rule(program, name, reason)),
        }
    }
    problems.dedup();
    if !problems.is_empty() {
        return Err(problems);
    }
    if values.is_empty() {
        return Ok(Arc::clone(program));
    }
    let mut resolved = Program::clone(program);
    for (index, value) in values {
        resolved.exprs.nodes[index] = Expr::Const(value);
    }
    Ok(Arc::new(resolved))
}

fn problem_of_rule(program: &Program, name: &str, reason: String) -> Problem {
    Problem {
        bundle: program.bundle.to_string(),
        account: String::new(),
        connector: String::new(),
        setting: name.to_owned(),
        caption: None,
        variable: Some(name.to_owned()),
        reason: format!("`{name}` {reason}"),
    }
}
