//! How much of bodies is in memory at once.
//!
//! The beginning of each body has its place in any case, so that the small deliveries, which are most of them, come through
//! however many large ones are half here. What is above it comes out of one budget: when that is used up, the sender is
//! asked to come again.

use tokio::sync::{Semaphore, SemaphorePermit};

/// So much of each body is outside of the budget. With 4,096 connections it is 128 MiB.
const FREE_BYTES: usize = 32 * 1024;
/// The budget is counted in these.
const UNIT_BYTES: usize = 16 * 1024;
/// 128 MiB.
pub(super) const UNITS: usize = 8 * 1024;

/// What one body has taken out of the budget. It is given back when this is dropped.
pub(super) struct Room<'b> {
    budget: &'b Semaphore,
    taken: Option<SemaphorePermit<'b>>,
}

impl<'b> Room<'b> {
    pub(super) fn new(budget: &'b Semaphore) -> Self {
        Self {
            budget,
            taken: None,
        }
    }

    /// Whether there is room for a body of this size. Takes what is missing.
    pub(super) fn holds(&mut self, bytes: usize) -> bool {
        let wanted = bytes.saturating_sub(FREE_BYTES).div_ceil(UNIT_BYTES);
        let taken = self.taken.as_ref().map_or(0, SemaphorePermit::num_permits);
        let Ok(missing) = u32::try_from(wanted.saturating_sub(taken)) else {
            return false;
        };
        if missing == 0 {
            return true;
        }
        let Ok(more) = self.budget.try_acquire_many(missing) else {
            return false;
        };
        match &mut self.taken {
            Some(taken) => taken.merge(more),
            None => self.taken = Some(more),
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_bodies_share_a_budget_and_small_ones_always_have_room() {
        let budget = Semaphore::new(2);
        let mut large = Room::new(&budget);
        assert!(large.holds(FREE_BYTES + 1));
        assert!(large.holds(FREE_BYTES + 2 * UNIT_BYTES));
        assert!(!large.holds(FREE_BYTES + 2 * UNIT_BYTES + 1));
        let mut other = Room::new(&budget);
        assert!(other.holds(FREE_BYTES));
        assert!(!other.holds(FREE_BYTES + 1));
        drop(large);
        assert!(other.holds(FREE_BYTES + 1));
    }
}
