//! What the expression being checked can see: locals, the event, and what has been proved about them.

use std::collections::HashMap;
use std::sync::Arc;

use super::narrow::Known;
use super::personal::Personal;
use super::versions::Since;
use crate::ir::{AccountId, ExprId, LocalId, ReadSet, SlotId};
use crate::source::Place;
use crate::types::{Name, Type};

/// Locals, event and proofs of a rule, a function, a constant or a table.
#[derive(Debug, Default)]
pub(super) struct Scope {
    /// Innermost last.
    pub(super) locals: Vec<Local>,
    /// The next number of a local. Numbers are never given twice in one rule, so that proofs stay apart.
    pub(super) local_count: u32,
    /// The event of a rule.
    pub(super) event: Option<EventScope>,
    /// What is known to be present.
    pub(super) known: Known,
    /// In a test: objects say only some of their fields.
    pub(super) partial: bool,
    /// Whose arguments are being written, if any.
    pub(super) sink: Option<Sink>,
    /// The field whose value is being written, for messages about what is inside of it.
    pub(super) writing: Option<String>,
    /// In a rule: whether it has a `when` that a guard can join.
    pub(super) has_when: bool,
    /// What must be known before anything runs, while that is checked.
    pub(super) fixed: Option<String>,
    /// Step ids of the rule, with their places.
    pub(super) step_ids: HashMap<String, Place>,
    /// What stands before a step's id: handlers and arms.
    pub(super) step_prefix: String,
    /// How many loops are around the step.
    pub(super) loops: u32,
    /// The unsafe and keyed calls of the rule.
    pub(super) effects: Vec<(Place, String)>,
    /// In the steps of an action: whose they are.
    pub(super) inside: Option<Inside>,
    /// How many times steps of an action took the place of its call.
    pub(super) expanded: usize,
}

/// The action whose steps are being checked.
#[derive(Debug, Clone)]
pub(super) struct Inside {
    /// Its connector.
    pub(super) connector: Name,
    /// The account that it was called on: all its calls go there.
    pub(super) account: ExprId,
    /// The accounts that this may be.
    pub(super) accounts: Vec<AccountId>,
    /// The actions around this step, outermost first.
    pub(super) actions: Vec<Name>,
}

/// A local value.
#[derive(Debug, Clone)]
pub(super) struct Local {
    pub(super) name: String,
    pub(super) id: LocalId,
    pub(super) ty: Type,
    pub(super) personal: Personal,
    pub(super) accounts: Vec<AccountId>,
    pub(super) place: Place,
    pub(super) used: bool,
    /// Reported as unused when nobody reads it. False for the values of calls, whose names are step ids.
    pub(super) wants_use: bool,
    /// A quotient that nobody rounded.
    pub(super) divided: bool,
    /// A percentage of an amount that nobody rounded.
    pub(super) share: bool,
    /// The newest field that it sets.
    pub(super) since: Option<Arc<Since>>,
}

/// The event of a rule.
#[derive(Debug, Clone)]
pub(super) struct EventScope {
    /// `as order`; without it the event's fields are bare names.
    pub(super) alias: Option<String>,
    /// Where the alias is written; the event's own place without one.
    pub(super) alias_place: Place,
    /// How the rule names the event: `retailcrm.order`.
    pub(super) title: String,
    /// The payload with the account's own fields.
    pub(super) payload: Type,
    /// The connector it comes from.
    pub(super) connector: Name,
    /// What is read so far.
    pub(super) reads: ReadSet,
    /// The slots by path.
    pub(super) slots: HashMap<Vec<Name>, SlotId>,
}

/// The call whose arguments are being written.
#[derive(Debug, Clone)]
pub(super) struct Sink {
    /// The connector that receives them.
    pub(super) connector: Name,
    /// The accounts that it may be.
    pub(super) accounts: Vec<AccountId>,
    /// The field in hand is meant for personal data.
    pub(super) takes_personal: bool,
    /// Values leave as they are. Not so in a call of an action that is made of steps: its parameters are those of a
    /// function.
    pub(super) leaves: bool,
}

impl Scope {
    /// A new local. It is seen from now on.
    pub(super) fn bind(&mut self, name: &str, ty: Type, place: Place) -> &mut Local {
        let id = self.fresh();
        self.locals.push(Local {
            name: name.to_owned(),
            id,
            ty,
            personal: Personal::No,
            accounts: Vec::new(),
            place,
            used: false,
            wants_use: false,
            divided: false,
            share: false,
            since: None,
        });
        let at = self.locals.len() - 1;
        &mut self.locals[at]
    }

    /// A number for a local without a name.
    pub(super) fn fresh(&mut self) -> LocalId {
        let id = LocalId(self.local_count);
        self.local_count += 1;
        id
    }

    /// The local that a name means here.
    pub(super) fn local(&mut self, name: &str) -> Option<&mut Local> {
        self.locals
            .iter_mut()
            .rev()
            .find(|local| local.name == name)
    }
}
