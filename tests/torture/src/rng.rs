//! Chance from a seed: SplitMix64. The same seed gives the same numbers on every machine.

/// A source of numbers.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// From a seed, and a name for what it is used for: two uses of one seed do not follow each other.
    pub fn new(seed: u64, what: &str) -> Self {
        let named = what
            .bytes()
            .fold(seed ^ 0x9e37_79b9_7f4a_7c15, |sum, byte| {
                sum.rotate_left(7) ^ u64::from(byte).wrapping_mul(0x0100_0000_01b3)
            });
        Self(named)
    }

    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `below`.
    pub fn pick(&mut self, below: u64) -> u64 {
        self.next() % below.max(1)
    }

    /// Whether something of this chance in percent happens.
    pub fn percent(&mut self, chance: u64) -> bool {
        self.pick(100) < chance
    }
}
