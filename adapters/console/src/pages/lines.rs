//! The page of lines: links and buses, who is on them, and what they suffer from.

use axum::extract::State;
use maud::{Markup, html};

use super::layout::{self, Page};
use super::{Part, bed, words};
use crate::problem::Problem;
use crate::shared::Shared;
use crate::view::{Device, Link, Picture, Unit};

/// `/lines`
pub(crate) async fn lines(State(shared): State<Shared>) -> Result<Markup, Problem> {
    let picture = shared.picture().await?;
    let links = shared.appliance().links();
    let page = Page { title: "Lines", here: "Lines", live: Some("page=lines".to_owned()), at: picture.at };
    let content = html! {
        h1 { "Lines and devices" }
        @for Part { html, .. } in parts(&picture, &links) { (maud::PreEscaped(html.to_string())) }
        @if links.is_empty() { p.nothing { "This appliance has no link." } }
    };
    Ok(layout::page(shared.appliance().about(), &page, content))
}

/// The parts of the page as they are now: a part for each link.
pub(crate) fn parts(picture: &Picture, links: &[Link]) -> Vec<Part> {
    let part =
        |link: &Link| Part { id: format!("line-{}", link.id), html: self::link(link, picture).into_string().into() };
    links.iter().map(part).collect()
}

fn link(link: &Link, picture: &Picture) -> Markup {
    let devices: Vec<(&str, &Device)> = picture
        .beds
        .iter()
        .flat_map(|bed| bed.apparatus().map(|device| (&*bed.id, device)))
        .filter(|(_, device)| device.line == link.id)
        .collect();
    let is_well = link.open && devices.iter().all(|(_, device)| device.link.reason.is_none());
    html! {
        section.panel.line id={ "line-" (link.id) } {
            div.bar {
                h2 { (link.id) }
                code { (link.transport) }
                @if link.bus { span.kind { "bus" } }
                b class={ "state " @if link.open { "good" } @else { "bad" } } { span aria-hidden="true" { @if link.open { "●" } @else { "✕" } } " " @if link.open { "open" } @else { "NOT OPEN" } }
                span.dim { "opened " (link.opened) "×, lost " (link.lost) "×, " (link.reports) " reports, faults: " (bed::faults(&link.faults)) }
            }
            @if !is_well && !link.last_reason.is_empty() { p.reason { (link.last_reason) } }
            @if !link.units.is_empty() { (bus(&link.units)) }
            ul.plain {
                @for (of, device) in devices {
                    li {
                        (bed::link_state(device.link.state)) " " b { (device.id) } " at " a href={ "/beds/" (of) } { "bed " (of) }
                        " " span.dim { (device.title) " · since " (words::time(device.link.since)) " · faults: " (bed::faults(&device.faults)) }
                        @if let Some(reason) = device.link.reason.as_ref().filter(|reason| **reason != link.last_reason) { p.reason { (reason) } }
                    }
                }
            }
        }
    }
}

fn bus(units: &[Unit]) -> Markup {
    let lost = |unit: &Unit| unit.timeouts + unit.malformed;
    html! {
        div.scroll tabindex="0" role="region" aria-label="Units of the bus" {
            table {
                thead { tr { th scope="col" { "Unit" } th scope="col" { "Planned period" } th scope="col" { "Kept" } th scope="col" { "Longest" } th scope="col" { "Polls" } th scope="col" { "Unanswered or damaged" } th scope="col" { "Exceptions" } th scope="col" { "Late bytes" } th scope="col" { "Left out" } } }
                tbody {
                    @for unit in units {
                        @let is_slow = unit.actual_period_ms > unit.planned_period_ms * 3 / 2;
                        tr {
                            th scope="row" { (unit.device) }
                            td { (unit.planned_period_ms) " ms" }
                            td { @if unit.actual_period_ms == 0 { "–" } @else { (unit.actual_period_ms) " ms" } @if is_slow { " " b.word { "slow" } } }
                            td { @if unit.longest_period_ms == 0 { "–" } @else { (unit.longest_period_ms) " ms" } }
                            td { (unit.polls) } td { (lost(unit)) } td { (unit.exceptions) } td { (unit.late_bytes) } td { (unit.missed) }
                        }
                    }
                }
            }
        }
    }
}
