//! Every route, what it asks of whoever calls it, and what all of them have in common.
//!
//! ```text
//! request ──▶ bounds ──▶ headers ──▶ from our own pages? ──▶ who is it? (people) ──▶ may they? (the route's right) ──▶ handler
//! ```

use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use axum::{Router, http};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

use crate::api;
use crate::pages;
use crate::people;
use crate::problem::Problem;
use crate::right::{Principal, Right};
use crate::shared::Shared;

/// Longest body of a request, in bytes.
const BODY_BYTES_MAX: usize = 1 << 20;
/// How long a request may take until its answer begins. What is streamed begins at once.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// A route.
pub struct Route {
    /// Its method, `GET`.
    pub method: http::Method,
    /// Its path, `/api/v1/beds/{bed}`.
    pub path: &'static str,
    /// What it asks of whoever calls it.
    pub right: Right,
    handler: MethodRouter<Shared>,
}

impl Route {
    /// A route that is read.
    pub(crate) fn get<H, T>(path: &'static str, right: Right, handler: H) -> Self
    where
        H: axum::handler::Handler<T, Shared>,
        T: 'static,
    {
        Self { method: http::Method::GET, path, right, handler: axum::routing::get(handler) }
    }

    /// A route by which something is done.
    pub(crate) fn post<H, T>(path: &'static str, right: Right, handler: H) -> Self
    where
        H: axum::handler::Handler<T, Shared>,
        T: 'static,
    {
        Self { method: http::Method::POST, path, right, handler: axum::routing::post(handler) }
    }
}

/// Every route there is. Tests hold the API's description and the table of roles against it.
pub fn routes() -> Vec<Route> {
    let mut routes = api::routes();
    routes.extend(pages::routes());
    routes.extend(people::routes());
    routes
}

/// The console as a service.
pub fn router(shared: Shared) -> Router {
    let mut router = Router::new();
    for Route { path, right, handler, .. } in routes() {
        let counted = from_fn_with_state((shared.clone(), path), count);
        router = router.route(path, handler.layer(from_fn_with_state(right, allow)).layer(counted));
    }
    router
        .fallback(async || Problem::not_found("there is no such page; /api/v1/openapi.json lists the API"))
        .method_not_allowed_fallback(async || Problem::method())
        // The one place where a request learns who makes it: an extension `Principal`, or an answer at once.
        .layer(from_fn_with_state(shared.clone(), people::identify))
        .layer(from_fn(own_pages_only))
        .layer(from_fn(headers))
        .layer(RequestBodyLimitLayer::new(BODY_BYTES_MAX))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, ANSWER_WITHIN))
        .layer(CatchPanicLayer::custom(panicked))
        .with_state(shared)
}

/// Counts a request under its route.
async fn count(State((shared, path)): State<(Shared, &'static str)>, request: Request, next: Next) -> Response {
    let began = shared.appliance().now().monotonic;
    let response = next.run(request).await;
    let took = shared.appliance().now().monotonic.since(began);
    shared.own().request(path, response.status().as_u16(), took.as_secs_f64());
    response
}

/// Lets a request pass if whoever makes it has the route's right.
async fn allow(State(right): State<Right>, request: Request, next: Next) -> Response {
    let is_allowed = match request.extensions().get::<Principal>() {
        _ if right == Right::Open => true,
        Some(principal) => principal.may(right),
        None => return Problem::unauthorized("this needs somebody who has signed in").into_response(),
    };
    if is_allowed { next.run(request).await } else { Problem::forbidden("your role may not do this").into_response() }
}

/// Refuses what a page from elsewhere makes a browser send: nothing is done because of it.
async fn own_pages_only(request: Request, next: Next) -> Response {
    if request.method().is_safe() || is_ours(request.headers()) {
        next.run(request).await
    } else {
        Problem::forbidden("this came from a page that is not the console's").into_response()
    }
}

/// Whether a request comes from a page of the console, or from a program that is no browser.
fn is_ours(headers: &http::HeaderMap) -> bool {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (header("sec-fetch-site"), header("origin")) {
        (Some(site), _) if !matches!(site, "same-origin" | "none") => false,
        // An origin is scheme and host; a program that is no browser sends none.
        (_, Some(origin)) => origin.split_once("://").map(|(_, host)| host) == header("host"),
        (_, None) => true,
    }
}

/// Headers of every answer: nothing from elsewhere is loaded, nothing is framed, and nothing about patients is cached.
async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; \
             manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    // What a panic says may hold what it was handed: the log has it on standard error, the answer has not.
    tracing::error!("A handler of the console panicked.");
    Problem::internal("this is a bug; the log has it").into_response()
}
