//! Asking the learner for a line of text.

use super::interrupt;
use super::report::input_channel;
use crate::display;
use serde_json::json;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::mem::ManuallyDrop;
use std::os::fd::{FromRawFd, RawFd};

/// Asks for a line of text and waits for it.
///
/// # Panics
/// Where nobody can be asked, as when a notebook runs without a front end.
///
/// ```no_run
/// # use chainrule::prelude::*;
/// let name = input("What is your name? ");
/// println!("Hello, {name}!");
/// ```
#[track_caller]
pub fn input(prompt: &str) -> String {
    ask(prompt, false)
}

/// Like [`input`], but the front end does not show what is typed.
#[track_caller]
pub fn input_password(prompt: &str) -> String {
    ask(prompt, true)
}

#[track_caller]
fn ask(prompt: &str, is_password: bool) -> String {
    let Some(channel) = input_channel() else {
        print!("{prompt}");
        let _ = std::io::stdout().flush();
        let mut line = String::new();
        return match std::io::stdin().read_line(&mut line) {
            Ok(1..) => line.trim_end_matches(['\n', '\r']).to_owned(),
            _ => nobody_answers(),
        };
    };
    display::write_frame(json!({"kind": "input", "prompt": prompt, "password": is_password}));
    match read_answer(channel) {
        Some(answer) => answer,
        None => nobody_answers(),
    }
}

#[track_caller]
fn nobody_answers() -> ! {
    panic!(
        "input: there is nobody to ask\n  hint: run the notebook in a front end such as JupyterLab, or put the text into the cell"
    )
}

/// One JSON line: the text, or null where nobody can be asked.
fn read_answer(channel: RawFd) -> Option<String> {
    // SAFETY: the worker keeps the descriptor open for the life of the process; ManuallyDrop leaves it open.
    let mut channel = ManuallyDrop::new(unsafe { File::from_raw_fd(channel) });
    let mut line = Vec::new();
    let mut byte = [0];
    loop {
        interrupt::check();
        match channel.read(&mut byte) {
            Ok(1) if byte[0] == b'\n' => return serde_json::from_slice(&line).ok().flatten(),
            Ok(1) => line.push(byte[0]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            _ => return None,
        }
    }
}
