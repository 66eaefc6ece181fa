//! Reads what cells write, while they run, and hands it on in batches.

use super::stream::{Output, Parser, StreamName, complete_utf8};
use anyhow::Result;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::collections::VecDeque;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

/// Where the output of a cell goes. Called from the thread of the pump, in order.
pub type Sink = Arc<dyn Fn(Output) + Send + Sync>;

/// At most twenty messages a second, however small the pieces that a cell writes.
const INTERVAL: Duration = Duration::from_millis(50);
/// Of a cell's text, this much is shown from its beginning and from its end.
const HEAD: usize = 1 << 20;
const TAIL: usize = 64 << 10;

enum Order {
    Begin(Sink),
    /// The cell has ended: hand on all that it wrote, then answer.
    End {
        ends_with_expression: bool,
        done: Sender<()>,
    },
}

/// The thread that reads the output of cells.
pub struct Pump {
    orders: Sender<Order>,
    wake: OwnedFd,
}

impl Pump {
    pub fn start(stdout: OwnedFd, stderr: OwnedFd) -> Result<Pump> {
        let (orders, received) = channel();
        let (woken, wake) = nix::unistd::pipe()?;
        let reader = Reader {
            stdout: Pipe { fd: stdout, is_open: true },
            stderr: Pipe { fd: stderr, is_open: true },
            parser: Parser::default(),
            error_bytes: Vec::new(),
            sink: None,
            waiting: Vec::new(),
            since: None,
            cap: Cap::default(),
        };
        std::thread::Builder::new().name("output".to_owned()).spawn(move || reader.run(&received, &woken))?;
        Ok(Pump { orders, wake })
    }

    /// From now on output belongs to this cell.
    pub fn begin(&self, sink: Sink) {
        self.order(Order::Begin(sink));
    }

    /// Waits until everything that the cell wrote has been handed on.
    pub fn end(&self, ends_with_expression: bool) {
        let (done, wait) = channel();
        self.order(Order::End { ends_with_expression, done });
        let _ = wait.recv();
    }

    fn order(&self, order: Order) {
        let _ = self.orders.send(order);
        let _ = nix::unistd::write(&self.wake, b".");
    }
}

struct Pipe {
    fd: OwnedFd,
    is_open: bool,
}

struct Reader {
    stdout: Pipe,
    stderr: Pipe,
    parser: Parser,
    /// The beginning of a character whose end has not arrived.
    error_bytes: Vec<u8>,
    sink: Option<Sink>,
    waiting: Vec<Output>,
    /// When the first of what waits has arrived.
    since: Option<Instant>,
    cap: Cap,
}

impl Reader {
    fn run(mut self, orders: &Receiver<Order>, woken: &OwnedFd) {
        loop {
            let timeout = match self.since {
                None => PollTimeout::NONE,
                // Rounded up, or the last millisecond would be spent polling.
                Some(since) => {
                    let left = INTERVAL.saturating_sub(since.elapsed()).as_millis() as u16;
                    PollTimeout::from(left + 1)
                }
            };
            let mut fds = vec![PollFd::new(woken.as_fd(), PollFlags::POLLIN)];
            for pipe in [&self.stdout, &self.stderr] {
                if pipe.is_open {
                    fds.push(PollFd::new(pipe.fd.as_fd(), PollFlags::POLLIN));
                }
            }
            let _ = poll(&mut fds, timeout);
            let is_woken = fds[0].any() == Some(true);
            drop(fds);
            self.read(StreamName::Stdout, 1 << 16);
            self.read(StreamName::Stderr, 1 << 16);
            if is_woken {
                let _ = nix::unistd::read(woken, &mut [0; 64]);
            }
            loop {
                match orders.try_recv() {
                    Ok(order) => self.obey(order),
                    Err(std::sync::mpsc::TryRecvError::Empty) => break,
                    Err(std::sync::mpsc::TryRecvError::Disconnected) => return,
                }
            }
            if self.since.is_some_and(|since| since.elapsed() >= INTERVAL) {
                let released = self.parser.release();
                self.take(released);
                self.hand_on();
            } else if self.since.is_none() && (!self.waiting.is_empty() || self.parser.is_holding_text()) {
                self.since = Some(Instant::now());
            }
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Begin(sink) => {
                // What threads of earlier cells wrote in between belongs to the cell before.
                self.drain();
                let rest = self.parser.finish(false);
                self.take(rest);
                self.hand_on();
                self.sink = Some(sink);
                self.cap = Cap::default();
            }
            Order::End { ends_with_expression, done } => {
                self.drain();
                let rest = self.parser.finish(ends_with_expression);
                self.take(rest);
                if !self.error_bytes.is_empty() {
                    let text = String::from_utf8_lossy(&std::mem::take(&mut self.error_bytes)).into_owned();
                    self.take(vec![Output::Stream { name: StreamName::Stderr, text }]);
                }
                let tail = self.cap.close();
                self.waiting.extend(tail);
                self.hand_on();
                let _ = done.send(());
            }
        }
    }

