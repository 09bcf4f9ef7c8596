//! Versions of the outside systems: a field that a declared system does not know yet must not be sent to it.

use std::cmp::Ordering;
use std::sync::Arc;

use super::cx::Cx;
use crate::errors;
use crate::ir::{AccountId, SettingValue};
use crate::source::Place;
use crate::types::Name;
use crate::value::Value;

/// The first version that knows a field or an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Since {
    /// The version as the connector writes it.
    pub(super) version: Name,
    /// What needs it.
    pub(super) what: String,
    /// Where the author set it.
    pub(super) place: Place,
}

impl Since {
    /// The one with the higher version.
    pub(super) fn newest(
        left: Option<Arc<Since>>,
        right: Option<Arc<Since>>,
    ) -> Option<Arc<Since>> {
        match (left, right) {
            (Some(left), Some(right)) => {
                let newer = compare(&right.version, &left.version) == Ordering::Greater;
                Some(if newer { right } else { left })
            }
            (left, right) => left.or(right),
        }
    }
}

/// Settings that declare the version of the account's system.
const VERSION_SETTINGS: [&str; 2] = ["version", "agent"];

/// Reports what one of the accounts is too old for. The lowest version among the alternatives decides.
pub(super) fn check(cx: &mut Cx<'_>, accounts: &[AccountId], needs: &Since) {
    let lowest = accounts
        .iter()
        .filter_map(|id| declared_version(cx, *id).map(|version| (version, *id)))
        .min_by(|(left, _), (right, _)| compare(left, right));
    let Some((version, account)) = lowest else {
        return;
    };
    if compare(&version, &needs.version) != Ordering::Less {
        return;
    }
    let account = &cx.accounts[account.0 as usize];
    let error = errors::calls::too_new(
        needs.place,
        &needs.what,
        &needs.version,
        (&account.name, &version, account.place),
    );
    cx.report(error);
}

fn declared_version(cx: &Cx<'_>, account: AccountId) -> Option<Name> {
    let settings = &cx.accounts[account.0 as usize].settings;
    settings.iter().find_map(|(name, value)| match value {
        SettingValue::Value(Value::Text(text)) if VERSION_SETTINGS.contains(&&**name) => {
            Some(text.clone())
        }
        _ => None,
    })
}

/// Compares versions part by part: numbers as numbers, `2.7.9` before `2.7.10`; what is missing counts as 0.
fn compare(left: &str, right: &str) -> Ordering {
    let mut left = left.split('.');
    let mut right = right.split('.');
    loop {
        let (a, b) = (left.next(), right.next());
        if a.is_none() && b.is_none() {
            return Ordering::Equal;
        }
        let (a, b) = (a.unwrap_or("0"), b.unwrap_or("0"));
        let order = match (a.parse::<u64>(), b.parse::<u64>()) {
            (Ok(a), Ok(b)) => a.cmp(&b),
            _ => a.cmp(b),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_compared_as_numbers() {
        assert_eq!(compare("2.7.9", "2.7.10"), Ordering::Less);
    }

    #[test]
    fn missing_parts_are_zero() {
        assert_eq!(compare("2.7", "2.7.0"), Ordering::Equal);
        assert_eq!(compare("2.7.0.1", "2.7"), Ordering::Greater);
    }
}
