//! One request: find the hook, read the body within its limits, prove who sent it, store, answer.

use std::sync::Arc;

use http::{HeaderValue, StatusCode, header};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use jiff::Timestamp;
use ondo_compiler::catalog::{self, Connector};
use ondo_compiler::types::Type;
use ondo_compiler::wire::{self, Accepted, Delivery, Rejection};
use serde_json::json;
use uuid::Uuid;

use super::Limits;
use super::answer::{self, Answer};
use super::hooks::Hook;
use super::intake::{Intake, Refused, State};
use super::room::Room;
use crate::store::{self, Event, EventId, EventState, Reject};

/// Headers that are kept with an event. Never Authorization, cookies or signatures.
const KEPT_HEADERS: [&str; 4] = ["content-type", "user-agent", "x-request-id", "date"];

/// How much of a reject's body is kept.
const REJECT_BYTES_MAX: usize = 4 * 1024;

/// A body that is too large is read to this many times the limit before the answer, so that a sender who only listens
/// when it has sent everything hears why.
const DISCARD_FACTOR: usize = 8;

pub(super) async fn handle(
    intake: Arc<Intake>,
    limits: Limits,
    request: hyper::Request<Incoming>,
) -> Answer {
    match request.uri().path() {
        "/healthz" => return health(intake.state() != State::Broken),
        "/readyz" => return ready(&intake),
        _ => {}
    }
    let found = intake.hooks.load().find(request.uri().path());
    let Some((hook, secret)) = found else {
        return answer::not_found();
    };
    if intake.state() != State::Ready {
        return refused(&Refused::State(intake.state()));
    }
    let (delivery, _room) = match read(&intake, request, limits).await {
        Ok(read) => read,
        Err(answer) => return *answer,
    };
    // Not before the body is there: senders that drip would keep everybody else out.
    let Ok(_permit) = intake.deliveries.try_acquire() else {
        return too_many();
    };
    deliver(&intake, &hook, secret.as_deref(), delivery).await
}

fn ready(intake: &Intake) -> Answer {
    let is_ready = intake.state() == State::Ready;
    if is_ready && !intake.has_room() {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        return answer::as_json(status, &json!({ "status": "disk-full" }));
    }
    health(is_ready)
}

fn health(well: bool) -> Answer {
    let (status, word) = if well {
        (StatusCode::OK, "ok")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not-ready")
    };
    answer::as_json(status, &json!({ "status": word }))
}

fn too_many() -> Answer {
    answer::later(
        StatusCode::TOO_MANY_REQUESTS,
        "too-many",
        "too many deliveries at once",
        1,
    )
}

/// A delivery, and the room that its body takes as long as this is kept.
async fn read(
    intake: &Intake,
    request: hyper::Request<Incoming>,
    limits: Limits,
) -> Result<(Delivery, Room<'_>), Box<Answer>> {
    let (head, body) = request.into_parts();
    let encoded = head
        .headers
        .get(header::CONTENT_ENCODING)
        .is_some_and(|encoding| encoding.as_bytes() != b"identity");
    if encoded {
        return Err(Box::new(answer::error(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported",
            "bodies are taken as they are: send it without `Content-Encoding`",
        )));
    }
    let mut room = Room::new(&intake.body_room);
    let body = tokio::time::timeout(limits.body_time_max, read_body(body, limits, &mut room))
        .await
        .unwrap_or_else(|_| {
            Err(Box::new(answer::error(
                StatusCode::REQUEST_TIMEOUT,
                "too-slow",
                "the body did not arrive in time",
            )))
        })?;
    let delivery = Delivery {
        method: head.method.as_str().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: headers_of(&head.headers),
        body,
    };
    Ok((delivery, room))
}

/// Each name once. What stands twice is one value with a comma, as HTTP says: a signature that stands twice is not the
/// right one, whichever of the two a proxy before us has looked at.
fn headers_of(headers: &http::HeaderMap) -> Vec<(String, String)> {
    headers
        .keys()
        .map(|name| {
            let values: Vec<_> = headers
                .get_all(name)
                .iter()
                .map(|value| String::from_utf8_lossy(value.as_bytes()))
                .collect();
            (name.as_str().to_owned(), values.join(", "))
        })
        .collect()
}

async fn read_body(
    mut body: Incoming,
    limits: Limits,
    room: &mut Room<'_>,
) -> Result<Vec<u8>, Box<Answer>> {
    let max = limits.body_bytes_max;
    let announced = body.size_hint().lower();
    if announced > max.saturating_mul(DISCARD_FACTOR) as u64 {
        return Err(too_large(max));
    }
    if announced > max as u64 {
        while let Some(Ok(_)) = body.frame().await {}
        return Err(too_large(max));
    }
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            return Err(Box::new(answer::error(
                StatusCode::BAD_REQUEST,
                "unreadable",
                "the body ended early",
            )));
        };
        let Some(data) = frame.data_ref() else {
            continue;
        };
        if data.len() > max - bytes.len() {
            return Err(too_large(max));
        }
        if !room.holds(bytes.len() + data.len()) {
            return Err(Box::new(too_many()));
        }
        bytes.extend_from_slice(data);
    }
    Ok(bytes)
}

fn too_large(max: usize) -> Box<Answer> {
    let message = format!("a body may have at most {max} bytes");
    Box::new(answer::error(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too-large",
        &message,
    ))
}

