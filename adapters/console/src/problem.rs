//! What the API says when it cannot do what it was asked: problem documents (RFC 9457).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// A problem document, `application/problem+json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// The kind of problem in a few words, the same for every problem of its kind.
    pub title: &'static str,
    /// What was wrong here, what was expected, and what to do. Never patient data.
    pub detail: String,
}

impl Problem {
    fn new(status: StatusCode, title: &'static str, detail: impl Into<String>) -> Self {
        Self { status: status.as_u16(), title, detail: detail.into() }
    }

    /// What was asked for does not exist.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not found", detail)
    }

    /// What was asked cannot be understood or is out of bounds.
    pub fn unusable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unusable request", detail)
    }

    /// Whoever asks is not known.
    pub fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "sign in first", detail)
    }

    /// Whoever asks may not.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "not allowed", detail)
    }

    /// It fits no longer to what is.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "not possible now", detail)
    }

    /// Somebody tried too often.
    pub fn too_many(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too many attempts", detail)
    }

    /// Too much is asked at once.
    pub fn busy(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail)
    }

    /// The appliance does not answer.
    pub fn silent() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "the appliance does not answer",
            "its loop did not answer in time; /readyz says more, and the log does",
        )
    }

    /// The journal cannot be read.
    pub fn journal(error: &vigil_journal::JournalError) -> Self {
        tracing::error!(%error, "The console could not read the journal.");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the journal cannot be read",
            "the log says why; check the disk of the appliance",
        )
    }

    /// Something in the console failed that should not.
    pub fn internal(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "the console failed", detail)
    }

    /// The method is not one of the route's.
    pub fn method() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method not allowed",
            "the OpenAPI description at /api/v1/openapi.json says which methods there are",
        )
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let kind = HeaderValue::from_static("application/problem+json");
        (status, [(header::CONTENT_TYPE, kind)], body).into_response()
    }
}
