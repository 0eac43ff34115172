//! Rates, combined conditions and signals of a bed: its preset's, changed and added to by its own, met with what its devices
//! provide.

use std::time::Duration;

use vigil_messages::DurationText;
use vigil_model::{
    BedRules, Code, CodeKind, CombinedRule, ConditionKind, Direction, Manner, MetricDescriptor, Quantity, RateRule,
    SignalRules, Unit, mdc,
};

use super::appliance::bounds;
use super::devices::CheckedDevice;
use super::terms;
use super::{names, rules};
use crate::document::{Place, Problems};
use crate::file::{CombinedSection, RateSection, SignalSection};

/// Bounds of the window of a rate.
const WINDOW: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(3600));
/// Window of a rate that says none.
const WINDOW_DEFAULT: Duration = Duration::from_secs(60);
/// Bounds of the longest pause.
const PAUSE: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(3600));
/// Bounds of the interval of reminders, unless there are none.
const REMIND: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(86_400));
/// Bounds of the window within which starts are joined.
const JOIN: (Duration, Duration) = (Duration::ZERO, Duration::from_secs(600));

/// A section and where it is written; `None` for a built-in preset.
#[derive(Clone, Debug)]
pub(crate) struct Written<S> {
    pub(crate) section: S,
    pub(crate) place: Option<Place>,
}

/// What a preset or bed says besides limits.
#[derive(Clone, Debug, Default)]
pub(crate) struct Further {
    pub(crate) rates: Vec<Written<RateSection>>,
    pub(crate) combined: Vec<Written<CombinedSection>>,
    pub(crate) signals: SignalSection,
}

/// What becomes of it at a bed.
#[derive(Default)]
pub(crate) struct BedFurther {
    pub(crate) rules: BedRules,
    /// What no device of the bed can bring about.
    pub(crate) unused: Vec<String>,
}

impl Further {
    /// What is written at a place, checked as far as it makes sense by itself.
    pub(crate) fn new(
        rates: &[RateSection],
        combined: &[CombinedSection],
        signals: &SignalSection,
        place: &Place,
        problems: &mut Problems<'_, '_>,
    ) -> Self {
        let mut further = Self { signals: signals.clone(), ..Self::default() };
        for (index, section) in rates.iter().enumerate() {
            let place = place.key("rate").index(index);
            if further.rates.iter().any(|other| same_rate(&other.section, section)) {
                let message = format!("{} has a rate of this direction already", names::shortened(&section.metric));
                problems.error(&place, message, "one rate for each metric and direction");
                continue;
            }
            further.rates.push(Written { section: section.clone(), place: Some(place) });
        }
        for (index, section) in combined.iter().enumerate() {
            let place = place.key("combined").index(index);
            names::well_formed(&section.name, &place.key("name"), problems);
            if further.combined.iter().any(|other| other.section.name == section.name) {
                let message = format!("`{}` is given twice", names::shortened(&section.name));
                problems.error(&place.key("name"), message, "each needs its own name");
                continue;
            }
            further.combined.push(Written { section: section.clone(), place: Some(place) });
        }
        let place = place.key("signals");
        let mut within = |key: &str, value: Option<DurationText>, limits| {
            if let Some(value) = value {
                bounds(key, value, limits, &place, problems);
            }
        };
        within("pause_max", signals.pause_max, PAUSE);
        within("remind_every", signals.remind_every.filter(|every| !every.get().is_zero()), REMIND);
        within("join_within", signals.join_within, JOIN);
        further
    }

