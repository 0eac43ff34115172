//! Devices, links and destinations, and how they are doing.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::Problem;
use crate::shared::Shared;
use crate::view::{About, Destination, Device, Link, Text};

/// Who the appliance is.
#[utoipa::path(get, path = "/api/v1/appliance", tag = "appliance", responses((status = 200, body = About)))]
pub(crate) async fn appliance(State(shared): State<Shared>) -> Json<About> {
    Json(shared.appliance().about().clone())
}

/// A device and where it is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlacedDevice {
    /// Configured id of its bed.
    pub(crate) bed: Text,
    /// The device.
    #[serde(flatten)]
    pub(crate) device: Device,
}

/// Every device of every bed, without what the appliance calculates.
#[utoipa::path(
    get, path = "/api/v1/devices", tag = "appliance",
    responses((status = 200, body = Vec<PlacedDevice>), (status = 503, body = Problem, content_type = "application/problem+json")),
)]
pub(crate) async fn devices(State(shared): State<Shared>) -> Result<Json<Vec<PlacedDevice>>, Problem> {
    let picture = shared.picture().await?;
    let placed = picture
        .beds
        .iter()
        .flat_map(|bed| bed.apparatus().map(|device| PlacedDevice { bed: bed.id.clone(), device: device.clone() }));
    Ok(Json(placed.collect()))
}

/// Every link and what it has counted since the start; on a bus with planned and kept period of each unit.
#[utoipa::path(get, path = "/api/v1/links", tag = "appliance", responses((status = 200, body = Vec<Link>)))]
pub(crate) async fn links(State(shared): State<Shared>) -> Json<Vec<Link>> {
    Json(shared.appliance().links())
}

/// Every destination, its connection and what waits for it.
#[utoipa::path(get, path = "/api/v1/destinations", tag = "messages", responses((status = 200, body = Vec<Destination>)))]
pub(crate) async fn destinations(State(shared): State<Shared>) -> Json<Vec<Destination>> {
    Json(shared.appliance().destinations())
}
