//! The vendor: what it does with a request, and what is seen of it.

use jiff::{SignedDuration, Timestamp};
use ondo_compiler::wire::{HttpAnswer, Observed};

use super::world::World;
use crate::engine::Input;
use crate::engine::testing;

/// What the vendor does with a request, and what is seen of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Not answered yet.
    Open,
    /// The connection was refused.
    NotSent,
    /// Done, answered 200.
    Done,
    /// Done, the answer was cut off.
    Truncated,
    /// Done or not; no answer.
    Silent { applied: bool },
    /// Done or not; answered 500.
    Broken { applied: bool },
    /// Not done: 400.
    Refused,
    /// Not done: 401.
    Unauthorised,
    /// Not done: 429.
    Limited { seconds: u64 },
    /// The process died before it heard; done or not.
    Orphan { applied: bool },
}

/// A request that went out.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) at: Timestamp,
    pub(super) mark: String,
    pub(super) identity: String,
    pub(super) action: String,
    pub(super) body: String,
    pub(super) fate: Fate,
}

impl World {
    pub(super) fn vendor_answers(&mut self) {
        if self.calls.is_empty() {
            return;
        }
        let index = self.pick(self.calls.len() as u64) as usize;
        let (call, request) = self.calls.swap_remove(index);
        let fate = self.fate();
        let Some(number) = request else {
            let observed = match fate {
                Fate::Done | Fate::Truncated | Fate::Refused => {
                    testing::answer(200, r#"{"token":"t"}"#)
                }
                _ => self.seen_of(fate),
            };
            return self.step(Input::Observed { call, observed });
        };
        self.requests[number].fate = fate;
        if let Fate::Limited { seconds } = fate {
            let until = self
                .now
                .checked_add(SignedDuration::from_secs(seconds as i64))
                .unwrap();
            let known = self
                .paused
                .entry(self.requests[number].identity.clone())
                .or_insert(until);
            *known = (*known).max(until);
        }
        if matches!(
            fate,
            Fate::Done
                | Fate::Truncated
                | Fate::Silent { applied: true }
                | Fate::Broken { applied: true }
        ) {
            self.apply(number);
        }
        let observed = match (fate, self.requests[number].action.as_str()) {
            (Fate::Done, "fetch") => {
                self.seen.note("enriched");
                let mark = &self.requests[number].mark;
                let event = self
                    .events
                    .iter()
                    .find(|event| mark.starts_with(&event.id.0));
                let order = String::from_utf8(event.unwrap().body.clone()).unwrap();
                testing::answer(200, &format!(r#"{{"order":{order}}}"#))
            }
            // The job's id is the mark of the questions for it.
            (Fate::Done, "start") => {
                self.seen.note("accepted");
                let id = self.requests[number].mark.replace(".start.", ".asked.");
                testing::answer(202, &format!(r#"{{"job":"{id}"}}"#))
            }
            (Fate::Done, "result") => self.result(number),
            (Fate::Done, "operations") => self.operations(number),
            _ => self.seen_of(fate),
        };
        self.step(Input::Observed { call, observed });
    }

    /// Some jobs are never done.
    fn result(&mut self, number: usize) -> Observed {
        let mark = self.requests[number].mark.clone();
        let is_new = self.faults && self.percent(5);
        let is_stuck = *self.stuck.entry(mark).or_insert(is_new);
        if is_stuck || (self.faults && self.percent(50)) {
            return testing::answer(202, "");
        }
        self.seen.note("job done");
        testing::answer(200, r#"{"found":"yes"}"#)
    }

    /// What the history shows of a bonus: it may lag by two minutes.
    fn operations(&mut self, number: usize) -> Observed {
        let mark = self.requests[number].mark.replace(".looked.", ".bonus.");
        let given = self.given.get(&mark).into_iter().flatten();
        let shown = given.filter(|(from, _)| *from <= self.now);
        let operations: Vec<serde_json::Value> = shown
            .map(|(_, comment)| serde_json::json!({ "comment": comment }))
            .collect();
        self.seen.note(match operations.is_empty() {
            true => "absent",
            false => "shown",
        });
        let total = operations.len();
        let body = serde_json::json!({ "total": total, "operations": operations });
        testing::answer(200, &body.to_string())
    }

    pub(super) fn fate(&mut self) -> Fate {
        if !self.faults {
            return Fate::Done;
        }
        let applied = self.percent(50);
        if self.outage {
            return match self.percent(80) {
                true => Fate::NotSent,
                false => Fate::Broken { applied },
            };
        }
        match self.pick(100) {
            0..=54 => Fate::Done,
            55..=63 => Fate::NotSent,
            64..=74 => Fate::Silent { applied },
            75..=82 => Fate::Broken { applied },
            83..=88 => Fate::Limited {
                seconds: [0, 5, 300][self.pick(3) as usize],
            },
            89..=93 => Fate::Refused,
            94..=96 => Fate::Unauthorised,
            _ => Fate::Truncated,
        }
    }

    pub(super) fn seen_of(&mut self, fate: Fate) -> Observed {
        match fate {
            Fate::NotSent => testing::not_sent(),
            Fate::Done => testing::answer(200, r#"{"found":"yes"}"#),
            Fate::Truncated => Observed::Answer(HttpAnswer {
                status: 200,
                headers: Vec::new(),
                body: b"{".to_vec(),
                complete: false,
            }),
            Fate::Broken { .. } => testing::answer(500, ""),
            Fate::Refused => testing::answer(400, r#"{"code":"1"}"#),
            Fate::Unauthorised => testing::answer(401, ""),
            Fate::Limited { seconds } => Observed::Answer(HttpAnswer {
                status: 429,
                headers: vec![("retry-after".to_owned(), seconds.to_string())],
                body: Vec::new(),
                complete: true,
            }),
            Fate::Open | Fate::Silent { .. } | Fate::Orphan { .. } => testing::timeout(),
        }
    }

    pub(super) fn apply(&mut self, number: usize) {
        if self.requests[number].action == "bonus" {
            let lag = SignedDuration::from_secs(self.pick(121) as i64);
            let request = &self.requests[number];
            let body: serde_json::Value = serde_json::from_str(&request.body).unwrap();
            let comment = body["comment"].as_str().unwrap().to_owned();
            let from = self.now.checked_add(lag).unwrap();
            let given = self.given.entry(request.mark.clone()).or_default();
            given.push((from, comment));
        }
        let request = &self.requests[number];
        let effects = self.effects.entry(request.mark.clone()).or_default();
        // The vendor knows the key of `pay`, and `put` twice is the same as once.
        if matches!(request.action.as_str(), "give" | "bonus" | "start" | "note") || *effects == 0 {
            *effects += 1;
        }
    }

    pub(super) fn late_effect(&mut self) {
        if self.late.is_empty() {
            return;
        }
        let index = self.pick(self.late.len() as u64) as usize;
        let mark = self.late.swap_remove(index);
        self.seen.note("late effect");
        *self.effects.entry(mark).or_default() += 1;
    }
}
