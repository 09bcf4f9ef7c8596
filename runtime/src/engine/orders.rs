//! What people order: a doubt is decided, a run is ended or done again, a rule or an account stands still for a time.
//!
//! An order is carried out like everything else: by writes that are on disk before it is answered. Each leaves a line in
//! the audit.

use std::collections::BTreeMap;

use ondo_compiler::ir::{Account, Program};
use ondo_compiler::types::Name;

use super::Command;
use super::interpreter::Ended;
use super::machine::Machine;
use super::redrive::Wish;
use super::state::{After, Phase, Stage, Work};
use crate::store::{Audit, Event, Pause, Paused, Record, Run, RunId, RunState, Version, Write};

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

/// A run that shall end as soon as no call of it is under way.
#[derive(Debug, Clone)]
pub(super) struct Cancel {
    number: u64,
    who: String,
    note: String,
}

const NOTHING_TO_CANCEL: &str =
    "there is nothing to cancel: the run has ended, or there is none of this name";

impl Machine {
    /// Carries out an order.
    pub(super) fn order(&mut self, order: Order) {
        let Order {
            number,
            who,
            note,
            what,
        } = order;
        let by = By { number, who, note };
        let refused = match what {
            What::Decide {
                kept,
                place,
                decision,
            } => self.decide(&by, *kept, place, decision),
            What::Cancel { run } => self.cancel(&by, &run),
            What::Redrive {
                kept,
                version,
                from,
                yes_repeat_money,
                dry_run,
            } => {
                let wish = Wish {
                    version,
                    from,
                    yes_repeat_money,
                    dry_run,
                };
                self.redrive(&by, *kept, &wish)
            }
            What::Pause(paused) => self.pause(&by, paused),
            What::Unpause(paused) => self.unpause(&by, paused),
        };
        if let Err(why) = refused {
            self.commands.push(Command::Answer {
                number,
                result: Err(why),
            });
        }
    }

    /// Keeps what was decided.
    pub(super) fn audit(&mut self, by: &By, what: &str, subject: &str) {
        let line = self.audit_of(by, what, subject);
        self.write(Write::Audit(line));
    }

    /// A line of the audit.
    pub(super) fn audit_of(&self, by: &By, what: &str, subject: &str) -> Audit {
        Audit {
            at: self.now,
            who: by.who.clone(),
            what: what.to_owned(),
            subject: subject.to_owned(),
            note: by.note.clone(),
        }
    }

    /// Answers when this step's batch is on disk.
    pub(super) fn answer_after(&mut self, number: u64, answer: Answer) {
        self.after(After::Answer(number, Box::new(answer)));
    }

    fn cancel(&mut self, by: &By, id: &RunId) -> Result<(), String> {
        let cancel = Cancel {
            number: by.number,
            who: by.who.clone(),
            note: by.note.clone(),
        };
        let Some(slot) = self.runs.get_mut(id) else {
            if self.cancels.contains_key(id) {
                return Err("it is being cancelled already".to_owned());
            }
            // It has ended, or waits by name behind the queue of its account.
            self.cancels.insert(id.clone(), cancel);
            self.fetch(id.clone());
            return Ok(());
        };
        if matches!(slot.phase, Phase::Ended) {
            return Err(NOTHING_TO_CANCEL.to_owned());
        }
        if slot.cancel.is_some() {
            return Err("it is being cancelled already: a call of it is under way".to_owned());
        }
        slot.cancel = Some(cancel);
        self.end_if_cancelled(id);
        Ok(())
    }

    /// The run that was to be cancelled has ended, or there is none.
    pub(super) fn not_cancelled(&mut self, cancel: Cancel) {
        self.commands.push(Command::Answer {
            number: cancel.number,
            result: Err(NOTHING_TO_CANCEL.to_owned()),
        });
    }

    /// Ends a run that shall end, unless one of its calls is under way or its journal is being read. Yields whether it shall
    /// not go on.
    pub(super) fn end_if_cancelled(&mut self, id: &RunId) -> bool {
        let Some(slot) = self.runs.get_mut(id) else {
            return false;
        };
        let Some(cancel) = slot.cancel.clone() else {
            return false;
        };
        slot.calls.retain(|_, making| {
            matches!(
                making.stage,
                Stage::Claiming | Stage::Sending(_) | Stage::Calling
            )
        });
        let waits = slot.unflushed > 0
            || !slot.calls.is_empty()
            || matches!(slot.phase, Phase::Loading | Phase::Ended);
        if waits {
            if slot.calls.is_empty() && !matches!(slot.phase, Phase::Loading | Phase::Ended) {
                // It ends when what it has written is on disk.
                slot.phase = Phase::Committing;
            }
            return true;
        }
        slot.cancel = None;
        let was_in_doubt = slot.run.state == RunState::InDoubt;
        let doubt = match was_in_doubt {
            true => "; what became of the step in doubt stays unknown",
            false => "",
        };
        let by = By {
            number: cancel.number,
            who: cancel.who,
            note: cancel.note,
        };
        let ended = Ended {
            state: RunState::Cancelled,
            step: slot.run.step.clone(),
            reason: Some(format!("cancelled by {}: {}{doubt}", by.who, by.note)),
        };
        self.finish(id, ended);
        self.audit(&by, "cancelled", &id.0);
        let text = format!("{id} is cancelled{doubt}");
        self.answer_after(
            by.number,
            Answer::Done {
                run: Some((id.clone(), RunState::Cancelled)),
                text,
            },
        );
        true
    }

