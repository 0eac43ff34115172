//! What the terms of a bed's combined conditions know, by each device that can say it.
//!
//! A term holds (*violating*), nearly does (*near*, within its hysteresis), does not (*clear*), or cannot be judged. All terms
//! together:
//!
//! | a term is clear | else a term lacks data | else a term is near | else |
//! |---|---|---|---|
//! | clear | missing | near | violating |
//!
//! So missing data neither begins a combined condition nor ends one, and it is over on evidence: one term that is known not to
//! hold. That it cannot be judged is a condition of its own if the rule says so, held back by a lost link that explains it.

use std::sync::Arc;

use bevy_ecs::component::Component;
use vigil_model::{BedIndex, Code, CombinedRule, Device, Term, Unit, Ward, WhenMissing};

use crate::device::Conditions;
use crate::flow::{Fact, Said};
use crate::layout::Layout;
use crate::machine::condition::{Condition, Input};
use crate::threshold::Threshold;

/// Knowledge of the terms of a bed's combined conditions, by position of the rule.
#[derive(Component, Debug, Default)]
pub(crate) struct Combinations(pub(crate) Vec<Combination>);

/// One rule.
#[derive(Debug)]
pub(crate) struct Combination {
    terms: Vec<TermKnowledge>,
    when_missing: WhenMissing,
}

#[derive(Debug)]
struct TermKnowledge {
    test: Test,
    /// What each device that can say it says; a device once for each sensor.
    sources: Vec<Source>,
}

#[derive(Debug)]
enum Test {
    Beyond { unit: Unit, threshold: Threshold },
    State { is: Arc<str> },
    Alarm { event: Code },
}

#[derive(Debug)]
struct Source {
    device: u32,
    /// Position of the metric in the device's layout; 0 for an alarm.
    metric: u32,
    knows: Knows,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Knows {
    /// Nothing, though the device may be there.
    Nothing,
    /// Nothing, since contact is lost.
    Lost,
    /// The term holds, nearly, or not.
    Says(Input),
}

/// What a combined condition, and the one that it cannot be judged, are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Judgement {
    pub(crate) exists: Input,
    pub(crate) cannot_evaluate: Input,
}

impl Combinations {
    /// Nothing is known yet.
    pub(crate) fn new(rules: &[CombinedRule], ward: &Ward, bed: u32, layouts: &[Arc<Layout>]) -> Self {
        let devices: Vec<(u32, &Device)> = ward.devices_of(BedIndex(bed)).map(|(index, d)| (index.0, d)).collect();
        let term = |term: &Term| TermKnowledge { test: Test::new(term), sources: sources(term, &devices, layouts) };
        let rule = |rule: &CombinedRule| Combination {
            terms: rule.terms.iter().map(term).collect(),
            when_missing: rule.when_missing,
        };
        Self(rules.iter().map(rule).collect())
    }

    /// Takes a fact about a device, after the device's own conditions have taken it.
    pub(crate) fn take(&mut self, fact: &Fact, layout: &Layout, conditions: &Conditions) {
        for TermKnowledge { test, sources } in self.0.iter_mut().flat_map(|rule| &mut rule.terms) {
            for source in sources.iter_mut().filter(|source| source.device == fact.device) {
                source.knows = match test {
                    Test::Alarm { event } => alarm(*event, source.knows, fact, conditions),
                    Test::Beyond { .. } | Test::State { .. } => source.metric(test, fact, layout),
                };
            }
        }
    }
}

/// Who can say whether a term holds: all places where its metric is measured; for an alarm the devices whose profile has it,
/// or any device if none has.
fn sources(term: &Term, devices: &[(u32, &Device)], layouts: &[Arc<Layout>]) -> Vec<Source> {
    let source = |device: u32, metric: u32| Source { device, metric, knows: Knows::Nothing };
    match term {
        Term::Beyond { metric, .. } | Term::State { metric, .. } => {
            let mut found = Vec::new();
            for (device, _) in devices {
                let metrics = (0u32..).zip(&layouts[*device as usize].metrics);
                found.extend(metrics.filter(|(_, m)| m.code == *metric).map(|(position, _)| source(*device, position)));
            }
            found
        }
        Term::Alarm { event } => {
            let declares = |device: &Device| device.profile.alarms.iter().any(|alarm| alarm.event == *event);
            let nobody = !devices.iter().any(|(_, device)| declares(device));
            let able = devices.iter().filter(|(_, device)| nobody || declares(device));
            able.map(|(device, _)| source(*device, 0)).collect()
        }
    }
}

