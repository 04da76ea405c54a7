//! An endpoint that answers Prometheus.

use super::figures::{Sample, Sampler};
use crate::failure::Failure;
use crate::terminal;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, text};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;
use std::fmt;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use tiny_http::{Header, Request, Response, Server};

/// The type of the answer: <https://prometheus.io/docs/specs/om/open_metrics_spec/>.
const OPEN_METRICS: &[u8] = b"application/openmetrics-text; version=1.0.0; charset=utf-8";

/// An address that is taken, before there is anything to tell.
#[derive(Debug)]
pub struct Endpoint(TcpListener);

impl Endpoint {
    /// Takes an address.
    ///
    /// # Errors
    /// It can't be had: perhaps something else listens there.
    pub fn bind(address: SocketAddr) -> Result<Self, Failure> {
        let listener = TcpListener::bind(address).map_err(|cause| {
            Failure::Environment(format!("cannot listen on {address} (--metrics): {cause}"))
        })?;
        Ok(Self(listener))
    }

    /// Answers with the figures of a run until what it gives is dropped. A run without endpoint is
    /// better than none.
    pub fn serve(self, sampler: Sampler) -> Option<Serving> {
        let address = self.0.local_addr().ok();
        let serving = Server::from_listener(self.0, None)
            .map_err(|cause| cause.to_string())
            .and_then(|server| {
                let server = Arc::new(server);
                let served = Arc::clone(&server);
                let thread = thread::Builder::new()
                    .name("rqg-metrics".to_owned())
                    .spawn(move || answer_all(&served, sampler))
                    .map_err(|cause| cause.to_string())?;
                Ok(Serving {
                    server,
                    thread: Some(thread),
                })
            });
        match (serving, address) {
            (Ok(serving), Some(address)) => {
                terminal::note(&format!("rqgc: metrics at http://{address}/metrics"));
                Some(serving)
            }
            (Ok(serving), None) => Some(serving),
            (Err(cause), _) => {
                terminal::note(&format!("warning: no metrics: {cause}"));
                None
            }
        }
    }
}

/// Answers until it is dropped.
pub struct Serving {
    server: Arc<Server>,
    thread: Option<JoinHandle<()>>,
}

impl fmt::Debug for Serving {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Serving").finish_non_exhaustive()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.server.unblock();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn answer_all(server: &Server, sampler: Sampler) {
    sampler.ask_filter();
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Figures(sampler)));
    while let Ok(request) = server.recv() {
        answer(request, &registry);
    }
}

/// Answers one request. A client that goes away is none of our business.
fn answer(request: Request, registry: &Registry) {
    let path = request.url().split('?').next();
    if path != Some("/metrics") {
        let elsewhere = Response::from_string("the metrics are at /metrics\n");
        let _ = request.respond(elsewhere.with_status_code(404));
        return;
    }
    let mut body = String::new();
    // A string takes everything.
    let _ = text::encode(&mut body, registry);
    let mut response = Response::from_string(body);
    if let Ok(header) = Header::from_bytes(&b"Content-Type"[..], OPEN_METRICS) {
        response.add_header(header);
    }
    let _ = request.respond(response);
}

/// Reads the figures of a run each time that it is asked.
#[derive(Debug)]
struct Figures(Sampler);

impl Collector for Figures {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let sample = self.0.sample();
        self.0.ask_filter();
        write(&mut Output(encoder), &sample)
    }
}

