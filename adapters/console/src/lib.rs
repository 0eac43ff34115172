//! The console: where people look and act. Ward board, bed and alarm pages, commissioning, the API under `/api/v1`, metrics.
//!
//! It shows a [`view::Picture`] that the appliance hands it through the trait [`Appliance`], reads the journal, and sends
//! [`vigil_model::Command`]s. It knows no engine, link or protocol, and nothing here can reach a device.
//!
//! What it promises: whatever is stale, invalid or missing has no number in any view, so that no page and no answer of the
//! API can show one; every buffer, connection and list is bounded; no page needs anything from elsewhere.

mod api;
mod appliance;
mod difference;
mod live;
mod metrics;
mod pages;
mod people;
mod problem;
mod right;
mod router;
mod server;
mod shared;
pub mod view;

pub use appliance::{Answer, Appliance, NotTold};
pub use problem::Problem;
pub use right::{Principal, Right, Role};
pub use router::{Route, router, routes};
pub use server::{CONNECTIONS_MAX, serve};
pub use shared::Shared;
