//! Variables that stand for threads, once the threads are gone.
//!
//! After a crash, and after `:undo`, a copy of the process goes on, and a copy has one thread. A
//! pool would wait for its threads for ever, `join` and `recv` as well: so such variables have to
//! go.

use super::explain::memory::{Fate, Lost};
use super::state::State;
use chainrule::base::protocol::Event;
use std::collections::BTreeSet;

/// Names in types that do nothing without threads, of std and of crates that many use.
const OF_THREADS: &[&str] = &[
    "JoinHandle",
    "JoinSet",
    "ThreadPool",
    "Sender",
    "SyncSender",
    "Receiver",
    "UnboundedSender",
    "UnboundedReceiver",
    "Runtime",
];

/// How many threads cells had left running when the last snapshot was made.
#[derive(Default)]
pub struct Threads(u64);

impl Threads {
    /// Takes note of what the worker has reported. Says whether a copy of the process has taken
    /// over that lacks some of them.
    pub fn note(&mut self, events: &[Event]) -> bool {
        let mut are_gone = false;
        for event in events {
            match event {
                Event::Snapshot { threads, .. } => self.0 = *threads,
                Event::RunnerDied { restored: true, .. } | Event::Undone {} => {
                    are_gone |= std::mem::take(&mut self.0) > 0;
                }
                _ => {}
            }
        }
        are_gone
    }
}

/// Lets go what stands for threads that are gone, in this cell.
pub fn lose(number: u32, state: &mut State) -> Lost {
    let is_lost = |name: &&String| {
        let words = state.definitions.words_of(name, &state.scope);
        OF_THREADS.iter().any(|word| words.contains(*word))
    };
    let variables = state.scope.variables.keys();
    let lost: BTreeSet<String> = variables.filter(is_lost).cloned().collect();
    state.scope.variables.retain(|name, _| !lost.contains(name));
    let lost: Lost = lost
        .into_iter()
        .map(|name| (name.clone(), state.memory.defined_in(&name)))
        .collect();
    for (name, _) in &lost {
        state.memory.note(name, Fate::ThreadsGone { cell: number });
    }
    lost
}