    /// This, with what `base` says unless this says otherwise. Reports what is switched off and is not there.
    pub(crate) fn over(mut self, base: Option<&Further>, problems: &mut Problems<'_, '_>) -> Self {
        let none = Further::default();
        let base = base.unwrap_or(&none);
        let rates =
            base.rates.iter().filter(|rate| !self.rates.iter().any(|own| same_rate(&own.section, &rate.section)));
        let rates: Vec<_> = rates.cloned().collect();
        let combined =
            base.combined.iter().filter(|c| !self.combined.iter().any(|own| own.section.name == c.section.name));
        let combined: Vec<_> = combined.cloned().collect();
        for own in &mut self.rates {
            let of_base = base.rates.iter().find(|rate| same_rate(&own.section, &rate.section));
            switched_off(own.section.enabled, of_base.is_none(), own.place.as_ref(), problems);
            check_allowed(own, of_base, problems);
            own.section.allowed = own.section.allowed.or(of_base.and_then(|rate| rate.section.allowed));
        }
        for own in &self.combined {
            let missing = !base.combined.iter().any(|combined| combined.section.name == own.section.name);
            switched_off(own.section.enabled, missing, own.place.as_ref(), problems);
        }
        self.rates.retain(|own| own.section.enabled != Some(false));
        self.combined.retain(|own| own.section.enabled != Some(false));
        self.rates.splice(..0, rates);
        self.combined.splice(..0, combined);
        self.signals = SignalSection {
            pause_max: self.signals.pause_max.or(base.signals.pause_max),
            remind_every: self.signals.remind_every.or(base.signals.remind_every),
            join_within: self.signals.join_within.or(base.signals.join_within),
        };
        self
    }

    /// What it comes to at a bed with these devices. `complete` says that none is missing because it could not be read.
    pub(crate) fn resolve(
        &self,
        bed: &Place,
        devices: &[&CheckedDevice],
        complete: bool,
        problems: &mut Problems<'_, '_>,
    ) -> BedFurther {
        let mut resolved = BedFurther::default();
        for rate in &self.rates {
            let at = At::new(rate.place.as_ref(), bed);
            let Some(metric) = rules::metric(&rate.section.metric, &at.place.key("metric"), problems) else { continue };
            let providers = providers(metric, devices);
            if providers.is_empty() {
                let name = format!("{metric}/{}", rate.section.direction.as_str());
                at.unused(name, &metric.to_string(), "metric", complete, &mut resolved.unused, problems);
                continue;
            }
            resolved.rules.rates.extend(rate_rule(&rate.section, &providers, &at, problems));
        }
        for combined in &self.combined {
            let at = At::new(combined.place.as_ref(), bed);
            let section = &combined.section;
            let Some(found) = terms::terms(&section.term, devices, &at.place, problems) else { continue };
            match found {
                terms::Found::All(terms) => {
                    resolved.rules.combined.extend(combined_rule(section, terms, &at, problems))
                }
                terms::Found::Nobody { what, key } => {
                    at.unused(section.name.clone(), &what, &key, complete, &mut resolved.unused, problems);
                }
            }
        }
        let (said, default) = (&self.signals, SignalRules::default());
        resolved.rules.signals = SignalRules {
            pause_max: said.pause_max.map_or(default.pause_max, DurationText::get),
            remind_every: said
                .remind_every
                .map_or(default.remind_every, |every| Some(every.get()).filter(|e| !e.is_zero())),
            join_within: said.join_within.map_or(default.join_within, DurationText::get),
        };
        resolved
    }
}

/// Where something is written, and whether the bed itself says it.
struct At {
    place: Place,
    of_bed: bool,
}

impl At {
    fn new(place: Option<&Place>, bed: &Place) -> Self {
        let of_bed = place.is_some_and(|place| place.steps().starts_with(bed.steps()));
        Self { place: place.cloned().unwrap_or_else(|| bed.key("preset")), of_bed }
    }

    /// What no device provides: left out if the preset says it, refused if the bed does, since somebody relies on it.
    fn unused(
        &self,
        name: String,
        what: &str,
        key: &str,
        complete: bool,
        unused: &mut Vec<String>,
        problems: &mut Problems<'_, '_>,
    ) {
        if !self.of_bed {
            unused.push(name);
        } else if complete {
            let message = format!("can never fire: no device of the bed provides {what}");
            problems.error(&self.place.key(key), message, "`vigil check` lists what each device provides");
        }
    }
}

