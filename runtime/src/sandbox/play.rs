//! What the vendor would do with a request.

use jiff::Timestamp;
use ondo_compiler::catalog::{Action, Answer, Connector, Verdict};
use ondo_compiler::types::{Name, Type};
use ondo_compiler::value::{Object, Secret, Value};
use ondo_compiler::wire::{self, Cx, Delivery, Observed, RequestCheck};

use super::jobs;
use super::vendor::{self, Happened};
use super::{Reply, Sent, State};
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
    /// No answer, ever.
    Silence,
    /// The connection is reset.
    Reset,
    /// The connection cannot be made.
    Refused,
}

/// Reads a request, remembers it, and says what to answer.
pub(super) fn play(
    state: &State,
    now: Timestamp,
    account: &ResolvedAccount,
    path: &str,
    delivery: &Delivery,
) -> Played {
    let Some(connector) = state.catalog.connectors.get(&account.connector) else {
        return error(500, "the sandbox does not know this connector");
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
    let (played, applied) = match &check {
        None => (error(404, "no action has this method and path"), false),
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
        Some(check) => answer(state, &cx, connector, account, check),
    };
    if played != Played::Refused {
        state.remember(sent(&cx, account, path, delivery, check, applied, &played));
    }
    played
}

fn answer(
    state: &State,
    cx: &Cx<'_>,
    connector: &Connector,
    account: &ResolvedAccount,
    check: &RequestCheck,
) -> (Played, bool) {
    let action = check
        .action
        .as_ref()
        .and_then(|name| connector.actions.get(name));
    let Some(action) = action else {
        return (error(404, "no such action"), false);
    };
    let happen = || {
        vendor::happen(
            &mut state.memory().rows,
            cx,
            connector,
            account,
            action,
            check,
        )
    };
    let planned_reply = state
        .next(account, &action.name)
        .or_else(|| jobs::result(state, account, action, check));
    if let Some(reply) = planned_reply.filter(|reply| *reply != Reply::Applied) {
        if let Some((known, value)) =
            jobs::accept(state, cx, connector, account, action, check, &reply)
        {
            let written = write(cx, connector, known, Some(&value));
            return (written.unwrap_or_else(|problem| error(500, &problem)), true);
        }
        let (played, applied) = planned(cx, connector, action, reply);
        if applied {
            let _ = happen();
        }
        return (played, applied);
    }
    if !check.authentic {
        return (error(401, &check.problems.join("; ")), false);
    }
    if !check.problems.is_empty() {
        return (
            refusal(cx, connector, action, &check.problems.join("; ")),
            false,
        );
    }
    match happen() {
        Ok(Happened::Done(value)) => applied(cx, connector, action, check, value),
        Ok(Happened::Refused(code)) => (refusal_with(cx, connector, action, "code", &code), false),
        Err(problem) => (error(500, &problem), false),
    }
}

/// The example's answer, else the action's first answer that says it happened, else one that says it will.
fn applied(
    cx: &Cx<'_>,
    connector: &Connector,
    action: &Action,
    check: &RequestCheck,
    found: Option<Value>,
) -> (Played, bool) {
    let example = example(cx, connector, action);
    let of_example = || {
        let (outcome, _) = example.as_ref()?;
        let mut known = connector.answers_of(action);
        known.find(|known| known.name == *outcome && known.verdict == Verdict::Applied)
    };
    let with = |verdict| {
        let mut known = connector.answers_of(action);
        known.find(|known| known.verdict == verdict)
    };
    let known = of_example()
        .or_else(|| with(Verdict::Applied))
        .or_else(|| with(Verdict::Pending));
    let Some(known) = known else {
        let nothing = Played::Answer {
            status: 200,
            headers: Vec::new(),
            body: Vec::new(),
        };
        return (nothing, true);
    };
    let mut value = match &example {
        Some((outcome, Value::Object(value))) if *outcome == known.name => (**value).clone(),
        _ => Object::default(),
    };
    let from_example = Value::object(value.fields.clone());
    // What was sent comes back where the answer has a field of the same name.
    for (name, arg) in fields_of(known, &check.args) {
        value.set(name, arg);
    }
    if let Some(Value::Object(found)) = found {
        for (name, value_found) in &found.fields {
            value.set(name.clone(), value_found.clone());
        }
        let written = write(cx, connector, known, Some(&Value::object(value.fields)));
        return (written.unwrap_or_else(|problem| error(500, &problem)), true);
    }
    let written = write(cx, connector, known, Some(&Value::object(value.fields)))
        // The same name need not be the same type.
        .or_else(|_| write(cx, connector, known, Some(&from_example)));
    (written.unwrap_or_else(|problem| error(500, &problem)), true)
}

/// Outcome and value of the first example of an action. None for an action whose answers depend on the vendor's state:
/// an example would claim to know it.
fn example(cx: &Cx<'_>, connector: &Connector, action: &Action) -> Option<(Name, Value)> {
    if connector.sandbox.contains_key(&action.name) {
        return None;
    }
    action.examples.iter().find_map(|file| {
        let bytes = crate::bundle::example(&connector.name, file)?;
        let example: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
        let status = example.get("status")?.as_u64()?;
        let answer = wire::HttpAnswer {
            status: u16::try_from(status).ok()?,
            headers: Vec::new(),
            body: example.get("answer")?.to_string().into_bytes(),
            complete: true,
        };
        let read = wire::classify(cx, connector, action, &Observed::Answer(answer));
        (read.verdict == wire::Verdict::Applied).then_some((read.outcome, read.value))
    })
}

/// The arguments that are also fields of the answer's value.
fn fields_of(known: &Answer, args: &[(Name, Value)]) -> Vec<(Name, Value)> {
    let Type::Object(value) = &known.value else {
        return Vec::new();
    };
    let shared = args.iter().filter(|(name, _)| value.field(name).is_some());
    shared.cloned().collect()
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
        Reply::RateLimited(seconds) => {
            let known = connector
                .answers_of(action)
                .find(|known| &*known.name == "rate_limited");
            let written = known.and_then(|known| write(cx, connector, known, None).ok());
            let mut played = written.unwrap_or_else(|| error(429, "too many requests"));
            if let Played::Answer { headers, .. } = &mut played {
                headers.push(("Retry-After".to_owned(), seconds.to_string()));
            }
            (played, false)
        }
        Reply::Outcome(name, value) => {
            let Some(known) = connector
                .answers_of(action)
                .find(|known| known.name == name)
            else {
                let problem = format!("`{}` has no outcome `{name}`", action.name);
                return (error(500, &problem), false);
            };
            let written = write(cx, connector, known, value.as_ref());
            let played = written.unwrap_or_else(|problem| error(500, &problem));
            (played, known.verdict == Verdict::Applied)
        }
    }
}

