//! The page of messages: destinations, what waits for them, and what they refused.

use axum::extract::State;
use maud::{Markup, html};
use vigil_journal::RowId;
use vigil_model::Timestamp;

use super::layout::{self, Page};
use super::{Part, words};
use crate::api::messages::{self, Message};
use crate::problem::Problem;
use crate::shared::Shared;
use crate::view::{Connection, Destination, Moment};

/// Messages of each list that are shown.
const SHOWN: u32 = 100;

/// `/messages`
pub(crate) async fn messages(State(shared): State<Shared>) -> Result<Markup, Problem> {
    let now = shared.appliance().now().utc;
    let destinations = shared.appliance().destinations();
    let waiting = messages::read(&shared, None, Some(false), RowId::START, SHOWN).await?;
    let refused = messages::read(&shared, None, Some(true), RowId::START, SHOWN).await?;
    let page = Page { title: "Messages", here: "Messages", live: Some("page=messages".to_owned()), at: now.into() };
    let content = html! {
        h1 { "Messages" }
        @if destinations.is_empty() { p.nothing { "Nobody is told anything: this appliance has no destination." } }
        div.cards { @for Part { html, .. } in parts(&destinations, now) { (maud::PreEscaped(html.to_string())) } }
        (list("waiting", "Waiting when this page was opened", "Nothing waited.", &waiting.entries))
        (list("refused", "Refused and kept (dead letters)", "Nothing was refused.", &refused.entries))
    };
    Ok(layout::page(shared.appliance().about(), &page, content))
}

/// The parts of the page as they are now: a part for each destination.
pub(crate) fn parts(destinations: &[Destination], now: Timestamp) -> Vec<Part> {
    let part = |to: &Destination| Part { id: format!("to-{}", to.id), html: destination(to, now).into_string().into() };
    destinations.iter().map(part).collect()
}

fn destination(to: &Destination, now: Timestamp) -> Markup {
    let (class, shape, word) = match &to.connection {
        Connection::Connected { .. } => ("good", "●", "connected"),
        Connection::Connecting => ("middle", "◌", "connecting"),
        Connection::Backoff { .. } => ("bad", "✕", "NOT CONNECTED, tries again"),
        Connection::Refused { .. } => ("bad", "✕", "CANNOT RUN"),
        Connection::Stopped => ("bad", "■", "stopped"),
    };
    let oldest = |at: Option<Moment>| {
        at.map(|at| format!(", the oldest for {}", words::age(millis(now, at)))).unwrap_or_default()
    };
    html! {
        section.card id={ "to-" (to.id) } {
            h2 { (to.id) " " span.kind { (to.kind) } }
            p { b class={ "state " (class) } { span aria-hidden="true" { (shape) } " " (word) } @if let Connection::Connected { since } = &to.connection { " since " (words::date_time(*since)) } }
            @if let Some(reason) = to.connection.reason() { p.reason { (reason) } }
            dl.facts {
                dt { "Address" } dd { code { (to.address) } }
                dt { "Beds" } dd { @if to.beds.is_empty() { "all" } @else { (to.beds.iter().map(|bed| &**bed).collect::<Vec<_>>().join(", ")) } @if !to.alarms { ", no alarms" } }
                dt { "Alarms waiting" } dd { b { (to.waiting.alarms) } (oldest(to.waiting.oldest_alarm)) }
                dt { "Observations waiting" } dd { b { (to.waiting.observations) } (oldest(to.waiting.oldest_observation)) }
                dt { "Acknowledged" } dd { (to.sent.acknowledged) " of " (to.sent.sent) " sent" }
                dt { "Refused" } dd { (to.sent.refused) " since the start, " (to.waiting.refused) " kept" }
                dt { "Trouble" } dd { (to.sent.repeated) " repeated, " (to.sent.timeouts) " not in time, " (to.sent.disconnected) " disconnections" @if to.sent.unheard > 0 { ", " b { (to.sent.unheard) " alarms that nobody listened to" } } }
            }
        }
    }
}

fn millis(now: Timestamp, at: Moment) -> u64 {
    u64::try_from(now.since(at.0).as_millis()).unwrap_or(u64::MAX)
}

fn list(id: &str, title: &str, empty: &str, messages: &[Message]) -> Markup {
    html! {
        section.panel aria-labelledby={ "h-" (id) } {
            h2 id={ "h-" (id) } { (title) }
            @if messages.is_empty() { p.quiet { (empty) } } @else {
                div.scroll tabindex="0" role="region" aria-label=(title) {
                    table {
                        thead { tr { th scope="col" { "Made" } th scope="col" { "For" } th scope="col" { "Lane" } th scope="col" { "Control id" } th scope="col" { "Alarm" } th scope="col" { "Bytes" } th scope="col" { "Why" } } }
                        tbody {
                            @for message in messages {
                                tr {
                                    td { (words::date_time(message.created)) } td { (message.destination) } td { (message.lane) } td { code { (message.control_id) } }
                                    td { @if let Some(id) = &message.occurrence { a href={ "/alarms/" (id) } { (id) } } }
                                    td { (message.bytes) } td { @if let Some(reason) = &message.reason { (reason) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
