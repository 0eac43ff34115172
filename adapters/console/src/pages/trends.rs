//! Trends of a bed, drawn on the server: for each series the range and the last value of each stretch of time, with gaps as gaps, the
//! limits, and the alarms about it.

use std::time::Duration;

use axum::extract::{Path, Query, State};
use maud::{Markup, html};
use vigil_journal::load::AlarmSpan;
use vigil_journal::trend::{Trend, TrendPoint};
use vigil_model::Timestamp;

use super::plot::round;
use super::{slots, words};
use crate::api::trends::{Window, read};
use crate::problem::Problem;
use crate::shared::Shared;
use crate::view::{Bed, Metric};

/// Series that are drawn.
const SHOWN_MAX: usize = 32;
/// Windows that can be chosen, hours.
const WINDOWS: [(u32, &str); 5] = [(1, "1 h"), (6, "6 h"), (24, "24 h"), (72, "3 d"), (168, "7 d")];
/// Size of a plot, and where its field begins and ends.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 120.0;
const LEFT: f64 = 44.0;
const RIGHT: f64 = 712.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 100.0;

/// `/beds/{bed}/trends`: the section alone, for the page's script to put in place.
pub(crate) async fn trends(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    Query(window): Query<Window>,
) -> Result<Markup, Problem> {
    section(&shared, &id, window).await
}

/// The trends of a bed.
pub(crate) async fn section(shared: &Shared, id: &str, window: Window) -> Result<Markup, Problem> {
    let (trends, from, until) = read(shared, id, window).await?;
    let picture = shared.picture().await?;
    let bed = picture.bed(id).ok_or_else(|| Problem::not_found("there is no bed of that id"))?;
    let wanted = bed.id.clone();
    let spans = shared.read(move |reader| reader.spans(from, until)).await?;
    let spans: Vec<AlarmSpan> = spans.into_iter().filter(|span| *span.bed == *wanted).collect();
    let frame = Frame { from, until };
    let hours = window.hours();
    let plots: Vec<Markup> =
        trends.iter().filter_map(|trend| plot(trend, bed, &spans, &frame)).take(SHOWN_MAX).collect();
    Ok(html! {
        section.panel #bed-trends aria-labelledby="h-trends" data-refresh={ "/beds/" (id) "/trends?hours=" (hours) } {
            div.bar {
                h2 #h-trends { "Trends" }
                p.sort { @for (other, name) in WINDOWS {
                    a href={ "/beds/" (id) "?hours=" (other) "#bed-trends" } aria-current=[(hours == other).then_some("true")] { (name) } " "
                } }
            }
            @if plots.is_empty() { p.quiet { "Nothing is kept of this window" @if bed.patient.is_some() { " for the patient who is bound now" } "." } }
            div.trends { @for plot in plots { (plot) } }
        }
    })
}

struct Frame {
    from: Timestamp,
    until: Timestamp,
}

impl Frame {
    fn x(&self, at: Timestamp) -> f64 {
        let whole = (self.until.as_micros() - self.from.as_micros()).max(1) as f64;
        LEFT + (RIGHT - LEFT) * ((at.as_micros() - self.from.as_micros()) as f64 / whole).clamp(0.0, 1.0)
    }
}

/// A stretch of points without a gap between.
fn stretches(points: &[TrendPoint]) -> Vec<Vec<&TrendPoint>> {
    let mut stretches: Vec<Vec<&TrendPoint>> = Vec::new();
    let mut end: Option<Timestamp> = None;
    for point in points.iter().filter(|point| !point.bucket.is_gap()) {
        let goes_on = end.is_some_and(|end| point.start <= end);
        end = Some(point.start + point.length);
        match stretches.last_mut().filter(|_| goes_on) {
            Some(stretch) => stretch.push(point),
            None => stretches.push(vec![point]),
        }
    }
    stretches
}

