//! The sandbox told and asked from another process, over HTTP on the same address.

use ondo_compiler::types::{Name, Type, TypeTable};
use ondo_compiler::value::Value;
use ondo_compiler::wire::{self, Delivery};
use serde_json::{Value as Json, json};

use super::{Reply, Sent, State};

/// Paths that are no vendor's.
pub(super) const PREFIX: &str = "/_sandbox/";

/// Carries out `plan` or `sent`: status and JSON body.
pub(super) fn control(state: &State, verb: &str, request: &Delivery) -> (u16, Vec<u8>) {
    let (status, body) = match (request.method.as_str(), verb) {
        ("POST", "plan") => match plan(state, &request.body) {
            Ok(count) => (200, json!({ "planned": count })),
            Err(problem) => (400, json!({ "error": problem })),
        },
        ("GET", "sent") => {
            let memory = state.memory();
            (200, memory.sent.iter().map(shown).collect())
        }
        _ => (
            404,
            json!({ "error": "POST /_sandbox/plan or GET /_sandbox/sent" }),
        ),
    };
    (status, body.to_string().into_bytes())
}

/// `{ "account": …, "action": …, "reply": REPLY }` or `"replies": [REPLY, …]`.
fn plan(state: &State, body: &[u8]) -> Result<usize, String> {
    let body: Json = serde_json::from_slice(body).map_err(|error| format!("not JSON: {error}"))?;
    let text = |name: &str| {
        let text = body.get(name).and_then(Json::as_str);
        text.ok_or_else(|| format!("`{name}` is missing, text is required"))
    };
    let (account, action) = (text("account")?, text("action")?);
    let one = body.get("reply").map(std::slice::from_ref);
    let several = body
        .get("replies")
        .and_then(Json::as_array)
        .map(Vec::as_slice);
    let replies = one.or(several).ok_or("`reply` or `replies` is required")?;
    let replies: Vec<Reply> = replies.iter().map(reply).collect::<Result<_, _>>()?;
    let count = replies.len();
    for reply in replies {
        state.plan(account, action, reply);
    }
    Ok(count)
}

fn reply(json: &Json) -> Result<Reply, String> {
    match json.as_str() {
        Some("timeout") => return Ok(Reply::Timeout),
        Some("reset") => return Ok(Reply::Reset),
        Some("applied then timeout") => return Ok(Reply::AppliedThenTimeout),
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
        "a reply is \"timeout\", \"reset\", \"applied then timeout\", an outcome's name, \
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
        "method": sent.method,
        "path": sent.path,
        "body": String::from_utf8_lossy(&sent.body),
        "args": args.into_iter().collect::<serde_json::Map<String, Json>>(),
        "problems": sent.problems,
        "applied": sent.applied,
        "status": sent.status,
    })
}
