//! Server-sent events: what changes, as JSON for programs and as parts of pages for the console's own script.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::Stream;
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use utoipa::IntoParams;

use super::Tick;
use super::desk::Watcher;
use crate::pages::{Part, Shown};
use crate::problem::Problem;
use crate::right::Principal;
use crate::shared::Shared;
use crate::view::{Bed, Moment, Picture, Text};

/// What is to be told.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// Left out: JSON events `bed`, `alarms` and `beat`. Else the page whose parts are wanted, for the console's own script:
    /// `board`, `bed`, `alarms`, `lines` or `messages`.
    #[serde(default)]
    page: Option<String>,
    /// The bed of a page `bed`, or the only bed that JSON is wanted of.
    #[serde(default)]
    bed: Option<String>,
    /// Order of the board: `bed` or `urgency`.
    #[serde(default)]
    sort: Option<String>,
}

/// Everything that changes, as server-sent events: first everything as it is, then what changed, and a beat every second.
///
/// `bed`: a bed, as `/api/v1/beds/{bed}` has it. `alarms`: alarms of the appliance itself. `beat`: the time; if it does not
/// come for 5 s, the connection or the appliance is lost, and nothing that was told may be taken as current.
#[utoipa::path(
    get, path = "/api/v1/events", tag = "ward", params(Wanted),
    responses(
        (status = 200, body = String, content_type = "text/event-stream"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn events(
    State(shared): State<Shared>,
    Extension(principal): Extension<Principal>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let view = match wanted.page.as_deref() {
        None => View::Json { bed: wanted.bed, known: BTreeMap::new(), alarms: None },
        Some(page) => {
            let shown = Shown::named(page, wanted.bed.as_deref(), wanted.sort.as_deref(), &principal)?;
            View::Page { shown, known: BTreeMap::new(), order: Vec::new() }
        }
    };
    let (watcher, ticks) = shared.watch()?;
    let body =
        Body::from_stream(stream(Station { shared: shared.clone(), _watcher: watcher, ticks, view, begun: false }));
    Ok(([(header::CONTENT_TYPE, "text/event-stream")], body).into_response())
}

/// One who watches.
struct Station {
    shared: Shared,
    _watcher: Watcher,
    ticks: broadcast::Receiver<Arc<Tick>>,
    view: View,
    begun: bool,
}

/// What it has been told so far.
enum View {
    Json { bed: Option<String>, known: BTreeMap<String, Arc<Picture>>, alarms: Option<Arc<Picture>> },
    Page { shown: Shown, known: BTreeMap<String, Text>, order: Vec<String> },
}

fn stream(station: Station) -> impl Stream<Item = Result<Bytes, std::convert::Infallible>> {
    futures_util::stream::unfold(station, async |mut station| {
        if !station.begun {
            station.begun = true;
            // A page that lost the appliance looks for it again every second.
            return Some((Ok(Bytes::from_static(b"retry: 1000\n\n")), station));
        }
        loop {
            match station.ticks.recv().await {
                Ok(tick) => {
                    let text = station.view.tell(&station.shared, &tick);
                    if !text.is_empty() {
                        return Some((Ok(Bytes::from(text)), station));
                    }
                }
                // What was missed is told with the next tick: each one has the whole ward.
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        }
    })
}

impl View {
    fn tell(&mut self, shared: &Shared, tick: &Tick) -> String {
        let mut text = String::new();
        let Some(picture) = &tick.picture else { return text };
        match self {
            View::Json { bed: only, known, alarms } => {
                for bed in &picture.beds {
                    if only.as_ref().is_some_and(|only| **only != *bed.id) {
                        continue;
                    }
                    let before = known.get(&*bed.id).and_then(|picture| picture.bed(&bed.id));
                    if before.is_none_or(|before| !same(before, bed)) {
                        event(&mut text, "bed", bed);
                        known.insert(bed.id.to_string(), Arc::clone(picture));
                    }
                }
                if alarms.as_ref().is_none_or(|before| before.alarms != picture.alarms) {
                    event(&mut text, "alarms", &picture.alarms);
                    *alarms = Some(Arc::clone(picture));
                }
                if tick.beat {
                    event(&mut text, "beat", &Beat { at: picture.at, ages: None });
                }
            }
            View::Page { shown, known, order } => {
                let mut changed = Parts { parts: Vec::new(), order: None };
                for Part { id, html } in shown.parts(shared, picture, &tick.tiles) {
                    if known.get(&id) != Some(&html) {
                        known.insert(id.clone(), html.clone());
                        changed.parts.push(Part { id, html });
                    }
                }
                let now = shown.order(picture);
                if now != *order {
                    changed.order = Some(now.clone());
                    *order = now;
                }
                if !changed.parts.is_empty() || changed.order.is_some() {
                    event(&mut text, "parts", &changed);
                }
                if tick.beat {
                    let ages = shown.ages(picture);
                    event(&mut text, "beat", &Beat { at: picture.at, ages: Some(ages) });
                }
            }
        }
        text
    }
}

/// Whether a bed is told of already; that its values grow older is no change.
fn same(before: &Bed, now: &Bed) -> bool {
    let (mut before, mut now) = (before.clone(), now.clone());
    for bed in [&mut before, &mut now] {
        for metric in bed.devices.iter_mut().flat_map(|device| &mut device.metrics) {
            metric.age_ms = None;
        }
    }
    before == now
}

#[derive(Serialize)]
struct Beat {
    at: Moment,
    /// Ages of the values on a page, as text, in the order of the page, by part.
    #[serde(skip_serializing_if = "Option::is_none")]
    ages: Option<BTreeMap<String, Vec<String>>>,
}

#[derive(Serialize)]
struct Parts {
    parts: Vec<Part>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<Vec<String>>,
}

fn event(text: &mut String, name: &str, data: &impl Serialize) {
    match serde_json::to_string(data) {
        Ok(json) => {
            for piece in ["event: ", name, "\ndata: ", &json, "\n\n"] {
                text.push_str(piece);
            }
        }
        Err(error) => tracing::error!(%error, name, "An event of the console could not be written."),
    }
}
