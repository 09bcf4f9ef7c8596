//! Definitions of connectors.

use ondo_grammar::ast::{
    Accept, ActionPart, Answer, AuthPart, Definition, Effect, EventPart, Expr, HookPart, Job,
    Limit, Method, Name, Place, PollPart, Request, SandboxVerb, Section,
};

use super::{Page, exprs, items, rules, types};

/// `WORD value`
fn said(page: &mut Page<'_, '_>, word: &str, value: &Expr) {
    page.put(word);
    page.blank();
    exprs::expr(page, value);
}

/// `{`, a line for each part, `}`
fn braces<T>(page: &mut Page<'_, '_>, parts: &[T], mut write: impl FnMut(&mut Page<'_, '_>, &T)) {
    page.put("{");
    page.line();
    for part in parts {
        write(page, part);
        page.line();
    }
    page.put("}");
}

pub(super) fn definition(page: &mut Page<'_, '_>, definition: &Definition) {
    match definition {
        Definition::Setting(setting) => {
            page.put("setting");
            page.blank();
            page.name(&setting.name);
            page.gap();
            page.put(":");
            page.gap();
            types::ty(page, &setting.ty);
            if setting.identity {
                page.blank();
                page.put("identity");
            }
            if let Some(default) = &setting.default {
                page.word("=");
                exprs::tight(page, default);
            }
            page.caption(&setting.caption);
        }
        Definition::Auth(auth) => {
            page.put("auth");
            page.blank();
            page.name(&auth.name);
            page.blank();
            braces(page, &auth.parts, auth_part);
        }
        Definition::Hook(hook) => {
            page.put("hook");
            page.blank();
            braces(page, &hook.parts, hook_part);
        }
        Definition::Answer(answer) => self::answer(page, answer),
        Definition::Code(code) => {
            page.put("code");
            page.blank();
            page.plain(&code.code.text);
            page.blank();
            page.plain(&code.caption.text);
        }
        Definition::Limit(limit) => self::limit(page, limit),
        Definition::Event(event) => {
            page.put("event");
            page.blank();
            page.name(&event.name);
            if !event.params.is_empty() {
                items::params(page, &event.params);
            }
            if let Some(parent) = &event.parent {
                page.word("is");
                page.name(parent);
            }
            page.caption(&event.caption);
            page.blank();
            braces(page, &event.parts, event_part);
        }
        Definition::Action(action) => {
            page.put("action");
            page.blank();
            page.name(&action.name);
            if !action.params.is_empty() {
                items::params(page, &action.params);
            }
            if let Some(result) = &action.result {
                page.word("->");
                types::ty(page, result);
            }
            page.caption(&action.caption);
            page.blank();
            braces(page, &action.parts, action_part);
        }
        Definition::Sandbox(sandbox) => {
            page.put("sandbox");
            page.blank();
            let wrong = sandbox.wrong.iter().map(Err);
            let parts: Vec<_> = wrong.chain(sandbox.actions.iter().map(Ok)).collect();
            braces(page, &parts, |page, part| match part {
                Err(code) => {
                    page.put("refuse");
                    page.blank();
                    page.plain(&code.text);
                    page.word("if");
                    page.put("wrong");
                }
                Ok(action) => {
                    page.put("action");
                    page.blank();
                    page.name(&action.action);
                    page.blank();
                    braces(page, &action.verbs, verb);
                }
            });
        }
    }
}

fn limit(page: &mut Page<'_, '_>, limit: &Limit) {
    page.put("limit");
    if let (Some(rate), Some(per)) = (&limit.rate, &limit.per) {
        page.word("rate");
        exprs::operand(page, rate);
        page.word("per");
        exprs::operand(page, per);
    }
    for (word, value) in [("burst", &limit.burst), ("concurrency", &limit.concurrency)] {
        if let Some(value) = value {
            page.word(word);
            exprs::operand(page, value);
        }
    }
}

fn auth_part(page: &mut Page<'_, '_>, part: &AuthPart) {
    match part {
        AuthPart::Request(request) => self::request(page, request),
        AuthPart::Token { value, lives } => {
            said(page, "token", value);
            if let Some(lives) = lives {
                page.word("lives");
                exprs::expr(page, lives);
            }
        }
        AuthPart::Send(sections) => {
            page.put("send");
            self::sections(page, sections);
        }
        AuthPart::Renew(cond) => {
            page.put("renew");
            page.blank();
            said(page, "when", cond);
        }
    }
}

