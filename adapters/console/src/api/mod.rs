//! The API: `/api/v1/…`, and what watches a process asks for.

mod beds;
mod health;

use crate::right::Right;
use crate::router::Route;

/// The routes of the API.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/healthz", Right::Open, health::healthz),
        Route::get("/readyz", Right::Open, health::readyz),
        Route::get("/api/v1/beds", Right::See, beds::list),
        Route::get("/api/v1/beds/{bed}", Right::See, beds::one),
    ]
}
