//! Asking the learner for a line of text: with [`input`], or by reading standard input.

use crate::base::interrupt::{self, CHAINRULE_INTERRUPT};
use crate::base::protocol::Event;
use crate::base::worker::{event, input_channel};
use crate::base::{self, RawChannel};
use crate::display;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

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
    match question(channel, prompt.into(), is_password) {
        Answer::Given(Value::String(text)) => text,
        Answer::Interrupted => {
            interrupt::check();
            nobody_answers()
        }
        _ => nobody_answers(),
    }
}

#[track_caller]
fn nobody_answers() -> ! {
    panic!(
        "input: there is nobody to ask\n  hint: run the notebook in a front end such as \
        JupyterLab, or put the text into the cell"
    )
}

/// What has been typed and not yet been read from standard input, and whether it has ended.
struct Typed {
    bytes: VecDeque<u8>,
    is_at_end: bool,
}

static TYPED: Mutex<Typed> = Mutex::new(Typed {
    bytes: VecDeque::new(),
    is_at_end: false,
});

/// A line with this alone is the end of the input, as Ctrl-D is in a terminal.
const END_OF_INPUT: &str = "\u{4}";

/// Reads from standard input: the worker calls it in place of the system's `read`. A learner is
/// asked for each line. Returns the number of bytes, 0 at the end, or a negative error number.
///
/// # Safety
/// `buffer` has room for `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn chainrule_read_stdin(buffer: *mut u8, length: usize) -> isize {
    // As in linux/errno.h; unwinding through the caller, which is std's own code, is not possible.
    const EIO: isize = 5;
    const ECANCELED: isize = 125;
    let Some(channel) = input_channel() else {
        return 0;
    };
    let mut typed = TYPED.lock().unwrap_or_else(PoisonError::into_inner);
    if typed.bytes.is_empty() && !typed.is_at_end {
        match question(channel, Value::Null, false) {
            Answer::Given(Value::String(text)) if text == END_OF_INPUT => typed.is_at_end = true,
            Answer::Given(Value::String(text)) => typed.bytes.extend(text.bytes().chain([b'\n'])),
            Answer::Interrupted => return -ECANCELED,
            _ => {
                event(&Event::NobodyToAsk {});
                // Once an error, then the end: a loop over lines that ignores errors shall end.
                typed.is_at_end = true;
                return -EIO;
            }
        }
    }
    let count = length.min(typed.bytes.len());
    for (at, byte) in typed.bytes.drain(..count).enumerate() {
        // SAFETY: `at` is below `length`.
        unsafe { buffer.add(at).write(byte) };
    }
    count as isize
}

/// The end of the input, and what a cell has not read, are over with the cell.
pub(crate) fn forget_typed() {
    // A thread that waits for input holds the lock: then it is its input.
    if let Ok(mut typed) = TYPED.try_lock() {
        *typed = Typed {
            bytes: VecDeque::new(),
            is_at_end: false,
        };
    }
}

/// What the kernel says to a frame that asks.
pub(super) enum Answer {
    Given(Value),
    /// Nobody can be asked.
    Nobody,
    /// The learner pressed stop instead.
    Interrupted,
}

/// Asks; a prompt of `null` stands for what the cell printed last. The answer is a text.
fn question(channel: RawChannel, prompt: Value, is_password: bool) -> Answer {
    ask_kernel(
        channel,
        json!({"kind": "input", "prompt": prompt, "password": is_password}),
    )
}

/// Writes a frame that asks, and waits for the answer.
pub(super) fn ask_kernel(channel: RawChannel, frame: Value) -> Answer {
    // Answers do not say what they answer: one thread asks at a time.
    static ASKING: Mutex<()> = Mutex::new(());
    let _turn = ASKING.lock().unwrap_or_else(PoisonError::into_inner);
    display::write_frame(frame);
    let mut channel = base::file(channel);
    let mut line = Vec::new();
    let mut byte = [0];
    loop {
        if CHAINRULE_INTERRUPT.load(Ordering::Relaxed) {
            return Answer::Interrupted;
        }
        // One JSON line: the answer, or null where nobody can be asked.
        match channel.read(&mut byte) {
            Ok(1) if byte[0] == b'\n' => {
                return serde_json::from_slice::<Option<Value>>(&line)
                    .ok()
                    .flatten()
                    .map_or(Answer::Nobody, Answer::Given);
            }
            Ok(1) => line.push(byte[0]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            _ => return Answer::Nobody,
        }
    }
}
