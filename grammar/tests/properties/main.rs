//! What holds for every tree and every text, over generated ones. `PROPTEST_CASES=20000` tries more.

mod comments;
mod found;
mod same;
mod trees;

use proptest::prelude::*;

/// Choices for the generators. Few of them make a small tree.
fn choices() -> impl Strategy<Value = Choices> {
    prop::collection::vec(any::<u16>(), 0..300).prop_map(Choices)
}

/// Choices, which say nothing to a reader of a failed case: the text does.
#[derive(Clone)]
struct Choices(Vec<u16>);

impl std::fmt::Debug for Choices {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} choices", self.0.len())
    }
}

/// `cases` in a usual run; as many as the environment says otherwise.
fn config(cases: u32) -> ProptestConfig {
    let told = std::env::var_os("PROPTEST_CASES").is_some();
    let usual = ProptestConfig::default();
    ProptestConfig {
        cases: if told { usual.cases } else { cases },
        failure_persistence: None,
        max_shrink_iters: 20_000,
        ..usual
    }
}