fn same_rate(a: &RateSection, b: &RateSection) -> bool {
    a.metric == b.metric && a.direction == b.direction
}

fn switched_off(enabled: Option<bool>, missing: bool, place: Option<&Place>, problems: &mut Problems<'_, '_>) {
    if let (Some(false), true, Some(place)) = (enabled, missing, place) {
        problems.error(&place.key("enabled"), "there is nothing to switch off", "remove this");
    }
}

fn check_allowed(own: &Written<RateSection>, base: Option<&Written<RateSection>>, problems: &mut Problems<'_, '_>) {
    let Some(place) = &own.place else { return };
    let allowed = own.section.allowed.or(base.and_then(|rate| rate.section.allowed));
    if let (Some([low, high]), Some(number)) = (allowed, own.section.per_minute)
        && (number.0.cmp_value(low.0).is_lt() || number.0.cmp_value(high.0).is_gt())
    {
        let message = format!("{} is outside of what the preset allows, {} to {}", number.0, low.0, high.0);
        problems.error(&place.key("per_minute"), message, "choose a rate inside, or another preset");
    }
}

/// The metrics of the devices that are this one; two names of one number are one metric.
pub(crate) fn providers<'d>(
    metric: Code,
    devices: &[&'d CheckedDevice],
) -> Vec<(&'d CheckedDevice, &'d MetricDescriptor)> {
    let same = |found: &MetricDescriptor| {
        found.code == metric || (found.code.is_verified() && found.code.value() == metric.value())
    };
    let all = devices.iter().flat_map(|device| device.profile.metrics.iter().map(move |metric| (*device, metric)));
    all.filter(|(_, metric)| same(metric)).collect()
}

/// The unit of a number that is judged, which every device must share.
pub(crate) fn unit(
    written: Option<&str>,
    providers: &[(&CheckedDevice, &MetricDescriptor)],
    place: &Place,
    problems: &mut Problems<'_, '_>,
) -> Option<Unit> {
    let (_, first) = providers.first()?;
    let named = rules::unit(written, &place.key("unit"), problems)?;
    let Some(declared) = first.unit else {
        problems.error(&place.key("metric"), format!("{} is not a number", first.code), "name a metric with numbers");
        return None;
    };
    let unit = named.unwrap_or(declared);
    if let Some((device, metric)) = providers.iter().find(|(_, metric)| metric.unit != Some(unit)) {
        let theirs = metric.unit.map_or("none", |unit| unit.ucum());
        let message = format!("is in {}, and device `{}` reports {} in {theirs}", unit.ucum(), device.id, metric.code);
        problems.error(&place.key("unit"), message, "write the numbers in the unit of the device, and say so");
        return None;
    }
    Some(unit)
}

