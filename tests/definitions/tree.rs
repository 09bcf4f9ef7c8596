//! Walks the trees of definitions and notes what occurs in them.
//!
//! Every `match` names every variant, so that something new in the language of definitions asks here for its name, its
//! place in [`ALL`], and with that for a row on the page.

use std::collections::BTreeSet;

use ondo_compiler::catalog::Verdict;
use ondo_compiler::ir::Class;
use ondo_grammar::ast::{
    Accept, ActionDef, ActionPart, Answer, Attr, AttrKind, Auth, AuthPart, Definition, Effect,
    EventDef, EventPart, Field, Hook, HookPart, Item, ItemKind, Job, Limit, Member, Method, Place,
    Poll, PollPart, Request, Section, SettingDef, TypeExpr, TypeKind,
};

/// Everything that a definition can say, as the page writes it.
pub(super) const ALL: &[&str] = &[
    "connector NAME",
    // Settings.
    "setting NAME: TYPE",
    "setting … identity",
    "setting … = DEFAULT",
    // Who we are.
    "auth NAME",
    "send headers",
    "send query",
    "request … of a token",
    "token EXPR",
    "token … lives D",
    "renew when EXPR",
    // Who they are.
    "hook",
    "secret in path SETTING",
    "verify EXPR",
    "answer STATUS",
    "answer STATUS json",
    // How often.
    "limit rate N per D",
    "limit burst N",
    "limit concurrency N",
    // Requests.
    "request METHOD \"/path\"",
    "request {EXPR} \"…\"",
    "path { … }",
    "query { … }",
    "headers { … }",
    "json { … }",
    "form { … }",
    "text",
    "empty",
    "json T -> NAME",
    // Fields.
    "NAME: TYPE",
    "NAME: TYPE = DEFAULT",
    "NAME = EXPR",
    "personal",
    "since \"1.2\"",
    "alias \"NAME\"",
    "where EXPR",
    "required if EXPR",
    "ignored if EXPR",
    "one of A, B",
    "...T",
    "-> NAME",
    "-> ...",
    "\"caption\"",
    // Types.
    "type NAME = …",
    "T?",
    "[T]",
    "{ [string]: T }",
    "{ NAME: T }",
    "\"a\" | \"b\"",
    "A | B",
    "money in FIELD",
    // Wire forms.
    "as string",
    "as hundredths",
    "as scale(2)",
    "as pattern(\"…\")",
    "as utc",
    "as epoch_ms",
    "as epoch_s",
    "as words(…)",
    "as json",
    "as keyed",
    "as empty_list",
    "as padded(7)",
    "as brackets",
    // Answers.
    "answer NAME VERDICT",
    "status 200, 500..599",
    "answer … when EXPR",
    "applied",
    "refused",
    "not_sent",
    "pending",
    "unknown",
    "code \"3007\" \"caption\"",
    // Events.
    "event NAME",
    "event NAME(PARAM: TYPE)",
    "event NAME is PARENT",
    "payload TYPE",
    "accept METHOD",
    "accept … when EXPR",
    "accept … then READ(…) -> FIELD",
    "accept … each NAME",
    "key EXPR",
    "entity EXPR",
    "ordered by EXPR",
    "example \"file.json\"",
    // Events that are asked for.
    "poll",
    "read READ(…) -> FIELD",
    "every D",
    "on demand",
    "cursor EXPR",
    "more EXPR",
    "skip EXPR",
    "payload EXPR",
    "then READ(…) -> FIELD",
    "start now",
    "start waiting",
    "keeps D",
    // Actions.
    "action NAME",
    "effect read",
    "effect harmless",
    "effect idempotent",
    "effect keyed FIELD",
    "effect keyed FIELD as uuid5",
    "effect … window D",
    "effect unsafe",
    "effect unsafe readback READ(…)",
    "marker ARGUMENT suffix",
    "found EXPR",
    "complete when EXPR",
    "settle D",
    "raises EVENT",
    "timeout D",
    "action … since \"1.2\"",
    // Results that come later.
    "job",
    "id EXPR",
    "ask READ(id: id)",
    "job … every D",
    "give up after D",
    // Steps.
    "action NAME(PARAM: TYPE) -> TYPE",
    "do { … }",
    "return EXPR",
    // The simulated vendor.
    "sandbox",
];

