//! How much stack a derivation needs.

/// What everything around the derivation takes, in bytes.
const BASE: usize = 2 << 20;

/// The most that is asked for. It is reserved, not used, until a derivation gets that deep.
const LARGEST: usize = 2 << 30;

/// The stack of a thread that derives, and the calls that it has room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stack {
    /// In bytes.
    pub bytes: usize,
    /// Nested rule calls.
    pub calls: u32,
}

impl Stack {
    /// The stack for derivations under a depth budget: they nest at most as deeply as the budget,
    /// and from there on or from the start as deeply as the shallowest derivation of a rule, which
    /// is at most `deepest`. Each nested call takes at most `per_call` bytes.
    #[must_use]
    pub fn new(deepest: u32, budget: u32, per_call: usize) -> Self {
        let calls = budget.saturating_add(deepest).saturating_add(2);
        let calls = ((LARGEST - BASE) / per_call.max(1)).min(calls as usize);
        Self {
            bytes: BASE + calls * per_call,
            calls: calls as u32,
        }
    }
}

/// Runs something on a thread with so much stack, and waits for it.
///
/// # Errors
/// The operating system gives no thread.
pub fn with_stack<T: Send>(bytes: usize, run: impl FnOnce() -> T + Send) -> std::io::Result<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .name("derivation".to_owned())
            .stack_size(bytes)
            .spawn_scoped(scope, run)?;
        thread
            .join()
            .or_else(|panic| std::panic::resume_unwind(panic))
    })
}
