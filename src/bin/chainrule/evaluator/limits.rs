//! Watches what cells take: time, memory, processes. A thread of the kernel, which a cell cannot
//! hold up.

use crate::evaluator::engine::interrupt::{Interrupter, Stop};
use crate::machine::processes::{children, own_memory, share_of_memory, statistics};
use crate::settings::Settings;
use anyhow::Result;
use std::fs;
use std::time::{Duration, Instant};

/// How often one looks while a cell runs, and while none does: threads that a cell has left may
/// still be at work.
const PAUSE: Duration = Duration::from_millis(50);
const IDLE_PAUSE: Duration = Duration::from_millis(500);
/// Looking may take one twentieth of the time.
const PAUSE_PER_LOOK: u32 = 20;

/// Watches until the session ends.
pub fn watch(interrupter: &Interrupter, settings: &Settings) -> Result<()> {
    let (interrupter, settings) = (interrupter.clone(), settings.clone());
    let watch = move || {
        let mut pause = PAUSE;
        while let Some(running) = interrupter.wait(pause) {
            if running
                .zip(settings.timeout)
                .is_some_and(|(running, allowed)| running >= allowed)
            {
                interrupter.stop(Stop::Timeout);
            }
            let begin = Instant::now();
            if let Some(why) = Usage::of_cells(interrupter.worker_id()).exceeds(&settings) {
                match running {
                    Some(_) => interrupter.stop(why),
                    None => interrupter.end_what_runs_between_cells(),
                }
            }
            let usual = if running.is_some() { PAUSE } else { IDLE_PAUSE };
            pause = usual.max(begin.elapsed() * PAUSE_PER_LOOK);
        }
    };
    std::thread::Builder::new()
        .name("limits".to_owned())
        .spawn(watch)?;
    Ok(())
}

/// What the runner, its snapshot and the processes that cells have started take together.
struct Usage {
    processes: Vec<i32>,
    /// Those of the runner beyond its first, and all of what cells have started.
    threads: usize,
    /// Bytes, too much where processes share them.
    at_most: u64,
}

impl Usage {
    fn of_cells(supervisor: u32) -> Usage {
        let mut usage = Usage {
            processes: Vec::new(),
            threads: 0,
            at_most: 0,
        };
        let mut generation = children(supervisor);
        while !generation.is_empty() {
            for &pid in &generation {
                usage.at_most += own_memory(&pid.to_string());
                let threads = statistics(pid)
                    .and_then(|fields| fields.get(17)?.parse::<usize>().ok())
                    .unwrap_or(0);
                let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
                usage.threads += if name.starts_with("chainrule-") {
                    threads.saturating_sub(1)
                } else {
                    threads
                };
            }
            usage.processes.extend(&generation);
            generation = generation
                .iter()
                .flat_map(|&pid| children(pid as u32))
                .collect();
        }
        usage
    }

    fn exceeds(&self, settings: &Settings) -> Option<Stop> {
        if settings
            .processes
            .is_some_and(|allowed| self.threads > allowed)
        {
            return Some(Stop::Processes);
        }
        let allowed = settings.memory?;
        // Counting exactly takes long with much memory: only when it matters.
        let is_over = self.at_most > allowed
            && self
                .processes
                .iter()
                .map(|&pid| share_of_memory(pid))
                .sum::<u64>()
                > allowed;
        is_over.then_some(Stop::Memory)
    }
}
