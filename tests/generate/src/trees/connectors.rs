//! Definitions of connectors.

use ondo_grammar::ast::{
    Accept, ActionDef, ActionPart, Answer, Auth, AuthPart, Code, Definition, Effect, EventDef,
    EventPart, Expr, Hook, HookPart, Job, Limit, Method, Name, Place, Poll, PollPart, Readback,
    Request, Sandbox, SandboxAction, SandboxVerb, Section, SettingDef,
};

use super::{NOWHERE, exprs, items, name, named, path, plain, rules, types};
use crate::Tape;

pub(super) fn definition(tape: &mut Tape<'_>) -> Definition {
    match tape.roll(12) {
        0 => Definition::Setting(SettingDef {
            name: name(tape),
            ty: types::ty(tape),
            identity: tape.rarely(2),
            default: tape.maybe(exprs::expr),
            caption: tape.maybe(plain),
        }),
        1 => Definition::Auth(Auth {
            name: name(tape),
            parts: tape.many(0, 3, auth_part),
        }),
        2 => Definition::Hook(Hook {
            parts: tape.many(0, 3, hook_part),
            span: NOWHERE,
        }),
        3 => Definition::Answer(answer(tape)),
        4 => Definition::Code(Code {
            code: plain(tape),
            caption: plain(tape),
        }),
        5 => Definition::Limit(limit(tape)),
        6..=8 => Definition::Event(Box::new(event(tape))),
        9 => Definition::Sandbox(Sandbox {
            span: NOWHERE,
            wrong: tape.maybe(plain),
            actions: tape.many(0, 2, |tape| SandboxAction {
                action: name(tape),
                verbs: tape.many(0, 4, verb),
            }),
        }),
        _ => Definition::Action(Box::new(action(tape))),
    }
}

fn auth_part(tape: &mut Tape<'_>) -> AuthPart {
    match tape.roll(4) {
        0 => AuthPart::Request(request(tape)),
        1 => AuthPart::Token {
            value: exprs::expr(tape),
            lives: tape.maybe(exprs::duration),
        },
        2 => AuthPart::Send(tape.many(1, 2, section)),
        _ => AuthPart::Renew(exprs::expr(tape)),
    }
}

fn hook_part(tape: &mut Tape<'_>) -> HookPart {
    match tape.roll(3) {
        0 => HookPart::SecretInPath(name(tape)),
        1 => HookPart::Verify(exprs::expr(tape)),
        _ => HookPart::Answer {
            status: exprs::count(tape),
            body: tape.maybe(section),
        },
    }
}

fn request(tape: &mut Tape<'_>) -> Request {
    Request {
        span: NOWHERE,
        method: match tape.rarely(4) {
            true => Method::Computed(exprs::expr(tape)),
            false => Method::Fixed(named(tape.one_of(&["GET", "POST"]))),
        },
        path: exprs::text(tape),
        sections: tape.many(0, 3, section),
    }
}

fn section(tape: &mut Tape<'_>) -> Section {
    let places = [
        Place::Json,
        Place::Form,
        Place::Query,
        Place::Headers,
        Place::Path,
        Place::Text,
        Place::Empty,
    ];
    let place = tape.one_of(&places);
    let pattern = match place {
        Place::Empty => None,
        Place::Text => tape.maybe(|_| types::named_type("string")),
        _ => Some(types::ty(tape)),
    };
    Section {
        place,
        span: NOWHERE,
        pattern,
        hole: tape.maybe(name),
    }
}

fn answer(tape: &mut Tape<'_>) -> Answer {
    Answer {
        span: NOWHERE,
        name: name(tape),
        verdict: named(tape.one_of(&["applied", "refused", "unknown"])),
        statuses: tape.many(0, 2, |tape| tape.one_of(&[(200, 200), (500, 599)])),
        body: tape.maybe(section),
        when: tape.maybe(exprs::expr),
        caption: tape.maybe(plain),
    }
}

fn limit(tape: &mut Tape<'_>) -> Limit {
    let rate = tape.maybe(|tape| (exprs::count(tape), exprs::duration(tape)));
    let (rate, per) = rate.unzip();
    Limit {
        span: NOWHERE,
        rate,
        per,
        burst: tape.maybe(exprs::count),
        concurrency: Some(exprs::count(tape)),
    }
}

fn event(tape: &mut Tape<'_>) -> EventDef {
    EventDef {
        name: name(tape),
        parent: tape.maybe(name),
        params: items::params(tape),
        caption: tape.maybe(plain),
        parts: tape.many(0, 4, event_part),
        span: NOWHERE,
    }
}

fn event_part(tape: &mut Tape<'_>) -> EventPart {
    match tape.roll(8) {
        0 => EventPart::Payload(types::ty(tape)),
        1 | 2 => EventPart::Accept(Box::new(Accept {
            span: NOWHERE,
            method: named(tape.one_of(&["post", "get", "any"])),
            section: section(tape),
            when: tape.maybe(exprs::expr),
            then: tape.maybe(|tape| (exprs::call(tape), tape.maybe(name))),
            each: tape.maybe(name),
        })),
        3 => EventPart::Key(exprs::expr(tape)),
        4 => EventPart::Entity(exprs::expr(tape)),
        5 => EventPart::OrderedBy(exprs::expr(tape)),
        6 => EventPart::Poll(Poll {
            span: NOWHERE,
            parts: tape.many(0, 4, poll_part),
        }),
        _ => EventPart::Example(plain(tape)),
    }
}

