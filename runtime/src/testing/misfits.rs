//! Files of `given` that have another shape than the event: found before the test is run, also where no rule reads the
//! field that is wrong.

use ondo_compiler::ir::TestStepKind;
use ondo_compiler::source::Place;
use ondo_compiler::value::Value;
use ondo_compiler::wire;

use super::play::Stage;
use super::{payload, setting};
use crate::bundle::{Bundle, Ready};

/// A `given` whose file does not fit.
pub(crate) struct Misfit {
    /// The line of the test.
    pub(crate) given: Place,
    /// Which field, and what is wrong with it.
    pub(crate) why: String,
}

/// Every file that has another shape than its event. One that is named several times with the same mistake is told once.
pub(crate) fn misfits(bundle: &Bundle, ready: &Ready) -> Vec<Misfit> {
    // What cannot be set up is said by `ondo test`.
    let Ok(setting) = setting(bundle, ready) else {
        return Vec::new();
    };
    let program = &setting.program;
    let types = payload::types_of(program);
    let mut found: Vec<Misfit> = Vec::new();
    let mut told: Vec<(&str, String)> = Vec::new();
    for test in &program.tests {
        let stage = Stage::new(&setting, test);
        for step in &test.steps {
            let TestStepKind::Given(given) = &step.kind else {
                continue;
            };
            // A file that is not there or no JSON is a finding of its own.
            let (Some(file), Ok(bytes)) = (&given.from, stage.payload(given)) else {
                continue;
            };
            let account = setting.accounts.get(given.account.0 as usize);
            let text = |wanted: &str| {
                let mut settings = account?.settings.iter();
                settings.find_map(|(name, value)| match value {
                    Value::Text(text) if **name == *wanted => Some(text),
                    _ => None,
                })
            };
            let zone = text("timezone").unwrap_or(&program.timezone);
            let currency = text("currency").or(program.currency.as_ref());
            let read = wire::decode_value(&given.payload, &bytes, &types, zone, currency);
            let Err(failure) = read else { continue };
            let misfit = (&**file, failure.message);
            if !told.contains(&misfit) {
                found.push(Misfit {
                    given: step.place,
                    why: misfit.1.clone(),
                });
                told.push(misfit);
            }
        }
    }
    found
}
