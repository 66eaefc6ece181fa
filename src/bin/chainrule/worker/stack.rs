//! Tells a stack overflow from other invalid accesses, before the process dies of it.

use super::send_event;
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The lowest address that the stack of the cells' thread can grow to.
static STACK_END: AtomicUsize = AtomicUsize::new(0);

/// The kernel keeps this much free below a stack; an access there is an overflow, too.
const GUARD: usize = 1 << 20;
const PAGES: usize = 64 << 10;

/// Has an overflow of this thread's stack reported as an event.
pub fn report_overflow() {
    STACK_END.store(stack_end(), Ordering::SeqCst);
    // std has given the main thread a second stack for handlers: the first has no room left in this very case.
    let action = SigAction::new(
        SigHandler::SigAction(on_invalid_access),
        SaFlags::SA_ONSTACK | SaFlags::SA_RESETHAND,
        SigSet::empty(),
    );
    for signal in [Signal::SIGSEGV, Signal::SIGBUS] {
        // SAFETY: the handler is async-signal-safe.
        let _ = unsafe { sigaction(signal, &action) };
    }
}

/// Reports, and returns: the access is tried again, and with the handler reset the process dies of it as it would have.
extern "C" fn on_invalid_access(_: i32, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
    // SAFETY: the system passes a valid siginfo to a SA_SIGINFO handler.
    let address = unsafe { (*info).si_addr() } as usize;
    let end = STACK_END.load(Ordering::SeqCst);
    if end != 0 && (end.saturating_sub(GUARD)..end + PAGES).contains(&address) {
        send_event(br#"{"event":"stack_overflow"}"#);
    }
}

fn stack_end() -> usize {
    // SAFETY: the attributes are initialised by the call that fills them, and destroyed after use.
    unsafe {
        let mut attributes: libc::pthread_attr_t = std::mem::zeroed();
        if libc::pthread_getattr_np(libc::pthread_self(), &raw mut attributes) != 0 {
            return 0;
        }
        let (mut lowest, mut size) = (std::ptr::null_mut(), 0);
        libc::pthread_attr_getstack(&raw const attributes, &raw mut lowest, &raw mut size);
        libc::pthread_attr_destroy(&raw mut attributes);
        lowest as usize
    }
}
