//! Alarms: what is active, what was, the load, and the way of one.

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use utoipa::IntoParams;
use vigil_journal::load::{self, Load};
use vigil_model::{OccurrenceId, Timestamp};

use super::page::{Page, PageOf};
use crate::problem::Problem;
use crate::shared::Shared;
use crate::view::{Alarm, Ledger};

/// The window of the load if nothing is said.
const WINDOW: Duration = Duration::from_secs(24 * 3600);
/// The longest window.
const WINDOW_MAX: Duration = Duration::from_secs(400 * 86_400);

/// Every alarm that is not over, the most urgent first.
#[utoipa::path(
    get, path = "/api/v1/alarms", tag = "alarms",
    responses((status = 200, body = Vec<Alarm>), (status = 503, body = Problem, content_type = "application/problem+json")),
)]
pub(crate) async fn active(State(shared): State<Shared>) -> Result<Json<Vec<Alarm>>, Problem> {
    let picture = shared.picture().await?;
    let mut alarms: Vec<Alarm> = picture.alarms().cloned().collect();
    alarms.sort_by_key(|alarm| std::cmp::Reverse((alarm.acknowledged.is_none(), alarm.priority, alarm.changed)));
    Ok(Json(alarms))
}

/// Alarms that are over, the newest first.
#[utoipa::path(
    get, path = "/api/v1/alarms/history", tag = "alarms", params(PageOf),
    responses(
        (status = 200, body = Page<Alarm>),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn history(
    State(shared): State<Shared>,
    Query(page): Query<PageOf>,
) -> Result<Json<Page<Alarm>>, Problem> {
    let (limit, before) = (page.limit()?, page.after);
    let found = shared.read(move |reader| reader.history_before(before, limit)).await?;
    let alarms = found.into_iter().map(|(place, occurrence)| (place, Alarm::of(&occurrence))).collect();
    Ok(Json(Page::of(alarms, limit)))
}

/// One alarm, whether it is active or over.
#[utoipa::path(
    get, path = "/api/v1/alarms/{id}", tag = "alarms",
    params(("id" = String, Path, description = "Name of the occurrence, `ward-4b:000123`")),
    responses((status = 200, body = Alarm), (status = 404, body = Problem, content_type = "application/problem+json")),
)]
pub(crate) async fn one(State(shared): State<Shared>, Path(id): Path<String>) -> Result<Json<Alarm>, Problem> {
    let picture = shared.picture().await?;
    if let Some(alarm) = picture.alarms().find(|alarm| *alarm.id == id) {
        return Ok(Json(alarm.clone()));
    }
    let id = occurrence(&id)?;
    let found = shared.read(move |reader| reader.occurrence(&id)).await?;
    found.map(|found| Json(Alarm::of(&found))).ok_or_else(unknown)
}

/// The way of one alarm: from the device's bytes to its confirmations and answers, with the time of every hop.
#[utoipa::path(
    get, path = "/api/v1/alarms/{id}/ledger", tag = "alarms",
    params(("id" = String, Path, description = "Name of the occurrence, `ward-4b:000123`")),
    responses((status = 200, body = Ledger), (status = 404, body = Problem, content_type = "application/problem+json")),
)]
pub(crate) async fn ledger(State(shared): State<Shared>, Path(id): Path<String>) -> Result<Json<Ledger>, Problem> {
    read_ledger(&shared, &id).await.map(|(_, ledger)| Json(ledger))
}

/// An alarm and its way.
pub(crate) async fn read_ledger(shared: &Shared, id: &str) -> Result<(Option<Alarm>, Ledger), Problem> {
    let id = occurrence(id)?;
    let (lines, alarm) = shared.read(move |reader| Ok((reader.log(&id)?, reader.occurrence(&id)?))).await?;
    if lines.is_empty() && alarm.is_none() {
        return Err(unknown());
    }
    Ok((alarm.as_ref().map(Alarm::of), Ledger::of(&lines)))
}

fn occurrence(id: &str) -> Result<OccurrenceId, Problem> {
    id.parse::<OccurrenceId>().map_err(|error| Problem::unusable(error.to_string()))
}

fn unknown() -> Problem {
    Problem::not_found("there is no such alarm, or it is no longer kept; /api/v1/alarms lists those that are not over")
}

/// A window of time.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Window {
    /// How many hours it is long, until now; 1 to 9600. 24 if left out.
    #[serde(default)]
    pub(crate) hours: Option<u32>,
}

impl Window {
    /// Its beginning and end.
    ///
    /// # Errors
    /// If it is out of bounds.
    pub(crate) fn until(&self, now: Timestamp) -> Result<(Timestamp, Timestamp), Problem> {
        let length = self.hours.map_or(WINDOW, |hours| Duration::from_secs(u64::from(hours) * 3600));
        if length.is_zero() || length > WINDOW_MAX {
            return Err(Problem::unusable(format!("`hours` is expected to be 1 to {}", WINDOW_MAX.as_secs() / 3600)));
        }
        Ok((now - length, now))
    }
}

/// The alarm load of a window, as `vigil load --json` tells it: of the ward and of each bed.
#[utoipa::path(
    get, path = "/api/v1/alarms/load", tag = "alarms", params(Window),
    responses(
        (status = 200, body = serde_json::Value, description = "The figures of docs/alarm-load.md"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn load_report(
    State(shared): State<Shared>,
    Query(window): Query<Window>,
) -> Result<Json<Load>, Problem> {
    read_load(&shared, &window).await.map(Json)
}

/// The alarm load of a window.
pub(crate) async fn read_load(shared: &Shared, window: &Window) -> Result<Load, Problem> {
    let (from, until) = window.until(shared.appliance().now().utc)?;
    shared.read(move |reader| Ok(load::figures(&reader.spans(from, until)?, from, until))).await
}
