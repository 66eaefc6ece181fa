//! `chainrule`: a Jupyter kernel for Rust that teaches deep learning.
//!
//! One executable plays every part; how it was started says which: evcxr starts it as cargo, cargo as a wrapper around
//! rustc, the kernel as the worker that runs cells, and everything
//! else is a command.

#[cfg(not(target_os = "linux"))]
compile_error!(
    "the kernel runs on Linux only, so far; the library compiles elsewhere, too: cargo build --lib --no-default-features"
);

mod commands;
mod compiler;
mod course;
mod evaluator;
mod jupyter;
mod machine;
mod names;
mod notebook;
mod settings;
mod worker;

fn main() -> std::process::ExitCode {
    compiler::stand_in::play();
    if std::env::args_os().nth(1).is_some_and(|argument| argument == worker::COMMAND) {
        worker::main();
    }
    commands::main()
}
