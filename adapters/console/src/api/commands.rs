//! What people say: answers to alarms, holding signals back, charting. Every command says who and why, and goes to the engine;
//! none goes further towards a device.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vigil_model::{Answer, Command, OccurrenceId, Scope, SignalHold};

use crate::problem::Problem;
use crate::right::Principal;
use crate::shared::Shared;
use crate::view::{Moment, Text};

/// Longest text of who and why, in characters.
const TEXT_CHARS_MAX: usize = 120;
/// The longest pause that can be asked for; a bed may allow less, and then gets less.
const PAUSE_MAX_S: u64 = 3600;

/// Who does something, and why.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Word {
    /// Who. Only asked for by a console without users; else whoever has signed in counts.
    #[serde(default)]
    by: Option<String>,
    /// Why. Must be given for everything that holds signals back.
    #[serde(default)]
    why: Option<String>,
}

/// Holding signals back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pause {
    /// `audio` for the sound, `alarm` for all signals.
    signals: Signals,
    /// For how long, in seconds, at most an hour; a bed may allow less. `null` is without end.
    seconds: Option<u64>,
    /// Who. As for an acknowledgement.
    #[serde(default)]
    by: Option<String>,
    /// Why.
    why: String,
}

/// Which signals.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Signals {
    Audio,
    Alarm,
}

/// An answer to an input of the bed's scores.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// Name of the input, `consciousness`.
    input: String,
    /// The state or number, `V`.
    value: String,
    /// Who charts it. As for an acknowledgement.
    #[serde(default)]
    by: Option<String>,
}

/// A command was handed to the engine. What it did is seen in the picture of the ward.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Taken {
    /// Who did it, as it is recorded.
    pub(crate) by: Text,
    /// When it was taken.
    pub(crate) at: Moment,
}

pub(crate) type Body<T> = Result<Json<T>, JsonRejection>;
type Reply = Result<(StatusCode, Json<Taken>), Problem>;

/// Acknowledges an alarm: its sound stops until the condition ends or worsens; a latched one ends.
#[utoipa::path(
    post, path = "/api/v1/alarms/{id}/acknowledge", tag = "alarms", request_body = Word,
    params(("id" = String, Path, description = "Name of the occurrence")),
    responses((status = 202, body = Taken), (status = "4XX", body = Problem, content_type = "application/problem+json")),
)]
pub(crate) async fn acknowledge(
    State(shared): State<Shared>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
    body: Body<Word>,
) -> Reply {
    answer(&shared, &principal, &id, body, Answer::Acknowledge).await
}

/// Takes responsibility for an alarm: its escalation stops.
#[utoipa::path(
    post, path = "/api/v1/alarms/{id}/accept", tag = "alarms", request_body = Word,
    params(("id" = String, Path, description = "Name of the occurrence")),
    responses((status = 202, body = Taken), (status = "4XX", body = Problem, content_type = "application/problem+json")),
)]
pub(crate) async fn accept(
    State(shared): State<Shared>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
    body: Body<Word>,
) -> Reply {
    answer(&shared, &principal, &id, body, Answer::Accepted).await
}

/// Declines responsibility for an alarm: the next level is told at once.
#[utoipa::path(
    post, path = "/api/v1/alarms/{id}/reject", tag = "alarms", request_body = Word,
    params(("id" = String, Path, description = "Name of the occurrence")),
    responses((status = 202, body = Taken), (status = "4XX", body = Problem, content_type = "application/problem+json")),
)]
pub(crate) async fn reject(
    State(shared): State<Shared>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
    body: Body<Word>,
) -> Reply {
    answer(&shared, &principal, &id, body, Answer::Rejected).await
}

