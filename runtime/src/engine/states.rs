//! The states of a run, and which may follow which. `docs/engine/states.md` is made from this.

use crate::store::RunState;

/// A move that a run can make, and when it makes it.
struct Move {
    from: &'static [RunState],
    to: RunState,
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "the page of the states says it")
    )]
    when: &'static str,
}

/// States in which a run goes on by itself.
const GOING: &[RunState] = &[RunState::Ready, RunState::Waiting, RunState::Queued];

/// Every move. A run that is made begins at the first state of the first one, or where a gate lets it wait.
const MOVES: &[Move] = &[
    Move {
        from: GOING,
        to: RunState::Ready,
        when: "what it waited for is over; its next call goes out",
    },
    Move {
        from: GOING,
        to: RunState::Waiting,
        when: "a retry, a rate, the circuit, a gate, a job, a read-back, another run's effect, a pause",
    },
    Move {
        from: GOING,
        to: RunState::Queued,
        when: "another run of its order key is before it",
    },
    Move {
        from: GOING,
        to: RunState::InDoubt,
        when: "nobody knows whether a call happened",
    },
    Move {
        from: &[RunState::InDoubt],
        to: RunState::Ready,
        when: "a person decides",
    },
    Move {
        from: GOING,
        to: RunState::Done,
        when: "all steps are done",
    },
    Move {
        from: GOING,
        to: RunState::Stopped,
        when: "`stop`",
    },
    Move {
        from: GOING,
        to: RunState::Failed,
        when: "`fail`, or a value that does not exist",
    },
    Move {
        from: GOING,
        to: RunState::Dead,
        when: "refused, attempts used up, or quarantined",
    },
    Move {
        from: GOING,
        to: RunState::Expired,
        when: "`valid for` has passed",
    },
    Move {
        from: &[RunState::Waiting, RunState::Queued],
        to: RunState::Superseded,
        when: "a later event within `debounce`",
    },
    Move {
        from: GOING,
        to: RunState::Filtered,
        when: "behind `debounce` another gate held it back",
    },
    Move {
        from: &[
            RunState::Ready,
            RunState::Waiting,
            RunState::Queued,
            RunState::InDoubt,
        ],
        to: RunState::Cancelled,
        when: "a person ends it",
    },
];

/// Whether a run may move like this.
pub(super) fn may_move(from: RunState, to: RunState) -> bool {
    MOVES
        .iter()
        .any(|known| known.to == to && known.from.contains(&from))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::fmt::Write;
    use std::path::Path;

    use jiff::{SignedDuration, Timestamp};
    use ondo_compiler::ir::{Class, Retry};
    use ondo_compiler::wire::Verdict;

    use super::*;
    use crate::engine::attempts::{self, Policy, Standing};
    use crate::store::{Record, RecordKind, RunId};

    fn name(state: RunState) -> String {
        format!("{state:?}")
    }

    const CLASSES: [(Class, &str); 6] = [
        (Class::Read, "read"),
        (Class::Harmless, "harmless"),
        (Class::Idempotent, "idempotent"),
        (Class::Keyed, "keyed"),
        (Class::UnsafeReadback, "unsafe with a read-back"),
        (Class::Unsafe, "unsafe"),
    ];

    const VERDICTS: [Verdict; 6] = [
        Verdict::NotSent,
        Verdict::Refused,
        Verdict::Applied,
        Verdict::AppliedResultLost,
        Verdict::Pending,
        Verdict::Unknown,
    ];

    /// What the engine does after a first attempt of this class with this verdict: asked of the code that decides it.
    fn follows(class: Class, verdict: Verdict) -> &'static str {
        let retry = Retry::default();
        let policy = Policy {
            class,
            retry: &retry,
            window: Some(SignedDuration::from_hours(1)),
        };
        let record = Record {
            run: RunId(String::new()),
            seq: 0,
            at: Timestamp::UNIX_EPOCH,
            kind: RecordKind::Outcome,
            step: String::new(),
            iteration: String::new(),
            attempt: 1,
            digest: String::new(),
            key: String::new(),
            identity: String::new(),
            action: String::new(),
            request: None,
            outcome: Some("outcome".to_owned()),
            verdict: Some(attempts::verdict_name(verdict).to_owned()),
            status: None,
            answer: None,
            message: None,
        };
        match attempts::standing(policy, &[&record]) {
            Standing::Again(_) => "sent again",
            Standing::Final { .. } if verdict == Verdict::Applied => "the next step",
            Standing::Final { .. } => "the rule's `on`, else dead",
            Standing::ResultLost { .. } => "the next step, without a result",
            Standing::Pending { .. } => "its result is asked for",
            Standing::InDoubt { .. } if class == Class::UnsafeReadback => "looked up",
            Standing::InDoubt { .. } => "in doubt",
            Standing::Fresh
            | Standing::Open
            | Standing::ReadBack { .. }
            | Standing::CheckFirst
            | Standing::Skipped { .. } => "nothing",
        }
    }

    fn page() -> String {
        let mut page = String::from(
            "# States\n\nMade from the code: the engine makes no other moves, and the simulator checks that.\n\n\
             ## A run\n\n```mermaid\nstateDiagram-v2\n    [*] --> Ready: its event is routed\n",
        );
        for known in MOVES {
            for from in known.from {
                if *from != known.to {
                    let (from, to) = (name(*from), name(known.to));
                    writeln!(page, "    {from} --> {to}").unwrap();
                }
            }
        }
        for known in MOVES.iter().filter(|known| known.to.is_ended()) {
            writeln!(page, "    {} --> [*]", name(known.to)).unwrap();
        }
        page.push_str("```\n\n| to | from | when |\n|---|---|---|\n");
        for known in MOVES {
            let from: Vec<String> = known.from.iter().map(|from| name(*from)).collect();
            let (to, from) = (name(known.to), from.join(", "));
            writeln!(page, "| {to} | {from} | {} |", known.when).unwrap();
        }
        page.push_str(
            "\nAn ended run never goes on. `ondo redrive` makes a new one, which names it.\n\n\
             ## An attempt\n\nWhat follows a first attempt, by the class of its action and its verdict:\n\n| class |",
        );
        for verdict in VERDICTS {
            write!(page, " {} |", attempts::verdict_name(verdict)).unwrap();
        }
        page.push_str("\n|---|---|---|---|---|---|---|\n");
        for (class, shown) in CLASSES {
            write!(page, "| {shown} |").unwrap();
            for verdict in VERDICTS {
                write!(page, " {} |", follows(class, verdict)).unwrap();
            }
            page.push('\n');
        }
        page
    }

    #[test]
    fn the_page_of_the_states_is_made_from_them() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/engine/states.md");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(&path, page()).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(kept, page(), "UPDATE_DOCS=1 cargo test states:: writes it");
    }

    #[test]
    fn an_ended_run_moves_nowhere() {
        for known in MOVES {
            for from in known.from {
                assert!(!from.is_ended(), "{from:?}");
            }
        }
    }

    #[test]
    fn only_a_person_ends_a_doubt() {
        let to: Vec<RunState> = MOVES
            .iter()
            .filter(|known| known.from.contains(&RunState::InDoubt))
            .map(|known| known.to)
            .collect();
        assert_eq!(to, [RunState::Ready, RunState::Cancelled]);
    }
}
