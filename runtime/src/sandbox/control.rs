//! The sandbox told and asked from another process, over HTTP on the same address.

mod rows;

use ondo_compiler::types::{Name, Type, TypeTable};
use ondo_compiler::value::Value;
use ondo_compiler::wire::{self, Delivery};
use serde_json::{Value as Json, json};

use super::{Fault, Reply, Sent, State};

/// Paths that are no vendor's.
pub(super) const PREFIX: &str = "/_sandbox/";

/// What can be told and asked.
const VERBS: &str = "POST or DELETE /_sandbox/plan, GET or DELETE /_sandbox/sent, GET, POST or DELETE /_sandbox/faults, \
                     GET or POST /_sandbox/limits, GET, POST or DELETE /_sandbox/rows";

/// Carries out a verb: status and JSON body.
pub(super) fn control(state: &State, verb: &str, request: &Delivery) -> (u16, Vec<u8>) {
    let done = match (request.method.as_str(), verb) {
        ("POST", "plan") => plan(state, &request.body),
        ("DELETE", "plan") => {
            state.memory().plans.clear();
            Ok(json!({ "planned": 0 }))
        }
        ("GET", "sent") => Ok(state.memory().sent.iter().map(shown).collect()),
        ("DELETE", "sent") => {
            state.memory().sent.clear();
            Ok(json!([]))
        }
        ("GET", "faults") => Ok(faults(state)),
        ("POST", "faults") => add_faults(state, &request.body),
        ("DELETE", "faults") => {
            state.memory().faults.clear();
            Ok(faults(state))
        }
        ("GET", "limits") => Ok(limits(state)),
        ("POST", "limits") => set_limits(state, &request.body),
        ("GET", "rows") => rows::shown(state, &request.query),
        ("POST", "rows") => rows::keep(state, &request.body),
        ("DELETE", "rows") => {
            state.memory().rows = super::rows::Rows::default();
            Ok(json!({ "kept": 0 }))
        }
        _ => {
            let unknown = json!({ "error": VERBS });
            return (404, unknown.to_string().into_bytes());
        }
    };
    let (status, body) = match done {
        Ok(body) => (200, body),
        Err(problem) => (400, json!({ "error": problem })),
    };
    (status, body.to_string().into_bytes())
}

fn parsed(body: &[u8]) -> Result<Json, String> {
    serde_json::from_slice(body).map_err(|error| format!("not JSON: {error}"))
}

fn text<'j>(body: &'j Json, name: &str) -> Result<&'j str, String> {
    let text = body.get(name).and_then(Json::as_str);
    text.ok_or_else(|| format!("`{name}` is missing, text is required"))
}

/// One of it by this name, or several by that one.
fn one_or_several<'j>(body: &'j Json, one: &str, several: &str) -> Result<&'j [Json], String> {
    let single = body.get(one).map(std::slice::from_ref);
    let many = body.get(several).and_then(Json::as_array);
    single
        .or(many.map(Vec::as_slice))
        .ok_or_else(|| format!("`{one}` or `{several}` is required"))
}

/// `[{ "fault": "loyalty: reset every 3", "calls": 7, "struck": 2 }]`
fn faults(state: &State) -> Json {
    let memory = state.memory();
    let shown = |counted: &super::faults::Counted| {
        json!({
            "fault": counted.fault.to_string(),
            "calls": counted.calls,
            "struck": counted.struck,
        })
    };
    memory.faults.all().iter().map(shown).collect()
}

/// `{ "fault": "loyalty: reset every 3" }` or `"faults": […]`, with `"seed": 7`. They stand behind those that are there.
fn add_faults(state: &State, body: &[u8]) -> Result<Json, String> {
    let body = parsed(body)?;
    let written = one_or_several(&body, "fault", "faults")?;
    let mut found = Vec::new();
    for written in written {
        let text = written.as_str().ok_or("a fault is a text")?;
        let fault: Fault = text.parse()?;
        let (account, action) = fault.target();
        state.target(account, action)?;
        found.push(fault);
    }
    let mut memory = state.memory();
    if let Some(seed) = body.get("seed").and_then(Json::as_u64) {
        memory.faults.set_seed(seed);
    }
    for fault in found {
        memory.faults.add(fault)?;
    }
    drop(memory);
    Ok(faults(state))
}