/// Holds back the signals of one alarm.
#[utoipa::path(
    post, path = "/api/v1/alarms/{id}/pause", tag = "alarms", request_body = Pause,
    params(("id" = String, Path, description = "Name of the occurrence")),
    responses((status = 202, body = Taken), (status = "4XX", body = Problem, content_type = "application/problem+json")),
)]
pub(crate) async fn pause_alarm(
    State(shared): State<Shared>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
    body: Body<Pause>,
) -> Reply {
    let scope = Scope::Occurrence(active(&shared, &id).await?);
    hold(&shared, &principal, scope, body).await
}

/// Holds back the signals of all alarms that a bed has now. What begins or worsens afterwards is told.
#[utoipa::path(
    post, path = "/api/v1/beds/{bed}/pause", tag = "alarms", request_body = Pause,
    params(("bed" = String, Path, description = "Configured id of the bed")),
    responses((status = 202, body = Taken), (status = "4XX", body = Problem, content_type = "application/problem+json")),
)]
pub(crate) async fn pause_bed(
    State(shared): State<Shared>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
    body: Body<Pause>,
) -> Reply {
    let scope = Scope::Bed(bed(&shared, &id).await?);
    hold(&shared, &principal, scope, body).await
}

/// Ends what holds the signals of one alarm back. An acknowledgement stays.
#[utoipa::path(
    post, path = "/api/v1/alarms/{id}/enable", tag = "alarms", request_body = Word,
    params(("id" = String, Path, description = "Name of the occurrence")),
    responses((status = 202, body = Taken), (status = "4XX", body = Problem, content_type = "application/problem+json")),
)]
pub(crate) async fn enable_alarm(
    State(shared): State<Shared>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
    body: Body<Word>,
) -> Reply {
    let word = read(body)?;
    let scope = Scope::Occurrence(active(&shared, &id).await?);
    let by = who(&principal, word.by.as_deref(), word.why.as_deref())?;
    tell(&shared, Command::Enable { scope, by: by.clone() }, by).await
}

/// Ends what holds the signals of a bed's alarms back. Acknowledgements stay.
#[utoipa::path(
    post, path = "/api/v1/beds/{bed}/enable", tag = "alarms", request_body = Word,
    params(("bed" = String, Path, description = "Configured id of the bed")),
    responses((status = 202, body = Taken), (status = "4XX", body = Problem, content_type = "application/problem+json")),
)]
pub(crate) async fn enable_bed(
    State(shared): State<Shared>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
    body: Body<Word>,
) -> Reply {
    let word = read(body)?;
    let scope = Scope::Bed(bed(&shared, &id).await?);
    let by = who(&principal, word.by.as_deref(), word.why.as_deref())?;
    tell(&shared, Command::Enable { scope, by: by.clone() }, by).await
}

/// Charts an input of the bed's scores.
#[utoipa::path(
    post, path = "/api/v1/beds/{bed}/chart", tag = "ward", request_body = Entry,
    params(("bed" = String, Path, description = "Configured id of the bed")),
    responses((status = 202, body = Taken), (status = "4XX", body = Problem, content_type = "application/problem+json")),
)]
pub(crate) async fn chart(
    State(shared): State<Shared>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
    body: Body<Entry>,
) -> Reply {
    let entry = read(body)?;
    let picture = shared.picture().await?;
    let bed = picture.bed(&id).ok_or_else(no_bed)?;
    let mut inputs = bed.scores.iter().flat_map(|score| &score.parts);
    if !inputs.any(|part| *part.input == entry.input) {
        return Err(Problem::unusable(
            "no score of this bed has that input; its scores in /api/v1/beds/{bed} have them",
        ));
    }
    let by = who(&principal, entry.by.as_deref(), None)?;
    let value = text("value", &entry.value)?;
    let command =
        Command::Chart { bed: bed.id.0.clone(), input: entry.input.into(), value: value.into(), by: by.clone() };
    tell(&shared, command, by).await
}

async fn answer(shared: &Shared, principal: &Principal, id: &str, body: Body<Word>, answer: Answer) -> Reply {
    let word = read(body)?;
    let occurrence = active(shared, id).await?;
    let by = who(principal, word.by.as_deref(), word.why.as_deref())?;
    tell(shared, Command::Answer { occurrence, answer, by: by.clone() }, by).await
}