fn plot(trend: &Trend, bed: &Bed, spans: &[AlarmSpan], frame: &Frame) -> Option<Markup> {
    let metric = metric(trend, bed);
    let limits: Vec<(bool, f64, String)> = metric.map(limits).unwrap_or_default();
    let spreads = || trend.points.iter().filter_map(|point| point.bucket.spread);
    let lowest = spreads().map(|spread| spread.min.to_f64()).chain(limits.iter().map(|limit| limit.1));
    let lowest = lowest.fold(f64::INFINITY, f64::min);
    let highest = spreads().map(|spread| spread.max.to_f64()).chain(limits.iter().map(|limit| limit.1));
    let highest = highest.fold(f64::NEG_INFINITY, f64::max);
    if !(lowest.is_finite() && highest.is_finite()) {
        return None;
    }
    let margin = ((highest - lowest) * 0.08).max(0.5);
    let (low, high) = (lowest - margin, highest + margin);
    let y = |value: f64| BOTTOM - (BOTTOM - TOP) * ((value - low) / (high - low));
    let label = metric.map_or_else(|| trend.series.metric.refid().to_owned(), |metric| metric.label.to_string());
    let unit = trend.series.unit.map(|unit| slots::unit(unit.ucum())).unwrap_or_default();
    let stretches = stretches(&trend.points);
    let about: Vec<&AlarmSpan> = spans.iter().filter(|span| is_about(span, trend)).collect();
    let last = spreads().next_back().map(|spread| spread.last.to_string()).unwrap_or_default();
    let told = format!(
        "{label} of {}: between {lowest} and {highest} {unit}, last {last}; {} stretches with gaps between, {} alarms",
        trend.series.device,
        stretches.len(),
        about.len()
    );
    Some(html! {
        figure.plot.trend {
            figcaption { b { (label) } " " span.dim { (unit) " · " (trend.series.device) } }
            svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-label=(told) {
                rect.field x=(LEFT) y=(TOP) width=(round(RIGHT - LEFT)) height=(round(BOTTOM - TOP)) {}
                @for span in &about {
                    @let (from, to) = (frame.x(span.started), frame.x(span.ended.unwrap_or(frame.until)));
                    rect class={ "span " (words::class(span.priority)) } x=(round(from)) y=(TOP) width=(round((to - from).max(1.5))) height=(round(BOTTOM - TOP)) { title { (span.text) ", " (span.priority.as_str()) } }
                    rect class={ "cap " (words::class(span.priority)) } x=(round(from)) y="2" width=(round((to - from).max(1.5))) height="6" {}
                }
                @for (is_low, limit, text) in &limits {
                    line.limit x1=(LEFT) x2=(RIGHT) y1=(round(y(*limit))) y2=(round(y(*limit))) {}
                    text.tick x=(round(LEFT - 4.0)) y=(round(y(*limit) + 4.0)) text-anchor="end" { @if *is_low { "≥" } @else { "≤" } (text) }
                }
                @for stretch in &stretches {
                    path.band d=(band(stretch, frame, &y)) {}
                    path.line d=(line(stretch, frame, &y)) {}
                }
                // The ends of the axis, where no limit is written already.
                @for (value, at) in [(high, TOP + 8.0), (low, BOTTOM)] {
                    @if limits.iter().all(|limit| (y(limit.1) + 4.0 - at).abs() > 11.0) {
                        text.tick x=(round(LEFT - 4.0)) y=(round(at)) text-anchor="end" { (short(value)) }
                    }
                }
                @for at in ticks(frame) {
                    line.grid x1=(round(frame.x(at))) x2=(round(frame.x(at))) y1=(TOP) y2=(BOTTOM) {}
                    text.tick x=(round(frame.x(at))) y="115" text-anchor="middle" data-time=(at) { (at.to_string().get(11..16).unwrap_or_default()) }
                }
            }
        }
    })
}

