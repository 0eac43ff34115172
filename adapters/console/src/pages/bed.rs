//! The page of one bed: alarms with what can be done about them, every value with its limits, scores, devices, trends.

use axum::Extension;
use axum::extract::{Path, Query, State};
use maud::{Markup, html};

use super::actions::{self, Action};
use super::layout::{self, Page};
use super::slots::{self, Face};
use super::{Part, tile, trends, words};
use crate::api::trends::Window;
use crate::problem::Problem;
use crate::right::{Principal, Right};
use crate::shared::Shared;
use crate::view::{Bed, Device, DeviceLinkState, Metric, Reading, Text};

/// `/beds/{bed}`
pub(crate) async fn bed(
    State(shared): State<Shared>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
    Query(window): Query<Window>,
) -> Result<Markup, Problem> {
    let picture = shared.picture().await?;
    let bed = picture.bed(&id).ok_or_else(|| Problem::not_found("there is no bed of that id"))?;
    let may_care = principal.role.may(Right::Care);
    let title = format!("Bed {}·{}", bed.room, bed.bed);
    let page = Page { title: &title, here: "Ward", live: Some(format!("page=bed&bed={}", bed.id)), at: picture.at };
    let trends = trends::section(&shared, &bed.id, window).await?;
    let content = html! {
        @for Part { id, html } in parts(bed, may_care) {
            (maud::PreEscaped(html.to_string()))
            // After the values, before what is asked less often.
            @if id == "bed-values" { (trends) }
        }
        @if may_care { (actions::dialog(&principal)) }
    };
    Ok(layout::page(shared.appliance().about(), &page, content))
}

/// The parts of the page as they are now.
pub(crate) fn parts(bed: &Bed, may_care: bool) -> Vec<Part> {
    let part = |id: &str, html: Markup| Part { id: id.to_owned(), html: html.into_string().into() };
    vec![
        part("bed-head", head(bed, may_care)),
        part("bed-alarms", alarms(bed, may_care)),
        part("bed-values", values(bed)),
        part("bed-scores", scores(bed, may_care)),
        part("bed-devices", devices(bed)),
    ]
}

fn head(bed: &Bed, may_care: bool) -> Markup {
    html! {
        div.bar #bed-head {
            h1.big { span.thin { "Bed " } (bed.room) "·" (bed.bed) }
            span.dim { (bed.unit) " · " (bed.id) }
            @if bed.test { span.test { "TEST" } }
            @for score in &bed.scores { (tile::score(score)) }
            (words::reach(bed.reach))
            @match &bed.patient {
                Some(binding) => span.dim { "Patient bound by " (binding.by) @if let Some(since) = binding.since { " since " (words::date_time(since)) } },
                None => span.unbound { "No patient bound: nothing is charted" },
            }
            @if may_care {
                (actions::button(&Action::bind(&bed.id), "Bind a patient"))
                @if bed.patient.is_some() { (actions::button(&Action::release(&bed.id), "Release")) }
            }
            @if !bed.holds.is_empty() {
                div.reason {
                    b { "HELD: nothing is charted until somebody has looked. " }
                    @for hold in &bed.holds { (hold.reason) " since " (words::date_time(hold.since)) ". " }
                    @if may_care { (actions::button(&Action::settle(&bed.id), "Settle")) }
                }
            }
        }
    }
}

fn alarms(bed: &Bed, may_care: bool) -> Markup {
    let alarms = tile::by_urgency(bed);
    html! {
        section.panel #bed-alarms aria-labelledby="h-alarms" {
            div.bar {
                h2 #h-alarms { "Alarms" }
                @if may_care && !alarms.is_empty() {
                    (actions::button(&Action::pause(&format!("/api/v1/beds/{}", bed.id), "all alarms of this bed"), "Pause all"))
                    (actions::button(&Action::enable(&format!("/api/v1/beds/{}", bed.id), "all alarms of this bed"), "End pauses"))
                }
            }
            @if alarms.is_empty() { p.quiet { "No alarm." } }
            ul.alarms { @for alarm in alarms { (actions::alarm(alarm, may_care)) } }
        }
    }
}

fn values(bed: &Bed) -> Markup {
    html! {
        section.panel #bed-values aria-labelledby="h-values" {
            h2 #h-values { "Values" }
            div.columns {
                @for device in &bed.devices {
                    @let shown: Vec<&Metric> = device.metrics.iter().filter(|metric| is_shown(metric)).collect();
                    @if !shown.is_empty() { (table(device, &shown)) }
                }
            }
        }
    }
}

/// What was never heard and is not waited for by a limit would only hide the rest.
fn is_shown(metric: &Metric) -> bool {
    metric.reading != Reading::Never || !metric.limits.is_empty()
}

fn table(device: &Device, metrics: &[&Metric]) -> Markup {
    let never = device.metrics.len() - metrics.len();
    html! {
        div.scroll tabindex="0" role="region" aria-label={ "Values of " (device.id) } {
            table.values-of {
                caption { (device.id) " " span.dim { (device.title) } }
                thead { tr { th scope="col" { "Value" } th scope="col" { "Now" } th scope="col" { "Age" } th scope="col" { "Limits" } th scope="col" { "On device" } } }
                tbody {
                    @for metric in metrics {
                        tr class=(state(metric)) {
                            th scope="row" title=(metric.refid) { (metric.label) @if &*metric.category == "setting" { " " span.kind { "setting" } } }
                            td { (now(metric)) }
                            td.age data-age { }
                            td { (limits(metric)) }
                            td { (device_limits(metric)) }
                        }
                    }
                }
            }
            @if never > 0 { p.dim { (never) " more that this device could give have never come." } }
        }
    }
}

