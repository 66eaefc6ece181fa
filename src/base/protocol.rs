//! What kernel, worker and the library in it say to each other: every event, evcxr's words, the
//! frames in the output.

use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Before a frame in the output of a cell: an OSC sequence, which a terminal ignores. Behind it the
/// token of the session and the frame, as JSON.
pub const FRAME_BEGIN: &str = "\x1b]7337;";
/// Ends a frame.
pub const FRAME_END: &str = "\x07";
/// The variable of the environment in which the worker is told the token.
pub const TOKEN: &str = "CHAINRULE_FRAME_TOKEN";

/// The lines of evcxr's own protocol, between it and what runs cells.
pub mod evcxr {
    /// Loads a shared object and calls a function in it; both follow.
    pub const LOAD_AND_RUN: &str = "LOAD_AND_RUN ";
    /// The cell is over.
    pub const DONE: &str = "EVCXR_EXECUTION_COMPLETE";
    /// The cell has panicked.
    pub const PANICKED: &str = "EVCXR_PANIC_NOTIFICATION";
    /// The cell has ended early, by `?` or `return`.
    pub const RETURNED: &str = "EVCXR_ERROR_OCCURRED";
    /// evcxr forgets the variable that follows, and asks again.
    pub const CHANGED_TYPE: &str = "EVCXR_VARIABLE_CHANGED_TYPE:";
    /// Begins a block of output with the MIME type that follows.
    pub const CONTENT_BEGIN: &str = "EVCXR_BEGIN_CONTENT ";
    /// Ends such a block.
    pub const CONTENT_END: &str = "EVCXR_END_CONTENT\n";
}

/// A place in compiled code: file, line, column.
pub type Place = (String, u32, u32);

