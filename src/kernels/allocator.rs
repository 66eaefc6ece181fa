//! Has the C library keep the memory of arrays between the steps of a training.
//!
//! Left alone, it gives what is free at the end of its heap back to the system, up to twice the
//! size of the largest array freed so far, and each step asks for it again: page by page, each
//! cleared. That was a quarter of the time of an LSTM, and of an epoch of one batch of 60,000
//! digits. What a cell has left free is given back when it has ended.

/// From here on, in this process.
pub(super) fn keep_free_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        use std::ffi::c_int;
        unsafe extern "C" {
            safe fn mallopt(parameter: c_int, value: c_int) -> c_int;
        }
        const TRIM_THRESHOLD: c_int = -1;
        const MMAP_THRESHOLD: c_int = -3;
        // Larger arrays have a mapping of their own, always: it is the most that can be asked for.
        mallopt(MMAP_THRESHOLD, 32 << 20);
        mallopt(TRIM_THRESHOLD, 256 << 20);
    }
}
