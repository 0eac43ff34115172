//! The way of one alarm as a picture: the hops of each thing that was said about it, on a time axis.

use axum::extract::{Path, State};
use maud::{Markup, html};
use vigil_model::Timestamp;

use super::layout::{self, Page};
use super::plot::round;
use super::words;
use crate::api::alarms::read_ledger;
use crate::problem::Problem;
use crate::shared::Shared;
use crate::view::{Ledger, Moment, Passage};

/// Passages that are drawn; an alarm that was said more often has the others in its table only.
const PASSAGES_MAX: usize = 24;
/// Width of the picture.
const WIDTH: f64 = 900.0;
/// Where its time axis begins.
const LEFT: f64 = 150.0;
/// Where its time axis ends.
const RIGHT: f64 = 880.0;

/// `/alarms/{id}`
pub(crate) async fn way(State(shared): State<Shared>, Path(id): Path<String>) -> Result<Markup, Problem> {
    let (alarm, ledger) = read_ledger(&shared, &id).await?;
    let at = shared.appliance().now().utc.into();
    let page = Page { title: "The way of an alarm", here: "Alarms", live: None, at };
    let content = html! {
        div.bar {
            h1 { "The way of " (id) }
            @if let Some(alarm) = &alarm {
                span { (words::mark(alarm.priority)) " " b { (alarm.text) } }
                @if !alarm.bed.is_empty() { a href={ "/beds/" (alarm.bed) } { "bed " (alarm.bed) } }
                span.dim { (alarm.device) " · " (alarm.event) " · " (alarm.state.as_str()) }
            }
        }
        p.dim { "From the device's bytes to the receivers' confirmations. Each picture has a time axis of its own, from the bytes on." }
        @for passage in ledger.passages.iter().take(PASSAGES_MAX) { (picture(passage)) }
        @if ledger.passages.len() > PASSAGES_MAX { p.dim { (ledger.passages.len() - PASSAGES_MAX) " more are not drawn; /api/v1/alarms/" (id) "/ledger has them." } }
        (answers(&ledger))
        @if ledger.unreadable > 0 { p.reason { (ledger.unreadable) " lines of the ledger were written by another program and cannot be read." } }
    };
    Ok(layout::page(shared.appliance().about(), &page, content))
}

/// A stretch of a lane.
struct Stretch {
    class: &'static str,
    name: &'static str,
    from: f64,
    to: f64,
}

struct Lane {
    name: String,
    stretches: Vec<Stretch>,
    /// Said at the end of the lane.
    end: String,
}

fn lanes(passage: &Passage) -> (Vec<Lane>, f64) {
    let start = passage.received.unwrap_or(passage.taken).0;
    let ms = |at: Moment| ms_between(start, at.0);
    let mut inside = Vec::new();
    if passage.received.is_some() {
        inside.push(Stretch { class: "taken", name: "taken in", from: 0.0, to: ms(passage.taken) });
    }
    if let Some(judged) = passage.judged {
        inside.push(Stretch { class: "judged", name: "judged", from: ms(passage.taken), to: ms(judged) });
        if let Some(journalled) = passage.journalled {
            inside.push(Stretch { class: "journalled", name: "on disk", from: ms(judged), to: ms(journalled) });
        }
    }
    let on_disk = passage.journalled.or(passage.judged).unwrap_or(passage.taken);
    let end = passage.journalled.map_or_else(String::new, |at| format!("on disk after {}", took(ms(at))));
    let mut lanes = vec![Lane { name: "appliance".to_owned(), stretches: inside, end }];
    for message in &passage.messages {
        let mut stretches = Vec::new();
        let mut end = message.way.to_string();
        if let (Some(sent), Some(settled)) = (message.sent, message.settled) {
            let from = ms(on_disk).min(ms(sent));
            stretches.push(Stretch { class: "waited", name: "waited", from, to: ms(sent) });
            stretches.push(Stretch {
                class: "confirmed",
                name: "to its confirmation",
                from: ms(sent),
                to: ms(settled),
            });
            end = format!("{} after {}", message.way, took(ms(settled)));
        } else if let Some(settled) = message.settled {
            stretches.push(Stretch { class: "refused", name: "refused", from: ms(on_disk), to: ms(settled) });
        }
        if let Some(attempts) = message.attempts.filter(|attempts| *attempts > 1) {
            end.push_str(&format!(", {attempts} transmissions"));
        }
        if let Some(reason) = &message.reason {
            end.push_str(&format!(": {reason}"));
        }
        lanes.push(Lane { name: message.destination.to_string(), stretches, end });
    }
    let longest = lanes.iter().flat_map(|lane| &lane.stretches).map(|stretch| stretch.to).fold(0.1, f64::max);
    (lanes, longest)
}

fn ms_between(from: Timestamp, to: Timestamp) -> f64 {
    (to.as_micros() - from.as_micros()) as f64 / 1000.0
}

