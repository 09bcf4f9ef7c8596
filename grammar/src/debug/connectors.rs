//! Definitions of connectors.

use super::items::param;
use super::{Sexp, list, steps};
use crate::ast::{
    Accept, ActionPart, Answer, AuthPart, Definition, Effect, EventPart, HookPart, Job, Method,
    Place, PollPart, Request, SandboxVerb, Section,
};

pub(super) fn definition(definition: &Definition) -> Sexp {
    match definition {
        Definition::Setting(setting) => list("setting")
            .with(&setting.name)
            .with(&setting.ty)
            .maybe(setting.identity.then_some("identity"))
            .tagged("=", setting.default.as_ref())
            .maybe(setting.caption.as_ref()),
        Definition::Auth(auth) => list("auth")
            .with(&auth.name)
            .all(auth.parts.iter().map(auth_part)),
        Definition::Hook(hook) => list("hook").all(hook.parts.iter().map(hook_part)),
        Definition::Answer(answer) => self::answer(answer),
        Definition::Code(code) => list("code").with(&code.code).with(&code.caption),
        Definition::Limit(limit) => list("limit")
            .tagged("rate", limit.rate.as_ref())
            .tagged("per", limit.per.as_ref())
            .tagged("burst", limit.burst.as_ref())
            .tagged("concurrency", limit.concurrency.as_ref()),
        Definition::Event(event) => list("event")
            .with(&event.name)
            .all(event.params.iter().map(param))
            .tagged("is", event.parent.as_ref())
            .maybe(event.caption.as_ref())
            .all(event.parts.iter().map(event_part)),
        Definition::Action(action) => list("action")
            .with(&action.name)
            .maybe(action.caption.as_ref())
            .all(action.params.iter().map(param))
            .tagged("->", action.result.as_ref())
            .all(action.parts.iter().map(action_part)),
        Definition::Sandbox(sandbox) => list("sandbox")
            .tagged("wrong", sandbox.wrong.as_ref())
            .all(sandbox.actions.iter().map(|action| {
                list("action")
                    .with(&action.action)
                    .all(action.verbs.iter().map(verb))
            })),
    }
}

fn auth_part(part: &AuthPart) -> Sexp {
    match part {
        AuthPart::Request(request) => self::request(request),
        AuthPart::Token { value, lives } => {
            list("token").with(value).tagged("lives", lives.as_ref())
        }
        AuthPart::Send(sections) => list("send").all(sections.iter().map(section)),
        AuthPart::Renew(cond) => list("renew").with(cond),
    }
}

fn hook_part(part: &HookPart) -> Sexp {
    match part {
        HookPart::SecretInPath(name) => list("secret-in-path").with(name),
        HookPart::Verify(cond) => list("verify").with(cond),
        HookPart::Answer { status, body } => list("answer")
            .with(status)
            .maybe(body.as_ref().map(section)),
    }
}

fn request(request: &Request) -> Sexp {
    let method = match &request.method {
        Method::Fixed(name) => name.into(),
        Method::Computed(value) => list("method").with(value),
    };
    list("request")
        .with(method)
        .with(&request.path)
        .all(request.sections.iter().map(section))
}

fn section(section: &Section) -> Sexp {
    let place = match section.place {
        Place::Path => "path",
        Place::Query => "query",
        Place::Headers => "headers",
        Place::Form => "form",
        Place::Json => "json",
        Place::Text => "text",
        Place::Empty => "empty",
    };
    list(place)
        .maybe(section.pattern.as_ref())
        .tagged("->", section.hole.as_ref())
}

fn answer(answer: &Answer) -> Sexp {
    let statuses = answer
        .statuses
        .iter()
        .map(|(least, most)| match least == most {
            true => least.to_string(),
            false => format!("{least}..{most}"),
        });
    list("answer")
        .with(&answer.name)
        .with(&answer.verdict)
        .all(statuses)
        .maybe(answer.body.as_ref().map(section))
        .tagged("when", answer.when.as_ref())
        .maybe(answer.caption.as_ref())
}

