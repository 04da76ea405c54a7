//! Figures of a run while it goes on: lines of JSON, and whatever else wants them.
//!
//! A thread of its own reads the counters of the run now and then. The run does not know of it, but
//! for its filter, which answers when it is asked.

mod args;
#[cfg(feature = "metrics")]
mod endpoint;
mod figures;
mod lines;
mod process;
mod profile;
mod trace;

pub use args::MonitorArgs;
pub use process::resident_memory;
pub use profile::Profile;
pub use trace::start as start_trace;

use crate::failure::Failure;
use crate::terminal;
use figures::{Figures, Sample, Sampler};
use lines::Lines;
use rqg_config::Interval;
use rqg_runtime::engine::Control;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How often lines come where nothing else is asked for.
pub const DEFAULT_INTERVAL: Interval = Interval::Time(Duration::from_secs(10));

/// How often the units are looked at where lines come by their number: there are no more lines than
/// that, however fast units are made.
const POLL: Duration = Duration::from_millis(100);

/// Where figures go, ready before the run is.
#[derive(Debug)]
pub struct Plan {
    lines: Option<Lines>,
    interval: Interval,
    #[cfg(feature = "metrics")]
    endpoint: Option<endpoint::Endpoint>,
    /// Whether units of the run differ, so that it makes sense to say how many did.
    is_unique: bool,
}

impl Plan {
    /// Opens what the arguments name.
    ///
    /// # Errors
    /// A file can't be written, an address is taken, or an argument would do nothing.
    pub fn open(args: &MonitorArgs, is_unique: bool) -> Result<Self, Failure> {
        args.check()?;
        #[cfg(not(feature = "metrics"))]
        if args.metrics.is_some() {
            return Err(Failure::Usage(not_built_in("--metrics", "metrics")));
        }
        Ok(Self {
            lines: Lines::open(args)?,
            interval: args.stats_every.unwrap_or(DEFAULT_INTERVAL),
            #[cfg(feature = "metrics")]
            endpoint: args.metrics.map(endpoint::Endpoint::bind).transpose()?,
            is_unique,
        })
    }

    /// Whether lines go to a terminal, where a progress line would be in their way.
    pub fn is_on_terminal(&self) -> bool {
        self.lines.as_ref().is_some_and(Lines::is_on_terminal)
    }

    /// Starts to watch the run behind `control`.
    pub fn start(self, control: &Control) -> Monitor {
        let sampler = Sampler::new(control, self.is_unique);
        let interval = self.interval;
        Monitor {
            #[cfg(feature = "metrics")]
            _serving: self.endpoint.and_then(|it| it.serve(sampler.clone())),
            _writer: self
                .lines
                .and_then(|lines| Writer::start(interval, sampler, lines)),
        }
    }
}

/// What to say of a flag whose feature is left out.
#[cfg(not(all(feature = "metrics", feature = "profile", feature = "trace")))]
fn not_built_in(flag: &str, feature: &str) -> String {
    format!("{flag}: this rqgc was built without the feature `{feature}`")
}

/// Watches a run until it is dropped; the last figures are those of the whole run.
#[derive(Debug)]
pub struct Monitor {
    _writer: Option<Writer>,
    #[cfg(feature = "metrics")]
    _serving: Option<endpoint::Serving>,
}

/// Writes lines until it is dropped.
#[derive(Debug)]
struct Writer {
    done: Option<Sender<()>>,
    watcher: Option<JoinHandle<()>>,
}

impl Writer {
    fn start(interval: Interval, sampler: Sampler, lines: Lines) -> Option<Self> {
        let (done, wait) = mpsc::channel();
        // Before the run begins: the thread may get its turn when units are made already.
        let first = sampler.sample();
        let watcher = thread::Builder::new()
            .name("rqg-stats".to_owned())
            .spawn(move || watch(&wait, interval, &sampler, &first, lines));
        match watcher {
            Ok(watcher) => Some(Self {
                done: Some(done),
                watcher: Some(watcher),
            }),
            Err(cause) => {
                // A run without statistics is better than none.
                terminal::note(&format!("warning: no statistics: {cause}"));
                None
            }
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.done.take();
        if let Some(watcher) = self.watcher.take() {
            let _ = watcher.join();
        }
    }
}

fn watch(
    wait: &Receiver<()>,
    interval: Interval,
    sampler: &Sampler,
    first: &Sample,
    mut lines: Lines,
) {
    let pause = match interval {
        Interval::Time(time) => time,
        Interval::Units(_) => POLL,
    };
    let mut before = first.clone();
    sampler.ask_filter();
    while wait.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
        let now = sampler.sample();
        if is_due(interval, before.counts.units, now.counts.units) {
            lines.write(&Figures::between(&before, &now));
            sampler.ask_filter();
            before = now;
        }
    }
    lines.write(&Figures::whole(first, &sampler.sample()));
}

/// Whether there is something to tell since there were so many units.
fn is_due(interval: Interval, before: u64, now: u64) -> bool {
    match interval {
        Interval::Time(_) => true,
        Interval::Units(every) => now / every > before / every,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_when_a_multiple_is_passed() {
        let every = Interval::Units(1000);
        assert!(!is_due(every, 0, 999));
        assert!(is_due(every, 0, 1000));
        assert!(is_due(every, 999, 5500));
        assert!(!is_due(every, 5500, 5999));
        assert!(is_due(Interval::Time(POLL), 0, 0));
    }
}
