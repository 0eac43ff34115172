//! The ward board: every bed a tile.

use axum::extract::{Query, State};
use maud::{Markup, html};
use serde::Deserialize;
use vigil_model::Priority;

use super::layout::{self, Page};
use super::{Sort, tile, words};
use crate::problem::Problem;
use crate::shared::Shared;
use crate::view::{Picture, Text};

/// The tiles of all beds, in the order of the picture, without ages.
#[derive(Debug, Default)]
pub(crate) struct Tiles(pub(crate) Vec<Text>);

impl Tiles {
    /// The tiles of a picture.
    pub(crate) fn of(picture: &Picture) -> Self {
        Self(picture.beds.iter().map(|bed| tile::tile(bed, false).into_string().into()).collect())
    }
}

/// What may be asked of the board.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    sort: Option<String>,
}

/// `/`
pub(crate) async fn board(State(shared): State<Shared>, Query(wanted): Query<Wanted>) -> Result<Markup, Problem> {
    let picture = shared.picture().await?;
    let sort = Sort::named(wanted.sort.as_deref());
    let page =
        Page { title: "Ward", here: "Ward", live: Some(format!("page=board&sort={}", sort.as_str())), at: picture.at };
    let order = sort.order(&picture);
    let content = html! {
        div.bar {
            h1 { "Ward" }
            (summary(&picture))
            p.sort { "Sort by "
                @for (other, name) in [(Sort::Bed, "bed"), (Sort::Urgency, "urgency")] {
                    a href={ "/?sort=" (name) } aria-current=[(sort == other).then_some("true")] { (name) } " "
                }
            }
        }
        (appliance(&picture))
        section.board #board aria-label="Beds" data-list {
            @for bed in order { (tile::tile(bed, true)) }
        }
        @if picture.beds.is_empty() { p.nothing { "This appliance has no bed." } }
    };
    Ok(layout::page(shared.appliance().about(), &page, content))
}

/// How many alarms of each priority nobody has acknowledged, read aloud when it changes.
pub(crate) fn summary(picture: &Picture) -> Markup {
    let count = |priority: Priority| {
        picture.alarms().filter(|alarm| alarm.priority == priority && words::signal(alarm) != "acknowledged").count()
    };
    let counts = [Priority::High, Priority::Medium, Priority::Low].map(|priority| (priority, count(priority)));
    let without = picture.beds.iter().filter(|bed| bed.reach != crate::view::Reach::EndToEnd).count();
    html! {
        p.summary #summary role="status" aria-live="polite" {
            @for (priority, count) in counts {
                span class={ "count " (words::class(priority)) @if count == 0 { " zero" } } { (words::mark(priority)) b { (count) } " " (priority.as_str()) }
                " "
            }
            @if without > 0 { span.count.cut { b { (without) } @if without == 1 { " bed not end to end" } @else { " beds not end to end" } } }
        }
    }
}

/// Alarms about the appliance itself.
pub(crate) fn appliance(picture: &Picture) -> Markup {
    html! {
        div #appliance {
            @if !picture.alarms.is_empty() {
                section.appliance aria-label="Alarms of the appliance" {
                    ul.alarms {
                        @for alarm in picture.alarms.iter().take(5) {
                            li class={ "alarm " (words::class(alarm.priority)) " " (words::signal(alarm)) } {
                                div.what { (words::mark(alarm.priority)) span.text { (alarm.text) } span.kind { "appliance" } }
                                div.more { span.since { "since " (words::time(alarm.onset)) } @if let Some(text) = words::signal_words(alarm) { span.held { (text) } } }
                            }
                        }
                    }
                }
            }
        }
    }
}
