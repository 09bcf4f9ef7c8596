//! By what a second delivery of the same event is recognised: the key that the connector's definition gives it, as when it
//! comes through a hook or a question.

use ondo_compiler::eval;
use ondo_compiler::ir::TestGiven;
use ondo_compiler::wire::{self, Cx};
use sha2::{Digest, Sha256};

use super::world::World;

/// The key of an event with this payload. None: nothing tells a second delivery from a second event.
pub(super) fn key(world: &World, given: &TestGiven, payload: &[u8]) -> Option<String> {
    let account = world.accounts.get(given.account.0 as usize)?;
    let catalog = &world.program.catalog;
    let connector = catalog.connectors.get(&account.connector)?;
    let event = connector.events.get(&given.event)?;
    if event.key.is_none() {
        // What is asked for and has no key of its own is known by all of it.
        let digest = || eval::hex(&Sha256::digest(payload));
        return event.poll.as_ref().map(|_| digest());
    }
    let cx = Cx {
        catalog,
        settings: &account.settings,
        zone: &world.program.timezone,
        now: world.now,
    };
    // One whose key cannot be computed is no repetition: it may come twice, but is not lost.
    wire::event_key(&cx, connector, event, payload).ok()?
}
