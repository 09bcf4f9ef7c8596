//! Generated bundles: whichever checks keeps its promise over any event. `PROPTEST_CASES=20000` tries more.

use std::cell::Cell;

use ondo_generate::{Tape, programs};
use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};

use super::super::compiled;
use super::run::must_keep_the_promise;

/// Events for each bundle that checks.
const EVENTS: u64 = 24;

/// `cases` in a usual run; as many as the environment says otherwise.
pub(super) fn config(cases: u32) -> ProptestConfig {
    let told = std::env::var_os("PROPTEST_CASES").is_some();
    let usual = ProptestConfig::default();
    ProptestConfig {
        cases: if told { usual.cases } else { cases },
        failure_persistence: None,
        ..usual
    }
}

#[test]
fn narrowing_is_sound_in_every_bundle_that_checks() {
    let (checked, ends) = (Cell::new(0_u32), Cell::new(0_u32));
    let mut runner = TestRunner::new(config(250));
    let choices = prop::collection::vec(any::<u16>(), 0..400);
    let cases = runner.config().cases;
    let result = runner.run(&choices, |choices| {
        let text = programs::bundle(&mut Tape::new(&choices));
        let compiled = compiled(&text);
        let Some(program) = compiled.program else {
            // A mistake of form would be one of the generator.
            let slips = [
                "expected",
                "unclosed",
                "unexpected-character",
                "unknown-step",
            ];
            let slip = compiled
                .diagnostics
                .iter()
                .find(|found| slips.contains(&found.code));
            return match slip {
                Some(slip) => Err(TestCaseError::fail(format!(
                    "{}: {}\n{text}",
                    slip.code, slip.message
                ))),
                None => Ok(()),
            };
        };
        checked.set(checked.get() + 1);
        let run = || {
            let rules = program.rules.iter();
            let runs = rules.flat_map(|rule| (0..EVENTS).map(move |seed| (rule, seed)));
            runs.filter(|(rule, seed)| must_keep_the_promise(&program, rule, *seed, &text))
                .count()
        };
        match std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)) {
            Ok(count) => ends.set(ends.get() + count as u32),
            Err(_) => return Err(TestCaseError::fail(text)),
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    println!(
        "{cases} bundles, {} checked, {} runs to their end",
        checked.get(),
        ends.get()
    );
    assert!(checked.get() * 8 > cases, "too few bundles check");
    assert!(ends.get() > checked.get(), "too few runs come to their end");
}
