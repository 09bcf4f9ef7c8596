//! What is said over the socket: one line of JSON asks, lines of JSON answer. The last line is the answer, those before it say
//! what is waited for.

use serde::{Deserialize, Serialize};

use crate::engine::orders::{self, Answer};
use crate::store::{Counts, Erased, RunState};

/// The version of what is said.
pub(crate) const VERSION: u32 = 1;

/// Longest line that is read.
pub(crate) const LINE_BYTES_MAX: usize = 64 * 1024;

/// Longest note, in characters.
pub(crate) const NOTE_MAX: usize = 1_000;

/// Longest name of a person, in characters.
pub(crate) const NAME_MAX: usize = 100;

/// What somebody orders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Request {
    /// The version of what is said.
    pub(crate) ondo: u32,
    /// Who says that they order it. The user of the process is kept in any case.
    #[serde(default, rename = "as", skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<String>,
    /// Why, in the person's words.
    #[serde(default)]
    pub(crate) note: String,
    /// What.
    pub(crate) order: Wish,
}

/// What is ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Wish {
    /// Says that the daemon listens.
    Hello,
    /// Says what became of a step in doubt.
    Decide {
        /// The run.
        run: String,
        /// The step, with its iteration behind `#`. None: the one that the run stands at.
        #[serde(default)]
        step: Option<String>,
        /// What is known now.
        decision: Decision,
    },
    /// Ends a run.
    Cancel {
        /// The run.
        run: String,
    },
    /// Does a run again.
    Redrive {
        /// The run that ended.
        run: String,
        /// Steps from this one on are done again.
        #[serde(default)]
        from: Option<String>,
        /// With which texts.
        #[serde(default)]
        bundle: Texts,
        /// Only the receipt.
        #[serde(default)]
        dry_run: bool,
        /// What cannot be undone may be repeated.
        #[serde(default)]
        yes_repeat_money: bool,
    },
    /// Takes everything about a person away.
    Erase {
        /// What everything about them mentions.
        text: String,
        /// Only count.
        dry_run: bool,
    },
    /// Lets something stand still.
    Pause(Standing),
    /// Lets it go on.
    Resume(Standing),
}

/// What a person knows of a step that was in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Decision {
    /// It happened.
    Applied,
    /// It did not.
    Absent,
    /// It is left out.
    Skip,
}

/// With which version of its bundle a run is done again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Texts {
    /// The one that the run had
    Recorded,
    /// The one that runs now
    #[default]
    Current,
}

/// What stands still.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Standing {
    /// A rule.
    Rule {
        /// Whose.
        bundle: String,
        /// Its name.
        name: String,
    },
    /// An account.
    Account {
        /// Whose.
        bundle: String,
        /// Its name there.
        name: String,
    },
}

/// One line of the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reply {
    /// What is waited for. Another line follows.
    Progress(String),
    /// It is on disk.
    Done {
        /// The run it is about.
        run: Option<String>,
        /// Its state now.
        state: Option<String>,
        /// What happens next.
        text: String,
    },
    /// What a redrive would do.
    Receipt(Vec<ReceiptLine>),
    /// A redrive has begun.
    Redriven {
        /// The new run.
        run: String,
        /// What it does.
        receipt: Vec<ReceiptLine>,
    },
    /// A person was erased, or would be.
    Erased(Counts),
    /// Nobody was erased: these have not ended.
    Unfinished {
        /// Runs that wait, are queued or in doubt.
        runs: Vec<String>,
        /// Events that are not routed yet.
        events: Vec<String>,
    },
    /// It was not done, and nothing changed.
    Refused(String),
    /// Nobody can say here whether it was done, or the line could not be understood.
    Failed(String),
}

/// What a redrive does with a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReceiptLine {
    /// The step.
    pub(crate) step: String,
    /// Its iteration.
    pub(crate) iteration: String,
    /// `connector.action`
    pub(crate) action: String,
    /// What.
    pub(crate) will: Will,
    /// Why.
    pub(crate) why: String,
}

/// What happens to a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Will {
    /// Its result is taken over.
    Skipped,
    /// It is sent; nothing can happen twice.
    Safe,
    /// The vendor is asked first.
    ReadBack,
    /// It may happen a second time.
    RepeatsMoney,
}

