//! Answers as the client reads them: what one attempt means.

use jiff::{SignedDuration, Timestamp};
use ondo_grammar::ast::Place;

use super::decode::Reader;
use super::forms;
use super::inputs::{Inputs, currency_of, plain_text};
use super::json::{self, Kind, Node};
use super::path::{Path, failure};
use super::pattern::{Holes, hole, read_section, record};
use super::{Classified, Cx, HttpAnswer, Observed, Verdict};
use crate::catalog::{self, Action, Answer, Connector, Section};
use crate::eval::Failure;
use crate::types::{Hole, Name, ObjectType};
use crate::value::Value;

/// The longest pause that a vendor may ask for.
const PAUSE_MAX: SignedDuration = SignedDuration::from_hours(1);
/// The pause after a refusal for too many calls that does not say how long.
const PAUSE_DEFAULT: SignedDuration = SignedDuration::from_secs(1);
/// An answer with this name asks to wait, whatever its status: nothing was done and no attempt is used up.
const RATE_LIMITED: &str = "rate_limited";

/// What an attempt means: the action's answers, then the connector's, then what HTTP says.
pub fn classify(
    cx: &Cx<'_>,
    connector: &Connector,
    action: &Action,
    observed: &Observed,
) -> Classified {
    let answer = match observed {
        Observed::NotSent { reason } => return unanswered("not_sent", Verdict::NotSent, reason),
        Observed::NotAllowed { reason } => {
            return unanswered("not_allowed", Verdict::NotSent, reason);
        }
        Observed::NoAnswer { reason } => {
            let outcome = match reason.as_str() {
                "timeout" => "timeout",
                "reset" => "reset",
                _ => "no_answer",
            };
            return unanswered(outcome, Verdict::Unknown, reason);
        }
        Observed::Answer(answer) => answer,
    };
    let reading = Reading::new(cx, connector, answer);
    let (outcome, verdict, holes, caption) = match reading.described(action) {
        Some((known, holes)) => (
            known.name.clone(),
            verdict_of(known.verdict),
            holes,
            known.caption.clone(),
        ),
        None => {
            let (outcome, verdict) = reading.undescribed(action);
            (Name::from(outcome), verdict, Holes::new(), None)
        }
    };
    let is_limit = answer.status == 429 || &*outcome == RATE_LIMITED;
    let pause = (is_limit && verdict == Verdict::Refused).then(|| {
        retry_after(answer, cx.now)
            .or_else(|| pause_in(&holes))
            .unwrap_or(PAUSE_DEFAULT)
    });
    let message = message(
        connector,
        answer.status,
        &outcome,
        &holes,
        caption.as_deref(),
    );
    Classified {
        outcome,
        verdict,
        value: if holes.is_empty() {
            Value::Null
        } else {
            record(holes)
        },
        pause,
        renew: reading.renews(),
        message,
    }
}

/// The payload that an enrichment or a poll fetched, as the vendor wrote it: the bytes of this field of the outcome, or
/// of the whole body.
///
/// # Errors
/// `event-shape` when the answer is none that the action describes as applied, or has no such field.
pub fn payload_of_answer(
    cx: &Cx<'_>,
    connector: &Connector,
    action: &Action,
    field: Option<&Name>,
    answer: &HttpAnswer,
) -> Result<Vec<u8>, Failure> {
    let reading = Reading::new(cx, connector, answer);
    let node = reading.node.as_ref().ok();
    let found = match (reading.applied(action), field, node) {
        (Some(_), None, Some(node)) => Some(node.to_json()),
        (
            Some(Answer {
                body: Some(section),
                ..
            }),
            Some(field),
            Some(node),
        ) => hole_text(&reading.reader, section, node, field),
        _ => None,
    };
    found.map(String::into_bytes).ok_or_else(|| {
        failure(
            "event-shape",
            format!("`{}` answered no payload", action.name),
        )
    })
}

/// The elements of a JSON list, each as it was written.
///
/// # Errors
/// `event-shape` for anything else.
pub fn split_list(bytes: &[u8]) -> Result<Vec<Vec<u8>>, Failure> {
    let node =
        json::parse(bytes).map_err(|error| failure("event-shape", format!("not JSON: {error}")))?;
    match node.kind {
        Kind::List(items) => Ok(items
            .iter()
            .map(|item| item.to_json().into_bytes())
            .collect()),
        Kind::Null => Ok(Vec::new()),
        _ => Err(super::path::shape(&Path::Root, node.describe(), "a list")),
    }
}

