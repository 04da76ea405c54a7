//! Runs what must neither panic, nor overflow the stack, nor hang.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// The stack that a thread of a program using the library has by default.
const STACK: usize = 2 << 20;

/// How long a case may take at most: far more than any should, on a machine under load.
const LIMIT: Duration = Duration::from_secs(600);

/// Runs a case on a thread of its own with an ordinary stack.
///
/// # Panics
///
/// When the case panics or does not end.
pub fn guarded<T: Send + 'static>(name: &str, case: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = channel();
    let thread = thread::Builder::new()
        .name(name.to_owned())
        .stack_size(STACK)
        .spawn(move || sender.send(case()).is_ok());
    let thread = match thread {
        Ok(thread) => thread,
        Err(error) => panic!("{name}: no thread: {error}"),
    };
    match receiver.recv_timeout(LIMIT) {
        Ok(result) => result,
        Err(RecvTimeoutError::Timeout) => panic!("{name} hangs"),
        Err(RecvTimeoutError::Disconnected) => match thread.join() {
            Err(panic) => std::panic::resume_unwind(panic),
            Ok(_) => unreachable!("the case sent its result"),
        },
    }
}