impl From<Decision> for orders::Decision {
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::Applied => Self::Applied,
            Decision::Absent => Self::Absent,
            Decision::Skip => Self::Skip,
        }
    }
}

impl Reply {
    /// What the engine says, in the words of the socket.
    pub(super) fn of(
        result: Result<Answer, String>,
        word: impl Fn(RunState) -> &'static str,
    ) -> Self {
        match result {
            Err(why) => Reply::Refused(why),
            Ok(Answer::Done { run, text }) => {
                let (run, state) = match run {
                    Some((run, state)) => (Some(run.0), Some(word(state).to_owned())),
                    None => (None, None),
                };
                Reply::Done { run, state, text }
            }
            Ok(Answer::Receipt(lines)) => Reply::Receipt(lines.into_iter().map(line).collect()),
            Ok(Answer::Redriven { run, receipt }) => Reply::Redriven {
                run: run.0,
                receipt: receipt.into_iter().map(line).collect(),
            },
        }
    }
}

impl From<Erased> for Reply {
    fn from(erased: Erased) -> Self {
        match erased {
            Erased::Done(counts) | Erased::Would(counts) => Reply::Erased(counts),
            Erased::Unfinished { runs, events } => Reply::Unfinished {
                runs: runs.into_iter().map(|run| run.0).collect(),
                events: events.into_iter().map(|event| event.0).collect(),
            },
        }
    }
}

fn line(line: orders::ReceiptLine) -> ReceiptLine {
    ReceiptLine {
        step: line.step,
        iteration: line.iteration,
        action: line.action,
        will: match line.will {
            orders::Will::Skipped => Will::Skipped,
            orders::Will::Safe => Will::Safe,
            orders::Will::ReadBack => Will::ReadBack,
            orders::Will::RepeatsMoney => Will::RepeatsMoney,
        },
        why: line.why,
    }
}

/// `step#iteration`, as it is shown and typed.
pub(crate) fn place(typed: &str) -> (String, String) {
    match typed.split_once('#') {
        Some((step, iteration)) => (step.to_owned(), iteration.to_owned()),
        None => (typed.to_owned(), String::new()),
    }
}

/// Reads an order.
pub(super) fn read(line: &[u8]) -> Result<Request, String> {
    #[derive(Deserialize)]
    struct Spoken {
        ondo: u32,
    }
    let unread = |error: serde_json::Error| format!("this is no order: {error}");
    // Whoever speaks another version hears of that first.
    let spoken: Spoken = serde_json::from_slice(line).map_err(unread)?;
    if spoken.ondo != VERSION {
        return Err(format!(
            "the order is of version {}, and this daemon understands version {VERSION}: use the same release of ondo for both",
            spoken.ondo
        ));
    }
    let request: Request = serde_json::from_slice(line).map_err(unread)?;
    if request.note.chars().count() > NOTE_MAX {
        return Err(format!("a note has at most {NOTE_MAX} characters"));
    }
    Ok(request)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;

    #[test]
    fn an_order_is_read_as_it_was_written() {
        let request = Request {
            ondo: VERSION,
            by: Some("Мария".to_owned()),
            note: "бонус виден в истории гостя".to_owned(),
            order: Wish::Decide {
                run: "run_1".to_owned(),
                step: None,
                decision: Decision::Applied,
            },
        };
        let line = serde_json::to_vec(&request).unwrap();
        assert_eq!(read(&line), Ok(request));
    }

    #[test]
    fn another_version_is_named_and_nothing_is_guessed() {
        let why = read(br#"{"ondo":2,"order":{"destroy":{}}}"#).unwrap_err();
        assert!(why.contains("version 2"), "{why}");
        let why = read(br#"{"ondo":1,"order":{"destroy":{}}}"#).unwrap_err();
        assert!(why.contains("unknown variant `destroy`"), "{why}");
    }

    #[test]
    fn a_place_in_a_loop_is_typed_behind_a_hash() {
        assert_eq!(place("bonus#2.0"), ("bonus".into(), "2.0".into()));
        assert_eq!(place("bonus"), ("bonus".into(), String::new()));
    }
}
