//! Which events the rules of a program make the daemon ask for.

use jiff::SignedDuration;

use super::{AccountId, Program, Rule, Trigger};
use crate::catalog::{Connector, Event, Poll};
use crate::schedule::EVERY_MIN;

/// How often a source is asked where neither the rule nor the connector says it.
const EVERY_DEFAULT: SignedDuration = SignedDuration::from_mins(1);

/// An event that is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Polled<'p> {
    /// Whose.
    pub account: AccountId,
    /// Of which system.
    pub connector: &'p Connector,
    /// Which: what the rule names, or a kind of it.
    pub event: &'p Event,
    /// How.
    pub poll: &'p Poll,
    /// How often, as far as this rule is concerned.
    pub every: SignedDuration,
}

impl Program {
    /// What is asked for because of this rule: its event and all that are a kind of it, as far as they are polled.
    pub fn polled_by(&self, rule: &Rule) -> Vec<Polled<'_>> {
        let Trigger::Event { account, event, .. } = &rule.trigger else {
            return Vec::new();
        };
        let declared = self.accounts.get(account.0 as usize);
        let connector =
            declared.and_then(|account| self.catalog.connectors.get(&account.connector));
        let Some(connector) = connector else {
            return Vec::new();
        };
        let kinds = connector.kinds_of(event).into_iter();
        let polled = kinds.filter_map(|event| {
            let poll = event.poll.as_ref()?;
            if poll.on_demand && rule.poll_every.is_none() {
                return None;
            }
            Some(Polled {
                account: *account,
                connector,
                event,
                poll,
                every: rule
                    .poll_every
                    .or(poll.every)
                    .unwrap_or(EVERY_DEFAULT)
                    .max(EVERY_MIN),
            })
        });
        polled.collect()
    }
}
