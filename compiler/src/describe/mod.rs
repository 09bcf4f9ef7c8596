//! What the outside systems offer, for people: settings, events, actions, codes and types as plain data.
//!
//! [`system`] reads a connector once. `ondo connectors`, its JSON, its search and the pages under `docs/connectors/` are
//! renderings of the same [`System`]. Everything is written as it would be written in a bundle: types as `string?`,
//! conditions as they stand in the definition. What a definition says in comments goes along as [`Remark`]s, because
//! what is only inferred must be seen by whoever builds on it.

mod actions;
mod events;
mod fields;
mod literals;
pub mod page;
mod remarks;
mod starts;
mod text;
mod type_text;

pub use actions::{Action, Effect, Outcome, repeats};
pub use events::{Event, Heard, Way};
pub use fields::Field;
pub use remarks::{Part, Remark};
pub use starts::{start_of_action, start_of_event};

use crate::catalog::{self, Catalog, Connector};
use crate::ir::ExprId;
use crate::types::Type;
use remarks::Remarks;

/// One outside system.
#[derive(Debug, Clone)]
pub struct System {
    /// Its name in bundles.
    pub name: String,
    /// What people call it.
    pub caption: Option<String>,
    /// What its definition says of it.
    pub remark: Option<Remark>,
    /// What its definition says beside, of no part alone.
    pub notes: Vec<Part>,
    /// What an account says.
    pub settings: Vec<Setting>,
    /// How requests prove who we are. `None`: they do not.
    pub auth: Option<Auth>,
    /// How deliveries prove themselves. `None`: nothing is delivered.
    pub hook: Option<Hook>,
    /// Shared by all rules that use an account, in words. Empty: nothing is known of limits.
    pub limits: Vec<String>,
    /// What can happen.
    pub events: Vec<Event>,
    /// What can be asked for.
    pub actions: Vec<Action>,
    /// What the vendor's error codes mean.
    pub codes: Vec<Code>,
    /// Named shapes, in the order of the definition.
    pub types: Vec<Shape>,
}

/// A setting of an account.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: String,
    /// An account must say it.
    pub required: bool,
    /// Used when the account says nothing, as written.
    pub default: Option<String>,
    /// Never shown.
    pub secret: bool,
    /// Accounts that differ in it share neither token nor limits.
    pub identity: bool,
    /// Every account of every connector has it.
    pub common: bool,
    /// What it is.
    pub caption: Option<String>,
    /// What its definition says.
    pub remark: Option<Remark>,
}

/// How requests prove who we are.
#[derive(Debug, Clone, Default)]
pub struct Auth {
    /// In words, a line each.
    pub lines: Vec<String>,
    /// What its definition says.
    pub remarks: Vec<Part>,
}

/// How deliveries prove themselves.
#[derive(Debug, Clone, Default)]
pub struct Hook {
    /// In words, a line each.
    pub lines: Vec<String>,
    /// What its definition says.
    pub remarks: Vec<Part>,
}

/// An error code.
#[derive(Debug, Clone)]
pub struct Code {
    /// As the vendor writes it.
    pub code: String,
    /// What it means.
    pub caption: String,
}

/// A named shape.
#[derive(Debug, Clone)]
pub struct Shape {
    /// Its name inside the connector.
    pub name: String,
    /// What it is, as written: `"new" | "paid"`. `None`: an object, see its fields.
    pub ty: Option<String>,
    /// The vendor's words.
    pub caption: Option<String>,
    /// Of an object. A field with a type of its own name is not followed.
    pub fields: Vec<Field>,
    /// Groups of fields of which exactly one is given.
    pub one_of: Vec<Vec<String>>,
    /// What its definition says.
    pub remark: Option<Remark>,
    /// What its definition says of parts that are no fields.
    pub remarks: Vec<Part>,
}

/// What describing a connector needs.
struct Cx<'a> {
    catalog: &'a Catalog,
    connector: &'a Connector,
    remarks: Remarks<'a>,
}

impl Cx<'_> {
    /// An expression of this connector as it is written.
    fn written(&self, id: ExprId) -> String {
        written(self.catalog, self.connector, id)
    }
}

/// An expression of a connector as it is written, in one line.
fn written(catalog: &Catalog, connector: &Connector, id: ExprId) -> String {
    let place = connector.exprs.place(id);
    let text = place.span.text(&catalog.sources.get(place.file).text);
    text::one_line(text)
}

/// All systems, by name.
pub fn systems(catalog: &Catalog) -> Vec<System> {
    let mut systems: Vec<System> = catalog
        .connectors
        .values()
        .map(|connector| system(catalog, connector))
        .collect();
    systems.sort_by(|a, b| a.name.cmp(&b.name));
    systems
}

/// One system.
pub fn system(catalog: &Catalog, connector: &Connector) -> System {
    let cx = Cx {
        catalog,
        connector,
        remarks: Remarks::of(catalog, connector),
    };
    let mut system = System {
        name: connector.name.to_string(),
        caption: owned(connector.caption.as_ref()),
        remark: cx.remarks.at(connector.place),
        notes: Vec::new(),
        settings: settings(&cx),
        auth: connector.auth.as_ref().map(|auth| self::auth(&cx, auth)),
        hook: connector.hook.as_ref().map(|hook| self::hook(&cx, hook)),
        limits: connector.limits.iter().map(limit).collect(),
        events: connector
            .events
            .values()
            .map(|event| events::describe(&cx, event))
            .collect(),
        actions: connector
            .actions
            .values()
            .map(|action| actions::describe(&cx, action))
            .collect(),
        codes: connector
            .codes
            .iter()
            .map(|(code, caption)| Code {
                code: code.to_string(),
                caption: caption.to_string(),
            })
            .collect(),
        types: shapes(&cx),
    };
    remarks::hand_out(&cx.remarks, &mut system);
    system
}

