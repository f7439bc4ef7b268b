//! The command line of Taipan.

use std::process::ExitCode;

fn main() -> ExitCode {
    taipan_modules::register();
    taipan_jit::install();
    taipan_vm::program::run(std::env::args_os().collect())
}
