//! The progress line on standard error.

use crate::cli::When;
use crate::monitoring::resident_memory;
use crate::terminal;
use indicatif::{HumanBytes, HumanCount, HumanDuration, ProgressBar, ProgressStyle};
use rqg_runtime::engine::{Control, Counts};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How often the line is drawn on a terminal.
const REDRAW: Duration = Duration::from_millis(100);

/// How often a line is printed where stderr is no terminal.
const REPORT: Duration = Duration::from_secs(1);

/// Shows how far a run is until it is dropped.
#[derive(Debug)]
pub struct Progress {
    done: Option<Sender<()>>,
    painter: Option<JoinHandle<()>>,
}

impl Progress {
    /// Starts to show the run behind `control`, which makes `total` units if that is known.
    /// `on_terminal`: its output is shown on a terminal, where a progress line would be in the way.
    pub fn start(when: When, on_terminal: bool, control: &Control, total: Option<u64>) -> Self {
        let is_terminal = terminal::stderr_is_terminal();
        let shown = match when {
            When::Auto => is_terminal && !on_terminal,
            When::Always => true,
            When::Never => false,
        };
        if !shown {
            return Self {
                done: None,
                painter: None,
            };
        }
        let (done, wait) = mpsc::channel();
        let control = control.clone();
        let painter = thread::Builder::new()
            .name("rqg-progress".to_owned())
            .spawn(move || {
                if is_terminal {
                    draw(&wait, &control, total);
                } else {
                    report(&wait, &control, total);
                }
            });
        Self {
            done: Some(done),
            // A run without progress line is better than none.
            painter: painter.ok(),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.done.take();
        if let Some(painter) = self.painter.take() {
            let _ = painter.join();
        }
    }
}

/// Waits for the next time to show something; false when the run is over.
fn tick(wait: &mpsc::Receiver<()>, interval: Duration) -> bool {
    wait.recv_timeout(interval) == Err(RecvTimeoutError::Timeout)
}

fn draw(wait: &mpsc::Receiver<()>, control: &Control, total: Option<u64>) {
    let bar = match total {
        Some(total) => ProgressBar::new(total),
        None => ProgressBar::new_spinner(),
    };
    let template = match total {
        Some(_) => "{wide_bar} {human_pos}/{human_len} units, {per_sec}, {msg}, {eta} left",
        None => "{spinner} {elapsed} {human_pos} units, {per_sec}, {msg}",
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    while tick(wait, REDRAW) {
        let counts = control.counts();
        bar.set_position(counts.units);
        bar.set_message(amounts(&counts));
        bar.tick();
    }
    bar.finish_and_clear();
}

fn report(wait: &mpsc::Receiver<()>, control: &Control, total: Option<u64>) {
    let started = Instant::now();
    while tick(wait, REPORT) {
        let counts = control.counts();
        terminal::note(&line(&counts, started.elapsed(), total));
    }
}

/// What is printed of a run after a time.
fn line(counts: &Counts, elapsed: Duration, total: Option<u64>) -> String {
    let rate = counts.units as f64 / elapsed.as_secs_f64();
    let (of, left) = match total {
        Some(total) => {
            let seconds = total.saturating_sub(counts.units) as f64 / rate;
            let left = Duration::try_from_secs_f64(seconds).ok();
            let left = left.map(|left| format!(", {} left", HumanDuration(left)));
            (format!(" of {}", HumanCount(total)), left)
        }
        None => (String::new(), None),
    };
    format!(
        "rqgc: {}{of} units, {}/s, {}{}",
        HumanCount(counts.units),
        HumanCount(rate as u64),
        amounts(counts),
        left.unwrap_or_default(),
    )
}

/// What was written, what was dropped, and how much memory is in use.
fn amounts(counts: &Counts) -> String {
    let mut text = HumanBytes(counts.bytes).to_string();
    if counts.dropped > 0 {
        text += &format!(", {} duplicates", HumanCount(counts.dropped));
    }
    if let Some(memory) = resident_memory() {
        text += &format!(", memory {}", HumanBytes(memory));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_what_is_left() {
        let mut counts = Counts {
            units: 1000,
            ..Counts::default()
        };
        let ten = Duration::from_secs(10);
        let told = line(&counts, ten, Some(13_000));
        assert!(
            told.starts_with("rqgc: 1,000 of 13,000 units, 100/s, "),
            "{told}"
        );
        assert!(told.ends_with(", 2 minutes left"), "{told}");
        let told = line(&counts, ten, None);
        assert!(told.starts_with("rqgc: 1,000 units, 100/s, "), "{told}");
        counts.units = 0;
        assert!(!line(&counts, ten, Some(5)).contains("left"));
    }

    #[test]
    fn duplicates_are_told_where_there_are_any() {
        let mut counts = Counts {
            bytes: 2048,
            ..Counts::default()
        };
        assert!(!amounts(&counts).contains("duplicates"));
        counts.dropped = 1234;
        let told = amounts(&counts);
        assert!(told.starts_with("2.00 KiB, 1,234 duplicates"), "{told}");
    }
}
