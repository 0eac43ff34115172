//! Limits that people set for the patient in a bed, within the range that the rule allows.
//!
//! A limit that is set holds from this step on, for conditions of every device of the bed: what is current is judged anew at
//! once. It belongs to the patient who is bound to the bed (or to nobody, while nobody is): when that changes, the configured
//! limit holds again, and that is told. It comes back after a restart, if the rule is still there and still allows it.

use std::collections::BTreeMap;
use std::sync::Arc;

use bevy_ecs::resource::Resource;
use bevy_ecs::schedule::{IntoScheduleConfigs, Schedule};
use bevy_ecs::system::{Query, Res, ResMut};
use vigil_model::{
    AdjustOutcome, Command, EventKind, Freshness, Kept, LimitAdjustment, LimitRule, Quality, Quantity, Remembered,
    Value, Ward,
};

use super::{Stage, derive};
use crate::bed::{PatientContext, Place};
use crate::calculator::PatientKey;
use crate::device::{Fixed, Metrics};
use crate::flow::{Changed, Clock, Drafts, Fact, Facts, Inbox, Index, Said};
use crate::layout::Layout;

pub(crate) fn install(schedule: &mut Schedule) {
    schedule.add_systems(adjust_limits.in_set(Stage::Derive).before(derive::derive_scores));
}

/// The limits of each bed as configured, and those that people set.
#[derive(Resource, Debug, Default)]
pub(crate) struct Adjustments {
    /// By position of the bed.
    rules: Vec<Vec<LimitRule>>,
    /// By position of the bed and name of the rule; each has a limit.
    set: BTreeMap<(u32, Arc<str>), LimitAdjustment>,
}

impl Adjustments {
    pub(crate) fn new(ward: &Ward) -> Self {
        Self { rules: ward.beds.iter().map(|bed| bed.rules.clone()).collect(), set: BTreeMap::new() }
    }

    /// The rules of a bed as configured, each with what somebody set.
    pub(crate) fn of_bed(&self, bed: u32) -> impl Iterator<Item = (&LimitRule, Option<&LimitAdjustment>)> {
        let rules = self.rules.get(bed as usize).map_or(&[][..], Vec::as_slice);
        rules.iter().map(move |rule| (rule, self.set.get(&(bed, Arc::clone(&rule.id)))))
    }

    /// Everything that is to be remembered.
    pub(crate) fn remembered(&self) -> impl Iterator<Item = Remembered> {
        self.set.values().cloned().map(Remembered::Limit)
    }

    fn rule(&self, bed: u32, id: &str) -> Option<&LimitRule> {
        self.rules.get(bed as usize)?.iter().find(|rule| *rule.id == *id)
    }

    /// What becomes of a wish, and the limit that then holds.
    fn judge(&self, bed: Option<u32>, wanted: &LimitAdjustment) -> (AdjustOutcome, Option<Quantity>) {
        let Some((bed, rule)) = bed.and_then(|bed| Some((bed, self.rule(bed, &wanted.rule)?))) else {
            return (AdjustOutcome::Unknown, None);
        };
        let set = self.set.get(&(bed, Arc::clone(&rule.id))).and_then(|adjustment| adjustment.limit);
        let before = set.unwrap_or(rule.limit);
        let Some(limit) = wanted.limit else { return (AdjustOutcome::Taken { before }, Some(rule.limit)) };
        match rule.allowed {
            None => (AdjustOutcome::Fixed, None),
            Some((low, high)) if limit.cmp_value(low).is_lt() || limit.cmp_value(high).is_gt() => {
                (AdjustOutcome::NotAllowed { low, high }, None)
            }
            Some(_) => (AdjustOutcome::Taken { before }, Some(limit)),
        }
    }

    /// Takes back what was set before a restart, and says which limit of which rule then holds; `None` if it holds no longer.
    pub(crate) fn restore(&mut self, bed: u32, adjustment: LimitAdjustment) -> Option<(LimitRule, Quantity)> {
        let (outcome, limit) = self.judge(Some(bed), &adjustment);
        let rule = self.rule(bed, &adjustment.rule)?.clone();
        let limit = limit.filter(|_| matches!(outcome, AdjustOutcome::Taken { .. }) && adjustment.limit.is_some())?;
        self.set.insert((bed, Arc::clone(&rule.id)), adjustment);
        Some((rule, limit))
    }
}

