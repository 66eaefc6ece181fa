//! `chainrule`: a Jupyter kernel for Rust that teaches deep learning.
//!
//! One executable plays every part; how it was started says which: cargo starts it as a wrapper around rustc, the kernel
//! starts it as the worker that runs cells, and everything else is a command.

mod commands;
mod compiler;
mod evaluator;
mod jupyter;
mod notebook;
mod settings;
mod worker;

fn main() -> std::process::ExitCode {
    if std::env::var_os(compiler::wrapper::ROLE).is_some() {
        compiler::wrapper::main();
    }
    if std::env::args_os().nth(1).is_some_and(|argument| argument == worker::COMMAND) {
        worker::main();
    }
    commands::main()
}
