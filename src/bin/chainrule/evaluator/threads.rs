//! Variables that stand for threads, once the threads are gone.
//!
//! After a crash, and after `:undo`, a copy of the process goes on, and a copy has one thread. A
//! pool would wait for its threads for ever, `join` and `recv` as well: so such variables have to
//! go.

use super::Evaluator;
use super::explain::memory::{Fate, Lost};
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

impl Evaluator {
    /// Takes note of threads that cells have left running, and lets go what stands for them if a
    /// copy of the process has taken over, in this cell.
    pub(super) fn follow_threads(&mut self, number: u32, events: &[Event]) -> Option<Lost> {
        let mut are_gone = false;
        for event in events {
            match event {
                Event::Snapshot { threads, .. } => self.threads = *threads,
                Event::RunnerDied { restored: true, .. } | Event::Undone {} => {
                    are_gone |= std::mem::take(&mut self.threads) > 0;
                }
                _ => {}
            }
        }
        are_gone.then(|| self.lose_threads(number))
    }

    fn lose_threads(&mut self, number: u32) -> Lost {
        let is_lost = |name: &&String| {
            let words = self.definitions.words_of(name, &self.scope);
            OF_THREADS.iter().any(|word| words.contains(*word))
        };
        let lost: BTreeSet<String> = self
            .scope
            .variables
            .keys()
            .filter(is_lost)
            .cloned()
            .collect();
        self.scope.variables.retain(|name, _| !lost.contains(name));
        let lost: Lost = lost
            .into_iter()
            .map(|name| (name.clone(), self.memory.defined_in(&name)))
            .collect();
        for (name, _) in &lost {
            self.memory.note(name, Fate::ThreadsGone { cell: number });
        }
        lost
    }
}
