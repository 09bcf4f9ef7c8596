//! What can be written and is checked, but is not carried out yet. It is an error, so that nobody waits for it in vain.
//!
//! Whoever makes the engine carry something out deletes its line here.

use ondo_grammar::ast::{self, GateKind};

use super::cx::Cx;
use crate::catalog::{Action, Event};
use crate::errors;
use crate::source::Place;

/// These gates hold nothing back yet.
pub(super) fn gate(cx: &mut Cx<'_>, gate: &ast::Gate) {
    let what = match &gate.kind {
        GateKind::PollEvery(_) => "`poll every`",
        _ => return,
    };
    let place = cx.at(gate.span);
    cx.report(errors::decls::not_yet(place, what, None));
}

/// Events that no webhook brings are not asked for yet.
pub(super) fn event(cx: &mut Cx<'_>, event: &Event, title: &str, place: Place) {
    if event.accepts.is_empty() {
        let what = format!("asking the vendor for `{title}`");
        cx.report(errors::decls::not_yet(place, &what, None));
    }
}

/// Actions made of steps, and those that submit a job and wait for it.
pub(super) fn action(cx: &mut Cx<'_>, action: &Action, title: &str, place: Place) {
    let what = if action.steps.is_some() {
        format!("the composite action `{title}`")
    } else if action.job.is_some() {
        format!("waiting for the job of `{title}`")
    } else {
        return;
    };
    cx.report(errors::decls::not_yet(place, &what, None));
}
