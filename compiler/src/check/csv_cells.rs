//! Cells of CSV files as values: what is written in them, by the type of their column.

use crate::eval::time;
use crate::types::{Currency, EnumValue, Name, Type};
use crate::value::{Money, Num, Value};

/// Whether a cell can be read as this type.
pub(super) fn is_of_cells(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Text
            | Type::Int
            | Type::Decimal
            | Type::Money(_)
            | Type::Bool
            | Type::Date
            | Type::Time
            | Type::DateTime
            | Type::Enum(_)
    )
}

/// How the cells of a file are read.
#[derive(Debug)]
pub(super) struct Cells {
    /// `12,50` is a number: commas do not end cells.
    pub(super) decimal_comma: bool,
    /// Of amounts that say none.
    pub(super) currency: Option<Name>,
    /// Of moments that say none.
    pub(super) zone: Name,
}

impl Cells {
    /// The value of a cell that is not empty; none if it does not fit.
    pub(super) fn value(&self, ty: &Type, cell: &str, currency: Option<&str>) -> Option<Value> {
        match ty {
            Type::Text => Some(Value::text(cell)),
            Type::Int => whole(cell).map(Value::Int),
            Type::Decimal => number(cell, self.decimal_comma).map(Value::Num),
            Type::Money(of) => {
                let amount = number(cell, self.decimal_comma)?;
                let currency = match of {
                    Currency::Named(code) => Some(code.clone()),
                    Currency::Unnamed => self.currency.clone(),
                    Currency::Field(_) => currency.filter(|code| !code.is_empty()).map(Into::into),
                };
                Some(Value::Money(Money::new(amount, currency)))
            }
            Type::Bool if cell.eq_ignore_ascii_case("true") => Some(Value::Bool(true)),
            Type::Bool if cell.eq_ignore_ascii_case("false") => Some(Value::Bool(false)),
            Type::Date => time::parse_date(&iso_date(cell)).map(Value::Date),
            Type::Time => time::parse_time(cell).map(Value::Time),
            Type::DateTime => time::parse_datetime(cell, &self.zone).map(Value::DateTime),
            Type::Enum(members) => members.values.iter().find_map(|member| match member {
                EnumValue::Text(text) => (**text == *cell).then(|| Value::Text(text.clone())),
                EnumValue::Int(number) => (whole(cell)? == *number).then_some(Value::Int(*number)),
                EnumValue::Bool(value) => {
                    (cell == value.to_string()).then_some(Value::Bool(*value))
                }
            }),
            _ => None,
        }
    }
}

/// `-12`. Neither `+12` nor `012`: those are codes.
pub(super) fn whole(cell: &str) -> Option<i64> {
    has_plain_digits(cell).then(|| cell.parse().ok()).flatten()
}

/// `12`, `12.50`, and `12,50` where commas do not end cells.
pub(super) fn number(cell: &str, decimal_comma: bool) -> Option<Num> {
    let point = cell.find(|letter| letter == '.' || decimal_comma && letter == ',');
    let Some(point) = point else {
        return has_plain_digits(cell)
            .then(|| Num::parse(cell).ok())
            .flatten();
    };
    let (before, after) = (&cell[..point], &cell[point + 1..]);
    let digits = !after.is_empty() && after.bytes().all(|byte| byte.is_ascii_digit());
    (has_plain_digits(before) && digits)
        .then(|| Num::parse(&format!("{before}.{after}")).ok())
        .flatten()
}

fn has_plain_digits(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && (digits.len() == 1 || !digits.starts_with('0'))
}

/// `21.11.2026`, as much of Europe writes a day, as `2026-11-21`.
fn iso_date(cell: &str) -> String {
    let parts: Vec<&str> = cell.split('.').collect();
    match parts.as_slice() {
        [day, month, year] if day.len() == 2 && month.len() == 2 && year.len() == 4 => {
            format!("{year}-{month}-{day}")
        }
        _ => cell.to_owned(),
    }
}