/// A time for people: `0.4 ms`, `12 ms`, `3.2 s`.
fn took(ms: f64) -> String {
    match ms {
        ..10.0 => format!("{ms:.1} ms"),
        10.0..1000.0 => format!("{ms:.0} ms"),
        1000.0..60_000.0 => format!("{:.1} s", ms / 1000.0),
        _ => words::age(ms as u64),
    }
}

/// A step of the axis that gives four to ten marks.
fn step(longest: f64) -> f64 {
    let rough = longest / 8.0;
    let power = 10f64.powf(rough.log10().floor());
    [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power).into_iter().find(|step| *step >= rough).unwrap_or(10.0 * power)
}

fn picture(passage: &Passage) -> Markup {
    let (lanes, longest) = lanes(passage);
    let x = |ms: f64| LEFT + (RIGHT - LEFT) * 0.78 * (ms / longest);
    let height = 34.0 + 26.0 * lanes.len() as f64;
    let step = step(longest);
    let marks = (0..12).map(|mark| f64::from(mark) * step).filter(|at| *at <= longest * 1.001);
    let words: Vec<String> = lanes
        .iter()
        .map(|lane| {
            let stretches = lane.stretches.iter().map(|s| format!("{} {}", s.name, took(s.to - s.from)));
            format!("{}: {}; {}", lane.name, stretches.collect::<Vec<_>>().join(", "), lane.end)
        })
        .collect();
    html! {
        section.panel.passage {
            h2 { (passage.phase.as_str()) " " span.dim { (words::date_time(passage.taken)) " · " (passage.state.as_str()) ", " (passage.priority.as_str()) " priority · event " (passage.seq) } }
            div.scroll tabindex="0" role="region" aria-label={ "Hops of " (passage.phase.as_str()) } {
                svg.way viewBox={ "0 0 " (WIDTH) " " (round(height)) } role="img" aria-label=(words.join(". ")) {
                    @for at in marks {
                        line.grid x1=(round(x(at))) y1="20" x2=(round(x(at))) y2=(round(height - 6.0)) {}
                        text.tick x=(round(x(at))) y="14" text-anchor="middle" { (took(at)) }
                    }
                    @for (position, lane) in lanes.iter().enumerate() {
                        @let y = 28.0 + 26.0 * position as f64;
                        text.lane x=(round(LEFT - 10.0)) y=(round(y + 13.0)) text-anchor="end" { (lane.name) }
                        @for stretch in &lane.stretches {
                            rect class={ "hop " (stretch.class) } x=(round(x(stretch.from))) y=(round(y)) width=(round((x(stretch.to) - x(stretch.from)).max(1.5))) height="18" { title { (stretch.name) " " (took(stretch.to - stretch.from)) } }
                        }
                        text.end x=(round(x(lane.stretches.last().map_or(0.0, |stretch| stretch.to)) + 6.0)) y=(round(y + 13.0)) { (lane.end) }
                    }
                }
            }
            ul.legend {
                @for lane in &lanes { @for stretch in &lane.stretches { li { span class={ "swatch " (stretch.class) } aria-hidden="true" {} " " (lane.name) ": " (stretch.name) " " b { (took(stretch.to - stretch.from)) } } } }
            }
        }
    }
}

fn answers(ledger: &Ledger) -> Markup {
    html! {
        section.panel aria-labelledby="h-answers" {
            h2 #h-answers { "Answers" }
            @if ledger.answers.is_empty() { p.quiet { "Nobody has answered." } } @else {
                ul.plain { @for answered in &ledger.answers { li { (words::date_time(answered.at)) " " b { (word(answered.answer)) } " by " (answered.by) } } }
            }
        }
    }
}

const fn word(answer: vigil_model::Answer) -> &'static str {
    match answer {
        vigil_model::Answer::Received => "received",
        vigil_model::Answer::Accepted => "taken",
        vigil_model::Answer::Rejected => "declined",
        vigil_model::Answer::Acknowledge => "acknowledged",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_has_a_handful_of_round_marks() {
        for longest in [0.3, 7.0, 12.4, 999.0, 3_600_000.0] {
            let marks = longest / step(longest);
            assert!((3.0..=10.0).contains(&marks), "{longest}: {marks}");
        }
    }

    #[test]
    fn a_passage_without_confirmation_is_drawn_as_far_as_it_came() {
        let at = Moment(Timestamp::from_seconds(1_800_000_000));
        let passage = Passage {
            seq: 1,
            phase: vigil_model::Phase::Start,
            state: vigil_model::AlarmState::Active,
            priority: vigil_model::Priority::High,
            received: None,
            taken: at,
            judged: None,
            journalled: None,
            messages: Vec::new(),
        };
        assert!(picture(&passage).into_string().contains("appliance"));
    }
}
