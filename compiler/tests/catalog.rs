//! The connectors of this repository: they build, and they say what they should.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use support::{built_in, render};

#[test]
fn the_built_in_connectors_build_without_a_finding() {
    let (catalog, found) = built_in();
    assert_eq!(render(&catalog, &found), "");
}