/// Makes a limit hold for a device of the bed. Positions stay what they are.
pub(crate) fn apply(fixed: &mut Fixed, rule: &LimitRule, limit: Quantity) {
    if fixed.layout.limits.iter().any(|of| of.id == rule.id) {
        let mut layout = Layout::clone(&fixed.layout);
        layout.set_limit(rule, limit);
        fixed.layout = Arc::new(layout);
    }
}

#[allow(clippy::too_many_arguments, reason = "a system names every resource it uses")]
fn adjust_limits(
    clock: Res<Clock>,
    index: Res<Index>,
    mut inbox: ResMut<Inbox>,
    mut adjustments: ResMut<Adjustments>,
    mut facts: ResMut<Facts>,
    mut drafts: ResMut<Drafts>,
    mut changed: ResMut<Changed>,
    beds: Query<(&Place, &PatientContext)>,
    mut devices: Query<(&mut Fixed, &mut Metrics)>,
) {
    let wants = |command: &Command| matches!(command, Command::Adjust { .. });
    let none_left = adjustments.set.is_empty() || inbox.associated.is_empty();
    if none_left && !inbox.commands.iter().any(wants) {
        return;
    }
    let patient = |bed: u32| -> Option<PatientKey> {
        let (_, context) = beds.get(*index.beds.get(bed as usize)?).ok()?;
        context.now().map(|patient| crate::calculator::key(patient))
    };
    let mut wishes: Vec<(Option<u32>, LimitAdjustment)> = Vec::new();
    for ((bed, _), set) in &adjustments.set {
        if inbox.associated.contains(bed) && set.patient != patient(*bed) {
            let why = "another patient lies in the bed, or none".into();
            let (by, at) = ("vigil".into(), clock.now.utc);
            wishes.push((
                Some(*bed),
                LimitAdjustment { limit: None, by, why, at, patient: patient(*bed), ..set.clone() },
            ));
        }
    }
    for command in inbox.commands.extract_if(.., |command| wants(command)) {
        let Command::Adjust { bed, rule, limit, by, why } = command else { continue };
        let of_bed = index.beds.iter().position(|entity| beds.get(*entity).is_ok_and(|(place, _)| place.id == bed));
        let position = of_bed.and_then(|position| u32::try_from(position).ok());
        let patient = position.and_then(patient);
        wishes.push((position, LimitAdjustment { bed, rule, limit, by, why, at: clock.now.utc, patient }));
    }
    for (bed, adjustment) in wishes {
        let (outcome, limit) = adjustments.judge(bed, &adjustment);
        if let (Some(bed), Some(limit)) = (bed, limit)
            && let Some(rule) = adjustments.rule(bed, &adjustment.rule).cloned()
        {
            let key = (bed, Arc::clone(&rule.id));
            let name = Remembered::Limit(adjustment.clone()).key();
            let what = adjustment.limit.map(|_| Remembered::Limit(adjustment.clone()));
            match &what {
                Some(_) => adjustments.set.insert(key, adjustment.clone()),
                None => adjustments.set.remove(&key),
            };
            changed.0.push(Kept { key: name, what });
            let place = beds.get(index.beds[bed as usize]).ok();
            for device in place.into_iter().flat_map(|(place, _)| &place.devices) {
                if let Ok((mut fixed, mut metrics)) = devices.get_mut(index.devices[*device as usize]) {
                    apply(&mut fixed, &rule, limit);
                    judge_anew(&fixed, &mut metrics, &rule, *clock, &mut facts.0);
                }
            }
        }
        drafts.answers.push(EventKind::Adjusted { adjustment: Arc::new(adjustment), outcome });
    }
}

/// Hands what is current of a rule's metrics to `Judge` once more.
fn judge_anew(fixed: &Fixed, metrics: &mut Metrics, rule: &LimitRule, clock: Clock, facts: &mut Vec<Fact>) {
    let at = clock.now.monotonic;
    for limit in fixed.layout.limits.iter().filter(|limit| limit.id == rule.id) {
        let latest = &mut metrics.latest[limit.metric as usize];
        latest.settled = false;
        if let Freshness::Fresh((Value::Numeric(number), Quality::Valid)) = latest.freshness(at) {
            let (device, metric, said) = (fixed.index, limit.metric, Said::Number(number));
            facts.push(Fact { at, device, by_time: false, metric, said, determined: at });
        }
    }
}
