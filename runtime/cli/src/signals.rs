//! Ctrl-C and SIGTERM.

use crate::Failure;
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
/// pipe that nobody reads. `program` is the name that messages begin with.
///
/// # Errors
/// The operating system does not let us handle them.
pub fn install(
    control: &Control,
    leftovers: &Leftovers,
    program: &'static str,
) -> Result<(), Failure> {
    let (control, leftovers) = (control.clone(), leftovers.clone());
    ctrlc::set_handler(move || {
        if control.is_stopped() {
            leftovers.remove();
            std::process::exit(130);
        }
        control.stop();
        if terminal::stderr_is_terminal() {
            terminal::note(&format!(
                "{program}: finishing what is in hand; once more to end at once"
            ));
        }
    })?;
    Ok(())
}
