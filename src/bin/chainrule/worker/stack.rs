//! Tells a stack overflow from other invalid accesses, before the process dies of it, and what was
//! on the stack.

use super::process::send_event;
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
use std::ffi::c_void;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The lowest address that the stack of the cells' thread can grow to.
static STACK_END: AtomicUsize = AtomicUsize::new(0);
/// Where the first and the last of the loaded cells begin in memory.
static FIRST_CELL: AtomicUsize = AtomicUsize::new(usize::MAX);
static LAST_CELL: AtomicUsize = AtomicUsize::new(0);

/// The kernel keeps this much free below a stack; an access there is an overflow, too.
const GUARD: usize = 1 << 20;
const PAGES: usize = 64 << 10;
/// More than the code of a cell takes in memory.
const CELL_SIZE: usize = 64 << 20;
/// How much of the stack is looked at, and how many addresses are reported: enough to see what
/// repeats.
const WORDS: usize = 4096;
const ADDRESSES: usize = 48;

/// Notes where this thread's stack ends.
pub fn find_end() {
    STACK_END.store(stack_end(), Ordering::SeqCst);
}

/// Has an overflow of the stack reported as an event.
pub fn report_overflow() {
    // std has given the main thread a second stack for handlers: the first has no room left in this
    // very case.
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

/// Notes where the code of a cell is in memory, given a function of it, and returns that address.
pub fn note_object(function: *const c_void) -> Option<usize> {
    // SAFETY: the call fills the structure if it returns something else than 0.
    let base = unsafe {
        let mut found: libc::Dl_info = std::mem::zeroed();
        (libc::dladdr(function, &raw mut found) != 0).then_some(found.dli_fbase as usize)
    }?;
    FIRST_CELL.fetch_min(base, Ordering::SeqCst);
    LAST_CELL.fetch_max(base, Ordering::SeqCst);
    Some(base)
}

/// Reports, and returns: the access is tried again, and with the handler reset the process dies of
/// it as it would have.
extern "C" fn on_invalid_access(_: i32, info: *mut libc::siginfo_t, context: *mut c_void) {
    // SAFETY: the system passes a valid siginfo to a SA_SIGINFO handler.
    let address = unsafe { (*info).si_addr() } as usize;
    let end = STACK_END.load(Ordering::SeqCst);
    let registers = registers(context);
    let is_below_this_stack =
        (end.saturating_sub(GUARD)..end + PAGES).contains(&address) && end != 0;
    // Another thread's: close to where it is on its stack.
    let is_near = |stack: usize| (stack.saturating_sub(GUARD)..stack + PAGES).contains(&address);
    if !is_below_this_stack && !registers.is_some_and(|(_, stack)| is_near(stack)) {
        return;
    }
    let mut event = Event::new();
    event.text(br#"{"event":"stack_overflow","addresses":["#);
    if let Some((instruction, stack)) = registers {
        event.number(instruction);
        let code = FIRST_CELL.load(Ordering::SeqCst)
            ..LAST_CELL.load(Ordering::SeqCst).saturating_add(CELL_SIZE);
        let first = (stack.max(address) + PAGES) / size_of::<usize>();
        let mut count = 0;
        for word in first..first + WORDS {
            // SAFETY: above the end of a stack that is full.
            let value = unsafe { ((word * size_of::<usize>()) as *const usize).read_volatile() };
            if code.contains(&value) && count < ADDRESSES {
                count += 1;
                event.text(b",");
                event.number(value);
            }
        }
    }
    event.text(b"]}");
    send_event(event.bytes());
}

/// The instruction and the stack pointer at the moment of a signal.
fn registers(context: *mut c_void) -> Option<(usize, usize)> {
    // SAFETY: the system passes a ucontext to a SA_SIGINFO handler.
    #[cfg(target_arch = "x86_64")]
    return unsafe {
        let registers = &(*context.cast::<libc::ucontext_t>()).uc_mcontext.gregs;
        Some((
            registers[libc::REG_RIP as usize] as usize,
            registers[libc::REG_RSP as usize] as usize,
        ))
    };
    // SAFETY: as above.
    #[cfg(target_arch = "aarch64")]
    return unsafe {
        let machine = &(*context.cast::<libc::ucontext_t>()).uc_mcontext;
        Some((machine.pc as usize, machine.sp as usize))
    };
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    return None;
}

/// A text made without memory from the heap, which a signal handler must not ask for.
struct Event {
    bytes: [u8; 2048],
    length: usize,
}

impl Event {
    fn new() -> Event {
        Event {
            bytes: [0; 2048],
            length: 0,
        }
    }

    fn text(&mut self, text: &[u8]) {
        for &byte in text {
            if let Some(place) = self.bytes.get_mut(self.length) {
                *place = byte;
                self.length += 1;
            }
        }
    }

    fn number(&mut self, mut number: usize) {
        let mut digits = [b'0'; 20];
        let mut first = digits.len() - 1;
        while number > 0 {
            digits[first] = b'0' + (number % 10) as u8;
            number /= 10;
            first = first.saturating_sub(usize::from(number > 0));
        }
        self.text(&digits[first..]);
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
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

#[cfg(test)]
mod tests {
    use super::Event;

    #[test]
    fn numbers_without_a_heap() {
        let mut event = Event::new();
        for number in [0, 7, 10, 1234567890, usize::MAX] {
            event.number(number);
            event.text(b" ");
        }
        let expected = format!("0 7 10 1234567890 {} ", usize::MAX);
        assert_eq!(event.bytes(), expected.as_bytes());
    }
}
