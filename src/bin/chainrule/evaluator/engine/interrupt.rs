//! Stopping a cell, from another thread, in three steps: end the compiler; ask the cell; end the
//! cell.

use crate::analyzer::link::Watched;
use crate::machine::processes::children;
use crate::worker::link::ends_within;
use crate::worker::{END, END_CELL, END_RUNNER, INTERRUPT};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a cell may take to react before it is ended by force.
const GRACE: Duration = Duration::from_secs(1);
/// How long the worker may take to end itself and what cells have started.
const FAREWELL: Duration = Duration::from_millis(1500);

/// Why a cell is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The learner pressed the button.
    Interrupt,
    /// It took longer than it may.
    Timeout,
    /// It uses more memory than it may.
    Memory,
    /// It has more processes than it may.
    Processes,
}

/// Stops the cell that runs now. Cheap to clone.
#[derive(Clone)]
pub struct Interrupter {
    worker: Arc<Mutex<std::process::Child>>,
    /// evcxr's process.
    evcxr: Watched,
    state: Arc<(Mutex<State>, Condvar)>,
}

#[derive(Default)]
struct State {
    /// Counts cells; a helper thread must not hit the next one.
    cell: u64,
    /// When the cell that runs has begun.
    began: Option<Instant>,
    /// Its time does not count, because evcxr starts.
    is_waiting: bool,
    stop: Option<Stop>,
    /// A cell is being compiled, or was and runs now; cells that were compiled before leave cargo
    /// to others.
    may_compile: bool,
    /// The session is over.
    is_closed: bool,
}

/// A cell that is being evaluated.
pub struct Running<'a>(&'a Interrupter);

impl Interrupter {
    pub fn new(worker: Arc<Mutex<std::process::Child>>, evcxr: Watched) -> Interrupter {
        Interrupter {
            worker,
            evcxr,
            state: Arc::default(),
        }
    }

    /// Interrupts the running cell; does nothing if there is none. Returns at once.
    pub fn interrupt(&self) {
        self.stop(Stop::Interrupt);
    }

    /// Stops the running cell; does nothing if there is none, or if it is being stopped. Returns at
    /// once.
    pub fn stop(&self, why: Stop) {
        let mut state = self.state();
        if state.began.is_none() || state.stop.is_some() {
            return;
        }
        let (this, cell) = (self.clone(), state.cell);
        // If no thread can be had, the next press of the button tries again.
        let helper = std::thread::Builder::new()
            .name("interrupt".to_owned())
            .spawn(move || this.insist(cell, why));
        state.stop = helper.is_ok().then_some(why);
    }

    /// Goes back to how things were after the last cell, although none runs: a thread that a cell
    /// has left does harm.
    pub fn end_what_runs_between_cells(&self) {
        self.signal(END_RUNNER);
    }

    /// Ends the worker, with all that cells have started, for good.
    pub fn end_worker(&self) {
        self.state().is_closed = true;
        self.state.1.notify_all();
        self.signal(END);
        self.end_compiler();
        if !ends_within(&self.worker, FAREWELL) {
            self.signal(Signal::SIGKILL);
        }
    }

    /// Waits until a cell begins, the session ends or the time is up. Says how long the cell has
    /// been running, or `None` if none is; nothing at all at the end of the session.
    pub fn wait(&self, time: Duration) -> Option<Option<Duration>> {
        let state = self.state();
        let (state, _) = self
            .state
            .1
            .wait_timeout(state, time)
            .unwrap_or_else(PoisonError::into_inner);
        let elapsed = |began: Instant| {
            if state.is_waiting {
                Duration::ZERO
            } else {
                began.elapsed()
            }
        };
        if state.is_closed {
            None
        } else {
            Some(state.began.map(elapsed))
        }
    }

    /// From now on the cell waits for what is not its own, or no longer: its time begins then.
    pub fn waits(&self, is_waiting: bool) {
        let mut state = self.state();
        state.is_waiting = is_waiting;
        if !is_waiting {
            state.began = state.began.map(|_| Instant::now());
        }
    }

    /// Whether the cell that runs is to stop.
    pub fn is_stopping(&self) -> bool {
        self.state().stop.is_some()
    }

    /// Whether it is for the cell that cargo works now, if it does.
    pub fn may_compile(&self, may: bool) {
        self.state().may_compile = may;
    }

    pub fn enter(&self) -> Running<'_> {
        let mut state = self.state();
        state.cell += 1;
        state.began = Some(Instant::now());
        state.stop = None;
        state.may_compile = false;
        state.is_waiting = false;
        self.state.1.notify_all();
        Running(self)
    }

    /// Repeats until the cell ends: between the steps of an evaluation there are moments that
    /// notice nothing.
    fn insist(&self, cell: u64, why: Stop) {
        // A cell that takes what others need is not asked, and what it did shall not stay.
        let is_asked = matches!(why, Stop::Interrupt | Stop::Timeout);
        let mut asked: Option<Instant> = None;
        let worker = self.worker_id();
        loop {
            {
                let state = self.state();
                // Without a snapshot the worker ends with the cell, and evcxr starts another, which
                // has done nothing.
                if state.began.is_none() || state.cell != cell || self.worker_id() != worker {
                    return;
                }
                // Under the lock: the cell cannot end between the look and the blow.
                if !is_asked {
                    self.signal(END_CELL);
                } else if !(state.may_compile && self.end_compiler()) {
                    self.signal(INTERRUPT);
                    if asked.get_or_insert_with(Instant::now).elapsed() > GRACE {
                        self.signal(END_CELL);
                        self.evcxr.end_if_it_thinks();
                    }
                }
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The supervisor.
    pub fn worker_id(&self) -> u32 {
        self.worker
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .id()
    }

    /// Ends the cargo that compiles a cell, for the kernel or for evcxr, and what it has started.
    /// Says whether there was one.
    fn end_compiler(&self) -> bool {
        let mut is_any = false;
        for parent in [Some(std::process::id()), self.evcxr.id()]
            .into_iter()
            .flatten()
        {
            is_any |= end_compilers_of(parent);
        }
        is_any
    }

    fn signal(&self, signal: Signal) {
        let _ = kill(Pid::from_raw(self.worker_id() as i32), signal);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// While a cell is compiled, an interrupt ends the compiler.
pub struct Compiling(Interrupter);

impl Compiling {
    pub fn begin(interrupter: &Interrupter) -> Compiling {
        interrupter.may_compile(true);
        Compiling(interrupter.clone())
    }
}

impl Drop for Compiling {
    fn drop(&mut self) {
        self.0.may_compile(false);
    }
}

impl Running<'_> {
    /// The cell has ended. Says whether it was stopped, and why.
    pub fn leave(self) -> Option<Stop> {
        let mut state = self.0.state();
        state.began = None;
        state.stop
    }
}

/// Also where the kernel itself has failed meanwhile.
impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.state().began = None;
    }
}

fn end_compilers_of(parent: u32) -> bool {
    let is_cargo = |pid: &i32| {
        fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.trim() == "cargo")
    };
    let compilers: Vec<i32> = children(parent).into_iter().filter(is_cargo).collect();
    for &compiler in &compilers {
        // rustc itself ends with the wrapper around it.
        for wrapper in children(compiler as u32) {
            let _ = kill(Pid::from_raw(wrapper), Signal::SIGKILL);
        }
        let _ = kill(Pid::from_raw(compiler), Signal::SIGKILL);
    }
    !compilers.is_empty()
}
