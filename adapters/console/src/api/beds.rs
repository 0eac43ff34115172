//! Beds as they are now.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};

use crate::problem::Problem;
use crate::shared::Shared;
use crate::view::{Bed, Picture};

/// The ward now: every bed, and alarms of the appliance itself.
#[utoipa::path(
    get, path = "/api/v1/beds", tag = "ward",
    responses((status = 200, body = Picture), (status = 503, body = Problem, content_type = "application/problem+json")),
)]
pub(crate) async fn list(State(shared): State<Shared>) -> Result<Json<Arc<Picture>>, Problem> {
    shared.picture().await.map(Json)
}

/// One bed now.
#[utoipa::path(
    get, path = "/api/v1/beds/{bed}", tag = "ward",
    params(("bed" = String, Path, description = "Configured id of the bed")),
    responses(
        (status = 200, body = Bed),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn one(State(shared): State<Shared>, Path(id): Path<String>) -> Result<Json<Bed>, Problem> {
    let picture = shared.picture().await?;
    let bed = picture.bed(&id).cloned();
    bed.map(Json).ok_or_else(|| Problem::not_found("there is no bed of that id; /api/v1/beds lists them"))
}
