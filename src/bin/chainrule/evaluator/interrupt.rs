//! Interrupting a cell, from another thread, in three steps: end the compiler; ask the cell; end the cell.

use crate::worker::{END_CELL, INTERRUPT};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a cell may take to react before it is ended by force.
const GRACE: Duration = Duration::from_secs(1);

/// Interrupts the cell that runs now. Cheap to clone.
#[derive(Clone)]
pub struct Interrupter {
    worker: Arc<Mutex<std::process::Child>>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// Counts cells; a helper thread must not hit the next one.
    cell: u64,
    is_running: bool,
    is_interrupted: bool,
}

/// A cell that is being evaluated.
pub struct Running<'a>(&'a Interrupter);

impl Interrupter {
    pub fn new(worker: Arc<Mutex<std::process::Child>>) -> Interrupter {
        Interrupter { worker, state: Arc::default() }
    }

    /// Interrupts the running cell; does nothing if there is none. Returns at once.
    pub fn interrupt(&self) {
        let mut state = self.state();
        if !state.is_running || state.is_interrupted {
            return;
        }
        state.is_interrupted = true;
        let (this, cell) = (self.clone(), state.cell);
        // If no thread can be had, the next press of the button tries again.
        let helper = std::thread::Builder::new().name("interrupt".to_owned()).spawn(move || this.insist(cell));
        state.is_interrupted = helper.is_ok();
    }

    /// Ends the worker for good.
    pub fn kill_worker(&self) {
        self.signal(Signal::SIGKILL);
        end_compiler(self.worker_id());
    }

    pub(super) fn enter(&self) -> Running<'_> {
        let mut state = self.state();
        *state = State { cell: state.cell + 1, is_running: true, is_interrupted: false };
        Running(self)
    }

    /// Repeats until the cell ends: between the steps of an evaluation there are moments that notice nothing.
    fn insist(&self, cell: u64) {
        let mut asked: Option<Instant> = None;
        loop {
            {
                let state = self.state();
                if !state.is_running || state.cell != cell {
                    return;
                }
                // Under the lock: the cell cannot end between the look and the blow.
                if !end_compiler(self.worker_id()) {
                    self.signal(INTERRUPT);
                    if asked.get_or_insert_with(Instant::now).elapsed() > GRACE {
                        self.signal(END_CELL);
                    }
                }
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn worker_id(&self) -> u32 {
        self.worker.lock().unwrap_or_else(PoisonError::into_inner).id()
    }

    fn signal(&self, signal: Signal) {
        let _ = kill(Pid::from_raw(self.worker_id() as i32), signal);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Running<'_> {
    /// The cell has ended. Says whether it was interrupted.
    pub fn leave(self) -> bool {
        let mut state = self.0.state();
        state.is_running = false;
        state.is_interrupted
    }
}

/// Ends cargo and what it has started: all our children but the worker. Says whether there were any.
fn end_compiler(worker: u32) -> bool {
    let compilers: Vec<i32> =
        children(std::process::id()).into_iter().filter(|&child| child != worker as i32).collect();
    for &child in &compilers {
        for descendant in children(child as u32) {
            let _ = kill(Pid::from_raw(descendant), Signal::SIGKILL);
        }
        let _ = kill(Pid::from_raw(child), Signal::SIGKILL);
    }
    !compilers.is_empty()
}

/// The processes that a process has started, by all its threads.
fn children(parent: u32) -> Vec<i32> {
    let threads = fs::read_dir(format!("/proc/{parent}/task"));
    let lists =
        threads.into_iter().flatten().flatten().map(|thread| fs::read_to_string(thread.path().join("children")));
    lists
        .flatten()
        .flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>())
        .collect()
}