fn state(metric: &Metric) -> &'static str {
    match metric.reading {
        Reading::Current { .. } => "current",
        Reading::Stale => "stale",
        Reading::Invalid { .. } | Reading::Never => "missing",
    }
}

fn now(metric: &Metric) -> Markup {
    let unit = metric.unit.as_deref().map(slots::unit).unwrap_or_default();
    html! {
        span class={ "value " (state(metric)) } {
            @match slots::face(metric) {
                Face::Number { text, doubt } => {
                    b.number data-number { (text) } " " span.unit { (unit) }
                    @if let Some(doubt) = doubt { " " span.word { (doubt) } }
                },
                Face::Stale => { span.dashes aria-hidden="true" { "– –" } " " span.word { "stale" } },
                Face::None(why) => { span.dashes aria-hidden="true" { "– –" } " " span.word { (why) } },
                Face::NotYet => { span.dashes aria-hidden="true" { "– –" } " " span.word { "none yet" } },
            }
        }
    }
}

fn limits(metric: &Metric) -> Markup {
    html! {
        @for limit in &metric.limits {
            span.limit title=(limit.rule) { @if &*limit.side == "low" { "≥ " } @else { "≤ " } (limit.limit) } " "
        }
    }
}

fn device_limits(metric: &Metric) -> Markup {
    let text = |limit: &Option<Text>| limit.as_ref().map_or("–".to_owned(), ToString::to_string);
    html! { @if metric.device_low.is_some() || metric.device_high.is_some() { (text(&metric.device_low)) " … " (text(&metric.device_high)) } }
}

/// Ages of the values of a bed's page, in their order.
pub(crate) fn ages(bed: &Bed) -> Vec<String> {
    let shown = bed.devices.iter().flat_map(|device| &device.metrics).filter(|metric| is_shown(metric));
    let age = |metric: &Metric| match metric.reading {
        Reading::Current { .. } | Reading::Invalid { .. } => metric.age_ms.map(words::age).unwrap_or_default(),
        Reading::Stale => metric.age_ms.map(|ms| format!("{} ago", words::age(ms))).unwrap_or_default(),
        Reading::Never => String::new(),
    };
    shown.map(age).collect()
}

fn scores(bed: &Bed, may_care: bool) -> Markup {
    html! {
        div #bed-scores {
            @for score in &bed.scores {
                section.panel aria-label=(score.title) {
                    div.bar { h2 { (score.title) } (tile::score(score)) }
                    div.scroll tabindex="0" role="region" aria-label={ "Parts of " (score.title) } {
                        table {
                            thead { tr { th scope="col" { "Input" } th scope="col" { "Points" } @if may_care { th scope="col" { span.unseen { "Chart" } } } } }
                            tbody {
                                @for part in &score.parts {
                                    tr {
                                        th scope="row" { (part.label) }
                                        td { @match part.points { Some(points) => b { (points) }, None => span.word { (part.missing.clone().unwrap_or_default()) } } }
                                        @if may_care { td { (actions::button(&Action::chart(&bed.id, &part.input, &part.label), "Chart")) } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn devices(bed: &Bed) -> Markup {
    html! {
        section.panel #bed-devices aria-labelledby="h-devices" {
            h2 #h-devices { "Devices" }
            ul.cards { @for device in bed.apparatus() { li.card { (card(device)) } } }
            @if bed.apparatus().next().is_none() { p.quiet { "No device is configured for this bed." } }
        }
    }
}

fn card(device: &Device) -> Markup {
    let identity =
        [&device.identity.manufacturer, &device.identity.model, &device.identity.serial, &device.identity.software];
    let said: Vec<&str> = identity.iter().map(|text| &***text).filter(|text| !text.is_empty()).collect();
    html! {
        h3 { (device.id) }
        p.dim { (device.title) }
        p { (link_state(device.link.state)) " since " (words::date_time(device.link.since)) }
        @if let Some(reason) = &device.link.reason { p.reason { (reason) } }
        dl.facts {
            dt { "Line" } dd { a href={ "/lines#line-" (device.line) } { (device.line) } }
            dt { "Says it is" } dd { @if said.is_empty() { "not said" } @else { (said.join(" · ")) } }
            dt { "Does" } dd { (device.mode) @if &*device.mode != "normal" { " " b { "not in use on a patient" } } }
            @if let Some(clock) = device.clock {
                dt { "Its clock" } dd { (offset(clock.offset_ms)) @if clock.jumps > 0 { ", set " (clock.jumps) " times" } }
            }
            dt { "Wire faults" } dd { (faults(&device.faults)) }
        }
    }
}

/// The state of a link, as a word with a shape.
pub(crate) fn link_state(state: DeviceLinkState) -> Markup {
    let (class, shape, word) = match state {
        DeviceLinkState::Up => ("good", "●", "up"),
        DeviceLinkState::Connecting => ("middle", "◌", "connecting"),
        DeviceLinkState::Associating => ("middle", "◐", "waiting for its answer"),
        DeviceLinkState::Lost => ("bad", "✕", "LOST"),
    };
    html! { b class={ "state " (class) } { span aria-hidden="true" { (shape) } " " (word) } }
}

fn offset(ms: i64) -> String {
    let ahead = if ms < 0 { "behind" } else { "ahead" };
    format!("{} {ahead}", words::age(ms.unsigned_abs()))
}

/// Wire faults by kind.
pub(crate) fn faults(faults: &std::collections::BTreeMap<Text, u64>) -> String {
    if faults.is_empty() {
        return "none".to_owned();
    }
    faults.iter().map(|(kind, count)| format!("{count} {kind}")).collect::<Vec<_>>().join(", ")
}
