//! The kernel's end of the worker's two lines: cells to load, and how they ended.

use super::process::UNDO_COMMAND;
use chainrule::base::protocol::evcxr;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The worker, which is started again in case it is lost.
pub struct Worker {
    command: Command,
    /// The supervisor, for whoever sends it signals.
    child: Arc<Mutex<Child>>,
    commands: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// How long cells have taken in it.
    time: Duration,
}

/// What the worker said about a cell, line by line, as bytes: the last line may be one that is not
/// text.
pub type Answers = Vec<Vec<u8>>;

/// A line after which no other comes.
const DONE: &[u8] = evcxr::DONE.as_bytes();

/// How long a worker that was lost has to report.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// The worker has ended, and with it all variables.
#[derive(Debug)]
pub struct Lost;

impl Worker {
    pub fn start(mut command: Command) -> std::io::Result<Worker> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let (child, commands, answers) = spawn(&mut command)?;
        Ok(Worker {
            command,
            child: Arc::new(Mutex::new(child)),
            commands,
            answers,
            time: Duration::ZERO,
        })
    }

    /// The supervisor: stays valid when the worker is started again.
    pub fn process(&self) -> Arc<Mutex<Child>> {
        self.child.clone()
    }

    /// Has the worker load a compiled cell and run it.
    pub fn run(&mut self, object: &Path, function: &str) -> Result<Answers, Lost> {
        let begin = Instant::now();
        let answers = self.ask(&format!(
            "{}{} {function}\n",
            evcxr::LOAD_AND_RUN,
            object.display()
        ));
        self.time += begin.elapsed();
        answers
    }

    /// How long loading and running cells has taken since this was asked last.
    pub fn take_time(&mut self) -> Duration {
        std::mem::take(&mut self.time)
    }

    /// Has the worker go back to what it was as many cells ago. Whether it could is among the
    /// events.
    pub fn undo(&mut self, steps: usize) -> Result<(), Lost> {
        self.ask(&format!("{UNDO_COMMAND}{steps}\n")).map(drop)
    }

    fn ask(&mut self, command: &str) -> Result<Answers, Lost> {
        self.commands
            .write_all(command.as_bytes())
            .map_err(|_| Lost)?;
        let mut answers = Answers::new();
        loop {
            let mut line = Vec::new();
            match self.answers.read_until(b'\n', &mut line) {
                Ok(length) if length > 0 && line.ends_with(b"\n") => {
                    line.pop();
                    let is_last = line == DONE || std::str::from_utf8(&line).is_err();
                    answers.push(line);
                    if is_last {
                        return Ok(answers);
                    }
                }
                _ => return Err(Lost),
            }
        }
    }

    /// Starts another worker, without variables.
    pub fn restart(&mut self) -> std::io::Result<()> {
        // The one that was lost says first how it ended, if it can.
        ends_within(&self.child, LAST_WORDS);
        let (child, commands, answers) = spawn(&mut self.command)?;
        let mut before = std::mem::replace(
            &mut *self.child.lock().unwrap_or_else(PoisonError::into_inner),
            child,
        );
        let _ = before.kill();
        let _ = before.wait();
        (self.commands, self.answers) = (commands, answers);
        Ok(())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // Whoever ends a session has told the worker to end with all that cells have started; this
        // is for what is left.
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// Waits for the end of a process. Says whether it came in time.
pub fn ends_within(process: &Mutex<Child>, time: Duration) -> bool {
    let deadline = Instant::now() + time;
    while Instant::now() < deadline {
        if !matches!(
            process
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .try_wait(),
            Ok(None)
        ) {
            return true;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    false
}

fn spawn(command: &mut Command) -> std::io::Result<(Child, ChildStdin, BufReader<ChildStdout>)> {
    let mut child = command.spawn()?;
    match (child.stdin.take(), child.stdout.take()) {
        (Some(commands), Some(answers)) => Ok((child, commands, BufReader::new(answers))),
        _ => Err(std::io::Error::other("the worker has no pipes")),
    }
}
