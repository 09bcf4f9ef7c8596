//! What the vendor would do with a request.

use jiff::{SignedDuration, Timestamp};
use ondo_compiler::catalog::{Action, Connector, Verdict};
use ondo_compiler::types::Name;
use ondo_compiler::value::{Secret, Value};
use ondo_compiler::wire::{self, Cx, Delivery, RequestCheck};

use super::answers::{self, error};
use super::faults::What;
use super::vendor::{self, Happened};
use super::{Reply, Sent, State, jobs};
use crate::engine::ResolvedAccount;

/// The token that every account of the sandbox is given.
const TOKEN: &str = "sandbox-token";

/// What goes back over the connection.
#[derive(Debug, PartialEq)]
pub(super) enum Played {
    /// An answer.
    Answer {
        /// The status.
        status: u16,
        /// Names and values.
        headers: Vec<(String, String)>,
        /// The raw bytes.
        body: Vec<u8>,
    },
    /// An answer that ends in the middle of its body.
    Half {
        /// The status.
        status: u16,
        /// Names and values.
        headers: Vec<(String, String)>,
        /// The whole of it.
        body: Vec<u8>,
    },
    /// An answer whose body takes a while.
    Slow {
        /// The status.
        status: u16,
        /// Names and values.
        headers: Vec<(String, String)>,
        /// The raw bytes.
        body: Vec<u8>,
        /// How long.
        time: SignedDuration,
    },
    /// No answer, ever.
    Silence,
    /// The connection is reset.
    Reset,
    /// The connection cannot be made.
    Refused,
}

/// Reads a request, remembers it, and says what to answer, and how much later.
pub(super) fn play(
    state: &State,
    now: Timestamp,
    account: &ResolvedAccount,
    path: &str,
    delivery: &Delivery,
) -> (Played, SignedDuration) {
    let Some(connector) = state.catalog.connectors.get(&account.connector) else {
        let unknown = error(500, "the sandbox does not know this connector");
        return (unknown, SignedDuration::ZERO);
    };
    let has_exchange = connector
        .auth
        .as_ref()
        .is_some_and(|auth| auth.exchange.is_some());
    let mut settings = account.settings.clone();
    // Requests go to the sandbox already; the checks are about what the vendor would get.
    settings.retain(|(name, _)| &**name != wire::SANDBOX_BASE);
    if has_exchange {
        settings.retain(|(name, _)| &**name != "token");
        settings.push(("token".into(), Value::Secret(Secret::new(TOKEN))));
    }
    let cx = Cx {
        catalog: &state.catalog,
        settings: &settings,
        zone: "UTC",
        now,
    };
    let check = wire::read_request(&cx, connector, path, delivery);
    let mut latency = SignedDuration::ZERO;
    let (played, applied) = match &check {
        None => {
            let played = answers::unknown(&cx, connector, NO_ACTION);
            (played, false)
        }
        Some(RequestCheck {
            action: None,
            problems,
            ..
        }) if problems.is_empty() => (token(connector), false),
        Some(RequestCheck {
            action: None,
            problems,
            ..
        }) => (error(400, &problems.join("; ")), false),
        Some(check) => answer(
            state,
            &cx,
            connector,
            account,
            check,
            &delivery.body,
            &mut latency,
        ),
    };
    if played != Played::Refused {
        state.remember(sent(&cx, account, path, delivery, check, applied, &played));
    }
    (played, latency)
}

/// What is wrong with a request that has another method or path than every action.
const NO_ACTION: &str = "no action has this method and path";

fn answer(
    state: &State,
    cx: &Cx<'_>,
    connector: &Connector,
    account: &ResolvedAccount,
    check: &RequestCheck,
    body: &[u8],
    latency: &mut SignedDuration,
) -> (Played, bool) {
    let action = check
        .action
        .as_ref()
        .and_then(|name| connector.actions.get(name));
    let Some(action) = action else {
        return (answers::unknown(cx, connector, "no such action"), false);
    };
    let wait = state
        .memory()
        .meters
        .admit(&account.identity, &connector.limits, cx.now);
    if let Some(seconds) = wait {
        let played = answers::rate_limited(cx, connector, Some(action), seconds);
        return (played, false);
    }
    let struck = state.strike(account, &action.name);
    *latency = struck.latency;
    let happen = || {
        vendor::happen(
            &mut state.memory().rows,
            cx,
            connector,
            account,
            action,
            check,
            body,
        )
    };
    let planned_reply = state
        .next(account, &action.name)
        .or_else(|| jobs::result(state, account, action, check));
    if let Some(reply) = planned_reply.filter(|reply| *reply != Reply::Applied) {
        if let Some((known, value)) =
            jobs::accept(state, cx, connector, account, action, check, &reply)
        {
            let _ = happen();
            let written = answers::write(cx, connector, known, Some(&value));
            return (written.unwrap_or_else(|problem| error(500, &problem)), true);
        }
        let (played, applied) = planned(cx, connector, action, reply);
        if applied {
            let _ = happen();
        }
        return (played, applied);
    }
    if let Some(What::Reply(reply)) = &struck.what
        && !matches!(reply, Reply::AppliedThenTimeout | Reply::AppliedThenReset)
    {
        return planned(cx, connector, action, reply.clone());
    }
    let (played, applied) = if !check.authentic {
        let refused = answers::wrong(cx, connector, action, 401, &check.problems);
        (refused, false)
    } else if !check.problems.is_empty() {
        let refused = answers::wrong(cx, connector, action, 400, &check.problems);
        (refused, false)
    } else {
        match happen() {
            Ok(Happened::Done) => answers::done(cx, connector, action, check),
            Ok(Happened::Answered(outcome, value)) => {
                answers::answered(cx, connector, action, outcome.as_ref(), value.as_ref())
            }
            Ok(Happened::Refused(code)) => {
                let refused = answers::with_code(cx, connector, action, &code, None);
                (refused, false)
            }
            Err(problem) => (error(500, &problem), false),
        }
    };
    (spoiled(played, struck.what), applied)
}

