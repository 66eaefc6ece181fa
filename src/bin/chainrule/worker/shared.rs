//! What supervisor, runner and snapshot know together.

use crate::settings::MOST_UNDO;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, AtomicU64, AtomicUsize, Ordering};

/// Lives in memory that a fork shares.
pub struct Shared {
    pub supervisor: AtomicI32,
    pub runner: AtomicI32,
    /// The sleeping snapshot, or 0.
    pub snapshot: AtomicI32,
    /// The snapshots before that one, the oldest first, and how many there are: for what a learner
    /// takes back.
    pub earlier: [AtomicI32; MOST_EARLIER],
    pub earlier_count: AtomicUsize,
    /// By how many of them the next runner shall go back, because the kernel wants it.
    pub undo: AtomicUsize,
    /// How many cells were started.
    pub cells: AtomicU64,
    /// When the last one was, in ticks of `processes::now`.
    pub started_at: AtomicU64,
    /// The line of the statement that the cell has come to, from 1; 0 where that is not known.
    pub line: AtomicU32,
    /// Whether evcxr waits for the answer to a cell.
    pub in_cell: AtomicBool,
    /// Whether evcxr has closed the commands: the runner may go.
    pub is_finished: AtomicBool,
}

/// As many earlier snapshots may be kept: a cell that changes a type is two.
pub const MOST_EARLIER: usize = MOST_UNDO + 2;

impl Shared {
    /// Memory that this process and all that it forks have together.
    pub fn map() -> std::io::Result<&'static Shared> {
        // SAFETY: an anonymous shared mapping, never unmapped; zeroed memory is a valid `Shared`.
        unsafe {
            let protection = libc::PROT_READ | libc::PROT_WRITE;
            let memory = libc::mmap(
                std::ptr::null_mut(),
                std::mem::size_of::<Shared>(),
                protection,
                libc::MAP_SHARED | libc::MAP_ANONYMOUS,
                -1,
                0,
            );
            if memory == libc::MAP_FAILED {
                return Err(std::io::Error::last_os_error());
            }
            Ok(&*memory.cast::<Shared>())
        }
    }

    /// Takes the newest of the earlier snapshots; 0 is none.
    pub fn pop_earlier(&self) -> i32 {
        match self.earlier_count.load(Ordering::SeqCst).checked_sub(1) {
            None => 0,
            Some(last) => {
                self.earlier_count.store(last, Ordering::SeqCst);
                self.earlier[last].swap(0, Ordering::SeqCst)
            }
        }
    }

    /// Takes the oldest.
    pub fn pop_oldest(&self) -> i32 {
        let count = self.earlier_count.load(Ordering::SeqCst);
        if count == 0 {
            return 0;
        }
        let oldest = self.earlier[0].load(Ordering::SeqCst);
        for at in 1..count {
            self.earlier[at - 1].store(self.earlier[at].load(Ordering::SeqCst), Ordering::SeqCst);
        }
        self.earlier_count.store(count - 1, Ordering::SeqCst);
        oldest
    }

    /// Adds one that is newer than all of them.
    pub fn push_earlier(&self, snapshot: i32) {
        let count = self.earlier_count.load(Ordering::SeqCst);
        self.earlier[count].store(snapshot, Ordering::SeqCst);
        self.earlier_count.store(count + 1, Ordering::SeqCst);
    }

    pub fn is_snapshot(&self, pid: i32) -> bool {
        self.earlier
            .iter()
            .any(|earlier| earlier.load(Ordering::SeqCst) == pid)
    }
}
