//! The integration tests: the real binary, the real store, real HTTP on loopback.
//!
//! One binary, one module for each promise. Vendors are played by [`support::stub`], which keeps its own ledger; what is
//! claimed is proven from three records that the daemon does not write: what the sender saw, what the stub saw, and the
//! store read by SQL.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "a test that cannot go on should say where, and nothing here is exported"
)]

mod support;

mod alerts;
mod attempts;
mod bundles;
mod canaries;
mod certificates;
mod composites;
mod connector_pages;
mod connectors_verb;
mod definitions;
mod egress;
mod fmt;
mod forms;
mod functions;
mod gates;
mod given;
mod hostile;
mod hostile_json;
mod hostile_senders;
mod hostile_signatures;
mod import;
mod jobs;
mod kill;
mod language;
mod limits;
mod mistakes;
mod once;
mod operators;
mod order_to_bonus;
mod own_types;
mod pages;
mod plazius_schemas;
mod poison;
mod polls;
mod reload;
mod repository;
mod retailcrm_actions;
mod sandbox;
mod secrets;
mod shown;
mod smuggling;
mod stores;
mod terminal;
mod testing;
mod ui;
mod verbs;
