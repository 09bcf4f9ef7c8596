//! Tokens: one exchange at a time for an account, for all of its calls.

use std::sync::Arc;

use jiff::SignedDuration;
use ondo_compiler::ir::AccountId;
use ondo_compiler::types::Name;
use ondo_compiler::wire::{self, Observed};

use super::answers::not_sent;
use super::machine::Machine;
use super::prepare;
use super::state::{Bundle, Flight, Outgoing, Purpose};

/// Time limit of a token exchange.
const EXCHANGE_TIMEOUT: SignedDuration = SignedDuration::from_secs(30);

impl Machine {
    /// Begins a token exchange: one for all who wait.
    pub(super) fn exchange(&mut self, bundle: Arc<Bundle>, account_id: AccountId, identity: &Name) {
        let program = &bundle.program;
        let built = bundle
            .accounts
            .get(account_id.0 as usize)
            .and_then(|account| {
                let connector = program.catalog.connectors.get(&account.connector)?;
                wire::auth_request(
                    &prepare::wire_cx(program, &account.settings, self.now),
                    connector,
                )
            });
        match built {
            Some(Ok(request)) => {
                if let Some(account) = self.accounts.get_mut(identity) {
                    account.exchanging = true;
                }
                let purpose = Purpose::Exchange {
                    bundle,
                    account: account_id,
                };
                self.send(Outgoing {
                    request,
                    timeout: EXCHANGE_TIMEOUT,
                    fresh_connection: false,
                    flight: Flight {
                        identity: identity.clone(),
                        purpose,
                    },
                });
            }
            Some(Err(failure)) => self.no_token(identity, &failure.message),
            None => self.no_token(identity, "the connector has no token exchange"),
        }
    }

    /// The address of the exchange may not be called: those who wait for its token end as if theirs were refused.
    fn no_token_ever(&mut self, identity: &Name, why: &str) {
        let waiters = self
            .accounts
            .get_mut(identity)
            .map(|account| std::mem::take(&mut account.token_waiters));
        let observed = Observed::NotAllowed {
            reason: why.to_owned(),
        };
        for caller in waiters.unwrap_or_default() {
            self.leave_place(identity);
            self.observed_of(identity, &caller, None, &observed);
        }
    }

    /// The exchange failed: nothing was sent for those who waited for it.
    fn no_token(&mut self, identity: &Name, why: &str) {
        let Some(account) = self.accounts.get_mut(identity) else {
            return;
        };
        let waiters = std::mem::take(&mut account.token_waiters);
        for caller in waiters {
            self.leave_place(identity);
            self.attempt_over(&caller, &not_sent(format!("no token: {why}")), None);
        }
    }

    pub(super) fn exchanged(
        &mut self,
        identity: &Name,
        bundle: &Bundle,
        account_id: AccountId,
        observed: &Observed,
    ) {
        let now = self.now;
        let Some(account) = self.accounts.get_mut(identity) else {
            return;
        };
        account.exchanging = false;
        let answer = match observed {
            Observed::Answer(answer) => answer,
            Observed::NotSent { reason } => {
                if account.health.connect_failed(now) {
                    self.tell_of(identity, Some(reason));
                }
                return self.no_token(identity, reason);
            }
            Observed::NotAllowed { reason } => return self.no_token_ever(identity, reason),
            Observed::NoAnswer { reason } => {
                account.health.call_ended(now, true);
                return self.no_token(identity, reason);
            }
        };
        if account.health.connected() {
            self.tell_of(identity, None);
        }
        let Some(account) = self.accounts.get_mut(identity) else {
            return;
        };
        account.health.call_ended(now, answer.status >= 500);
        let program = &bundle.program;
        let read = bundle
            .accounts
            .get(account_id.0 as usize)
            .and_then(|resolved| {
                let connector = program.catalog.connectors.get(&resolved.connector)?;
                let cx = prepare::wire_cx(program, &resolved.settings, now);
                Some(wire::read_token(&cx, connector, answer))
            });
        match read {
            Some(Ok((token, lives))) if answer.complete && (200..300).contains(&answer.status) => {
                account.set_token(token, now, lives);
                let waiters = std::mem::take(&mut account.token_waiters);
                let token = account.token(now);
                for caller in waiters {
                    self.send_call(caller, identity, token.clone());
                }
            }
            Some(Err(failure)) if (200..300).contains(&answer.status) => {
                self.no_token(identity, &failure.message);
            }
            _ => {
                if answer.status == 429 {
                    account.rate_limited(now, SignedDuration::ZERO);
                }
                self.no_token(
                    identity,
                    &format!("the exchange was answered {}", answer.status),
                );
            }
        }
    }
}