fn rate_rule(
    section: &RateSection,
    providers: &[(&CheckedDevice, &MetricDescriptor)],
    at: &At,
    problems: &mut Problems<'_, '_>,
) -> Option<RateRule> {
    let (place, (_, first)) = (&at.place, providers.first()?);
    let unit = unit(section.unit.as_deref(), providers, place, problems)?;
    let Some(per_minute) = section.per_minute.map(|number| number.0).filter(|number| number.mantissa() > 0) else {
        problems.error(
            &place.key("per_minute"),
            "must be given, and be above zero",
            "the change in a minute that is too fast",
        );
        return None;
    };
    let hysteresis = section.hysteresis.map_or(Quantity::ZERO, |number| number.0);
    if hysteresis.mantissa() < 0 || hysteresis.cmp_value(per_minute).is_ge() {
        let help = "give how much slower the change must get: 0 or more, and less than per_minute";
        problems.error(&place.key("hysteresis"), "would never let the condition end", help);
    }
    let window = section.window.unwrap_or(DurationText::from(WINDOW_DEFAULT));
    bounds("window", window, WINDOW, place, problems);
    // A whole window must be able to hold so much of a change.
    let seconds = u64::try_from(window.get().as_millis()).unwrap_or(u64::MAX);
    for (device, metric) in providers {
        let Some(span) = metric.plausible.and_then(|(least, most)| most.checked_sub(least)) else { continue };
        if per_minute.cmp_scaled(seconds, span, 2 * 60_000).is_ge() {
            let message = format!("can never be reached where device `{}` measures over {span}", device.id);
            problems.error(&place.key("per_minute"), message, "make it smaller, or the window shorter");
            break;
        }
    }
    let (event, words) = match section.direction {
        Direction::Falling => (mdc::X_EVT_FAST_FALL, "falls fast"),
        Direction::Rising => (mdc::X_EVT_FAST_RISE, "rises fast"),
    };
    let manner = Manner {
        condition_delay: delay("condition_delay", section.condition_delay, place, problems),
        signal_delay: delay("signal_delay", section.signal_delay, place, problems),
        priority: section.priority.unwrap_or(vigil_model::Priority::Medium),
        kind: ConditionKind::Physiological,
        latching: section.latching.unwrap_or(false),
        event: event_code(section.event.as_deref(), event, place, problems),
        text: text(section.text.as_deref(), &format!("{} {words}", first.label), place, problems).into(),
    };
    Some(RateRule {
        id: format!("{}/{}", first.code, section.direction.as_str()).into(),
        metric: first.code,
        unit,
        direction: section.direction,
        per_minute,
        hysteresis,
        window: window.get(),
        manner,
    })
}

fn combined_rule(
    section: &CombinedSection,
    terms: Vec<vigil_model::Term>,
    at: &At,
    problems: &mut Problems<'_, '_>,
) -> Option<CombinedRule> {
    let place = &at.place;
    let missing = [
        ("when_missing", section.when_missing.is_none(), "say what happens while a term lacks data: `tell` or `wait`"),
        ("priority", section.priority.is_none(), "say how urgent it is: `low`, `medium` or `high`"),
        ("text", section.text.is_none(), "say what people are told"),
    ];
    for (key, _, help) in missing.iter().filter(|(_, missing, _)| *missing) {
        problems.error(&place.key(key), "missing, and must be given", *help);
    }
    let manner = Manner {
        condition_delay: delay("condition_delay", section.condition_delay, place, problems),
        signal_delay: delay("signal_delay", section.signal_delay, place, problems),
        priority: section.priority?,
        kind: section.kind.unwrap_or(ConditionKind::Physiological),
        latching: section.latching.unwrap_or(false),
        event: event_code(section.event.as_deref(), mdc::X_EVT_COMBINED, place, problems),
        text: text(section.text.as_deref(), "", place, problems).into(),
    };
    Some(CombinedRule { id: section.name.as_str().into(), terms, when_missing: section.when_missing?, manner })
}

fn delay(key: &str, written: Option<DurationText>, place: &Place, problems: &mut Problems<'_, '_>) -> Duration {
    let value = written.map_or(Duration::ZERO, DurationText::get);
    rules::check_delay(key, value, place, problems);
    value
}

fn event_code(written: Option<&str>, default: Code, place: &Place, problems: &mut Problems<'_, '_>) -> Code {
    let Some(written) = written else { return default };
    let code = Code::named(written).filter(|code| code.kind() == CodeKind::Event);
    if code.is_none() {
        let message = format!("`{}` is not an event of the nomenclature", names::shortened(written));
        problems.error(
            &place.key("event"),
            message,
            format!("leave it out for `{default}`; `vigil codes` lists others"),
        );
    }
    code.unwrap_or(default)
}

fn text(written: Option<&str>, default: &str, place: &Place, problems: &mut Problems<'_, '_>) -> String {
    if let Some(written) = written {
        rules::check_text(written, place, problems);
    }
    written.unwrap_or(default).to_owned()
}
