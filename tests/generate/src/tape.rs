//! Choices, one after the other.

/// A list of numbers that decides everything that a generator decides.
#[derive(Debug, Clone)]
pub struct Tape<'a> {
    choices: &'a [u16],
    at: usize,
}

impl<'a> Tape<'a> {
    /// From its beginning.
    pub fn new(choices: &'a [u16]) -> Self {
        Tape { choices, at: 0 }
    }

    /// Whether all choices are made: from here on everything is the smallest.
    pub fn has_ended(&self) -> bool {
        self.at >= self.choices.len()
    }

    /// A number below `sides`; 0 behind the end.
    pub fn roll(&mut self, sides: usize) -> usize {
        let choice = self.choices.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(choice) % sides.max(1)
    }

    /// True in one of `sides` cases; false behind the end.
    pub fn rarely(&mut self, sides: usize) -> bool {
        self.roll(sides) == sides - 1
    }

    /// One of some things; the first behind the end.
    ///
    /// # Panics
    /// When there is nothing to choose from.
    pub fn one_of<T: Clone>(&mut self, things: &[T]) -> T {
        things[self.roll(things.len())].clone()
    }

    /// A thing in one of two cases.
    pub fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.rarely(2).then(|| make(self))
    }

    /// At least `least`, at most `most` things.
    pub fn many<T>(
        &mut self,
        least: usize,
        most: usize,
        mut make: impl FnMut(&mut Self) -> T,
    ) -> Vec<T> {
        let count = least + self.roll(most + 1 - least);
        (0..count).map(|_| make(self)).collect()
    }
}