fn hook_part(page: &mut Page<'_, '_>, part: &HookPart) {
    match part {
        HookPart::SecretInPath(name) => {
            page.put("secret");
            page.word("in");
            page.put("path");
            page.blank();
            page.name(name);
        }
        HookPart::Verify(cond) => said(page, "verify", cond),
        HookPart::Answer { status, body } => {
            page.put("answer");
            page.blank();
            exprs::operand(page, status);
            self::sections(page, body.as_slice());
        }
    }
}

fn request(page: &mut Page<'_, '_>, request: &Request) {
    page.put("request");
    page.blank();
    match &request.method {
        Method::Fixed(name) => page.name(name),
        Method::Computed(value) => {
            page.put("{");
            exprs::expr(page, value);
            page.put("}");
        }
    }
    page.blank();
    exprs::plainly(page, &request.path);
    sections(page, &request.sections);
}

fn sections(page: &mut Page<'_, '_>, sections: &[Section]) {
    for section in sections {
        page.blank();
        page.put(match section.place {
            Place::Path => "path",
            Place::Query => "query",
            Place::Headers => "headers",
            Place::Form => "form",
            Place::Json => "json",
            Place::Text => "text",
            Place::Empty => "empty",
        });
        if let Some(pattern) = &section.pattern {
            page.blank();
            types::ty(page, pattern);
        }
        hole(page, &section.hole);
    }
}

/// `-> name`
fn hole(page: &mut Page<'_, '_>, hole: &Option<Name>) {
    if let Some(hole) = hole {
        page.word("->");
        page.name(hole);
    }
}

fn answer(page: &mut Page<'_, '_>, answer: &Answer) {
    page.put("answer");
    page.blank();
    page.name(&answer.name);
    page.blank();
    page.name(&answer.verdict);
    for (number, (least, most)) in answer.statuses.iter().enumerate() {
        match number {
            0 => page.word("status"),
            _ => page.comma(),
        }
        match least == most {
            true => page.put(&least.to_string()),
            false => page.put(&format!("{least}..{most}")),
        }
    }
    sections(page, answer.body.as_slice());
    if let Some(when) = &answer.when {
        page.blank();
        said(page, "when", when);
    }
    page.caption(&answer.caption);
}

fn event_part(page: &mut Page<'_, '_>, part: &EventPart) {
    match part {
        EventPart::Payload(ty) => {
            page.put("payload");
            page.blank();
            types::ty(page, ty);
        }
        EventPart::Accept(accept) => self::accept(page, accept),
        EventPart::Key(key) => said(page, "key", key),
        EventPart::Entity(key) => said(page, "entity", key),
        EventPart::OrderedBy(key) => {
            page.put("ordered");
            page.blank();
            said(page, "by", key);
        }
        EventPart::Poll(poll) => {
            page.put("poll");
            page.blank();
            braces(page, &poll.parts, poll_part);
        }
        EventPart::Example(file) => {
            page.put("example");
            page.blank();
            page.plain(&file.text);
        }
    }
}

fn accept(page: &mut Page<'_, '_>, accept: &Accept) {
    page.put("accept");
    page.blank();
    page.name(&accept.method);
    sections(page, std::slice::from_ref(&accept.section));
    if let Some(when) = &accept.when {
        page.blank();
        said(page, "when", when);
    }
    if let Some((call, name)) = &accept.then {
        page.word("then");
        exprs::step_call(page, call);
        hole(page, name);
    }
    if let Some(each) = &accept.each {
        page.word("each");
        page.name(each);
    }
}

fn poll_part(page: &mut Page<'_, '_>, part: &PollPart) {
    match part {
        PollPart::Every(time) => said(page, "every", time),
        PollPart::OnDemand => {
            page.put("on");
            page.word("demand");
        }
        PollPart::Then(call, name) => {
            page.put("then");
            page.blank();
            exprs::step_call(page, call);
            hole(page, name);
        }
        PollPart::Read { call, items } => {
            page.put("read");
            page.blank();
            exprs::step_call(page, call);
            hole(page, items);
        }
        PollPart::Payload(value) => said(page, "payload", value),
        PollPart::Cursor(value) => said(page, "cursor", value),
        PollPart::Start(name) => {
            page.put("start");
            page.blank();
            page.name(name);
        }
        PollPart::Keeps(time) => said(page, "keeps", time),
        PollPart::More(cond) => said(page, "more", cond),
        PollPart::Skip(cond) => said(page, "skip", cond),
    }
}

