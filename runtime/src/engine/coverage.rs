//! Which steps a run came to, from its journal: for tests of bundles.

use std::sync::Arc;

use ondo_compiler::ir::Program;
use ondo_compiler::source::Place;

use super::ResolvedAccount;
use super::interpreter::{self, Cx};
use super::runs::{rule_of, slots};
use super::state::Bundle;
use crate::store::{Event, Record, Run};

/// Places of the calls, `stop`s and `fail`s that a run came to.
pub fn reached(
    program: &Arc<Program>,
    accounts: &[ResolvedAccount],
    run: &Run,
    event: &Event,
    journal: &[Record],
) -> Vec<Place> {
    let bundle = Bundle {
        program: Arc::clone(program),
        accounts: accounts.to_vec(),
        // Only a call that is made for the first time asks for it.
        uses_step_time: false,
    };
    let Some(rule) = rule_of(program, &run.rule) else {
        return Vec::new();
    };
    let Ok(slots) = slots(&bundle, rule, event) else {
        return Vec::new();
    };
    interpreter::reached(Cx {
        program,
        accounts,
        rule,
        run,
        slots: &slots,
        journal,
        now: run.created_at,
        restored_at: None,
        valid_until: None,
        under_way: &[],
    })
}