fn event_part(part: &EventPart) -> Sexp {
    match part {
        EventPart::Payload(ty) => list("payload").with(ty),
        EventPart::Accept(accept) => self::accept(accept),
        EventPart::Key(key) => list("key").with(key),
        EventPart::Entity(key) => list("entity").with(key),
        EventPart::OrderedBy(key) => list("ordered-by").with(key),
        EventPart::Poll(poll) => list("poll").all(poll.parts.iter().map(poll_part)),
        EventPart::Example(file) => list("example").with(file),
    }
}

fn accept(accept: &Accept) -> Sexp {
    let then = accept
        .then
        .as_ref()
        .map(|(call, name)| list("then").with(call).tagged("->", name.as_ref()));
    list("accept")
        .with(&accept.method)
        .with(section(&accept.section))
        .tagged("when", accept.when.as_ref())
        .maybe(then)
        .tagged("each", accept.each.as_ref())
}

fn poll_part(part: &PollPart) -> Sexp {
    match part {
        PollPart::Every(time) => list("every").with(time),
        PollPart::OnDemand => list("on-demand"),
        PollPart::Then(call, name) => list("then").with(call).tagged("->", name.as_ref()),
        PollPart::Read { call, items } => list("read").with(call).tagged("->", items.as_ref()),
        PollPart::Payload(value) => list("payload").with(value),
        PollPart::Cursor(value) => list("cursor").with(value),
        PollPart::Start(name) => list("start").with(name),
        PollPart::Keeps(time) => list("keeps").with(time),
        PollPart::More(cond) => list("more").with(cond),
        PollPart::Skip(cond) => list("skip").with(cond),
    }
}

fn action_part(part: &ActionPart) -> Sexp {
    match part {
        ActionPart::Request(request) => self::request(request),
        ActionPart::Answer(answer) => self::answer(answer),
        ActionPart::Effect(effect) => self::effect(effect),
        ActionPart::Raises(event) => list("raises").with(event),
        ActionPart::Timeout(time) => list("timeout").with(time),
        ActionPart::Since(version) => list("since").with(version),
        ActionPart::Example(file) => list("example").with(file),
        ActionPart::Job(job) => self::job(job),
        ActionPart::Steps { block, result } => {
            steps::block("do", block).tagged("return", result.as_ref())
        }
    }
}

fn effect(effect: &Effect) -> Sexp {
    let readback = effect.readback.as_ref().map(|readback| {
        let marker = readback
            .marker
            .as_ref()
            .map(|(name, manner)| list("marker").with(name).with(manner));
        list("readback")
            .with(&readback.call)
            .maybe(marker)
            .tagged("found", readback.found.as_ref())
            .tagged("complete", readback.complete.as_ref())
            .tagged("settle", readback.settle.as_ref())
    });
    list("effect")
        .with(&effect.class)
        .maybe(effect.key.as_ref())
        .tagged("as", effect.key_form.as_ref())
        .tagged("window", effect.window.as_ref())
        .maybe(readback)
}

fn job(job: &Job) -> Sexp {
    list("job")
        .tagged("id", job.id.as_ref())
        .tagged("ask", job.ask.as_ref())
        .tagged("every", job.every.as_ref())
        .tagged("give-up-after", job.give_up.as_ref())
}

fn verb(verb: &SandboxVerb) -> Sexp {
    match verb {
        SandboxVerb::Let { name, value } => list("let").with(name).with(value),
        SandboxVerb::Keep { row, set, key } => list("keep").with(row).with(set).with(key),
        SandboxVerb::Replace { row, set, key } => list("replace").with(row).with(set).with(key),
        SandboxVerb::Forget { set, key } => list("forget").with(set).with(key),
        SandboxVerb::Find {
            set,
            key,
            within,
            alias,
        } => list("find")
            .with(set)
            .tagged("by", key.as_ref())
            .tagged("within", within.as_ref())
            .with(alias),
        SandboxVerb::Refuse { code, cond } => list("refuse").with(code).with(cond),
        SandboxVerb::Add {
            amount,
            target,
            key,
        } => list("add").with(amount).with(target).with(key),
        SandboxVerb::After { delay, verbs } => {
            list("after").with(delay).all(verbs.iter().map(self::verb))
        }
        SandboxVerb::Reply {
            outcome,
            value,
            cond,
        } => list("reply")
            .tagged("as", outcome.as_ref())
            .tagged("value", value.as_ref())
            .tagged("if", cond.as_ref()),
    }
}
