//! What a browser holds of a session, where requests come from, and streams that end with the session.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use vigil_people::sessions::SessionId;
use vigil_people::{Authority, LoginError, PeopleError};

use crate::problem::Problem;
use crate::shared::Shared;

/// The cookie that stands for a session. No script can read it.
pub(super) const COOKIE: &str = "vigil-session";
/// The cookie that tells the console's script what to repeat in `X-CSRF-Token`. Worth nothing without the other.
pub(super) const CSRF: &str = "vigil-csrf";

/// Who is at the other end of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// From where a request comes. A server in front of the console, at loopback, says so for others.
pub(super) fn from(peer: Option<Peer>, headers: &HeaderMap) -> String {
    let Some(Peer(peer)) = peer else { return "unknown".to_owned() };
    let forwarded = || {
        let header = headers.get("x-forwarded-for")?.to_str().ok()?;
        header.rsplit(',').next()?.trim().parse::<IpAddr>().ok()
    };
    let address = if peer.ip().is_loopback() { forwarded() } else { None };
    address.unwrap_or(peer.ip()).to_string()
}

/// The token of a program.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The value of a cookie.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies.flat_map(|cookies| cookies.split(';')).find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name).then_some(value)
    })
}

/// Gives a browser its cookies, or takes them away with `None`.
pub(super) fn set_cookies(response: &mut Response, headers: &HeaderMap, held: Option<(&str, &str)>) {
    // Behind a server that encrypts, the browser never sends them unencrypted.
    let is_encrypted = headers.get("x-forwarded-proto").is_some_and(|proto| proto == "https");
    let secure = if is_encrypted { "; Secure" } else { "" };
    let age = if held.is_some() { "" } else { "; Max-Age=0" };
    let (session, csrf) = held.unwrap_or_default();
    for text in [
        format!("{COOKIE}={session}; Path=/; HttpOnly; SameSite=Strict{age}{secure}"),
        format!("{CSRF}={csrf}; Path=/; SameSite=Strict{age}{secure}"),
    ] {
        if let Ok(value) = HeaderValue::from_str(&text) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
}

/// The response; a stream of events ends when the session does, so that nothing is shown to whoever sits there afterwards.
pub(super) fn while_it_lasts(
    response: Response,
    people: Arc<Authority>,
    session: SessionId,
    shared: Shared,
) -> Response {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !kind.is_some_and(|kind| kind.starts_with("text/event-stream")) {
        return response;
    }
    response.map(|body| {
        let lasts = move |_: &Result<_, _>| std::future::ready(people.lasts(&session, shared.appliance().now()));
        Body::from_stream(body.into_data_stream().take_while(lasts))
    })
}

/// Somebody tried too often.
pub(super) fn too_many(error: &LoginError) -> Response {
    let mut response = Problem::too_many(error.to_string()).into_response();
    if let LoginError::Wait { wait } = error {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
    }
    debug_assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    response
}

/// Who somebody is could not be found out.
pub(super) fn failed(error: &PeopleError) -> Response {
    tracing::error!(%error, "The users cannot be read, so nobody is let in.");
    Problem::internal("the users cannot be read; the log says why").into_response()
}

/// A path as the value of a query.
pub(super) fn encoded(path: &str) -> String {
    let mut text = String::new();
    for byte in path.bytes().take(500) {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

/// Where to go after signing in: a path of this console, never another place.
pub(super) fn next(path: Option<&str>) -> &str {
    match path {
        Some(path)
            if path.starts_with('/')
                && !path.starts_with("//")
                && !path.contains(['\\', '\r', '\n'])
                && !path.starts_with("/login") =>
        {
            path
        }
        Some(_) | None => "/",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_signing_in_nobody_is_sent_elsewhere() {
        for elsewhere in
            ["//evil.example", "https://evil.example", "/\\evil.example", "", "/x\r\nset-cookie: a", "/login"]
        {
            assert_eq!(next(Some(elsewhere)), "/");
        }
        assert_eq!(next(Some("/beds/4b-01?hours=8")), "/beds/4b-01?hours=8");
        assert_eq!(encoded("/beds/1?x=ä"), "/beds/1%3Fx%3D%C3%A4");
    }

    #[test]
    fn cookies_and_tokens_are_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; vigil-session=abc; b=2"));
        headers.insert(header::AUTHORIZATION, HeaderValue::from_static("bearer  t "));
        assert_eq!(cookie(&headers, COOKIE), Some("abc"));
        assert_eq!(cookie(&headers, "vigil"), None);
        assert_eq!(bearer(&headers), Some("t"));
        headers.insert(header::AUTHORIZATION, HeaderValue::from_static("Basic abc"));
        assert_eq!(bearer(&headers), None);
    }
}