/// An answer that is being read.
pub(super) struct Reading<'a> {
    inputs: Inputs<'a>,
    pub(super) reader: Reader<'a>,
    answer: &'a HttpAnswer,
    /// The body as JSON; none when it is empty.
    pub(super) node: Result<Node<'a>, ()>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(cx: &Cx<'a>, connector: &'a Connector, answer: &'a HttpAnswer) -> Self {
        let mut inputs = Inputs::new(cx, connector);
        inputs.set("status".into(), Value::Int(i64::from(answer.status)));
        for (name, text) in &answer.headers {
            inputs.set(format!("header {name}").into(), Value::text(text.as_str()));
        }
        let node = if answer.complete {
            json::parse(&answer.body).map_err(|_| ())
        } else {
            Err(())
        };
        Self {
            reader: Reader::new(&cx.catalog.types, zone(cx), currency_of(cx)),
            inputs,
            answer,
            node,
        }
    }

    /// The first answer that describes what came.
    fn described(&self, action: &'a Action) -> Option<(&'a Answer, Holes)> {
        let connector = self.inputs.connector;
        let candidates = || {
            connector
                .answers_of(action)
                .filter(|known| self.has_status(known))
        };
        let fitting = candidates().find_map(|known| self.fit(known).map(|holes| (known, holes)));
        if fitting.is_some() {
            return fitting;
        }
        // `empty` and something came nevertheless: it happened all the same.
        let loose = |known: &&Answer| {
            known.verdict == catalog::Verdict::Applied
                && known
                    .body
                    .as_ref()
                    .is_some_and(|body| body.place == Place::Empty)
                && self.meets(known, &Holes::new())
        };
        candidates().find(loose).map(|known| (known, Holes::new()))
    }

    /// The answer that says that it was done. Fields that no rule reads may have any shape: where no pattern describes
    /// what came, it is told by its status alone.
    pub(super) fn applied(&self, action: &'a Action) -> Option<&'a Answer> {
        let is_applied = |known: &&Answer| known.verdict == catalog::Verdict::Applied;
        let by_status = || {
            let mut known = self.inputs.connector.answers_of(action);
            known.find(|known| is_applied(known) && self.has_status(known))
        };
        let described = self.described(action).map(|(known, _)| known);
        described.or_else(by_status).filter(is_applied)
    }

    fn has_status(&self, known: &Answer) -> bool {
        let status = self.answer.status;
        let mut ranges = known.statuses.iter();
        known.statuses.is_empty() || ranges.any(|(first, last)| (*first..=*last).contains(&status))
    }

    fn fit(&self, known: &Answer) -> Option<Holes> {
        let mut holes = match &known.body {
            None => Holes::new(),
            Some(section) => self.read_body(section)?,
        };
        if known.with_status {
            holes.push(("status".into(), Value::Int(i64::from(self.answer.status))));
        }
        self.meets(known, &holes).then_some(holes)
    }

    fn meets(&self, known: &Answer, holes: &Holes) -> bool {
        known
            .when
            .is_none_or(|when| self.inputs.with(holes).holds(when).unwrap_or(false))
    }

    fn read_body(&self, section: &Section) -> Option<Holes> {
        let body = &self.answer.body;
        let is_blank = body.iter().all(u8::is_ascii_whitespace);
        match section.place {
            Place::Empty => is_blank.then(Holes::new),
            _ if !self.answer.complete => None,
            Place::Json if is_blank => {
                let read = self
                    .reader
                    .read(&section.ty, &[], None, None, &Path::Root)
                    .ok()?;
                let name = section.hole.as_ref()?;
                Some(if read == Value::Absent {
                    Holes::new()
                } else {
                    vec![(name.clone(), read)]
                })
            }
            Place::Json => read_section(&self.reader, section, self.node.as_ref().ok()?).ok(),
            Place::Form => {
                let node = forms::parse(body).ok()?;
                read_section(&self.reader, section, &node).ok()
            }
            _ => {
                let text = String::from_utf8_lossy(body);
                read_section(&self.reader, section, &Node::made(Kind::Text(text))).ok()
            }
        }
    }

    /// What an answer means that no pattern describes.
    fn undescribed(&self, action: &Action) -> (&'static str, Verdict) {
        match self.answer.status {
            200..=299 => {
                let known: Vec<&Answer> = self
                    .inputs
                    .connector
                    .answers_of(action)
                    .filter(|known| self.has_status(known))
                    .collect();
                // A vendor that puts refusals into 200 may have put one here.
                if known
                    .iter()
                    .any(|known| known.verdict != catalog::Verdict::Applied)
                {
                    return ("unreadable", Verdict::Unknown);
                }
                if known.is_empty() && self.answer.complete {
                    return ("ok", Verdict::Applied);
                }
                ("unreadable", Verdict::AppliedResultLost)
            }
            400 | 401 | 403 | 404 | 405 | 413 | 415 | 422 => ("refused", Verdict::Refused),
            429 => (RATE_LIMITED, Verdict::Refused),
            _ => ("unknown", Verdict::Unknown),
        }
    }

    fn renews(&self) -> bool {
        let renew = self
            .inputs
            .connector
            .auth
            .as_ref()
            .and_then(|auth| auth.renew);
        renew.is_some_and(|renew| self.inputs.holds(renew).unwrap_or(false))
    }
}

