#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| rqg_tests::fuzz::config(data));
