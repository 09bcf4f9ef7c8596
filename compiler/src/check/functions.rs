//! Functions of the bundle: pure, typed, without recursion.
//!
//! A body is checked when the function is first called, or at the end; a function that is met while its own body is
//! being checked calls itself.

use std::sync::Arc;

use ondo_grammar::ast::{self, ItemKind};

use super::calls::{self, Call, Slot, Source};
use super::coerce::Target;
use super::cx::Cx;
use super::personal::{self, Personal};
use super::typed::Typed;
use super::versions::Since;
use super::{expr, types};
use crate::errors;
use crate::ir::{Expr, ExprId, FnId, Function, LocalId};
use crate::source::{FileId, Place};
use crate::types::{Name, Type};

/// A function while the bundle is checked.
#[derive(Debug)]
pub(super) struct FunctionInfo<'a> {
    ast: &'a ast::Fn,
    file: FileId,
    namespace: String,
    params: Vec<ParamInfo>,
    result: Type,
    state: State,
}

#[derive(Debug, Clone)]
struct ParamInfo {
    name: Name,
    ty: Type,
    default: Option<ExprId>,
}

#[derive(Debug, Clone)]
enum State {
    Waiting,
    Busy,
    Done(Body),
}

#[derive(Debug, Clone)]
struct Body {
    id: ExprId,
    local_count: u32,
    personal: Personal,
    fails: bool,
    divided: bool,
    share: bool,
    since: Option<Arc<Since>>,
}

impl FunctionInfo<'_> {
    /// The lowered body; none if it was never reached.
    pub(super) fn body(&self) -> Option<ExprId> {
        match &self.state {
            State::Done(body) => Some(body.id),
            _ => None,
        }
    }

    /// The lowered function; none if its body was never reached.
    pub(super) fn finish(self) -> Option<Function> {
        let State::Done(body) = self.state else {
            return None;
        };
        let name = format!("{}{}", self.namespace, self.ast.name.text);
        Some(Function {
            name: name.into(),
            params: (0..self.params.len() as u32).map(LocalId).collect(),
            body: body.id,
            local_count: body.local_count,
        })
    }
}

/// Reads the signatures of all functions.
pub(super) fn declare(cx: &mut Cx<'_>) {
    cx.each_item(|cx, item, _| {
        let ItemKind::Fn(function) = &item.kind else {
            return;
        };
        let mut params: Vec<ParamInfo> = Vec::new();
        for param in &function.params {
            let place = cx.at(param.name.span);
            if params.iter().any(|known| *known.name == *param.name.text) {
                let finding =
                    errors::objects::duplicate(place, "parameter", &param.name.text, place);
                cx.report(finding);
            }
            params.push(ParamInfo {
                name: param.name.text.as_str().into(),
                ty: types::lower(cx, &param.ty),
                default: None,
            });
        }
        let result = types::lower(cx, &function.result);
        let info = FunctionInfo {
            ast: function,
            file: cx.file,
            namespace: cx.namespace.clone(),
            params,
            result,
            state: State::Waiting,
        };
        cx.functions.push(info);
    });
    defaults(cx);
}

fn defaults(cx: &mut Cx<'_>) {
    for at in 0..cx.functions.len() {
        let function = cx.functions[at].ast;
        let (file, namespace) = (cx.functions[at].file, cx.functions[at].namespace.clone());
        for (index, param) in function.params.iter().enumerate() {
            let Some(default) = &param.default else {
                continue;
            };
            let want = cx.functions[at].params[index].ty.clone();
            let target = calls::target(&function.name.text, &param.name.text);
            let value = cx.apart(file, &namespace, |cx| {
                let value = expr::expect(cx, default, &want, &target);
                cx.shared(value.id, value.place)
            });
            cx.functions[at].params[index].default = Some(value);
        }
    }
}

/// Checks the bodies that no call has reached.
pub(super) fn check_all(cx: &mut Cx<'_>) {
    for at in 0..cx.functions.len() {
        body(cx, FnId(at as u32));
    }
}