fn poll_part(tape: &mut Tape<'_>) -> PollPart {
    match tape.roll(10) {
        0 => PollPart::Every(exprs::duration(tape)),
        1 => PollPart::Read {
            call: exprs::call(tape),
            items: tape.maybe(name),
        },
        2 => PollPart::Payload(exprs::expr(tape)),
        3 => PollPart::Cursor(exprs::expr(tape)),
        4 => PollPart::Start(named(tape.one_of(&["now", "waiting"]))),
        5 => PollPart::Keeps(exprs::duration(tape)),
        6 => PollPart::More(exprs::expr(tape)),
        7 => PollPart::OnDemand,
        8 => PollPart::Then(exprs::call(tape), tape.maybe(name)),
        _ => PollPart::Skip(exprs::expr(tape)),
    }
}

fn action(tape: &mut Tape<'_>) -> ActionDef {
    ActionDef {
        name: name(tape),
        caption: tape.maybe(plain),
        params: items::params(tape),
        result: tape.maybe(types::ty),
        parts: tape.many(0, 4, action_part),
        span: NOWHERE,
    }
}

fn action_part(tape: &mut Tape<'_>) -> ActionPart {
    match tape.roll(10) {
        0 | 1 => ActionPart::Request(request(tape)),
        2 => ActionPart::Answer(answer(tape)),
        3 | 4 => ActionPart::Effect(effect(tape)),
        5 => ActionPart::Raises(name(tape)),
        6 => match tape.rarely(2) {
            true => ActionPart::Timeout(exprs::duration(tape)),
            false => ActionPart::Since(plain(tape)),
        },
        7 => ActionPart::Example(plain(tape)),
        8 => ActionPart::Job(Job {
            span: NOWHERE,
            id: tape.maybe(exprs::expr),
            ask: tape.maybe(exprs::call),
            every: tape.maybe(exprs::duration),
            give_up: tape.maybe(exprs::duration),
        }),
        _ => ActionPart::Steps {
            block: rules::block(tape, 2),
            result: tape.maybe(exprs::expr),
        },
    }
}

fn effect(tape: &mut Tape<'_>) -> Effect {
    // `keyed` is followed by its key.
    let key = tape.maybe(path);
    let class: Name = match key {
        Some(_) => named("keyed"),
        None => named(tape.one_of(&["read", "harmless", "unsafe"])),
    };
    Effect {
        span: NOWHERE,
        class,
        key,
        key_form: tape.maybe(name),
        window: tape.maybe(exprs::duration),
        readback: tape.maybe(|tape| {
            Box::new(Readback {
                call: exprs::call(tape),
                marker: tape.maybe(|tape| (name(tape), name(tape))),
                found: tape.maybe(exprs::expr),
                complete: tape.maybe(exprs::expr),
                settle: tape.maybe(exprs::duration),
            })
        }),
    }
}

fn verb(tape: &mut Tape<'_>) -> SandboxVerb {
    let kind = tape.roll(10);
    if kind == 9 {
        return SandboxVerb::After {
            delay: exprs::duration(tape),
            verbs: tape.many(1, 2, |tape| {
                let kind = tape.roll(9);
                verb_once(tape, kind)
            }),
        };
    }
    verb_once(tape, kind)
}

fn verb_once(tape: &mut Tape<'_>, kind: usize) -> SandboxVerb {
    let key = |tape: &mut Tape<'_>| -> Expr { exprs::expr(tape) };
    match kind {
        0 => SandboxVerb::Keep {
            row: exprs::object(tape),
            set: name(tape),
            key: key(tape),
        },
        1 => SandboxVerb::Find {
            set: name(tape),
            key: tape.maybe(key),
            within: tape.maybe(exprs::duration),
            alias: name(tape),
        },
        2 => SandboxVerb::Refuse {
            code: plain(tape),
            cond: exprs::expr(tape),
        },
        3 => SandboxVerb::Add {
            amount: exprs::expr(tape),
            target: path(tape),
            key: key(tape),
        },
        4 => SandboxVerb::Let {
            name: name(tape),
            value: exprs::expr(tape),
        },
        5 => SandboxVerb::Replace {
            row: exprs::object(tape),
            set: name(tape),
            key: key(tape),
        },
        6 => SandboxVerb::Forget {
            set: name(tape),
            key: key(tape),
        },
        _ => {
            let outcome = tape.maybe(name);
            // One of them has to be there.
            let value = match outcome {
                Some(_) => tape.maybe(exprs::object),
                None => Some(exprs::object(tape)),
            };
            SandboxVerb::Reply {
                outcome,
                value,
                cond: tape.maybe(exprs::expr),
            }
        }
    }
}