/// The connector's own settings first, then those that every account has.
fn settings(cx: &Cx<'_>) -> Vec<Setting> {
    let mut settings: Vec<Setting> = cx
        .connector
        .settings
        .iter()
        .map(|(name, setting)| {
            // Settings that no definition declares stand where the connector does.
            let common = setting.place == cx.connector.place;
            Setting {
                name: name.to_string(),
                ty: match setting.url {
                    true if setting.ty.is_nullable() => "url?".to_owned(),
                    true => "url".to_owned(),
                    false => type_text::of(&setting.ty, &cx.connector.name),
                },
                required: setting.default.is_none() && !setting.ty.is_nullable(),
                default: setting.default.map(|default| cx.written(default)),
                secret: matches!(setting.ty.non_null(), Type::Secret),
                identity: setting.identity,
                common,
                caption: owned(setting.caption.as_ref()),
                remark: match common {
                    true => None,
                    false => cx.remarks.at(setting.place),
                },
            }
        })
        .collect();
    settings.sort_by_key(|setting| setting.common);
    settings
}

fn auth(cx: &Cx<'_>, auth: &catalog::Auth) -> Auth {
    let mut lines = Vec::new();
    if let Some(exchange) = &auth.exchange {
        let lives = exchange
            .lives
            .map_or(String::new(), |lives| format!(" and used for {lives:#}"));
        lines.push(format!(
            "a token is fetched with {}{lives}; all rules of an account share it",
            actions::sends(cx, &exchange.request)
        ));
    }
    if let Some(renew) = auth.renew {
        let when = cx.written(renew);
        lines.push(format!("a new token is fetched when `{when}`"));
    }
    let carried = [("header", &auth.headers), ("query value", &auth.query)];
    for (what, values) in carried {
        for (name, value) in values {
            let value = cx.written(*value);
            lines.push(format!(
                "every request carries the {what} `{name} = {value}`"
            ));
        }
    }
    Auth {
        lines,
        remarks: Vec::new(),
    }
}

fn hook(cx: &Cx<'_>, hook: &catalog::Hook) -> Hook {
    let mut lines = Vec::new();
    if let Some(setting) = &hook.path_secret {
        lines.push(format!(
            "the address of the hook ends with the secret `{setting}`"
        ));
    }
    if let Some(verify) = hook.verify {
        for condition in conditions(cx.connector, verify) {
            lines.push(format!("verified: `{}`", cx.written(condition)));
        }
    }
    match &hook.answer {
        Some((status, Some(_))) => {
            lines.push(format!("a stored delivery is answered {status} with JSON"));
        }
        Some((status, None)) => lines.push(format!("a stored delivery is answered {status}")),
        None => {}
    }
    Hook {
        lines,
        remarks: Vec::new(),
    }
}

/// Several `verify` lines are one condition; here they are as many again.
fn conditions(connector: &Connector, id: ExprId) -> Vec<ExprId> {
    match connector.exprs.get(id) {
        // The place of the joined condition is that of its last part, so it is not `a and b` of one line.
        crate::ir::Expr::And(left, right)
            if connector.exprs.place(*right) == connector.exprs.place(id) =>
        {
            let mut parts = conditions(connector, *left);
            parts.push(*right);
            parts
        }
        _ => vec![id],
    }
}

fn limit(limit: &catalog::Limit) -> String {
    let mut parts = Vec::new();
    if let Some((calls, per)) = limit.rate {
        parts.push(format!("{calls} calls per {per:#}"));
    }
    if let Some(burst) = limit.burst {
        parts.push(format!("{burst} at once after a pause"));
    }
    if let Some(most) = limit.concurrency {
        parts.push(format!("{most} at the same time"));
    }
    parts.join(", ")
}

/// The connector's types in the order of its files.
fn shapes(cx: &Cx<'_>) -> Vec<Shape> {
    let prefix = format!("{}.", cx.connector.name);
    let own = cx.catalog.types.types.iter();
    let mut own: Vec<_> = own
        .filter_map(|(name, def)| Some((name.strip_prefix(&prefix)?, def)))
        .collect();
    own.sort_by_key(|(_, def)| def.place);
    own.into_iter()
        .map(|(name, def)| {
            let object = match &def.ty {
                Type::Object(object) => Some(object),
                _ => None,
            };
            let groups = object.map_or_else(Vec::new, |object| fields::groups(object));
            Shape {
                name: name.to_owned(),
                ty: match &def.ty {
                    Type::Object(_) => None,
                    // The name is what is explained here.
                    Type::Enum(values) => Some(type_text::values(values)),
                    other => Some(type_text::of(other, &cx.connector.name)),
                },
                caption: owned(def.caption.as_ref()),
                fields: fields::of(cx, &def.ty, fields::Way::Read, fields::Depth::Own),
                one_of: groups,
                remark: cx.remarks.at(def.place),
                remarks: Vec::new(),
            }
        })
        .collect()
}

fn owned(name: Option<&crate::types::Name>) -> Option<String> {
    name.map(ToString::to_string)
}
