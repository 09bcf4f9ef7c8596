//! Answers of a vendor, and how requests prove who we are.
//!
//! ```text
//! answer rejected refused status 400 json { error: { code: string -> code, message: string -> message } }
//! ```

use std::sync::Arc;

use ondo_grammar::ast::{self, AuthPart, Place as Part};

use super::build::Cx;
use super::requests::{collect_holes, lower_request, lower_section};
use super::sound;
use super::{Answer, Auth, TokenExchange, Verdict, errors};
use crate::ir::ExprId;
use crate::types::{Field, Name, ObjectType, Type};

const VERDICTS: &[(&str, Verdict)] = &[
    ("applied", Verdict::Applied),
    ("refused", Verdict::Refused),
    ("not_sent", Verdict::NotSent),
    ("pending", Verdict::Pending),
    ("unknown", Verdict::Unknown),
];

/// An answer. `names`: arguments of the action, which a condition may use.
pub(super) fn lower_answer(answer: &ast::Answer, names: &[Name], cx: &mut Cx<'_>) -> Answer {
    let body = answer
        .body
        .as_ref()
        .map(|body| lower_section(body, names, cx));
    let mut holes = ObjectType::default();
    if let Some(body) = &body {
        collect_holes(body, cx, &mut holes);
    }
    sound::statuses(answer, cx);
    let with_status = stands_for_several(&answer.statuses) && holes.field("status").is_none();
    if with_status {
        holes.fields.push(Field::new("status", Type::Int));
    }
    let when = answer.when.as_ref().map(|when| {
        let mut visible = names.to_vec();
        visible.extend(holes.fields.iter().map(|field| field.name.clone()));
        visible.push("status".into());
        cx.lower_expr(when, &visible)
    });
    Answer {
        name: answer.name.text.as_str().into(),
        verdict: verdict(&answer.verdict, cx),
        statuses: answer.statuses.clone(),
        body,
        when,
        value: match holes.fields.as_slice() {
            [] => Type::Null,
            _ => Type::Object(Arc::new(holes)),
        },
        with_status,
        caption: answer
            .caption
            .as_ref()
            .map(|caption| caption.text.as_str().into()),
        place: cx.place(answer.name.span),
    }
}

fn stands_for_several(statuses: &[(u16, u16)]) -> bool {
    statuses.is_empty() || statuses.iter().any(|(first, last)| first != last)
}

fn verdict(name: &ast::Name, cx: &mut Cx<'_>) -> Verdict {
    let known = VERDICTS.iter().find(|(word, _)| *word == name.text);
    match known {
        Some((_, verdict)) => *verdict,
        None => {
            let words: Vec<&str> = VERDICTS.iter().map(|(word, _)| *word).collect();
            let at = cx.place(name.span);
            cx.report(errors::unknown_word(at, "verdict", &name.text, &words));
            Verdict::Unknown
        }
    }
}

/// `auth NAME { … }`
pub(super) fn lower_auth(auth: &ast::Auth, cx: &mut Cx<'_>) -> Auth {
    let mut lowered = Auth {
        exchange: None,
        headers: Vec::new(),
        query: Vec::new(),
        renew: None,
    };
    let mut request = None;
    let mut token = None;
    for part in &auth.parts {
        match part {
            AuthPart::Request(exchange) => request = Some(lower_request(exchange, &[], cx).0),
            AuthPart::Token { value, lives } => {
                let value = cx.lower_expr(value, &["answer".into()]);
                token = Some((value, lives.as_ref().and_then(|lives| cx.duration(lives))));
            }
            AuthPart::Send(sections) => sections
                .iter()
                .for_each(|section| send(section, &mut lowered, cx)),
            AuthPart::Renew(when) => lowered.renew = Some(cx.lower_expr(when, &["status".into()])),
        }
    }
    let at = cx.place(auth.name.span);
    match (request, token) {
        (Some(request), Some((token, lives))) => {
            lowered.exchange = Some(TokenExchange {
                request,
                token,
                lives,
            });
        }
        (None, None) => {}
        (Some(_), None) => {
            let found = errors::definition(
                at,
                "a token exchange says where the token stands in the answer",
            );
            cx.report(found.help("token answer.token lives 15m"));
        }
        (None, Some(_)) => {
            cx.report(errors::definition(
                at,
                "a token comes from a `request`, and there is none",
            ));
        }
    }
    lowered
}

/// `send headers { "X-API-KEY" = apiKey }`: computed values only.
fn send(section: &ast::Section, auth: &mut Auth, cx: &mut Cx<'_>) {
    let lowered = section
        .pattern
        .as_ref()
        .map(|pattern| cx.lower_type(pattern, &["token".into()]));
    let target: &mut Vec<(Name, ExprId)> = match section.place {
        Part::Headers => &mut auth.headers,
        Part::Query => &mut auth.query,
        _ => {
            let at = cx.place(section.span);
            cx.report(errors::definition(
                at,
                "what every request carries stands in `headers` or `query`",
            ));
            return;
        }
    };
    let Some(Type::Object(object)) = lowered else {
        return;
    };
    for field in &object.fields {
        match field.computed {
            Some(value) => target.push((field.name.clone(), value)),
            // Reported already.
            None if field.ty == Type::Unknown => {}
            None => {
                if let Some(at) = field.place {
                    let found = errors::definition(
                        at,
                        "what every request carries is computed: write `=` instead of `:`",
                    );
                    cx.report(found.help(format!("\"{}\" = …", field.name)));
                }
            }
        }
    }
}
