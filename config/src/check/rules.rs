//! One limit before it meets a bed: codes looked up, units known, numbers that make sense by themselves.

use std::time::Duration;

use vigil_messages::DurationText;
use vigil_model::{Code, CodeKind, LimitSide, Priority, Quantity, Unit, mdc};

use crate::document::{Place, Problems};
use crate::file::{BedLimitSection, PresetLimitSection};
use crate::nearest;

/// Longest delay of a condition or signal.
const DELAY_MAX: Duration = Duration::from_secs(600);

/// Longest text of a limit.
const TEXT_CHARS_MAX: usize = 60;

/// A limit of a preset or bed.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) metric: Code,
    pub(crate) side: LimitSide,
    pub(crate) limit: Quantity,
    /// The unit that was written, or the usual one; `None` if the nomenclature has none.
    pub(crate) unit: Option<Unit>,
    pub(crate) hysteresis: Quantity,
    pub(crate) condition_delay: Duration,
    pub(crate) signal_delay: Duration,
    pub(crate) priority: Priority,
    pub(crate) latching: bool,
    pub(crate) event: Code,
    pub(crate) text: Option<String>,
    /// What a bed may set.
    pub(crate) allowed: Option<(Quantity, Quantity)>,
    /// Where it is written; `None` for the built-in preset.
    pub(crate) place: Option<Place>,
}

impl Rule {
    /// A limit of a preset, if it makes sense.
    pub(crate) fn of_preset(
        section: &PresetLimitSection,
        place: &Place,
        problems: &mut Problems<'_, '_>,
    ) -> Option<Self> {
        let metric = metric(&section.metric, &place.key("metric"), problems);
        let event = event(section.event.as_deref(), section.side, None, &place.key("event"), problems);
        let unit = unit(section.unit.as_deref(), &place.key("unit"), problems);
        let allowed = section.allowed.map(|[low, high]| (low.0, high.0));
        if let Some((low, high)) = allowed {
            if low.cmp_value(high).is_gt() {
                problems.error(&place.key("allowed"), format!("from {low} to {high} there is nothing"), "lowest first");
            } else if section.limit.0.cmp_value(low).is_lt() || section.limit.0.cmp_value(high).is_gt() {
                let message =
                    format!("{} is outside of what the preset itself allows, {low} to {high}", section.limit.0);
                problems.error(&place.key("limit"), message, "change the limit or the allowed range");
            }
        }
        let metric = metric?;
        let rule = Self {
            metric,
            side: section.side,
            limit: section.limit.0,
            unit: unit.flatten().or(metric.unit()),
            hysteresis: section.hysteresis.map_or(Quantity::ZERO, |number| number.0),
            condition_delay: delay(section.condition_delay),
            signal_delay: delay(section.signal_delay),
            priority: section.priority,
            latching: section.latching.unwrap_or(false),
            event: event.unwrap_or(generic(section.side)),
            text: section.text.clone(),
            allowed,
            place: Some(place.clone()),
        };
        rule.check(place, problems);
        unit.is_some().then_some(rule)
    }

    /// A limit of a bed on top of the preset's. `None` if it makes no sense; the metric must be known already.
    pub(crate) fn of_bed(
        section: &BedLimitSection,
        metric: Code,
        base: Option<&Rule>,
        place: &Place,
        problems: &mut Problems<'_, '_>,
    ) -> Option<Self> {
        let unit = unit(section.unit.as_deref(), &place.key("unit"), problems);
        let event = event(section.event.as_deref(), section.side, base, &place.key("event"), problems);
        let limit = section.limit.map(|number| number.0).or(base.map(|rule| rule.limit));
        let priority = section.priority.or(base.map(|rule| rule.priority));
        for (key, given) in [("limit", limit.is_some()), ("priority", priority.is_some())] {
            if !given {
                let message = "missing: no limit of the preset for this metric and side could give it";
                problems.error(&place.key(key), message, format!("give a {key}, or correct metric and side"));
            }
        }
        let (limit, priority) = (limit?, priority?);
        let (unit_known, unit) = (unit.is_some(), unit.flatten());
        let unit = unit.or(base.map_or(metric.unit(), |rule| rule.unit));
        if let (Some(base), Some(unit)) = (base, unit)
            && base.unit.is_some_and(|of_base| of_base != unit)
            && section.limit.is_none()
        {
            problems.error(
                &place.key("unit"),
                "the preset's limit is in another unit",
                "give limit and hysteresis with it",
            );
        }
        if let Some((low, high)) = base.and_then(|rule| rule.allowed)
            && (limit.cmp_value(low).is_lt() || limit.cmp_value(high).is_gt())
        {
            let message = format!("{limit} is outside of what the preset allows, {low} to {high}");
            problems.error(&place.key("limit"), message, "choose a limit inside, or another preset");
        }
        let rule = Self {
            metric,
            side: section.side,
            limit,
            unit,
            hysteresis: section.hysteresis.map(|n| n.0).or(base.map(|rule| rule.hysteresis)).unwrap_or(Quantity::ZERO),
            condition_delay: section
                .condition_delay
                .map_or(base.map_or(Duration::ZERO, |r| r.condition_delay), |d| d.get()),
            signal_delay: section.signal_delay.map_or(base.map_or(Duration::ZERO, |r| r.signal_delay), |d| d.get()),
            priority,
            event: event.unwrap_or(generic(section.side)),
            latching: section.latching.or(base.map(|rule| rule.latching)).unwrap_or(false),
            text: section.text.clone().or(base.and_then(|rule| rule.text.clone())),
            allowed: base.and_then(|rule| rule.allowed),
            place: Some(place.clone()),
        };
        rule.check(place, problems);
        unit_known.then_some(rule)
    }

