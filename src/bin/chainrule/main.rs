//! `chainrule`: a Jupyter kernel for Rust that teaches deep learning.
//!
//! One executable plays every part; how it was started says which: evcxr starts it as cargo, cargo
//! as a wrapper around rustc, the kernel as the worker that runs cells and as the process that
//! holds evcxr, and everything else is a command. `src/ARCHITECTURE.md` follows a cell through
//! these parts.
//!
//! Each folder uses only those above it, and of those only these (a test reads this table and the
//! code):
//!
//! | module | | uses |
//! |---|---|---|
//! | [`machine`] | what is asked of the system: processes, memory, folders of the user, programs on the `PATH` | |
//! | [`names`] | what things of Keras, PyTorch, NumPy and scikit-learn are called here | |
//! | [`course`] | the chapters, which the executable carries, and how they are built | names |
//! | [`settings`] | what a person can set: limits, language, what is kept | machine |
//! | [`compiler`] | rustc: which one, the prepared library, a session's folder, the stand-ins for cargo and rustc, kept cells | machine |
//! | [`worker`] | the process that runs cells and holds their variables; the kernel's ends of what connects them | machine, settings |
//! | [`analyzer`] | evcxr and the rust-analyzer in it, in a process of their own; the kernel's end of it | machine, compiler, worker |
//! | [`evaluator`] | one session: what a cell means, its way through compiler and worker, what to say of it | machine, names, course, settings, compiler, worker, analyzer |
//! | [`jupyter`] | messages, sockets, threads | machine, settings, evaluator |
//! | [`notebook`] | notebook files, running them without a front end, writing them as programs | machine, settings, evaluator, jupyter |
//! | [`commands`] | the command line | machine, names, course, settings, compiler, evaluator, jupyter, notebook |

#[cfg(not(target_os = "linux"))]
compile_error!(
    "the kernel runs on Linux only, so far; the library compiles elsewhere, too: cargo build --lib \
    --no-default-features"
);

mod analyzer;
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
    if std::env::args_os()
        .nth(1)
        .is_some_and(|argument| argument == worker::COMMAND)
    {
        worker::main();
    }
    if std::env::args_os()
        .nth(1)
        .is_some_and(|argument| argument == analyzer::COMMAND)
    {
        analyzer::main();
    }
    commands::main()
}