/// The answer as a fault lets it through.
fn spoiled(played: Played, what: Option<What>) -> Played {
    let Played::Answer {
        status,
        headers,
        body,
    } = played
    else {
        return played;
    };
    match what {
        Some(What::Reply(Reply::AppliedThenTimeout)) => Played::Silence,
        Some(What::Reply(Reply::AppliedThenReset)) => Played::Reset,
        Some(What::Half) => Played::Half {
            status,
            headers,
            body,
        },
        Some(What::Slow(time)) => Played::Slow {
            status,
            headers,
            body,
            time,
        },
        _ => Played::Answer {
            status,
            headers,
            body,
        },
    }
}

fn planned(cx: &Cx<'_>, connector: &Connector, action: &Action, reply: Reply) -> (Played, bool) {
    match reply {
        Reply::Timeout => (Played::Silence, false),
        Reply::Applied | Reply::AppliedThenTimeout => (Played::Silence, true),
        Reply::Reset => (Played::Reset, false),
        Reply::AppliedThenReset => (Played::Reset, true),
        Reply::NotSent => (Played::Refused, false),
        Reply::Status(status, body) => {
            let headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
            let played = Played::Answer {
                status,
                headers,
                body,
            };
            (played, (200..300).contains(&status))
        }
        Reply::RateLimited(seconds) => (
            answers::rate_limited(cx, connector, Some(action), seconds),
            false,
        ),
        Reply::Outcome(name, value) => {
            let Some(known) = connector
                .answers_of(action)
                .find(|known| known.name == name)
            else {
                let problem = format!("`{}` has no outcome `{name}`", action.name);
                return (error(500, &problem), false);
            };
            let written = answers::write(cx, connector, known, value.as_ref());
            let played = written.unwrap_or_else(|problem| error(500, &problem));
            (played, known.verdict == Verdict::Applied)
        }
    }
}

fn token(connector: &Connector) -> Played {
    Played::Answer {
        status: 200,
        headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
        body: wire::token_bytes(connector, TOKEN),
    }
}

fn sent(
    cx: &Cx<'_>,
    account: &ResolvedAccount,
    path: &str,
    delivery: &Delivery,
    check: Option<RequestCheck>,
    applied: bool,
    played: &Played,
) -> Sent {
    let is_exchange = check.as_ref().is_some_and(|check| check.action.is_none());
    let (action, args, problems) = match check {
        Some(check) => (check.action, check.args, check.problems),
        None => (None, Vec::new(), vec![NO_ACTION.to_owned()]),
    };
    let path = match delivery.query.as_str() {
        "" => path.to_owned(),
        query => format!("{path}?{query}"),
    };
    Sent {
        identity: account.identity.clone(),
        account: account.name.clone(),
        connector: account.connector.clone(),
        action,
        at: cx.now,
        method: delivery.method.clone(),
        path: masked(&path, cx.settings),
        body: if is_exchange {
            Vec::new()
        } else {
            delivery.body.clone()
        },
        args,
        problems,
        applied,
        status: played.status(),
    }
}

impl Played {
    /// The status that is answered.
    pub(super) fn status(&self) -> Option<u16> {
        match self {
            Played::Answer { status, .. }
            | Played::Half { status, .. }
            | Played::Slow { status, .. } => Some(*status),
            Played::Silence | Played::Reset | Played::Refused => None,
        }
    }
}

fn masked(path: &str, settings: &[(Name, Value)]) -> String {
    settings
        .iter()
        .fold(path.to_owned(), |path, (_, value)| match value {
            Value::Secret(secret) if !secret.expose().is_empty() => {
                path.replace(secret.expose(), "***")
            }
            _ => path,
        })
}