    /// `MDC_PULS_OXIM_SAT_O2/low`: its name, unique for a bed.
    pub(crate) fn id(&self) -> String {
        format!("{}/{}", self.metric, self.side.as_str())
    }

    fn check(&self, place: &Place, problems: &mut Problems<'_, '_>) {
        if self.hysteresis.mantissa() < 0 {
            problems.error(&place.key("hysteresis"), "is negative", "give how far a value must come back: 0 or more");
        }
        check_delay("condition_delay", self.condition_delay, place, problems);
        check_delay("signal_delay", self.signal_delay, place, problems);
        if let Some(text) = &self.text {
            check_text(text, place, problems);
        }
    }
}

/// Reports a delay of a condition or signal that is too long.
pub(crate) fn check_delay(key: &str, value: Duration, place: &Place, problems: &mut Problems<'_, '_>) {
    if value > DELAY_MAX {
        let message = format!("{} is longer than {}", DurationText::from(value), DurationText::from(DELAY_MAX));
        problems.error(&place.key(key), message, "an alarm that late helps nobody");
    }
}

/// Reports a text for people that cannot be shown.
pub(crate) fn check_text(text: &str, place: &Place, problems: &mut Problems<'_, '_>) {
    if text.trim().is_empty() || text.chars().count() > TEXT_CHARS_MAX || text.chars().any(char::is_control) {
        problems.error(&place.key("text"), format!("expected 1 to {TEXT_CHARS_MAX} printable characters"), "");
    }
}

/// A metric by its reference id.
pub(crate) fn metric(refid: &str, place: &Place, problems: &mut Problems<'_, '_>) -> Option<Code> {
    let metrics = || Code::all().iter().filter(|code| code.kind() == CodeKind::Metric).map(|code| code.refid());
    match Code::named(refid) {
        Some(code) if code.kind() == CodeKind::Metric => Some(code),
        Some(_) => {
            problems.error(place, format!("`{refid}` is not a metric"), "`vigil codes` lists the metrics");
            None
        }
        None => {
            let near = nearest::nearest(refid, metrics());
            let near = near.map_or(String::new(), |near| format!("did you mean `{near}`? "));
            problems.error(
                place,
                format!("`{}` is not in the nomenclature", super::names::shortened(refid)),
                format!("{near}`vigil codes` lists the metrics"),
            );
            None
        }
    }
}

/// `None` for a unit nobody knows, `Some(None)` if none is written.
pub(crate) fn unit(written: Option<&str>, place: &Place, problems: &mut Problems<'_, '_>) -> Option<Option<Unit>> {
    let Some(written) = written else { return Some(None) };
    let unit = Unit::named(written).or_else(|| Unit::with_ucum(written));
    if unit.is_none() {
        let known = Unit::all().iter().map(|unit| unit.ucum());
        problems.error(
            place,
            format!("`{}` is not a unit of the nomenclature", super::names::shortened(written)),
            match nearest::nearest(written, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "write UCUM, `mm[Hg]`, or a reference id, `MDC_DIM_MMHG`".to_owned(),
            },
        );
    }
    unit.map(Some)
}

fn event(
    written: Option<&str>,
    side: LimitSide,
    base: Option<&Rule>,
    place: &Place,
    problems: &mut Problems<'_, '_>,
) -> Option<Code> {
    let generic = generic(side);
    let Some(written) = written else { return Some(base.map_or(generic, |rule| rule.event)) };
    let code = Code::named(written).filter(|code| code.kind() == CodeKind::Event);
    if code.is_none() {
        let message = format!("`{}` is not an event of the nomenclature", super::names::shortened(written));
        problems.error(place, message, format!("leave it out for `{generic}`; `vigil codes` lists others"));
    }
    code
}

fn generic(side: LimitSide) -> Code {
    match side {
        LimitSide::Low => mdc::EVT_LO,
        LimitSide::High => mdc::EVT_HI,
    }
}

fn delay(written: Option<DurationText>) -> Duration {
    written.map_or(Duration::ZERO, DurationText::get)
}
