//! Expressions by what they stand for: `order.customer?.phone` is the same thing wherever it is written.
//!
//! Values never change during a run and functions are pure, so two expressions of one form have one value.

use std::collections::HashMap;

use super::Domain;
use crate::check::cx::Cx;
use crate::eval;
use crate::ir::{Expr, ExprId, LocalId, ReadPath};
use crate::types::{EnumValue, Type};
use crate::value::Value;

/// Longer forms are not worth comparing, and constants made of constants could make endless ones.
const PARTS_MAX: u32 = 200;

/// What an expression stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::check) struct Key {
    /// `@.status`, `#3.offer`, `length(@.phone)`
    pub(in crate::check) text: String,
    /// A field of the event and nothing else, which other rules see in the same way.
    pub(in crate::check) of_event: bool,
}

/// Reads expressions of one rule or function.
#[derive(Debug, Clone)]
pub(in crate::check) struct Reader<'c, 'a> {
    pub(in crate::check) cx: &'c Cx<'a>,
    /// What the slots of the event are.
    pub(in crate::check) slots: &'c [ReadPath],
    /// Names for values: `let`, and what `?.` goes on with.
    pub(in crate::check) names: HashMap<LocalId, ExprId>,
}

impl<'c, 'a> Reader<'c, 'a> {
    pub(in crate::check) fn new(cx: &'c Cx<'a>, slots: &'c [ReadPath]) -> Self {
        Self {
            cx,
            slots,
            names: HashMap::new(),
        }
    }

    pub(super) fn expr(&self, id: ExprId) -> &'c Expr {
        self.cx.exprs.get(id)
    }

    /// What an expression stands for. None for a literal, and for what has no simple form.
    pub(in crate::check) fn key(&self, id: ExprId) -> Option<Key> {
        if self.literal(id).is_some() {
            return None;
        }
        let mut left = PARTS_MAX;
        let text = self.form(id, &HashMap::new(), &mut left)?;
        let of_event = text.starts_with('@') && !text.contains(['(', '#']);
        Some(Key { text, of_event })
    }

    fn form(&self, id: ExprId, bound: &HashMap<LocalId, String>, left: &mut u32) -> Option<String> {
        *left = left.checked_sub(1)?;
        let mut form = |id: ExprId| self.form(id, bound, left);
        let text = match self.expr(id) {
            Expr::Const(value) => format!("`{}`", eval::display(value).ok()?),
            Expr::Slot(slot) => {
                let path = self.slots.get(slot.0 as usize)?;
                let names = path.path.iter().map(|name| format!(".{name}"));
                format!("@{}", names.collect::<String>())
            }
            Expr::Local(local) => match (bound.get(local), self.names.get(local)) {
                (Some(text), _) => text.clone(),
                (None, Some(value)) => form(*value)?,
                (None, None) => format!("#{}", local.0),
            },
            Expr::Field { base, name } => format!("{}.{name}", form(*base)?),
            Expr::Index { base, index } => format!("{}[{}]", form(*base)?, form(*index)?),
            Expr::Chain { value, bind, then } => {
                let value = form(*value)?;
                let mut bound = bound.clone();
                bound.insert(*bind, value);
                return self.form(*then, &bound, left);
            }
            Expr::Convert { value, .. } => form(*value)?,
            Expr::Lookup { table, key } => format!("table{}({})", table.0, form(*key)?),
            Expr::Call { function, args } => {
                let args: Option<Vec<String>> = args.iter().map(|arg| form(*arg)).collect();
                format!("fn{}({})", function.0, args?.join(", "))
            }
            Expr::Builtin { builtin, args } => {
                let arg = |arg: &Option<ExprId>| match arg {
                    Some(arg) => form(*arg),
                    None => Some(String::new()),
                };
                let args: Option<Vec<String>> = args.iter().map(arg).collect();
                format!("{}({})", builtin.name, args?.join(", "))
            }
            Expr::Binary {
                op,
                left: one,
                right,
            } => format!("({} {op:?} {})", form(*one)?, form(*right)?),
            Expr::Coalesce(one, other) => format!("({} ?? {})", form(*one)?, form(*other)?),
            Expr::Matches { value, regex } => format!("({} matches {regex})", form(*value)?),
            Expr::Present(value) => format!("present({})", form(*value)?),
            Expr::Neg(value) => format!("(-{})", form(*value)?),
            _ => return None,
        };
        Some(text)
    }

    /// The value of an expression that is the same in every run.
    pub(in crate::check) fn literal(&self, id: ExprId) -> Option<Value> {
        let mut left = PARTS_MAX;
        if !self.is_fixed(id, &mut left) {
            return None;
        }
        let scope = eval::Scope {
            exprs: &self.cx.exprs,
            program: None,
            inputs: &[],
            slots: &[],
            read_set: None,
            now: jiff::Timestamp::UNIX_EPOCH,
            step_time: jiff::Timestamp::UNIX_EPOCH,
            zone: self.cx.timezone.as_deref().unwrap_or("UTC"),
        };
        eval::eval(&scope, &mut eval::Frame::new(64), id).ok()
    }

    fn is_fixed(&self, id: ExprId, left: &mut u32) -> bool {
        let Some(rest) = left.checked_sub(1) else {
            return false;
        };
        *left = rest;
        let mut fixed = |id: &ExprId| self.is_fixed(*id, left);
        match self.expr(id) {
            Expr::Const(_) => true,
            Expr::Convert { value, .. } | Expr::Neg(value) => fixed(value),
            Expr::Binary {
                left: one, right, ..
            } => fixed(one) && fixed(right),
            Expr::List(items) => items.iter().all(fixed),
            Expr::Builtin { args, .. } => args.iter().flatten().all(fixed),
            _ => false,
        }
    }

    /// What a type alone leaves to a field.
    pub(super) fn by_type(&self, id: ExprId) -> Domain {
        let Expr::Slot(slot) = self.expr(id) else {
            return Domain::any();
        };
        let Some(path) = self.slots.get(slot.0 as usize) else {
            return Domain::any();
        };
        of_type(self.cx, &path.ty)
    }
}

/// What a type leaves to a value.
fn of_type(cx: &Cx<'_>, ty: &Type) -> Domain {
    match cx.resolve(ty) {
        Type::Nullable(inner) => {
            let present = of_type(cx, &inner);
            present.or_null()
        }
        Type::Int => Domain::present().whole(),
        Type::Bool => {
            let mut domain = Domain::any();
            domain.keep(&[Value::Bool(true), Value::Bool(false)]);
            domain
        }
        Type::Enum(members) => {
            let value = |member: &EnumValue| match member {
                EnumValue::Text(text) => Value::Text(text.clone()),
                EnumValue::Int(number) => Value::Int(*number),
                EnumValue::Bool(value) => Value::Bool(*value),
            };
            let values: Vec<Value> = members.values.iter().map(value).collect();
            let mut domain = Domain::any();
            domain.keep(&values);
            domain
        }
        Type::Unknown | Type::Json | Type::Null | Type::Never => Domain::any(),
        _ => Domain::present(),
    }
}
