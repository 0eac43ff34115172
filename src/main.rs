//! The command line. Everything that can be told apart by a test lives in the library; this prints and exits.

use std::process::ExitCode;

fn main() -> ExitCode {
    vigil::cli::main()
}
