//! The API: `/api/v1/…`, and what watches a process asks for.

pub(crate) mod alarms;
mod beds;
pub(crate) mod bench;
mod binding;
pub(crate) mod commands;
pub(crate) mod health;
pub(crate) mod messages;
mod openapi;
mod page;
mod status;
pub(crate) mod trends;

use crate::live::stream;
use crate::right::Right;
use crate::router::Route;

/// The routes of the API.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/healthz", Right::Open, health::healthz),
        Route::get("/readyz", Right::Open, health::readyz),
        Route::get("/api/v1/beds", Right::See, beds::list),
        Route::get("/api/v1/beds/{bed}", Right::See, beds::one),
        Route::post("/api/v1/beds/{bed}/bind", Right::Care, binding::bind),
        Route::post("/api/v1/beds/{bed}/release", Right::Care, binding::release),
        Route::post("/api/v1/beds/{bed}/settle", Right::Care, binding::settle),
        Route::get("/api/v1/ports", Right::Commission, bench::ports),
        Route::post("/api/v1/probe", Right::Commission, bench::probe),
        Route::get("/api/v1/configuration", Right::Commission, bench::configuration),
        Route::post("/api/v1/configuration/check", Right::Commission, bench::check),
        Route::get("/api/v1/beds/{bed}/trends", Right::See, trends::trends),
        Route::get("/metrics", Right::Measure, health::metrics),
        Route::get("/api/v1/openapi.json", Right::Open, openapi::description),
        Route::get("/api/v1/events", Right::See, stream::events),
        Route::get("/api/v1/appliance", Right::See, status::appliance),
        Route::get("/api/v1/devices", Right::See, status::devices),
        Route::get("/api/v1/links", Right::See, status::links),
        Route::get("/api/v1/destinations", Right::See, status::destinations),
        Route::get("/api/v1/outbox", Right::Deliver, messages::outbox),
        Route::get("/api/v1/alarms", Right::See, alarms::active),
        Route::get("/api/v1/alarms/history", Right::See, alarms::history),
        Route::get("/api/v1/alarms/load", Right::See, alarms::load_report),
        Route::get("/api/v1/alarms/{id}", Right::See, alarms::one),
        Route::get("/api/v1/alarms/{id}/ledger", Right::See, alarms::ledger),
        Route::post("/api/v1/alarms/{id}/acknowledge", Right::Care, commands::acknowledge),
        Route::post("/api/v1/alarms/{id}/accept", Right::Care, commands::accept),
        Route::post("/api/v1/alarms/{id}/reject", Right::Care, commands::reject),
        Route::post("/api/v1/alarms/{id}/pause", Right::Care, commands::pause_alarm),
        Route::post("/api/v1/alarms/{id}/enable", Right::Care, commands::enable_alarm),
        Route::post("/api/v1/beds/{bed}/pause", Right::Care, commands::pause_bed),
        Route::post("/api/v1/beds/{bed}/enable", Right::Care, commands::enable_bed),
        Route::post("/api/v1/beds/{bed}/chart", Right::Care, commands::chart),
    ]
}