fn action_part(page: &mut Page<'_, '_>, part: &ActionPart) {
    match part {
        ActionPart::Request(request) => self::request(page, request),
        ActionPart::Answer(answer) => self::answer(page, answer),
        ActionPart::Effect(effect) => self::effect(page, effect),
        ActionPart::Raises(event) => {
            page.put("raises");
            page.blank();
            page.name(event);
        }
        ActionPart::Timeout(time) => said(page, "timeout", time),
        ActionPart::Since(version) => {
            page.put("since");
            page.blank();
            page.plain(&version.text);
        }
        ActionPart::Example(file) => {
            page.put("example");
            page.blank();
            page.plain(&file.text);
        }
        ActionPart::Job(job) => self::job(page, job),
        ActionPart::Steps { block, result } => {
            page.put("do");
            page.blank();
            rules::block(page, block, result.as_ref());
        }
    }
}

fn effect(page: &mut Page<'_, '_>, effect: &Effect) {
    page.put("effect");
    page.blank();
    page.name(&effect.class);
    if let Some(key) = &effect.key {
        page.blank();
        page.path(key);
    }
    if let Some(form) = &effect.key_form {
        page.word("as");
        page.name(form);
    }
    if let Some(window) = &effect.window {
        page.blank();
        said(page, "window", window);
    }
    let Some(readback) = &effect.readback else {
        return;
    };
    page.word("readback");
    exprs::step_call(page, &readback.call);
    if let Some((argument, manner)) = &readback.marker {
        page.word("marker");
        page.name(argument);
        page.blank();
        page.name(manner);
    }
    if let Some(found) = &readback.found {
        page.blank();
        said(page, "found", found);
    }
    if let Some(complete) = &readback.complete {
        page.word("complete");
        said(page, "when", complete);
    }
    if let Some(settle) = &readback.settle {
        page.blank();
        said(page, "settle", settle);
    }
}

fn job(page: &mut Page<'_, '_>, job: &Job) {
    page.put("job");
    page.blank();
    let parts = [
        ("id", &job.id),
        ("ask", &job.ask),
        ("every", &job.every),
        ("give up after", &job.give_up),
    ];
    let parts: Vec<(&str, &Expr)> = parts
        .into_iter()
        .filter_map(|(word, value)| Some((word, value.as_ref()?)))
        .collect();
    braces(page, &parts, |page, (word, value)| said(page, word, value));
}

fn verb(page: &mut Page<'_, '_>, verb: &SandboxVerb) {
    match verb {
        SandboxVerb::Let { name, value } => {
            page.put("let");
            page.blank();
            page.name(name);
            page.blank();
            said(page, "=", value);
        }
        SandboxVerb::Keep { row, set, key } => kept(page, "keep", row, set, key),
        SandboxVerb::Replace { row, set, key } => kept(page, "replace", row, set, key),
        SandboxVerb::Forget { set, key } => {
            page.put("forget");
            page.blank();
            page.name(set);
            page.blank();
            said(page, "by", key);
        }
        SandboxVerb::Find {
            set,
            key,
            within,
            alias,
        } => {
            page.put("find");
            page.blank();
            page.name(set);
            if let Some(key) = key {
                page.word("by");
                exprs::tight(page, key);
            }
            if let Some(within) = within {
                page.word("within");
                exprs::operand(page, within);
            }
            page.word("as");
            page.name(alias);
        }
        SandboxVerb::Refuse { code, cond } => {
            page.put("refuse");
            page.blank();
            page.plain(&code.text);
            page.blank();
            said(page, "if", cond);
        }
        SandboxVerb::Add {
            amount,
            target,
            key,
        } => {
            said(page, "add", amount);
            page.word("to");
            page.path(target);
            page.blank();
            said(page, "by", key);
        }
        SandboxVerb::After { delay, verbs } => {
            page.put("after");
            page.blank();
            exprs::operand(page, delay);
            page.blank();
            match verbs.as_slice() {
                [only] if page.tape.rarely(2) => self::verb(page, only),
                _ => braces(page, verbs, self::verb),
            }
        }
        SandboxVerb::Reply {
            outcome,
            value,
            cond,
        } => {
            page.put("reply");
            if let Some(outcome) = outcome {
                page.blank();
                page.name(outcome);
            }
            if let Some(value) = value {
                page.blank();
                exprs::operand(page, value);
            }
            if let Some(cond) = cond {
                page.blank();
                said(page, "if", cond);
            }
        }
    }
}

fn kept(page: &mut Page<'_, '_>, word: &str, row: &Expr, set: &Name, key: &Expr) {
    page.put(word);
    page.blank();
    exprs::operand(page, row);
    page.word("in");
    page.name(set);
    page.blank();
    said(page, "by", key);
}
