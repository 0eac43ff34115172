//! What a request did, for the audit trail: which routes show a patient's data, which change something, and to what.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{MatchedPath, Request};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use vigil_model::{Instant, Now};
use vigil_people::audit::{Action, Entry, Object, Outcome};
use vigil_people::{Authority, Known};

use crate::problem::Problem;
use crate::shared::Shared;

/// How long looking at the same thing again is the same view.
const SAME_VIEW: Duration = Duration::from_secs(900);
/// Views that are remembered; more are recorded once more than they need be.
const VIEWS_MAX: usize = 4096;
/// Longest body of a request that is looked into for its reason.
const BODY_BYTES_MAX: usize = 1 << 20;

/// Beginnings of the paths at which patients' data are seen, and the kind of thing that is seen there if the path does not name
/// a bed or an alarm.
const VIEWS: &[(&str, &str)] = &[
    ("/api/v1/beds", "ward"),
    ("/api/v1/alarms", "alarms"),
    ("/api/v1/events", "ward"),
    ("/api/v1/outbox", "messages"),
    ("/beds", "ward"),
    ("/alarms", "alarms"),
    ("/messages", "messages"),
];

/// Last parts of the paths by which something is done, and what.
const ACTIONS: &[(&str, Action)] = &[
    ("acknowledge", Action::AlarmAnswered),
    ("accept", Action::AlarmAnswered),
    ("reject", Action::AlarmAnswered),
    ("pause", Action::SignalsHeld),
    ("enable", Action::SignalsEnabled),
    ("chart", Action::Charted),
    ("bind", Action::PatientBound),
    ("admit", Action::PatientBound),
    ("release", Action::PatientReleased),
    ("limits", Action::LimitsAdjusted),
    ("retry", Action::MessageHandled),
    ("discard", Action::MessageHandled),
    ("probe", Action::Commissioned),
    ("apply", Action::ConfigurationChanged),
    ("rollback", Action::ConfigurationChanged),
];

/// Views of late, so that a page that looks every second leaves one record.
#[derive(Debug, Default)]
pub(crate) struct Views(Mutex<BTreeMap<String, Instant>>);

impl Views {
    /// Whether this is to be recorded.
    fn is_new(&self, what: String, now: Instant) -> bool {
        let mut views = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if views.get(&what).is_some_and(|at| now.since(*at) < SAME_VIEW) {
            return false;
        }
        if views.len() >= VIEWS_MAX {
            views.retain(|_, at| now.since(*at) < SAME_VIEW);
        }
        if views.len() < VIEWS_MAX {
            views.insert(what, now);
        }
        true
    }
}

/// Runs the request and records what it did.
pub(super) async fn run(shared: &Shared, people: &Authority, known: &Known, request: Request, next: Next) -> Response {
    let now = shared.appliance().now();
    let Some(route) = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned()) else {
        return next.run(request).await; // there is nothing there
    };
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    if method.is_safe() {
        let response = next.run(request).await;
        if response.status() == StatusCode::FORBIDDEN {
            refused(shared, people, known, &path, now);
        } else if response.status().is_success()
            && let Some(object) = seen(&route, &path)
            && shared
                .views()
                .is_new(format!("{}\n{}\n{}\n{}", known.name, known.from, object.kind, object.id), now.monotonic)
        {
            people.record(Entry::done(now.utc, known.who(), Action::Viewed).about(object));
        }
        return response;
    }
    if is_of_people(&route) {
        return next.run(request).await; // recorded where it is done
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_BYTES_MAX).await else {
        return Problem::unusable(format!("the body is longer than {BODY_BYTES_MAX} bytes")).into_response();
    };
    let why = reason(&body);
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    if response.status() == StatusCode::FORBIDDEN {
        refused(shared, people, known, &path, now);
        return response;
    }
    people.record(done(&method, &route, &path, known, response.status(), why, now));
    response
}

/// What was seen, if it is a patient's data.
fn seen(route: &str, path: &str) -> Option<Object> {
    if route == "/" {
        return Some(Object::new("ward", "board"));
    }
    let (_, whole) = VIEWS.iter().find(|(begin, _)| route == *begin || route.starts_with(&format!("{begin}/")))?;
    Some(named(route, path).unwrap_or_else(|| Object::new(*whole, path)))
}

/// What the path names: a bed, or an occurrence.
fn named(route: &str, path: &str) -> Option<Object> {
    let parts = route.split('/').zip(path.split('/'));
    let mut before = "";
    for (part, value) in parts {
        if part.starts_with('{') {
            let kind = match before {
                "beds" => "bed",
                "alarms" => "occurrence",
                other => other,
            };
            return Some(Object::new(kind, value));
        }
        before = part;
    }
    None
}

fn done(
    method: &Method,
    route: &str,
    path: &str,
    known: &Known,
    status: StatusCode,
    why: Option<String>,
    now: Now,
) -> Entry {
    let last = route.rsplit('/').next().unwrap_or_default();
    let action = ACTIONS.iter().find(|(word, _)| *word == last).map_or(Action::Acted, |(_, action)| *action);
    let object = named(route, path).unwrap_or_else(|| Object::new("endpoint", format!("{method} {route}")));
    let outcome = match status {
        status if status.is_success() || status.is_redirection() => Outcome::Done,
        status if status.is_client_error() => Outcome::Refused,
        _ => Outcome::Failed,
    };
    let entry = Entry::done(now.utc, known.who(), action).about(object).that(outcome).with(last);
    match why {
        Some(why) => entry.because(why),
        None => entry,
    }
}

/// Something was asked for that the role does not allow: once a while for each thing.
fn refused(shared: &Shared, people: &Authority, known: &Known, path: &str, now: Now) {
    if shared.views().is_new(format!("{}\n{}\nrefused\n{path}", known.name, known.from), now.monotonic) {
        let entry = Entry::done(now.utc, known.who(), Action::AccessRefused).that(Outcome::Refused);
        people.record(entry.about(Object::new("endpoint", path)));
    }
}

fn is_of_people(route: &str) -> bool {
    super::FORMS.contains(&route)
}

/// Why, as the body says it. Nothing else of it is looked at.
fn reason(body: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Reason {
        why: Option<String>,
    }
    serde_json::from_slice::<Reason>(body).ok()?.why.filter(|why| !why.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_is_named_and_what_is_no_patients_is_not_recorded() {
        let seen = |route: &str, path: &str| seen(route, path).map(|object| (object.kind, object.id));
        let pair = |kind: &str, id: &str| Some((kind.to_owned(), id.to_owned()));
        assert_eq!(seen("/", "/"), pair("ward", "board"));
        assert_eq!(seen("/api/v1/beds/{bed}", "/api/v1/beds/4b-01"), pair("bed", "4b-01"));
        assert_eq!(seen("/api/v1/alarms/{id}/ledger", "/api/v1/alarms/w:1/ledger"), pair("occurrence", "w:1"));
        assert_eq!(seen("/api/v1/alarms/history", "/api/v1/alarms/history"), pair("alarms", "/api/v1/alarms/history"));
        assert_eq!(seen("/api/v1/links", "/api/v1/links"), None);
        assert_eq!(seen("/static/{file}", "/static/console.css"), None);
    }

    #[test]
    fn only_the_reason_is_taken_from_a_body() {
        assert_eq!(reason(br#"{"why":"suction","value":"V"}"#).as_deref(), Some("suction"));
        for none in [&b"{}"[..], b"", b"\xff", br#"{"why":" "}"#, br#"{"why":7}"#] {
            assert_eq!(reason(none), None);
        }
    }
}
