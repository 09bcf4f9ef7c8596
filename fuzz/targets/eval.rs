//! Any bytes as the event of a checked rule, and as the answers to its calls.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ondo_fuzz::eval(data));