/// The word of a verdict.
pub(super) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Applied => "applied",
        Verdict::Refused => "refused",
        Verdict::NotSent => "not_sent",
        Verdict::Pending => "pending",
        Verdict::Unknown => "unknown",
    }
}

/// The row of a class.
pub(super) fn class(class: Class) -> &'static str {
    match class {
        Class::Read => "effect read",
        Class::Harmless => "effect harmless",
        Class::Idempotent => "effect idempotent",
        Class::Keyed => "effect keyed FIELD",
        Class::Unsafe => "effect unsafe",
        Class::UnsafeReadback => "effect unsafe readback READ(…)",
    }
}

/// The row of a wire form.
pub(super) fn form(name: &str) -> Option<&'static str> {
    let written = format!("as {name}");
    let mut labels = ALL.iter();
    labels
        .find(|label| label.split('(').next() == Some(written.as_str()))
        .copied()
}

/// Notes what occurs in a text.
pub(super) fn walk(text: &str, found: &mut BTreeSet<&'static str>) {
    let parsed = ondo_grammar::parse(text);
    assert!(parsed.errors.is_empty(), "{:?}\n{text}", parsed.errors);
    let mut walk = Walk { found };
    walk.items(&parsed.file.items);
}

struct Walk<'a> {
    found: &'a mut BTreeSet<&'static str>,
}