/// The limits of each account, and how they were kept.
fn limits(state: &State) -> Json {
    let mut memory = state.memory();
    let enforced = memory.meters.enforced;
    let mut shown: Vec<Json> = Vec::new();
    let mut seen: Vec<&Name> = Vec::new();
    for account in &state.accounts {
        if seen.contains(&&account.identity) {
            continue;
        }
        seen.push(&account.identity);
        let connector = state.catalog.connectors.get(&account.connector);
        let limits = connector.map_or(&[][..], |connector| &connector.limits);
        let meter = memory.meters.of(&account.identity);
        let each = limits.iter().enumerate().map(|(place, limit)| {
            json!({
                "calls": limit.rate.map(|(calls, _)| calls),
                "per_ms": limit.rate.map(|(_, per)| i64::try_from(per.as_millis()).unwrap_or(i64::MAX)),
                "burst": limit.burst,
                "concurrency": limit.concurrency,
                "most": meter.most.get(place),
            })
        });
        shown.push(json!({
            "account": &*account.name,
            "connector": &*account.connector,
            "limits": each.collect::<Vec<_>>(),
            "calls": meter.calls,
            "too_fast": meter.too_fast,
            "in_flight_most": meter.in_flight_most,
        }));
    }
    json!({ "kept": enforced, "accounts": shown })
}

/// `{ "kept": false }`: what comes too fast is counted and not refused.
fn set_limits(state: &State, body: &[u8]) -> Result<Json, String> {
    let kept = parsed(body)?.get("kept").and_then(Json::as_bool);
    let kept = kept.ok_or("`kept` is missing, true or false is required")?;
    state.memory().meters.enforced = kept;
    Ok(limits(state))
}

/// `{ "account": …, "action": …, "reply": REPLY }` or `"replies": [REPLY, …]`.
fn plan(state: &State, body: &[u8]) -> Result<Json, String> {
    let body = parsed(body)?;
    let (account, action) = (text(&body, "account")?, text(&body, "action")?);
    let replies = one_or_several(&body, "reply", "replies")?;
    state.target(Some(account), Some(action))?;
    let replies: Vec<Reply> = replies.iter().map(reply).collect::<Result<_, _>>()?;
    let count = replies.len();
    for reply in replies {
        state.plan(account, action, reply);
    }
    Ok(json!({ "planned": count }))
}

fn reply(json: &Json) -> Result<Reply, String> {
    match json.as_str() {
        Some("timeout") => return Ok(Reply::Timeout),
        Some("reset") => return Ok(Reply::Reset),
        Some("applied then timeout") => return Ok(Reply::AppliedThenTimeout),
        Some("applied then reset") => return Ok(Reply::AppliedThenReset),
        Some("applied") => return Ok(Reply::Applied),
        Some(name) => return Ok(Reply::Outcome(name.into(), None)),
        None => {}
    }
    let whole = |json: &Json| json.as_u64();
    if let Some(status) = json.get("status").and_then(whole) {
        let status = u16::try_from(status).map_err(|_| "`status` is no HTTP status")?;
        let body = match json.get("body") {
            None | Some(Json::Null) => Vec::new(),
            Some(Json::String(text)) => text.clone().into_bytes(),
            Some(body) => body.to_string().into_bytes(),
        };
        return Ok(Reply::Status(status, body));
    }
    if let Some(seconds) = json.get("rate_limited").and_then(whole) {
        return Ok(Reply::RateLimited(seconds));
    }
    if let Some(name) = json.get("outcome").and_then(Json::as_str) {
        let value = json.get("value").cloned();
        return Ok(Reply::Outcome(
            name.into(),
            value.map(|value| Value::Json(value.into())),
        ));
    }
    Err(
        "a reply is \"applied\", \"timeout\", \"reset\", \"applied then timeout\", \"applied then reset\", an outcome's name, \
         {\"outcome\": …, \"value\": …}, {\"status\": …, \"body\": …} or {\"rate_limited\": SECONDS}"
            .to_owned(),
    )
}

fn shown(sent: &Sent) -> Json {
    let args: Vec<(String, Json)> = sent
        .args
        .iter()
        .map(|(name, value): &(Name, Value)| {
            let written = wire::encode(&Type::Json, &TypeTable::default(), value).ok();
            let json = written.and_then(|bytes| serde_json::from_slice(&bytes).ok());
            (name.to_string(), json.unwrap_or(Json::Null))
        })
        .collect();
    json!({
        "account": &*sent.account,
        "connector": &*sent.connector,
        "action": sent.action.as_deref(),
        "at": sent.at.to_string(),
        "method": sent.method,
        "path": sent.path,
        "body": String::from_utf8_lossy(&sent.body),
        "args": args.into_iter().collect::<serde_json::Map<String, Json>>(),
        "problems": sent.problems,
        "applied": sent.applied,
        "status": sent.status,
    })
}
