//! Whether the process lives, whether all is as it should be, and what is counted.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::ToSchema;

use crate::metrics;
use crate::shared::Shared;
use crate::view::DeviceLinkState;

/// The process lives.
#[utoipa::path(get, path = "/healthz", tag = "health", responses((status = 200, body = String)))]
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// Whether everything is as it should be.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Readiness {
    /// Whether the appliance answers, its journal can be written, and every link and destination is connected.
    pub(crate) ready: bool,
    /// What is not as it should be, for people. Never patient data.
    pub(crate) reasons: Vec<String>,
}

/// Every link and destination is as it should be; if not, with reasons.
#[utoipa::path(
    get, path = "/readyz", tag = "health",
    responses((status = 200, body = Readiness), (status = 503, body = Readiness)),
)]
pub(crate) async fn readyz(State(shared): State<Shared>) -> (StatusCode, Json<Readiness>) {
    let reasons = reasons(&shared).await;
    let status = if reasons.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Readiness { ready: reasons.is_empty(), reasons }))
}

/// What the appliance counts, as Prometheus reads it. Nothing about patients.
#[utoipa::path(
    get, path = "/metrics", tag = "health",
    responses((status = 200, body = String, content_type = "application/openmetrics-text")),
)]
pub(crate) async fn metrics(State(shared): State<Shared>) -> impl IntoResponse {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], metrics::exposition(&shared).await)
}

/// What is not as it should be.
pub(crate) async fn reasons(shared: &Shared) -> Vec<String> {
    let mut reasons = Vec::new();
    match shared.picture().await {
        Ok(picture) => {
            for device in picture.beds.iter().flat_map(|bed| bed.apparatus()) {
                if device.link.state != DeviceLinkState::Up {
                    let why = device.link.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
                    reasons.push(format!("device {} is {}{why}", device.id, device.link.state.as_str()));
                }
            }
        }
        Err(problem) => reasons.push(problem.title.to_owned()),
    }
    for destination in shared.appliance().destinations() {
        if !destination.connection.is_open() {
            let why = destination.connection.reason().map(|reason| format!(": {reason}")).unwrap_or_default();
            reasons.push(format!("destination {} is {}{why}", destination.id, destination.connection.as_str()));
        }
    }
    if let Some(why) = shared.appliance().journal_failing() {
        reasons.push(format!("the journal cannot be written: {why}"));
    }
    reasons
}
