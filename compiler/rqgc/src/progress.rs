//! The progress line on standard error.

use crate::cli::When;
use crate::terminal;
use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle};
use rqg_runtime::engine::Control;
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
                    report(&wait, &control);
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
        bar.set_message(HumanBytes(counts.bytes).to_string());
        bar.tick();
    }
    bar.finish_and_clear();
}

fn report(wait: &mpsc::Receiver<()>, control: &Control) {
    let started = Instant::now();
    while tick(wait, REPORT) {
        let counts = control.counts();
        let per_second = counts.units as f64 / started.elapsed().as_secs_f64();
        terminal::note(&format!(
            "rqgc: {} units, {}, {}/s",
            HumanCount(counts.units),
            HumanBytes(counts.bytes),
            HumanCount(per_second as u64),
        ));
    }
}
