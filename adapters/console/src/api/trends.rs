//! Trends of a bed: of the patient who is bound to it, or, while nobody is, of what nobody is known for.

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use vigil_journal::trend::{Trend, TrendPoint, TrendQuery, Whose};
use vigil_model::Timestamp;

use crate::problem::Problem;
use crate::shared::Shared;
use crate::view::{Moment, Text};

/// Points of a series that are told at most.
const POINTS_MAX: u64 = 2_000;
/// Points of a series if nothing is said.
const POINTS: u64 = 360;
/// The longest window, hours.
const HOURS_MAX: u32 = 31 * 24;

/// A window of trends.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Window {
    /// How many hours until now, 1 to 744. 6 if left out.
    #[serde(default)]
    hours: Option<u32>,
    /// Length of the buckets that are told, in seconds; not so short that a series has more than 2000. Chosen for 360 if left out.
    #[serde(default)]
    step: Option<u64>,
}

impl Window {
    /// How many hours.
    pub(crate) fn hours(self) -> u32 {
        self.hours.unwrap_or(6)
    }

    fn step(self) -> Result<Duration, Problem> {
        let hours = self.hours();
        if !(1..=HOURS_MAX).contains(&hours) {
            return Err(Problem::unusable(format!("`hours` is {hours}; expected 1 to {HOURS_MAX}")));
        }
        let length = u64::from(hours) * 3_600;
        let step = self.step.unwrap_or_else(|| length.div_ceil(POINTS));
        if step == 0 || length / step > POINTS_MAX {
            return Err(Problem::unusable(format!(
                "`step` is {step}; expected {} or more",
                length.div_ceil(POINTS_MAX)
            )));
        }
        Ok(Duration::from_secs(step))
    }
}

/// One series of a bed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Series {
    /// Configured id of the device.
    device: Text,
    /// Reference id of the metric.
    refid: Text,
    /// Its row in the device.
    row: Text,
    /// Unit in UCUM.
    unit: Option<Text>,
    /// Ascending by time. Time for which there is no point is a gap.
    points: Vec<Point>,
}

/// A stretch of time.
#[derive(Debug, Serialize, ToSchema)]
struct Point {
    /// Where it begins.
    at: Moment,
    /// How long it is, seconds.
    seconds: u64,
    /// For how much of it there was a current value, seconds.
    covered_s: f64,
    /// The lowest valid number; `null` if no new one came.
    min: Option<Text>,
    /// The highest.
    max: Option<Text>,
    /// The last.
    last: Option<Text>,
    /// How many came.
    count: u32,
}

impl Series {
    fn of(trend: &Trend) -> Self {
        let point = |point: &TrendPoint| Point {
            at: point.start.into(),
            seconds: point.length.as_secs(),
            covered_s: point.bucket.covered.as_secs_f64(),
            min: point.bucket.spread.map(|spread| spread.min.to_string().into()),
            max: point.bucket.spread.map(|spread| spread.max.to_string().into()),
            last: point.bucket.spread.map(|spread| spread.last.to_string().into()),
            count: point.bucket.spread.map_or(0, |spread| spread.count),
        };
        Self {
            device: (&trend.series.device).into(),
            refid: trend.series.metric.refid().into(),
            row: trend.series.containment.to_string().into(),
            unit: trend.series.unit.map(|unit| unit.ucum().into()),
            points: trend.points.iter().map(point).collect(),
        }
    }
}

/// Trends of a bed, as far as they are of the patient who is bound to it now; of nobody known, while nobody is.
#[utoipa::path(
    get, path = "/api/v1/beds/{bed}/trends", tag = "ward",
    params(("bed" = String, Path, description = "Configured id of the bed"), Window),
    responses(
        (status = 200, body = Vec<Series>),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn trends(
    State(shared): State<Shared>,
    Path(bed): Path<String>,
    Query(window): Query<Window>,
) -> Result<Json<Vec<Series>>, Problem> {
    let (trends, ..) = read(&shared, &bed, window).await?;
    Ok(Json(trends.iter().map(Series::of).collect()))
}

/// The trends of a bed with the window that they are of.
pub(crate) async fn read(
    shared: &Shared,
    bed: &str,
    window: Window,
) -> Result<(Vec<Trend>, Timestamp, Timestamp), Problem> {
    let step = window.step()?;
    if shared.picture().await?.bed(bed).is_none() {
        return Err(Problem::not_found("there is no bed of that id; /api/v1/beds lists them"));
    }
    let until = shared.appliance().now().utc;
    let from = until - Duration::from_secs(u64::from(window.hours()) * 3_600);
    let bed = bed.to_owned();
    let trends = shared.read(move |reader| {
        let bound = reader.associations(&bed)?.into_iter().rev().find(|association| association.closed.is_none());
        let whose = bound.as_ref().map_or(Whose::Everybody, |association| Whose::Patient {
            id: association.patient.id.to_string(),
            authority: association.patient.authority.to_string(),
        });
        let mut trends = reader.trend(&TrendQuery { bed: &bed, from, until, whose, only: &[], step })?;
        if bound.is_none() {
            // Whoever lay here before is not who lies here now.
            trends.iter_mut().for_each(|trend| trend.points.retain(|point| point.association == 0));
        }
        Ok(trends)
    });
    Ok((trends.await?, from, until))
}