/// The vendor's own way to say that a request is wrong.
fn refusal(cx: &Cx<'_>, connector: &Connector, action: &Action, problem: &str) -> Played {
    refusal_with(cx, connector, action, "message", problem)
}

/// The action's refusal with this text in this field of its value.
fn refusal_with(
    cx: &Cx<'_>,
    connector: &Connector,
    action: &Action,
    field: &str,
    text: &str,
) -> Played {
    let covers = |known: &Answer, status: u16| {
        let mut ranges = known.statuses.iter();
        ranges.any(|(first, last)| (*first..=*last).contains(&status))
    };
    let refusing = || {
        connector
            .answers_of(action)
            .filter(|known| known.verdict == Verdict::Refused && &*known.name != "rate_limited")
    };
    let known = refusing()
        .find(|known| covers(known, 400))
        .or_else(|| refusing().next());
    let value = Value::object(vec![(field.into(), Value::text(text))]);
    known
        .and_then(|known| write(cx, connector, known, Some(&value)).ok())
        .unwrap_or_else(|| error(400, text))
}

fn write(
    cx: &Cx<'_>,
    connector: &Connector,
    known: &Answer,
    value: Option<&Value>,
) -> Result<Played, String> {
    let (status, headers, body) =
        wire::answer_bytes(cx, connector, known, value).map_err(|failure| failure.message)?;
    Ok(Played::Answer {
        status,
        headers,
        body,
    })
}

fn token(connector: &Connector) -> Played {
    Played::Answer {
        status: 200,
        headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
        body: wire::token_bytes(connector, TOKEN),
    }
}

fn error(status: u16, message: &str) -> Played {
    let body = serde_json::json!({ "error": message });
    Played::Answer {
        status,
        headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
        body: body.to_string().into_bytes(),
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
        None => (
            None,
            Vec::new(),
            vec!["no action has this method and path".to_owned()],
        ),
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
        status: match played {
            Played::Answer { status, .. } => Some(*status),
            _ => None,
        },
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
