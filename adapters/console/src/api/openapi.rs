//! The description of the API, made from the handlers.

use axum::Json;
use utoipa::OpenApi;

use super::{alarms, beds, bench, binding, commands, health, messages, status, trends};
use crate::live::stream;

/// The API.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Vigil",
        description = "A ward, its devices, alarms and messages. Secondary and advisory: never the primary alarm. What is \
                       not current has no value here.",
        license(name = "Apache-2.0 OR MIT"),
    ),
    tags(
        (name = "ward", description = "Beds as they are now"),
        (name = "patients", description = "Who lies in a bed"),
        (name = "alarms", description = "Alarms, and answers to them"),
        (name = "messages", description = "Destinations, and what waits for them"),
        (name = "appliance", description = "Devices and lines"),
        (name = "commissioning", description = "Ports, lines and the configuration"),
        (name = "health", description = "For whoever watches the process"),
    ),
    paths(
        health::healthz, health::readyz, health::metrics,
        beds::list, beds::one, trends::trends,
        binding::bind, binding::release, binding::settle,
        stream::events,
        status::appliance, status::devices, status::links, status::destinations,
        bench::ports, bench::probe, bench::configuration, bench::check,
        alarms::active, alarms::history, alarms::one, alarms::ledger, alarms::load_report,
        messages::outbox,
        commands::acknowledge, commands::accept, commands::reject,
        commands::pause_alarm, commands::pause_bed, commands::enable_alarm, commands::enable_bed, commands::chart,
        description,
    ),
)]
struct Description;

/// This description.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "health", responses((status = 200, body = serde_json::Value)))]
pub(crate) async fn description() -> Json<utoipa::openapi::OpenApi> {
    Json(Description::openapi())
}
