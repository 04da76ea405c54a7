//! What is told of a run, at one moment or between two.

use super::process;
use rqg_runtime::engine::{CacheCounts, Control, Counts};
use rqg_runtime::uniqueness::Occupancy;
use std::time::{Duration, Instant};

/// Takes samples of a run.
#[derive(Debug, Clone)]
pub struct Sampler {
    control: Control,
    started: Instant,
    is_unique: bool,
}

/// A run at one moment.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Since the run began.
    pub elapsed: Duration,
    pub counts: Counts,
    /// How long each worker made units.
    pub making: Vec<Duration>,
    /// Units that wait for the writer.
    pub queue_depth: Option<u64>,
    pub filter: Option<Occupancy>,
    pub caches: Option<CacheCounts>,
    /// Resident memory in bytes.
    pub memory: Option<u64>,
    /// Processor time of the process.
    pub cpu: Option<Duration>,
    /// The share of units that were new; none where nobody looks.
    pub uniqueness: Option<f64>,
}

impl Sampler {
    /// The run begins now. `is_unique`: whether its units differ.
    pub fn new(control: &Control, is_unique: bool) -> Self {
        Self {
            control: control.clone(),
            started: Instant::now(),
            is_unique,
        }
    }

    pub fn sample(&self) -> Sample {
        let readings = self.control.readings();
        let counts = readings.counts;
        let decided = counts.units + counts.dropped;
        Sample {
            elapsed: readings.elapsed.unwrap_or_else(|| self.started.elapsed()),
            counts,
            making: readings.making,
            queue_depth: readings.queue_depth,
            filter: readings.filter,
            caches: readings.caches,
            memory: process::resident_memory(),
            cpu: process::cpu_time(),
            uniqueness: self.is_unique.then(|| match decided {
                0 => 1.0,
                decided => counts.units as f64 / decided as f64,
            }),
        }
    }

    /// Lets the next sample hold what the filter says then.
    pub fn ask_filter(&self) {
        self.control.ask_filter();
    }
}

/// A run between two moments.
#[derive(Debug, Clone)]
pub struct Figures {
    /// The later moment.
    pub now: Sample,
    /// Whether the run is over, and these are of the whole of it.
    pub is_final: bool,
    /// Units a second.
    pub qps: f64,
    /// Units a second since the run began.
    pub mean_qps: f64,
    /// Cores in use.
    pub cpu: Option<f64>,
    /// The share of the time in which each worker made units.
    pub utilization: Vec<f64>,
}

impl Figures {
    pub fn between(before: &Sample, now: &Sample) -> Self {
        let time = now.elapsed.saturating_sub(before.elapsed);
        let cpu = before.cpu.zip(now.cpu);
        let making = now.making.iter().enumerate().map(|(worker, making)| {
            let before = before.making.get(worker).copied().unwrap_or_default();
            // A buffer counts when it is full, also for the time before.
            per_second(making.saturating_sub(before).as_secs_f64(), time).min(1.0)
        });
        Self {
            is_final: false,
            qps: per_second((now.counts.units - before.counts.units) as f64, time),
            mean_qps: per_second(now.counts.units as f64, now.elapsed),
            cpu: cpu.map(|(before, now)| {
                let used = now.saturating_sub(before);
                per_second(used.as_secs_f64(), time)
            }),
            utilization: making.collect(),
            now: now.clone(),
        }
    }

    /// Of a run that is over.
    pub fn whole(first: &Sample, last: &Sample) -> Self {
        let start = Sample {
            elapsed: Duration::ZERO,
            ..first.clone()
        };
        Self {
            is_final: true,
            ..Self::between(&start, last)
        }
    }
}

fn per_second(amount: f64, time: Duration) -> f64 {
    if time.is_zero() {
        return 0.0;
    }
    amount / time.as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(milliseconds: u64, units: u64, making: &[u64], cpu: u64) -> Sample {
        Sample {
            elapsed: Duration::from_millis(milliseconds),
            counts: Counts {
                units,
                ..Counts::default()
            },
            making: making.iter().copied().map(Duration::from_millis).collect(),
            queue_depth: Some(0),
            filter: None,
            caches: None,
            memory: None,
            cpu: Some(Duration::from_millis(cpu)),
            uniqueness: None,
        }
    }

    #[test]
    fn rates_are_of_the_interval_and_of_all() {
        let before = sample(1000, 500, &[900, 100], 50);
        let now = sample(3000, 4500, &[1900, 2400], 3050);
        let figures = Figures::between(&before, &now);
        assert_eq!((figures.qps, figures.mean_qps), (2000.0, 1500.0));
        assert_eq!(figures.cpu, Some(1.5));
        assert_eq!(figures.utilization, [0.5, 1.0]);

        let whole = Figures::whole(&sample(5, 0, &[], 50), &now);
        assert_eq!((whole.qps, whole.mean_qps), (1500.0, 1500.0));
        assert_eq!(whole.cpu, Some(1.0));
    }

    #[test]
    fn no_time_is_no_rate() {
        let none = sample(0, 10, &[1], 10);
        let figures = Figures::between(&none, &none);
        assert_eq!((figures.qps, figures.mean_qps), (0.0, 0.0));
        assert_eq!(figures.utilization, [0.0]);
    }

    #[test]
    fn what_was_dropped_was_not_new() {
        let control = Control::default();
        let sampler = Sampler::new(&control, true);
        assert_eq!(sampler.sample().uniqueness, Some(1.0));
        control.count(30, 30, 300);
        control.count_missing(5, 10);
        assert_eq!(sampler.sample().uniqueness, Some(0.75));
        assert_eq!(Sampler::new(&control, false).sample().uniqueness, None);
    }
}
