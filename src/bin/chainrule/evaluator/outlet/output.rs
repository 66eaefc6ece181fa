//! Reads what cells write, while they run, and hands it on in batches.

use super::stream::{Output, Parser, StreamName, complete_utf8};
use crate::evaluator::cap::Cap;
use anyhow::Result;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

/// Where the output of a cell goes. Called from the thread of the pump, in order.
pub type Sink = Arc<dyn Fn(Output) + Send + Sync>;

/// At most twenty messages a second, however small the pieces that a cell writes.
const INTERVAL: Duration = Duration::from_millis(50);
/// How much is remembered of what a cell wrote last: for the prompt of a question, and for the
/// reason of an abort.
const RECENT: usize = 1000;

enum Order {
    /// A cell begins: what was written until now is of the one before. Then answer.
    Begin { sink: Sink, done: Sender<()> },
    /// The cell has ended: hand on all that it wrote, then answer.
    End {
        ends_with_expression: bool,
        /// Gets what the cell wrote last on standard error.
        done: Sender<String>,
    },
}

/// The thread that reads the output of cells.
pub struct Pump {
    orders: Sender<Order>,
    wake: OwnedFd,
}

impl Pump {
    /// Of a cell's text, `limit` bytes are shown. `token` is in each frame of the library.
    pub fn start(
        stdout: OwnedFd,
        stderr: OwnedFd,
        token: &str,
        limit: Option<usize>,
    ) -> Result<Pump> {
        let (orders, received) = channel();
        let (woken, wake) = nix::unistd::pipe()?;
        let reader = Reader {
            stdout: Pipe {
                fd: stdout,
                is_open: true,
            },
            stderr: Pipe {
                fd: stderr,
                is_open: true,
            },
            parser: Parser::new(token),
            error_bytes: Vec::new(),
            sink: None,
            waiting: Vec::new(),
            since: None,
            recent_text: Recent::default(),
            recent_errors: Recent::default(),
            limit,
            cap: Cap::new(limit),
        };
        std::thread::Builder::new()
            .name("output".to_owned())
            .spawn(move || reader.run(&received, &woken))?;
        Ok(Pump { orders, wake })
    }

    /// From now on output belongs to this cell. Returns when that holds: a cell that is not
    /// compiled may have written all of its output in the next moment.
    pub fn begin(&self, sink: Sink) {
        let (done, wait) = channel();
        self.order(Order::Begin { sink, done });
        let _ = wait.recv();
    }

    /// Waits until everything that the cell wrote has been handed on. Returns what it wrote last on
    /// standard error.
    pub fn end(&self, ends_with_expression: bool) -> String {
        let (done, wait) = channel();
        self.order(Order::End {
            ends_with_expression,
            done,
        });
        wait.recv().unwrap_or_default()
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
    recent_text: Recent,
    recent_errors: Recent,
    limit: Option<usize>,
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
            } else if self.since.is_none()
                && (!self.waiting.is_empty() || self.parser.is_holding_text())
            {
                self.since = Some(Instant::now());
            }
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Begin { sink, done } => {
                // What threads of earlier cells wrote in between belongs to the cell before.
                self.drain();
                let rest = self.parser.finish(false);
                self.take(rest);
                self.hand_on();
                self.sink = Some(sink);
                self.cap = Cap::new(self.limit);
                self.recent_text = Recent::default();
                self.recent_errors = Recent::default();
                let _ = done.send(());
            }
            Order::End {
                ends_with_expression,
                done,
            } => {
                self.drain();
                let rest = self.parser.finish(ends_with_expression);
                self.take(rest);
                if !self.error_bytes.is_empty() {
                    let text = String::from_utf8_lossy(&std::mem::take(&mut self.error_bytes))
                        .into_owned();
                    self.take(vec![Output::Stream {
                        name: StreamName::Stderr,
                        text,
                    }]);
                }
                for output in self.cap.close() {
                    match output {
                        Output::Stream { name, text } => add_text(&mut self.waiting, name, text),
                        other => self.waiting.push(other),
                    }
                }
                self.hand_on();
                let _ = done.send(self.recent_errors.0.clone());
            }
        }
    }

    /// Reads what is in the pipes now. A thread that goes on writing cannot hold up the end of a
    /// cell.
    fn drain(&mut self) {
        for name in [StreamName::Stdout, StreamName::Stderr] {
            let pipe = if name == StreamName::Stdout {
                &self.stdout
            } else {
                &self.stderr
            };
            let mut length: libc::c_int = 0;
            let pipe_number = pipe.fd.as_raw_fd();
            // SAFETY: FIONREAD stores an int.
            let answer = unsafe { libc::ioctl(pipe_number, libc::FIONREAD, &raw mut length) };
            if pipe.is_open && answer == 0 {
                self.read(name, length.max(0) as usize);
            }
        }
    }

    fn read(&mut self, name: StreamName, most: usize) {
        let mut buffer = vec![0; most.clamp(1, 1 << 16)];
        let mut left = most;
        while left > 0 {
            let pipe = if name == StreamName::Stdout {
                &mut self.stdout
            } else {
                &mut self.stderr
            };
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
        let complete: Vec<u8> = self
            .error_bytes
            .drain(..complete_utf8(&self.error_bytes))
            .collect();
        let text = String::from_utf8_lossy(&complete).into_owned();
        if text.is_empty() {
            Vec::new()
        } else {
            vec![Output::Stream {
                name: StreamName::Stderr,
                text,
            }]
        }
    }

    fn take(&mut self, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::Stream { name, text } => {
                    match name {
                        StreamName::Stdout => self.recent_text.add(&text),
                        StreamName::Stderr => self.recent_errors.add(&text),
                    }
                    if let Some(text) = self.cap.admit(name, text) {
                        add_text(&mut self.waiting, name, text);
                    }
                }
                Output::Question {
                    prompt: None,
                    is_password,
                } => {
                    let recent = std::mem::take(&mut self.recent_text);
                    let prompt = recent.last_line().to_owned();
                    // A line that is not finished is not shown twice.
                    if let Some(Output::Stream {
                        name: StreamName::Stdout,
                        text,
                    }) = self.waiting.last_mut()
                        && let Some(before) = text.strip_suffix(&prompt)
                    {
                        *text = before.to_owned();
                    }
                    self.waiting.push(Output::Question {
                        prompt: Some(prompt),
                        is_password,
                    });
                }
                Output::Update(mut bundle) => {
                    self.cap.shorten_update(&mut bundle);
                    // Nobody can see one that is replaced at once.
                    self.waiting.retain(|output| {
                        !matches!(output, Output::Update(earlier) if earlier.id == bundle.id)
                    });
                    self.waiting.push(Output::Update(bundle));
                }
                Output::Display(mut bundle) => {
                    if self.cap.admit_display(&mut bundle) {
                        self.waiting.push(Output::Display(bundle));
                    }
                }
                Output::Result(mut bundle) => {
                    self.cap.admit_result(&mut bundle);
                    self.waiting.push(Output::Result(bundle));
                }
                Output::Comm(act) if act.asks() => {
                    // The cell waits, and nobody has to type anything.
                    self.waiting.push(Output::Comm(act));
                    self.hand_on();
                }
                other => self.waiting.push(other),
            }
        }
    }

    fn hand_on(&mut self) {
        self.since = None;
        for output in self.waiting.drain(..) {
            let is_nothing = matches!(&output, Output::Stream { text, .. } if text.is_empty());
            if let Some(sink) = self.sink.as_ref().filter(|_| !is_nothing) {
                sink(output);
            }
        }
    }
}