impl Walk<'_> {
    fn note(&mut self, label: &'static str) {
        assert!(ALL.contains(&label), "{label} is not in the list");
        self.found.insert(label);
    }

    fn note_if(&mut self, is_there: bool, label: &'static str) {
        if is_there {
            self.note(label);
        }
    }

    fn items(&mut self, items: &[Item]) {
        for item in items {
            match &item.kind {
                ItemKind::Connector(connector) => {
                    self.note("connector NAME");
                    self.items(&connector.items);
                }
                ItemKind::Definition(definition) => self.definition(definition),
                ItemKind::Type(decl) => {
                    self.note("type NAME = …");
                    self.ty(&decl.ty);
                }
                // Rules and what belongs to them.
                ItemKind::Bundle(_)
                | ItemKind::Use(_)
                | ItemKind::Account(_)
                | ItemKind::Allow(_)
                | ItemKind::Const(_)
                | ItemKind::Table(_)
                | ItemKind::Extend(_)
                | ItemKind::Fn(_)
                | ItemKind::Rule(_)
                | ItemKind::Test(_)
                | ItemKind::Error => {}
            }
        }
    }

    fn definition(&mut self, definition: &Definition) {
        match definition {
            Definition::Setting(setting) => self.setting(setting),
            Definition::Auth(auth) => self.auth(auth),
            Definition::Hook(hook) => self.hook(hook),
            Definition::Answer(answer) => self.answer(answer),
            Definition::Code(_) => self.note("code \"3007\" \"caption\""),
            Definition::Limit(limit) => self.limit(limit),
            Definition::Event(event) => self.event(event),
            Definition::Action(action) => self.action(action),
            // Its verbs have a page of their own.
            Definition::Sandbox(_) => self.note("sandbox"),
        }
    }

    fn setting(&mut self, setting: &SettingDef) {
        self.note("setting NAME: TYPE");
        self.note_if(setting.identity, "setting … identity");
        self.note_if(setting.default.is_some(), "setting … = DEFAULT");
    }

    fn auth(&mut self, auth: &Auth) {
        self.note("auth NAME");
        for part in &auth.parts {
            match part {
                AuthPart::Request(request) => {
                    self.note("request … of a token");
                    self.request(request);
                }
                AuthPart::Token { lives, .. } => {
                    self.note("token EXPR");
                    self.note_if(lives.is_some(), "token … lives D");
                }
                AuthPart::Send(sections) => {
                    let has = |place| sections.iter().any(|section| section.place == place);
                    self.note_if(has(Place::Headers), "send headers");
                    self.note_if(has(Place::Query), "send query");
                }
                AuthPart::Renew(_) => self.note("renew when EXPR"),
            }
        }
    }

    fn hook(&mut self, hook: &Hook) {
        self.note("hook");
        for part in &hook.parts {
            match part {
                HookPart::SecretInPath(_) => self.note("secret in path SETTING"),
                HookPart::Verify(_) => self.note("verify EXPR"),
                HookPart::Answer { body, .. } => {
                    self.note("answer STATUS");
                    self.note_if(body.is_some(), "answer STATUS json");
                }
            }
        }
    }

    fn limit(&mut self, limit: &Limit) {
        self.note_if(limit.rate.is_some(), "limit rate N per D");
        self.note_if(limit.burst.is_some(), "limit burst N");
        self.note_if(limit.concurrency.is_some(), "limit concurrency N");
    }

    fn request(&mut self, request: &Request) {
        self.note(match request.method {
            Method::Fixed(_) => "request METHOD \"/path\"",
            Method::Computed(_) => "request {EXPR} \"…\"",
        });
        for section in &request.sections {
            self.section(section);
        }
    }

    fn section(&mut self, section: &Section) {
        self.note(match section.place {
            Place::Path => "path { … }",
            Place::Query => "query { … }",
            Place::Headers => "headers { … }",
            Place::Form => "form { … }",
            Place::Json => "json { … }",
            Place::Text => "text",
            Place::Empty => "empty",
        });
        self.note_if(section.hole.is_some(), "json T -> NAME");
        section.pattern.iter().for_each(|ty| self.ty(ty));
    }

    fn answer(&mut self, answer: &Answer) {
        self.note("answer NAME VERDICT");
        let all = [
            Verdict::Applied,
            Verdict::Refused,
            Verdict::NotSent,
            Verdict::Pending,
            Verdict::Unknown,
        ];
        for known in all {
            self.note_if(answer.verdict.text == verdict(known), verdict(known));
        }
        self.note_if(!answer.statuses.is_empty(), "status 200, 500..599");
        self.note_if(answer.when.is_some(), "answer … when EXPR");
        answer.body.iter().for_each(|body| self.section(body));
    }

    fn event(&mut self, event: &EventDef) {
        self.note("event NAME");
        self.note_if(!event.params.is_empty(), "event NAME(PARAM: TYPE)");
        self.note_if(event.parent.is_some(), "event NAME is PARENT");
        for part in &event.parts {
            match part {
                EventPart::Payload(ty) => {
                    self.note("payload TYPE");
                    self.ty(ty);
                }
                EventPart::Accept(accept) => self.accept(accept),
                EventPart::Key(_) => self.note("key EXPR"),
                EventPart::Entity(_) => self.note("entity EXPR"),
                EventPart::OrderedBy(_) => self.note("ordered by EXPR"),
                EventPart::Poll(poll) => self.poll(poll),
                EventPart::Example(_) => self.note("example \"file.json\""),
            }
        }
    }

    fn accept(&mut self, accept: &Accept) {
        self.note("accept METHOD");
        self.note_if(accept.when.is_some(), "accept … when EXPR");
        self.note_if(accept.then.is_some(), "accept … then READ(…) -> FIELD");
        self.note_if(accept.each.is_some(), "accept … each NAME");
        self.section(&accept.section);
    }

    fn poll(&mut self, poll: &Poll) {
        self.note("poll");
        for part in &poll.parts {
            self.note(match part {
                PollPart::Every(_) => "every D",
                PollPart::Read { .. } => "read READ(…) -> FIELD",
                PollPart::OnDemand => "on demand",
                PollPart::Payload(_) => "payload EXPR",
                PollPart::Then(..) => "then READ(…) -> FIELD",
                PollPart::Cursor(_) => "cursor EXPR",
                PollPart::Start(word) if word.text == "now" => "start now",
                PollPart::Start(_) => "start waiting",
                PollPart::Keeps(_) => "keeps D",
                PollPart::More(_) => "more EXPR",
                PollPart::Skip(_) => "skip EXPR",
            });
        }
    }

    fn action(&mut self, action: &ActionDef) {
        self.note("action NAME");
        let is_made_of_steps = !action.params.is_empty() || action.result.is_some();
        self.note_if(is_made_of_steps, "action NAME(PARAM: TYPE) -> TYPE");
        for part in &action.parts {
            match part {
                ActionPart::Request(request) => self.request(request),
                ActionPart::Answer(answer) => self.answer(answer),
                ActionPart::Effect(effect) => self.effect(effect),
                ActionPart::Raises(_) => self.note("raises EVENT"),
                ActionPart::Timeout(_) => self.note("timeout D"),
                ActionPart::Since(_) => self.note("action … since \"1.2\""),
                ActionPart::Example(_) => self.note("example \"file.json\""),
                ActionPart::Job(job) => self.job(job),
                ActionPart::Steps { result, .. } => {
                    self.note("do { … }");
                    self.note_if(result.is_some(), "return EXPR");
                }
            }
        }
    }

    fn effect(&mut self, effect: &Effect) {
        let all = [
            ("read", Class::Read),
            ("harmless", Class::Harmless),
            ("idempotent", Class::Idempotent),
            ("keyed", Class::Keyed),
            ("unsafe", Class::Unsafe),
        ];
        for (word, known) in all {
            self.note_if(effect.class.text == word, class(known));
        }
        self.note_if(effect.key_form.is_some(), "effect keyed FIELD as uuid5");
        self.note_if(effect.window.is_some(), "effect … window D");
        if let Some(readback) = &effect.readback {
            self.note(class(Class::UnsafeReadback));
            self.note_if(readback.marker.is_some(), "marker ARGUMENT suffix");
            self.note_if(readback.found.is_some(), "found EXPR");
            self.note_if(readback.complete.is_some(), "complete when EXPR");
            self.note_if(readback.settle.is_some(), "settle D");
        }
    }

    fn job(&mut self, job: &Job) {
        self.note("job");
        self.note_if(job.id.is_some(), "id EXPR");
        self.note_if(job.ask.is_some(), "ask READ(id: id)");
        self.note_if(job.every.is_some(), "job … every D");
        self.note_if(job.give_up.is_some(), "give up after D");
    }

    fn ty(&mut self, ty: &TypeExpr) {
        match &ty.kind {
            // Names of types are those of the language.
            TypeKind::Name(_) | TypeKind::Error => {}
            TypeKind::MoneyIn(_) => self.note("money in FIELD"),
            TypeKind::Nullable(inner) => {
                self.note("T?");
                self.ty(inner);
            }
            TypeKind::List(inner) => {
                self.note("[T]");
                self.ty(inner);
            }
            TypeKind::Map(inner) => {
                self.note("{ [string]: T }");
                self.ty(inner);
            }
            TypeKind::Object(object) => {
                self.note("{ NAME: T }");
                for member in &object.members {
                    match member {
                        Member::Field(field) => self.field(field),
                        Member::Spread(ty) => {
                            self.note("...T");
                            self.ty(ty);
                        }
                        Member::OneOf(_) => self.note("one of A, B"),
                    }
                }
            }
            TypeKind::Text(_) | TypeKind::Int(_) | TypeKind::Bool(_) => {
                self.note("\"a\" | \"b\"");
            }
            TypeKind::Union(parts) => {
                let is_literal = |part: &TypeExpr| {
                    matches!(
                        part.kind,
                        TypeKind::Text(_) | TypeKind::Int(_) | TypeKind::Bool(_)
                    )
                };
                self.note_if(!parts.iter().all(is_literal), "A | B");
                parts.iter().for_each(|part| self.ty(part));
            }
        }
    }

    fn field(&mut self, field: &Field) {
        match (&field.ty, &field.value) {
            (Some(_), None) => self.note("NAME: TYPE"),
            (Some(_), Some(_)) => self.note("NAME: TYPE = DEFAULT"),
            (None, _) => self.note("NAME = EXPR"),
        }
        self.note_if(field.caption.is_some(), "\"caption\"");
        field.attrs.iter().for_each(|attr| self.attr(attr));
        field.ty.iter().for_each(|ty| self.ty(ty));
    }

    fn attr(&mut self, attr: &Attr) {
        match &attr.kind {
            AttrKind::Codec { name, .. } => {
                let label = form(&name.text);
                self.note(label.unwrap_or_else(|| panic!("`as {}` has no row", name.text)));
            }
            AttrKind::Personal => self.note("personal"),
            AttrKind::Since(_) => self.note("since \"1.2\""),
            AttrKind::Where(_) => self.note("where EXPR"),
            AttrKind::RequiredIf(_) => self.note("required if EXPR"),
            AttrKind::IgnoredIf(_) => self.note("ignored if EXPR"),
            AttrKind::Alias(_) => self.note("alias \"NAME\""),
            AttrKind::Hole(_) => self.note("-> NAME"),
            AttrKind::HoleSpread => self.note("-> ..."),
        }
    }
}
