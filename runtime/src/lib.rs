//! Program to effects: the store, the engine, the shell around it, the sandbox and the command line.

pub mod bundle;
pub mod cli;
pub mod client;
pub mod engine;
mod failpoints;
pub mod ingest;
pub mod report;
pub mod sandbox;
pub mod settings;
pub mod shell;
pub mod store;
pub mod testing;
