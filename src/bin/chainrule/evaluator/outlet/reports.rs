//! What the worker has reported of a cell, by what one asks.

use chainrule::base::protocol::{Event, Place};

/// The events of a cell; of several of a kind the last counts.
#[derive(Clone, Copy)]
pub struct Reports<'a>(pub &'a [Event]);

/// How a cell has said that it failed.
pub enum Said<'a> {
    Panicked {
        is_interrupt: bool,
        message: &'a str,
        at: Option<&'a Place>,
        line: u32,
        folder: &'a str,
    },
    Error {
        message: &'a str,
        line: u32,
        folder: &'a str,
    },
    Unseen {
        message: &'a str,
        line: u32,
    },
}

impl<'a> Reports<'a> {
    fn last<T>(self, pick: impl Fn(&'a Event) -> Option<T>) -> Option<T> {
        self.0.iter().rev().find_map(pick)
    }

    /// If the runner has died: whether a snapshot has taken over.
    pub fn restored(self) -> Option<bool> {
        self.last(|event| {
            if let Event::RunnerDied { restored, .. } = event {
                Some(*restored)
            } else {
                None
            }
        })
    }

    /// If the runner has died: with which exit code, or by which signal.
    pub fn died(self) -> Option<(Option<i32>, Option<&'a str>)> {
        self.0.iter().find_map(|event| match event {
            Event::RunnerDied {
                exit_code, signal, ..
            } => Some((*exit_code, signal.as_deref())),
            _ => None,
        })
    }

    /// Whether the worker has gone back to a snapshot.
    pub fn is_undone(self) -> bool {
        self.0.contains(&Event::Undone {})
    }

    pub fn load_failure(self) -> Option<&'a str> {
        self.last(|event| {
            if let Event::LoadFailed { message } = event {
                Some(message.as_str())
            } else {
                None
            }
        })
    }

    /// The line of the statement that has ended the cell by a panic or an error.
    pub fn ended_early(self) -> Option<u32> {
        let panicked = self.last(|event| {
            if let Event::Panicked { line, .. } = event {
                Some(*line)
            } else {
                None
            }
        });
        let returned = |event| {
            if let &Event::EarlyReturn { line, .. } = event {
                Some(line)
            } else {
                None
            }
        };
        panicked.or_else(|| self.last(returned))
    }

    /// The line of a `return` before the end.
    pub fn returned(self) -> Option<u32> {
        self.last(|event| {
            if let Event::Returned { line } = event {
                Some(*line)
            } else {
                None
            }
        })
    }

    pub fn has_nobody_to_ask(self) -> bool {
        self.0.contains(&Event::NobodyToAsk {})
    }

    /// Why another thread of the cell has panicked, and where.
    pub fn panic_of_thread(self) -> Option<(&'a str, Option<&'a Place>)> {
        self.last(|event| match event {
            Event::ThreadPanicked { message, at, .. } => Some((message.as_str(), at.as_ref())),
            _ => None,
        })
    }

    /// A panic counts before an error, and that before one that was thrown away.
    pub fn said(self) -> Option<Said<'a>> {
        let panicked = |event: &'a Event| match event {
            Event::Panicked {
                is_interrupt,
                message,
                at,
                line,
                folder,
            } => Some(Said::Panicked {
                is_interrupt: *is_interrupt,
                message,
                at: at.as_ref(),
                line: *line,
                folder,
            }),
            _ => None,
        };
        let error = |event: &'a Event| match event {
            Event::EarlyReturn {
                message,
                line,
                folder,
            } => Some(Said::Error {
                message,
                line: *line,
                folder,
            }),
            Event::ErrorResult { message, line } => Some(Said::Error {
                message,
                line: *line,
                folder: "",
            }),
            _ => None,
        };
        let unseen = |event: &'a Event| match event {
            Event::UnseenError { message, line } => Some(Said::Unseen {
                message,
                line: *line,
            }),
            _ => None,
        };
        self.last(panicked)
            .or_else(|| self.last(error))
            .or_else(|| self.0.iter().find_map(unseen))
    }
}
