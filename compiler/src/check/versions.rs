//! Versions of the outside systems: a field that a declared system does not know yet must not be sent to it.

use std::cmp::Ordering;
use std::sync::Arc;

use super::cx::Cx;
use crate::catalog::Action;
use crate::diagnostic::Diagnostic;
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
    let Some((version, account)) = lowest(cx, accounts) else {
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

/// A key that the system of an account does not know yet.
#[derive(Debug, Clone)]
pub(super) struct UnknownKey {
    /// The field that is the key.
    field: Name,
    /// The first version that knows it.
    needed: Name,
    /// What the account declares.
    declared: Name,
    account: AccountId,
}

/// Whether one of the accounts is too old for the field that is the action's key. Then the key keeps no repetition away.
pub(super) fn unknown_key(
    cx: &Cx<'_>,
    accounts: &[AccountId],
    action: &Action,
) -> Option<UnknownKey> {
    let (declared, account) = lowest(cx, accounts)?;
    let mut object = Some(action.args.clone());
    for name in action.effect.key.as_deref()? {
        let holder = object.as_ref()?;
        let field = holder.field(name)?;
        if let Some(needed) = &field.since
            && compare(&declared, needed) == Ordering::Less
        {
            return Some(UnknownKey {
                field: name.clone(),
                needed: needed.clone(),
                declared,
                account,
            });
        }
        object = cx.object(&field.ty);
    }
    None
}

impl UnknownKey {
    /// Says beside a finding about repetitions why the key does not help.
    pub(super) fn explain(&self, cx: &Cx<'_>, finding: Diagnostic) -> Diagnostic {
        let account = &cx.accounts[self.account.0 as usize];
        errors::calls::key_too_new(
            finding,
            (&self.field, &self.needed),
            (&account.name, &self.declared, account.place),
        )
    }
}

/// The oldest system that is declared among the accounts.
fn lowest(cx: &Cx<'_>, accounts: &[AccountId]) -> Option<(Name, AccountId)> {
    accounts
        .iter()
        .filter_map(|id| declared_version(cx, *id).map(|version| (version, *id)))
        .min_by(|(left, _), (right, _)| compare(left, right))
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
