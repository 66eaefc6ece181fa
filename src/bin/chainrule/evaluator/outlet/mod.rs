//! What comes back from a cell while it runs, and what the worker says of it.

pub mod output;
pub mod reports;
pub mod stream;

use crate::evaluator::objects::LoadedObjects;
use crate::evaluator::threads::Threads;
use crate::worker::channels::{Answers, Events};
use chainrule::base::protocol::Event;
use output::{Pump, Sink};
use std::sync::{Arc, Mutex, PoisonError};
use stream::{Bundle, Output};

pub struct Outlet {
    pump: Pump,
    events: Events,
    /// Events of this cell that were looked at before its end.
    taken: Vec<Event>,
    /// For cells that ask.
    pub answers: Answers,
    pub objects: LoadedObjects,
    pub threads: Threads,
}

/// Where the output of an expression goes that nobody sees run, and what it shows at its end.
/// Nobody answers what it asks.
pub fn only_result(answers: Answers) -> (Sink, impl FnOnce() -> Bundle) {
    let shown = Arc::new(Mutex::new(Bundle::default()));
    let kept = shown.clone();
    let sink: Sink = Arc::new(move |output| match output {
        Output::Question { .. } => answers.give(None),
        Output::Comm(act) if act.asks() => answers.give(None),
        Output::Result(bundle) => {
            *kept.lock().unwrap_or_else(PoisonError::into_inner) = bundle;
        }
        _ => {}
    });
    let take = move || {
        let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *shown)
    };
    (sink, take)
}

impl Outlet {
    pub fn new(pump: Pump, events: Events, answers: Answers) -> Outlet {
        Outlet {
            pump,
            events,
            taken: Vec::new(),
            answers,
            objects: LoadedObjects::default(),
            threads: Threads::default(),
        }
    }

    /// From now on output goes to `sink`.
    pub fn begin(&mut self, sink: Sink) {
        self.pump.begin(sink);
        self.answers.forget();
    }

    /// Waits for the rest of the output. Returns what was written last on standard error, and what
    /// the worker has reported.
    pub fn end(&mut self, ends_with_expression: bool) -> (String, Vec<Event>) {
        let tail = self.pump.end(ends_with_expression);
        self.so_far();
        let events = std::mem::take(&mut self.taken);
        self.objects.note(&events);
        (tail, events)
    }

    /// The same for a cell that was not run.
    pub fn end_unrun(&mut self) {
        self.pump.end(false);
    }

    /// What the worker has reported of this cell so far.
    pub fn so_far(&mut self) -> &[Event] {
        self.taken.extend(self.events.take());
        &self.taken
    }

    /// Forgets that something could not be loaded. Says whether that was so.
    pub fn forget_load_failure(&mut self) -> bool {
        let before = self.so_far().len();
        let is_other = |event: &Event| !matches!(event, Event::LoadFailed { .. });
        self.taken.retain(is_other);
        self.taken.len() < before
    }

    /// What the worker has reported while no cell ran.
    pub fn between_cells(&mut self) -> Vec<Event> {
        let events = self.events.take();
        self.objects.note(&events);
        events
    }
}
