//! The outbox: what waits, and what was refused.

use axum::Json;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use vigil_journal::{OutboxEntry, OutboxState, RowId};
use vigil_model::Lane;

use super::page::{Page, PageOf};
use crate::problem::Problem;
use crate::shared::Shared;
use crate::view::{Moment, Text};

/// A message of the outbox. What it says is not told here.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Message {
    /// Its name in the outbox.
    pub(crate) row: u64,
    /// For which destination.
    pub(crate) destination: Text,
    /// `alarm` or `observation`.
    pub(crate) lane: Text,
    /// Identity of the message, the same on every repeat.
    pub(crate) control_id: Text,
    /// The alarm it tells of.
    pub(crate) occurrence: Option<Text>,
    /// When it was made.
    pub(crate) created: Moment,
    /// Length of its body in bytes.
    pub(crate) bytes: u64,
    /// `waiting` or `refused`.
    pub(crate) state: Text,
    /// Why it was refused: the receiver's code and number.
    pub(crate) reason: Option<Text>,
    /// How often it was sent before it was refused.
    pub(crate) attempts: Option<u32>,
}

impl Message {
    fn of(entry: OutboxEntry) -> Self {
        let (state, reason, attempts) = match entry.state {
            OutboxState::Waiting => ("waiting", None, None),
            OutboxState::Refused { attempts, reason } => ("refused", Some(reason.into()), Some(attempts)),
        };
        Self {
            row: entry.row.0,
            destination: entry.destination.into(),
            lane: match entry.lane {
                Lane::Alarm => "alarm".into(),
                Lane::Observation => "observation".into(),
            },
            control_id: entry.control_id.into(),
            occurrence: entry.occurrence.map(Text::from),
            created: entry.created.into(),
            bytes: entry.body_bytes,
            state: state.into(),
            reason,
            attempts,
        }
    }
}

/// Which messages.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Only of this destination.
    #[serde(default)]
    destination: Option<String>,
    /// `waiting` or `refused`; both if left out.
    #[serde(default)]
    state: Option<String>,
}

/// Messages that wait or were refused, the oldest first.
#[utoipa::path(
    get, path = "/api/v1/outbox", tag = "messages", params(Which, PageOf),
    responses(
        (status = 200, body = Page<Message>),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn outbox(
    State(shared): State<Shared>,
    Query(which): Query<Which>,
    Query(page): Query<PageOf>,
) -> Result<Json<Page<Message>>, Problem> {
    let wanted = match which.state.as_deref() {
        None => None,
        Some("waiting") => Some(false),
        Some("refused") => Some(true),
        Some(_) => return Err(Problem::unusable("`state` is `waiting` or `refused`")),
    };
    let (limit, after) = (page.limit()?, RowId(page.after.unwrap_or_default()));
    read(&shared, which.destination, wanted, after, limit).await.map(Json)
}

/// Messages after a row, of one destination or all, refused or waiting or both.
pub(crate) async fn read(
    shared: &Shared,
    destination: Option<String>,
    refused: Option<bool>,
    after: RowId,
    limit: u32,
) -> Result<Page<Message>, Problem> {
    let found = shared.read(move |reader| reader.outbox_of(destination.as_deref(), refused, after, limit)).await?;
    let messages = found.into_iter().map(|entry| (entry.row.0, Message::of(entry))).collect();
    Ok(Page::of(messages, limit))
}
