//! Any text as the definition of a connector.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ondo_fuzz::definition(data));
