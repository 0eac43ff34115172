//! Figures of a work.

use std::time::Duration;

use serde_json::{Value, json};
use vigil_model::Instant;

/// What every work prints.
pub(crate) fn rate(operations: u64, took: Duration) -> Value {
    let secs = took.as_secs_f64();
    let per_second = operations as f64 / secs;
    json!({ "ops": operations, "secs": rounded(secs, 6), "ops_s": rounded(per_second, 2) })
}

/// Adds figures.
pub(crate) fn with(mut figures: Value, more: Value) -> Value {
    if let (Some(figures), Value::Object(more)) = (figures.as_object_mut(), more) {
        figures.extend(more);
    }
    figures
}

/// Median, 99th percentile and largest of some durations, in microseconds.
pub(crate) fn latencies(mut micros: Vec<u64>) -> Value {
    micros.sort_unstable();
    let at = |part: f64| micros.get(((micros.len().max(1) - 1) as f64 * part).round() as usize).copied().unwrap_or(0);
    json!({ "p50_us": at(0.5), "p99_us": at(0.99), "max_us": at(1.0) })
}

/// A figure without digits that mean nothing.
pub(crate) fn rounded(figure: f64, decimals: i32) -> f64 {
    let scale = 10f64.powi(decimals);
    (figure * scale).round() / scale
}

/// Microseconds from one time to a later one.
pub(crate) fn micros(from: Instant, to: Instant) -> u64 {
    u64::try_from(to.since(from).as_micros()).unwrap_or(u64::MAX)
}