/// Names follow <https://prometheus.io/docs/practices/naming/>; rates are left to the queries.
fn write(out: &mut Output<'_>, sample: &Sample) -> fmt::Result {
    let counts = &sample.counts;
    for (name, help, count) in [
        ("rqg_units", "Units made", counts.units),
        (
            "rqg_statements",
            "Statements in the units",
            counts.statements,
        ),
        ("rqg_bytes", "Bytes of the units", counts.bytes),
        (
            "rqg_skipped_indexes",
            "Indexes that have no unit",
            counts.skipped,
        ),
        (
            "rqg_dropped_units",
            "Units that came before and were dropped",
            counts.dropped,
        ),
    ] {
        out.counter(name, help, &ConstCounter::new(count))?;
    }
    let elapsed = sample.elapsed.as_secs_f64();
    out.gauge("rqg_elapsed_seconds", "Time since the run began", elapsed)?;
    if !sample.making.is_empty() {
        let (name, help) = (
            "rqg_worker_making_seconds",
            "Time in which a worker made units",
        );
        let kind = ConstCounter::new(0.0).metric_type();
        let mut workers = out.0.encode_descriptor(name, help, None, kind)?;
        for (worker, making) in sample.making.iter().enumerate() {
            let labels = [("worker", worker.to_string())];
            let count = ConstCounter::new(making.as_secs_f64());
            count.encode(workers.encode_family(&labels)?)?;
        }
    }
    if let Some(units) = sample.queue_depth {
        let (name, help) = ("rqg_queue_depth_units", "Units that wait for the output");
        out.gauge(name, help, units as f64)?;
    }
    if let Some(share) = sample.uniqueness {
        out.gauge(
            "rqg_uniqueness_ratio",
            "Share of units that were new",
            share,
        )?;
    }
    if let Some(filter) = sample.filter {
        out.gauge(
            "rqg_filter_fill_ratio",
            "How full the filter is",
            filter.fill,
        )?;
        let help = "Share of new units that the filter would drop now";
        out.gauge(
            "rqg_filter_false_positive_ratio",
            help,
            filter.false_positives,
        )?;
    }
    if let Some(caches) = sample.caches {
        for (name, help, count) in [
            (
                "rqg_cache_hits",
                "Statements whose shape was prepared before",
                caches.hits,
            ),
            (
                "rqg_cache_misses",
                "Statements whose shape was prepared for them",
                caches.misses,
            ),
            (
                "rqg_cache_fallbacks",
                "Statements that were executed as text",
                caches.fallbacks,
            ),
            (
                "rqg_cache_evictions",
                "Shapes that were given up for others",
                caches.evictions,
            ),
        ] {
            out.counter(name, help, &ConstCounter::new(count))?;
        }
    }
    if let Some(bytes) = sample.memory {
        let (name, help) = ("process_resident_memory_bytes", "Resident memory");
        out.gauge(name, help, bytes as f64)?;
    }
    if let Some(cpu) = sample.cpu {
        let count = ConstCounter::new(cpu.as_secs_f64());
        out.counter(
            "process_cpu_seconds",
            "Processor time of all threads",
            &count,
        )?;
    }
    Ok(())
}

struct Output<'a>(DescriptorEncoder<'a>);

impl Output<'_> {
    fn gauge(&mut self, name: &str, help: &str, value: f64) -> fmt::Result {
        let gauge = ConstGauge::new(value);
        let metric = self
            .0
            .encode_descriptor(name, help, None, gauge.metric_type())?;
        gauge.encode(metric)
    }

    /// `_total` is added to the name.
    fn counter(&mut self, name: &str, help: &str, counter: &impl EncodeMetric) -> fmt::Result {
        let metric = self
            .0
            .encode_descriptor(name, help, None, counter.metric_type())?;
        counter.encode(metric)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rqg_runtime::engine::{CacheCounts, Control};

    #[test]
    fn caches_are_told_of_where_there_are_some() {
        let control = Control::default();
        let told = || {
            let mut registry = Registry::default();
            registry.register_collector(Box::new(Figures(Sampler::new(&control, false))));
            let mut body = String::new();
            text::encode(&mut body, &registry).unwrap();
            body
        };
        assert!(!told().contains("rqg_cache"));
        control.count_cached(CacheCounts {
            hits: 3,
            evictions: 1,
            ..CacheCounts::default()
        });
        for line in [
            "rqg_cache_hits_total 3",
            "rqg_cache_misses_total 0",
            "rqg_cache_fallbacks_total 0",
            "rqg_cache_evictions_total 1",
        ] {
            assert!(told().contains(line), "{line}: {}", told());
        }
    }
}
