//! Actions: what can be asked of a system, what comes of it, and what repeating it does.

use super::fields::{self, Depth, Field};
use super::remarks::{Part, Remark};
use super::{Cx, owned, type_text};
use crate::catalog::{self, Verdict};
use crate::ir::{Class, Expr};
use crate::types::{Name, Type};
use crate::value::Value;

/// An action of a system.
#[derive(Debug, Clone)]
pub struct Action {
    /// Its name.
    pub name: String,
    /// The vendor's words.
    pub caption: Option<String>,
    /// Method and path, or that it is made of steps.
    pub sends: String,
    /// What an author gives.
    pub args: Vec<Field>,
    /// Groups of arguments of which exactly one is given.
    pub one_of: Vec<Vec<String>>,
    /// What can come of it.
    pub outcomes: Vec<Outcome>,
    /// What repeating does.
    pub effect: Effect,
    /// The event that it causes.
    pub raises: Option<String>,
    /// The first version of the system that has it.
    pub since: Option<String>,
    /// The vendor's own time limit.
    pub timeout: Option<String>,
    /// How a result that comes later is waited for.
    pub job: Option<String>,
    /// Files under the connector's `examples/`.
    pub examples: Vec<String>,
    /// What the definition says.
    pub remark: Option<Remark>,
    /// What it says of parts.
    pub remarks: Vec<Part>,
}

/// One way in which an action ends.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Its name.
    pub name: String,
    /// `applied`, `refused`, `not_sent`, `pending`, `unknown`.
    pub verdict: &'static str,
    /// Which answers it is: `200`, `500..599`. Empty: any that is not another one.
    pub statuses: Vec<String>,
    /// What it means.
    pub caption: Option<String>,
    /// What comes with it. A field with a type of its own name is not followed.
    pub fields: Vec<Field>,
    /// The type of what comes with it, where that has no fields.
    pub value: Option<String>,
}

/// What repeating an action does.
#[derive(Debug, Clone)]
pub struct Effect {
    /// `read`, `harmless`, `idempotent`, `keyed`, `unsafe`, `unsafe readback`.
    pub class: &'static str,
    /// What that means when an answer does not come.
    pub repeats: &'static str,
    /// The argument that is the key.
    pub key: Option<String>,
    /// How the key is made, if the author gives none.
    pub key_form: Option<String>,
    /// How long the vendor remembers the key.
    pub window: Option<String>,
    /// The read that finds out whether it happened.
    pub readback: Option<String>,
}

/// What the engine does with a call of this class when nobody knows whether it happened.
pub fn repeats(class: Class) -> &'static str {
    match class {
        Class::Read => "a read; repeated freely",
        Class::Harmless => "may happen twice, which does no harm",
        Class::Idempotent => "repeated until it is done; twice is the same as once",
        Class::Keyed => "repeated with the same key; the vendor does it once",
        Class::UnsafeReadback => {
            "never repeated blindly; looked up when nobody knows whether it happened"
        }
        Class::Unsafe => "never repeated; in doubt when nobody knows, until a person decides",
    }
}

/// An action in words.
pub(super) fn describe(cx: &Cx<'_>, action: &catalog::Action) -> Action {
    let args = Type::Object(action.args.clone());
    Action {
        name: action.name.to_string(),
        caption: owned(action.caption.as_ref()),
        sends: match &action.request {
            Some(request) => sends(cx, request),
            None => "made of steps".to_owned(),
        },
        args: fields::of(cx, &args, fields::Way::Sent, Depth::Whole),
        one_of: fields::groups(&action.args),
        outcomes: outcomes(cx, action),
        effect: effect(cx, action),
        raises: owned(action.raises.as_ref()),
        since: owned(action.since.as_ref()),
        timeout: action.timeout.map(|timeout| format!("{timeout:#}")),
        job: action.job.as_ref().and_then(job),
        examples: action.examples.iter().map(ToString::to_string).collect(),
        remark: cx.remarks.at(action.place),
        remarks: Vec::new(),
    }
}

/// `POST /b2b/v1/loyalty/guests/addBonus`
pub(super) fn sends(cx: &Cx<'_>, request: &catalog::Request) -> String {
    let method = match cx.connector.exprs.get(request.method) {
        Expr::Const(Value::Text(method)) => method.to_string(),
        _ => "a method of one's own".to_owned(),
    };
    let path = cx.written(request.path);
    format!("{method} {}", path.trim_matches('"'))
}

fn outcomes(cx: &Cx<'_>, action: &catalog::Action) -> Vec<Outcome> {
    let own: Vec<&catalog::Answer> = cx.connector.answers_of(action).collect();
    let asked = cx.connector.asks(action).into_iter();
    let of_question = asked.flat_map(|question| &question.answers);
    let answers: Vec<&catalog::Answer> = own.into_iter().chain(of_question).collect();
    let outcomes = cx.connector.outcomes(action).into_iter();
    outcomes
        .map(|outcome| {
            let same = || answers.iter().filter(|answer| answer.name == outcome.name);
            let mut statuses = Vec::new();
            for (first, last) in same().flat_map(|answer| &answer.statuses) {
                let status = match first == last {
                    true => first.to_string(),
                    false => format!("{first}..{last}"),
                };
                if !statuses.contains(&status) {
                    statuses.push(status);
                }
            }
            let fields = fields::of(cx, &outcome.value, fields::Way::Read, Depth::Own);
            let has_value = outcome.value != Type::Null && fields.is_empty();
            Outcome {
                name: outcome.name.to_string(),
                verdict: verdict(outcome.verdict),
                statuses,
                caption: owned(same().find_map(|answer| answer.caption.as_ref())),
                value: has_value.then(|| type_text::of(&outcome.value, &cx.connector.name)),
                fields,
            }
        })
        .collect()
}

/// A verdict as it is written.
fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Applied => "applied",
        Verdict::Refused => "refused",
        Verdict::NotSent => "not_sent",
        Verdict::Pending => "pending",
        Verdict::Unknown => "unknown",
    }
}

fn effect(cx: &Cx<'_>, action: &catalog::Action) -> Effect {
    let class = cx.connector.class(action);
    let effect = &action.effect;
    let readback = effect.readback.as_ref();
    // What is made of steps has no effect of its own.
    let (word, repeats) = match &action.steps {
        Some(_) => ("steps", "as careful as the calls that it is made of"),
        None => (word(class), repeats(class)),
    };
    Effect {
        class: word,
        repeats,
        key: effect.key.as_ref().map(|key| dotted(key)),
        key_form: owned(effect.key_form.as_ref()),
        window: effect.window.map(|window| format!("{window:#}")),
        readback: readback.map(|readback| readback.read.action.to_string()),
    }
}

fn word(class: Class) -> &'static str {
    match class {
        Class::Read => "read",
        Class::Harmless => "harmless",
        Class::Idempotent => "idempotent",
        Class::Keyed => "keyed",
        Class::UnsafeReadback => "unsafe readback",
        Class::Unsafe => "unsafe",
    }
}

fn dotted(path: &[Name]) -> String {
    let names: Vec<&str> = path.iter().map(|name| &**name).collect();
    names.join(".")
}

fn job(job: &catalog::Job) -> Option<String> {
    let ask = job.ask.as_ref()?;
    let every = job
        .every
        .map_or(String::new(), |every| format!(" every {every:#}"));
    let limit = job.give_up.map_or(String::new(), |limit| {
        format!("; in doubt when it is not there after {limit:#}")
    });
    Some(format!(
        "its result is asked for with `{}`{every}{limit}",
        ask.action
    ))
}