    /// Rules and accounts that stood still when the process before this one ended.
    pub(super) fn know_pauses(&mut self, pauses: Vec<Pause>) {
        for pause in pauses {
            let reason = reason_of(&pause.who, &pause.note);
            self.paused.insert(pause.what, reason);
        }
        self.hold_accounts();
    }

    fn pause(&mut self, by: &By, what: Paused) -> Result<(), String> {
        self.check_paused(&what)?;
        let at = self.now;
        self.write(Write::Pause(Pause {
            what: what.clone(),
            at,
            who: by.who.clone(),
            note: by.note.clone(),
        }));
        self.audit(by, "paused", &what.to_string());
        let text = match &what {
            Paused::Rule { .. } => {
                format!("{what} begins nothing until it is resumed; its events are kept")
            }
            Paused::Account { .. } => {
                format!("no calls go to {what} until it is resumed; calls under way end")
            }
        };
        self.answer_after(by.number, Answer::Done { run: None, text });
        self.paused.insert(what, reason_of(&by.who, &by.note));
        self.hold_accounts();
        Ok(())
    }

    fn unpause(&mut self, by: &By, what: Paused) -> Result<(), String> {
        if self.paused.remove(&what).is_none() {
            return Err(format!("{what} is not paused"));
        }
        self.write(Write::Unpause(what.clone()));
        self.audit(by, "resumed", &what.to_string());
        let text = format!("{what} goes on");
        self.answer_after(by.number, Answer::Done { run: None, text });
        self.hold_accounts();
        let mut held: Vec<RunId> = self
            .runs
            .values()
            .filter(|slot| matches!(slot.phase, Phase::Paused))
            .map(|slot| slot.run.id.clone())
            .collect();
        held.sort();
        for id in held {
            self.set_phase(&id, Phase::Committing);
            self.work.push_back(Work::Advance(id));
        }
        Ok(())
    }

    /// A misspelt name would be a pause that stops nothing.
    fn check_paused(&self, what: &Paused) -> Result<(), String> {
        let (name, known) = match what {
            Paused::Rule { bundle, rule } => {
                let program = self.program_of(bundle)?;
                let names: Vec<&str> = program.rules.iter().map(|known| &*known.name).collect();
                (rule, names)
            }
            Paused::Account { bundle, account } => {
                let program = self.program_of(bundle)?;
                let accounts = program.accounts.iter();
                (account, accounts.map(spoken).collect())
            }
        };
        match known.contains(&name.as_str()) {
            true => Ok(()),
            false => Err(format!(
                "there is no {what}; there are: {}",
                known.join(", ")
            )),
        }
    }

    fn program_of(&self, bundle: &str) -> Result<&Program, String> {
        let version = self.active.get(bundle);
        let found =
            version.and_then(|version| self.bundles.get(&(bundle.to_owned(), version.clone())));
        match found {
            Some(found) => Ok(&found.program),
            None => {
                let mut known: Vec<&str> = self.active.keys().map(String::as_str).collect();
                known.sort_unstable();
                Err(format!(
                    "there is no bundle {bundle}; there are: {}",
                    known.join(", ")
                ))
            }
        }
    }

    /// Tells each account whether it stands still: by a pause of any of its names.
    pub(super) fn hold_accounts(&mut self) {
        let mut held: BTreeMap<Name, String> = BTreeMap::new();
        for ((name, _), bundle) in &self.bundles {
            for account in &bundle.accounts {
                let of_program = bundle.program.accounts.iter().find(|known| {
                    known.name == account.name && known.connector == account.connector
                });
                let paused = Paused::Account {
                    bundle: name.clone(),
                    account: of_program.map_or(&*account.name, spoken).to_owned(),
                };
                if let Some(reason) = self.paused.get(&paused) {
                    held.insert(account.identity.clone(), reason.clone());
                }
            }
        }
        let mut freed: Vec<Name> = Vec::new();
        for (identity, account) in &mut self.accounts {
            let reason = held.remove(identity);
            if reason.is_none() && account.held.is_some() {
                freed.push(identity.clone());
            }
            account.held = reason;
        }
        freed.sort();
        self.work.extend(freed.into_iter().map(Work::Pump));
    }

    /// Why a run begins nothing now.
    pub(super) fn pause_of(&self, run: &Run) -> Option<&String> {
        self.paused.get(&Paused::Rule {
            bundle: run.bundle.clone(),
            rule: run.rule.clone(),
        })
    }
}

/// What people call an account. One that is not declared has its connector's name, as in the addresses of hooks.
fn spoken(account: &Account) -> &str {
    match account.declared {
        true => &account.name,
        false => &account.connector,
    }
}

fn reason_of(who: &str, note: &str) -> String {
    format!("paused by {who}: {note}")
}

/// Who orders, why, and where the answer goes.
#[derive(Debug)]
pub(super) struct By {
    pub(super) number: u64,
    pub(super) who: String,
    pub(super) note: String,
}