/// Declares the events once: their names in the code and on the wire, and what belongs to each.
macro_rules! events {
    ($($(#[$doc:meta])* $Name:ident = $word:literal {
        $($(#[$field_doc:meta])* $field:ident: $kind:ty),*
    })*) => {
        /// What a worker reports to the kernel, one JSON object each.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Event {
            $($(#[$doc])* $Name { $($(#[$field_doc])* $field: $kind),* },)*
        }

        impl Event {
            /// As it is sent.
            pub fn to_json(&self) -> Value {
                match self {
                    $(Event::$Name { $($field),* } => json!({
                        "event": $word, $(stringify!($field): $field),*
                    }),)*
                }
            }

            /// Of what was received: nothing where it is none of these.
            pub fn read(value: &Value) -> Option<Event> {
                match value["event"].as_str()? {
                    $($word => Some(Event::$Name {
                        $($field: serde_json::from_value(value[stringify!($field)].clone()).ok()?),*
                    }),)*
                    _ => None,
                }
            }
        }
    };
}

events! {
    /// The cell has panicked.
    Panicked = "panic" {
        /// Whether an interrupt has unwound it.
        is_interrupt: bool,
        /// What it was thrown with.
        message: String,
        /// Where.
        at: Option<Place>,
        /// The line of the cell's statement, from 1; 0 where it is not known.
        line: u32,
        /// Where relative paths begin.
        folder: String
    }
    /// Another thread of the cell has.
    ThreadPanicked = "thread_panic" {
        /// Whether an interrupt has unwound it.
        is_interrupt: bool,
        /// What it was thrown with.
        message: String,
        /// Where.
        at: Option<Place>
    }
    /// The cell has ended by a `return` before its end.
    Returned = "returned" {
        /// The line of the cell's statement.
        line: u32
    }
    /// The cell has ended by `?` or by returning an error.
    EarlyReturn = "early_return" {
        /// The error in words.
        message: String,
        /// The line of the cell's statement.
        line: u32,
        /// Where relative paths begin.
        folder: String
    }
    /// The last expression is an error.
    ErrorResult = "error_result" {
        /// The error in words.
        message: String,
        /// The line of the cell's statement.
        line: u32
    }
    /// The cell has thrown an error away.
    UnseenError = "unseen_error" {
        /// The error in words.
        message: String,
        /// The line in the compiled code.
        line: u32
    }
    /// The cell reads from standard input, and there is nobody to ask.
    NobodyToAsk = "nobody_to_ask" {}
    /// What is known of the variables that the cell has put back.
    Variables = "variables" {
        /// By their names.
        variables: BTreeMap<String, Value>
    }
    /// What the compiler calls their types.
    Types = "types" {
        /// By the names of the variables.
        types: BTreeMap<String, String>
    }
    /// The cell has stopped: these have their old values.
    PutBack = "put_back" {
        /// Their names.
        variables: Vec<String>
    }
    /// A compiled cell was loaded.
    Loaded = "loaded" {
        /// The file.
        object: String,
        /// Where it is in memory.
        base: usize,
        /// How long that took.
        microseconds: u64
    }
    /// A compiled cell, or the library, could not be loaded.
    LoadFailed = "load_failed" {
        /// Why.
        message: String
    }
    /// There is a snapshot of the cell that has ended.
    Snapshot = "snapshot" {
        /// How long the fork took.
        microseconds: u64,
        /// How many threads of cells it does not have.
        threads: u64
    }
    /// The process that runs cells has ended.
    RunnerDied = "runner_died" {
        /// Whether a snapshot has taken over.
        restored: bool,
        /// The line of the cell's statement.
        line: u32,
        /// The exit code, if it exited.
        exit_code: Option<i32>,
        /// The signal, if one has ended it.
        signal: Option<String>
    }
    /// The worker has gone back to an earlier snapshot.
    Undone = "undone" {}
    /// A stack is full: the addresses of functions on it, the innermost first.
    StackOverflow = "stack_overflow" {
        /// Places in the code.
        addresses: Vec<usize>
    }
}

/// Bytes of a packet between worker and kernel: a system has room for twice as many.
const LONGEST_PACKET: usize = 100_000;
/// Begins a packet with a part of a longer message, and one with its last part. Behind it the name
/// of the message, up to a `:`. All others begin with the `{` of their JSON.
const PART: u8 = b'+';
const LAST_PART: u8 = b'=';

/// A message in packets; `name` is its own among all that are on their way.
pub(crate) fn packets(message: &[u8], name: &str) -> Vec<Vec<u8>> {
    if message.len() <= LONGEST_PACKET {
        return vec![message.to_vec()];
    }
    let parts = message.chunks(LONGEST_PACKET);
    let last = parts.len() - 1;
    let packet = |(i, part): (usize, &[u8])| {
        let mark = if i == last { LAST_PART } else { PART };
        [&[mark], name.as_bytes(), b":", part].concat()
    };
    parts.enumerate().map(packet).collect()
}

/// Puts messages together of the packets that arrive.
#[derive(Default)]
pub struct Unpacking(BTreeMap<Vec<u8>, Vec<u8>>);

impl Unpacking {
    /// The message that is whole with this packet.
    pub fn add(&mut self, packet: &[u8]) -> Option<Vec<u8>> {
        let [mark @ (PART | LAST_PART), rest @ ..] = packet else {
            return Some(packet.to_vec());
        };
        let end = rest.iter().position(|byte| *byte == b':')?;
        let (name, part) = (&rest[..end], &rest[end + 1..]);
        let mut message = self.0.remove(name).unwrap_or_default();
        message.extend_from_slice(part);
        if *mark == LAST_PART {
            return Some(message);
        }
        self.0.insert(name.to_vec(), message);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_any_length_arrive_also_between_each_other() {
        let [one, two] = ["é", ":+="].map(|text| text.repeat(150_000).into_bytes());
        let mut unpacking = Unpacking::default();
        assert_eq!(unpacking.add(b"{}").as_deref(), Some(&b"{}"[..]));
        let (first, second) = (packets(&one, "1.1"), packets(&two, "1.2"));
        assert!(first.len() > 2 && second.len() > first.len());
        assert!(first.iter().all(|packet| packet.len() < 110_000));
        let mut whole = Vec::new();
        for i in 0..second.len() {
            for packets in [&first, &second] {
                whole.extend(packets.get(i).and_then(|packet| unpacking.add(packet)));
            }
        }
        assert!(whole == [one, two]);
        assert!(unpacking.0.is_empty());
    }

    #[test]
    fn events_come_as_they_were_sent() {
        let at = Some(("src/lib.rs".to_owned(), 3, 5));
        let died = |exit_code, signal: Option<&str>| {
            let signal = signal.map(str::to_owned);
            Event::RunnerDied {
                restored: true,
                line: 2,
                exit_code,
                signal,
            }
        };
        for event in [
            Event::Panicked {
                is_interrupt: false,
                message: "\u{1b}\"".into(),
                at,
                line: 1,
                folder: "/".into(),
            },
            Event::NobodyToAsk {},
            Event::Types {
                types: [("a".to_owned(), "i32".to_owned())].into(),
            },
            died(Some(-1), None),
            died(None, Some("SIGSEGV")),
        ] {
            assert_eq!(Event::read(&event.to_json()), Some(event));
        }
        assert_eq!(Event::read(&json!({"event": "loaded"})), None);
        assert_eq!(Event::read(&json!("loaded")), None);
    }
}
