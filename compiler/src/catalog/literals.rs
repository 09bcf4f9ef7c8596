//! Literals that a definition needs as plain numbers: `30s`, `10`.

use jiff::SignedDuration;
use ondo_grammar::ast::{Expr, ExprKind, TextPart};

/// The length of a duration as written: `10s`, `1h30m`, `2d`, `500ms`. `None`: not a duration, or too long.
pub fn duration(text: &str) -> Option<SignedDuration> {
    let mut total = SignedDuration::ZERO;
    let mut rest = text;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let count: i64 = rest[..digits].parse().ok()?;
        let unit_end = rest[digits..]
            .find(|c: char| c.is_ascii_digit())
            .map_or(rest.len(), |at| at + digits);
        let millis = match &rest[digits..unit_end] {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            "w" => 604_800_000,
            _ => return None,
        };
        let part = SignedDuration::from_millis(count.checked_mul(millis)?);
        total = total.checked_add(part)?;
        rest = &rest[unit_end..];
    }
    Some(total)
}

/// The length that a duration literal has.
pub(super) fn duration_of(expr: &Expr) -> Option<SignedDuration> {
    match &expr.kind {
        ExprKind::Duration(text) => duration(text),
        _ => None,
    }
}

/// The number that a literal has.
pub(super) fn count_of(expr: &Expr) -> Option<u64> {
    match &expr.kind {
        ExprKind::Int(text) => text.parse().ok(),
        _ => None,
    }
}

/// The text of a literal without holes.
pub(super) fn text_of(expr: &Expr) -> Option<String> {
    let ExprKind::Text(parts) = &expr.kind else {
        return None;
    };
    parts
        .iter()
        .try_fold(String::new(), |text, part| match part {
            TextPart::Chars(chars) => Some(text + chars),
            TextPart::Expr(_) => None,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_may_have_several_parts() {
        assert_eq!(duration("1h30m"), Some(SignedDuration::from_secs(5400)));
    }

    #[test]
    fn minutes_are_not_milliseconds() {
        assert_eq!(duration("5m"), Some(SignedDuration::from_secs(300)));
        assert_eq!(duration("5ms"), Some(SignedDuration::from_millis(5)));
    }

    #[test]
    fn a_number_without_a_unit_is_no_duration() {
        assert_eq!(duration("10"), None);
    }

    #[test]
    fn a_duration_that_does_not_fit_is_refused() {
        assert_eq!(duration("99999999999999999w"), None);
    }
}
