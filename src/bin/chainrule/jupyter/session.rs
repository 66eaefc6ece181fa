//! What every thread may do to the session, whatever the evaluator's thread is at.

use crate::evaluator::{Evaluator, Interrupter};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Interrupts the cell, ends everything.
#[derive(Clone, Default)]
pub struct SessionHandle(Arc<Mutex<Option<(Interrupter, PathBuf)>>>);

impl SessionHandle {
    /// The session has started.
    pub fn set_session(&self, evaluator: &Evaluator) {
        *self.session() = Some((evaluator.interrupter(), evaluator.folder().to_owned()));
    }

    pub fn interrupt(&self) {
        if let Some((interrupter, _)) = &*self.session() {
            interrupter.interrupt();
        }
    }

    /// Ends the process when the replies that are under way have left it.
    pub fn exit_soon(&self) {
        let this = self.clone();
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(100));
            this.exit();
        });
    }

    /// Ends the worker, removes the session's folder, ends the process. The evaluator's thread may
    /// be in the middle of a cell, so nothing can wait for it.
    pub fn exit(&self) -> ! {
        let session = self.session().take();
        if let Some((interrupter, folder)) = session {
            interrupter.end_worker();
            let _ = std::fs::remove_dir_all(folder);
        }
        crate::machine::grading::clean();
        std::process::exit(0)
    }

    fn session(&self) -> std::sync::MutexGuard<'_, Option<(Interrupter, PathBuf)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