    /// Reads what is in the pipes now. A thread that goes on writing cannot hold up the end of a cell.
    fn drain(&mut self) {
        for name in [StreamName::Stdout, StreamName::Stderr] {
            let pipe = if name == StreamName::Stdout { &self.stdout } else { &self.stderr };
            let mut length: libc::c_int = 0;
            // SAFETY: FIONREAD stores an int.
            if pipe.is_open && unsafe { libc::ioctl(pipe.fd.as_raw_fd(), libc::FIONREAD, &raw mut length) } == 0 {
                self.read(name, length.max(0) as usize);
            }
        }
    }

    fn read(&mut self, name: StreamName, most: usize) {
        let mut buffer = vec![0; most.clamp(1, 1 << 16)];
        let mut left = most;
        while left > 0 {
            let pipe = if name == StreamName::Stdout { &mut self.stdout } else { &mut self.stderr };
            if !pipe.is_open {
                return;
            }
            let room = left.min(buffer.len());
            match nix::unistd::read(&pipe.fd, &mut buffer[..room]) {
                Ok(0) => pipe.is_open = false,
                Ok(length) => {
                    left -= length;
                    let outputs = match name {
                        StreamName::Stdout => self.parser.push(&buffer[..length]),
                        StreamName::Stderr => self.error_text(&buffer[..length]),
                    };
                    self.take(outputs);
                }
                Err(nix::errno::Errno::EINTR) => {}
                Err(_) => return,
            }
        }
    }

    fn error_text(&mut self, bytes: &[u8]) -> Vec<Output> {
        self.error_bytes.extend_from_slice(bytes);
        let complete: Vec<u8> = self.error_bytes.drain(..complete_utf8(&self.error_bytes)).collect();
        let text = String::from_utf8_lossy(&complete).into_owned();
        if text.is_empty() { Vec::new() } else { vec![Output::Stream { name: StreamName::Stderr, text }] }
    }

    fn take(&mut self, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::Stream { name, text } => {
                    let Some(text) = self.cap.admit(name, text) else { continue };
                    match self.waiting.last_mut() {
                        Some(Output::Stream { name: last, text: before }) if *last == name => before.push_str(&text),
                        _ => self.waiting.push(Output::Stream { name, text }),
                    }
                }
                other => self.waiting.push(other),
            }
        }
    }

    fn hand_on(&mut self) {
        self.since = None;
        for output in self.waiting.drain(..) {
            if let Some(sink) = &self.sink {
                sink(output);
            }
        }
    }
}

/// Keeps a cell that prints without end from filling the notebook: its first part and its last are shown.
#[derive(Default)]
struct Cap {
    admitted: usize,
    tail: VecDeque<(StreamName, String)>,
    tail_length: usize,
    left_out: usize,
}

impl Cap {
    /// The text if it may be shown now.
    fn admit(&mut self, name: StreamName, text: String) -> Option<String> {
        self.admitted += text.len();
        if self.admitted <= HEAD {
            return Some(text);
        }
        self.tail_length += text.len();
        self.tail.push_back((name, text));
        while self.tail_length > TAIL {
            let Some((name, first)) = self.tail.pop_front() else { break };
            let mut keep = first.len().saturating_sub(self.tail_length - TAIL);
            while !first.is_char_boundary(first.len() - keep) {
                keep -= 1;
            }
            self.tail_length -= first.len() - keep;
            self.left_out += first.len() - keep;
            if keep > 0 {
                self.tail.push_front((name, first[first.len() - keep..].to_owned()));
                break;
            }
        }
        None
    }

    /// The last part, after a word about what lies between.
    fn close(&mut self) -> Vec<Output> {
        let cap = std::mem::take(self);
        let mut outputs = Vec::new();
        if cap.left_out > 0 {
            let text = format!("\n[… {} kB of output left out …]\n", cap.left_out.div_ceil(1000));
            outputs.push(Output::Stream { name: StreamName::Stdout, text });
        }
        outputs.extend(cap.tail.into_iter().map(|(name, text)| Output::Stream { name, text }));
        outputs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_keeps_its_beginning_and_its_end() {
        let mut cap = Cap::default();
        let mut shown = String::new();
        for line in 0..1_000_000 {
            shown.extend(cap.admit(StreamName::Stdout, format!("{line} ünï\n")));
        }
        assert!(shown.starts_with("0 ünï\n1 ") && shown.len() <= HEAD);
        let Output::Stream { text, .. } = cap.close().pop().unwrap() else { panic!("no text") };
        assert_eq!(text, "999999 ünï\n");
    }

    #[test]
    fn a_single_huge_text_is_cut_at_a_character() {
        let mut cap = Cap::default();
        assert_eq!(cap.admit(StreamName::Stdout, "é".repeat(HEAD)), None);
        let outputs = cap.close();
        let Output::Stream { text, .. } = &outputs[1] else { panic!("no text") };
        assert!(text.len() <= TAIL && text.len() > TAIL - 4 && text.chars().all(|c| c == 'é'));
    }
}
