//! The connectors of this repository, and what connector definitions mean.
#![allow(clippy::unwrap_used, reason = "tests")]

mod answers;
mod broken_definitions;
mod carbis;
mod catalog;
mod deliveries;
mod examples;
mod iiko;
mod listing;
mod marketplaces;
mod messages;
mod mutations;
mod needs;
mod openapi;
mod payloads;
mod requests;
mod retailcrm;
mod retailcrm_history;
mod rkeeper;
mod support;
mod tables;
mod tables_all;
mod tables_of_rows;
mod tables_retailcrm;
mod telegram;
mod traps;
mod webhook;
