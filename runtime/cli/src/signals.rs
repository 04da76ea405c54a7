//! Ctrl-C and SIGTERM.

use crate::Failure;
use crate::terminal;
use rqg_runtime::engine::{Control, Unfinished};

/// The first signal stops the run in good order, a second one ends the process: the sink may be a
/// pipe that nobody reads. It removes what is `unfinished`. `program` is the name that messages begin with.
///
/// # Errors
/// The operating system does not let us handle them.
pub fn install(
    control: &Control,
    unfinished: &Unfinished,
    program: &'static str,
) -> Result<(), Failure> {
    let (control, unfinished) = (control.clone(), unfinished.clone());
    ctrlc::set_handler(move || {
        if control.is_stopped() {
            unfinished.remove();
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