fn zone<'a>(cx: &Cx<'a>) -> &'a str {
    super::inputs::zone_of(cx)
}

fn unanswered(outcome: &str, verdict: Verdict, reason: &str) -> Classified {
    Classified {
        outcome: outcome.into(),
        verdict,
        value: Value::Null,
        pause: None,
        renew: false,
        message: reason.to_owned(),
    }
}

fn verdict_of(verdict: catalog::Verdict) -> Verdict {
    match verdict {
        catalog::Verdict::Applied => Verdict::Applied,
        catalog::Verdict::Refused => Verdict::Refused,
        catalog::Verdict::NotSent => Verdict::NotSent,
        catalog::Verdict::Pending => Verdict::Pending,
        catalog::Verdict::Unknown => Verdict::Unknown,
    }
}

/// `400: 3007 Гость не найден`. The vendor's own message may name a person, so it is not in here.
fn message(
    connector: &Connector,
    status: u16,
    outcome: &str,
    holes: &Holes,
    caption: Option<&str>,
) -> String {
    let code = match hole(holes, "code") {
        Value::Absent | Value::Null => None,
        code => Some(plain_text(code)),
    };
    let meaning = code.as_deref().and_then(|code| {
        let known = connector.codes.iter().find(|(known, _)| **known == *code);
        known.map(|(code, caption)| format!("{code} {caption}"))
    });
    match (meaning, caption) {
        (Some(meaning), _) => format!("{status}: {meaning}"),
        (None, Some(caption)) => format!("{status}: {caption}"),
        (None, None) => format!("{status}: {outcome}"),
    }
}

/// `Retry-After`: seconds or a date.
fn retry_after(answer: &HttpAnswer, now: Timestamp) -> Option<SignedDuration> {
    let text = answer.header("retry-after")?.trim();
    let pause = match text.parse::<u32>() {
        Ok(seconds) => SignedDuration::from_secs(i64::from(seconds)),
        Err(_) => {
            let moment = jiff::fmt::rfc2822::parse(text).ok()?;
            moment.timestamp().duration_since(now)
        }
    };
    Some(pause.clamp(SignedDuration::ZERO, PAUSE_MAX))
}

/// Some vendors say in the body how long to wait: a hole `retry_after`, in seconds or as a duration.
fn pause_in(holes: &Holes) -> Option<SignedDuration> {
    let pause = match hole(holes, "retry_after") {
        Value::Int(seconds) => SignedDuration::from_secs(*seconds),
        Value::Duration(pause) => *pause,
        _ => return None,
    };
    Some(pause.clamp(SignedDuration::ZERO, PAUSE_MAX))
}

/// What stands at a hole, as it was written.
pub(crate) fn hole_text(
    reader: &Reader<'_>,
    section: &Section,
    node: &Node<'_>,
    name: &str,
) -> Option<String> {
    if let Some(hole) = &section.hole {
        return (**hole == *name).then(|| node.to_json());
    }
    hole_in(reader, reader.types.object(&section.ty)?, node, false, name)
}

fn hole_in(
    reader: &Reader<'_>,
    object: &ObjectType,
    node: &Node<'_>,
    spread: bool,
    name: &str,
) -> Option<String> {
    for field in &object.fields {
        let Some(found) = super::decode::field_of(node, &field.name, &field.aliases) else {
            continue;
        };
        let is_hole = match &field.hole {
            Some(Hole::Named(hole)) => **hole == *name,
            Some(Hole::Spread) => false,
            None => spread && *field.name == *name,
        };
        if is_hole {
            let kept =
                reader.with_inner(&field.codecs, found, &Path::Root, |node| Ok(node.to_json()));
            return kept.ok();
        }
        if matches!(field.hole, Some(Hole::Named(_))) {
            continue;
        }
        if let Some(inner) = reader.types.object(&field.ty) {
            let is_spread = field.hole == Some(Hole::Spread);
            let found = reader.with_inner(&field.codecs, found, &Path::Root, |node| {
                Ok(hole_in(reader, inner, node, is_spread, name))
            });
            if let Ok(Some(text)) = found {
                return Some(text);
            }
        }
    }
    None
}
