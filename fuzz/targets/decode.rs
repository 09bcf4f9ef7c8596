//! Any bytes as a vendor's webhook and as a vendor's answer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ondo_fuzz::decode(data));
