//! Events that were routed a short while ago. One can come twice: it is read from the store between its commit and the moment
//! when the hook says so.

use std::collections::{HashSet, VecDeque};

use crate::store::EventId;

/// How many are known. What comes twice comes within moments.
const MAX: usize = 8_192;

#[derive(Debug, Default)]
pub(super) struct Recent {
    known: HashSet<EventId>,
    order: VecDeque<EventId>,
}

impl Recent {
    pub(super) fn add(&mut self, id: EventId) {
        if self.known.insert(id.clone()) {
            self.order.push_back(id);
        }
        if self.order.len() > MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
    }

    pub(super) fn has(&self, id: &EventId) -> bool {
        self.known.contains(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_is_forgotten_first_and_none_is_kept_twice() {
        let mut recent = Recent::default();
        let id = |number: usize| EventId(format!("evt_{number}"));
        for number in 0..=MAX {
            recent.add(id(number));
            recent.add(id(number));
        }
        assert!(!recent.has(&id(0)));
        assert!(recent.has(&id(1)) && recent.has(&id(MAX)));
        assert_eq!(recent.known.len(), recent.order.len());
    }
}
