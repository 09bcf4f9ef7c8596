//! Numbers that look random and are not: the engine's only source of chance is a seed, so a failure can be repeated.

use jiff::Timestamp;
use uuid::Uuid;

use crate::store::{EventId, RunId};

/// Makes run ids and jitter.
///
/// Ids of one machine grow strictly, also within a millisecond and when the clock is set back: runs of one order key
/// are taken in the order of their ids, also after a restart.
#[derive(Debug, Clone)]
pub(super) struct Ids {
    state: u64,
    last_ms: u64,
    counter: u16,
}

impl Ids {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            state: seed,
            last_ms: 0,
            counter: 0,
        }
    }

    /// The next number of a SplitMix64 sequence.
    pub(super) fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// `run_` and a UUID v7 of this moment.
    pub(super) fn run_id(&mut self, now: Timestamp) -> RunId {
        RunId(format!("run_{}", self.uuid(now).hyphenated()))
    }

    /// `evt_` and a UUID v7 of this moment.
    pub(super) fn event_id(&mut self, now: Timestamp) -> EventId {
        EventId(format!("evt_{}", self.uuid(now).hyphenated()))
    }

    fn uuid(&mut self, now: Timestamp) -> Uuid {
        let now_ms = u64::try_from(now.as_millisecond()).unwrap_or(0);
        if now_ms > self.last_ms {
            self.last_ms = now_ms;
            self.counter = 0;
        } else if self.counter == 0x0FFF {
            self.last_ms += 1;
            self.counter = 0;
        } else {
            self.counter += 1;
        }
        let high =
            (u128::from(self.last_ms) << 80) | (0x7 << 76) | (u128::from(self.counter) << 64);
        let low = (0b10_u128 << 62) | u128::from(self.next_u64() >> 2);
        Uuid::from_u128(high | low)
    }

    /// Takes note of an id made by an earlier process, so that new ones come after it.
    pub(super) fn seen(&mut self, id: &RunId) {
        let Some(uuid) =
            id.0.strip_prefix("run_")
                .and_then(|text| Uuid::try_parse(text).ok())
        else {
            return;
        };
        let bits = uuid.as_u128();
        let ms = (bits >> 80) as u64;
        let counter = ((bits >> 64) & 0x0FFF) as u16;
        if (ms, counter) > (self.last_ms, self.counter) {
            self.last_ms = ms;
            self.counter = counter;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(ms).unwrap_or_default()
    }

    #[test]
    fn ids_grow_within_a_millisecond_and_when_the_clock_is_set_back() {
        let mut ids = Ids::new(7);
        let mut last = ids.run_id(at(1_000_000));
        for step in 0..10_000 {
            let id = ids.run_id(at(1_000_000 - step));
            assert!(id > last, "{id} after {last}");
            last = id;
        }
    }

    #[test]
    fn ids_come_after_those_of_an_earlier_process() {
        let old = Ids::new(1).run_id(at(5_000_000));
        let mut ids = Ids::new(2);
        ids.seen(&old);
        assert!(ids.run_id(at(1_000)) > old);
    }

    #[test]
    fn ids_are_version_7_of_the_moment() {
        let id = Ids::new(3).run_id(at(1_795_300_000_123));
        let uuid = Uuid::try_parse(&id.0["run_".len()..]).unwrap_or_default();
        assert_eq!(uuid.get_version_num(), 7);
        assert_eq!(uuid.as_u128() >> 80, 1_795_300_000_123);
    }

    #[test]
    fn equal_seeds_give_equal_ids() {
        let (mut left, mut right) = (Ids::new(9), Ids::new(9));
        assert_eq!(left.run_id(at(1)), right.run_id(at(1)));
        assert_eq!(left.next_u64(), right.next_u64());
    }
}
