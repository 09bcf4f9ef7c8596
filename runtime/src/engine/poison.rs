//! What ends the process each time that it is worked on must not end it for ever: it is put aside, with its input.
//!
//! The machine says what it begins to work on; whoever runs it writes that down where the end of a process leaves it, and
//! says at the next start what must not be worked on any more. Between two steps nothing is worked on: a process that is
//! killed while it waits for a vendor says nothing against the run that waits.

use std::collections::HashSet;

use super::attempts::PROCESS_ENDED;
use super::interpreter::Ended;
use super::machine::Machine;
use crate::store::{RunId, RunState};

/// Takes note of what the machine works on.
pub trait Notes: Send {
    /// It begins with this run or event.
    fn begins(&mut self, id: &str);
    /// The step is over.
    fn rests(&mut self);
}

/// What is put aside, and who takes notes.
#[derive(Default)]
pub(super) struct Poison {
    notes: Option<Box<dyn Notes>>,
    ids: HashSet<String>,
}

impl std::fmt::Debug for Poison {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Poison")
            .field("ids", &self.ids)
            .finish_non_exhaustive()
    }
}

/// How often in a row the process must have ended over a run or an event. A process that somebody kills again and again is at
/// something each time: with three, a run that is looked at first at each start was put aside although it was harmless.
pub const DEATHS_MAX: u32 = 8;

/// The beginning of the reason of what was put aside.
pub(super) const QUARANTINED: &str = "quarantined: the process ended";

impl Machine {
    /// From now on notes are taken, and these runs and events are not worked on. To be called before the first step.
    pub fn put_aside(&mut self, ids: impl IntoIterator<Item = String>, notes: Box<dyn Notes>) {
        self.poison.ids.extend(ids);
        self.poison.notes = Some(notes);
    }

    /// Notes that work on this run or event begins; not for what is put aside.
    pub(super) fn works_on(&mut self, id: &str) {
        if let Some(notes) = &mut self.poison.notes
            && !self.poison.ids.contains(id)
        {
            notes.begins(id);
        }
    }

    pub(super) fn rests(&mut self) {
        if let Some(notes) = &mut self.poison.notes {
            notes.rests();
        }
    }

    pub(super) fn is_poison(&self, id: &str) -> bool {
        self.poison.ids.contains(id)
    }

    /// Ends a run that is put aside. What became of its calls is in its journal; a call that was under way stays unknown,
    /// and its effect is not taken for absent.
    pub(super) fn quarantine(&mut self, id: &RunId) {
        let Some(slot) = self.runs.get(id) else {
            return;
        };
        let is_unknown = slot
            .journal()
            .iter()
            .any(|record| record.outcome.as_deref() == Some(PROCESS_ENDED));
        let doubt = match is_unknown {
            true => "; nobody knows whether the call that was under way happened",
            false => "",
        };
        let reason = format!("{QUARANTINED} {DEATHS_MAX} times while it worked on this run{doubt}");
        let step = slot.run.step.clone();
        self.finish(
            id,
            Ended {
                state: RunState::Dead,
                step,
                reason: Some(reason),
            },
        );
    }
}