fn metric<'a>(trend: &Trend, bed: &'a Bed) -> Option<&'a Metric> {
    let device = bed.devices.iter().find(|device| *device.id == *trend.series.device)?;
    let row = trend.series.containment.to_string();
    device.metrics.iter().find(|metric| *metric.refid == *trend.series.metric.refid() && *metric.row == *row)
}

/// Limits that are judged now: whether it is a lower one, where it is, as it is written.
fn limits(metric: &Metric) -> Vec<(bool, f64, String)> {
    let limit =
        |limit: &crate::view::Limit| Some((&*limit.side == "low", limit.limit.parse().ok()?, limit.limit.to_string()));
    metric.limits.iter().filter_map(limit).collect()
}

/// Whether an alarm is about this metric of this device: its condition is named after both.
fn is_about(span: &AlarmSpan, trend: &Trend) -> bool {
    *span.device == *trend.series.device && span.key.split('/').any(|word| word == trend.series.metric.refid())
}

/// The range of each point.
fn band(stretch: &[&TrendPoint], frame: &Frame, y: &impl Fn(f64) -> f64) -> String {
    let mut upper = String::new();
    let mut lower = Vec::new();
    for point in stretch {
        let Some(spread) = point.bucket.spread else { continue };
        let (from, to) = (round(frame.x(point.start)), round(frame.x(point.start + point.length)));
        let (min, max) = (round(y(spread.min.to_f64())), round(y(spread.max.to_f64())));
        upper.push_str(&format!("{}{from} {max}H{to}", if upper.is_empty() { "M" } else { "L" }));
        lower.push(format!("L{to} {min}H{from}"));
    }
    if upper.is_empty() {
        return upper;
    }
    lower.reverse();
    format!("{upper}{}Z", lower.concat())
}

/// The last value of each point.
fn line(stretch: &[&TrendPoint], frame: &Frame, y: &impl Fn(f64) -> f64) -> String {
    let mut path = String::new();
    for point in stretch {
        let Some(spread) = point.bucket.spread else { continue };
        let middle = frame.x(point.start + point.length / 2);
        path.push_str(&format!(
            "{}{} {}",
            if path.is_empty() { "M" } else { "L" },
            round(middle),
            round(y(spread.last.to_f64()))
        ));
    }
    if !path.is_empty() && !path.contains('L') {
        path.push_str("h1.5"); // a single point is a short stroke
    }
    path
}

fn ticks(frame: &Frame) -> Vec<Timestamp> {
    let sixth = frame.until.since(frame.from) / 6;
    (1..6u32)
        .map(|position| frame.from + sixth * position)
        .map(|at| at - Duration::from_micros(u64::try_from(at.as_micros().rem_euclid(60_000_000)).unwrap_or(0)))
        .collect()
}

fn short(value: f64) -> String {
    if value.abs() >= 20.0 { format!("{value:.0}") } else { format!("{value:.1}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vigil_journal::trend::{Bucket, Spread};

    fn point(second: i64, value: Option<i64>) -> TrendPoint {
        TrendPoint {
            start: Timestamp::from_seconds(second),
            length: Duration::from_secs(10),
            association: 1,
            bucket: Bucket {
                spread: value.map(|value| Spread::of(value.into())),
                covered: Duration::from_secs(u64::from(value.is_some()) * 10),
            },
        }
    }

    #[test]
    fn gaps_stay_gaps() {
        let points = [point(0, Some(1)), point(10, Some(2)), point(20, None), point(30, Some(3)), point(60, Some(4))];
        let lengths: Vec<usize> = stretches(&points).iter().map(Vec::len).collect();
        assert_eq!(lengths, [2, 1, 1]);
    }

    #[test]
    fn a_value_that_is_current_and_not_new_is_no_gap() {
        let mut quiet = point(10, None);
        quiet.bucket.covered = Duration::from_secs(10);
        let points = [point(0, Some(1)), quiet, point(20, Some(2))];
        assert_eq!(stretches(&points).len(), 1);
    }
}
