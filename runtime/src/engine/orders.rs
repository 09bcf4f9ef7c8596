//! What people order: a doubt is decided, a run is ended or done again, a rule or an account stands still for a time.
//!
//! An order is carried out like everything else: by writes that are on disk before it is answered. Each leaves a line in
//! the audit.

use crate::store::{Event, Paused, Record, Run, RunId, RunState, Version};

/// An order of a person.
#[derive(Debug)]
pub struct Order {
    /// A number for the answer.
    pub number: u64,
    /// Who gives it.
    pub who: String,
    /// What for.
    pub note: String,
    /// What is to be done.
    pub what: What,
}

/// A run as the store has it.
#[derive(Debug)]
pub struct Kept {
    /// The run.
    pub run: Run,
    /// What caused it.
    pub event: Event,
    /// Its journal.
    pub journal: Vec<Record>,
}

/// What is ordered.
#[derive(Debug)]
pub enum What {
    /// Says what became of a step in doubt.
    Decide {
        /// The run.
        kept: Box<Kept>,
        /// Step and iteration. None: the one that the run stands at.
        place: Option<(String, String)>,
        /// What is known now.
        decision: Decision,
    },
    /// Ends a run that has not ended. A call that is under way is waited for.
    Cancel {
        /// Which.
        run: RunId,
    },
    /// Does an ended run again, for the same event and with the same effect keys.
    Redrive {
        /// The run that ended.
        kept: Box<Kept>,
        /// The version to do it with. It must be loaded.
        version: Version,
        /// Steps from this one on are done again even if they were done.
        from: Option<String>,
        /// What cannot be undone may be repeated.
        yes_repeat_money: bool,
        /// Only the receipt.
        dry_run: bool,
    },
    /// Lets a rule or an account stand still.
    Pause(Paused),
    /// Lets it go on.
    Unpause(Paused),
}

/// What a person knows of a step that was in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It happened.
    Applied,
    /// It did not happen: it is sent again.
    Absent,
    /// It is left out, whether it happened or not.
    Skip,
}

/// What came of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is on disk.
    Done {
        /// The run it is about, and its state now; none for a pause.
        run: Option<(RunId, RunState)>,
        /// What happens next, for people.
        text: String,
    },
    /// What a redrive would do.
    Receipt(Vec<ReceiptLine>),
    /// A redrive has begun.
    Redriven {
        /// The new run.
        run: RunId,
        /// What it does.
        receipt: Vec<ReceiptLine>,
    },
}

/// What a redrive does with a step of the run before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptLine {
    /// The step.
    pub step: String,
    /// Its iteration.
    pub iteration: String,
    /// `connector.action`
    pub action: String,
    /// What.
    pub will: Will,
    /// Why, for people.
    pub why: String,
}

/// What happens to a step in a redrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Will {
    /// It was done: its result is taken over.
    Skipped,
    /// It is sent; nothing can happen twice.
    Safe,
    /// The vendor is asked first whether it has happened.
    ReadBack,
    /// It may happen a second time: it needs a yes.
    RepeatsMoney,
}

impl super::machine::Machine {
    /// Carries out an order.
    pub(super) fn order(&mut self, order: Order) {
        self.commands.push(super::Command::Answer {
            number: order.number,
            result: Err("this order is not known".to_owned()),
        });
    }
}
