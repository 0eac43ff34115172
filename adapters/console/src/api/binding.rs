//! Who lies in a bed: what people say about it. Binding asks for two identifiers; what becomes of it is on disk before it is answered.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use vigil_model::{AssociationOrder, Binding, Evidence, HeldVerdict, OrderOutcome, PatientSaid};

use super::commands::{Body, Taken, name, read, text};
use crate::problem::Problem;
use crate::right::Principal;
use crate::shared::Shared;

/// Somebody binds a patient to a bed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bind {
    /// Identifier of the patient, as on the wristband.
    patient: String,
    /// Who assigned it; left out if the appliance knows the patient.
    #[serde(default)]
    authority: Option<String>,
    /// A second identifier: visit number, date of birth (`YYYYMMDD`) or family name. It must fit what is known of the patient.
    second: String,
    /// Who. Only asked for by a console without users.
    #[serde(default)]
    by: Option<String>,
    /// Why.
    why: String,
}

/// Somebody unbinds whoever lies in a bed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Release {
    /// Only if it is the patient with this identifier.
    #[serde(default)]
    patient: Option<String>,
    /// Who. Only asked for by a console without users.
    #[serde(default)]
    by: Option<String>,
    /// Why.
    why: String,
}

/// Somebody has looked at a bed at which nothing is charted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settle {
    /// `release`: what was held is the bound patient's, it is sent. `drop`: it is not, it is thrown away.
    verdict: Verdict,
    /// Who. Only asked for by a console without users.
    #[serde(default)]
    by: Option<String>,
    /// Why.
    why: String,
}

/// What becomes of what was held.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Release,
    Drop,
}

type Reply = Result<(StatusCode, Json<Taken>), Problem>;

/// Binds a patient to a bed, by two identifiers.
#[utoipa::path(
    post, path = "/api/v1/beds/{bed}/bind", tag = "patients", request_body = Bind,
    params(("bed" = String, Path, description = "Configured id of the bed")),
    responses((status = 200, body = Taken), (status = "4XX", body = Problem, content_type = "application/problem+json")),
)]
pub(crate) async fn bind(
    State(shared): State<Shared>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
    body: Body<Bind>,
) -> Reply {
    let Bind { patient, authority, second, by, why } = read(body)?;
    let bed = bed(&shared, &id).await?;
    let by = name(&principal, by.as_deref())?;
    let said = PatientSaid {
        id: text("patient", &patient)?.into(),
        authority: authority
            .as_deref()
            .map(|authority| text("authority", authority))
            .transpose()?
            .unwrap_or_default()
            .into(),
        ..PatientSaid::default()
    };
    let order = AssociationOrder::Bind(Binding {
        bed,
        patient: said,
        second: Some(text("second", &second)?.into()),
        evidence: Evidence::Scan,
        by: by.clone(),
        why: text("why", &why)?.into(),
    });
    tell(&shared, order, by).await
}

/// Unbinds whoever lies in a bed: from now on nothing is charted there.
#[utoipa::path(
    post, path = "/api/v1/beds/{bed}/release", tag = "patients", request_body = Release,
    params(("bed" = String, Path, description = "Configured id of the bed")),
    responses((status = 200, body = Taken), (status = "4XX", body = Problem, content_type = "application/problem+json")),
)]
pub(crate) async fn release(
    State(shared): State<Shared>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
    body: Body<Release>,
) -> Reply {
    let Release { patient, by, why } = read(body)?;
    let bed = bed(&shared, &id).await?;
    let by = name(&principal, by.as_deref())?;
    let patient = patient.map(|patient| text("patient", &patient)).transpose()?.map(Arc::from);
    let why = text("why", &why)?.into();
    tell(&shared, AssociationOrder::Release { bed, patient, by: by.clone(), why }, by).await
}

/// Says what is to become of what a held bed has gathered.
#[utoipa::path(
    post, path = "/api/v1/beds/{bed}/settle", tag = "patients", request_body = Settle,
    params(("bed" = String, Path, description = "Configured id of the bed")),
    responses((status = 200, body = Taken), (status = "4XX", body = Problem, content_type = "application/problem+json")),
)]
pub(crate) async fn settle(
    State(shared): State<Shared>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
    body: Body<Settle>,
) -> Reply {
    let Settle { verdict, by, why } = read(body)?;
    let bed = bed(&shared, &id).await?;
    let by = name(&principal, by.as_deref())?;
    let verdict = match verdict {
        Verdict::Release => HeldVerdict::Release,
        Verdict::Drop => HeldVerdict::Drop,
    };
    let why = text("why", &why)?.into();
    tell(&shared, AssociationOrder::Settle { bed, verdict, by: by.clone(), why }, by).await
}

async fn bed(shared: &Shared, id: &str) -> Result<Arc<str>, Problem> {
    let picture = shared.picture().await?;
    let bed = picture.bed(id).map(|bed| bed.id.0.clone());
    bed.ok_or_else(|| Problem::not_found("there is no bed of that id; /api/v1/beds lists them"))
}

async fn tell(shared: &Shared, order: AssociationOrder, by: Arc<str>) -> Reply {
    let outcome = shared.appliance().order(order).await.map_err(|error| Problem::busy(error.to_string()))?;
    match outcome {
        OrderOutcome::Taken => {
            let at = shared.appliance().now().utc;
            Ok((StatusCode::OK, Json(Taken { by: by.into(), at: at.into() })))
        }
        OrderOutcome::Refused { reason } => Err(Problem::conflict(&*reason)),
    }
}
