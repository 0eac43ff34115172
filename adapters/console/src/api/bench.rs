//! Commissioning: ports, finding out who is on a line, and checking a configuration before anybody puts it to use.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::commands::{Body, read};
use crate::difference::{Line, difference};
use crate::problem::Problem;
use crate::shared::Shared;
use crate::view::{Configuration, Finding, Port, Probe, Probed};

/// The serial ports of the appliance, by stable name.
#[utoipa::path(get, path = "/api/v1/ports", tag = "commissioning", responses((status = 200, body = Vec<Port>)))]
pub(crate) async fn ports(State(shared): State<Shared>) -> Json<Vec<Port>> {
    Json(shared.appliance().ports().await)
}

/// Finds out which driver answers on a line, by which settings, or what is wrong with the line. Only reads; takes up to 25 s.
#[utoipa::path(
    post, path = "/api/v1/probe", tag = "commissioning", request_body = Probe,
    responses(
        (status = 200, body = Probed),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn probe(State(shared): State<Shared>, body: Body<Probe>) -> Result<Json<Probed>, Problem> {
    let wanted = read(body)?;
    find(&shared, wanted).await.map(Json)
}

/// One line at a time: two that are tried together would be each other's noise.
pub(crate) async fn find(shared: &Shared, wanted: Probe) -> Result<Probed, Problem> {
    let is_port = wanted.line.starts_with("/dev/");
    if wanted.line.len() > 256 || !(is_port || wanted.line.contains(':')) {
        return Err(Problem::unusable("`line` is the path of a serial port under /dev, or host:port"));
    }
    let _turn =
        shared.probing().ok_or_else(|| Problem::busy("a line is being tried already; wait until it is done"))?;
    shared.appliance().probe(wanted).await.map_err(|reason| Problem::unusable(&*reason))
}

/// The configuration that the appliance runs. Patients may be named in it.
#[utoipa::path(
    get, path = "/api/v1/configuration", tag = "commissioning", responses((status = 200, body = Configuration)),
)]
pub(crate) async fn configuration(State(shared): State<Shared>) -> Json<Configuration> {
    Json(shared.appliance().configuration().clone())
}

/// A configuration that somebody thinks about.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Draft {
    /// Its text.
    pub(crate) text: String,
}

/// What a configuration comes to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Checked {
    /// Whether it could run.
    pub(crate) accepted: bool,
    /// Everything that is wrong, and what somebody should look at.
    pub(crate) findings: Vec<Finding>,
    /// How it differs from the one that runs; `null` if they have too little in common to say.
    pub(crate) difference: Option<Vec<Line>>,
}

/// Checks a configuration as `vigil check` does, and says how it differs from the one that runs. Changes nothing.
#[utoipa::path(
    post, path = "/api/v1/configuration/check", tag = "commissioning", request_body = Draft,
    responses((status = 200, body = Checked), (status = "4XX", body = Problem, content_type = "application/problem+json")),
)]
pub(crate) async fn check(State(shared): State<Shared>, body: Body<Draft>) -> Result<Json<Checked>, Problem> {
    judge(&shared, read(body)?).await.map(Json)
}

/// What a draft comes to.
pub(crate) async fn judge(shared: &Shared, Draft { text }: Draft) -> Result<Checked, Problem> {
    let findings = shared.appliance().check(text.clone()).await;
    Ok(Checked {
        accepted: !findings.iter().any(|finding| finding.refuses),
        findings,
        difference: difference(&shared.appliance().configuration().text, &text),
    })
}
