//! Everything that is drawn: one seed gives the same faults in the same order.

/// A sequence of numbers that follows from its seed (splitmix64).
#[derive(Debug, Clone)]
pub struct Seed(u64);

impl Seed {
    /// The sequence of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Seed {
        Seed(seed)
    }

    /// A sequence of its own for a part of the work, so that parts do not depend on each other's pace.
    #[must_use]
    pub fn of(seed: u64, part: &str, number: u64) -> Seed {
        let mut mixed = Seed(seed ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        for byte in part.bytes() {
            mixed.0 ^= u64::from(byte);
            mixed.next();
        }
        mixed
    }

    /// The next number.
    #[allow(clippy::should_implement_trait, reason = "it never ends")]
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// True in so many of a hundred cases.
    pub fn percent(&mut self, share: u64) -> bool {
        self.below(100) < share
    }
}
