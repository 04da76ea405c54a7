//! Statistics as lines of JSON.

use super::MonitorArgs;
use super::figures::Figures;
use crate::failure::Failure;
use crate::terminal;
use rqg_config::Metric;
use serde::Serialize;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Where lines go, and what is in them.
#[derive(Debug)]
pub struct Lines {
    target: Target,
    /// All if none.
    shown: Option<Vec<Metric>>,
}

#[derive(Debug)]
enum Target {
    Stderr,
    File(PathBuf, File),
    /// What could not be written was said.
    Broken,
}

/// A line. What is not known, or not wanted, is left out.
#[derive(Serialize)]
struct Line {
    elapsed: f64,
    #[serde(rename = "final")]
    is_final: bool,
    units: u64,
    statements: u64,
    skipped: u64,
    dropped: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    qps: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    qps_mean: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uniqueness_rate: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thread_utilization: Option<Vec<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    queue_depth: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    filter_fill: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    filter_false_positives: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_hit_rate: Option<f64>,
}

impl Lines {
    /// Opens the file that the arguments name; none if they name none.
    ///
    /// # Errors
    /// It can't be written.
    pub fn open(args: &MonitorArgs) -> Result<Option<Self>, Failure> {
        let Some(path) = &args.stats else {
            return Ok(None);
        };
        let target = if path == Path::new("-") {
            Target::Stderr
        } else {
            let file = File::create(path).map_err(|cause| Failure::Write {
                path: path.clone(),
                cause,
            })?;
            Target::File(path.clone(), file)
        };
        Ok(Some(Self {
            target,
            shown: args.figures.clone(),
        }))
    }

    pub fn is_on_terminal(&self) -> bool {
        matches!(self.target, Target::Stderr) && terminal::stderr_is_terminal()
    }

    /// Writes a line. That a file takes no more ends the statistics, not the run.
    pub fn write(&mut self, figures: &Figures) {
        let line = self.line(figures);
        match &mut self.target {
            Target::Stderr => terminal::note(&line),
            Target::File(path, file) => {
                if let Err(cause) = write_line(file, line) {
                    terminal::note(&format!(
                        "warning: no more statistics: cannot write `{}`: {cause}",
                        path.display()
                    ));
                    self.target = Target::Broken;
                }
            }
            Target::Broken => {}
        }
    }

    fn line(&self, figures: &Figures) -> String {
        let is_shown = |metric| {
            let shown = self.shown.as_ref();
            shown.is_none_or(|shown| shown.contains(&metric))
        };
        let (now, counts) = (&figures.now, &figures.now.counts);
        let of = |metric, figure: f64, digits| is_shown(metric).then(|| round(figure, digits));
        let has_workers = !figures.utilization.is_empty() && is_shown(Metric::ThreadUtilization);
        let filter = now.filter.filter(|_| is_shown(Metric::FilterFill));
        let line = Line {
            elapsed: round(now.elapsed.as_secs_f64(), 6),
            is_final: figures.is_final,
            units: counts.units,
            statements: counts.statements,
            skipped: counts.skipped,
            dropped: counts.dropped,
            bytes: is_shown(Metric::Bytes).then_some(counts.bytes),
            qps: of(Metric::Qps, figures.qps, 1),
            qps_mean: of(Metric::Qps, figures.mean_qps, 1),
            memory: now.memory.filter(|_| is_shown(Metric::Memory)),
            cpu: figures.cpu.and_then(|cpu| of(Metric::Cpu, cpu, 3)),
            uniqueness_rate: now.uniqueness.filter(|_| is_shown(Metric::UniquenessRate)),
            thread_utilization: has_workers.then(|| {
                let shares = figures.utilization.iter();
                shares.map(|share| round(*share, 3)).collect()
            }),
            queue_depth: now.queue_depth.filter(|_| is_shown(Metric::QueueDepth)),
            filter_fill: filter.map(|filter| round(filter.fill, 6)),
            filter_false_positives: filter.map(|filter| filter.false_positives),
            cache_hit_rate: now
                .caches
                .and_then(|caches| caches.hit_rate())
                .and_then(|rate| of(Metric::CacheHitRate, rate, 6)),
        };
        // Numbers and their names: there is nothing that could fail.
        serde_json::to_string(&line).unwrap_or_default()
    }
}

/// The whole line at once, so that a reader of the file finds no half of one.
fn write_line(file: &mut File, mut line: String) -> io::Result<()> {
    line.push('\n');
    file.write_all(line.as_bytes())
}

fn round(number: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (number * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::super::figures::{Figures, Sampler};
    use super::*;
    use rqg_runtime::engine::{CacheCounts, Control};

    fn line(shown: Option<Vec<Metric>>) -> String {
        let control = Control::default();
        control.count(3, 6, 90);
        control.count_missing(2, 1);
        let mut sample = Sampler::new(&control, true).sample();
        sample.elapsed = std::time::Duration::from_millis(1500);
        (sample.memory, sample.cpu) = (Some(4096), None);
        sample.queue_depth = Some(7);
        sample.making = vec![std::time::Duration::from_millis(500)];
        let lines = Lines {
            target: Target::Broken,
            shown,
        };
        lines.line(&Figures {
            utilization: vec![0.333_333],
            ..Figures::between(&sample, &sample)
        })
    }

    #[test]
    fn a_line_holds_what_is_known() {
        assert_eq!(
            line(None),
            "{\"elapsed\":1.5,\"final\":false,\"units\":3,\"statements\":6,\"skipped\":2,\
             \"dropped\":1,\"bytes\":90,\"qps\":0.0,\"qps_mean\":2.0,\"memory\":4096,\
             \"uniqueness_rate\":0.75,\"thread_utilization\":[0.333],\"queue_depth\":7}"
        );
    }

    #[test]
    fn a_line_tells_of_caches_where_there_are_some() {
        let control = Control::default();
        control.count_cached(CacheCounts {
            hits: 2,
            misses: 1,
            ..CacheCounts::default()
        });
        let sample = Sampler::new(&control, false).sample();
        let lines = Lines {
            target: Target::Broken,
            shown: Some(vec![Metric::CacheHitRate]),
        };
        let line = lines.line(&Figures::between(&sample, &sample));
        assert!(line.ends_with(",\"cache_hit_rate\":0.666667}"), "{line}");
    }

    #[test]
    fn a_line_holds_what_is_wanted() {
        let base = "{\"elapsed\":1.5,\"final\":false,\"units\":3,\"statements\":6,\"skipped\":2,\
                    \"dropped\":1";
        assert_eq!(line(Some(Vec::new())), format!("{base}}}"));
        let memory = vec![Metric::Memory, Metric::Cpu];
        assert_eq!(line(Some(memory)), format!("{base},\"memory\":4096}}"));
    }
}