async fn deliver(intake: &Intake, hook: &Hook, secret: Option<&str>, delivery: Delivery) -> Answer {
    let now = Timestamp::now();
    let Some(connector) = hook.program.catalog.connectors.get(&hook.account.connector) else {
        return answer::not_found();
    };
    let settings = crate::settings::with_currency(&hook.account, &hook.program);
    let cx = wire::Cx {
        catalog: &hook.program.catalog,
        settings: &settings,
        zone: &hook.program.timezone,
        now,
    };
    let accepted = wire::authentic(&cx, connector, &delivery, secret)
        .and_then(|()| wire::read_delivery(&cx, connector, hook.events.as_deref(), &delivery));
    let accepted = match accepted {
        Ok(accepted) => accepted,
        Err(rejection) => return reject(intake, hook, rejection, delivery, now).await,
    };
    let events = accepted
        .into_iter()
        .map(|accepted| event(hook, accepted, &delivery, now))
        .collect();
    match intake.store_events(events).await {
        Ok((ids, all_known)) => vendor_answer(&cx, connector, &ids, all_known),
        Err(refusal) => refused(&refusal),
    }
}

async fn reject(
    intake: &Intake,
    hook: &Hook,
    rejection: Rejection,
    delivery: Delivery,
    now: Timestamp,
) -> Answer {
    match rejection {
        Rejection::NotAuthentic => answer::error(
            StatusCode::UNAUTHORIZED,
            "not-authentic",
            "the signature or token is missing or wrong",
        ),
        Rejection::Method { allowed } => {
            let mut answer = answer::error(
                StatusCode::METHOD_NOT_ALLOWED,
                "wrong-method",
                "this hook takes another method",
            );
            if let Ok(allowed) = HeaderValue::from_str(&allowed.join(", ")) {
                answer.headers_mut().insert(header::ALLOW, allowed);
            }
            answer
        }
        Rejection::MediaType(found) => {
            let message = format!("this hook does not take {found}");
            answer::error(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported", &message)
        }
        Rejection::Unreadable(reason) => {
            let answer = answer::error(StatusCode::BAD_REQUEST, "unreadable", &reason);
            let mut body = delivery.body;
            body.truncate(REJECT_BYTES_MAX);
            intake
                .keep_reject(Reject {
                    at: now,
                    hook: hook.address.clone(),
                    reason,
                    body,
                })
                .await;
            answer
        }
    }
}

fn event(hook: &Hook, accepted: Accepted, delivery: &Delivery, now: Timestamp) -> Event {
    let headers = delivery
        .headers
        .iter()
        .filter(|(name, _)| KEPT_HEADERS.contains(&name.as_str()))
        .cloned()
        .collect();
    let state = if accepted.enrich.is_some() {
        EventState::Enriching
    } else {
        EventState::Received
    };
    Event {
        id: EventId(format!("evt_{}", Uuid::now_v7())),
        at: now,
        bundle: hook.bundle.clone(),
        account: hook.account.name.to_string(),
        connector: hook.account.connector.to_string(),
        name: accepted.event.to_string(),
        args: hook.args.clone(),
        key: accepted.key,
        identity: hook.account.identity.to_string(),
        headers,
        // A query is not kept: it may hold a sender's token. What was read from it is the payload.
        body: delivery.body.clone(),
        payload: accepted.payload,
        enrich: accepted
            .enrich
            .map(|call| call.to_json(&hook.program.catalog.types)),
        state,
        reason: None,
        repeats: 0,
        conflicts: 0,
    }
}

/// What the vendor wants to hear, else `{"event":"evt_…"}`.
fn vendor_answer(
    cx: &wire::Cx<'_>,
    connector: &Connector,
    ids: &[EventId],
    all_known: bool,
) -> Answer {
    let declared = connector
        .hook
        .as_ref()
        .and_then(|hook| hook.answer.as_ref());
    let mut answer = match declared {
        Some((status, body)) => {
            let pattern = catalog::Answer {
                name: "stored".into(),
                verdict: catalog::Verdict::Applied,
                statuses: vec![(*status, *status)],
                body: body.clone().map(|ty| catalog::Section {
                    place: ondo_grammar::ast::Place::Json,
                    ty,
                    hole: None,
                }),
                with_status: false,
                when: None,
                value: Type::Null,
                caption: None,
                place: connector.place,
            };
            let written = wire::answer_bytes(cx, connector, &pattern, None);
            let body = written.map(|(_, _, body)| body).unwrap_or_default();
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::OK);
            answer::bytes(status, body, "application/json")
        }
        None => answer::as_json(StatusCode::OK, &answer::stored(ids, all_known)),
    };
    if let Some(id) = ids.first().and_then(|id| HeaderValue::from_str(&id.0).ok()) {
        answer.headers_mut().insert("ondo-event", id);
    }
    answer
}

fn refused(refusal: &Refused) -> Answer {
    let (code, message, seconds) = match refusal {
        Refused::State(State::Draining) => ("stopping", "the service is about to restart", 5),
        Refused::State(State::Starting) => ("starting", "the service is about to be ready", 2),
        Refused::Overloaded | Refused::Store(store::Error::Busy) => {
            ("overloaded", "there is more to do than can be taken", 5)
        }
        Refused::Store(store::Error::Full) => ("disk-full", "there is no room for deliveries", 60),
        Refused::Store(error) => {
            tracing::error!(%error, "a delivery could not be stored");
            ("store", "the delivery could not be stored", 30)
        }
        Refused::State(_) => ("store", "the delivery could not be stored", 30),
    };
    answer::later(StatusCode::SERVICE_UNAVAILABLE, code, message, seconds)
}
