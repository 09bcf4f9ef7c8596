//! The `ondo` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    ondo::cli::main()
}
