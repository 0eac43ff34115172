//! What can be done from a page: buttons that say what they do, and the one dialog that asks who and why.

use maud::{Markup, html};
use vigil_model::AlarmState;

use super::words;
use crate::right::Principal;
use crate::view::{Alarm, Call};

/// Something that can be done.
pub(crate) struct Action {
    /// Where the command is sent.
    path: String,
    /// What it is, in words, for the dialog.
    title: String,
    /// What the dialog asks besides who.
    asks: &'static str,
    /// What is sent whatever is answered.
    fixed: String,
}

impl Action {
    fn new(path: String, title: String, asks: &'static str) -> Self {
        Self { path, title, asks, fixed: "{}".to_owned() }
    }

    /// Holding signals back.
    pub(crate) fn pause(of: &str, what: &str) -> Self {
        Self::new(format!("{of}/pause"), format!("Pause {what}"), "signals seconds why-required")
    }

    /// Ending that.
    pub(crate) fn enable(of: &str, what: &str) -> Self {
        Self::new(format!("{of}/enable"), format!("End pauses of {what}"), "why")
    }

    /// An answer.
    fn answer(alarm: &Alarm, word: &str, title: &str) -> Self {
        Self::new(format!("/api/v1/alarms/{}/{word}", alarm.id), format!("{title}: {}", alarm.text), "why")
    }

    /// Binding a patient by two identifiers.
    pub(crate) fn bind(bed: &str) -> Self {
        Self::new(
            format!("/api/v1/beds/{bed}/bind"),
            format!("Bind a patient to bed {bed}"),
            "patient second why-required",
        )
    }

    /// Unbinding whoever lies in a bed.
    pub(crate) fn release(bed: &str) -> Self {
        Self::new(format!("/api/v1/beds/{bed}/release"), format!("Release the patient of bed {bed}"), "why-required")
    }

    /// Saying what becomes of what was held.
    pub(crate) fn settle(bed: &str) -> Self {
        Self::new(
            format!("/api/v1/beds/{bed}/settle"),
            format!("Settle what is held at bed {bed}"),
            "verdict why-required",
        )
    }

    /// Charting an input of a score.
    pub(crate) fn chart(bed: &str, input: &str, label: &str) -> Self {
        let fixed = serde_json::json!({ "input": input }).to_string();
        Self { fixed, ..Self::new(format!("/api/v1/beds/{bed}/chart"), format!("Chart {label}"), "value") }
    }
}

/// A button. The console's script opens the dialog for it.
pub(crate) fn button(action: &Action, text: &str) -> Markup {
    html! {
        button.act type="button" data-act=(action.path) data-title=(action.title) data-asks=(action.asks) data-fixed=(action.fixed) { (text) }
    }
}

/// The dialog.
pub(crate) fn dialog(principal: &Principal) -> Markup {
    html! {
        dialog #act aria-labelledby="act-title" {
            form method="dialog" {
                h2 #act-title { "" }
                @if principal.is_known {
                    p { "As " b { (principal.name) } }
                } @else {
                    label { "Who" input name="by" autocomplete="name" maxlength="100" required; }
                }
                label data-ask="value" { "Answer" input name="value" maxlength="40"; }
                label data-ask="patient" { "Identifier of the patient" input name="patient" maxlength="60"; }
                label data-ask="second" { "Second identifier: visit, date of birth YYYYMMDD or family name" input name="second" maxlength="60"; }
                label data-ask="verdict" {
                    "What was held" select name="verdict" { option value="release" { "is this patient's: send it" } option value="drop" { "is not: throw it away" } }
                }
                label data-ask="signals" { "Signals" select name="signals" { option value="audio" { "Sound" } option value="alarm" { "All signals" } } }
                label data-ask="seconds" {
                    "For" select name="seconds" { option value="120" { "2 min" } option value="300" { "5 min" } option value="600" { "10 min" } }
                }
                label data-ask="why" { "Why" input name="why" maxlength="120"; }
                p.problem role="alert" {}
                div.bar { button type="submit" value="do" { "Do it" } button type="button" data-cancel { "Cancel" } }
            }
        }
    }
}

/// An alarm with what can be done about it.
pub(crate) fn alarm(alarm: &Alarm, may_care: bool) -> Markup {
    let path = format!("/api/v1/alarms/{}", alarm.id);
    html! {
        li class={ "alarm " (words::class(alarm.priority)) " " (words::signal(alarm)) } {
            div.what {
                (words::mark(alarm.priority)) span.text { (alarm.text) }
                @if let Some(value) = &alarm.source.value {
                    span.at { "at " (value) @if let Some(limit) = &alarm.source.limit { " (limit " (limit) ")" } " when it " @if alarm.count > 1 { "last " } "began or changed" }
                }
                span.kind { (words::kind(alarm.kind)) }
            }
            div.more {
                span.since { "since " (words::date_time(alarm.onset)) }
                @if alarm.count > 1 { span { (alarm.count) " times" } }
                @if let Some(text) = words::signal_words(alarm) { span.held { @if alarm.state == AlarmState::Latched { b { "LATCHED " } } (text) } }
                @if alarm.acknowledged.is_none() || matches!(alarm.call, Call::Unanswered) { (words::call(alarm)) }
                @if let Some(escalation) = &alarm.escalation {
                    span { "level " (escalation.level + 1) ", told: " (escalation.to.iter().map(|to| &**to).collect::<Vec<_>>().join(", ")) }
                }
                a href={ "/alarms/" (alarm.id) } { "its way" }
            }
            @if may_care {
                div.acts {
                    @if alarm.acknowledged.is_none() { (button(&Action::answer(alarm, "acknowledge", "Acknowledge"), "Acknowledge")) }
                    @if alarm.escalation.as_ref().is_some_and(|escalation| &*escalation.state == "waiting") {
                        (button(&Action::answer(alarm, "accept", "Take"), "Take it")) (button(&Action::answer(alarm, "reject", "Decline"), "Decline"))
                    }
                    @if alarm.held.is_some() { (button(&Action::enable(&path, &alarm.text), "End pause")) }
                    @else if alarm.acknowledged.is_none() { (button(&Action::pause(&path, &alarm.text), "Pause")) }
                }
            }
        }
    }
}
