//! Who makes a request.
//!
//! A console without users answers at loopback only: whoever reaches it is on the appliance itself.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use crate::right::{Principal, Role};
use crate::router::Route;
use crate::shared::Shared;

/// Routes of signing in and out, and of managing people.
pub(crate) fn routes() -> Vec<Route> {
    Vec::new()
}

/// Says who makes a request.
pub(crate) async fn identify(State(_): State<Shared>, mut request: Request, next: Next) -> Response {
    request.extensions_mut().insert(Principal { name: "console".into(), role: Role::Admin, is_known: false });
    next.run(request).await
}
