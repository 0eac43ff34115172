//! The terms of a combined condition: each of one form, and of something that a device of the bed provides.

use vigil_model::{Code, CodeKind, Quantity, Term};

use super::devices::CheckedDevice;
use super::{further, names, rules};
use crate::document::{Place, Problems};
use crate::file::TermSection;

/// How many terms a combined condition may have.
const TERMS: std::ops::RangeInclusive<usize> = 2..=8;

/// What the devices of a bed can say about terms.
pub(crate) enum Found {
    /// All of them.
    All(Vec<Term>),
    /// Nothing about one of them.
    Nobody {
        /// The metric or alarm that no device provides.
        what: String,
        /// Where it is written, below the condition.
        key: String,
    },
}

/// The terms, or what nobody provides; `None` if they make no sense.
pub(crate) fn terms(
    sections: &[TermSection],
    devices: &[&CheckedDevice],
    place: &Place,
    problems: &mut Problems<'_, '_>,
) -> Option<Found> {
    let place = place.key("term");
    if !TERMS.contains(&sections.len()) {
        let message = format!("{} terms are not a combination: expected 2 to 8", sections.len());
        problems.error(&place, message, "one thing alone is a limit");
        return None;
    }
    let mut found = Vec::new();
    let mut nobody = None;
    for (index, section) in sections.iter().enumerate() {
        match term(section, devices, &place.index(index), problems)? {
            Ok(term) => found.push(term),
            Err(what) => nobody = nobody.or(Some(what)),
        }
    }
    Some(match nobody {
        Some(what) => Found::Nobody { what, key: "term".to_owned() },
        None => Found::All(found),
    })
}

/// One term, or what nobody provides.
fn term(
    section: &TermSection,
    devices: &[&CheckedDevice],
    place: &Place,
    problems: &mut Problems<'_, '_>,
) -> Option<Result<Term, String>> {
    let TermSection { metric, side, limit, unit, hysteresis, is, event } = section;
    match (metric, side, limit, is, event) {
        (Some(metric), Some(side), Some(limit), None, None) => {
            let code = rules::metric(metric, &place.key("metric"), problems)?;
            let providers = further::providers(code, devices);
            let Some((_, first)) = providers.first() else { return Some(Err(code.to_string())) };
            let unit = further::unit(unit.as_deref(), &providers, place, problems)?;
            let hysteresis = hysteresis.map_or(Quantity::ZERO, |number| number.0);
            if hysteresis.mantissa() < 0 {
                problems.error(
                    &place.key("hysteresis"),
                    "is negative",
                    "give how far a value must come back: 0 or more",
                );
                return None;
            }
            let outside = |(least, most): (Quantity, Quantity)| {
                limit.0.cmp_value(least).is_lt() || limit.0.cmp_value(most).is_gt()
            };
            if let Some((device, _)) = providers.iter().find(|(_, metric)| metric.plausible.is_some_and(outside)) {
                let message = format!("{} lies outside of what device `{}` can measure", limit.0, device.id);
                problems.error(&place.key("limit"), message, "choose a limit that can be crossed");
                return None;
            }
            Some(Ok(Term::Beyond { metric: first.code, unit, side: *side, limit: limit.0, hysteresis }))
        }
        (Some(metric), None, None, Some(is), None) => {
            let code = rules::metric(metric, &place.key("metric"), problems)?;
            let providers = further::providers(code, devices);
            let Some((device, first)) = providers.first() else { return Some(Err(code.to_string())) };
            if first.unit.is_some() {
                let message = format!("{code} of device `{}` is a number and has no states", device.id);
                problems.error(&place.key("metric"), message, "give `side` and `limit`");
                return None;
            }
            rules::check_text(is, place, problems);
            Some(Ok(Term::State { metric: first.code, is: is.as_str().into() }))
        }
        (None, None, None, None, Some(event)) => {
            let Some(code) = Code::named(event).filter(|code| code.kind() == CodeKind::Event) else {
                let message = format!("`{}` is not an event of the nomenclature", names::shortened(event));
                problems.error(&place.key("event"), message, "`vigil codes` lists the events");
                return None;
            };
            let raised = |device: &&CheckedDevice| device.profile.alarms.iter().any(|alarm| alarm.event == code);
            Some(if devices.iter().any(raised) { Ok(Term::Alarm { event: code }) } else { Err(code.to_string()) })
        }
        _ => {
            let help = "give metric, side and limit; or metric and is; or event";
            problems.error(place, "is none of the three kinds of term", help);
            None
        }
    }
}
