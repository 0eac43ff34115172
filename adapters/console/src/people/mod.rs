//! Who makes a request, and the record of it.
//!
//! ```text
//! request ──▶ bearer token? session cookie? ──▶ repeats the session's secret, if it changes something ──▶ handler ──▶ record
//! ```
//!
//! A console whose appliance has no people (a demonstration) answers at loopback only: whoever reaches it is on the appliance
//! itself. Every other one knows everybody by name: a person by a session, a program by a token.

#![allow(clippy::result_large_err, reason = "the error is the answer: it is made once and sent")]

mod forms;
mod record;
mod session;

pub(crate) use record::Views;
pub(crate) use session::Peer;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use vigil_model::Now;
use vigil_people::{Authority, Known, LoginError};

use crate::problem::Problem;
use crate::right::{Principal, Right, Role};
use crate::router::Route;
use crate::shared::Shared;

/// Routes of signing in and out, of the first start, and of one's own account.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/people.css", Right::Open, forms::style),
        Route::get("/login", Right::Open, forms::login_page),
        Route::post("/login", Right::Open, forms::login),
        Route::post("/logout", Right::Open, forms::logout),
        Route::get("/setup", Right::Open, forms::setup_page),
        Route::post("/setup", Right::Open, forms::setup),
        Route::get("/account", Right::Open, forms::account),
        Route::post("/account/glass", Right::Open, forms::break_glass),
        Route::get("/people", Right::Administer, forms::people_list),
        Route::get("/session.json", Right::Open, forms::session),
    ]
}

/// Routes whose forms hand in the session's secret as a field: their handlers check it.
const FORMS: [&str; 4] = ["/login", "/logout", "/setup", "/account/glass"];

/// Says who makes a request, lets it pass, and records what it did.
pub(crate) async fn identify(State(shared): State<Shared>, mut request: Request, next: Next) -> Response {
    let Some(people) = shared.appliance().people() else {
        let principal = Principal { name: "console".into(), role: Role::Admin, is_known: false, is_lent: false };
        request.extensions_mut().insert(principal);
        return next.run(request).await;
    };
    let now = shared.appliance().now();
    let known = match known(&people, &request, now) {
        Ok(known) => known,
        Err(problem) => return problem,
    };
    let Some(known) = known else {
        let is_page = request.method().is_safe() && accepts_html(request.headers());
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let response = next.run(request).await;
        let is_to_sign_in = is_page && response.status() == StatusCode::UNAUTHORIZED;
        return if is_to_sign_in { to_sign_in(&people, &path) } else { response };
    };
    if known.session.is_some() && !request.method().is_safe() && !FORMS.contains(&request.uri().path()) {
        let repeated = request.headers().get("x-csrf-token").and_then(|value| value.to_str().ok());
        if repeated.is_none() || repeated != known.csrf.as_deref() {
            return Problem::forbidden("the header X-CSRF-Token does not repeat what /session.json says")
                .into_response();
        }
    }
    let is_lent = known.glass_until.is_some_and(|until| until > now.monotonic);
    let principal = Principal { name: known.name.as_str().into(), role: known.role, is_known: true, is_lent };
    request.extensions_mut().insert(principal);
    request.extensions_mut().insert(Arc::new(known.clone()));
    let response = record::run(&shared, &people, &known, request, next).await;
    match known.session {
        Some(session) => session::while_it_lasts(response, people, session, shared),
        None => response,
    }
}

/// Who it is, by the token of a program or the session of a browser.
fn known(people: &Authority, request: &Request, now: Now) -> Result<Option<Known>, Response> {
    let from = session::from(request.extensions().get().copied(), request.headers());
    if let Some(token) = session::bearer(request.headers()) {
        return people.by_token(token, &from, now).map(Some).map_err(|error| match error {
            LoginError::Wrong => Problem::unauthorized("this token is worth nothing").into_response(),
            LoginError::Wait { .. } => session::too_many(&error),
            LoginError::Failed(error) => session::failed(&error),
        });
    }
    let Some(token) = session::cookie(request.headers(), session::COOKIE) else { return Ok(None) };
    let is_used = !request.method().is_safe() || is_visit(request);
    people.by_session(token, &from, now, is_used).map_err(|error| session::failed(&error))
}

/// Whether a person went to a page. What a page asks for by itself keeps nobody signed in.
fn is_visit(request: &Request) -> bool {
    match request.headers().get("sec-fetch-mode") {
        Some(mode) => mode == "navigate",
        None => !request.uri().path().starts_with("/api/"),
    }
}

fn accepts_html(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|accept| accept.contains("text/html"))
}

/// To the page where one signs in, or, before there is anybody, to that of the first start.
fn to_sign_in(people: &Authority, path: &str) -> Response {
    match people.needs_setup() {
        Ok(true) => Redirect::to("/setup").into_response(),
        Ok(false) if path == "/" => Redirect::to("/login").into_response(),
        Ok(false) => Redirect::to(&format!("/login?next={}", session::encoded(path))).into_response(),
        Err(error) => session::failed(&error),
    }
}
