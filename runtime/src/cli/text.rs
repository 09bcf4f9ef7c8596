//! Words and times as the verbs print them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::store::{EventState, PassedWhy, RunState};

/// All states of a run with their words.
pub(super) const RUN_STATES: [(RunState, &str); 12] = [
    (RunState::Ready, "ready"),
    (RunState::Waiting, "waiting"),
    (RunState::Queued, "queued"),
    (RunState::InDoubt, "in_doubt"),
    (RunState::Done, "done"),
    (RunState::Stopped, "stopped"),
    (RunState::Failed, "failed"),
    (RunState::Dead, "dead"),
    (RunState::Cancelled, "cancelled"),
    (RunState::Expired, "expired"),
    (RunState::Superseded, "superseded"),
    (RunState::Filtered, "filtered"),
];

/// The word of a state.
pub(super) fn run_state(state: RunState) -> &'static str {
    state.word()
}

/// The word of an event's state.
pub(super) fn event_state(state: EventState) -> &'static str {
    match state {
        EventState::Received => "received",
        EventState::Enriching => "enriching",
        EventState::Routed => "routed",
        EventState::Unrouted => "unrouted",
        EventState::Dead => "dead",
        EventState::Erased => "erased",
    }
}

/// What became of the run that took a `once` key first.
#[derive(Debug, Clone, Copy)]
pub(super) struct First {
    /// Its state.
    pub(super) state: RunState,
    /// One of its calls happened, or may have.
    pub(super) sent: bool,
}

/// Why a rule did not act, in one line. `first`: of the run that took its key; none when the store has it no more.
pub(super) fn why(why: &PassedWhy, first: Option<First>) -> String {
    match why {
        // A gate that is no condition says itself why.
        PassedWhy::Filtered(why) if why.starts_with('`') => format!("did not act: {why}"),
        PassedWhy::Filtered(term) => format!("did not act: `{term}` was false"),
        PassedWhy::Duplicate { key, first: id } => match first {
            Some(first) => format!("did not act: `{key}` was taken by {id}, {}", came_to(first)),
            None => format!("did not act: `{key}` was taken by {id}"),
        },
        PassedWhy::Failed(reason) => format!("could not decide: {reason}"),
    }
}

fn came_to(first: First) -> String {
    let ended = match first.state {
        RunState::Done => return "which is done".into(),
        RunState::Ready | RunState::Waiting | RunState::Queued => {
            return format!("which has not ended ({})", run_state(first.state));
        }
        RunState::InDoubt => return "which is in doubt: nobody knows yet whether it acted".into(),
        RunState::Stopped => "was stopped",
        RunState::Failed => "failed",
        RunState::Dead => "is dead",
        RunState::Cancelled => "was cancelled",
        RunState::Expired => "expired",
        RunState::Superseded => "was superseded",
        RunState::Filtered => "was filtered",
    };
    match first.sent {
        true => format!("which {ended} after a call of it had happened, or may have"),
        false => format!("which {ended} before anything of it happened"),
    }
}

/// A moment in this machine's zone, to the second, with the zone: people compare it with a clock elsewhere.
pub(super) fn moment_with_zone(at: Timestamp) -> String {
    at.to_zoned(TimeZone::system())
        .strftime("%Y-%m-%d %H:%M:%S %:z")
        .to_string()
}

/// A moment in this machine's zone, to the second.
pub(super) fn moment(at: Timestamp) -> String {
    at.to_zoned(TimeZone::system())
        .strftime("%Y-%m-%d %H:%M:%S")
        .to_string()
}

/// `2h`, `2026-11-21`, `2026-11-21T10:00:00+03:00`: a moment that people write.
pub(super) fn parse_moment(text: &str) -> Result<Timestamp, String> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    if let Ok(at) = text.parse::<jiff::civil::DateTime>() {
        return at
            .to_zoned(TimeZone::system())
            .map(|at| at.timestamp())
            .map_err(|error| error.to_string());
    }
    let wrong = || format!("`{text}` is no moment; write `2h`, `2026-11-21` or `2026-11-21T10:00`");
    let ago: jiff::SignedDuration = text.parse().map_err(|_| wrong())?;
    Timestamp::now().checked_sub(ago).map_err(|_| wrong())
}

/// One line without line ends, cut to `max` characters.
pub(super) fn one_line(text: &str, max: usize) -> String {
    let line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if line.chars().count() <= max {
        return line;
    }
    let cut: String = line.chars().take(max.saturating_sub(1)).collect();
    format!("{cut}…")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;

    #[test]
    fn a_moment_is_written_as_people_do() {
        assert_eq!(
            parse_moment("2026-11-21T10:00:00+03:00")
                .unwrap()
                .to_string(),
            "2026-11-21T07:00:00Z"
        );
        assert!(parse_moment("2026-11-21").is_ok());
        assert!(parse_moment("2026-11-21T10:00").is_ok());
        let ago = parse_moment("2h").unwrap();
        assert!(ago < Timestamp::now());
        assert!(parse_moment("вчера").is_err());
    }

    #[test]
    fn a_line_has_no_line_ends_or_escape_codes() {
        assert_eq!(one_line("a\n\u{1b}[31mb", 20), "a  [31mb");
        assert_eq!(one_line("Заказ 5012", 6), "Заказ…");
    }
}
