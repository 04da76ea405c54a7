//! Ctrl-C and SIGTERM.

use crate::failure::Failure;
use crate::terminal;
use rqg_runtime::engine::Control;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// What a second signal removes before it ends the process.
#[derive(Debug, Clone, Default)]
pub struct Leftovers {
    temporary: Arc<Mutex<Option<PathBuf>>>,
}

impl Leftovers {
    /// Remembers the temporary file of the run.
    pub fn set(&self, temporary: Option<PathBuf>) {
        *self
            .temporary
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = temporary;
    }

    fn remove(&self) {
        let temporary = self
            .temporary
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(path) = temporary {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// The first signal stops the run in good order, a second one ends the process: the sink may be a
/// pipe that nobody reads.
pub fn install(control: &Control, leftovers: &Leftovers) -> Result<(), Failure> {
    let (control, leftovers) = (control.clone(), leftovers.clone());
    ctrlc::set_handler(move || {
        if control.is_stopped() {
            leftovers.remove();
            std::process::exit(130);
        }
        control.stop();
        if terminal::stderr_is_terminal() {
            terminal::note("rqgc: finishing what is in hand; once more to end at once");
        }
    })?;
    Ok(())
}
