//! Threads that share work. They belong to one process: a fork, as the worker does before each
//! cell, copies only the thread that forks, so the process that comes out of it starts threads of
//! its own.

use super::flush::Flush;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::Thread;
use std::time::{Duration, Instant};

/// How often a thread looks for work, or for the end of it, before it sleeps: about as long as an
/// operation takes, because the next one usually follows.
const LOOKS: usize = 4000;
/// What is waited for no longer than this came in time, however short the work was.
const SOON: Duration = Duration::from_micros(100);
/// For how many pieces of work nobody is asked once help came late: at first, and at most.
const ALONE: [usize; 2] = [16, 1024];

/// Tasks 0, 1, 2, … of one piece of work; each thread takes the next one until there are none.
struct Job {
    /// Valid while `left` is not 0, for as long [`parallel`] waits.
    work: *const (dyn Fn(usize) + Sync),
    tasks: usize,
    next: AtomicUsize,
    left: AtomicUsize,
    has_panicked: AtomicBool,
    /// Who waits for the end.
    owner: Thread,
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
            // Its owner may go on now; this thread holds the job itself.
            if self.left.fetch_sub(1, Ordering::Release) == 1 {
                self.owner.unpark();
            }
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
    /// How many cores there are: with more threads than that, who waits does so asleep.
    cores: usize,
    /// For how many pieces of work nobody is asked from now on, and for how many that was said.
    alone: AtomicUsize,
    doubt: AtomicUsize,
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
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        alone: AtomicUsize::new(0),
        doubt: AtomicUsize::new(0),
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
        pool.threads.load(Ordering::Relaxed) > 1
            && pool.asks_again()
            && !pool.is_busy.swap(true, Ordering::Acquire)
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
        owner: std::thread::current(),
    });
    {
        let mut current = pool.job.lock().unwrap_or_else(PoisonError::into_inner);
        *current = Some(job.clone());
        pool.count.fetch_add(1, Ordering::Release);
    }
    pool.wake_for(tasks);
    let begin = Instant::now();
    job.help();
    let end = Instant::now();
    let mut looks = 0;
    while job.left.load(Ordering::Acquire) > 0 {
        looks += 1;
        if looks < pool.looks() {
            std::hint::spin_loop()
        } else {
            std::thread::park()
        }
    }
    pool.judge(end - begin, end.elapsed());
    pool.is_busy.store(false, Ordering::Release);
    assert!(
        !job.has_panicked.load(Ordering::Relaxed),
        "a part of an operation panicked, see above"
    );
}

impl Pool {
    /// Who waits for what others do not let happen only takes their time.
    fn looks(&self) -> usize {
        let is_crowded = self.threads.load(Ordering::Relaxed) > self.cores;
        if is_crowded || self.doubt.load(Ordering::Relaxed) > 0 {
            1
        } else {
            LOOKS
        }
    }

    /// Whether others are asked for help this time.
    fn asks_again(&self) -> bool {
        let alone = self.alone.load(Ordering::Relaxed);
        if alone > 0 {
            self.alone.store(alone - 1, Ordering::Relaxed);
        }
        alone == 0
    }

    /// Who has to wait for help longer than it worked itself would have been as fast alone: another
    /// program uses the other cores, and a thread that has begun a task cannot go on. Then it works
    /// alone for a while, the longer the more often that happens.
    fn judge(&self, worked: Duration, waited: Duration) {
        let doubt = self.doubt.load(Ordering::Relaxed);
        if waited > worked.max(SOON) {
            let doubt = (2 * doubt).clamp(ALONE[0], ALONE[1]);
            self.doubt.store(doubt, Ordering::Relaxed);
            self.alone.store(doubt, Ordering::Relaxed);
        } else {
            // Forgotten slowly: mostly in time is not enough.
            self.doubt
                .store(doubt - doubt.div_ceil(16), Ordering::Relaxed);
        }
    }

    /// Wakes as many as there are tasks for, if it does not matter which.
    fn wake_for(&self, tasks: usize) {
        let threads = self.threads.load(Ordering::Relaxed);
        if tasks >= threads || self.started.load(Ordering::Relaxed) > threads {
            self.wake.notify_all();
        } else {
            (1..tasks).for_each(|_| self.wake.notify_one());
        }
    }

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
            while self.count.load(Ordering::Acquire) == seen && looks < self.looks() {
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
