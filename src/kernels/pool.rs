//! Threads that share work. They belong to one process: a fork, as the worker does before each
//! cell, copies only the thread that forks, so the process that comes out of it starts threads of
//! its own.

use super::flush::Flush;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// How often a thread looks for work, or for the end of it, before it sleeps: about as long as an
/// operation takes, because the next one usually follows.
const LOOKS: usize = 4000;

/// Tasks 0, 1, 2, … of one piece of work; each thread takes the next one until there are none.
struct Job {
    /// Valid while `left` is not 0, for as long [`parallel`] waits.
    work: *const (dyn Fn(usize) + Sync),
    tasks: usize,
    next: AtomicUsize,
    left: AtomicUsize,
    has_panicked: AtomicBool,
}

// SAFETY: `work` is shared between threads, which `Sync` allows, and used only while its owner
// waits.
unsafe impl Send for Job {}
// SAFETY: as above; the counters are atomic.
unsafe impl Sync for Job {}

impl Job {
    fn help(&self) {
        loop {
            let task = self.next.fetch_add(1, Ordering::Relaxed);
            if task >= self.tasks {
                return;
            }
            // SAFETY: this task is not done, so `left` is not 0.
            let work = unsafe { &*self.work };
            if catch_unwind(AssertUnwindSafe(|| work(task))).is_err() {
                self.has_panicked.store(true, Ordering::Relaxed);
            }
            self.left.fetch_sub(1, Ordering::Release);
        }
    }
}

struct Pool {
    process: u32,
    /// How many compute, the one that asks among them.
    threads: AtomicUsize,
    /// How many there are; those that are too many sleep.
    started: AtomicUsize,
    is_busy: AtomicBool,
    /// Counts the jobs, so that a thread sees without the lock that there is a new one.
    count: AtomicUsize,
    job: Mutex<Option<Arc<Job>>>,
    wake: Condvar,
}

static POOL: AtomicPtr<Pool> = AtomicPtr::new(std::ptr::null_mut());

/// The threads of this process. Those of a process that was forked away are not ours to free.
fn pool() -> &'static Pool {
    let old = POOL.load(Ordering::Acquire);
    // SAFETY: what is stored below is never freed.
    if let Some(pool) = unsafe { old.as_ref() }
        && pool.process == std::process::id()
    {
        return pool;
    }
    let new = Box::leak(Box::new(Pool {
        process: std::process::id(),
        threads: AtomicUsize::new(wanted()),
        started: AtomicUsize::new(1),
        is_busy: AtomicBool::new(false),
        count: AtomicUsize::new(0),
        job: Mutex::new(None),
        wake: Condvar::new(),
    }));
    if POOL
        .compare_exchange(old, new, Ordering::AcqRel, Ordering::Relaxed)
        .is_err()
    {
        return pool();
    }
    let new: &'static Pool = new;
    new.start();
    new
}

/// What a cell asked for; 0 before. A process that is forked away remembers it.
static ASKED: AtomicUsize = AtomicUsize::new(0);
const MOST: usize = 64;

/// From now on so many threads compute, at least 1.
pub(crate) fn use_threads(count: usize) {
    let count = count.clamp(1, MOST);
    ASKED.store(count, Ordering::Relaxed);
    let pool = pool();
    pool.threads.store(count, Ordering::Relaxed);
    pool.start();
}

/// How many threads compute.
pub(crate) fn threads() -> usize {
    pool().threads.load(Ordering::Relaxed)
}

/// As many threads as a cell asked for, or the settings of the learner, or who runs the classroom;
/// otherwise what the system grants this process.
fn wanted() -> usize {
    let asked = ASKED.load(Ordering::Relaxed);
    if asked > 0 {
        return asked;
    }
    let asked = |name: &str| {
        std::env::var(name)
            .ok()?
            .parse::<f64>()
            .ok()
            .filter(|count| *count > 0.0)
    };
    let asked = asked("CHAINRULE_THREADS")
        .or_else(|| asked("CPU_LIMIT"))
        .map(|count| (count as usize).max(1));
    asked
        .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
        .min(MOST)
}

/// Calls `work` for each task from 0 to `tasks - 1`, in any order, on the threads of the pool and
/// on this one.
pub(crate) fn parallel(tasks: usize, work: &(dyn Fn(usize) + Sync)) {
    let _flushed = Flush::new();
    let pool = if tasks > 1 { Some(pool()) } else { None };
    // A task that has tasks, or another thread of the learner: they do it alone.
    let Some(pool) = pool.filter(|pool| {
        pool.threads.load(Ordering::Relaxed) > 1 && !pool.is_busy.swap(true, Ordering::Acquire)
    }) else {
        return (0..tasks).for_each(work);
    };
    // SAFETY: only the lifetime is taken away; this function does not return while a thread can use
    // it.
    let work: *const (dyn Fn(usize) + Sync) = unsafe { std::mem::transmute(work) };
    let (next, left) = (AtomicUsize::new(0), AtomicUsize::new(tasks));
    let job = Arc::new(Job {
        work,
        tasks,
        next,
        left,
        has_panicked: AtomicBool::new(false),
    });
    {
        let mut current = pool.job.lock().unwrap_or_else(PoisonError::into_inner);
        *current = Some(job.clone());
        pool.count.fetch_add(1, Ordering::Release);
    }
    pool.wake.notify_all();
    job.help();
    let mut looks = 0;
    while job.left.load(Ordering::Acquire) > 0 {
        looks += 1;
        if looks < LOOKS {
            std::hint::spin_loop()
        } else {
            std::thread::yield_now()
        }
    }
    pool.is_busy.store(false, Ordering::Release);
    assert!(
        !job.has_panicked.load(Ordering::Relaxed),
        "a part of an operation panicked, see above"
    );
}

impl Pool {
    /// Starts the threads that are still missing.
    fn start(&'static self) {
        let wanted = self.threads.load(Ordering::Relaxed);
        for number in self.started.fetch_max(wanted, Ordering::Relaxed)..wanted {
            // Where no thread can be had, those that there are do the work.
            let _ = std::thread::Builder::new()
                .name("tensors".to_owned())
                .spawn(move || self.serve(number));
        }
    }

    /// What each thread does for as long as the process lives.
    fn serve(&self, number: usize) {
        let _flushed = Flush::new();
        let mut seen = 0;
        loop {
            let mut looks = 0;
            while self.count.load(Ordering::Acquire) == seen && looks < LOOKS {
                looks += 1;
                std::hint::spin_loop();
            }
            let mut job = self.job.lock().unwrap_or_else(PoisonError::into_inner);
            while self.count.load(Ordering::Acquire) == seen {
                job = self.wake.wait(job).unwrap_or_else(PoisonError::into_inner);
            }
            seen = self.count.load(Ordering::Acquire);
            let current = job.clone();
            drop(job);
            let is_asked = number < self.threads.load(Ordering::Relaxed);
            if let Some(job) = current.filter(|_| is_asked) {
                job.help();
            }
        }
    }
}
