//! Any text as a bundle against the connectors of this repository.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ondo_fuzz::check(data));
