//! Tests of bundles.

use ondo_grammar::ast::{Occurs, ReplyKind, Test, TestStepKind};

use super::{Page, exprs};

pub(super) fn test(page: &mut Page<'_, '_>, test: &Test) {
    page.put("test");
    page.blank();
    page.plain(&test.name.text);
    page.blank();
    page.put("{");
    page.line();
    for step in &test.steps {
        line(page, &step.kind);
        page.line();
    }
    page.put("}");
}

fn line(page: &mut Page<'_, '_>, kind: &TestStepKind) {
    match kind {
        TestStepKind::At(time) => {
            page.put("at");
            page.blank();
            page.plain(&time.text);
        }
        TestStepKind::After(time) => {
            page.put("after");
            page.blank();
            exprs::expr(page, time);
        }
        TestStepKind::Given {
            event,
            args,
            from,
            with,
        } => {
            page.put("given");
            page.blank();
            page.path(event);
            if !args.is_empty() {
                exprs::args(page, args);
            }
            if let Some(from) = from {
                page.word("from");
                page.plain(&from.text);
            }
            if let Some(with) = with {
                page.word("with");
                exprs::plainly(page, with);
            }
        }
        TestStepKind::Reply { action, replies } => {
            page.put("reply");
            page.blank();
            page.path(action);
            page.word("->");
            for (number, reply) in replies.iter().enumerate() {
                if number > 0 {
                    page.word("then");
                }
                self::reply(page, &reply.kind);
            }
        }
        TestStepKind::ExpectCall {
            action,
            args,
            occurs,
        } => {
            page.put("expect");
            page.blank();
            page.path(action);
            if !args.is_empty() {
                exprs::args(page, args);
            }
            match occurs {
                Occurs::Any => {}
                Occurs::Once => {
                    page.blank();
                    page.put("once");
                }
                Occurs::InOrder => {
                    page.word("in");
                    page.put("order");
                }
                Occurs::Times(count) => {
                    page.blank();
                    exprs::plainly(page, count);
                    page.blank();
                    page.put("times");
                }
            }
        }
        TestStepKind::ExpectNo(action) => {
            page.put("expect");
            page.blank();
            page.put("no");
            page.blank();
            page.path(action);
        }
        TestStepKind::ExpectRun(end) => {
            page.put("expect");
            page.blank();
            page.put("run");
            page.blank();
            page.name(end);
        }
        TestStepKind::Error => {}
    }
}

fn reply(page: &mut Page<'_, '_>, kind: &ReplyKind) {
    match kind {
        ReplyKind::Outcome { name, value } => {
            page.name(name);
            if let Some(value) = value {
                page.blank();
                exprs::plainly(page, value);
            }
        }
        ReplyKind::Applied => page.put("applied"),
        ReplyKind::Timeout => page.put("timeout"),
        ReplyKind::Reset => page.put("reset"),
        ReplyKind::Status { code, body } => {
            page.put("status");
            page.blank();
            exprs::plainly(page, code);
            if let Some(body) = body {
                page.blank();
                exprs::plainly(page, body);
            }
        }
    }
}
