//! Any text: the parser comes to an end, its places lie in the text, and what can be read can be formatted.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ondo_fuzz::parse(data));