async fn hold(shared: &Shared, principal: &Principal, scope: Scope, body: Body<Pause>) -> Reply {
    let pause = read(body)?;
    let lasts = match pause.seconds {
        None => None,
        Some(seconds @ 1..=PAUSE_MAX_S) => Some(Duration::from_secs(seconds)),
        Some(other) => {
            return Err(Problem::unusable(format!("`seconds` is {other}; expected 1 to {PAUSE_MAX_S}, or null")));
        }
    };
    let hold = match (pause.signals, lasts) {
        (Signals::Audio, Some(lasts)) => SignalHold::AudioPaused { lasts },
        (Signals::Audio, None) => SignalHold::AudioOff,
        (Signals::Alarm, Some(lasts)) => SignalHold::AlarmPaused { lasts },
        (Signals::Alarm, None) => SignalHold::AlarmOff,
    };
    if pause.why.trim().is_empty() {
        return Err(Problem::unusable("`why` is empty; say why signals are held back"));
    }
    let by = who(principal, pause.by.as_deref(), Some(&pause.why))?;
    tell(shared, Command::Hold { scope, hold, by: by.clone() }, by).await
}

/// The body of a request.
pub(crate) fn read<T>(body: Body<T>) -> Result<T, Problem> {
    body.map(|Json(body)| body).map_err(|rejection| Problem::unusable(rejection.body_text()))
}

/// An alarm that is not over.
async fn active(shared: &Shared, id: &str) -> Result<OccurrenceId, Problem> {
    let occurrence = id.parse::<OccurrenceId>().map_err(|error| Problem::unusable(error.to_string()))?;
    let picture = shared.picture().await?;
    let is_active = picture.alarms().any(|alarm| *alarm.id == *id);
    if is_active { Ok(occurrence) } else { Err(Problem::not_found("no such alarm is active or latched")) }
}

async fn bed(shared: &Shared, id: &str) -> Result<Arc<str>, Problem> {
    let picture = shared.picture().await?;
    picture.bed(id).map(|bed| bed.id.0.clone()).ok_or_else(no_bed)
}

fn no_bed() -> Problem {
    Problem::not_found("there is no bed of that id; /api/v1/beds lists them")
}

/// Who does something, as it is recorded with an answer: the name, and why in brackets.
fn who(principal: &Principal, by: Option<&str>, why: Option<&str>) -> Result<Arc<str>, Problem> {
    let name = name(principal, by)?;
    Ok(match why.map(str::trim).filter(|why| !why.is_empty()) {
        Some(why) => format!("{name} ({})", text("why", why)?).into(),
        None => name,
    })
}

/// Who does something: whoever has signed in, or, on a console without users, who they say they are.
pub(super) fn name(principal: &Principal, by: Option<&str>) -> Result<Arc<str>, Problem> {
    match (principal.is_known, by) {
        (true, _) => Ok(principal.name.0.clone()),
        (false, Some(by)) if !by.trim().is_empty() => Ok(text("by", by)?.into()),
        (false, _) => Err(Problem::unusable("`by` is missing; this console has no users, so say who you are")),
    }
}

/// A text that people wrote.
pub(super) fn text(key: &str, text: &str) -> Result<String, Problem> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > TEXT_CHARS_MAX || text.chars().any(char::is_control) {
        return Err(Problem::unusable(format!(
            "`{key}` is expected to have 1 to {TEXT_CHARS_MAX} printable characters"
        )));
    }
    Ok(text.to_owned())
}

async fn tell(shared: &Shared, command: Command, by: Arc<str>) -> Reply {
    shared.appliance().tell(command).await.map_err(|error| Problem::busy(error.to_string()))?;
    let at = shared.appliance().now().utc;
    Ok((StatusCode::ACCEPTED, Json(Taken { by: by.into(), at: at.into() })))
}
