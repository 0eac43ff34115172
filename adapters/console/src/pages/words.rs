//! Words and small pictures that all pages share. Nothing is told by colour alone: every state has a word and a shape.

use maud::{Markup, html};
use vigil_model::{AlarmState, ConditionKind, Priority};

use crate::view::{Alarm, Call, Moment, Reach};

/// The statement that stands on every page.
pub(crate) const ADVISORY: &str = "Secondary, advisory; never the primary alarm.";

/// An age or duration for people: `4 s`, `12 min`, `3 h`.
pub(crate) fn age(ms: u64) -> String {
    match ms {
        0..120_000 => format!("{} s", ms / 1000),
        120_000..7_200_000 => format!("{} min", ms / 60_000),
        7_200_000..172_800_000 => format!("{} h", ms / 3_600_000),
        _ => format!("{} d", ms / 86_400_000),
    }
}

/// The time of day of a moment, in UTC; the script of the page puts it into the time zone of whoever looks.
pub(crate) fn time(at: Moment) -> Markup {
    let text = at.to_string();
    let short = text.get(11..19).unwrap_or(&text).to_owned();
    html! { time datetime=(text) title=(text) { (short) } }
}

/// Date and time of a moment.
pub(crate) fn date_time(at: Moment) -> Markup {
    let text = at.to_string();
    let short = format!("{} {}", text.get(..10).unwrap_or_default(), text.get(11..19).unwrap_or_default());
    html! { time.full datetime=(text) title=(text) { (short) } }
}

/// The class of a priority.
pub(crate) const fn class(priority: Priority) -> &'static str {
    match priority {
        Priority::High => "high",
        Priority::Medium => "medium",
        Priority::Low => "low",
    }
}

/// The mark of a priority (IEC 60601-1-8: one to three strokes), with its word for who cannot see it.
pub(crate) fn mark(priority: Priority) -> Markup {
    let strokes = match priority {
        Priority::High => "!!!",
        Priority::Medium => "!!",
        Priority::Low => "!",
    };
    html! { span class={ "mark " (class(priority)) } aria-hidden="true" { (strokes) } span.unseen { (priority.as_str()) " priority: " } }
}

/// What an alarm is about.
pub(crate) const fn kind(kind: ConditionKind) -> &'static str {
    match kind {
        ConditionKind::Physiological => "patient",
        ConditionKind::Technical => "technical",
        ConditionKind::Advisory => "advisory",
    }
}

/// How the signal of an alarm stands, for the style of its line.
pub(crate) fn signal(alarm: &Alarm) -> &'static str {
    match (alarm.acknowledged.is_some(), alarm.held.is_some(), alarm.state) {
        (true, _, _) => "acknowledged",
        (_, true, _) => "held",
        (_, _, AlarmState::Latched) => "latched",
        (_, _, AlarmState::Active | AlarmState::Inactive) => "sounding",
    }
}

/// The same in words; nothing for one that is simply active.
pub(crate) fn signal_words(alarm: &Alarm) -> Option<String> {
    if let Some(held) = &alarm.acknowledged {
        return Some(format!("acknowledged by {}", held.by));
    }
    if let Some(held) = &alarm.held {
        let what = match &*held.kind {
            "audio-paused" => "sound paused",
            "audio-off" => "sound off",
            "alarm-paused" => "paused",
            "alarm-off" => "off",
            other => other,
        };
        return Some(format!("{what} by {}", held.by));
    }
    (alarm.state == AlarmState::Latched).then(|| "over, latched: nobody has acknowledged it".to_owned())
}

/// Whether the call of an alarm reached anyone, in words.
pub(crate) fn call(alarm: &Alarm) -> Markup {
    let (class, text) = match &alarm.call {
        Call::Unknown => ("unknown", "call: not known yet".to_owned()),
        Call::NobodyToTell => ("bad", "call: no destination takes it, it is seen here only".to_owned()),
        Call::Waiting => ("bad", "call: waiting, nobody has confirmed it".to_owned()),
        Call::Delivered { to } => ("middle", format!("call: reached {}; nobody has answered", list(to))),
        Call::Answered { by } => ("good", format!("call: answered by {by}")),
        Call::Unanswered => ("bad", "call: everybody was told, NOBODY ANSWERED".to_owned()),
    };
    html! { span class={ "call " (class) } { (text) } }
}

fn list(names: &[crate::view::Text]) -> String {
    names.iter().map(|name| &**name).collect::<Vec<_>>().join(", ")
}

/// How far what happens at a bed can reach: a chain of three, device, appliance, hospital, whole or broken.
pub(crate) fn reach(reach: Reach) -> Markup {
    let (class, words, device, hospital) = match reach {
        Reach::EndToEnd => ("whole", "end to end", true, true),
        Reach::DeviceOnly => ("half", "device only", true, false),
        Reach::None => ("none", "no device", false, false),
    };
    html! {
        span class={ "reach " (class) } {
            svg viewBox="0 0 60 16" width="60" height="16" aria-hidden="true" focusable="false" {
                @if device { line x1="9" y1="8" x2="30" y2="8" {} } @else { path d="M11 4l8 8m0-8l-8 8" {} }
                @if hospital { line x1="30" y1="8" x2="51" y2="8" {} } @else { path d="M37 4l8 8m0-8l-8 8" {} }
                circle cx="6" cy="8" r="4" {} rect x="26" y="4" width="8" height="8" {} path.fill d="M50 13V7l5-4 5 4v6z" {}
            }
            " " (words)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::age;

    #[test]
    fn ages_have_one_unit() {
        for (ms, text) in
            [(900, "0 s"), (119_999, "119 s"), (120_000, "2 min"), (7_200_000, "2 h"), (172_800_000, "2 d")]
        {
            assert_eq!(age(ms), text);
        }
    }
}