/// What is known of a function's body. None while it is being checked: the function calls itself.
fn body(cx: &mut Cx<'_>, id: FnId) -> Option<Body> {
    let at = id.0 as usize;
    match &cx.functions[at].state {
        State::Done(body) => return Some(body.clone()),
        State::Busy => return None,
        State::Waiting => cx.functions[at].state = State::Busy,
    }
    let info = &cx.functions[at];
    let (function, file, namespace) = (info.ast, info.file, info.namespace.clone());
    let (params, result) = (info.params.clone(), info.result.clone());
    let body = cx.apart(file, &namespace, |cx| {
        for (param, written) in params.iter().zip(&function.params) {
            let place = cx.at(written.name.span);
            let origin = personal::Origin {
                field: param.name.clone(),
                connector: None,
            };
            let personal = personal::of_type(cx, &param.ty, origin);
            let local = cx.scope.bind(&param.name, param.ty.clone(), place);
            local.personal = personal;
        }
        let target = Target {
            what: format!("the result of `{}`", function.name.text),
            declared: Some(cx.at(function.result.span)),
            caption: None,
        };
        let value = expr::expect(cx, &function.body, &result, &target);
        super::strays::check(cx, &value, &result, &target.what);
        Body {
            id: value.id,
            local_count: cx.scope.local_count,
            personal: value.personal,
            fails: value.fails,
            divided: value.divided,
            share: value.share,
            since: value.since,
        }
    });
    cx.functions[at].state = State::Done(body.clone());
    Some(body)
}

/// The call of a function of the bundle.
pub(super) fn call(cx: &mut Cx<'_>, id: FnId, call: Call<'_>) -> Typed {
    let info = &cx.functions[id.0 as usize];
    let (params, result) = (info.params.clone(), info.result.clone());
    let declared = Place {
        file: info.file,
        span: info.ast.name.span,
    };
    let optional: Vec<bool> = info
        .ast
        .params
        .iter()
        .map(|param| param.default.is_some())
        .collect();
    let slots: Vec<Slot<'_>> = params
        .iter()
        .zip(&optional)
        .map(|(param, optional)| Slot {
            name: &param.name,
            optional: *optional,
        })
        .collect();
    let body = body(cx, id);
    if body.is_none() {
        cx.report(errors::calls::recursion(
            call.name_place,
            &call.name,
            declared,
        ));
    }
    let failed = |cx: &mut Cx<'_>| {
        let id = cx.add(Expr::Const(crate::value::Value::Null), call.place);
        Typed::new(id, result.clone(), call.place)
    };
    let Some(bound) = calls::bind(cx, &call, &slots) else {
        return failed(cx);
    };
    let outer = cx.scope.sink.take();
    let mut args = Vec::new();
    let mut value = Typed::new(ExprId(0), result.clone(), call.place);
    for (param, source) in params.iter().zip(bound) {
        let target = calls::target(&call.name, &param.name);
        let arg = match source {
            Some(Source::Written(arg)) => expr::expect(cx, arg, &param.ty, &target),
            Some(Source::Receiver) => match call.receiver.clone() {
                Some(receiver) => super::coerce::coerce(cx, receiver, &param.ty, &target),
                None => return failed(cx),
            },
            None => {
                if let Some(default) = param.default {
                    args.push(default);
                }
                continue;
            }
        };
        args.push(arg.id);
        value = Typed {
            divided: false,
            share: false,
            ..value.carry(&arg)
        };
    }
    cx.scope.sink = outer;
    value.id = cx.add(Expr::Call { function: id, args }, call.place);
    if let Some(body) = body {
        value.fails |= body.fails;
        value.divided = body.divided;
        value.share = body.share;
        value.personal = value.personal.through(&body.personal);
        value.since = Since::newest(
            value.since,
            body.since.map(|since| {
                // The field is set where the function is written, and sent where it is called.
                Arc::new(Since {
                    place: call.place,
                    ..(*since).clone()
                })
            }),
        );
    }
    if matches!(cx.resolve(&cx.non_null(&result)), Type::Bool | Type::Int) {
        value.personal = Personal::No;
    }
    value
}