/// Adds text to what waits: to the last text, if it is of the same stream.
///
/// A cell that writes to both streams in turn would make a message of every line. Up to a few
/// pieces keep their order; beyond them each stream keeps its own, but not with the other, of which
/// two pipes do not tell much anyway.
fn add_text(waiting: &mut Vec<Output>, name: StreamName, text: String) {
    const ALTERNATING: usize = 4;
    let is_many = waiting.len() >= ALTERNATING;
    let texts = waiting.iter_mut().rev().map_while(|output| match output {
        Output::Stream { name, text } => Some((*name, text)),
        _ => None,
    });
    let place = texts
        .take(if is_many { 2 } else { 1 })
        .find(|(last, _)| *last == name);
    match place {
        Some((_, before)) => before.push_str(&text),
        None => waiting.push(Output::Stream { name, text }),
    }
}

/// The last of a text.
#[derive(Default)]
struct Recent(String);

impl Recent {
    fn add(&mut self, text: &str) {
        self.0.push_str(text);
        if self.0.len() > 2 * RECENT {
            self.0
                .drain(..self.0.floor_char_boundary(self.0.len() - RECENT));
        }
    }

    /// The line that is not finished, or if there is none, the last one.
    fn last_line(&self) -> &str {
        let finished = self.0.strip_suffix('\n').unwrap_or(&self.0);
        finished.rsplit('\n').next().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_in_turn_are_few_texts() {
        let mut waiting = Vec::new();
        for number in 0..100 {
            add_text(&mut waiting, StreamName::Stdout, format!("{number} "));
            add_text(&mut waiting, StreamName::Stderr, "e".to_owned());
        }
        assert!(waiting.len() <= 5);
        let text = |wanted: StreamName| -> String {
            let texts = waiting.iter().filter_map(|output| match output {
                Output::Stream { name, text } if *name == wanted => Some(text.as_str()),
                _ => None,
            });
            texts.collect()
        };
        assert_eq!(
            text(StreamName::Stdout),
            (0..100)
                .map(|number| format!("{number} "))
                .collect::<String>()
        );
        assert_eq!(text(StreamName::Stderr), "e".repeat(100));
        waiting.push(Output::Clear { wait: false });
        add_text(&mut waiting, StreamName::Stdout, "after".to_owned());
        assert!(matches!(waiting.last(), Some(Output::Stream { text, .. }) if text == "after"));
    }

    #[test]
    fn the_last_line_is_the_prompt() {
        let mut recent = Recent::default();
        recent.add(&"x".repeat(10 * RECENT));
        recent.add("\nWhat is");
        recent.add(" your name? ");
        assert_eq!(recent.last_line(), "What is your name? ");
        recent.add("\n");
        assert_eq!(recent.last_line(), "What is your name? ");
        recent.add("\n");
        assert_eq!(recent.last_line(), "");
    }
}
