//! The machine, point by point.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has to stop")]

mod alerts;
mod attempts;
mod calm;
mod circuit;
mod gates;
mod jobs;
mod ledger;
mod loops;
mod orders;
mod paces;
mod polls;
mod readbacks;
mod redrive;
mod restarts;
mod restores;
mod schedules;
mod steps;
mod waits;
