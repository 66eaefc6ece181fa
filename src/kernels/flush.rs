//! Numbers too small to be normal, below 1.2 · 10⁻³⁸, are 0 while tensors are computed: many
//! processors take a hundred times as long for each. What an optimiser remembers of a unit that
//! died shrinks with every step until all of it is such numbers.
//!
//! Nowhere else: what a cell computes itself is what Rust computes. So this is set around loops
//! over values, in which nothing of a learner's runs, and not around whole operations.

/// While it is there, this thread reads and writes 0 in place of subnormal numbers.
pub(crate) struct Flush {
    before: Register,
}

impl Flush {
    #[inline(always)]
    pub fn new() -> Flush {
        let before = read();
        // Reading costs next to nothing, writing about as much as twenty additions.
        if before & FLUSH != FLUSH {
            // SAFETY: see `write`; restored when this is dropped, also by a panic.
            unsafe { write(before | FLUSH) };
        }
        Flush { before }
    }
}

impl Drop for Flush {
    #[inline(always)]
    fn drop(&mut self) {
        if self.before & FLUSH != FLUSH {
            // SAFETY: as it was before.
            unsafe { write(self.before) };
        }
    }
}

#[cfg(target_arch = "x86_64")]
type Register = u32;
/// Flush to zero, and denormals are zero.
#[cfg(target_arch = "x86_64")]
const FLUSH: Register = 1 << 15 | 1 << 6;

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn read() -> Register {
    let mut register = 0;
    // SAFETY: writes the control register of the vector units to this place.
    unsafe { std::arch::asm!("stmxcsr [{}]", in(reg) &mut register, options(nostack)) };
    register
}

/// Sets the control register. No arithmetic moves from one side of this to the other, as far as it
/// reads from memory or writes to it.
///
/// # Safety
/// Rust assumes that the register is as it began. Between this and the way back may only be
/// arithmetic for which it does not matter whether a subnormal number is 0.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
unsafe fn write(register: Register) {
    // SAFETY: only bits of the register as it was, and those two, are set.
    unsafe { std::arch::asm!("ldmxcsr [{}]", in(reg) &register, options(nostack)) };
}

#[cfg(target_arch = "aarch64")]
type Register = u64;
/// Flush to zero, of operands and of results.
#[cfg(target_arch = "aarch64")]
const FLUSH: Register = 1 << 24;

#[cfg(target_arch = "aarch64")]
#[inline(always)]
fn read() -> Register {
    let register;
    // SAFETY: every processor of this kind has the register, and lets programs read it.
    unsafe { std::arch::asm!("mrs {}, fpcr", out(reg) register, options(nostack)) };
    register
}

/// As on other processors.
///
/// # Safety
/// As on other processors.
#[cfg(target_arch = "aarch64")]
#[inline(always)]
unsafe fn write(register: Register) {
    // SAFETY: only bits of the register as it was, and this one, are set.
    unsafe { std::arch::asm!("msr fpcr, {}", in(reg) register, options(nostack)) };
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
type Register = u8;
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const FLUSH: Register = 0;

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn read() -> Register {
    FLUSH
}

/// # Safety
/// Does nothing.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
unsafe fn write(_: Register) {}
