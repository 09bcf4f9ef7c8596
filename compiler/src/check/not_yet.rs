//! What can be written and is checked, but is not carried out yet. It is an error, so that nobody waits for it in vain.
//!
//! Whoever makes the engine carry something out deletes its line here.

use ondo_grammar::ast::{self, GateKind};

use super::cx::Cx;
use crate::errors;
use crate::ir::Once;

/// What `debounce` lets through goes through no other gate than `when` yet.
pub(super) fn calm(cx: &mut Cx<'_>, rule: &ast::Rule, once: &Once) {
    let find = |wanted: fn(&GateKind) -> bool| rule.gates.iter().find(|gate| wanted(&gate.kind));
    let Some(gate) = find(|kind| matches!(kind, GateKind::Debounce { .. })) else {
        return;
    };
    let what = if matches!(once, Once::Per { .. }) {
        "`debounce` together with `once per`"
    } else if find(|kind| matches!(kind, GateKind::AtMost { .. })).is_some() {
        "`debounce` together with `at most`"
    } else if find(|kind| matches!(kind, GateKind::OrderedBy(_))).is_some() {
        "`debounce` together with `ordered by`"
    } else {
        return;
    };
    let place = cx.at(gate.span);
    let help = matches!(once, Once::Per { implied: true, .. }).then_some("once per event");
    cx.report(errors::decls::not_yet(place, what, help));
}
