//! Files that do not change while the program runs; they are in the binary.

use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::problem::Problem;

/// Name, kind and content.
const FILES: &[(&str, &str, &str)] = &[
    ("console.css", "text/css; charset=utf-8", include_str!("../static/console.css")),
    ("console.js", "text/javascript; charset=utf-8", include_str!("../static/console.js")),
    ("icon.svg", "image/svg+xml", include_str!("../static/icon.svg")),
];

/// `/static/{file}`
pub(crate) async fn file(Path(name): Path<String>) -> Result<Response, Problem> {
    let found = FILES.iter().find(|(other, ..)| *other == name);
    let (_, kind, text) = found.ok_or_else(|| Problem::not_found("there is no such file"))?;
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    // Another program behind the same address brings other files: asked for anew, which costs nothing on a ward's network.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}
