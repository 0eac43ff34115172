//! The page of alarms: what is active, what was, and how much it was.

use axum::Extension;
use axum::extract::{Query, State};
use maud::{Markup, html};
use vigil_journal::load::{Figures, Load};

use super::layout::{self, Page};
use super::{actions, plot, words};
use crate::api::alarms::{Window, read_load};
use crate::problem::Problem;
use crate::right::{Principal, Right};
use crate::shared::Shared;
use crate::view::{Alarm, Picture};

/// Alarms that are over and shown.
const HISTORY: u32 = 100;
/// Windows that can be chosen, hours.
const WINDOWS: [(u32, &str); 4] = [(1, "1 h"), (12, "12 h"), (24, "24 h"), (168, "7 d")];

/// `/alarms`
pub(crate) async fn alarms(
    State(shared): State<Shared>,
    Extension(principal): Extension<Principal>,
    Query(window): Query<Window>,
) -> Result<Markup, Problem> {
    let picture = shared.picture().await?;
    let load = read_load(&shared, &window).await?;
    let past = shared.read(|reader| reader.history_before(None, HISTORY)).await?;
    let may_care = principal.role.may(Right::Care);
    let hours = window.hours.unwrap_or(24);
    let page = Page { title: "Alarms", here: "Alarms", live: Some("page=alarms".to_owned()), at: picture.at };
    let content = html! {
        h1 { "Alarms" }
        (active(&picture, may_care))
        section.panel aria-labelledby="h-load" {
            div.bar {
                h2 #h-load { "Alarm load" }
                p.sort { @for (other, name) in WINDOWS {
                    a href={ "/alarms?hours=" (other) } aria-current=[(hours == other).then_some("true")] { (name) } " "
                } }
            }
            (self::load(&load))
        }
        section.panel aria-labelledby="h-past" {
            h2 #h-past { "Over" }
            @if past.is_empty() { p.quiet { "No alarm is over yet." } } @else {
                div.scroll tabindex="0" role="region" aria-label="Alarms that are over" {
                    table {
                        thead { tr { th scope="col" { "Alarm" } th scope="col" { "Bed" } th scope="col" { "Began" } th scope="col" { "Over" } th scope="col" { "Times" } th scope="col" { "Acknowledged by" } th scope="col" { "Way" } } }
                        tbody { @for (_, occurrence) in &past { (row(&Alarm::of(occurrence))) } }
                    }
                }
            }
        }
        @if may_care { (actions::dialog(&principal)) }
    };
    Ok(layout::page(shared.appliance().about(), &page, content))
}

/// What is not over, the most urgent first.
pub(crate) fn active(picture: &Picture, may_care: bool) -> Markup {
    let mut alarms: Vec<&Alarm> = picture.alarms().collect();
    alarms.sort_by_key(|alarm| {
        std::cmp::Reverse((alarm.acknowledged.is_none() && alarm.held.is_none(), alarm.priority, alarm.changed))
    });
    html! {
        section.panel #active aria-labelledby="h-active" {
            h2 #h-active { "Active and latched " span.dim { (alarms.len()) } }
            @if alarms.is_empty() { p.quiet { "No alarm is active or latched." } }
            ul.alarms.wide {
                @for alarm in alarms {
                    li.of {
                        @if alarm.bed.is_empty() { span.bed { "appliance" } } @else { a.bed href={ "/beds/" (alarm.bed) } { (alarm.bed) } }
                        ul { (actions::alarm(alarm, may_care)) }
                    }
                }
            }
        }
    }
}

fn row(alarm: &Alarm) -> Markup {
    html! {
        tr {
            th scope="row" { (words::mark(alarm.priority)) " " (alarm.text) }
            td { (alarm.bed) }
            td { (words::date_time(alarm.onset)) }
            td { (words::date_time(alarm.changed)) }
            td { (alarm.count) }
            td { @if let Some(held) = &alarm.acknowledged { (held.by) } @else { "nobody" } }
            td { a href={ "/alarms/" (alarm.id) } { "its way" span.unseen { " of " (alarm.id) } } }
        }
    }
}

fn load(load: &Load) -> Markup {
    let ward = &load.ward;
    let percent = |share: Option<f64>| share.map_or("–".to_owned(), |share| format!("{:.0} %", share * 100.0));
    let seconds = |s: Option<f64>| s.map_or("–".to_owned(), |s| words::age((s * 1000.0) as u64));
    let figures = [
        ("Alarms", ward.alarms.to_string()),
        ("per hour", format!("{:.1}", ward.per_hour)),
        ("high · medium · low", format!("{} · {} · {}", ward.high, ward.medium, ward.low)),
        ("patient · technical", format!("{} · {}", ward.physiological, ward.technical)),
        ("floods", ward.floods.to_string()),
        ("time in flood", percent(Some(ward.flood_share))),
        ("most in 10 min", ward.busiest_interval.to_string()),
        ("over within 15 s", percent(ward.fleeting_share)),
        ("ended by themselves", percent(ward.ended_by_itself_share)),
        ("half acknowledged within", seconds(ward.acknowledge_median_s)),
        ("standing over 24 h", ward.standing.to_string()),
        ("chattering", ward.chattering.len().to_string()),
    ];
    html! {
        dl.figures { @for (name, figure) in &figures { div { dt { (name) } dd { (figure) } } } }
        @if ward.by_hour.len() > 1 { (plot::bars(&ward.by_hour, "Alarms in each hour of the window, the oldest left")) }
        div.columns { (contributors(ward)) (beds(load)) }
    }
}

fn contributors(ward: &Figures) -> Markup {
    html! {
        @if !ward.top.is_empty() {
            div.scroll tabindex="0" role="region" aria-label="Conditions with most alarms" {
                table {
                    caption { "Where most come from" }
                    thead { tr { th scope="col" { "Condition" } th scope="col" { "Bed" } th scope="col" { "Alarms" } th scope="col" { "Share" } } }
                    tbody { @for top in &ward.top { tr { th scope="row" { (top.text) } td { (top.bed) } td { (top.count) } td { (plot::share(top.share)) } } } }
                }
            }
        }
    }
}

fn beds(load: &Load) -> Markup {
    html! {
        @if !load.beds.is_empty() {
            div.scroll tabindex="0" role="region" aria-label="Alarms of each bed" {
                table {
                    caption { "By bed" }
                    thead { tr { th scope="col" { "Bed" } th scope="col" { "Alarms" } th scope="col" { "High" } th scope="col" { "Medium" } th scope="col" { "Low" } th scope="col" { "per hour" } } }
                    tbody { @for (bed, of) in &load.beds { tr { th scope="row" { @if bed.is_empty() { "appliance" } @else { (bed) } } td { (of.alarms) } td { (of.high) } td { (of.medium) } td { (of.low) } td { (format!("{:.1}", of.per_hour)) } } } }
                }
            }
        }
    }
}