impl Test {
    fn new(term: &Term) -> Self {
        match term {
            Term::Beyond { unit, side, limit, hysteresis, .. } => {
                Test::Beyond { unit: *unit, threshold: Threshold::new(*side, *limit, *hysteresis) }
            }
            Term::State { is, .. } => Test::State { is: Arc::clone(is) },
            Term::Alarm { event } => Test::Alarm { event: *event },
        }
    }
}

impl Source {
    /// What is known of a metric after a fact.
    fn metric(&self, test: &Test, fact: &Fact, layout: &Layout) -> Knows {
        match &fact.said {
            Said::LinkLost => return Knows::Lost,
            Said::LinkUp if self.knows == Knows::Lost => return Knows::Nothing,
            Said::Mode { normal: false } => return Knows::Nothing,
            _ if fact.metric != self.metric => return self.knows,
            _ => {}
        }
        match (&fact.said, test) {
            (Said::Number(value), Test::Beyond { unit, threshold })
                if layout.metric(fact.metric).unit == Some(*unit) =>
            {
                Knows::Says(threshold.judge(*value))
            }
            (Said::Word(word), Test::State { is }) => {
                Knows::Says(if word == is { Input::Violating } else { Input::Clear })
            }
            (Said::Number(_) | Said::Word(_) | Said::Unusable | Said::Nothing | Said::Stale, _) => Knows::Nothing,
            (_, _) => self.knows,
        }
    }
}

/// What a device says of one of its alarms. One that was present when the link was lost still is.
fn alarm(event: Code, before: Knows, fact: &Fact, conditions: &Conditions) -> Knows {
    match fact.said {
        Said::Alarm(_) | Said::AlarmsListed | Said::LinkLost | Said::LinkUp | Said::Mode { .. } => {}
        _ => return before,
    }
    let exists = |condition: Condition| matches!(condition, Condition::Present { .. });
    if conditions.raised.iter().any(|raised| raised.said.event == event && exists(raised.condition)) {
        Knows::Says(Input::Violating)
    } else if conditions.is_link_lost {
        Knows::Lost
    } else if conditions.is_normal {
        Knows::Says(Input::Clear)
    } else {
        Knows::Nothing
    }
}

impl TermKnowledge {
    fn knows(&self) -> Knows {
        let any = |knows: Knows| self.sources.iter().any(|source| source.knows == knows);
        // One sensor that measures is enough. That an alarm is not there, every device must say that can have it.
        let one_is_enough = !matches!(self.test, Test::Alarm { .. });
        let lacking = any(Knows::Lost) || any(Knows::Nothing);
        if any(Knows::Says(Input::Violating)) {
            Knows::Says(Input::Violating)
        } else if any(Knows::Says(Input::Near)) {
            Knows::Says(Input::Near)
        } else if any(Knows::Says(Input::Clear)) && (one_is_enough || !lacking) {
            Knows::Says(Input::Clear)
        } else if any(Knows::Lost) {
            Knows::Lost
        } else {
            Knows::Nothing
        }
    }
}

impl Combination {
    /// What all terms together say.
    pub(crate) fn judge(&self) -> Judgement {
        let known: Vec<Knows> = self.terms.iter().map(TermKnowledge::knows).collect();
        let any = |knows: Knows| known.contains(&knows);
        let exists = if any(Knows::Says(Input::Clear)) {
            Input::Clear
        } else if any(Knows::Nothing) || any(Knows::Lost) {
            Input::Missing
        } else if any(Knows::Says(Input::Near)) {
            Input::Near
        } else {
            Input::Violating
        };
        let cannot_evaluate = match (exists, self.when_missing) {
            (Input::Missing, WhenMissing::Tell) if any(Knows::Lost) => Input::Withheld,
            (Input::Missing, WhenMissing::Tell) => Input::Violating,
            (_, _) => Input::Clear,
        };
        Judgement { exists, cannot_evaluate }
    }
}
