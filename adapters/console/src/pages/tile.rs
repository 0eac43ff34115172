//! A tile of the ward board: one bed.

use maud::{Markup, html};
use vigil_model::AlarmState;

use super::slots::{self, Face, Slot};
use super::words;
use crate::view::{Alarm, Bed, DeviceLinkState, Score};

/// Alarms that stand on a tile; the page of the bed has all.
const ALARMS_MAX: usize = 3;

/// Id of the tile of a bed in its page.
pub(crate) fn id(bed: &Bed) -> String {
    format!("bed-{}", bed.id)
}

/// Alarms of a bed, the most urgent first: what sounds before what is held back, then by priority, then the newest.
pub(crate) fn by_urgency(bed: &Bed) -> Vec<&Alarm> {
    let mut alarms: Vec<&Alarm> = bed.alarms.iter().collect();
    alarms.sort_by_key(|alarm| std::cmp::Reverse((is_sounding(alarm), alarm.priority, alarm.changed)));
    alarms
}

fn is_sounding(alarm: &Alarm) -> bool {
    alarm.acknowledged.is_none() && alarm.held.is_none()
}

/// How urgent a bed is, for sorting: more is more urgent.
pub(crate) fn urgency(bed: &Bed) -> impl Ord + use<> {
    // What exists is more urgent than what is over and latched.
    let state = |alarm: &Alarm| (alarm.priority, alarm.state == AlarmState::Active);
    let sounding = bed.alarms.iter().filter(|alarm| is_sounding(alarm)).map(state).max();
    let any = bed.alarms.iter().map(|alarm| alarm.priority).max();
    let score = bed.scores.iter().map(|score| score.total.unwrap_or(score.at_least)).max();
    (sounding, any, std::cmp::Reverse(bed.reach), score)
}

/// The tile of a bed; `ages` says whether values have theirs, or leave the place for the next beat.
pub(crate) fn tile(bed: &Bed, ages: bool) -> Markup {
    let alarms = by_urgency(bed);
    let top = alarms.first();
    let state = top.map_or("calm", |alarm| words::class(alarm.priority));
    let signal = top.map_or("calm", |alarm| words::signal(alarm));
    let (large, small) = (slots::large(bed), slots::small(bed));
    let up = bed.apparatus().filter(|device| device.link.state == DeviceLinkState::Up).count();
    html! {
        article id=(id(bed)) class={ "tile " (state) " " (signal) } aria-labelledby={ "name-" (bed.id) } {
            header {
                h2 id={ "name-" (bed.id) } { a href={ "/beds/" (bed.id) } { span.unseen { "Bed " } (bed.room) span.thin { "·" (bed.bed) } } }
                @if bed.test { span.test { "TEST" } }
                @for score in &bed.scores { (self::score(score)) }
            }
            @if alarms.is_empty() {
                p.quiet { "No alarm" }
            } @else {
                ul.alarms {
                    @for alarm in alarms.iter().take(ALARMS_MAX) { (line(alarm)) }
                    @if alarms.len() > ALARMS_MAX { li.more { "and " (alarms.len() - ALARMS_MAX) " more" } }
                }
            }
            @if large.is_empty() && small.is_empty() {
                p.nothing { "No device of this bed gives values" }
            }
            dl.values { @for slot in &large { (value(slot, ages)) } }
            @if !small.is_empty() { dl.values.small { @for slot in &small { (value(slot, ages)) } } }
            footer {
                (words::reach(bed.reach))
                span.devices { (up) " of " (bed.apparatus().count()) " devices" }
                @if !bed.holds.is_empty() { span.unbound { b { "held" } ": in doubt who lies here" } }
                @else if bed.patient.is_none() { span.unbound { "no patient bound" } }
            }
        }
    }
}

/// An alarm as one line.
fn line(alarm: &Alarm) -> Markup {
    let kind = words::kind(alarm.kind);
    html! {
        li class={ "alarm " (words::class(alarm.priority)) " " (words::signal(alarm)) } {
            div.what {
                (words::mark(alarm.priority)) span.text { (alarm.text) }
                @if kind != "patient" { span.kind { (kind) } }
            }
            div.more {
                span.since { "since " (words::time(alarm.onset)) }
                @if let Some(text) = words::signal_words(alarm) {
                    span.held { @if alarm.state == AlarmState::Latched { b { "LATCHED " } } (text) }
                }
                @if alarm.acknowledged.is_none() { (words::call(alarm)) }
            }
        }
    }
}

/// A score: a total, or that it is not known and how much it is at least.
pub(crate) fn score(score: &Score) -> Markup {
    html! {
        @match score.total {
            Some(total) => span.score { (score.title) " " b { (total) } },
            None => span.score.partial { (score.title) " " b { "≥" (score.at_least) "?" } span.unseen { " incomplete" } },
        }
    }
}

/// A value with its unit and age, or in words why there is none.
fn value(slot: &Slot, ages: bool) -> Markup {
    let (class, number, word) = match &slot.face {
        Face::Number { doubt: None, text } => ("current", Some(text), None),
        Face::Number { doubt: Some(doubt), text } => ("doubtful", Some(text), Some(&**doubt)),
        Face::Stale => ("stale", None, Some("stale")),
        Face::None(why) => ("missing", None, Some(*why)),
        Face::NotYet => ("missing", None, Some("none yet")),
    };
    html! {
        div class={ "value " (class) @if slot.is_pair { " wide" } } {
            dt {
                (slot.label) " " span.unit { (slot.unit) }
                @if number.is_some() { " " span.age data-age { @if ages { (slot.age_ms.map(words::age).unwrap_or_default()) } } }
            }
            dd {
                @match number {
                    Some(text) => {
                        span.number data-number { (text) @if class == "doubtful" { "?" } }
                        @if let Some(word) = word { " " span.word { (word) } }
                    },
                    None => { span.dashes aria-hidden="true" { "– –" } " " span.word { (word.unwrap_or_default()) } },
                }
            }
        }
    }
}

/// Ages of the values on a tile, in their order.
pub(crate) fn ages(bed: &Bed) -> Vec<String> {
    let slots = slots::large(bed).into_iter().chain(slots::small(bed));
    slots
        .filter(|slot| matches!(slot.face, Face::Number { .. }))
        .map(|slot| slot.age_ms.map(words::age).unwrap_or_default())
        .collect()
}
